#include "eventstore/base64.h"

#include <array>
#include <cstdint>

namespace docket::eventstore {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 64;

constexpr std::array<std::uint8_t, 256> digitValues() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = i;
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kDigitValues = digitValues();

}  // namespace

std::string toBase64(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group =
          group << 8 | (i + k < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
    }
    const std::size_t digits = bytes.size() - i == 1 ? 2 : bytes.size() - i == 2 ? 3 : 4;
    for (std::size_t k = 0; k < 4; ++k) {
      text.push_back(k < digits ? kAlphabet[group >> (18 - 6 * k) & 63] : '=');
    }
  }
  return text;
}

std::optional<std::vector<std::byte>> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::size_t digits = 4;
    const bool isLast = i + 4 == text.size();
    while (isLast && digits > 2 && text[i + digits - 1] == '=') --digits;
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      std::uint8_t value = 0;
      if (k < digits) value = kDigitValues[static_cast<unsigned char>(text[i + k])];
      if (value == kNoDigit) return std::nullopt;
      group = group << 6 | value;
    }
    for (std::size_t k = 0; k + 1 < digits; ++k) {
      bytes.push_back(static_cast<std::byte>(group >> (16 - 8 * k)));
    }
    // What the digits hold beyond the last whole byte.
    const std::uint32_t trailing = digits == 4 ? 0 : group & (digits == 3 ? 0xff : 0xffff);
    if (trailing != 0) return std::nullopt;
  }
  return bytes;
}

}  // namespace docket::eventstore
