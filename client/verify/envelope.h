// The envelope of an event: its fixed facts, read from their one canonical spelling
// (docs/FORMATS.md, "Envelope").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/verify/bytes.h"
#include "client/verify/merkle.h"
#include "client/verify/problem.h"

namespace docket::client::verify {

inline constexpr std::size_t kEnvelopeBytesMax = 4096;
inline constexpr std::size_t kPayloadBytesMax = 49152;

// Its views live as long as the bytes it was read from.
struct Envelope {
  std::uint64_t position = 0;
  std::string_view streamKind;
  std::string_view streamId;
  std::uint64_t version = 0;
  std::string_view type;
  std::uint64_t schemaVersion = 0;
  std::int64_t recordedMicros = 0;
  std::int64_t occurredMicros = 0;
  std::uint8_t origin = 0;
  std::string_view actor;
  std::string_view onBehalfOf;  // empty: nobody
  Bytes commandId;
  Bytes correlationId;  // the command's own id unless another is told
  std::optional<std::uint64_t> causation;
  std::uint64_t payloadSize = 0;
  Digest payloadHash;

  std::string stream() const;  // "ticket/42", fit to be shown
};

// "rpc", "http", "import", "rule" or "timer".
std::string_view originName(std::uint8_t origin);

// `source` names the envelope, for the sentence.
Result<Envelope> readEnvelope(Bytes bytes, const Source& source);

// Is this the payload that the envelope tells of?
Result<void> checkPayload(const Envelope& envelope, Bytes payload, const Source& source);

}  // namespace docket::client::verify
