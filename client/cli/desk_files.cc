#include "client/cli/desk_files.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/duration_text.h"
#include "client/cli/json_shapes.h"

namespace docket::client::cli {
namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

struct Window {
  std::uint32_t from = 0;  // seconds since midnight
  std::uint32_t to = 0;
};
using Windows = std::vector<Window>;
using Week = std::array<Windows, 7>;
using Dated = std::vector<std::pair<std::string, Windows>>;

std::string inQuotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

// "08:00", "08:00:30", "24:00" as seconds.
std::optional<std::uint32_t> parseTimeOfDay(std::string_view text) {
  std::array<std::uint32_t, 3> parts{};
  std::size_t count = 0;
  while (count < parts.size()) {
    const auto part = text.substr(0, 2);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), parts[count]);
    if (part.size() != 2 || error != std::errc() || end != part.data() + 2) return std::nullopt;
    ++count;
    text.remove_prefix(2);
    if (text.empty()) break;
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
  }
  const std::uint32_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (count < 2 || !text.empty() || parts[1] > 59 || parts[2] > 59 || seconds > 86'400) {
    return std::nullopt;
  }
  return seconds;
}

std::optional<Window> parseWindow(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = parseTimeOfDay(text.substr(0, dash));
  const auto to = parseTimeOfDay(text.substr(dash + 1));
  if (!from || !to || *from >= *to) return std::nullopt;
  return Window{*from, *to};
}

// "mon" or "mon-fri": the first day and the last; none when it is neither.
std::optional<std::pair<std::size_t, std::size_t>> parseDays(std::string_view text) {
  const auto dayOf = [](std::string_view name) {
    return static_cast<std::size_t>(std::find(kDays.begin(), kDays.end(), name) - kDays.begin());
  };
  const auto dash = text.find('-');
  const std::size_t first = dayOf(text.substr(0, dash));
  const std::size_t last = dash == std::string_view::npos ? first : dayOf(text.substr(dash + 1));
  if (first > last || last >= kDays.size()) return std::nullopt;
  return std::pair(first, last);
}

// One file being read; the first mistake ends it.
class FileReader {
 public:
  FileReader(const std::string& file, const std::string& text) : file_(file) {
    try {
      root_ = toml::parse(text);
    } catch (const toml::parse_error& wrong) {
      throw CliFailure(
          ExitCode::refused,
          at(wrong.source().begin.line) + std::string(wrong.description()) + " (it must be TOML)");
    }
  }

  const toml::table& root() const { return root_; }

  [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
    fail(node.source().begin.line, what);
  }
  [[noreturn]] void fail(std::uint32_t line, const std::string& what) const {
    throw CliFailure(ExitCode::usage, at(line) + what);
  }

  void allowKeys(const toml::table& table, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : table) {
      if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
      std::string known;
      for (const auto one : keys) known += (known.empty() ? "" : ", ") + std::string(one);
      fail(key.source().begin.line, "there is no " + inQuotes(key.str()) + " here, only " + known);
    }
  }

  std::string text(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    if (const auto* value = node->as_string()) return value->get();
    fail(*node, inQuotes(key) + " must be a text in quotes");
  }

  // A name for people: the id unless it is given.
  std::string nameOf() const {
    std::string name = text(root_, "name");
    return name.empty() ? text(root_, "id") : name;
  }

  std::string required(const toml::table& table, std::string_view key) const {
    std::string value = text(table, key);
    if (value.empty()) fail(table, inQuotes(key) + " is missing");
    return value;
  }

  bool flag(const toml::table& table, std::string_view key, bool absent) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return absent;
    if (const auto* value = node->as_boolean()) return value->get();
    fail(*node, inQuotes(key) + " must be true or false");
  }

  const toml::table* table(const toml::table& parent, std::string_view key) const {
    const toml::node* node = parent.get(key);
    if (node == nullptr) return nullptr;
    if (const auto* value = node->as_table()) return value;
    fail(*node, inQuotes(key) + " must be a table");
  }

  // A list of dates: texts, or TOML's own dates.
  std::vector<std::string> dates(const toml::table& table, std::string_view key) const {
    std::vector<std::string> all;
    const toml::node* node = table.get(key);
    if (node == nullptr) return all;
    const auto* list = node->as_array();
    if (list == nullptr) fail(*node, inQuotes(key) + " must be a list of dates");
    for (const toml::node& entry : *list) {
      if (const auto* text = entry.as_string()) {
        all.push_back(text->get());
      } else if (const auto* date = entry.as_date()) {
        all.push_back(dateText(date->get()));
      } else {
        fail(entry, inQuotes(key) + " must hold dates");
      }
    }
    return all;
  }

  Windows windows(const toml::node& node) const {
    Windows all;
    const auto* list = node.as_array();
    if (list == nullptr) fail(node, "must be a list of windows, as [\"08:00-12:00\"]");
    for (const toml::node& entry : *list) {
      const auto* text = entry.as_string();
      const auto window = text == nullptr ? std::nullopt : parseWindow(text->get());
      if (!window) fail(entry, "must be a window of a day, as \"08:00-12:00\" or \"20:00-24:00\"");
      all.push_back(*window);
    }
    return all;
  }

  Week week(std::string_view key) const {
    Week week;
    std::array<bool, 7> given{};
    const toml::table* days = table(root_, key);
    if (days == nullptr) return week;
    for (const auto& [name, value] : *days) {
      const auto range = parseDays(name.str());
      if (!range) {
        fail(name.source().begin.line,
             inQuotes(name.str()) + " must be a day or some, as mon or mon-fri");
      }
      for (std::size_t day = range->first; day <= range->second; ++day) {
        if (given[day]) {
          fail(name.source().begin.line, std::string(kDays[day]) + " is given twice");
        }
        given[day] = true;
        week[day] = windows(value);
      }
    }
    return week;
  }

  Dated dated(std::string_view key) const {
    Dated all;
    const toml::table* dates = table(root_, key);
    if (dates == nullptr) return all;
    for (const auto& [date, value] : *dates) all.emplace_back(date.str(), windows(value));
    return all;
  }

 private:
  static std::string dateText(const toml::date& date) {
    char text[16];
    std::snprintf(text, sizeof text, "%04u-%02u-%02u", unsigned{date.year}, unsigned{date.month},
                  unsigned{date.day});
    return text;
  }

  std::string at(std::uint32_t line) const {
    return "'" + file_ + "', line " + std::to_string(line) + ": ";
  }

  std::string file_;
  toml::table root_;
};

void setWindows(capnp::List<api::DayWindow>::Builder out, const Windows& windows) {
  for (capnp::uint i = 0; i < out.size(); ++i) {
    out[i].setFrom(windows[i].from);
    out[i].setTo(windows[i].to);
  }
}

void setWeek(capnp::List<capnp::List<api::DayWindow>>::Builder out, const Week& week) {
  for (capnp::uint day = 0; day < out.size(); ++day) {
    setWindows(out.init(day, static_cast<capnp::uint>(week[day].size())), week[day]);
  }
}

void setDated(capnp::List<api::DatedWindows>::Builder out, const Dated& dated) {
  for (capnp::uint i = 0; i < out.size(); ++i) {
    out[i].setDate(asText(dated[i].first));
    setWindows(out[i].initWindows(static_cast<capnp::uint>(dated[i].second.size())),
               dated[i].second);
  }
}

void setTexts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts) {
  for (capnp::uint i = 0; i < out.size(); ++i) out.set(i, asText(texts[i]));
}

capnp::uint sizeOf(const auto& list) {
  return static_cast<capnp::uint>(list.size());
}

struct Target {
  std::string kind;
  std::chrono::seconds within{};
  std::int64_t warnAtPercent = 75;
  bool pausesForCustomer = true;
};

Target readTarget(const FileReader& reader, std::string_view kind, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) reader.fail(node, inQuotes(kind) + " must be a table");
  reader.allowKeys(*table, {"within", "warn_at_percent", "pauses_for_customer"});
  Target target{std::string(kind)};
  const auto within = parseDuration(reader.required(*table, "within"));
  if (!within) reader.fail(*table->get("within"), "'within' " + within.error());
  target.within = *within;
  if (const toml::node* percent = table->get("warn_at_percent")) {
    const auto* number = percent->as_integer();
    if (number == nullptr || number->get() < 0 || number->get() > 99) {
      reader.fail(*percent, "'warn_at_percent' must be 0 (no warning) to 99");
    }
    target.warnAtPercent = number->get();
  }
  target.pausesForCustomer = reader.flag(*table, "pauses_for_customer", true);
  return target;
}

std::string timeOfDay(std::uint32_t seconds) {
  char text[16];
  const unsigned rest = seconds % 60;
  if (rest == 0) {
    std::snprintf(text, sizeof text, "%02u:%02u", seconds / 3600, seconds / 60 % 60);
  } else {
    std::snprintf(text, sizeof text, "%02u:%02u:%02u", seconds / 3600, seconds / 60 % 60, rest);
  }
  return text;
}

toml::array windowsToml(capnp::List<api::DayWindow>::Reader windows) {
  toml::array list;
  for (const auto window : windows) {
    list.push_back(timeOfDay(window.getFrom()) + "-" + timeOfDay(window.getTo()));
  }
  return list;
}

// --- Writing: by hand, so that the order is the one in which people read.

std::string keyLine(std::string_view key, const toml::node& value) {
  std::ostringstream out;
  out << key << " = ";
  if (const auto* text = value.as_string()) {
    out << toml::default_formatter(*text, toml::format_flags::none);
  } else if (const auto* list = value.as_array()) {
    out << "[";
    for (std::size_t i = 0; i < list->size(); ++i) {
      out << (i == 0 ? "" : ", ")
          << toml::default_formatter(*list->get(i), toml::format_flags::none);
    }
    out << "]";
  }
  return out.str() + "\n";
}

std::string textLine(std::string_view key, capnp::Text::Reader text) {
  if (text.size() == 0) return {};
  return keyLine(key, toml::value<std::string>(std::string(textOf(text))));
}

std::string listLine(std::string_view key, capnp::List<capnp::Text>::Reader texts) {
  if (texts.size() == 0) return {};
  toml::array list;
  for (const auto text : texts) list.push_back(std::string(textOf(text)));
  return keyLine(key, list);
}

// Days in a row that have the same hours are one line: mon-fri.
std::string weekTable(std::string_view key, capnp::List<capnp::List<api::DayWindow>>::Reader week) {
  std::vector<std::string> days;
  for (const auto day : week) days.push_back(keyLine("", windowsToml(day)));
  days.resize(std::min(days.size(), kDays.size()));
  std::string text;
  for (std::size_t first = 0; first < days.size();) {
    std::size_t end = first + 1;
    while (end < days.size() && days[end] == days[first]) ++end;
    if (week[static_cast<capnp::uint>(first)].size() > 0) {
      text += kDays[first];
      if (end > first + 1) text += "-" + std::string(kDays[end - 1]);
      text += days[first];
    }
    first = end;
  }
  return text.empty() ? text : "\n[" + std::string(key) + "]\n" + text;
}

std::string datedTable(std::string_view key, capnp::List<api::DatedWindows>::Reader dated) {
  std::string text;
  for (const auto one : dated) {
    text += keyLine(std::string(textOf(one.getDate())), windowsToml(one.getWindows()));
  }
  return text.empty() ? text : "\n[" + std::string(key) + "]\n" + text;
}

}  // namespace

void readCalendarFile(const std::string& file, const std::string& text,
                      api::Calendar::Builder calendar) {
  const FileReader reader(file, text);
  const toml::table& root = reader.root();
  reader.allowKeys(root, {"id", "name", "time_zone", "holidays", "yearly_holidays", "weekly_hours",
                          "weekly_breaks", "breaks", "shifts"});
  calendar.setId(asText(reader.required(root, "id")));
  calendar.setName(asText(reader.nameOf()));
  calendar.setTimeZone(asText(reader.required(root, "time_zone")));
  setWeek(calendar.initWeeklyHours(7), reader.week("weekly_hours"));
  setWeek(calendar.initWeeklyBreaks(7), reader.week("weekly_breaks"));
  const auto holidays = reader.dates(root, "holidays");
  setTexts(calendar.initHolidays(sizeOf(holidays)), holidays);
  const auto yearly = reader.dates(root, "yearly_holidays");
  setTexts(calendar.initYearlyHolidays(sizeOf(yearly)), yearly);
  const Dated breaks = reader.dated("breaks");
  setDated(calendar.initBreaks(sizeOf(breaks)), breaks);
  const Dated shifts = reader.dated("shifts");
  setDated(calendar.initShifts(sizeOf(shifts)), shifts);
}

void readPolicyFile(const std::string& file, const std::string& text,
                    api::PromisePolicy::Builder policy) {
  const FileReader reader(file, text);
  const toml::table& root = reader.root();
  reader.allowKeys(root, {"id", "name", "calendar", "retired", "for", "promises"});
  policy.setId(asText(reader.required(root, "id")));
  policy.setName(asText(reader.nameOf()));
  policy.setCalendar(asText(reader.required(root, "calendar")));
  policy.setRetired(reader.flag(root, "retired", false));
  if (const toml::table* selector = reader.table(root, "for")) {
    reader.allowKeys(*selector, {"board", "type", "priority", "service", "customer"});
    policy.setBoard(asText(reader.text(*selector, "board")));
    policy.setType(asText(reader.text(*selector, "type")));
    policy.setPriority(asText(reader.text(*selector, "priority")));
    policy.setService(asText(reader.text(*selector, "service")));
    policy.setCustomer(asText(reader.text(*selector, "customer")));
  }
  std::vector<Target> targets;
  const toml::table* promises = reader.table(root, "promises");
  if (promises == nullptr) reader.fail(root, "the table [promises] is missing");
  for (const auto& [kind, node] : *promises) {
    targets.push_back(readTarget(reader, kind.str(), node));
  }
  auto out = policy.initTargets(sizeOf(targets));
  for (capnp::uint i = 0; i < out.size(); ++i) {
    out[i].setKind(asText(targets[i].kind));
    out[i].setTarget(static_cast<std::uint64_t>(targets[i].within.count()));
    out[i].setWarnAtPercent(static_cast<std::uint8_t>(targets[i].warnAtPercent));
    out[i].setPausesForCustomer(targets[i].pausesForCustomer);
  }
}

std::string calendarFile(api::Calendar::Reader calendar) {
  return textLine("id", calendar.getId()) + textLine("name", calendar.getName()) +
         textLine("time_zone", calendar.getTimeZone()) +
         listLine("holidays", calendar.getHolidays()) +
         listLine("yearly_holidays", calendar.getYearlyHolidays()) +
         weekTable("weekly_hours", calendar.getWeeklyHours()) +
         weekTable("weekly_breaks", calendar.getWeeklyBreaks()) +
         datedTable("breaks", calendar.getBreaks()) + datedTable("shifts", calendar.getShifts());
}

std::string policyFile(api::PromisePolicy::Reader policy) {
  std::string text = textLine("id", policy.getId()) + textLine("name", policy.getName()) +
                     textLine("calendar", policy.getCalendar());
  if (policy.getRetired()) text += "retired = true\n";
  const std::string selector =
      textLine("board", policy.getBoard()) + textLine("type", policy.getType()) +
      textLine("priority", policy.getPriority()) + textLine("service", policy.getService()) +
      textLine("customer", policy.getCustomer());
  if (!selector.empty()) text += "\n[for]\n" + selector;
  for (const auto target : policy.getTargets()) {
    const auto within = std::chrono::seconds(target.getTarget());
    text += "\n[promises." + std::string(textOf(target.getKind())) + "]\n";
    text += keyLine("within", toml::value<std::string>(durationOption(within)));
    text += "warn_at_percent = " + std::to_string(target.getWarnAtPercent()) + "\n";
    text += std::string("pauses_for_customer = ") +
            (target.getPausesForCustomer() ? "true\n" : "false\n");
  }
  return text;
}

}  // namespace docket::client::cli
