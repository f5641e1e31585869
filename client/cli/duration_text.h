// Durations in words.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace docket::client::cli {

// "4h", "2d 30min", "90 s": whole numbers with the units d (24 hours), h, min and s, the larger
// first, blanks where one likes. At most 100 years. The error is one sentence.
tl::expected<std::chrono::seconds, std::string> parseDuration(std::string_view text);

// "2 h 30 min", "49 h", "40 s": hours, minutes and, below a minute, seconds. Never days: most of
// these are working time, in which a day has no fixed length.
std::string durationText(std::chrono::microseconds duration);

// The same as parseDuration reads it, without loss: "2h30min".
std::string durationOption(std::chrono::seconds duration);

}  // namespace docket::client::cli
