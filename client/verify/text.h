// Text: numbers, hexadecimal, time, and what may be shown on a terminal.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::client::verify {

std::string toHex(std::string_view bytes);
// Lower-case digits, an even number of them.
std::optional<std::string> fromHex(std::string_view text);

// Digits alone, no sign, no zero before another digit, at most 2^64 - 1.
std::optional<std::uint64_t> fromDecimal(std::string_view text);

// As UTF-8 has it: no overlong form, no surrogate, nothing above U+10FFFF.
bool isUtf8(std::string_view text);
// UTF-8 without control characters other than the line feed, as a signed note must be.
bool isNoteText(std::string_view text);

// Foreign text for a person: control characters and what is not UTF-8 as \xNN, never obeyed by the
// terminal.
std::string visible(std::string_view text);

// "2026-11-24T21:18:47.123456Z" of microseconds since 1970 UTC.
std::string utcTime(std::int64_t micros);

// The lines of a text that ends with a line feed (without them); none if it does not end with one.
std::optional<std::vector<std::string_view>> linesOf(std::string_view text);

}  // namespace docket::client::verify
