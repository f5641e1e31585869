// Whose a ticket is after an event of the source: who has it, which team, which tier.
//
// A person is a subject id (1 to 100 ASCII letters, digits and . _ - @ +), and so is a team. What
// the source calls them becomes one like this, the first that fits:
//
//   1. what [people] or [teams] of the map says; empty there: nobody, no team
//   2. an empty value says nothing: the ticket keeps whom it has
//   3. the value itself, when it is a valid id (persons: unless the map says "pseudonyms")
//   4. a person: "p-" and 20 hexadecimal digits of SHA-256("docket-import-person/1\0" value)
//      a team: blanks become "-", other bytes that an id has not "+" and two hexadecimal digits;
//      when that is too long, "t-" and 20 digits of SHA-256("docket-import-team/1\0" value)
//
// Outer blanks of a value count for nothing. The value as the source spells it stays among the
// attributes of the event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "client/import/map_file.h"
#include "client/import/source_case.h"

namespace docket::client::imports {

// None, and tier 0: the ticket keeps what it has. Empty: nobody, no team.
struct Ownership {
  std::optional<std::string> assignee;
  std::optional<std::string> team;
  std::uint8_t tier = 0;  // 1 to 3
  bool operator==(const Ownership&) const = default;
};

// What the server takes for the id of a person or a team.
bool isSubjectId(std::string_view text);

std::string subjectIdFor(std::string_view person, bool pseudonyms);
std::string teamIdFor(std::string_view team);

// The tier of the first pattern that fits, letter case and outer blanks aside; a "*" at either end
// stands for any text. 0: none fits.
std::uint8_t tierOf(const std::vector<TierPattern>& patterns, std::string_view value);

// What a map without a [tiers] table has: "2", "L2", "tier 2", "level 2", "2nd", "2nd line", and a
// team whose name ends so: "V5 2nd". All others: the ticket keeps its tier.
const std::vector<TierPattern>& usualTiers();

// Reads one source by one map. Not thread-safe.
class OwnershipReader {
 public:
  explicit OwnershipReader(const ImportMap& map);

  // The error says why the event cannot be taken: two teams of the source would be one in Docket.
  [[nodiscard]] tl::expected<Ownership, std::string> read(const SourceEvent& event);

 private:
  std::optional<std::string> personOf(std::string_view value) const;
  tl::expected<std::optional<std::string>, std::string> teamOf(std::string_view value);

  const ImportMap& map_;
  std::unordered_map<std::string, std::string> people_;
  std::unordered_map<std::string, std::string> teams_;
  std::unordered_map<std::string, std::string> teamNames_;  // by the id that they were given
};

}  // namespace docket::client::imports
