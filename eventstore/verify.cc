#include "eventstore/verify.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "eventstore/anchor.h"
#include "eventstore/bytes.h"
#include "eventstore/keys.h"
#include "eventstore/lookup.h"
#include "eventstore/stream_index.h"
#include "eventstore/tree.h"

namespace docket::eventstore {
namespace {

using Checked = tl::expected<void, StoreError>;

constexpr std::uint64_t kEventsPerProgress = 65'536;

// A set of entries as one number that does not depend on their order: the sum of their hashes. Two
// sets with equal sums and counts are equal, unless someone can find 128-bit collisions of
// SHA-256.
class EntrySum {
 public:
  void add(std::string_view key, std::uint64_t first, std::uint64_t second) {
    std::byte numbers[16];
    putBigEndian64(putBigEndian64(numbers, first), second);
    Sha256 hash;
    hash.update(numbers);
    hash.update(asBytes(key));
    const Digest digest = hash.finish();
    const std::uint64_t low = bigEndian64(digest.bytes.data());
    low_ += low;
    high_ += bigEndian64(digest.bytes.data() + 8) + (low_ < low ? 1 : 0);
    ++count_;
  }
  bool operator==(const EntrySum&) const = default;

 private:
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
  std::uint64_t count_ = 0;
};

struct IndexSums {
  EntrySum streams;   // stream key, version, position
  EntrySum commands;  // hash of the command id, first position, number of events

  void addCommand(const CommandRecord& record) {
    std::byte hash[8];
    putBigEndian64(hash, record.hash);
    commands.add(asText(hash), record.place.first.value, record.place.count);
  }
  bool operator==(const IndexSums&) const = default;
};

class Verifier {
 public:
  Verifier(const Database& database, const EventIndex& index, EventIndex::Snapshot indexed,
           const Head& head, const VerifyOptions& options)
      : database_(database),
        index_(index),
        head_(head),
        options_(options),
        indexed_(std::move(indexed)) {
    report_.events = head.next.value;
    report_.root = head.frontier.root();
  }

  tl::expected<VerifyReport, StoreError> run() {
    for (const auto step :
         {&Verifier::walkEvents, &Verifier::checkEnd, &Verifier::checkNodeCount,
          &Verifier::checkKnownRoots, &Verifier::checkIndex, &Verifier::checkTables}) {
      if (auto checked = (this->*step)(); !checked) return tl::unexpected(checked.error());
    }
    return report_;
  }

 private:
  tl::unexpected<StoreError> damaged(std::string_view what) const {
    return tl::unexpected(database_.corrupt(what));
  }
  tl::unexpected<StoreError> damagedAt(Position position, std::string_view what) const {
    return damaged("at position " + std::to_string(position.value) + ": " + std::string(what));
  }

  Checked walkEvents() {
    RecordCursor cursor(database_, Access::scan);
    UnitWalk units({0});
    Timestamp lastRecordedAt = Timestamp::min();
    for (Position position{0}; position < head_.next; position = position.next()) {
      if (position.value % kEventsPerProgress == 0 && !goesOn(position)) return stopped();
      Envelope envelope;
      if (auto moved = cursor.moveTo(position); !moved) return moved;
      if (auto read = cursor.readEnvelope(position, envelope); !read) return read;
      if (auto verified = cursor.verifyPayload(envelope); !verified) return verified;
      if (const char* wrong = units.take(cursor, envelope)) return damagedAt(position, wrong);
      if (envelope.recordedAt < lastRecordedAt) {
        return damagedAt(position, "the recorded time goes back");
      }
      lastRecordedAt = envelope.recordedAt;
      if (envelope.hasCausation && envelope.causation >= position) {
        return damagedAt(position, "its cause comes after it");
      }
      if (units.begun() != nullptr) ++report_.commands;
      if (position < indexed_.reach.end) count(envelope, units);
      if (auto checked = growTree(cursor.envelopeBytes(position)); !checked) return checked;
    }
    if (units.end() != head_.next) return damaged("its last unit is not whole");
    return {};
  }

  void count(const Envelope& envelope, const UnitWalk& units) {
    const keys::Key key = keys::stream(envelope.streamKind, envelope.streamId);
    fromLog_.streams.add(key.view(), envelope.version.value, envelope.position.value);
    if (const GroupRecord::Unit* unit = units.begun()) {
      fromLog_.addCommand(
          {index_.commandHash(envelope.commandId), {envelope.position, unit->events}});
    }
  }

  // Adds a leaf and compares each node that it completes with the stored one.
  Checked growTree(std::span<const std::byte> envelopeBytes) {
    Checked checked;
    frontier_.add(
        leafHash(envelopeBytes), [&](unsigned level, std::uint64_t index, const Digest& hash) {
          if (level < kLowestStoredLevel || !checked) return;
          const auto stored = readNode(database_, level, index);
          if (!stored) {
            checked = tl::unexpected(stored.error());
          } else if (*stored != hash) {
            checked = damaged("the events " + std::to_string(index << level) + " to " +
                              std::to_string(((index + 1) << level) - 1) +
                              " are not those of the Merkle tree (node " + std::to_string(index) +
                              " of level " + std::to_string(level) + ")");
          }
        });
    return checked;
  }

  Checked checkEnd() {
    if (frontier_ != head_.frontier) {
      return damaged("its events do not give the root that its head record names");
    }
    // Whatever was committed since the head was taken begins there.
    const auto iterator = database_.iterate(Family::groups, Access::scan);
    iterator->SeekToFirst();
    if (iterator->Valid() && keys::parseGroup(toText(iterator->key())) != Position{0}) {
      return damaged("it has a group record before its first event");
    }
    if (!iterator->status().ok()) return tl::unexpected(database_.readError(iterator->status()));
    return {};
  }

  Checked checkNodeCount() {
    std::uint64_t stored = 0;
    const auto iterator = database_.iterate(Family::tree, Access::scan);
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
      stored += keys::isNodeBelow(toText(iterator->key()), head_.next) ? 1 : 0;
    }
    if (!iterator->status().ok()) return tl::unexpected(database_.readError(iterator->status()));
    std::uint64_t expected = 0;
    for (unsigned level = kLowestStoredLevel; level < 64; ++level) {
      expected += head_.next.value >> level;
    }
    if (stored == expected) return {};
    return damaged("its Merkle tree has " + std::to_string(stored) + " stored nodes; " +
                   std::to_string(expected) + " belong to its events");
  }

  Checked checkKnownRoots() {
    const auto anchor = readAnchor(database_.directory(), database_.env());
    if (!anchor) return tl::unexpected(anchor.error());
    const KnownRoot anchored{anchor->head.value, anchor->root, "its anchor"};
    // The anchor may have moved on since the head was taken; a lost end is found on opening.
    if (anchored.size <= head_.next.value) {
      if (auto checked = checkRoot(anchored, nullptr); !checked) return checked;
    }
    // By size, so that the first one that does not agree and the one before it tell where.
    std::vector<KnownRoot> known = options_.knownRoots;
    std::stable_sort(known.begin(), known.end(),
                     [](const KnownRoot& a, const KnownRoot& b) { return a.size < b.size; });
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (auto checked = checkRoot(known[i], i == 0 ? nullptr : &known[i - 1]); !checked) {
        return checked;
      }
    }
    return {};
  }

  // `agreed`: a smaller one that the log has, if there is one.
  Checked checkRoot(const KnownRoot& known, const KnownRoot* agreed) {
    if (known.size > head_.next.value) {
      return tl::unexpected(StoreError{StoreErrorCode::behindAnchor,
                                       "the log in " + database_.directory().string() + " has " +
                                           std::to_string(head_.next.value) + " events, but " +
                                           known.source + " is of " + std::to_string(known.size) +
                                           ": events are lost"});
    }
    const auto frontier = readFrontier(database_, {known.size});
    if (!frontier) return tl::unexpected(frontier.error());
    if (frontier->root() == known.root) return {};
    const std::string size = std::to_string(known.size);
    std::string what = "its first " + size + " events do not have the root of " + known.source +
                       ": history before position " + size + " was changed";
    if (agreed != nullptr && agreed->size < known.size) {
      what += ", though not the first " + std::to_string(agreed->size) + " events, which " +
              agreed->source + " is of";
    }
    return damaged(what);
  }

  Checked checkIndex() {
    IndexSums fromIndex;
    auto walked = index_.walk(
        indexed_,
        [&](std::string_view streamKey, Version version, Position position) {
          fromIndex.streams.add(streamKey, version.value, position.value);
        },
        [&](const CommandRecord& record) { fromIndex.addCommand(record); });
    if (!walked) return walked;
    if (fromIndex == fromLog_) return {};
    return nameFirstDifference();
  }

  // Slow, and only walked when it is known that there is a difference.
  Checked nameFirstDifference() {
    RecordCursor cursor(database_, Access::scan);
    UnitWalk units({0});
    for (Position position{0}; position < indexed_.reach.end; position = position.next()) {
      Envelope envelope;
      if (auto moved = cursor.moveTo(position); !moved) return moved;
      if (auto read = cursor.readEnvelope(position, envelope); !read) return read;
      if (const char* wrong = units.take(cursor, envelope)) return damagedAt(position, wrong);
      const keys::Key key = keys::stream(envelope.streamKind, envelope.streamId);
      const auto chunk = index_.readStoredChunk(key.view(), chunkOf(envelope.version));
      if (!chunk) return tl::unexpected(chunk.error());
      const std::size_t slot = envelope.version.value % kChunkVersions;
      if (slot >= chunk->size() || (*chunk)[slot] != position) {
        return damagedAt(position, "its index does not know version " +
                                       std::to_string(envelope.version.value) + " of stream " +
                                       envelope.stream().text());
      }
      if (units.begun() == nullptr) continue;
      const auto places = index_.findStoredCommand(envelope.commandId);
      if (!places) return tl::unexpected(places.error());
      const CommandPlace place{position, units.begun()->events};
      if (std::find(places->begin(), places->end(), place) == places->end()) {
        return damagedAt(position,
                         "its index does not know command " + toHex(envelope.commandId.bytes));
      }
    }
    return damaged("its index has entries that are of no event");
  }

  Checked checkTables() {
    if (auto checked = database_.verifyTables(); !checked) return checked;
    return index_.verifyTables();
  }

  bool goesOn(Position position) const {
    return !options_.progress || options_.progress(position.value, head_.next.value);
  }
  Checked stopped() const {
    return tl::unexpected(StoreError{StoreErrorCode::interrupted, "the verification was stopped"});
  }

  const Database& database_;
  const EventIndex& index_;
  const Head head_;
  const VerifyOptions& options_;
  const EventIndex::Snapshot indexed_;
  VerifyReport report_;
  IndexSums fromLog_;
  Frontier frontier_;
};

}  // namespace

tl::expected<VerifyReport, StoreError> verifyLog(const Database& database, const EventIndex& index,
                                                 const std::function<Head()>& head,
                                                 const VerifyOptions& options) {
  if (!index.unusable().empty()) {
    return tl::unexpected(database.corrupt("its index: " + index.unusable()));
  }
  auto indexed = index.snapshot();
  if (!indexed) return tl::unexpected(indexed.error());
  return Verifier(database, index, std::move(*indexed), head(), options).run();
}

}  // namespace docket::eventstore
