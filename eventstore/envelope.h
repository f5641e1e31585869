// The fixed facts of one event, and their canonical bytes.
//
// An envelope is encoded once, when its event is committed, and its bytes are never re-encoded:
// they are what later proofs are made over. The payload stands apart and only its SHA-256 is in
// here, so that a payload can be redacted while the envelope stays valid. docs/FORMATS.md gives
// every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/error.h"
#include "eventstore/sha256.h"
#include "eventstore/types.h"

namespace docket::eventstore {

inline constexpr std::size_t kMaxPayloadBytes = 48 * 1024;
inline constexpr std::size_t kMaxEnvelopeBytes = 4 * 1024;

// What a caller says of an event before it has a place in the log.
struct NewEvent {
  StreamId stream;
  std::string type;             // e.g. "TicketMoved"; 1 to 100 bytes
  std::uint16_t schemaVersion;  // of the payload; from 1
  Timestamp occurredAt;         // when it happened, as told
  std::vector<std::byte> payload;
};

// An envelope as read back. Views point into the reader that gave it and live until its next step.
struct Envelope {
  Position position;
  std::string_view streamKind;
  std::string_view streamId;
  Version version;
  std::string_view type;
  std::uint16_t schemaVersion = 1;
  Timestamp recordedAt;  // the server's clock; never goes back along the log
  Timestamp occurredAt;
  std::string_view actor;
  std::string_view onBehalfOf;  // empty: nobody
  Origin origin = Origin::rpc;
  CommandId commandId;
  CommandId correlationId;
  bool hasCausation = false;
  Position causation;  // meaningful if hasCausation
  Digest payloadHash;
  std::uint32_t payloadSize = 0;

  StreamId stream() const { return {std::string(streamKind), std::string(streamId)}; }
};

// Appends the canonical bytes of `envelope` to `out`.
void encodeEnvelope(const Envelope& envelope, std::vector<std::byte>& out);

// Reads canonical bytes. Anything that encodeEnvelope would not have written exactly so is refused
// as corrupt. The views of the result point into `bytes`.
[[nodiscard]] tl::expected<Envelope, StoreError> decodeEnvelope(std::span<const std::byte> bytes);

}  // namespace docket::eventstore
