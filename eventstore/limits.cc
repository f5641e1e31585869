#include "eventstore/limits.h"

#include <string>
#include <string_view>

#include "eventstore/log.h"

namespace docket::eventstore {
namespace {

using Refusal = std::optional<StoreError>;

Refusal refuse(std::string message) {
  return StoreError{StoreErrorCode::invalid, std::move(message)};
}

Refusal checkSize(std::string_view field, std::size_t size, std::size_t min, std::size_t max) {
  if (size >= min && size <= max) return std::nullopt;
  return refuse(std::string(field) + " has " + std::to_string(size) + " bytes; allowed are " +
                std::to_string(min) + " to " + std::to_string(max));
}

Refusal checkStream(const StreamId& stream) {
  if (auto refusal = checkSize("stream kind", stream.kind.size(), 1, kMaxStreamPartBytes)) {
    return refusal;
  }
  if (stream.kind.find('/') != std::string::npos) {
    return refuse("stream kind \"" + stream.kind + "\" has a \"/\"; none is allowed");
  }
  return checkSize("stream id", stream.id.size(), 1, kMaxStreamPartBytes);
}

Refusal checkEvent(const NewEvent& event) {
  if (auto refusal = checkStream(event.stream)) return refusal;
  if (auto refusal = checkSize("event type", event.type.size(), 1, kMaxTypeBytes)) return refusal;
  if (event.schemaVersion == 0) return refuse("schema version is 0; versions begin at 1");
  return checkSize("payload", event.payload.size(), 0, kMaxPayloadBytes);
}

}  // namespace

std::optional<StoreError> checkLimits(const Unit& unit) {
  if (unit.commandId.isZero()) return refuse("command id is zero; any other value is allowed");
  if (auto refusal = checkSize("actor", unit.actor.size(), 1, kMaxActorBytes)) return refusal;
  if (auto refusal = checkSize("on-behalf-of", unit.onBehalfOf.size(), 0, kMaxActorBytes)) {
    return refusal;
  }
  if (unit.origin < Origin::rpc || unit.origin > Origin::timer) {
    return refuse("origin " + std::to_string(static_cast<unsigned>(unit.origin)) + " is unknown");
  }
  if (unit.events.empty() || unit.events.size() > kMaxUnitEvents) {
    return refuse("unit has " + std::to_string(unit.events.size()) + " events; allowed are 1 to " +
                  std::to_string(kMaxUnitEvents));
  }
  for (const Condition& condition : unit.conditions) {
    if (auto refusal = checkStream(condition.stream)) return refusal;
  }
  for (const NewEvent& event : unit.events) {
    if (auto refusal = checkEvent(event)) return refusal;
  }
  return std::nullopt;
}

}  // namespace docket::eventstore
