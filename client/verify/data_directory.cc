#include "client/verify/data_directory.h"

#include <bit>
#include <memory>
#include <optional>

#include "client/verify/base64.h"
#include "client/verify/envelope.h"
#include "client/verify/file.h"
#include "client/verify/history.h"
#include "client/verify/log_files.h"
#include "client/verify/records.h"
#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLogFormat = "2";
constexpr unsigned kLowestStoredLevel = 8;
constexpr std::size_t kPositionBytes = 8;
constexpr std::uint64_t kAnchorBytesMax = 4096;

std::string bigEndian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

std::string treeKey(unsigned level, std::uint64_t index) {
  return static_cast<char>(level) + bigEndian(index);
}

// The text before and after a number, in one sentence.
std::string numbered(std::string_view before, std::uint64_t number, std::string_view after = {}) {
  return std::string(before) + std::to_string(number) + std::string(after);
}

struct Facts {
  std::string storeId;
  HeadRecord head;
  Anchor anchor;
};

Result<std::string> required(LogFiles& files, const char* key) {
  auto value = files.get(Family::standard, key);
  if (!value) return tl::make_unexpected(value.error());
  if (!*value) return broken(std::string("the log has no entry \"") + key + "\"");
  return std::move(**value);
}

// The three entries of the family "default", and no other.
Result<void> checkStandardKeys(LogFiles& files) {
  const auto walk = files.walk(Family::standard);
  for (; walk->Valid(); walk->Next()) {
    const std::string key = walk->key().ToString();
    if (key == "format" || key == "store-id" || key == "head") continue;
    return broken("the log has an entry \"" + visible(key) + "\", which its format does not have");
  }
  return files.ended(*walk);
}

Result<Facts> readFacts(LogFiles& files) {
  const auto format = required(files, "format");
  if (!format) return tl::make_unexpected(format.error());
  if (*format != kLogFormat) {
    return unreadable("the log has the format \"" + visible(*format) +
                      "\", and this program knows format 2 alone");
  }
  Facts facts;
  auto storeId = required(files, "store-id");
  if (!storeId) return tl::make_unexpected(storeId.error());
  const auto idBytes = fromHex(*storeId);
  if (!idBytes || idBytes->size() != 16) {
    return broken("the log's store id is not 32 hexadecimal digits");
  }
  facts.storeId = std::move(*storeId);
  const auto head = required(files, "head");
  if (!head) return tl::make_unexpected(head.error());
  auto headRecord = readHeadRecord(*head, {"the head record"});
  if (!headRecord) return tl::make_unexpected(headRecord.error());
  facts.head = std::move(*headRecord);
  if (auto keys = checkStandardKeys(files); !keys) return tl::make_unexpected(keys.error());

  const std::string name = visible((files.logDirectory() / "ANCHOR").string());
  const auto text = readIfThere(files.logDirectory() / "ANCHOR", kAnchorBytesMax);
  if (!text) return tl::make_unexpected(text.error());
  if (!*text) return broken("the anchor " + name + " is missing");
  auto anchor = readAnchor(**text, {name});
  if (!anchor) return tl::make_unexpected(anchor.error());
  facts.anchor = *anchor;
  if (facts.anchor.head > facts.head.next) {
    return broken("the log in " + visible(files.logDirectory().string()) +
                  numbered(" ends at position ", facts.head.next) +
                  numbered(", but its anchor says that ", facts.anchor.head,
                           " events were acknowledged: events are lost"));
  }
  return facts;
}

class DataWalk {
 public:
  DataWalk(LogFiles& files, const Facts& facts, KnownRoots roots)
      : files_(files), facts_(facts), history_(std::move(roots)) {}

  Result<void> run(Progress& progress) {
    if (auto before = checkRoots(); !before) return before;
    const auto walk = files_.walk(Family::groups);
    for (; walk->Valid(); walk->Next()) {
      const Bytes key(walk->key().data(), walk->key().size());
      const Bytes value(walk->value().data(), walk->value().size());
      if (auto record = walkRecord(key, value, progress); !record) return record;
    }
    if (auto ended = files_.ended(*walk); !ended) return ended;
    if (auto end = checkEnd(); !end) return end;
    if (auto nodes = countStoredNodes(); !nodes) return nodes;
    return history_.finish();
  }

  const History& history() const { return history_; }

 private:
  std::uint64_t position() const { return history_.tree().size(); }

  Result<void> walkRecord(Bytes key, Bytes value, Progress& progress) {
    const std::uint64_t first = position();
    if (key != bigEndian(first)) {
      return broken(numbered("the group record of position ", first) +
                    " is missing: the next one has the key " + toHex(key));
    }
    if (first >= facts_.head.next) {
      return broken(numbered("there is a group record at position ", first) +
                    numbered(", though the log ends at ", facts_.head.next));
    }
    const Source source{"the log", "the group record at position", first};
    auto record = readGroupRecord(value, source);
    if (!record) return tl::make_unexpected(record.error());
    if (auto units = beginUnits(*record, source); !units) return units;
    for (const GroupRecord::Event& event : record->events) {
      if (auto checked = walkEvent(event); !checked) return checked;
      progress.tell(position(), facts_.head.next);
    }
    return {};
  }

  // How the units of this record join those of the one before.
  Result<void> beginUnits(const GroupRecord& record, const Source& source) {
    const std::uint64_t expected = std::min<std::uint64_t>(unitLeft_, record.events.size());
    if (record.continued != expected) {
      return broken(source.text() + numbered(" begins with ", record.continued) +
                    numbered(" events of an earlier unit, of which ", unitLeft_, " are to come"));
    }
    units_ = record.unitEvents;
    nextUnit_ = 0;
    if (unitLeft_ == 0 && position() == facts_.head.lastGroup) lastGroupBegan_ = true;
    return {};
  }

  Result<void> walkEvent(const GroupRecord::Event& event) {
    const Source source{"the log", "the envelope at position", position()};
    const auto envelope = readEnvelope(event.envelope, source);
    if (!envelope) return tl::make_unexpected(envelope.error());
    const Source payload{"the log", "the payload at position", position()};
    if (auto paid = checkPayload(*envelope, event.payload, payload); !paid) return paid;
    if (auto unit = checkUnit(*envelope, source); !unit) return unit;
    if (auto group = checkLastGroup(*envelope, source); !group) return group;
    if (auto fits = history_.add(*envelope, event.envelope, source); !fits) return fits;
    if (auto nodes = checkStoredNodes(); !nodes) return nodes;
    return checkRoots();
  }

  // All events of a unit are of one command and have one recorded time; the next unit is of another
  // command.
  Result<void> checkUnit(const Envelope& envelope, const Source& source) {
    const bool begins = unitLeft_ == 0;
    if (begins) unitLeft_ = units_[nextUnit_++];
    --unitLeft_;
    const bool sameCommand = envelope.commandId == unitCommand_;
    if (begins && sameCommand) {
      return broken(source.text() + " begins a unit of the command " + toHex(unitCommand_) +
                    ", which the unit before it is of already");
    }
    if (!begins && !sameCommand) {
      return broken(source.text() + " has the command id " + toHex(envelope.commandId) +
                    " in a unit of the command " + toHex(unitCommand_));
    }
    if (!begins && envelope.recordedMicros != unitRecorded_) {
      return broken(source.text() + " has another recorded time than its unit");
    }
    unitCommand_ = envelope.commandId;
    unitRecorded_ = envelope.recordedMicros;
    return {};
  }

  Result<void> checkLastGroup(const Envelope& envelope, const Source& source) {
    if (position() < facts_.head.lastGroup ||
        envelope.recordedMicros == facts_.head.recordedMicros) {
      return {};
    }
    return broken(source.text() + " is of the last commit group, but was recorded at " +
                  utcTime(envelope.recordedMicros) + ", not at " +
                  utcTime(facts_.head.recordedMicros) + " as the head record says");
  }

  Result<void> checkStoredNodes() {
    const auto completed = history_.tree().completed();
    for (unsigned level = kLowestStoredLevel; level < completed.size(); ++level) {
      const std::uint64_t index = (position() >> level) - 1;
      const auto stored = files_.get(Family::tree, treeKey(level, index));
      if (!stored) return tl::make_unexpected(stored.error());
      const std::string name =
          numbered("the tree node of level ", level) + numbered(", index ", index);
      if (!*stored) return broken(name + ", is missing");
      if (**stored != completed[level].view()) {
        return broken(name + numbered(", is not the one that the events up to position ",
                                      position() - 1, " give"));
      }
      ++nodes_;
    }
    return {};
  }

  Result<void> checkRoots() {
    if (position() == facts_.anchor.head && history_.tree().root() != facts_.anchor.root) {
      return broken(numbered("the first ", position()) +
                    " events have another root than the anchor says: history was changed");
    }
    return history_.checkRoots();
  }

  Result<void> checkEnd() {
    if (position() != facts_.head.next) {
      return broken(numbered("the log ends at position ", position()) +
                    numbered(", but its head says ", facts_.head.next, ": events are lost"));
    }
    if (unitLeft_ > 0) {
      return broken(numbered("the log ends within a unit, ", unitLeft_, " events short"));
    }
    if (facts_.head.next > 0 && !lastGroupBegan_) {
      return broken(numbered("the head record says that the last commit group begins at position ",
                             facts_.head.lastGroup, ", but no record with new units begins there"));
    }
    const auto nodes = history_.tree().nodes();
    if (!std::equal(nodes.begin(), nodes.end(), facts_.head.frontier.begin(),
                    facts_.head.frontier.end())) {
      return broken("the head record's frontier is not the one that the events give");
    }
    return {};
  }

  // Every node that must be there was seen to be there; no other may be.
  Result<void> countStoredNodes() {
    std::uint64_t stored = 0;
    const auto walk = files_.walk(Family::tree);
    for (; walk->Valid(); walk->Next()) ++stored;
    if (auto ended = files_.ended(*walk); !ended) return ended;
    if (stored == nodes_) return {};
    return broken(numbered("the log stores ", stored) +
                  numbered(" tree nodes, but its events complete ", nodes_));
  }

  LogFiles& files_;
  const Facts& facts_;
  History history_;
  std::vector<std::uint64_t> units_;  // those that begin in the record at hand
  std::size_t nextUnit_ = 0;
  std::uint64_t unitLeft_ = 0;  // events of the unit that are still to come
  std::string unitCommand_;
  std::int64_t unitRecorded_ = 0;
  bool lastGroupBegan_ = false;
  std::uint64_t nodes_ = 0;
};

}  // namespace

Result<DataReport> verifyData(const fs::path& directory, std::span<const VerifierKey> keys,
                              std::vector<Checkpoint> others, Progress& progress) {
  const auto files = LogFiles::open(directory);
  if (!files) return tl::make_unexpected(files.error());
  const fs::path published = directory / "checkpoint";
  std::error_code error;
  if ((*files)->dataDirectory() && fs::exists(published, error)) {
    auto checkpoint = readCheckpoint(published, keys);
    if (!checkpoint) return tl::make_unexpected(checkpoint.error());
    others.insert(others.begin(), std::move(*checkpoint));
  }
  auto roots = KnownRoots::of(std::move(others));
  if (!roots) return tl::make_unexpected(roots.error());
  const auto facts = readFacts(**files);
  if (!facts) return tl::make_unexpected(facts.error());
  const std::string what = "the log in " + visible(directory.string());
  if (auto within = roots->allWithin(facts->head.next, what); !within) {
    return tl::make_unexpected(within.error());
  }
  DataWalk walk(**files, *facts, std::move(*roots));
  if (auto walked = walk.run(progress); !walked) return tl::make_unexpected(walked.error());
  DataReport report;
  report.storeId = facts->storeId;
  report.events = walk.history().tree().size();
  report.root = walk.history().tree().root();
  report.streams = walk.history().streams();
  report.commands = walk.history().commands();
  report.anchorHead = facts->anchor.head;
  const auto known = walk.history().roots().checkpoints();
  report.checkpoints.assign(known.begin(), known.end());
  return report;
}

}  // namespace docket::client::verify
