#include "client/import/map_proposal.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "client/import/csv_reader.h"
#include "client/import/ownership_guess.h"
#include "client/import/state_guess.h"
#include "client/import/time_reader.h"
#include "client/import/utf8.h"
#include "client/import/xes_reader.h"

namespace docket::client::imports {
namespace {

constexpr std::size_t kSampleRows = 1000;  // looked at to guess columns
constexpr std::size_t kStatesMax = 500;    // more distinct values are no states
constexpr const char* kUtc = "UTC";
constexpr const char* kSuffixedTiers = R"(
[tiers]
"* 3rd" = 3
"* 2nd" = 2
"*" = 1                                 # a team without such an ending
)";

using StateCounts = ValueCounts;

// What a map needs, before it is written down.
struct Proposal {
  ImportMap map;
  StateCounts states;
  std::string timeNote;  // a remark about the time columns
  bool tierIsSuffix = false;
  std::uint64_t events = 0;
};

std::string quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  return out + '"';
}

// What is put into a comment must stay on its line.
std::string oneLine(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

std::string typeFor(const std::string& path) {
  const std::string name = asciiLower(path.substr(path.find_last_of('/') + 1));
  if (name.find("problem") != std::string::npos) return "problem";
  if (name.find("change") != std::string::npos) return "change";
  if (name.find("request") != std::string::npos) return "service-request";
  return "incident";
}

void writeLine(std::ostream& out, std::string_view key, const std::string& value,
               std::string_view comment) {
  if (value.empty()) return;
  std::string line = std::string(key) + " = " + value;
  if (!comment.empty()) {
    line.resize(std::max<std::size_t>(line.size() + 2, 40), ' ');
    line += "# " + std::string(comment);
  }
  out << line << '\n';
}

std::string quotedOrNothing(const std::string& text) {
  return text.empty() ? "" : quoted(text);
}

std::string stateValue(const std::vector<std::string>& keys) {
  std::string list;
  for (const std::string& key : keys) list += (list.empty() ? "" : ", ") + quoted(key);
  return "[" + list + "]";
}

void writeOwnership(std::ostream& out, const ImportMap& map) {
  writeLine(out, "assignee", quotedOrNothing(map.assignee), "who has the ticket from then on");
  if (!map.assignee.empty()) {
    writeLine(out, "people", quoted("ids"), "\"pseudonyms\" when these are people's names");
  }
  writeLine(out, "team", quotedOrNothing(map.team), "whose the ticket is from then on");
  writeLine(out, "tier", quotedOrNothing(map.tier), "1, 2 or 3");
}

// Which keys say whose a ticket is.
void addOwnership(Proposal& proposal, const std::vector<KnownKey>& keys) {
  const OwnershipKeys guess = guessOwnership(keys, proposal.map.actor);
  proposal.map.assignee = guess.assignee;
  proposal.map.team = guess.team;
  proposal.map.tier = guess.tier;
  proposal.tierIsSuffix = guess.tierIsSuffix;
}

std::string asToml(const Proposal& proposal, const std::string& path, const BoardColumns& board) {
  const ImportMap& map = proposal.map;
  std::ostringstream out;
  out << "# A first map for " << oneLine(path.substr(path.find_last_of('/') + 1))
      << ", guessed from its " << proposal.events
      << " events. Look it over before you import.\n\n[source]\n";
  const bool xes = map.format == Format::xes;
  writeLine(out, "format", quoted(text(map.format)), "");
  if (!xes && map.delimiter != ',') {
    writeLine(out, "delimiter", quoted(std::string(1, map.delimiter)), "");
  }
  writeLine(out, "case", quoted(map.caseKey),
            xes ? "of the trace: one ticket each" : "one ticket each");
  writeLine(out, "activity", quoted(map.activity), "what happened");
  writeLine(out, "time", quoted(map.time), proposal.timeNote);
  if (map.timeFormat != kIso8601) writeLine(out, "time_format", quoted(map.timeFormat), "");
  writeLine(out, "timezone", quotedOrNothing(map.timezone),
            "the times have no offset: put the desk's own zone here");
  writeLine(out, "actor", quotedOrNothing(map.actor), "who did it");
  writeLine(out, "sequence", quotedOrNothing(map.sequence), "order within a case");
  writeLine(out, "state", stateValue(map.state),
            map.state.size() > 1 ? "values joined by \"+\"" : "decides the column");
  writeLine(out, "type", quoted(map.type), "of all tickets");
  writeOwnership(out, map);

  out << "\n# The columns of "
      << (board.board.empty() ? std::string("a board made from the it-support template")
                              : "board " + board.board)
      << ":\n#  ";
  for (const BoardColumn& column : board.columns) {
    out << (&column == &board.columns.front() ? " " : " · ") << oneLine(column.name);
  }
  out << "\n[states]\n";
  std::vector<std::pair<std::string, std::uint64_t>> states(proposal.states.begin(),
                                                            proposal.states.end());
  std::stable_sort(states.begin(), states.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [state, count] : states) {
    const ColumnGuess guess = guessColumn(state, board);
    writeLine(out, quoted(state), quoted(guess.column),
              std::to_string(count) + (count == 1 ? " event" : " events") +
                  (guess.sure ? "" : "; not recognised: please check"));
  }
  if (proposal.tierIsSuffix) out << kSuffixedTiers;
  return out.str();
}

ImportError notFound(const std::string& path, const std::string& what) {
  return badInput("No map can be proposed for '" + path + "': " + what + ".");
}

// --- XES
// ------------------------------------------------------------------------------------------

// Transitions of the XES lifecycle extension say how far an activity is, not where a case stands.
bool isStandardTransition(std::string_view value) {
  static constexpr std::array<std::string_view, 14> kTransitions{
      "schedule", "assign",     "reassign", "start",     "suspend", "resume",   "complete",
      "autoskip", "manualskip", "pi_abort", "ate_abort", "unknown", "withdraw", ""};
  return std::find(kTransitions.begin(), kTransitions.end(), asciiLower(value)) !=
         kTransitions.end();
}

class XesStudy {
 public:
  bool onTrace(const XesTrace& trace) {
    for (const SourceAttribute& attribute : trace.attributes) {
      if (caseKey_.empty() || attribute.key == "concept:name") caseKey_ = attribute.key;
    }
    for (const XesEvent& event : trace.events) add(event);
    return true;
  }

  tl::expected<Proposal, ImportError> propose(const std::string& path) {
    if (events_ == 0) return tl::make_unexpected(notFound(path, "the log has no events"));
    if (caseKey_.empty())
      return tl::make_unexpected(notFound(path, "its traces have no attributes"));
    if (!keys_.contains("concept:name")) {
      return tl::make_unexpected(notFound(path, "its events have no 'concept:name'"));
    }
    const std::string time =
        keys_.contains("time:timestamp") ? std::string("time:timestamp") : firstDate_;
    if (time.empty()) return tl::make_unexpected(notFound(path, "its events have no date"));
    Proposal proposal;
    ImportMap& map = proposal.map;
    map.format = Format::xes;
    map.caseKey = caseKey_;
    map.activity = "concept:name";
    map.time = time;
    map.timeFormat = kIso8601;
    if (keys_.contains("org:resource")) map.actor = "org:resource";
    map.state = {"concept:name"};
    if (transitionsAreStates_) map.state.emplace_back("lifecycle:transition");
    map.type = typeFor(path);
    // Only read where a time has no offset.
    if (missingOffset_) map.timezone = kUtc;
    proposal.states = transitionsAreStates_ ? withTransition_ : names_;
    proposal.events = events_;
    std::vector<KnownKey> keys;
    for (const auto& [key, values] : keys_) {
      if (key == map.activity || key == map.time || key == "lifecycle:transition") continue;
      keys.push_back({key, values ? &*values : nullptr});
    }
    addOwnership(proposal, keys);
    return proposal;
  }

 private:
  void add(const XesEvent& event) {
    ++events_;
    for (const SourceAttribute& attribute : event.attributes) {
      auto& values = keys_.try_emplace(attribute.key, ValueCounts{}).first->second;
      if (values) {
        ++(*values)[attribute.value];
        if (values->size() > kStatesMax) values.reset();
      }
      if (attribute.type == "date" && firstDate_.empty()) firstDate_ = attribute.key;
      if (attribute.type == "date" && !missingOffset_) {
        auto reader = TimeReader::make(std::string(kIso8601), "");
        missingOffset_ = !reader->read(attribute.value);
      }
    }
    const SourceAttribute* name = findAttribute(event.attributes, "concept:name");
    if (name == nullptr) return;
    const SourceAttribute* transition = findAttribute(event.attributes, "lifecycle:transition");
    ++names_[name->value];
    if (transition == nullptr) return;
    transitionsAreStates_ = transitionsAreStates_ || !isStandardTransition(transition->value);
    ++withTransition_[name->value + "+" + transition->value];
  }

  std::string caseKey_;
  std::string firstDate_;
  std::map<std::string, std::optional<ValueCounts>> keys_;  // none: too many different values
  StateCounts names_;
  StateCounts withTransition_;
  bool transitionsAreStates_ = false;
  bool missingOffset_ = false;
  std::uint64_t events_ = 0;
};

// --- CSV
// ------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 12> kTimeFormats{
    "iso8601",           "%Y/%m/%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%Y/%m/%d %H:%M",    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",    "%d.%m.%Y %H:%M",    "%d-%m-%Y %H:%M",    "%Y%m%d%H%M%S"};

struct TimeGuess {
  std::string format;
  bool hasOffset = false;
};

// The first format that reads all of the texts.
std::optional<TimeGuess> guessTime(const std::vector<std::string>& texts) {
  if (texts.empty()) return std::nullopt;
  for (std::string_view format : kTimeFormats) {
    for (const bool withZone : {false, true}) {
      auto reader = TimeReader::make(std::string(format), withZone ? kUtc : "");
      if (!reader) continue;
      if (std::all_of(texts.begin(), texts.end(),
                      [&](const std::string& text) { return reader->read(text).has_value(); })) {
        return TimeGuess{std::string(format), !withZone};
      }
    }
  }
  return std::nullopt;
}

// The column whose name has the earliest of `words` in it.
std::optional<std::size_t> columnNamed(const CsvHeader& header,
                                       const std::vector<std::string_view>& words,
                                       const std::set<std::size_t>& taken) {
  for (std::string_view word : words) {
    for (std::size_t i = 0; i < header.names.size(); ++i) {
      const std::string name = asciiLower(header.names[i]);
      if (!taken.contains(i) && name.find(word) != std::string::npos) return i;
    }
  }
  return std::nullopt;
}

// Collects what is needed for a guess: a sample of rows, and counts of every column that has few
// values.
class CsvStudy {
 public:
  bool onHeader(const CsvHeader& header) {
    header_ = header;
    values_.assign(header.names.size(), StateCounts{});
    return true;
  }

  bool onRow(CsvRow& row) {
    ++rows_;
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      if (!values_[i]) continue;
      ++(*values_[i])[row.fields[i]];
      if (values_[i]->size() > kStatesMax) values_[i].reset();
    }
    if (sample_.size() < kSampleRows) sample_.push_back(std::move(row.fields));
    return true;
  }

  tl::expected<Proposal, ImportError> propose(const std::string& path, char delimiter) {
    if (rows_ == 0) return tl::make_unexpected(notFound(path, "it has no rows"));
    Proposal proposal;
    ImportMap& map = proposal.map;
    map.format = Format::csv;
    map.delimiter = delimiter;
    map.type = typeFor(path);
    proposal.events = rows_;
    if (!chooseTime(proposal)) {
      return tl::make_unexpected(notFound(path, "no column holds times of a known form"));
    }
    const auto caseColumn = columnNamed(
        header_, {"case", "ticket", "incident", "request", "issue", "number", "key", "id"}, taken_);
    if (!caseColumn) {
      return tl::make_unexpected(notFound(path, "no column looks like the key of a case"));
    }
    map.caseKey = take(*caseColumn);
    const auto activity = activityColumn();
    if (!activity) {
      return tl::make_unexpected(notFound(path, "no column looks like an activity or a status"));
    }
    map.activity = take(*activity);
    map.state = {map.activity};
    proposal.states = *values_[*activity];
    if (const auto actor = columnNamed(
            header_, {"resource", "actor", "agent", "assignee", "assigned", "user", "owner"},
            taken_)) {
      map.actor = header_.addresses[*actor];
    }
    addOwnership(proposal, freeColumns());
    if (const auto sequence =
            columnNamed(header_, {"sequence", "event no", "event index", "step"}, taken_);
        sequence && allWholeNumbers(*sequence)) {
      map.sequence = take(*sequence);
    }
    return proposal;
  }

 private:
  std::vector<std::string> sampleOf(std::size_t column) const {
    std::vector<std::string> texts;
    for (const auto& row : sample_) texts.push_back(row[column]);
    return texts;
  }

  std::vector<KnownKey> freeColumns() const {
    std::vector<KnownKey> free;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (taken_.contains(i)) continue;
      free.push_back({header_.addresses[i], values_[i] ? &*values_[i] : nullptr});
    }
    return free;
  }

  std::string take(std::size_t column) {
    taken_.insert(column);
    return header_.addresses[column];
  }

  bool chooseTime(Proposal& proposal) {
    std::set<std::size_t> tried;
    for (;;) {
      auto column =
          columnNamed(header_, {"complete timestamp", "timestamp", "time", "date", "when"}, tried);
      if (!column) column = columnNamed(header_, {""}, tried);  // any other
      if (!column) return false;
      tried.insert(*column);
      if (const auto guess = guessTime(sampleOf(*column))) {
        proposal.map.time = take(*column);
        proposal.map.timeFormat = guess->format;
        if (!guess->hasOffset) proposal.map.timezone = kUtc;
        proposal.timeNote = "when";
        return true;
      }
    }
  }

  // By name among those with few different values, none of them empty.
  std::optional<std::size_t> activityColumn() {
    std::set<std::size_t> unfit = taken_;
    for (;;) {
      const auto column =
          columnNamed(header_, {"activity", "status", "state", "event", "action"}, unfit);
      if (!column) return std::nullopt;
      if (values_[*column] && !values_[*column]->contains("")) return column;
      unfit.insert(*column);
    }
  }

  bool allWholeNumbers(std::size_t column) const {
    return std::all_of(sample_.begin(), sample_.end(), [&](const auto& row) {
      const std::string& text = row[column];
      return !text.empty() && text.size() < 18 &&
             std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    });
  }

  CsvHeader header_;
  std::uint64_t rows_ = 0;
  std::vector<std::optional<StateCounts>> values_;  // none: too many different ones
  std::vector<std::vector<std::string>> sample_;
  std::set<std::size_t> taken_;
};

// The one that stands most often in the first line.
char guessDelimiter(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  char best = ',';
  for (const char candidate : {',', ';', '\t', '|'}) {
    if (std::count(line.begin(), line.end(), candidate) >
        std::count(line.begin(), line.end(), best)) {
      best = candidate;
    }
  }
  return best;
}

tl::expected<Proposal, ImportError> study(ByteSource& source, Format format) {
  if (format == Format::xes) {
    XesStudy xes;
    auto read = readXes(
        source, {[&](XesTrace& trace) { return xes.onTrace(trace); }, [](std::uint64_t) {}});
    if (!read) return tl::make_unexpected(read.error());
    return xes.propose(source.path());
  }
  const auto first = source.peek();
  if (!first) return tl::make_unexpected(first.error());
  const char delimiter = guessDelimiter(*first);
  CsvStudy csv;
  auto read = readCsv(source, delimiter,
                      {[&](const CsvHeader& header) { return csv.onHeader(header); },
                       [&](CsvRow& row) { return csv.onRow(row); }, [](const RefusedRow&) {}});
  if (!read) return tl::make_unexpected(read.error());
  return csv.propose(source.path(), delimiter);
}

}  // namespace

tl::expected<std::string, ImportError> proposeMap(ByteSource& source, Format format,
                                                  const BoardColumns& board) {
  auto proposal = study(source, format);
  if (!proposal) return tl::make_unexpected(proposal.error());
  if (proposal->states.empty()) {
    return tl::make_unexpected(notFound(source.path(), "no event has a state"));
  }
  return asToml(*proposal, source.path(), board);
}

}  // namespace docket::client::imports
