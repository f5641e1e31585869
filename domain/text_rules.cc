#include "domain/text_rules.h"
#include <chrono>
#include <cstdio>

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace docket::domain {
namespace {

struct Decoded {
  char32_t character;
  std::size_t bytes;  // 0: not UTF-8
};

constexpr Decoded kNotUtf8{0, 0};

// The first character of `text`, which is not empty. The table of well-formed byte sequences is
// Unicode 15, table 3-7.
Decoded firstCharacter(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = 0;
  char32_t character = 0;
  std::uint8_t secondMin = 0x80;
  std::uint8_t secondMax = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    character = lead & 0x1FU;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    character = lead & 0x0FU;
    if (lead == 0xE0) secondMin = 0xA0;
    if (lead == 0xED) secondMax = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    character = lead & 0x07U;
    if (lead == 0xF0) secondMin = 0x90;
    if (lead == 0xF4) secondMax = 0x8F;
  } else {
    return kNotUtf8;
  }
  if (text.size() < length) return kNotUtf8;
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint8_t min = i == 1 ? secondMin : std::uint8_t{0x80};
    const std::uint8_t max = i == 1 ? secondMax : std::uint8_t{0xBF};
    if (byte(i) < min || byte(i) > max) return kNotUtf8;
    character = (character << 6) | (byte(i) & 0x3FU);
  }
  return {character, length};
}

bool isControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

bool allowed(char32_t c, Controls controls) {
  switch (controls) {
    case Controls::none:
      return !isControl(c);
    case Controls::newlineAndTab:
      return !isControl(c) || c == '\n' || c == '\t';
    case Controls::any:
      return true;
  }
  return false;
}

std::string ruleText(const TextRule& rule) {
  std::string text = rule.charactersMin == 0
                         ? "must be at most " + std::to_string(rule.charactersMax)
                         : "must be " + std::to_string(rule.charactersMin) + " to " +
                               std::to_string(rule.charactersMax);
  text += " characters of valid UTF-8";
  if (rule.controls == Controls::none) text += " without control characters";
  if (rule.controls == Controls::newlineAndTab) {
    text += " without control characters other than newline and tab";
  }
  return text;
}

std::string counted(std::size_t count) {
  return count == 1 ? "1 character" : std::to_string(count) + " characters";
}

}  // namespace

std::optional<std::size_t> characterCount(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const Decoded decoded = firstCharacter(text);
    if (decoded.bytes == 0) return std::nullopt;
    text.remove_prefix(decoded.bytes);
    ++count;
  }
  return count;
}

std::optional<FieldInvalid> checkText(std::string_view field, std::string_view text,
                                      const TextRule& rule) {
  const auto refuse = [&](std::string got) {
    return FieldInvalid{std::string(field), ruleText(rule), std::move(got)};
  };
  std::size_t count = 0;
  std::optional<std::size_t> forbiddenAt;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const Decoded decoded = firstCharacter(text.substr(at));
    if (decoded.bytes == 0) return refuse("a byte that is not UTF-8 at " + std::to_string(at));
    if (!forbiddenAt && !allowed(decoded.character, rule.controls)) forbiddenAt = count;
    at += decoded.bytes;
  }
  if (count < rule.charactersMin || count > rule.charactersMax) return refuse(counted(count));
  if (rule.charactersMin > 0 && withoutOuterBlanks(text).empty()) return refuse("only blanks");
  if (forbiddenAt) {
    return refuse("a control character after " + counted(*forbiddenAt));
  }
  return std::nullopt;
}

std::optional<FieldInvalid> checkSubject(std::string_view field, const SubjectId& subject) {
  constexpr std::size_t kCharactersMax = 100;
  const std::string& id = subject.value;
  const auto refuse = [&](std::string got) {
    return FieldInvalid{std::string(field),
                        "must be 1 to 100 letters, digits and . _ - @ + (ASCII)", std::move(got)};
  };
  if (id.empty() || id.size() > kCharactersMax) return refuse(counted(id.size()));
  const auto bad = std::find_if_not(id.begin(), id.end(), [](char c) {
    return isAsciiDigit(c) || isAsciiUpper(c) || isAsciiLower(c) ||
           std::string_view("._-@+").find(c) != std::string_view::npos;
  });
  if (bad == id.end()) return std::nullopt;
  return refuse("another character at " + std::to_string(bad - id.begin()));
}

bool isBoardKey(std::string_view text) {
  if (text.size() < 2 || text.size() > 10 || !isAsciiUpper(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return isAsciiUpper(c) || isAsciiDigit(c); });
}

std::string toAsciiLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = toAsciiLower(c);
  return lower;
}

std::string_view withoutOuterBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool isPlainId(std::string_view text) {
  const auto isPlain = [](char c) { return isAsciiLower(c) || isAsciiDigit(c); };
  if (text.empty() || text.size() > 40 || !isPlain(text.front()) || !isPlain(text.back())) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [&](char c) { return isPlain(c) || c == '-'; });
}

std::optional<FieldInvalid> checkPlainId(std::string_view field, std::string_view id) {
  if (isPlainId(id)) return std::nullopt;
  return FieldInvalid{std::string(field), std::string(kPlainIdRule),
                      id.empty() ? "nothing" : "another form"};
}

std::optional<FieldInvalid> checkTeam(std::string_view field, const TeamId& team) {
  return checkSubject(field, SubjectId{team.value});
}

std::string instantText(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  char text[64];
  int size = std::snprintf(
      text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  std::string all(text, static_cast<std::size_t>(size));
  if (const auto micros = time.subseconds().count(); micros != 0) {
    size = std::snprintf(text, sizeof(text), ".%06d", static_cast<int>(micros));
    all.append(text, static_cast<std::size_t>(size));
  }
  return all + "Z";
}

std::optional<Timestamp> parseInstant(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() != kShape.size() + 1 && text.size() != kShape.size() + 8) return std::nullopt;
  if (text.back() != 'Z') return std::nullopt;
  const auto digitsAt = [&](std::size_t from, std::size_t count) {
    int value = 0;
    for (std::size_t i = from; i < from + count; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'd' ? !isAsciiDigit(text[i]) : text[i] != kShape[i]) return std::nullopt;
  }
  int micros = 0;
  if (text.size() > kShape.size() + 1) {
    if (text[kShape.size()] != '.') return std::nullopt;
    for (std::size_t i = kShape.size() + 1; i + 1 < text.size(); ++i) {
      if (!isAsciiDigit(text[i])) return std::nullopt;
    }
    micros = digitsAt(kShape.size() + 1, 6);
  }
  const std::chrono::year_month_day date{std::chrono::year{digitsAt(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(digitsAt(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(digitsAt(8, 2))}};
  const int hours = digitsAt(11, 2);
  const int minutes = digitsAt(14, 2);
  const int seconds = digitsAt(17, 2);
  if (!date.ok() || date.year() < std::chrono::year{1970} || hours > 23 || minutes > 59 ||
      seconds > 59) {
    return std::nullopt;
  }
  return std::chrono::sys_days{date} + std::chrono::hours{hours} + std::chrono::minutes{minutes} +
         std::chrono::seconds{seconds} + std::chrono::microseconds{micros};
}

}  // namespace docket::domain
