// Checkpoints. As a text: what is accepted has one spelling, and signed it is opened as the same
// checkpoint by the store and by the auditor's program. As a whole note: what the store trusts, the
// auditor's program does.
#include <string>

#include "client/verify/checkpoint.h"
#include "eventstore/bytes.h"
#include "eventstore/checkpoint.h"
#include "tests/fuzz/fixed_key.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

namespace {

void compare(std::string_view note) {
  const auto opened = eventstore::openCheckpoint(note, {&fuzz::fixedVerifier(), 1});
  const auto auditors = client::verify::openCheckpoint(note, {&fuzz::auditorsKey(), 1}, "it");
  if (!opened) {
    fuzz::require(!opened.error().empty(), "a refusal says why");
    return;
  }
  ++fuzz::accepted;
  fuzz::require(opened->origin == fuzz::fixedVerifier().name, "the origin is the signer's name");
  fuzz::require(auditors.has_value(), "what the store trusts, the auditor's program does");
  fuzz::require(auditors->size == opened->size && auditors->origin == opened->origin &&
                    auditors->root.view() == eventstore::asText(opened->root.bytes),
                "both read the same checkpoint");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::asText(data, size));
  compare(text);
  const auto read = eventstore::parseCheckpointText(text);
  if (!read) return 0;
  ++fuzz::accepted;
  fuzz::require(eventstore::checkpointText(*read) == text, "an accepted text has one spelling");
  compare(fuzz::signedByFixedKey(text));
  return 0;
}
