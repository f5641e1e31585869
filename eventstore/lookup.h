// Finding things in the log by key: the record around a position, the end of a stream, a command.
//
// All of it takes the head up to which the caller may see. Records are never changed once written,
// so "the log as of head" needs no more than that. Internal to the event store.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "eventstore/database.h"
#include "eventstore/envelope.h"
#include "eventstore/group_record.h"
#include "eventstore/records.h"
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

// The last event of a stream.
struct StreamTip {
  Version version;
  Position position;
};

// The tip of the stream with `streamKey` (keys::stream) among the events below `head`.
[[nodiscard]] tl::expected<std::optional<StreamTip>, StoreError> findTip(const Database& database,
                                                                         std::string_view streamKey,
                                                                         Position head);

// What the command wrote, if all of it is below `head`.
[[nodiscard]] tl::expected<std::optional<CommandRecord>, StoreError> findCommandRecord(
    const Database& database, const CommandId& id, Position head);

// The answer that a repeat of the command gets.
[[nodiscard]] tl::expected<Committed, StoreError> repeatedAnswer(const Database& database,
                                                                 const CommandRecord& record);

}  // namespace docket::eventstore
