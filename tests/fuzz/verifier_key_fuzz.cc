// Verifier keys: what is accepted has one spelling, and the auditor's program accepts it too.
#include "client/verify/note.h"
#include "eventstore/bytes.h"
#include "eventstore/signed_note.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::asText(data, size);
  const auto key = eventstore::parseVerifierKey(bytes);
  const auto auditors = client::verify::parseVerifierKey(bytes);
  if (!auditors) fuzz::require(!auditors.error().sentence.empty(), "a refusal says why");
  if (!key) return 0;
  ++fuzz::accepted;
  fuzz::require(eventstore::toText(*key) == bytes, "an accepted key has one spelling");
  fuzz::require(auditors.has_value(), "the auditor's program takes the keys that the store does");
  fuzz::require(auditors->name == key->name &&
                    std::string_view(auditors->publicKey.data(), auditors->publicKey.size()) ==
                        eventstore::asText(key->publicKey),
                "both read the same key");
  return 0;
}
