// Instants and ages in words. An instant travels as microseconds since the Unix epoch, UTC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "client/utc_text.h"

namespace docket::client::cli {

// "2026-03-01 09:15:30 +01:00": for a person, in the zone of the computer (TZ is obeyed).
std::string localTime(std::int64_t microseconds);
std::string localDate(std::int64_t microseconds);

// How long ago, in the largest unit that fits: "now", "4 min", "4 h", "3 d", "8 w", "2 y".
std::string age(std::int64_t since, std::int64_t now);

// An instant in ISO 8601 with Z or an offset: "2026-03-01T08:15:30.25+01:00"; seconds may be left
// out. The error is one sentence.
tl::expected<std::int64_t, std::string> parseInstant(std::string_view text);

// What the clock says now; only for ages and never in JSON.
std::int64_t nowMicroseconds();

}  // namespace docket::client::cli
