// The other side of a hard test: knows what a log was asked to write and what it acknowledged, and
// says everything in which a log differs from that.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "eventstore/log.h"

namespace docket::eventstore::testing {

// The unit of a number: 1 to 20 events over eight streams, payloads of different sizes, the same
// for the same seed and number in any process. Its command id is the number. It has a condition
// that always holds.
Unit numberedUnit(std::uint64_t seed, std::uint64_t number);

class Oracle {
 public:
  explicit Oracle(std::uint64_t seed) : seed_(seed) {}

  void acknowledge(std::uint64_t number, const Committed& committed) {
    acknowledged_.insert_or_assign(number, committed);
  }
  bool isAcknowledged(std::uint64_t number) const { return acknowledged_.contains(number); }
  std::uint64_t acknowledgedUnits() const { return acknowledged_.size(); }

  // Reads everything in every way. Empty if: each acknowledged unit is there, byte-equal, where it
  // was said to be; no other unit than the numbers below `asked` is there; every unit is whole and
  // there once; positions and versions have no gap; streams, command ids and `verify` agree.
  std::vector<std::string> complaints(const Log& log, std::uint64_t asked) const;

 private:
  const std::uint64_t seed_;
  std::map<std::uint64_t, Committed> acknowledged_;  // by number
};

}  // namespace docket::eventstore::testing
