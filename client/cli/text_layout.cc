#include "client/cli/text_layout.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace docket::client::cli {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Takes the first character off `text`, which is not empty. What is not UTF-8 is taken a byte at a
// time and comes out as U+FFFD.
char32_t takeCharacter(std::string_view& text) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint32_t lead = byte(0);
  char32_t character = kReplacement;
  std::size_t length = 1;
  if (lead < 0x80) {
    character = lead;
  } else if (lead >= 0xC2 && lead <= 0xDF && continues(1)) {
    character = ((lead & 0x1FU) << 6) | (byte(1) & 0x3FU);
    length = 2;
  } else if ((lead & 0xF0U) == 0xE0U && continues(1) && continues(2)) {
    const char32_t c = ((lead & 0x0FU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
      character = c;
      length = 3;
    }
  } else if (lead >= 0xF0 && lead <= 0xF4 && continues(1) && continues(2) && continues(3)) {
    const char32_t c = ((lead & 0x07U) << 18) | ((byte(1) & 0x3FU) << 12) |
                       ((byte(2) & 0x3FU) << 6) | (byte(3) & 0x3FU);
    if (c >= 0x10000 && c <= 0x10FFFF) {
      character = c;
      length = 4;
    }
  }
  text.remove_prefix(length);
  return character;
}

void append(std::string& out, char32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | (c >> 6));
    put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0U | (c >> 12));
    put(0x80U | ((c >> 6) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | (c >> 18));
    put(0x80U | ((c >> 12) & 0x3FU));
    put(0x80U | ((c >> 6) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  }
}

struct Range {
  char32_t first;
  char32_t last;
};

bool isIn(const auto& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// Characters that change the direction of text or are not seen at all.
constexpr std::array kDeceiving = {
    Range{0x061C, 0x061C}, Range{0x200B, 0x200B}, Range{0x200E, 0x200F},  Range{0x2028, 0x202E},
    Range{0x2060, 0x2069}, Range{0xFEFF, 0xFEFF}, Range{0xE0000, 0xE007F}};

// Blocks of marks that stand on the character before them, after Unicode's general category Mn.
constexpr std::array kCombining = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD},  Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x0E34, 0x0E3A}, Range{0x0E47, 0x0E4E},  Range{0x1AB0, 0x1AFF},
    Range{0x1DC0, 0x1DFF}, Range{0x200C, 0x200D}, Range{0x20D0, 0x20FF},  Range{0x3099, 0x309A},
    Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xE0100, 0xE01EF}};

// Blocks that Unicode's East Asian Width calls wide or fullwidth, and the emoji shown in two
// columns.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},
    Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},   Range{0x26A1, 0x26A1},
    Range{0x26D4, 0x26D4},   Range{0x2705, 0x2705},   Range{0x274C, 0x274C},
    Range{0x2753, 0x2755},   Range{0x2757, 0x2757},   Range{0x2795, 0x2797},
    Range{0x2B1B, 0x2B1C},   Range{0x2B50, 0x2B50},   Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

int widthOf(char32_t c) {
  if (c < 0x300) return 1;
  if (isIn(kCombining, c)) return 0;
  return isIn(kWide, c) ? 2 : 1;
}

std::string madeVisible(std::string_view text, bool keepNewlines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char32_t c = takeCharacter(text);
    if (c == '\n') {
      out += keepNewlines ? "\n" : "⏎";
    } else if (c == '\t') {
      out += keepNewlines ? "    " : " ";
    } else if (c < 0x20) {
      append(out, 0x2400 + c);  // the block of control pictures
    } else if (c == 0x7F) {
      append(out, 0x2421);
    } else if ((c >= 0x80 && c <= 0x9F) || isIn(kDeceiving, c)) {
      append(out, kReplacement);
    } else {
      append(out, c);
    }
  }
  return out;
}

// The length of a colour sequence that `text` begins with, or 0.
std::size_t colourLength(std::string_view text) {
  if (text.substr(0, 2) != "\x1b[") return 0;
  const auto end = text.find('m');
  return end == std::string_view::npos ? 0 : end + 1;
}

}  // namespace

std::string visible(std::string_view text) {
  return madeVisible(text, false);
}

std::string visibleLines(std::string_view text) {
  return madeVisible(text, true);
}

int displayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    if (const auto skip = colourLength(text); skip > 0) {
      text.remove_prefix(skip);
    } else {
      width += widthOf(takeCharacter(text));
    }
  }
  return width;
}

std::string truncated(std::string_view text, int width) {
  if (width <= 0) return {};
  if (displayWidth(text) <= width) return std::string(text);
  std::string out;
  int used = 0;
  while (!text.empty()) {
    const char32_t c = takeCharacter(text);
    if (used + widthOf(c) > width - 1) break;
    used += widthOf(c);
    append(out, c);
  }
  return out + "…";
}

std::string fitted(std::string_view text, int width) {
  std::string out = truncated(text, width);
  out.append(static_cast<std::size_t>(std::max(0, width - displayWidth(out))), ' ');
  return out;
}

std::string fittedRight(std::string_view text, int width) {
  const std::string cut = truncated(text, width);
  return std::string(static_cast<std::size_t>(std::max(0, width - displayWidth(cut))), ' ') + cut;
}

std::string wrapped(std::string_view text, int width, int indent) {
  const std::string blanks(static_cast<std::size_t>(std::max(0, indent)), ' ');
  const int room = std::max(20, width - indent);
  std::string out;
  while (true) {
    const auto newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    std::string current;
    while (!line.empty()) {
      const auto blank = line.find(' ');
      const std::string_view word = line.substr(0, blank);
      line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
      if (!current.empty() && displayWidth(current) + 1 + displayWidth(word) > room) {
        out += blanks + current + "\n";
        current.clear();
      }
      if (!current.empty()) current += ' ';
      current += word;
    }
    out += (current.empty() ? "" : blanks + current) + "\n";
    if (newline == std::string_view::npos) return out;
    text.remove_prefix(newline + 1);
  }
}

std::string grouped(unsigned long long count) {
  std::string digits = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

}  // namespace docket::client::cli
