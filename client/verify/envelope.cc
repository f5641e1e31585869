#include "client/verify/envelope.h"

#include <bit>

#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kWithCorrelation = 1;
constexpr std::uint8_t kWithCausation = 2;
constexpr std::uint8_t kWithOnBehalfOf = 4;
constexpr std::uint64_t kNameBytesMax = 200;
constexpr std::uint64_t kTypeBytesMax = 100;
constexpr std::uint64_t kSchemaVersionMax = 65535;
constexpr std::uint8_t kOriginMax = 5;
constexpr std::size_t kIdBytes = 16;

bool isZero(Bytes bytes) {
  return bytes.find_first_not_of('\0') == bytes.npos;
}

std::int64_t fromZigzag(std::uint64_t value) {
  return std::bit_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
}

// Sum modulo 2^64.
std::int64_t wrappedSum(std::int64_t a, std::int64_t b) {
  return std::bit_cast<std::int64_t>(std::bit_cast<std::uint64_t>(a) +
                                     std::bit_cast<std::uint64_t>(b));
}

}  // namespace

std::string Envelope::stream() const {
  return visible(streamKind) + "/" + visible(streamId);
}

std::string_view originName(std::uint8_t origin) {
  constexpr std::string_view kNames[] = {"?", "rpc", "http", "import", "rule", "timer"};
  return kNames[origin <= kOriginMax ? origin : 0];
}

Result<Envelope> readEnvelope(Bytes bytes, const Source& source) {
  Cursor in(bytes);
  Envelope e;
  in.require(in.byte("its format") == kFormat, "its format", "is not 1");
  const std::uint8_t flags = in.byte("its flags");
  in.require(flags <= (kWithCorrelation | kWithCausation | kWithOnBehalfOf), "its flags",
             "have bits that mean nothing");
  e.position = in.varint("its position");
  e.streamKind = in.string(1, kNameBytesMax, "its stream kind");
  in.require(e.streamKind.find('/') == e.streamKind.npos, "its stream kind", "has a slash in it");
  e.streamId = in.string(1, kNameBytesMax, "its stream id");
  e.version = in.varint("its version");
  e.type = in.string(1, kTypeBytesMax, "its event type");
  e.schemaVersion = in.varint("its schema version");
  in.require(e.schemaVersion >= 1 && e.schemaVersion <= kSchemaVersionMax, "its schema version",
             "is not between 1 and 65535");
  e.recordedMicros = std::bit_cast<std::int64_t>(in.bigEndian(8, "its recorded time"));
  e.occurredMicros = wrappedSum(e.recordedMicros, fromZigzag(in.varint("its occurred time")));
  e.origin = in.byte("its origin");
  in.require(e.origin >= 1 && e.origin <= kOriginMax, "its origin", "is not between 1 and 5");
  e.actor = in.string(1, kNameBytesMax, "its actor");
  if (flags & kWithOnBehalfOf) e.onBehalfOf = in.string(1, kNameBytesMax, "its on-behalf-of");
  e.commandId = in.take(kIdBytes, "its command id");
  in.require(!isZero(e.commandId), "its command id", "is all zero");
  e.correlationId = e.commandId;
  if (flags & kWithCorrelation) {
    e.correlationId = in.take(kIdBytes, "its correlation id");
    in.require(!isZero(e.correlationId) && e.correlationId != e.commandId, "its correlation id",
               "is one that must be left out");
  }
  if (flags & kWithCausation) e.causation = in.varint("its causation");
  e.payloadSize = in.varint("its payload size");
  in.require(e.payloadSize <= kPayloadBytesMax, "its payload size", "is over 49152");
  const Bytes hash = in.take(e.payloadHash.bytes.size(), "its payload hash");
  in.require(in.left() == 0, "its payload hash", "is followed by more bytes");
  if (in.failed()) return broken(source.text() + " is no canonical envelope: " + in.fault());
  e.payloadHash = Digest::of(hash);
  return e;
}

Result<void> checkPayload(const Envelope& envelope, Bytes payload, const Source& source) {
  if (payload.size() != envelope.payloadSize) {
    return broken(source.text() + " has " + std::to_string(payload.size()) +
                  " bytes, but the envelope at position " + std::to_string(envelope.position) +
                  " says " + std::to_string(envelope.payloadSize));
  }
  if (sha256({payload}) != envelope.payloadHash) {
    return broken(source.text() + " is not the one that the envelope at position " +
                  std::to_string(envelope.position) + " tells of: its SHA-256 is another");
  }
  return {};
}

}  // namespace docket::client::verify
