// Guesses which keys of a source say whose a ticket is. A guess is for a person to look over: it is
// only ever written into a proposed map.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace docket::client::imports {

using ValueCounts = std::map<std::string, std::uint64_t>;

// A key of the events, or a column. `values`: null when it has too many different ones to look at.
struct KnownKey {
  std::string name;
  const ValueCounts* values = nullptr;
};

// Empty: none looks like it.
struct OwnershipKeys {
  std::string assignee;
  std::string team;
  std::string tier;
  bool tierIsSuffix = false;  // of the team's name: "V5 3rd"
};

// By the names of the keys and what stands in them. `actor`, the key of who did it, is the next
// best thing when no key names an assignee.
OwnershipKeys guessOwnership(const std::vector<KnownKey>& keys, const std::string& actor);

}  // namespace docket::client::imports
