// Numbers to bytes and back, as the stored formats want them. Internal to the event store.
//
// Varints are LEB128, least significant group first, and minimal: a longer spelling of the same
// number is refused, so that equal values always have equal bytes. Fixed numbers are big-endian, so
// that keys sort by value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace docket::eventstore {

inline constexpr std::size_t kMaxVarintBytes = 10;

// Each `put` writes at `out`, which must have room, and answers the first byte after what it wrote.
inline std::byte* putVarint(std::byte* out, std::uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<std::byte>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<std::byte>(value);
  return out;
}

inline std::byte* putBytes(std::byte* out, const void* data, std::size_t size) {
  if (size != 0) std::memcpy(out, data, size);
  return out + size;
}

inline std::byte* putString(std::byte* out, std::string_view text) {
  return putBytes(putVarint(out, text.size()), text.data(), text.size());
}

inline std::byte* putBigEndian64(std::byte* out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) *out++ = static_cast<std::byte>(value >> shift);
  return out;
}

inline std::byte* putBigEndian32(std::byte* out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) *out++ = static_cast<std::byte>(value >> shift);
  return out;
}

inline std::uint64_t bigEndian64(const std::byte* in) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | std::to_integer<std::uint64_t>(in[i]);
  return value;
}

// Signed numbers of small size become unsigned numbers of small size: 0, -1, 1, -2 -> 0, 1, 2, 3.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

constexpr std::size_t alignUp8(std::size_t size) {
  return (size + 7) & ~std::size_t{7};
}

template <typename Container>
std::span<const std::byte> asBytes(const Container& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view asText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Takes values off the front of some bytes. Every `take` answers false, and takes nothing that
// counts, if the bytes end too early or are not spelled in the one right way.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  const std::byte* at() const { return at_; }

  bool takeByte(std::uint8_t& value) {
    if (at_ == end_) return false;
    value = std::to_integer<std::uint8_t>(*at_++);
    return true;
  }

  bool takeVarint(std::uint64_t& value) {
    if (at_ != end_ && std::to_integer<std::uint8_t>(*at_) < 0x80) {
      value = std::to_integer<std::uint64_t>(*at_++);
      return true;
    }
    return takeLongVarint(value);
  }

  bool takeBigEndian64(std::uint64_t& value) {
    if (left() < 8) return false;
    value = bigEndian64(at_);
    at_ += 8;
    return true;
  }

  bool takeView(std::size_t size, std::string_view& view) {
    if (left() < size) return false;
    view = {reinterpret_cast<const char*>(at_), size};
    at_ += size;
    return true;
  }

  bool takeString(std::string_view& text) {
    std::uint64_t size = 0;
    return takeVarint(size) && size <= left() && takeView(static_cast<std::size_t>(size), text);
  }

  template <std::size_t N>
  bool takeArray(std::array<std::byte, N>& out) {
    if (left() < N) return false;
    std::memcpy(out.data(), at_, N);
    at_ += N;
    return true;
  }

 private:
  bool takeLongVarint(std::uint64_t& value) {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = std::to_integer<std::uint64_t>(*at_++);
      if (shift == 63 && byte > 1) return false;  // more than 64 bits
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift != 0) return false;  // not minimal
        value = result;
        return true;
      }
    }
    return false;
  }

  const std::byte* at_;
  const std::byte* end_;
};

}  // namespace docket::eventstore
