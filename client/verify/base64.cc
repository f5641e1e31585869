#include "client/verify/base64.h"

#include <cstdint>

namespace docket::client::verify {
namespace {

constexpr std::string_view kSigns =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string toBase64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    const std::size_t there = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j) {
      three = three << 8 | (j < there ? static_cast<std::uint8_t>(bytes[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= there ? kSigns[three >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

std::optional<std::string> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    std::size_t padding = 0;
    while (last && padding < 2 && text[i + 3 - padding] == '=') ++padding;
    std::uint32_t four = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t value = j < 4 - padding ? kSigns.find(text[i + j]) : 0;
      if (value == kSigns.npos) return std::nullopt;
      four = four << 6 | static_cast<std::uint32_t>(value);
    }
    const std::uint32_t leftOver = (1u << 8 * padding) - 1;
    if ((four & leftOver) != 0) return std::nullopt;
    for (std::size_t j = 0; j < 3 - padding; ++j) {
      bytes += static_cast<char>(four >> (16 - 8 * j) & 255);
    }
  }
  return bytes;
}

}  // namespace docket::client::verify
