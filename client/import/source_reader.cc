#include "client/import/source_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <utility>

#include "client/import/csv_reader.h"
#include "client/import/utf8.h"
#include "client/import/xes_reader.h"

namespace docket::client::imports {
namespace {

// A title is made of the source's words and may be cut: they are kept whole in the attributes.
constexpr std::size_t kTitleCharactersMax = 300;

// The value that a map's key has in a row; none when the row has no such key.
using Lookup = std::function<const std::string*(const std::string& key)>;

std::string titleFrom(const std::string& pattern, const std::string& externalKey,
                      const Lookup& valueOf) {
  std::string title;
  std::size_t at = 0;
  while (at < pattern.size()) {
    const std::size_t open = pattern.find('{', at);
    const std::size_t close = open == std::string::npos ? open : pattern.find('}', open);
    title.append(pattern, at, close == std::string::npos ? std::string::npos : open - at);
    if (close == std::string::npos) break;
    const std::string key = pattern.substr(open + 1, close - open - 1);
    if (key == "case") {
      title += externalKey;
    } else if (const std::string* value = valueOf(key)) {
      title += *value;
    }
    at = close + 1;
  }
  return std::string(shortened(title, kTitleCharactersMax));
}

// Turns rows into events by the map; whatever is wrong with a row is a sentence.
class EventMaker {
 public:
  EventMaker(const ImportMap& map, TimeReader times) : map_(map), times_(std::move(times)) {}

  tl::expected<SourceEvent, std::string> make(std::uint64_t line, const Lookup& valueOf) {
    SourceEvent event;
    event.line = line;
    const std::string* activity = valueOf(map_.activity);
    if (activity == nullptr || activity->empty()) {
      return tl::make_unexpected("it has no activity ('" + map_.activity + "')");
    }
    event.activity = *activity;
    const std::string* time = valueOf(map_.time);
    if (time == nullptr) return tl::make_unexpected("it has no time ('" + map_.time + "')");
    const auto instant = times_.read(*time);
    if (!instant) return tl::make_unexpected(instant.error());
    event.occurredAt = *instant;
    if (const std::string* actor = map_.actor.empty() ? nullptr : valueOf(map_.actor)) {
      event.actor = *actor;
    }
    for (const std::string& key : map_.state) {
      const std::string* part = valueOf(key);
      if (part == nullptr) return tl::make_unexpected("it has no state ('" + key + "')");
      if (&key != &map_.state.front()) event.state += '+';
      event.state += *part;
    }
    if (!map_.sequence.empty()) {
      const auto order = sequenceOf(valueOf(map_.sequence));
      if (!order) {
        return tl::make_unexpected("its sequence ('" + map_.sequence + "') is no whole number");
      }
      event.order = *order;
    }
    return event;
  }

  const TimeNotes& notes() const { return times_.notes(); }

 private:
  static std::optional<std::int64_t> sequenceOf(const std::string* text) {
    if (text == nullptr) return std::nullopt;
    const std::string_view digits = withoutOuterBlanks(*text);
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return value;
  }

  const ImportMap& map_;
  TimeReader times_;
};

// --- XES
// ------------------------------------------------------------------------------------------

class XesCases {
 public:
  XesCases(const ImportMap& map, TimeReader times, const CaseSink& sink)
      : map_(map), maker_(map, std::move(times)), sink_(sink) {}

  bool onTrace(XesTrace& trace) {
    SourceCase made;
    made.line = trace.line;
    const SourceAttribute* key = findAttribute(trace.attributes, map_.caseKey);
    if (key == nullptr || key->value.empty()) {
      refuseAll(trace, "its trace has no '" + map_.caseKey + "'");
      return sink_.onProgress();
    }
    made.externalKey = key->value;
    if (trace.events.empty()) {
      sink_.onRefused({trace.line, made.externalKey, "the trace has no events to record"});
      return sink_.onProgress();
    }
    made.title = titleFrom(map_.title, made.externalKey, [&](const std::string& name) {
      return valueIn(trace.events.front(), trace, name);
    });
    for (XesEvent& event : trace.events) addEvent(event, made);
    if (made.events.empty()) return sink_.onProgress();
    const std::size_t attributes = fingerprint(trace.attributes);
    const auto [seen, isNew] = seen_.try_emplace(made.externalKey, Seen{0, attributes});
    Seen& before = seen->second;
    if (!isNew && before.attributes != attributes) {
      sink_.onRefused({trace.line, made.externalKey,
                       "the case was there before with other attributes of its own; those of this "
                       "trace are not kept, its events are"});
    }
    orderEvents(made.events, !map_.sequence.empty(), before.nextSequence);
    before.nextSequence += made.events.size();
    made.attributes = std::move(trace.attributes);
    return sink_.onCase(made) && sink_.onProgress();
  }

  const TimeNotes& notes() const { return maker_.notes(); }

 private:
  static const std::string* valueIn(const XesEvent& event, const XesTrace& trace,
                                    const std::string& key) {
    const SourceAttribute* found = findAttribute(event.attributes, key);
    if (found == nullptr) found = findAttribute(trace.attributes, key);
    return found == nullptr ? nullptr : &found->value;
  }

  void addEvent(XesEvent& event, SourceCase& into) {
    auto made = maker_.make(event.line, [&](const std::string& key) -> const std::string* {
      const SourceAttribute* found = findAttribute(event.attributes, key);
      return found == nullptr ? nullptr : &found->value;
    });
    if (!made) return sink_.onRefused({event.line, into.externalKey, made.error()});
    made->attributes = std::move(event.attributes);
    into.events.push_back(std::move(*made));
  }

  void refuseAll(const XesTrace& trace, const std::string& reason) {
    if (trace.events.empty()) sink_.onRefused({trace.line, "", reason});
    for (const XesEvent& event : trace.events) sink_.onRefused({event.line, "", reason});
  }

  const ImportMap& map_;
  EventMaker maker_;
  const CaseSink& sink_;

  struct Seen {
    std::uint64_t nextSequence = 0;
    std::size_t attributes = 0;  // fingerprint of those that came first
  };
  std::unordered_map<std::string, Seen> seen_;  // by case
};

tl::expected<void, ImportError> readXesCases(ByteSource& source, const ImportMap& map,
                                             TimeReader times, const CaseSink& sink,
                                             TimeNotes& notes) {
  XesCases cases(map, std::move(times), sink);
  auto read = readXes(source, {[&](XesTrace& trace) { return cases.onTrace(trace); },
                               [&](std::uint64_t line) {
                                 sink.onRefused({line, "", "the event stands outside any trace"});
                               },
                               sink.onPassedOver});
  notes = cases.notes();
  return read;
}

// --- CSV
// ------------------------------------------------------------------------------------------

class CsvCases {
 public:
  CsvCases(const ImportMap& map, TimeReader times, const std::string& path, const CaseSink& sink)
      : map_(map), maker_(map, std::move(times)), path_(path), sink_(sink) {}

  bool onHeader(const CsvHeader& header) {
    header_ = header;
    for (std::size_t i = 0; i < header.addresses.size(); ++i) columns_[header.addresses[i]] = i;
    std::vector<std::string> wanted{map_.caseKey, map_.activity, map_.time};
    if (!map_.actor.empty()) wanted.push_back(map_.actor);
    if (!map_.sequence.empty()) wanted.push_back(map_.sequence);
    wanted.insert(wanted.end(), map_.state.begin(), map_.state.end());
    for (const std::string& key : titleKeys(map_.title)) {
      if (key != "case") wanted.push_back(key);
    }
    for (const std::string& name : wanted) {
      if (columns_.contains(name)) continue;
      missing_ = name;
      return false;
    }
    return true;
  }

  bool onRow(CsvRow& row) {
    const Lookup valueOf = [&](const std::string& key) -> const std::string* {
      const auto found = columns_.find(key);
      return found == columns_.end() ? nullptr : &row.fields[found->second];
    };
    const std::string externalKey = *valueOf(map_.caseKey);
    if (externalKey.empty()) {
      sink_.onRefused({row.line, "", "it has no case ('" + map_.caseKey + "')"});
      return sink_.onProgress();
    }
    auto event = maker_.make(row.line, valueOf);
    if (!event) {
      sink_.onRefused({row.line, externalKey, event.error()});
      return sink_.onProgress();
    }
    const auto [place, isNew] = places_.try_emplace(externalKey, cases_.size());
    if (isNew) {
      cases_.push_back(
          {row.line, externalKey, titleFrom(map_.title, externalKey, valueOf), {}, {}});
    }
    event->attributes.reserve(row.fields.size());
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      event->attributes.push_back({header_.names[i], "string", std::move(row.fields[i]), {}});
    }
    cases_[place->second].events.push_back(std::move(*event));
    return sink_.onProgress();
  }

  // Hands the cases over, freeing each as it goes.
  void finish() {
    for (SourceCase& one : cases_) {
      orderEvents(one.events, !map_.sequence.empty(), 0);
      if (!sink_.onCase(one)) return;
      one = SourceCase{};
    }
  }

  // What is wrong with the columns that the map names.
  std::optional<ImportError> missingColumn() const {
    if (!missing_) return std::nullopt;
    std::string has;
    for (const std::string& address : header_.addresses) {
      has += (has.empty() ? "" : ", ") + address;
    }
    const std::string names =
        "Map '" + map_.path + "' names the column '" + *missing_ + "', which '" + path_ + "' ";
    const auto count = std::count(header_.names.begin(), header_.names.end(), *missing_);
    if (count > 1) {
      return usageError(names + "has " + (count == 2 ? "twice" : std::to_string(count) + " times") +
                        "; write " + *missing_ + "#1 or " + *missing_ + "#2.");
    }
    return usageError(names + "lacks; its columns are: " + has + ".");
  }

  const TimeNotes& notes() const { return maker_.notes(); }

 private:
  const ImportMap& map_;
  EventMaker maker_;
  const std::string path_;
  const CaseSink& sink_;
  CsvHeader header_;
  std::unordered_map<std::string, std::size_t> columns_;
  std::optional<std::string> missing_;
  std::vector<SourceCase> cases_;
  std::unordered_map<std::string, std::size_t> places_;
};

tl::expected<void, ImportError> readCsvCases(ByteSource& source, const ImportMap& map,
                                             TimeReader times, const CaseSink& sink,
                                             TimeNotes& notes) {
  CsvCases cases(map, std::move(times), source.path(), sink);
  bool stopped = false;
  auto read = readCsv(source, map.delimiter,
                      {[&](const CsvHeader& header) { return cases.onHeader(header); },
                       [&](CsvRow& row) {
                         stopped = !cases.onRow(row);
                         return !stopped;
                       },
                       [&](RefusedRow row) { sink.onRefused(std::move(row)); }});
  if (auto missing = cases.missingColumn()) return tl::make_unexpected(std::move(*missing));
  // Stopped while reading: no case is known to be complete.
  if (!stopped) cases.finish();
  notes = cases.notes();
  return read;
}

}  // namespace

tl::expected<Format, ImportError> sniffFormat(ByteSource& source) {
  const auto first = source.peek();
  if (!first) return tl::make_unexpected(first.error());
  std::string_view text = *first;
  if (text.empty()) return tl::make_unexpected(badInput("'" + source.path() + "' is empty."));
  constexpr std::string_view kUtf16Xml[] = {std::string_view("<\0", 2), std::string_view("\0<", 2)};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) text.remove_prefix(2);
  if (text.starts_with(kUtf16Xml[0]) || text.starts_with(kUtf16Xml[1]) ||
      withoutOuterBlanks(text).starts_with('<')) {
    return Format::xes;
  }
  if (text.find('\0') != std::string_view::npos) {
    return tl::make_unexpected(
        badInput("'" + source.path() +
                 "' is of no format that can be imported: it is neither XES nor CSV, plain or "
                 "packed with gzip, xz or zstd."));
  }
  return Format::csv;
}

tl::expected<void, ImportError> readCases(ByteSource& source, const ImportMap& map,
                                          const CaseSink& sink, TimeNotes& notes) {
  auto times = TimeReader::make(map.timeFormat, map.timezone);
  if (!times) {
    return tl::make_unexpected(usageError("Map '" + map.path + "': " + times.error()));
  }
  return map.format == Format::xes ? readXesCases(source, map, std::move(*times), sink, notes)
                                   : readCsvCases(source, map, std::move(*times), sink, notes);
}

}  // namespace docket::client::imports
