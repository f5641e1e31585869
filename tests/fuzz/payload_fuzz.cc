// Payloads of every event type in every schema version, through the codec. The first byte of the
// input chooses type and version, the rest is the payload. What decodes is today's event: encoded,
// it decodes to the same one.
#include <cstring>
#include <string>
#include <vector>

#include "domain/codec/codec.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/payload_choice.h"

using namespace docket;
namespace codec = domain::codec;

namespace {

constexpr std::size_t kMaxPayloadBytes = 48 * 1024;  // what the log takes

// Bytes at a word boundary, as the event store hands them over; none are readable behind them.
std::vector<std::uint64_t> aligned(std::span<const std::byte> bytes) {
  std::vector<std::uint64_t> words((bytes.size() + 7) / 8);
  if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

tl::expected<codec::Event, codec::DecodeError> decode(std::string_view type, std::uint16_t version,
                                                      std::span<const std::byte> payload) {
  const auto words = aligned(payload);
  return codec::decode(type, version, std::as_bytes(std::span(words)).first(payload.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 1 + kMaxPayloadBytes) return 0;
  const fuzz::StoredAs& chosen = fuzz::chosenBy(data[0]);
  const auto event = decode(chosen.type, chosen.version, fuzz::asBytes(data + 1, size - 1));
  if (!event) {
    fuzz::require(event.error().isDamage(), "a known type and version fails by damage only");
    return 0;
  }
  ++fuzz::accepted;
  const codec::EncodedEvent encoded =
      std::visit([](const auto& family) { return codec::encode(family); }, *event);
  fuzz::require(encoded.type == chosen.type, "an event keeps its type");
  // Bytes that name the same text many times unfold to more than the log takes.
  if (encoded.payload.size() > kMaxPayloadBytes) return 0;
  const auto again = decode(encoded.type, encoded.schemaVersion, encoded.payload);
  fuzz::require(again.has_value() && *again == *event, "what decoded once decodes again");
  return 0;
}
