#include "eventstore/envelope.h"

#include "eventstore/bytes.h"
#include "eventstore/envelope_codec.h"
#include "eventstore/limits.h"

namespace docket::eventstore {
namespace {

// Stored numbers: never change one.
constexpr std::uint8_t kEnvelopeFormat = 1;
constexpr std::uint8_t kHasCorrelation = 1;  // it differs from the command id
constexpr std::uint8_t kHasCausation = 2;
constexpr std::uint8_t kHasOnBehalfOf = 4;
constexpr std::uint8_t kAllFlags = kHasCorrelation | kHasCausation | kHasOnBehalfOf;

// Clock values span the whole of int64, so differences are taken modulo 2^64: exact both ways.
std::uint64_t micros(Timestamp time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
Timestamp fromMicros(std::uint64_t value) {
  return Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(value)));
}

bool takeBoundedString(ByteReader& reader, std::size_t maxBytes, std::string_view& text) {
  return reader.takeString(text) && !text.empty() && text.size() <= maxBytes;
}

bool takeStream(ByteReader& reader, Envelope& envelope) {
  return takeBoundedString(reader, kMaxStreamPartBytes, envelope.streamKind) &&
         envelope.streamKind.find('/') == std::string_view::npos &&
         takeBoundedString(reader, kMaxStreamPartBytes, envelope.streamId);
}

bool takeSchemaVersion(ByteReader& reader, Envelope& envelope) {
  std::uint64_t value = 0;
  if (!reader.takeVarint(value) || value == 0 || value > 0xffff) return false;
  envelope.schemaVersion = static_cast<std::uint16_t>(value);
  return true;
}

bool takeTimes(ByteReader& reader, Envelope& envelope) {
  std::uint64_t recorded = 0;
  std::uint64_t delta = 0;
  if (!reader.takeBigEndian64(recorded) || !reader.takeVarint(delta)) return false;
  envelope.recordedAt = fromMicros(recorded);
  envelope.occurredAt = fromMicros(recorded + static_cast<std::uint64_t>(unzigzag(delta)));
  return true;
}

bool takeOrigin(ByteReader& reader, Envelope& envelope) {
  std::uint8_t value = 0;
  if (!reader.takeByte(value)) return false;
  if (value < static_cast<std::uint8_t>(Origin::rpc)) return false;
  if (value > static_cast<std::uint8_t>(Origin::timer)) return false;
  envelope.origin = static_cast<Origin>(value);
  return true;
}

bool takeActors(ByteReader& reader, std::uint8_t flags, Envelope& envelope) {
  envelope.onBehalfOf = {};
  if (!takeBoundedString(reader, kMaxActorBytes, envelope.actor)) return false;
  return (flags & kHasOnBehalfOf) == 0 ||
         takeBoundedString(reader, kMaxActorBytes, envelope.onBehalfOf);
}

bool takeCommand(ByteReader& reader, std::uint8_t flags, Envelope& envelope) {
  if (!reader.takeArray(envelope.commandId.bytes) || envelope.commandId.isZero()) return false;
  envelope.correlationId = envelope.commandId;
  if ((flags & kHasCorrelation) == 0) return true;
  return reader.takeArray(envelope.correlationId.bytes) && !envelope.correlationId.isZero() &&
         envelope.correlationId != envelope.commandId;
}

bool takeCausation(ByteReader& reader, std::uint8_t flags, Envelope& envelope) {
  envelope.hasCausation = (flags & kHasCausation) != 0;
  envelope.causation = {};
  return !envelope.hasCausation || reader.takeVarint(envelope.causation.value);
}

bool takePayloadFacts(ByteReader& reader, Envelope& envelope) {
  std::uint64_t size = 0;
  if (!reader.takeVarint(size) || size > kMaxPayloadBytes) return false;
  envelope.payloadSize = static_cast<std::uint32_t>(size);
  return reader.takeArray(envelope.payloadHash.bytes);
}

}  // namespace

void encodeEnvelope(const Envelope& envelope, std::vector<std::byte>& out) {
  const bool hasCorrelation =
      !envelope.correlationId.isZero() && envelope.correlationId != envelope.commandId;
  std::uint8_t flags = 0;
  if (hasCorrelation) flags |= kHasCorrelation;
  if (envelope.hasCausation) flags |= kHasCausation;
  if (!envelope.onBehalfOf.empty()) flags |= kHasOnBehalfOf;

  // Room for the longest spelling of everything, cut to size at the end: one allocation at most.
  const std::size_t before = out.size();
  out.resize(before + kEnvelopeFixedBytes + envelope.streamKind.size() + envelope.streamId.size() +
             envelope.type.size() + envelope.actor.size() + envelope.onBehalfOf.size());
  std::byte* at = out.data() + before;
  *at++ = std::byte{kEnvelopeFormat};
  *at++ = std::byte{flags};
  at = putVarint(at, envelope.position.value);
  at = putString(at, envelope.streamKind);
  at = putString(at, envelope.streamId);
  at = putVarint(at, envelope.version.value);
  at = putString(at, envelope.type);
  at = putVarint(at, envelope.schemaVersion);
  at = putBigEndian64(at, micros(envelope.recordedAt));
  at = putVarint(at, zigzag(static_cast<std::int64_t>(micros(envelope.occurredAt) -
                                                      micros(envelope.recordedAt))));
  *at++ = static_cast<std::byte>(envelope.origin);
  at = putString(at, envelope.actor);
  if (!envelope.onBehalfOf.empty()) at = putString(at, envelope.onBehalfOf);
  at = putBytes(at, envelope.commandId.bytes.data(), envelope.commandId.bytes.size());
  if (hasCorrelation) {
    at = putBytes(at, envelope.correlationId.bytes.data(), envelope.correlationId.bytes.size());
  }
  if (envelope.hasCausation) at = putVarint(at, envelope.causation.value);
  at = putVarint(at, envelope.payloadSize);
  at = putBytes(at, envelope.payloadHash.bytes.data(), envelope.payloadHash.bytes.size());
  out.resize(static_cast<std::size_t>(at - out.data()));
}

const char* readEnvelope(std::span<const std::byte> bytes, Envelope& envelope) {
  if (bytes.size() > kMaxEnvelopeBytes) return "it is too long";
  ByteReader reader(bytes);
  std::uint8_t format = 0;
  std::uint8_t flags = 0;
  if (!reader.takeByte(format) || format != kEnvelopeFormat) return "unknown format byte";
  if (!reader.takeByte(flags) || (flags & ~kAllFlags) != 0) return "unknown flags";
  if (!reader.takeVarint(envelope.position.value)) return "bad position";
  if (!takeStream(reader, envelope)) return "bad stream";
  if (!reader.takeVarint(envelope.version.value)) return "bad version";
  if (!takeBoundedString(reader, kMaxTypeBytes, envelope.type)) return "bad event type";
  if (!takeSchemaVersion(reader, envelope)) return "bad schema version";
  if (!takeTimes(reader, envelope)) return "bad time";
  if (!takeOrigin(reader, envelope)) return "bad origin";
  if (!takeActors(reader, flags, envelope)) return "bad actor";
  if (!takeCommand(reader, flags, envelope)) return "bad command or correlation id";
  if (!takeCausation(reader, flags, envelope)) return "bad causation";
  if (!takePayloadFacts(reader, envelope)) return "bad payload size or hash";
  if (reader.left() != 0) return "bytes after its end";
  return nullptr;
}

tl::expected<Envelope, StoreError> decodeEnvelope(std::span<const std::byte> bytes) {
  Envelope envelope;
  if (const char* wrong = readEnvelope(bytes, envelope)) {
    return tl::unexpected(
        StoreError{StoreErrorCode::corrupt, std::string("an envelope cannot be read: ") + wrong});
  }
  return envelope;
}

}  // namespace docket::eventstore
