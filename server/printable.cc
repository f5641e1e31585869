#include "server/printable.h"

#include <algorithm>
#include <cstddef>

#include "domain/text_rules.h"

namespace docket::server {
namespace {

constexpr std::size_t kLongestCharacter = 4;  // bytes of UTF-8

unsigned char byteAt(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

// Bytes of the character that `text` begins with; 0: it begins with none.
std::size_t firstCharacter(std::string_view text) {
  for (std::size_t bytes = 1; bytes <= std::min(text.size(), kLongestCharacter); ++bytes) {
    if (domain::characterCount(text.substr(0, bytes)) == 1) return bytes;
  }
  return 0;
}

bool isControl(std::string_view character) {
  const unsigned char first = byteAt(character, 0);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return character.size() == 2 && first == 0xc2 && byteAt(character, 1) < 0xa0;  // U+0080 to U+009F
}

void appendEscaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += "\\x";
    out += kDigits[byteAt(bytes, i) >> 4];
    out += kDigits[byteAt(bytes, i) & 0xf];
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t bytes = firstCharacter(text);
    const std::string_view next = text.substr(0, std::max<std::size_t>(bytes, 1));
    if (bytes == 0 || isControl(next)) {
      appendEscaped(out, next);
    } else {
      out += next;
    }
    text.remove_prefix(next.size());
  }
  return out;
}

}  // namespace docket::server
