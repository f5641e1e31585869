#include "client/import/map_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "client/import/ownership.h"

namespace docket::client::imports {
namespace {

constexpr std::array<std::string_view, 7> kTicketTypes{
    "incident", "service-request", "problem", "change", "task", "defect", "enhancement"};

constexpr std::array<std::string_view, 16> kSourceKeys{
    "format",   "case",  "activity", "time",      "time_format", "timezone", "actor", "state",
    "sequence", "title", "type",     "delimiter", "assignee",    "people",   "team",  "tier"};
constexpr std::array<std::string_view, 5> kTables{"source", "states", "people", "teams", "tiers"};
constexpr std::array<std::string_view, 3> kWaitsFor{"customer", "supplier", "team"};

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::uint64_t lineOf(const toml::node& node) {
  return node.source().begin.line;
}

std::string inQuotes(std::string_view text) {
  std::string quoted(1, '\'');
  quoted.append(text).push_back('\'');
  return quoted;
}

template <std::size_t N>
bool isAmong(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <std::size_t N>
std::string listed(const std::array<std::string_view, N>& words) {
  std::string text;
  for (std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

// Reads one map; the first mistake wins.
class MapReader {
 public:
  explicit MapReader(const std::string& path) { map_.path = path; }

  tl::expected<ImportMap, ImportError> read(const toml::table& root) {
    for (const auto& [key, value] : root) {
      if (!isAmong(kTables, key.str())) {
        fail(key.source().begin.line,
             inQuotes(key.str()) + " is no table of a map; there are " + listed(kTables));
      }
    }
    if (const toml::table* source = root["source"].as_table()) {
      readSource(*source);
    } else {
      fail(1, "the map has no [source] table");
    }
    if (const toml::table* states = root["states"].as_table()) {
      readStates(*states);
    } else {
      fail(1, "the map has no [states] table");
    }
    readOwnership(root);
    if (error_) return tl::make_unexpected(*error_);
    return std::move(map_);
  }

 private:
  void fail(std::uint64_t line, const std::string& what) {
    if (!error_) {
      error_ =
          usageError("Map '" + map_.path + "', line " + std::to_string(line) + ": " + what + ".");
    }
  }

  std::string textAt(const toml::table& source, std::string_view key, std::string_view absent) {
    const toml::node* node = source.get(key);
    if (node == nullptr) return std::string(absent);
    const auto* value = node->as_string();
    if (value == nullptr) fail(lineOf(*node), inQuotes(key) + " must be a text in quotes");
    return value == nullptr ? std::string() : value->get();
  }

  std::string required(const toml::table& source, std::string_view key) {
    std::string value = textAt(source, key, "");
    if (value.empty()) {
      const toml::node* node = source.get(key);
      fail(lineOf(node == nullptr ? source : *node), "[source] must name " + inQuotes(key));
    }
    return value;
  }

  void readSource(const toml::table& source) {
    for (const auto& [key, value] : source) {
      if (!isAmong(kSourceKeys, key.str())) {
        fail(key.source().begin.line,
             "[source] has no key " + inQuotes(key.str()) + "; it has " + listed(kSourceKeys));
      }
    }
    readFormat(source);
    map_.caseKey = required(source, "case");
    map_.activity = required(source, "activity");
    map_.time = required(source, "time");
    map_.timeFormat = textAt(source, "time_format", "iso8601");
    map_.timezone = textAt(source, "timezone", "");
    map_.actor = textAt(source, "actor", "");
    map_.sequence = textAt(source, "sequence", "");
    map_.title = textAt(source, "title", "");
    map_.type = textAt(source, "type", "incident");
    if (!isAmong(kTicketTypes, map_.type)) {
      fail(lineOf(*source.get("type")),
           "there is no ticket type '" + map_.type + "'; there are " + listed(kTicketTypes));
    }
    map_.assignee = textAt(source, "assignee", "");
    map_.team = textAt(source, "team", "");
    map_.tier = textAt(source, "tier", "");
    readPeople(source);
    readDelimiter(source);
    readState(source);
  }

  void readPeople(const toml::table& source) {
    const std::string people = textAt(source, "people", "ids");
    map_.pseudonyms = people == "pseudonyms";
    if (people != "ids" && !map_.pseudonyms) {
      fail(lineOf(*source.get("people")), "'people' is either 'ids' or 'pseudonyms'");
    }
  }

  void readFormat(const toml::table& source) {
    const std::string name = required(source, "format");
    if (name.empty()) return;
    if (const auto format = parseFormat(name)) {
      map_.format = *format;
    } else {
      fail(lineOf(*source.get("format")),
           "there is no format '" + name + "'; there are xes and csv");
    }
  }

  void readDelimiter(const toml::table& source) {
    const std::string delimiter = textAt(source, "delimiter", ",");
    if (delimiter.size() == 1 && delimiter != "\"" && delimiter != "\n" && delimiter != "\r") {
      map_.delimiter = delimiter[0];
    } else if (!error_) {
      fail(lineOf(*source.get("delimiter")),
           "'delimiter' must be one ASCII character, not a quote");
    }
    if (source.get("delimiter") != nullptr && map_.format == Format::xes) {
      fail(lineOf(*source.get("delimiter")), "'delimiter' means nothing for XES");
    }
  }

  void readState(const toml::table& source) {
    const toml::node* node = source.get("state");
    if (node == nullptr) return fail(lineOf(source), "[source] must name 'state'");
    if (const auto* one = node->as_string()) {
      std::istringstream parts(one->get());
      for (std::string part; std::getline(parts, part, '+');) map_.state.push_back(part);
    } else if (const auto* several = node->as_array()) {
      for (const toml::node& part : *several) {
        map_.state.push_back(part.is_string() ? part.as_string()->get() : std::string());
      }
    }
    if (map_.state.empty() ||
        std::find(map_.state.begin(), map_.state.end(), "") != map_.state.end()) {
      fail(lineOf(*node), "'state' must be a text in quotes or a list of them");
    }
  }

  void readStates(const toml::table& states) {
    for (const auto& [key, value] : states) {
      const std::uint64_t line = key.source().begin.line;
      if (const auto* column = value.as_string()) {
        map_.states.push_back({std::string(key.str()), column->get(), line});
      } else if (const toml::table* reason = value.as_table()) {
        readWaiting(*reason, {std::string(key.str()), "", line});
      } else {
        fail(lineOf(value),
             "the column of state " + inQuotes(key.str()) + " must be a text in quotes");
      }
    }
    if (map_.states.empty()) fail(lineOf(states), "[states] is empty, so no event has a column");
    // Messages name the first mistake from the top.
    std::sort(map_.states.begin(), map_.states.end(),
              [](const MappedState& a, const MappedState& b) { return a.line < b.line; });
  }

  void readWaiting(const toml::table& reason, MappedState state) {
    const auto* waitsFor = reason.get_as<std::string>("waits_for");
    if (waitsFor == nullptr || reason.size() != 1 || !isAmong(kWaitsFor, waitsFor->get())) {
      return fail(state.line, "state " + inQuotes(state.state) +
                                  " must name a column, or { waits_for = … } with one of " +
                                  listed(kWaitsFor));
    }
    state.waitsFor = waitsFor->get();
    map_.states.push_back(std::move(state));
  }

  void readOwnership(const toml::table& root) {
    readNames(root, "people", map_.assignee.empty() ? "assignee" : "", map_.people);
    readNames(root, "teams", map_.team.empty() ? "team" : "", map_.teams);
    readTiers(root);
  }

  // The table; null when there is none. `missing`: the key of [source] that it needs.
  const toml::table* tableFor(const toml::table& root, std::string_view name,
                              std::string_view missing) {
    const toml::node* node = root.get(name);
    if (node == nullptr) return nullptr;
    if (node->as_table() == nullptr) {
      fail(lineOf(*node), inQuotes(name) + " must be a table");
    } else if (!missing.empty()) {
      fail(lineOf(*node), "[" + std::string(name) + "] means nothing without " + inQuotes(missing) +
                              " in [source]");
    }
    return node->as_table();
  }

  void readNames(const toml::table& root, std::string_view table, std::string_view missing,
                 std::vector<MappedName>& into) {
    const toml::table* names = tableFor(root, table, missing);
    if (names == nullptr) return;
    for (const auto& [key, value] : *names) {
      const auto* id = value.as_string();
      if (id == nullptr || (!id->get().empty() && !isSubjectId(id->get()))) {
        fail(lineOf(value), "what " + inQuotes(key.str()) + " is in [" + std::string(table) +
                                "] must be 1 to 100 letters, digits and . _ - @ + (ASCII) in "
                                "quotes, or \"\"");
        continue;
      }
      into.push_back({std::string(key.str()), id->get(), key.source().begin.line});
    }
  }

  void readTiers(const toml::table& root) {
    const toml::table* tiers = tableFor(root, "tiers", map_.tier.empty() ? "tier" : "");
    if (tiers == nullptr) return;
    std::vector<std::pair<toml::source_position, TierPattern>> found;
    for (const auto& [key, value] : *tiers) {
      const std::int64_t tier = value.value_exact<std::int64_t>().value_or(0);
      const toml::source_position at = key.source().begin;
      if (tier < 1 || tier > 3) {
        fail(at.line, "the tier of " + inQuotes(key.str()) + " must be 1, 2 or 3");
        continue;
      }
      found.push_back({at, {std::string(key.str()), static_cast<std::uint8_t>(tier), at.line}});
    }
    // The first that fits counts: as in the map, not as TOML's library sorts them.
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [at, pattern] : found) map_.tiers.push_back(std::move(pattern));
  }

  ImportMap map_;
  std::optional<ImportError> error_;
};

}  // namespace

std::string_view text(Format format) {
  return format == Format::xes ? "xes" : "csv";
}

std::optional<Format> parseFormat(std::string_view text) {
  if (text == "xes") return Format::xes;
  if (text == "csv") return Format::csv;
  return std::nullopt;
}

tl::expected<ImportMap, ImportError> parseMap(std::string_view toml, const std::string& path) {
  if (toml.starts_with(kByteOrderMark)) toml.remove_prefix(kByteOrderMark.size());
  toml::table root;
  try {
    root = toml::parse(toml, path);
  } catch (const toml::parse_error& error) {
    std::string what(error.description());
    std::replace(what.begin(), what.end(), '\n', ' ');
    return tl::make_unexpected(usageError("Map '" + path + "', line " +
                                          std::to_string(error.source().begin.line) + ": " + what +
                                          "."));
  }
  return MapReader(path).read(root);
}

tl::expected<ImportMap, ImportError> readMap(const std::string& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status)) {
    return tl::make_unexpected(badInput("There is no map '" + path + "'."));
  }
  if (std::filesystem::is_directory(status)) {
    return tl::make_unexpected(badInput("The map '" + path + "' is a directory, not a file."));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return tl::make_unexpected(badInput("The map '" + path + "' cannot be read."));
  std::ostringstream content;
  content << file.rdbuf();
  if (content.str().empty()) {
    return tl::make_unexpected(usageError("The map '" + path + "' is empty."));
  }
  return parseMap(content.str(), path);
}

std::vector<std::string> titleKeys(std::string_view title) {
  std::vector<std::string> keys;
  for (std::size_t open = title.find('{'); open != std::string_view::npos;
       open = title.find('{', open + 1)) {
    const std::size_t close = title.find('}', open);
    if (close == std::string_view::npos) break;
    keys.emplace_back(title.substr(open + 1, close - open - 1));
  }
  return keys;
}

}  // namespace docket::client::imports
