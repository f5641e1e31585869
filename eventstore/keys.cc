#include "eventstore/keys.h"

#include "eventstore/bytes.h"

namespace docket::eventstore::keys {

Key group(Position first) {
  Key key;
  key.size_ =
      static_cast<std::size_t>(putBigEndian64(key.bytes_.data(), first.value) - key.bytes_.data());
  return key;
}

std::optional<Position> parseGroup(std::string_view key) {
  if (key.size() != 8) return std::nullopt;
  return Position{bigEndian64(reinterpret_cast<const std::byte*>(key.data()))};
}

Key node(unsigned level, std::uint64_t index) {
  Key key;
  key.bytes_[0] = static_cast<std::byte>(level);
  key.size_ =
      static_cast<std::size_t>(putBigEndian64(key.bytes_.data() + 1, index) - key.bytes_.data());
  return key;
}

bool isNodeBelow(std::string_view key, Position head) {
  if (key.size() != 9) return false;
  const auto* bytes = reinterpret_cast<const std::byte*>(key.data());
  const auto level = std::to_integer<unsigned>(*bytes);
  return level < 64 && bigEndian64(bytes + 1) < head.value >> level;
}

Key stream(std::string_view kind, std::string_view id) {
  Key key;
  std::byte* at = key.bytes_.data();
  *at++ = std::byte{'s'};
  *at++ = static_cast<std::byte>(kind.size());
  at = putBytes(at, kind.data(), kind.size());
  *at++ = static_cast<std::byte>(id.size());
  at = putBytes(at, id.data(), id.size());
  key.size_ = static_cast<std::size_t>(at - key.bytes_.data());
  return key;
}

Key chunk(std::string_view streamKey, std::uint32_t number) {
  Key key;
  std::byte* at = putBytes(key.bytes_.data(), streamKey.data(), streamKey.size());
  at = putBigEndian32(at, number);
  key.size_ = static_cast<std::size_t>(at - key.bytes_.data());
  return key;
}

std::optional<std::string_view> streamOfChunk(std::string_view key) {
  if (!key.starts_with('s') || key.size() < 5) return std::nullopt;
  return key.substr(0, key.size() - 4);
}

std::optional<std::uint32_t> parseChunk(std::string_view key, std::string_view streamKey) {
  if (key.size() != streamKey.size() + 4 || !key.starts_with(streamKey)) return std::nullopt;
  std::uint32_t number = 0;
  for (const char byte : key.substr(streamKey.size())) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return number;
}

std::string subject(std::string_view id) {
  return std::string(kSubjectPrefix).append(id);
}

std::optional<std::string_view> parseSubject(std::string_view key) {
  if (!key.starts_with(kSubjectPrefix)) return std::nullopt;
  return key.substr(kSubjectPrefix.size());
}

}  // namespace docket::eventstore::keys
