#include "eventstore/anchor.h"

#include <charconv>

#include "eventstore/bytes.h"
#include "eventstore/envelope.h"
#include "eventstore/files.h"
#include "eventstore/lines.h"

namespace docket::eventstore {
namespace {

constexpr std::size_t kMaxAnchorBytes = 512;

std::optional<Anchor> readLines(std::string_view text) {
  if (!takeLine(text, "docket anchor 2")) return std::nullopt;
  const auto head = takeLine(text, "head ");
  const auto root = takeLine(text, "root ");
  if (!head || !root) return std::nullopt;
  Anchor anchor;
  std::from_chars(head->data(), head->data() + head->size(), anchor.head.value);
  fromHex(*root, anchor.root.bytes.data(), anchor.root.bytes.size());
  return anchor;
}

}  // namespace

std::string anchorText(const Anchor& anchor) {
  std::string text = "docket anchor 2\nhead " + std::to_string(anchor.head.value) + "\nroot " +
                     toHex(anchor.root.bytes) + "\n";
  return text + "sum " + toHex(sha256(asBytes(text)).bytes) + "\n";
}

std::optional<Anchor> parseAnchor(std::string_view text) {
  // There is one right text for an anchor, its sum included; so writing what was read must give it.
  const auto anchor = readLines(text);
  return anchor && anchorText(*anchor) == text ? anchor : std::nullopt;
}

tl::expected<Anchor, StoreError> readAnchor(const std::filesystem::path& directory,
                                            rocksdb::Env* env) {
  const std::filesystem::path path = directory / kAnchorFileName;
  const auto text = readSmallFile(path, kMaxAnchorBytes, env);
  if (!text) return tl::unexpected(text.error());
  const auto anchor = parseAnchor(*text);
  if (!anchor) {
    return tl::unexpected(
        StoreError{StoreErrorCode::corrupt, path.string() + " is damaged: its sum does not match"});
  }
  return *anchor;
}

tl::expected<void, StoreError> storeAnchor(const std::filesystem::path& directory,
                                           const Anchor& anchor, rocksdb::Env* env) {
  return replaceFile(directory / kAnchorFileName, anchorText(anchor), env);
}

}  // namespace docket::eventstore
