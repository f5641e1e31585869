// Publishes the log's checkpoints: signs the tree's head and puts the note where it is found,
// DATA/checkpoint. Everything that proves something to an outsider refers to the latest one.
//
// Threads: all methods from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/checkpoint.h"
#include "eventstore/error.h"
#include "eventstore/log.h"
#include "eventstore/signing_key.h"

namespace docket::eventstore {

struct PublisherOptions {
  std::filesystem::path keys;        // DATA/keys
  std::filesystem::path checkpoint;  // DATA/checkpoint
  std::string origin;                // of a key that is made now; empty: docket.invalid/<store id>
};

struct PublishedCheckpoint {
  Checkpoint checkpoint;
  std::string note;
};

// A proof file, and the size of the checkpoint that it refers to.
struct PublishedProof {
  std::string text;
  std::uint64_t size = 0;
};

class CheckpointPublisher {
 public:
  // Loads the signing key, or makes it if none was ever used; compares the log with the checkpoint
  // that was published last; publishes one if the log has grown since. `log` outlives it.
  // Errors: those of the key; behindAnchor (the log ends before the checkpoint), corrupt (it has
  // another root there, or the checkpoint is damaged), invalid (another origin than the key's), io.
  [[nodiscard]] static tl::expected<std::unique_ptr<CheckpointPublisher>, StoreError> open(
      const Log& log, const PublisherOptions& options);

  // Publishes a checkpoint of the head, if the last one is not that. Durable when it returns. The
  // server calls it about once a second.
  [[nodiscard]] tl::expected<PublishedCheckpoint, StoreError> publish();

  PublishedCheckpoint latest() const;
  const VerifierKey& verifier() const { return key_.verifier(); }

  // The files of proof.h: inclusion in the latest checkpoint, or in a new one if the position is
  // beyond it; consistency with the log as it is now. Errors: invalid (beyond the log), corrupt,
  // io.
  [[nodiscard]] tl::expected<PublishedProof, StoreError> proveInclusion(Position position);
  [[nodiscard]] tl::expected<PublishedProof, StoreError> proveConsistency(Position oldSize);

 private:
  CheckpointPublisher(const Log& log, std::filesystem::path path, SigningKey key)
      : log_(log), path_(std::move(path)), key_(std::move(key)) {}

  // The latest checkpoint, or a new one if that is smaller than `size`.
  tl::expected<PublishedCheckpoint, StoreError> atLeast(std::uint64_t size);

  const Log& log_;
  const std::filesystem::path path_;
  const SigningKey key_;
  std::mutex publishing_;  // held while the file is written
  mutable std::mutex mutex_;
  PublishedCheckpoint latest_;
};

// The checkpoint in a file, if one of `keys` has signed it. Errors: notFound, corrupt, io.
[[nodiscard]] tl::expected<PublishedCheckpoint, StoreError> readCheckpoint(
    const std::filesystem::path& path, std::span<const VerifierKey> keys);

// The checkpoint in a file, whoever signed it: to compare a log with where no keys are at hand, not
// to believe. Errors: notFound, corrupt (it is no checkpoint), io.
[[nodiscard]] tl::expected<Checkpoint, StoreError> readCheckpointOfAnybody(
    const std::filesystem::path& path);

// Whether the log begins with the tree of `checkpoint`. Errors: behindAnchor (the log ends before
// it), corrupt (it has another root there), io.
[[nodiscard]] tl::expected<void, StoreError> compareWithLog(const Log& log,
                                                            const Checkpoint& checkpoint,
                                                            const std::string& source);

// Replaces the signing key of a stopped log. The checkpoint that tells of it is signed by the old
// key and the new one, then the old one is destroyed. Can be repeated when it was cut short.
// Errors: those of CheckpointPublisher::open.
[[nodiscard]] tl::expected<VerifierKey, StoreError> rotateSigningKey(
    const Log& log, const PublisherOptions& options);

}  // namespace docket::eventstore
