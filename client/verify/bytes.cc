#include "client/verify/bytes.h"

namespace docket::client::verify {

void Cursor::require(bool holds, std::string_view field, std::string_view rule) {
  if (holds || failed()) return;
  fault_ = std::string(field) + " " + std::string(rule);
}

Bytes Cursor::take(std::uint64_t bytes, std::string_view field) {
  require(bytes <= left(), field, "is cut off");
  if (failed()) return {};
  const Bytes taken = data_.substr(offset_, static_cast<std::size_t>(bytes));
  offset_ += taken.size();
  return taken;
}

std::uint8_t Cursor::byte(std::string_view field) {
  const Bytes one = take(1, field);
  return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
}

std::uint64_t Cursor::bigEndian(std::size_t bytes, std::string_view field) {
  std::uint64_t value = 0;
  for (const char c : take(bytes, field)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::uint64_t Cursor::varint(std::string_view field) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    const std::uint8_t next = byte(field);
    if (failed()) return 0;
    const std::uint64_t bits = next & 0x7F;
    require(shift < 63 || bits <= 1, field, "is larger than 64 bits");
    require(shift == 0 || next != 0, field, "is not in its shortest spelling");
    if (failed()) return 0;
    value |= bits << shift;
    if ((next & 0x80) == 0) return value;
  }
  require(false, field, "is larger than 64 bits");
  return 0;
}

Bytes Cursor::string(std::uint64_t min, std::uint64_t max, std::string_view field) {
  const std::uint64_t length = varint(field);
  require(length >= min, field, "is shorter than it may be");
  require(length <= max, field, "is longer than it may be");
  return take(length, field);
}

}  // namespace docket::client::verify
