#include "client/verify/text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace docket::client::verify {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// How many bytes the character at the beginning of `text` has; 0 if it is not UTF-8.
std::size_t characterLength(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xF0 && at(1) < 0x90);
  const bool surrogate = first == 0xED && at(1) >= 0xA0;
  const bool tooLarge = first == 0xF4 && at(1) >= 0x90;
  return overlong || surrogate || tooLarge ? 0 : length;
}

}  // namespace

std::string toHex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto value = static_cast<std::uint8_t>(c);
    text += kHexDigits[value >> 4];
    text += kHexDigits[value & 15];
  }
  return text;
}

std::optional<std::string> fromHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = kHexDigits.find(text[i]);
    const std::size_t low = kHexDigits.find(text[i + 1]);
    if (high == kHexDigits.npos || low == kHexDigits.npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::optional<std::uint64_t> fromDecimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = characterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool isNoteText(std::string_view text) {
  return isUtf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<std::uint8_t>(c) < 0x20 && c != '\n';
         });
}

std::string visible(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = characterLength(text);
    const auto first = static_cast<std::uint8_t>(text[0]);
    // U+0080 to U+009F are control characters too.
    const bool control =
        first < 0x20 || first == 0x7F ||
        (length == 2 && first == 0xC2 && static_cast<std::uint8_t>(text[1]) < 0xA0);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    if (length == 0 || control) {
      for (const char c : text.substr(0, taken)) shown += "\\x" + toHex({&c, 1});
    } else {
      shown += text.substr(0, taken);
    }
    text.remove_prefix(taken);
  }
  return shown;
}

std::string utcTime(std::int64_t micros) {
  using namespace std::chrono;
  const sys_time<microseconds> instant{microseconds(micros)};
  const auto day = floor<days>(instant);
  const year_month_day date(day);
  // A year that std::chrono has no name for.
  if (!date.ok() || int(date.year()) < 0 || int(date.year()) > 9999) {
    return std::to_string(micros) + " microseconds since 1970 UTC";
  }
  const hh_mm_ss time(instant - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                int(time.minutes().count()), int(time.seconds().count()),
                int(time.subseconds().count()));
  return text;
}

std::optional<std::vector<std::string_view>> linesOf(std::string_view text) {
  if (text.empty() || text.back() != '\n') return std::nullopt;
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace docket::client::verify
