#include "eventstore/publisher.h"

#include <utility>

#include "eventstore/files.h"
#include "eventstore/proof.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;

std::string defaultOrigin(const Log& log) {
  return "docket.invalid/" + log.storeId();
}

tl::unexpected<StoreError> failure(StoreErrorCode code, std::string message) {
  return tl::unexpected(StoreError{code, std::move(message)});
}

// The key, made if there never was one: a checkpoint without its key is a key that was lost.
tl::expected<SigningKey, StoreError> obtainKey(const Log& log, const PublisherOptions& options) {
  auto key = SigningKey::load(options.keys);
  if (!key && key.error().code == StoreErrorCode::notFound) {
    std::error_code error;
    if (fs::exists(options.checkpoint, error)) {
      return failure(StoreErrorCode::corrupt,
                     key.error().message + ", but " + options.checkpoint.string() +
                         " was signed: restore the keys, or take that file away to go on with a "
                         "new key, which no auditor knows yet");
    }
    return SigningKey::create(options.keys,
                              options.origin.empty() ? defaultOrigin(log) : options.origin);
  }
  if (key && !options.origin.empty() && key->verifier().name != options.origin) {
    return failure(StoreErrorCode::invalid,
                   "the origin is " + key->verifier().name +
                       " since the signing key was made, and cannot become " + options.origin);
  }
  return key;
}

// The checkpoint that was published last, compared with the log; without one, one of nothing.
tl::expected<PublishedCheckpoint, StoreError> checkLast(const Log& log,
                                                        const PublisherOptions& options) {
  const auto keys = loadVerifierKeys(options.keys);
  if (!keys) return tl::unexpected(keys.error());
  auto last = readCheckpoint(options.checkpoint, *keys);
  if (!last) {
    if (last.error().code == StoreErrorCode::notFound) return PublishedCheckpoint{};
    return last;
  }
  if (auto same = compareWithLog(log, last->checkpoint, options.checkpoint.string()); !same) {
    return tl::unexpected(same.error());
  }
  return last;
}

Checkpoint checkpointOf(const Log& log, const std::string& origin) {
  const Log::TreeHead head = log.treeHead();
  return {origin, head.size, head.root};
}

}  // namespace

tl::expected<PublishedCheckpoint, StoreError> readCheckpoint(const fs::path& path,
                                                             std::span<const VerifierKey> keys) {
  auto note = readSmallFile(path, kMaxNoteBytes + 1);
  if (!note) return tl::unexpected(note.error());
  auto checkpoint = openCheckpoint(*note, keys);
  if (!checkpoint) {
    return failure(StoreErrorCode::corrupt,
                   "the checkpoint " + path.string() + " cannot be trusted: " + checkpoint.error());
  }
  return PublishedCheckpoint{std::move(*checkpoint), std::move(*note)};
}

tl::expected<Checkpoint, StoreError> readCheckpointOfAnybody(const fs::path& path) {
  const auto text = readSmallFile(path, kMaxNoteBytes + 1);
  if (!text) return tl::unexpected(text.error());
  const auto checkpoint = parseNote(*text).and_then(
      [](const SignedNote& note) { return parseCheckpointText(note.text); });
  if (checkpoint) return *checkpoint;
  return failure(StoreErrorCode::corrupt,
                 path.string() + " is no checkpoint: " + checkpoint.error());
}

tl::expected<void, StoreError> compareWithLog(const Log& log, const Checkpoint& checkpoint,
                                              const std::string& source) {
  const Position head = log.head();
  if (checkpoint.size > head.value) {
    return failure(StoreErrorCode::behindAnchor,
                   "the log is behind the checkpoint " + source + ": it ends at position " +
                       std::to_string(head.value) + ", the checkpoint is of " +
                       std::to_string(checkpoint.size) + " events: events are lost");
  }
  const auto root = log.rootAt({checkpoint.size});
  if (!root) return tl::unexpected(root.error());
  if (*root == checkpoint.root) return {};
  return failure(StoreErrorCode::corrupt, "the log is not the log of the checkpoint " + source +
                                              ": its first " + std::to_string(checkpoint.size) +
                                              " events have another root");
}

tl::expected<std::unique_ptr<CheckpointPublisher>, StoreError> CheckpointPublisher::open(
    const Log& log, const PublisherOptions& options) {
  auto key = obtainKey(log, options);
  if (!key) return tl::unexpected(std::move(key.error()));
  auto last = checkLast(log, options);
  if (!last) return tl::unexpected(std::move(last.error()));
  std::unique_ptr<CheckpointPublisher> publisher(
      new CheckpointPublisher(log, options.checkpoint, std::move(*key)));
  publisher->latest_ = std::move(*last);
  if (auto published = publisher->publish(); !published) {
    return tl::unexpected(std::move(published.error()));
  }
  return publisher;
}

tl::expected<PublishedCheckpoint, StoreError> CheckpointPublisher::publish() {
  const std::lock_guard publishing(publishing_);
  const Checkpoint checkpoint = checkpointOf(log_, verifier().name);
  if (PublishedCheckpoint last = latest(); last.checkpoint == checkpoint) return last;
  const std::string text = checkpointText(checkpoint);
  PublishedCheckpoint published{checkpoint, text + "\n" + key_.sign(text)};
  if (auto written = replaceFile(path_, published.note); !written) {
    return tl::unexpected(written.error());
  }
  const std::lock_guard lock(mutex_);
  latest_ = published;
  return published;
}

PublishedCheckpoint CheckpointPublisher::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

tl::expected<PublishedCheckpoint, StoreError> CheckpointPublisher::atLeast(std::uint64_t size) {
  PublishedCheckpoint last = latest();
  if (last.checkpoint.size >= size) return last;
  return publish();
}

tl::expected<PublishedProof, StoreError> CheckpointPublisher::proveInclusion(Position position) {
  const Position head = log_.head();
  if (position >= head) {
    return failure(StoreErrorCode::invalid, "position " + std::to_string(position.value) +
                                                " is not in the log, which has " +
                                                std::to_string(head.value) + " events");
  }
  const auto published = atLeast(position.value + 1);
  if (!published) return tl::unexpected(published.error());
  const std::uint64_t size = published->checkpoint.size;
  const auto proof = log_.inclusionProof(position, {size});
  if (!proof) return tl::unexpected(proof.error());
  LogReader reader = log_.readAll({.from = position.value, .limit = 1, .verifyPayloads = false});
  const auto event = reader.next();
  if (!event) return tl::unexpected(event.error());
  return PublishedProof{
      inclusionProofText(position.value, (*event)->envelopeBytes, *proof, published->note), size};
}

tl::expected<PublishedProof, StoreError> CheckpointPublisher::proveConsistency(Position oldSize) {
  // Who asks whether the log only grew means until now.
  const auto published = oldSize > log_.head() ? atLeast(oldSize.value) : publish();
  if (!published) return tl::unexpected(published.error());
  const Position size{published->checkpoint.size};
  const auto proof = log_.consistencyProof(oldSize, size);
  if (!proof) return tl::unexpected(proof.error());
  return PublishedProof{consistencyProofText(oldSize.value, size.value, *proof, published->note),
                        size.value};
}

tl::expected<VerifierKey, StoreError> rotateSigningKey(const Log& log,
                                                       const PublisherOptions& options) {
  const auto old = obtainKey(log, options);
  if (!old) return tl::unexpected(old.error());
  if (const auto last = checkLast(log, options); !last) return tl::unexpected(last.error());
  const std::string& name = old->verifier().name;
  const auto next = SigningKey::prepareNext(options.keys, name);
  if (!next) return tl::unexpected(next.error());
  const std::string text = checkpointText(checkpointOf(log, name));
  const std::string note = text + "\n" + old->sign(text) + next->sign(text);
  if (auto written = replaceFile(options.checkpoint, note); !written) {
    return tl::unexpected(written.error());
  }
  if (auto retired = retireSigningKey(options.keys, note); !retired) {
    return tl::unexpected(retired.error());
  }
  return next->verifier();
}

}  // namespace docket::eventstore
