// The map of an import: which parts of the source are what, and which state stands in which column.
//
//   [source]
//   format = "csv"                      # or "xes"
//   case = "Case ID"                    # XES: a key of the trace
//   activity = "Activity"               # XES: a key of the event; so are the others
//   time = "Complete Timestamp"
//   time_format = "%Y/%m/%d %H:%M:%S"   # default "iso8601"
//   timezone = "Europe/Rome"            # for times without an offset
//   actor = "Resource"                  # may be left out
//   sequence = "No"                     # may be left out: then by time, else as in the file
//   state = "Activity"                  # several: ["a", "b"] or "a+b", values joined by "+"
//   title = "Problem with {product}"    # from the case's first event; default: the case's key
//   type = "incident"                   # of all tickets
//   delimiter = ","                     # CSV only
//   assignee = "Resource"               # who has the ticket from then on; may be left out
//   people = "ids"                      # or "pseudonyms": see ownership.h
//   team = "Workgroup"                  # may be left out
//   tier = "Workgroup"                  # what [tiers] reads; may be left out
//
//   [states]
//   "Take in charge ticket" = "In Progress"   # a column of the board, by name or id
//   "Wait - Vendor" = { waits_for = "supplier" }  # the first column where work waits for that
//   "Comment" = ""                            # the ticket stays where it is
//   "*" = "Inbox"                             # every state that is not listed
//
//   [people]                            # may be left out, as may the following two
//   "Ann Smith" = "u4711"               # a subject id; "": nobody
//   [teams]
//   "V5 3rd" = "network"                # "": none
//   [tiers]                             # the first pattern that fits; without one: usualTiers()
//   "* 3rd" = 3                         # a "*" at either end stands for any text
//   "*" = 1
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "client/import/import_error.h"

namespace docket::client::imports {

enum class Format { xes, csv };
std::string_view text(Format format);
std::optional<Format> parseFormat(std::string_view text);

// Of a map's tables; lines are those in the map.
struct MappedState {
  std::string state;
  std::string column;
  std::uint64_t line = 0;
  std::string waitsFor = {};  // in place of a column: "customer", "supplier" or "team"
};

struct MappedName {
  std::string name;  // of a person or a team, as the source has it
  std::string id;    // empty: nobody, no team
  std::uint64_t line = 0;
};

struct TierPattern {
  std::string pattern;
  std::uint8_t tier = 0;  // 1 to 3
  std::uint64_t line = 0;
};

struct ImportMap {
  std::string path;  // for messages
  Format format = Format::xes;
  std::string caseKey;
  std::string activity;
  std::string time;
  std::string timeFormat;
  std::string timezone;
  std::string actor;     // empty: nobody
  std::string sequence;  // empty: the source has none
  std::vector<std::string> state;
  std::string title;
  std::string type;
  char delimiter = ',';
  std::string assignee;     // empty: the source says nothing of it, as for the other two
  bool pseudonyms = false;  // a valid subject id is taken for a name, too
  std::string team;
  std::string tier;
  std::vector<MappedState> states;
  std::vector<MappedName> people;
  std::vector<MappedName> teams;
  std::vector<TierPattern> tiers;  // in the order of the map
};

// Every mistake is one sentence that names the line.
[[nodiscard]] tl::expected<ImportMap, ImportError> parseMap(std::string_view toml,
                                                            const std::string& path);
[[nodiscard]] tl::expected<ImportMap, ImportError> readMap(const std::string& path);

// The keys between braces in a title.
std::vector<std::string> titleKeys(std::string_view title);

inline constexpr std::string_view kAnyState = "*";

}  // namespace docket::client::imports
