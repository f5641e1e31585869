// tamper LOG WHAT ...: one named piece of tampering with the log of a stopped data directory, done
// through RocksDB so that its checksums are right. Prints what it did as `name=value`.
//
// Where it says "history", all is written again as the attacker would like it to have been:
// positions, versions, hashes, records, stored nodes, head, anchor and index agree. Only roots that
// left the log before are out of its reach.
//
//   settle N            everything into tables below level 0, and into an index of segments of N
//   swap-records P      two neighbouring events of one record change places; nothing else changes
//   swap P              history: two neighbouring events of different streams change places
//   edit P              one letter of the payload at P
//   edit-hashed P       history: the same, and its hash in the envelope
//   cut P               history: ends before the unit of P
//   forget P            the command of the event at P is taken out of the index
//   drop-record P       the unit of P is taken out of its record
//   drop P              history: without the unit of P
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eventstore/anchor.h"
#include "eventstore/bytes.h"
#include "eventstore/database.h"
#include "eventstore/envelope.h"
#include "eventstore/group_record.h"
#include "eventstore/keys.h"
#include "eventstore/log.h"
#include "eventstore/merkle.h"
#include "eventstore/records.h"
#include "eventstore/sha256.h"
#include "eventstore/tree.h"
#include "tests/eventstore/raw_log.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

constexpr std::uint64_t kSegmentEvents = 64;  // of an index that is made again

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "tamper: %s\n", why.c_str());
  std::exit(1);
}

struct Event {
  Bytes envelope;
  Bytes payload;

  Envelope facts() const { return decodeEnvelope(envelope).value(); }
};
struct StoredUnit {
  Fingerprint fingerprint;
  std::vector<Event> events;

  std::set<StreamId> streams() const {
    std::set<StreamId> all;
    for (const Event& event : events) all.insert(event.facts().stream());
    return all;
  }
};
using History = std::vector<StoredUnit>;

Bytes copyOf(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

GroupRecord recordAt(RawLog& raw, std::string_view key) {
  GroupRecord record;
  const std::string value = raw.get(keys::kGroupsFamily, key);
  if (const char* wrong = record.load(asBytes(value))) fail(wrong);
  return record;
}

History readHistory(RawLog& raw) {
  History history;
  for (const std::string& key : raw.keysOf(keys::kGroupsFamily)) {
    const GroupRecord record = recordAt(raw, key);
    auto unit = record.units().begin();
    for (std::size_t i = 0; i < record.count(); ++i) {
      if (unit != record.units().end() && unit->index == i) {
        history.push_back({unit->fingerprint, {}});
        ++unit;
      }
      history.back().events.push_back({copyOf(record.envelope(i)), copyOf(record.payload(i))});
    }
  }
  return history;
}

// Where the unit of `position` stands.
std::size_t unitOf(const History& history, Position position) {
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    end += history[i].events.size();
    if (position.value < end) return i;
  }
  fail("no event at position " + std::to_string(position.value));
}

Position firstOf(const History& history, std::size_t unit) {
  Position first;
  for (std::size_t i = 0; i < unit; ++i) first.value += history[i].events.size();
  return first;
}

// --- A history, written again --------------------------------------------------------------------

// The bytes of the log as a server would have written them, a commit group for each unit.
class Rewriter {
 public:
  explicit Rewriter(RawLog& raw) : raw_(raw) {
    for (const std::string_view family : {keys::kGroupsFamily, keys::kTreeFamily}) {
      for (const std::string& key : raw.keysOf(family)) raw.remove(family, key);
    }
  }

  void add(StoredUnit unit) {
    head_.lastGroup = head_.next;
    head_.lastRecordedAt = std::max(head_.lastRecordedAt, unit.events.front().facts().recordedAt);
    for (Event& event : unit.events) place(event);
    GroupRecordBuilder builder;
    Position first = head_.lastGroup;
    const auto put = [&] {
      const std::size_t count = builder.count();
      raw_.put(keys::kGroupsFamily, keys::group(first).view(), asText(builder.finish()));
      first.value += count;
    };
    for (std::size_t i = 0; i < unit.events.size(); ++i) {
      const Event& event = unit.events[i];
      if (builder.wouldOverflow(event.envelope.size(), event.payload.size())) put();
      if (i == 0) builder.beginUnit(unit.events.size(), unit.fingerprint);
      builder.add(event.envelope, event.payload);
    }
    put();
  }

  Anchor finish() {
    raw_.put(keys::kMetaFamily, keys::kHead, encodeHead(head_));
    return {head_.next, head_.frontier.root()};
  }

 private:
  // Makes the envelope the next one of the log and of its stream, and that of its payload.
  void place(Event& event) {
    const Bytes before = event.envelope;  // which the views of `facts` are of
    Envelope facts = decodeEnvelope(before).value();
    facts.position = head_.next;
    facts.version = nextVersion_[facts.stream()];
    facts.recordedAt = head_.lastRecordedAt;
    facts.payloadHash = sha256(event.payload);
    facts.payloadSize = static_cast<std::uint32_t>(event.payload.size());
    event.envelope.clear();
    encodeEnvelope(facts, event.envelope);
    nextVersion_[facts.stream()] = facts.version.next();
    head_.frontier.add(
        leafHash(event.envelope), [&](unsigned level, std::uint64_t index, const Digest& hash) {
          if (level < kLowestStoredLevel) return;
          raw_.put(keys::kTreeFamily, keys::node(level, index).view(), asText(hash.bytes));
        });
    head_.next = head_.next.next();
  }

  RawLog& raw_;
  Head head_{{}, {}, Timestamp::min(), {}};
  std::map<StreamId, Version> nextVersion_;
};

void makeIndex(const fs::path& directory, std::uint64_t segmentEvents) {
  fs::remove_all(directory / "index");
  LogOptions options{.directory = directory, .create = false};
  options.eventsPerIndexing = segmentEvents;
  const auto log = Log::open(options);
  if (!log) fail("what was made is no good log: " + log.error().message);
}

void write(const fs::path& directory, const History& history) {
  Anchor anchor;
  {
    RawLog raw(directory);
    Rewriter rewriter(raw);
    for (const StoredUnit& unit : history) rewriter.add(unit);
    anchor = rewriter.finish();
  }
  if (!storeAnchor(directory, anchor)) fail("cannot write the anchor");
  makeIndex(directory, kSegmentEvents);
}

void rewrite(const fs::path& directory, const std::function<void(History&)>& change) {
  History history = readHistory(*std::make_unique<RawLog>(directory));
  change(history);
  write(directory, history);
  fs::remove(directory / "LOG");
}

// --- One record, as it stands
// ----------------------------------------------------------------------

struct OpenRecord {
  std::string key;
  Position first;
  History units;
};

// The record that holds `position`, whose units all begin and end in it.
OpenRecord openRecord(RawLog& raw, Position position) {
  OpenRecord open;
  for (const std::string& key : raw.keysOf(keys::kGroupsFamily)) {
    const Position first = keys::parseGroup(key).value();
    if (position < first) break;
    open.key = key;
    open.first = first;
  }
  const GroupRecord record = recordAt(raw, open.key);
  std::size_t at = 0;
  for (const GroupRecord::Unit& unit : record.units()) {
    if (unit.index != at || unit.index + unit.events > record.count()) fail("a unit goes on");
    StoredUnit stored{unit.fingerprint, {}};
    for (std::uint32_t i = 0; i < unit.events; ++i, ++at) {
      stored.events.push_back({copyOf(record.envelope(at)), copyOf(record.payload(at))});
    }
    open.units.push_back(std::move(stored));
  }
  return open;
}

void putRecord(RawLog& raw, const OpenRecord& open) {
  GroupRecordBuilder builder;
  for (const StoredUnit& unit : open.units) {
    builder.beginUnit(unit.events.size(), unit.fingerprint);
    for (const Event& event : unit.events) builder.add(event.envelope, event.payload);
  }
  if (builder.empty()) {
    raw.remove(keys::kGroupsFamily, open.key);
  } else {
    raw.put(keys::kGroupsFamily, open.key, asText(builder.finish()));
  }
}

// --- What can be done
// ------------------------------------------------------------------------------

// The first unit from `from` on that has one event, and a neighbour after it with one of another
// stream.
std::size_t pairFrom(const History& history, std::size_t from) {
  for (std::size_t i = from; i + 1 < history.size(); ++i) {
    if (history[i].events.size() == 1 && history[i + 1].events.size() == 1 &&
        history[i].streams() != history[i + 1].streams()) {
      return i;
    }
  }
  fail("no two events of different streams stand side by side");
}

void print(const char* name, Position position) {
  std::printf("%s=%ju\n", name, static_cast<std::uintmax_t>(position.value));
}

void swapHistory(History& history, Position position) {
  const std::size_t at = pairFrom(history, unitOf(history, position));
  print("position", firstOf(history, at));
  std::swap(history[at], history[at + 1]);
}

void swapRecords(const fs::path& directory, Position position) {
  RawLog raw(directory);
  const std::vector<std::string> recordKeys = raw.keysOf(keys::kGroupsFamily);
  for (const std::string& key : recordKeys) {
    if (keys::parseGroup(key).value() < position) continue;
    OpenRecord open = openRecord(raw, keys::parseGroup(key).value());
    if (open.units.size() < 2) continue;
    const std::size_t at = pairFrom(open.units, 0);
    print("position", {open.first.value + firstOf(open.units, at).value});
    std::swap(open.units[at], open.units[at + 1]);
    return putRecord(raw, open);
  }
  fail("no record has two units");
}

// One letter of a text in it.
void edit(Bytes& payload) {
  const auto isLetter = [](std::byte byte) {
    return byte >= std::byte{'a'} && byte < std::byte{'z'};
  };
  const auto letter = std::find_if(payload.begin(), payload.end(), isLetter);
  if (letter == payload.end()) fail("the payload has no letter to change");
  *letter = std::byte{'z'};
}

Event& eventAt(History& history, Position first, Position position) {
  for (StoredUnit& unit : history) {
    if (position.value < first.value + unit.events.size()) {
      return unit.events[position.value - first.value];
    }
    first.value += unit.events.size();
  }
  fail("no event at position " + std::to_string(position.value));
}

void editRecord(const fs::path& directory, Position position) {
  RawLog raw(directory);
  OpenRecord open = openRecord(raw, position);
  edit(eventAt(open.units, open.first, position).payload);
  putRecord(raw, open);
}

void dropFromRecord(const fs::path& directory, Position position) {
  RawLog raw(directory);
  OpenRecord open = openRecord(raw, position);
  const std::size_t unit = unitOf(open.units, {position.value - open.first.value});
  print("position", {open.first.value + firstOf(open.units, unit).value});
  open.units.erase(open.units.begin() + static_cast<std::ptrdiff_t>(unit));
  putRecord(raw, open);
}

void forget(const fs::path& directory, Position position) {
  History history = readHistory(*std::make_unique<RawLog>(directory, RawLog::Access::readOnly));
  const std::size_t unit = unitOf(history, position);
  const CommandId id = history[unit].events.front().facts().commandId;
  std::size_t removed = 0;
  changeCommands(directory / "index", [&](auto& records, const CommandHash& hash) {
    removed += std::erase_if(records, [&](const auto& each) { return each.hash == hash(id); });
  });
  if (removed != 1) fail("the index did not know the command");
  print("position", firstOf(history, unit));
  std::printf("command=%s\n", toHex(id.bytes).c_str());
}

void settle(const fs::path& directory, std::uint64_t segmentEvents) {
  RawLog(directory).compact();
  makeIndex(directory, segmentEvents);
  for (const char* note : {"LOG", "index/LOG"}) fs::remove(directory / note);  // no part of a log
}

int tamper(const fs::path& log, std::string_view what, std::uint64_t number) {
  const Position position{number};
  if (what == "settle") {
    settle(log, number);
  } else if (what == "swap-records") {
    swapRecords(log, position);
  } else if (what == "swap") {
    rewrite(log, [&](History& history) { swapHistory(history, position); });
  } else if (what == "edit") {
    editRecord(log, position);
  } else if (what == "edit-hashed") {
    rewrite(log, [&](History& all) { edit(eventAt(all, {}, position).payload); });
  } else if (what == "cut") {
    rewrite(log, [&](History& all) {
      all.resize(unitOf(all, position));
      print("events", firstOf(all, all.size()));
    });
  } else if (what == "forget") {
    forget(log, position);
  } else if (what == "drop-record") {
    dropFromRecord(log, position);
  } else if (what == "drop") {
    rewrite(log, [&](History& all) {
      const std::size_t unit = unitOf(all, position);
      print("position", firstOf(all, unit));
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(unit));
    });
  } else {
    fail("it cannot do " + std::string(what));
  }
  return 0;
}

}  // namespace
}  // namespace docket::eventstore::testing

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: tamper LOG WHAT NUMBER\n", stderr);
    return 2;
  }
  return docket::eventstore::testing::tamper(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10));
}
