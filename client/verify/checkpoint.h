// Checkpoints (C2SP tlog-checkpoint): what the log said its size and root were, signed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/verify/merkle.h"
#include "client/verify/note.h"
#include "client/verify/problem.h"

namespace docket::client::verify {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  std::string source;                 // for sentences: "the checkpoint in audit.txt"
  std::vector<VerifierKey> signedBy;  // empty only if no key was given to judge it by
};

// With known keys, one of those that signed must bear the origin's name.
Result<Checkpoint> openCheckpoint(std::string_view note, std::span<const VerifierKey> known,
                                  const std::string& source);
Result<Checkpoint> readCheckpoint(const std::filesystem::path& path,
                                  std::span<const VerifierKey> known);

// Roots that a history must have had at some sizes, met in order as its tree grows. Threads: one.
class KnownRoots {
 public:
  // Errors: integrity, if the checkpoints are of different logs.
  static Result<KnownRoots> of(std::vector<Checkpoint> checkpoints);

  // A checkpoint that is beyond `events` proves a loss. `what` names the history: "the export".
  Result<void> allWithin(std::uint64_t events, const std::string& what) const;

  // To be called at size 0 and after every leaf.
  Result<void> check(const Frontier& tree) {
    if (next_ == checkpoints_.size() || checkpoints_[next_].size > tree.size()) return {};
    return compare(tree);
  }

  // By size, the smallest first.
  std::span<const Checkpoint> checkpoints() const { return checkpoints_; }

 private:
  Result<void> compare(const Frontier& tree);
  std::vector<Checkpoint> checkpoints_;
  std::size_t next_ = 0;
};

}  // namespace docket::client::verify
