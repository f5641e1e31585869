// ANCHOR: what is accepted has one spelling. No mutation finds a right sum, so the text is looked
// at a second time with the sum that belongs to its beginning.
#include <string>

#include "eventstore/anchor.h"
#include "eventstore/envelope.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

namespace {

void check(std::string_view text) {
  const auto anchor = eventstore::parseAnchor(text);
  if (!anchor) return;
  ++fuzz::accepted;
  fuzz::require(eventstore::anchorText(*anchor) == text, "an accepted anchor has one spelling");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::asText(data, size);
  check(text);
  std::string summed(text.substr(0, text.rfind("sum ")));
  const auto sum = eventstore::sha256(std::as_bytes(std::span(summed)));
  check(summed + "sum " + eventstore::toHex(sum.bytes) + "\n");
  return 0;
}
