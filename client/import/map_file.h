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
//   title = "Problem with {product}"    # filled from the case's first event; default: the case's
//   key type = "incident"                   # of all tickets delimiter = ","                     #
//   CSV only
//
//   [states]
//   "Take in charge ticket" = "In Progress"   # a column of the board, by name or id
//   "Comment" = ""                            # the ticket stays where it is
//   "*" = "Inbox"                             # every state that is not listed
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

struct MappedState {
  std::string state;
  std::string column;
  std::uint64_t line = 0;  // in the map
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
  std::vector<MappedState> states;
};

// Every mistake is one sentence that names the line.
[[nodiscard]] tl::expected<ImportMap, ImportError> parseMap(std::string_view toml,
                                                            const std::string& path);
[[nodiscard]] tl::expected<ImportMap, ImportError> readMap(const std::string& path);

// The keys between braces in a title.
std::vector<std::string> titleKeys(std::string_view title);

inline constexpr std::string_view kAnyState = "*";

}  // namespace docket::client::imports
