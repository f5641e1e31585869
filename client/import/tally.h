// Counts what the events of an import change on their tickets, as they are taken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "client/import/board_columns.h"
#include "client/import/ownership.h"

namespace docket::client::imports {

// What the map makes of one event.
struct Meaning {
  std::string column;  // its id; empty: the ticket stays where it is
  Ownership ownership;
};

struct ChangeCounts {
  std::uint64_t assignments = 0;  // to another person than before, the first of a case included
  std::uint64_t teamChanges = 0;  // from one team to another: the first team is no change
  std::uint64_t tierChanges = 0;  // likewise
  std::uint64_t reopenings = 0;   // left the resolved and closed columns
  bool operator==(const ChangeCounts&) const = default;
};

class Tally {
 public:
  explicit Tally(const BoardColumns& board);

  // The next event of a case, in order.
  void add(const std::string& externalKey, const Meaning& meaning);
  const ChangeCounts& counts() const { return counts_; }

 private:
  struct CaseState {
    std::string assignee;
    std::string team;
    std::uint8_t tier = 0;
    bool finished = false;
  };

  std::unordered_map<std::string, bool> finished_;  // by column
  std::unordered_map<std::string, CaseState> cases_;
  ChangeCounts counts_;
};

}  // namespace docket::client::imports
