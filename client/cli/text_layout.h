// Fitting text into columns of a terminal: how wide it is, cutting it, and showing what a terminal
// must not obey.
#pragma once

#include <string>
#include <string_view>

namespace docket::client::cli {

// `text` made safe for a terminal: a newline becomes "⏎", other control characters their picture
// ("␛"), bytes that are not UTF-8 and characters that reorder or hide text "�".
std::string visible(std::string_view text);

// The same, with newlines kept: for texts of several lines.
std::string visibleLines(std::string_view text);

// How many columns a terminal gives to `text`, which is visible(): 2 for wide East Asian characters
// and emoji, 0 for combining marks. Colours (ESC [ … m) count nothing.
int displayWidth(std::string_view text);

// At most `width` columns of `text`; "…" stands for what was cut off.
std::string truncated(std::string_view text, int width);

// Truncated, then filled up with blanks to exactly `width` columns.
std::string fitted(std::string_view text, int width);
std::string fittedRight(std::string_view text, int width);

// `text` broken at blanks into lines of at most `width` columns, each after `indent` blanks.
std::string wrapped(std::string_view text, int width, int indent);

// "1,487": a count for a person.
std::string grouped(unsigned long long count);

}  // namespace docket::client::cli
