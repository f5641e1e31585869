// What a text or an id of a command must look like. Bytes in, verdict out: no locale is asked.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "domain/refusal.h"
#include "domain/types.h"

namespace docket::domain {

// Which control characters (U+0000 to U+001F, U+007F to U+009F) a text may hold.
enum class Controls {
  none,           // a line: titles, names
  newlineAndTab,  // a text of several lines
  any,            // verbatim from another system
};

struct TextRule {
  std::size_t charactersMin;
  std::size_t charactersMax;
  Controls controls;
};

inline constexpr TextRule kTitleRule{1, 300, Controls::none};
// An event that changes it holds it twice.
inline constexpr TextRule kDescriptionRule{0, 5'900, Controls::newlineAndTab};
inline constexpr TextRule kLongTextRule{1, 10'000, Controls::newlineAndTab};
inline constexpr TextRule kReasonRule{1, 1'000, Controls::newlineAndTab};
inline constexpr TextRule kOptionalReasonRule{0, 1'000, Controls::newlineAndTab};
inline constexpr TextRule kBoardNameRule{1, 100, Controls::none};
inline constexpr TextRule kColumnNameRule{1, 60, Controls::none};
inline constexpr TextRule kLabelRule{1, 60, Controls::none};
inline constexpr TextRule kCustomerRule{0, 100, Controls::none};
// What imports bring is kept as it came, so only its encoding and its size are checked.
inline constexpr TextRule kExternalKeyRule{1, 200, Controls::any};
inline constexpr TextRule kActivityRule{1, 300, Controls::any};
inline constexpr TextRule kSourceActorRule{0, 200, Controls::any};
inline constexpr TextRule kSourceTitleRule{0, 300, Controls::any};

// The refusal that `text` deserves as the field `field`; none when it keeps the rule. A character
// is a Unicode scalar value. The refusal never quotes the text.
std::optional<FieldInvalid> checkText(std::string_view field, std::string_view text,
                                      const TextRule& rule);

// Characters in `text`; none when it is not valid UTF-8 (overlong forms and surrogates are not).
std::optional<std::size_t> characterCount(std::string_view text);

// 1 to 100 letters, digits and . _ - @ + (ASCII).
std::optional<FieldInvalid> checkSubject(std::string_view field, const SubjectId& subject);

// Ids that a desk gives itself: 1 to 40 of a-z, 0-9 and -, a letter or digit first and last.
bool isPlainId(std::string_view text);
inline constexpr std::string_view kPlainIdRule =
    "must be 1 to 40 of a-z, 0-9 and -, a letter or digit first and last";
std::optional<FieldInvalid> checkPlainId(std::string_view field, std::string_view id);
std::optional<FieldInvalid> checkTeam(std::string_view field, const TeamId& team);

// 2 to 10 of A-Z and 0-9, a letter first.
bool isBoardKey(std::string_view text);

// --- Instants as text
// ------------------------------------------------------------------------------ ISO 8601 in UTC
// with microseconds where there are any: "2026-03-02T09:14:00Z". For the years 1970 to 9999; none
// for any other text.
std::string instantText(Timestamp at);
std::optional<Timestamp> parseInstant(std::string_view text);

// --- ASCII, whatever the locale ------------------------------------------------------------------
constexpr bool isAsciiDigit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool isAsciiUpper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool isAsciiLower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr char toAsciiLower(char c) {
  return isAsciiUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string toAsciiLower(std::string_view text);
std::string_view withoutOuterBlanks(std::string_view text);

}  // namespace docket::domain
