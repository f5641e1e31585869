// Head records: what is accepted has one spelling.
#include "eventstore/records.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::asText(data, size);
  const auto head = eventstore::decodeHead(bytes);
  if (!head) return 0;
  ++fuzz::accepted;
  fuzz::require(eventstore::encodeHead(*head) == bytes, "an accepted head has one spelling");
  return 0;
}
