// Signed notes: what is accepted has one spelling, and the store and the auditor's program find the
// same signature of a key that they know.
#include <string>

#include "client/verify/note.h"
#include "eventstore/base64.h"
#include "eventstore/bytes.h"
#include "tests/fuzz/fixed_key.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

namespace {

std::string written(const eventstore::SignedNote& note) {
  std::string text = note.text + "\n";
  for (const eventstore::NoteSignature& signature : note.signatures) {
    std::vector<std::byte> bytes(4);
    eventstore::putBigEndian32(bytes.data(), signature.keyId);
    bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
    text += "\xE2\x80\x94 " + signature.name + " " + eventstore::toBase64(bytes) + "\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::asText(data, size);
  const auto note = eventstore::parseNote(bytes);
  if (!note) {
    fuzz::require(!note.error().empty(), "a refusal says why");
    return 0;
  }
  ++fuzz::accepted;
  fuzz::require(written(*note) == bytes, "an accepted note has one spelling");
  const auto signers = eventstore::countSigners(*note, {&fuzz::fixedVerifier(), 1});
  const auto auditors = client::verify::openNote(bytes, {&fuzz::auditorsKey(), 1}, "it");
  fuzz::require((signers.has_value() && *signers > 0) == auditors.has_value(),
                "store and auditor's program trust the same notes");
  if (auditors) fuzz::require(auditors->text == note->text, "both read the same text");
  return 0;
}
