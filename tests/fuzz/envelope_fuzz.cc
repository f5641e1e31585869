// Envelopes: what is accepted is canonical, so encoding it again gives the same bytes.
#include <algorithm>
#include <vector>

#include "eventstore/envelope.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::asBytes(data, size);
  const auto envelope = eventstore::decodeEnvelope(bytes);
  if (!envelope) {
    fuzz::require(!envelope.error().message.empty(), "a refusal says why");
    return 0;
  }
  ++fuzz::accepted;
  std::vector<std::byte> again;
  eventstore::encodeEnvelope(*envelope, again);
  fuzz::require(std::ranges::equal(again, bytes), "an accepted envelope has one spelling");
  fuzz::require(size <= eventstore::kMaxEnvelopeBytes, "an accepted envelope is within its limit");
  return 0;
}
