// Proof files, as the auditor's program reads them: what is accepted is what the store writes for
// the same proof.
#include <span>
#include <string>
#include <vector>

#include "client/verify/proof_file.h"
#include "eventstore/bytes.h"
#include "eventstore/proof.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

namespace {

std::vector<eventstore::Digest> storesOf(const std::vector<client::verify::Digest>& path) {
  std::vector<eventstore::Digest> digests(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    std::memcpy(digests[i].bytes.data(), path[i].bytes.data(), path[i].bytes.size());
  }
  return digests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::asText(data, size);
  if (const auto proof = client::verify::readInclusionProof(bytes, "it")) {
    ++fuzz::accepted;
    fuzz::require(eventstore::inclusionProofText(proof->index, eventstore::asBytes(proof->envelope),
                                                 storesOf(proof->path), proof->checkpoint) == bytes,
                  "an accepted inclusion proof has one spelling");
    client::verify::inclusionHolds({}, proof->index, proof->index + proof->path.size(), proof->path,
                                   {});
  }
  if (const auto proof = client::verify::readConsistencyProof(bytes, "it")) {
    ++fuzz::accepted;
    fuzz::require(
        eventstore::consistencyProofText(proof->oldSize, proof->newSize, storesOf(proof->path),
                                         proof->checkpoint) == bytes,
        "an accepted consistency proof has one spelling");
    const bool store = proof->oldSize <= proof->newSize &&
                       eventstore::verifyConsistency(proof->oldSize, {}, proof->newSize, {},
                                                     storesOf(proof->path));
    fuzz::require(client::verify::consistencyHolds(proof->oldSize, {}, proof->newSize, {},
                                                   proof->path) == store,
                  "store and auditor's program judge a proof alike");
  }
  return 0;
}
