// Finding things in the log: the record around a position, what a command did.
//
// All of it takes the head up to which the caller may see. Records are never changed once written,
// so "the log as of head" needs no more than that. Internal to the event store.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <tl/expected.hpp>

#include "eventstore/database.h"
#include "eventstore/envelope.h"
#include "eventstore/event_index.h"
#include "eventstore/group_record.h"
#include "eventstore/types.h"

namespace docket::eventstore {

// The record around one position, and the way from there to its neighbours. One thread at a time.
class RecordCursor {
 public:
  RecordCursor(const Database& database, Access access);

  // Makes the record that holds `position` the current one; free if it already is, cheap if it is
  // the next or the previous one. No such record is damage: only ask for positions below the head.
  [[nodiscard]] tl::expected<void, StoreError> moveTo(Position position);

  // REQUIRES: the current record holds `position`. The views live until the next moveTo.
  [[nodiscard]] tl::expected<void, StoreError> readEnvelope(Position position,
                                                            Envelope& envelope) const;
  std::span<const std::byte> envelopeBytes(Position position) const {
    return record_.envelope(indexOf(position));
  }
  std::span<const std::byte> payload(Position position) const {
    return record_.payload(indexOf(position));
  }
  // Compares the payload with the facts in its envelope.
  [[nodiscard]] tl::expected<void, StoreError> verifyPayload(const Envelope& envelope) const;

  const GroupRecord& record() const { return record_; }
  // The current record as it is stored; valid until the next moveTo.
  std::span<const std::byte> recordBytes() const { return asBytes(iterator_->value()); }
  Position begin() const { return first_; }
  // The first position after the current record.
  Position end() const { return {first_.value + record_.count()}; }

 private:
  bool holds(Position position) const { return first_ <= position && position < end(); }
  std::size_t indexOf(Position position) const { return position.value - first_.value; }

  const Database* database_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  GroupRecord record_;
  Position first_;
};

// Follows the units of the log event by event: every event is of exactly one, and all events of a
// unit carry its command id.
class UnitWalk {
 public:
  explicit UnitWalk(Position begin) : end_(begin) {}

  // Takes the next event, which the cursor holds. Answers nullptr, or a few words on what is wrong.
  [[nodiscard]] const char* take(const RecordCursor& cursor, const Envelope& envelope);

  // The unit that began with the event last taken; nullptr if it went on.
  const GroupRecord::Unit* begun() const { return begun_; }
  // Where the unit at hand ends.
  Position end() const { return end_; }

 private:
  const GroupRecord::Unit* begun_ = nullptr;
  CommandId commandId_;
  Position end_;
};

// A command that is in the log.
struct FoundCommand {
  Position first;
  Position last;
  Fingerprint fingerprint;
  std::optional<Version> lastVersion;  // if it is known without a look at the log
};
// What the command wrote, if all of it is below `head`.
[[nodiscard]] tl::expected<std::optional<FoundCommand>, StoreError> findCommand(
    const Database& database, const EventIndex& index, const CommandId& id, Position head);

// The answer that a repeat of the command gets.
[[nodiscard]] tl::expected<Committed, StoreError> repeatedAnswer(const Database& database,
                                                                 const FoundCommand& command);

// Adds the events [segment.end(), head), or as many of whole units as reach `atMost` events, to the
// segment.
[[nodiscard]] tl::expected<void, StoreError> loadSegment(const Database& database,
                                                         const EventIndex& index, Position head,
                                                         std::uint64_t atMost,
                                                         TailSegment& segment);

}  // namespace docket::eventstore
