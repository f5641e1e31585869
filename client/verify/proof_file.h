// Proof files: a C2SP tlog-proof that an event is in the log, and Docket's proof that a checkpoint
// goes on from an older one (docs/FORMATS.md). Reading them proves nothing yet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/verify/merkle.h"
#include "client/verify/problem.h"

namespace docket::client::verify {

// The longest path has 63 hashes, the longest envelope 4 KiB, a note 16 KiB.
inline constexpr std::size_t kProofBytesMax = 64 * 1024;

struct InclusionProof {
  std::string envelope;  // its bytes, the "extra" of the format
  std::uint64_t index = 0;
  std::vector<Digest> path;
  std::string checkpoint;  // a signed note
};
Result<InclusionProof> readInclusionProof(std::string_view file, const std::string& source);

struct ConsistencyProof {
  std::uint64_t oldSize = 0;
  std::uint64_t newSize = 0;
  std::vector<Digest> path;
  std::string checkpoint;  // a signed note, of the new size
};
Result<ConsistencyProof> readConsistencyProof(std::string_view file, const std::string& source);

}  // namespace docket::client::verify
