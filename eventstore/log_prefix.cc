#include "eventstore/log_prefix.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "eventstore/anchor.h"
#include "eventstore/bytes.h"
#include "eventstore/group_record.h"
#include "eventstore/keys.h"
#include "eventstore/lookup.h"
#include "eventstore/tree.h"

namespace docket::eventstore {
namespace {

using Done = tl::expected<void, StoreError>;

// What is collected before it is written, at least.
constexpr std::size_t kBatchBytes = std::size_t{4} << 20;

// The first position of the last unit that begins in the record at or before `limit`.
std::optional<Position> lastUnitBegin(const RecordCursor& cursor, Position limit) {
  std::optional<Position> begin;
  for (const GroupRecord::Unit& unit : cursor.record().units()) {
    const Position first{cursor.begin().value + unit.index};
    if (first <= limit) begin = first;
  }
  return begin;
}

class PrefixCopy {
 public:
  PrefixCopy(const Database& source, Database& target, Position end)
      : source_(source), target_(target), end_(end), cursor_(source, Access::scan) {}

  tl::expected<Head, StoreError> run(
      const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
    if (auto put = putFacts(); !put) return tl::unexpected(put.error());
    while (next_ < end_) {
      if (progress && !progress(next_.value, end_.value)) {
        return tl::unexpected(StoreError{StoreErrorCode::interrupted, "the copying was stopped"});
      }
      if (auto moved = cursor_.moveTo(next_); !moved) return tl::unexpected(moved.error());
      if (auto written = writeIfLarge(); !written) return tl::unexpected(written.error());
      if (auto put = putRecord(); !put) return tl::unexpected(put.error());
    }
    return finish();
  }

 private:
  tl::unexpected<StoreError> damaged(const std::string& what) const {
    return tl::unexpected(source_.corrupt(what));
  }

  tl::unexpected<StoreError> damagedHere(const std::string& what) const {
    return damaged("at position " + std::to_string(next_.value) + ": " + what);
  }

  Done put(Family family, std::string_view key, std::string_view value) {
    const auto status = batch_.Put(target_.handle(family), toSlice(key), toSlice(value));
    if (!status.ok()) return tl::unexpected(target_.readError(status));
    return {};
  }

  // What a log says of itself, taken over.
  Done putFacts() {
    for (const std::string_view key : {keys::kFormat, keys::kStoreId}) {
      rocksdb::PinnableSlice value;
      const auto found = source_.get(Family::meta, key, value);
      if (!found) return tl::unexpected(found.error());
      if (!*found) return damaged("it has no entry \"" + std::string(key) + "\"");
      if (auto done = put(Family::meta, key, toText(value)); !done) return done;
    }
    return {};
  }

  // A write ends only where a unit ends, so that each is a commit group like any other.
  Done writeIfLarge() {
    if (batch_.GetDataSize() < kBatchBytes || !beginsWithUnit()) return {};
    auto written = target_.writeSynced(batch_);
    batch_.Clear();
    groupBegin_ = next_;
    return written;
  }

  bool beginsWithUnit() const {
    const auto& units = cursor_.record().units();
    return !units.empty() && units.front().index == 0;
  }

  // REQUIRES: the cursor stands at the record that begins at next_.
  Done putRecord() {
    if (cursor_.begin() != next_) {
      return damaged("no group record begins at position " + std::to_string(next_.value));
    }
    const Position recordEnd = cursor_.end();
    for (; next_ < std::min(recordEnd, end_); next_ = next_.next()) {
      if (auto added = addEvent(); !added) return added;
    }
    return put(Family::groups, keys::group(cursor_.begin()).view(),
               asText(recordEnd <= end_ ? cursor_.recordBytes() : cutRecord()));
  }

  // Checks the event at next_ and adds it to the tree.
  Done addEvent() {
    Envelope envelope;
    if (auto read = cursor_.readEnvelope(next_, envelope); !read) return read;
    if (auto verified = cursor_.verifyPayload(envelope); !verified) return verified;
    if (const char* wrong = units_.take(cursor_, envelope)) return damagedHere(wrong);
    if (envelope.recordedAt != recordedAt_) {
      if (envelope.recordedAt < recordedAt_ && next_.value != 0) {
        return damagedHere("the recorded time goes back");
      }
      recordedAt_ = envelope.recordedAt;
      groupBegin_ = next_;
    }
    Done done;
    frontier_.add(leafHash(cursor_.envelopeBytes(next_)),
                  [&](unsigned level, std::uint64_t index, const Digest& hash) {
                    if (level < kLowestStoredLevel || !done) return;
                    done = put(Family::tree, keys::node(level, index).view(), asText(hash.bytes));
                  });
    return done;
  }

  // The current record with the events below end_ alone.
  std::span<const std::byte> cutRecord() {
    const GroupRecord& record = cursor_.record();
    const std::size_t count = end_.value - cursor_.begin().value;
    auto unit = record.units().begin();
    // A unit ends at end_, so one that began earlier ends in here and another one follows it.
    if (unit == record.units().end()) std::abort();
    if (unit->index != 0) builder_.continueUnit(unit->index);
    for (std::size_t i = 0; i < count; ++i) {
      if (unit != record.units().end() && unit->index == i) {
        builder_.beginUnit(unit->events, unit->fingerprint);
        ++unit;
      }
      builder_.add(record.envelope(i), record.payload(i));
    }
    return builder_.finish();
  }

  tl::expected<Head, StoreError> finish() {
    if (units_.end() != end_)
      return damaged("no unit ends at position " + std::to_string(end_.value));
    const auto expected = readFrontier(source_, end_);
    if (!expected) return tl::unexpected(expected.error());
    if (*expected != frontier_) {
      return damaged("its first " + std::to_string(end_.value) +
                     " events do not give the root that its Merkle tree has there");
    }
    const Head head = end_.value == 0 ? Head{} : Head{end_, groupBegin_, recordedAt_, frontier_};
    if (auto done = put(Family::meta, keys::kHead, encodeHead(head)); !done) {
      return tl::unexpected(done.error());
    }
    if (auto written = target_.writeSynced(batch_); !written) {
      return tl::unexpected(written.error());
    }
    return head;
  }

  const Database& source_;
  Database& target_;
  const Position end_;
  RecordCursor cursor_;
  GroupRecordBuilder builder_;
  rocksdb::WriteBatch batch_{/*reserved_bytes=*/0, /*max_bytes=*/0,
                             /*protection_bytes_per_key=*/8, /*default_cf_ts_sz=*/0};
  Frontier frontier_;
  UnitWalk units_{Position{0}};
  Position next_;        // to be copied
  Position groupBegin_;  // of the events that one write and one recorded time have in common
  Timestamp recordedAt_;
};

}  // namespace

tl::expected<Position, StoreError> unitEndBefore(const Database& source, Position head,
                                                 Position limit) {
  if (limit >= head) return head;
  RecordCursor cursor(source, Access::point);
  for (Position at = limit;;) {
    if (auto moved = cursor.moveTo(at); !moved) return tl::unexpected(moved.error());
    if (const auto begin = lastUnitBegin(cursor, limit)) return *begin;
    // The record is the middle of a large unit.
    if (cursor.begin().value == 0) {
      return tl::unexpected(source.corrupt("at position 0: the event is of no unit"));
    }
    at = {cursor.begin().value - 1};
  }
}

tl::expected<Position, StoreError> firstRecordedAfter(const Database& source, Position head,
                                                      Timestamp instant) {
  RecordCursor cursor(source, Access::point);
  Position low{0};
  Position high = head;
  while (low < high) {
    const Position middle{low.value + (high.value - low.value) / 2};
    Envelope envelope;
    if (auto moved = cursor.moveTo(middle); !moved) return tl::unexpected(moved.error());
    if (auto read = cursor.readEnvelope(middle, envelope); !read) {
      return tl::unexpected(read.error());
    }
    if (envelope.recordedAt > instant) {
      high = middle;
    } else {
      low = middle.next();
    }
  }
  return low;
}

tl::expected<Head, StoreError> copyPrefix(
    const Database& source, Position end, const std::filesystem::path& target,
    const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
  auto database = Database::open({.directory = target});
  if (!database) return tl::unexpected(std::move(database.error()));
  const auto head = PrefixCopy(source, **database, end).run(progress);
  if (!head) return head;
  if (auto stored = storeAnchor(target, {head->next, head->frontier.root()}); !stored) {
    return tl::unexpected(std::move(stored.error()));
  }
  return head;
}

}  // namespace docket::eventstore
