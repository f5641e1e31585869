#include "client/verify/checkpoint.h"

#include <algorithm>

#include "client/verify/base64.h"
#include "client/verify/file.h"
#include "client/verify/text.h"

namespace docket::client::verify {

Result<Checkpoint> openCheckpoint(std::string_view note, std::span<const VerifierKey> known,
                                  const std::string& source) {
  auto opened = openNote(note, known, source);
  if (!opened) return tl::make_unexpected(opened.error());
  const auto lines = linesOf(opened->text);
  if (!lines || lines->size() < 3) {
    return broken(source + " has no origin, size and root in its first three lines");
  }
  // Lines after the third are extensions: signed, and of no meaning here.
  if (std::any_of(lines->begin(), lines->end(),
                  [](std::string_view line) { return line.empty(); })) {
    return broken(source + " has an empty line before its signatures");
  }
  Checkpoint checkpoint;
  checkpoint.origin = (*lines)[0];
  checkpoint.source = source;
  const auto size = fromDecimal((*lines)[1]);
  if (!size) {
    return broken(source + " has the size \"" + visible((*lines)[1].substr(0, 40)) +
                  "\", which is not a plain decimal number");
  }
  checkpoint.size = *size;
  const auto root = fromBase64((*lines)[2]);
  if (!root || root->size() != 32) {
    return broken(source + " has a root that is not 32 bytes in canonical base64");
  }
  checkpoint.root = Digest::of(*root);
  checkpoint.signedBy = std::move(opened->signedBy);
  const bool named =
      std::any_of(checkpoint.signedBy.begin(), checkpoint.signedBy.end(),
                  [&](const VerifierKey& key) { return key.name == checkpoint.origin; });
  if (!known.empty() && !named) {
    return broken(source + " is of the log \"" + visible(checkpoint.origin) +
                  "\", not of the one whose key signed it");
  }
  return checkpoint;
}

Result<Checkpoint> readCheckpoint(const std::filesystem::path& path,
                                  std::span<const VerifierKey> known) {
  auto content = readFile(path, kNoteBytesMax);
  if (!content) return tl::make_unexpected(content.error());
  return openCheckpoint(*content, known, "the checkpoint in " + visible(path.string()));
}

Result<KnownRoots> KnownRoots::of(std::vector<Checkpoint> checkpoints) {
  for (const Checkpoint& checkpoint : checkpoints) {
    if (checkpoint.origin == checkpoints.front().origin) continue;
    return broken(checkpoint.source + " is of the log \"" + visible(checkpoint.origin) +
                  "\", but " + checkpoints.front().source + " is of \"" +
                  visible(checkpoints.front().origin) + "\"");
  }
  KnownRoots roots;
  std::stable_sort(checkpoints.begin(), checkpoints.end(),
                   [](const Checkpoint& a, const Checkpoint& b) { return a.size < b.size; });
  roots.checkpoints_ = std::move(checkpoints);
  return roots;
}

Result<void> KnownRoots::allWithin(std::uint64_t events, const std::string& what) const {
  for (const Checkpoint& checkpoint : checkpoints_) {
    if (checkpoint.size <= events) continue;
    return broken(what + " has " + std::to_string(events) + " events, but " + checkpoint.source +
                  " is of " + std::to_string(checkpoint.size) + ": events are lost");
  }
  return {};
}

Result<void> KnownRoots::compare(const Frontier& tree) {
  for (; next_ < checkpoints_.size() && checkpoints_[next_].size == tree.size(); ++next_) {
    const Checkpoint& checkpoint = checkpoints_[next_];
    const Digest root = tree.root();
    if (checkpoint.root == root) continue;
    std::string sentence = "the first " + std::to_string(checkpoint.size) +
                           " events have the root " + toBase64(root.view()) + ", but " +
                           checkpoint.source + " says " + toBase64(checkpoint.root.view()) +
                           ": history before position " + std::to_string(checkpoint.size) +
                           " was changed";
    // All before it, the smaller ones, agreed.
    if (next_ > 0 && checkpoints_[next_ - 1].size < checkpoint.size) {
      sentence += ", though not the first " + std::to_string(checkpoints_[next_ - 1].size) +
                  " events, which " + checkpoints_[next_ - 1].source + " is of";
    }
    return broken(std::move(sentence));
  }
  return {};
}

}  // namespace docket::client::verify
