#include "eventstore/checkpoint.h"

#include <algorithm>
#include <charconv>

#include "eventstore/base64.h"
#include "eventstore/lines.h"

namespace docket::eventstore {
namespace {

tl::unexpected<std::string> refuse(std::string_view what) {
  return tl::unexpected(std::string(what));
}

}  // namespace

bool parseDecimal(std::string_view text, std::uint64_t& value) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  const bool isWhole = parsed.ec == std::errc() && parsed.ptr == end;
  return isWhole && (text.size() == 1 || text.front() != '0');
}

std::string checkpointText(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         toBase64(checkpoint.root.bytes) + "\n";
}

tl::expected<Checkpoint, std::string> parseCheckpointText(std::string_view text) {
  const auto origin = takeLine(text);
  const auto size = takeLine(text);
  const auto root = takeLine(text);
  if (!origin || !size || !root) return refuse("a checkpoint has three lines: origin, size, root");
  if (!text.empty()) return refuse("the checkpoint has more lines than origin, size and root");
  Checkpoint checkpoint;
  if (!isKeyName(*origin)) return refuse("the first line of the checkpoint is no origin");
  checkpoint.origin = *origin;
  if (!parseDecimal(*size, checkpoint.size)) {
    return refuse("the second line of the checkpoint is no size");
  }
  const auto bytes = fromBase64(*root);
  if (!bytes || bytes->size() != checkpoint.root.bytes.size()) {
    return refuse("the third line of the checkpoint is no root in base64");
  }
  std::copy(bytes->begin(), bytes->end(), checkpoint.root.bytes.begin());
  return checkpoint;
}

tl::expected<Checkpoint, std::string> openCheckpoint(std::string_view note,
                                                     std::span<const VerifierKey> keys) {
  const auto parsed = parseNote(note);
  if (!parsed) return tl::unexpected(parsed.error());
  auto checkpoint = parseCheckpointText(parsed->text);
  if (!checkpoint) return checkpoint;
  std::vector<VerifierKey> ofOrigin;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(ofOrigin),
               [&](const VerifierKey& key) { return key.name == checkpoint->origin; });
  const auto signers = countSigners(*parsed, ofOrigin);
  if (!signers) return tl::unexpected(signers.error());
  if (*signers == 0) return refuse("no known key of " + checkpoint->origin + " has signed it");
  return checkpoint;
}

}  // namespace docket::eventstore
