#include "eventstore/lookup.h"

#include <algorithm>

#include "eventstore/bytes.h"
#include "eventstore/envelope_codec.h"
#include "eventstore/keys.h"

namespace docket::eventstore {
namespace {

std::string atPosition(Position position, std::string_view what) {
  return "at position " + std::to_string(position.value) + ": " + std::string(what);
}

// The command that wrote the events at `place`, if its id is `id`; it has the same hash.
tl::expected<std::optional<FoundCommand>, StoreError> readCommand(const Database& database,
                                                                  const EventIndex& index,
                                                                  const CommandId& id,
                                                                  const CommandPlace& place) {
  RecordCursor cursor(database, Access::point);
  if (auto moved = cursor.moveTo(place.first); !moved) return tl::unexpected(moved.error());
  Envelope envelope;
  if (auto read = cursor.readEnvelope(place.first, envelope); !read) {
    return tl::unexpected(read.error());
  }
  for (const GroupRecord::Unit& unit : cursor.record().units()) {
    if (unit.index != place.first.value - cursor.begin().value) continue;
    if (unit.events != place.count) break;
    if (index.commandHash(envelope.commandId) != index.commandHash(id)) break;
    if (envelope.commandId != id) return std::nullopt;
    const Position last{place.first.value + place.count - 1};
    return FoundCommand{place.first, last, unit.fingerprint, std::nullopt};
  }
  return tl::unexpected(database.corrupt(
      "its index says that command " + toHex(id.bytes) + " wrote " + std::to_string(place.count) +
      " events from position " + std::to_string(place.first.value) + ", and the log does not"));
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

tl::expected<std::optional<FoundCommand>, StoreError> findCommand(const Database& database,
                                                                  const EventIndex& index,
                                                                  const CommandId& id,
                                                                  Position head) {
  // The tail first: what leaves it meanwhile is in the index already.
  if (const auto entry = index.tail().findCommand(id, index.commandHash(id))) {
    if (entry->last() >= head) return std::nullopt;
    return FoundCommand{entry->first, entry->last(), entry->fingerprint, entry->lastVersion};
  }
  const auto places = index.findStoredCommand(id);
  if (!places) return tl::unexpected(places.error());
  for (const CommandPlace& place : *places) {
    const auto found = readCommand(database, index, id, place);
    if (!found) return tl::unexpected(found.error());
    if (*found && (*found)->last < head) return found;
  }
  return std::nullopt;
}

tl::expected<Committed, StoreError> repeatedAnswer(const Database& database,
                                                   const FoundCommand& command) {
  if (command.lastVersion) {
    return Committed{command.first, command.last, *command.lastVersion, true};
  }
  RecordCursor cursor(database, Access::point);
  Envelope envelope;
  if (auto moved = cursor.moveTo(command.last); !moved) return tl::unexpected(moved.error());
  if (auto read = cursor.readEnvelope(command.last, envelope); !read) {
    return tl::unexpected(read.error());
  }
  return Committed{command.first, command.last, envelope.version, true};
}

const char* UnitWalk::take(const RecordCursor& cursor, const Envelope& envelope) {
  const auto& units = cursor.record().units();
  const std::size_t index = envelope.position.value - cursor.begin().value;
  const auto unit = std::lower_bound(
      units.begin(), units.end(), index,
      [](const GroupRecord::Unit& each, std::size_t wanted) { return each.index < wanted; });
  begun_ = unit != units.end() && unit->index == index ? &*unit : nullptr;
  if (begun_ == nullptr) {
    if (envelope.position >= end_) return "the event is of no unit";
    if (envelope.commandId != commandId_) return "the event is of another command than its unit";
    return nullptr;
  }
  if (envelope.position != end_) return "a unit begins before the one before it has ended";
  commandId_ = envelope.commandId;
  end_ = {envelope.position.value + begun_->events};
  return nullptr;
}

tl::expected<void, StoreError> loadSegment(const Database& database, const EventIndex& index,
                                           Position head, std::uint64_t atMost,
                                           TailSegment& segment) {
  RecordCursor cursor(database, Access::scan);
  UnitWalk units(segment.end());
  CommandEntry command;  // whose unit is at hand
  while (segment.end() < head) {
    const Position position = segment.end();
    if (position == units.end() && position.value - segment.begin().value >= atMost) return {};
    const auto damaged = [&](std::string_view what) {
      return tl::unexpected(database.corrupt(atPosition(position, what)));
    };
    Envelope envelope;
    if (auto moved = cursor.moveTo(position); !moved) return moved;
    if (auto read = cursor.readEnvelope(position, envelope); !read) return read;
    if (const char* wrong = units.take(cursor, envelope)) return damaged(wrong);
    if (const GroupRecord::Unit* unit = units.begun()) {
      command = {position, unit->events, unit->fingerprint, {}};
    }
    if (position.next() == units.end()) {
      command.lastVersion = envelope.version;
      segment.addCommand(envelope.commandId, index.commandHash(envelope.commandId), command);
    }
    const keys::Key key = keys::stream(envelope.streamKind, envelope.streamId);
    if (!segment.continues(key.view(), envelope.version)) {
      return damaged("version " + std::to_string(envelope.version.value) + " of stream " +
                     envelope.stream().text() + " does not follow the one before it");
    }
    segment.addEvent(key.view(), hashOfStream(key.view()), envelope.version);
  }
  if (units.end() == head) return {};
  return tl::unexpected(database.corrupt("its last unit is not whole"));
}

}  // namespace docket::eventstore
