// How views spell their keys and values. Internal to the projections.
//
// A key is a tag, then components that cannot run into each other: a text is its length and its
// bytes, a number is eight big-endian bytes, so that keys sort by tag, then text by text, then by
// number. A value is a row of varints and of texts with their length. Reading never leaves the
// bytes given: the first thing that does not fit makes the parser `damaged`, and it answers zeros
// from then on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domain/types.h"

namespace docket::projections {

namespace bytes {

inline void putVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

inline void putBigEndian(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

// Flipping the sign bit makes signed numbers sort as unsigned ones.
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

inline std::uint64_t ordered(domain::Timestamp time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ kSignBit;
}

inline domain::Timestamp unordered(std::uint64_t value) {
  return domain::Timestamp{
      domain::Timestamp::duration{static_cast<std::int64_t>(value ^ kSignBit)}};
}

}  // namespace bytes

class Key {
 public:
  explicit Key(char tag) : bytes_(1, tag) {}

  Key& text(std::string_view text) {
    bytes::putVarint(bytes_, text.size());
    bytes_.append(text);
    return *this;
  }
  Key& number(std::uint64_t value) {
    bytes::putBigEndian(bytes_, value);
    return *this;
  }
  Key& time(domain::Timestamp value) { return number(bytes::ordered(value)); }
  // Only as the last component: rows then sort by the text itself.
  Key& tail(std::string_view text) {
    bytes_.append(text);
    return *this;
  }

  const std::string& bytes() const { return bytes_; }
  operator std::string_view() const { return bytes_; }

 private:
  std::string bytes_;
};

class RowWriter {
 public:
  RowWriter& number(std::uint64_t value) {
    bytes::putVarint(bytes_, value);
    return *this;
  }
  RowWriter& flag(bool value) { return number(value ? 1 : 0); }
  template <class Enumeration>
  RowWriter& kind(Enumeration value) {
    return number(static_cast<std::uint64_t>(value));
  }
  RowWriter& text(std::string_view text) {
    bytes::putVarint(bytes_, text.size());
    bytes_.append(text);
    return *this;
  }
  RowWriter& time(domain::Timestamp value) {
    bytes::putBigEndian(bytes_, bytes::ordered(value));
    return *this;
  }
  RowWriter& time(const std::optional<domain::Timestamp>& value) {
    flag(value.has_value());
    return value ? time(*value) : *this;
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what Key and RowWriter wrote, from front to back.
class RowParser {
 public:
  explicit RowParser(std::string_view bytes) : left_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;  // more than 64 bits
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }

  bool flag() { return number(1) == 1; }

  // A number of at most `max`.
  std::uint64_t number(std::uint64_t max) {
    const std::uint64_t value = number();
    return value <= max ? value : fail();
  }

  template <class Enumeration>
  Enumeration kind(Enumeration last) {
    return static_cast<Enumeration>(number(static_cast<std::uint64_t>(last)));
  }

  std::string_view text() {
    const std::uint64_t size = number();
    if (size > left_.size()) {
      fail();
      return {};
    }
    return take(static_cast<std::size_t>(size));
  }

  std::uint64_t bigEndian() {
    if (left_.size() < 8) return fail();
    std::uint64_t value = 0;
    for (const char c : take(8)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }

  domain::Timestamp time() {
    const std::uint64_t value = bigEndian();
    return damaged_ ? domain::Timestamp{} : bytes::unordered(value);
  }

  std::optional<domain::Timestamp> optionalTime() {
    if (!flag()) return std::nullopt;
    return time();
  }

  // Everything was there, and nothing more.
  bool whole() const { return !damaged_ && left_.empty(); }
  bool damaged() const { return damaged_; }

 private:
  std::uint64_t fail() {
    damaged_ = true;
    left_ = {};
    return 0;
  }
  std::string_view take(std::size_t size) {
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  std::string_view left_;
  bool damaged_ = false;
};

}  // namespace docket::projections
