#include "eventstore/lookup.h"

#include <vector>

#include "eventstore/bytes.h"
#include "eventstore/envelope_codec.h"
#include "eventstore/keys.h"
#include "eventstore/stream_index.h"

namespace docket::eventstore {
namespace {

std::string atPosition(Position position, std::string_view what) {
  return "at position " + std::to_string(position.value) + ": " + std::string(what);
}

// The last position in `positions` that is below `head`, as the tip of a stream.
std::optional<StreamTip> tipOfChunk(std::uint32_t chunk, const std::vector<Position>& positions,
                                    Position head) {
  std::size_t count = positions.size();
  while (count != 0 && positions[count - 1] >= head) --count;
  if (count == 0) return std::nullopt;
  return StreamTip{{chunk * kChunkVersions + count - 1}, positions[count - 1]};
}

}  // namespace

RecordCursor::RecordCursor(const Database& database, Access access)
    : database_(&database), iterator_(database.iterate(Family::groups, access)) {}

tl::expected<void, StoreError> RecordCursor::moveTo(Position position) {
  if (holds(position)) return {};
  const bool loaded = record_.count() != 0;
  if (loaded && position == end()) {
    iterator_->Next();
  } else if (loaded && position.next() == first_) {
    iterator_->Prev();
  } else {
    iterator_->SeekForPrev(toSlice(keys::group(position).view()));
  }
  record_.clear();
  if (!iterator_->Valid()) {
    if (!iterator_->status().ok()) {
      return tl::unexpected(database_->readError(iterator_->status()));
    }
    return tl::unexpected(database_->corrupt(atPosition(position, "the event is missing")));
  }
  const auto first = keys::parseGroup(toText(iterator_->key()));
  if (!first) return tl::unexpected(database_->corrupt("a group record has a malformed key"));
  first_ = *first;
  if (const char* wrong = record_.load(asBytes(iterator_->value()))) {
    return tl::unexpected(database_->corrupt(
        atPosition(first_, std::string("the group record cannot be read: ") + wrong)));
  }
  if (!holds(position)) {
    record_.clear();
    return tl::unexpected(database_->corrupt(atPosition(position, "the event is missing")));
  }
  return {};
}

tl::expected<void, StoreError> RecordCursor::readEnvelope(Position position,
                                                          Envelope& envelope) const {
  if (const char* wrong = eventstore::readEnvelope(envelopeBytes(position), envelope)) {
    return tl::unexpected(database_->corrupt(
        atPosition(position, std::string("the envelope cannot be read: ") + wrong)));
  }
  if (envelope.position != position) {
    return tl::unexpected(database_->corrupt(atPosition(
        position, "the envelope is of position " + std::to_string(envelope.position.value))));
  }
  return {};
}

tl::expected<void, StoreError> RecordCursor::verifyPayload(const Envelope& envelope) const {
  const std::span<const std::byte> bytes = payload(envelope.position);
  if (bytes.size() != envelope.payloadSize || sha256(bytes) != envelope.payloadHash) {
    return tl::unexpected(
        database_->corrupt(atPosition(envelope.position, "the payload does not match its hash")));
  }
  return {};
}

tl::expected<std::optional<StreamTip>, StoreError> findTip(const Database& database,
                                                           std::string_view streamKey,
                                                           Position head) {
  const auto damaged = [&] { return tl::unexpected(database.corrupt("a stream index chunk")); };
  std::vector<Position> positions;
  // Most streams are short or new, and a point look-up has a Bloom filter where a search has none.
  rocksdb::PinnableSlice value;
  const auto found = database.get(Family::streams, keys::chunk(streamKey, 0).view(), value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  if (!readChunk(toText(value), positions)) return damaged();
  if (positions.size() < kChunkVersions) return tipOfChunk(0, positions, head);

  const auto iterator = database.iterate(Family::streams, Access::point);
  iterator->SeekForPrev(toSlice(keys::chunk(streamKey, ~std::uint32_t{0}).view()));
  for (; iterator->Valid(); iterator->Prev()) {
    const auto chunk = keys::parseChunk(toText(iterator->key()), streamKey);
    if (!chunk) break;
    if (!readChunk(toText(iterator->value()), positions)) return damaged();
    if (const auto tip = tipOfChunk(*chunk, positions, head)) return tip;
  }
  if (!iterator->status().ok()) return tl::unexpected(database.readError(iterator->status()));
  return std::nullopt;
}

tl::expected<std::optional<CommandRecord>, StoreError> findCommandRecord(const Database& database,
                                                                         const CommandId& id,
                                                                         Position head) {
  rocksdb::PinnableSlice value;
  const auto found = database.get(Family::commands, keys::command(id).view(), value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  const auto record = decodeCommand(toText(value));
  if (!record) {
    return tl::unexpected(
        database.corrupt("the record of command " + toHex(id.bytes) + " cannot be read"));
  }
  if (record->last() >= head) return std::nullopt;
  return record;
}

tl::expected<Committed, StoreError> repeatedAnswer(const Database& database,
                                                   const CommandRecord& record) {
  RecordCursor cursor(database, Access::point);
  Envelope envelope;
  if (auto moved = cursor.moveTo(record.last()); !moved) return tl::unexpected(moved.error());
  if (auto read = cursor.readEnvelope(record.last(), envelope); !read) {
    return tl::unexpected(read.error());
  }
  return Committed{record.first, record.last(), envelope.version, true};
}

}  // namespace docket::eventstore
