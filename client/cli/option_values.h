// Values on the command line that have a form of their own. Each is read by a parse… function,
// which answers none for anything else, and judged by a check… function for CLI::Option::check,
// which answers what is wrong, or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::client::cli {

// "NAME:CATEGORY[:LIMIT][:WAITS-FOR][:drop]", read from its end: a name may hold colons itself.
struct ColumnText {
  std::string name;
  std::string category;
  std::string waitsFor;  // empty: not said
  std::optional<std::uint32_t> limit;
  bool drop = false;
};
std::optional<ColumnText> parseColumn(std::string_view text);
std::string checkColumn(const std::string& text);

// A WIP limit: a whole number.
std::optional<std::uint32_t> parseLimit(std::string_view text);
std::string checkLimit(const std::string& text);  // "none" is right, too

// "type=incident:2", "class=expedite:1".
struct ReservationText {
  std::string type;  // one of the two is empty
  std::string serviceClass;
  std::uint32_t cards = 0;
};
std::optional<ReservationText> parseReservation(std::string_view text);
std::string checkReservation(const std::string& text);  // "none" is right, too

// "1/5": at least 1 of the last 5.
struct ShareText {
  std::uint32_t min = 0;
  std::uint32_t of = 0;
};
std::optional<ShareText> parseShare(std::string_view text);
std::string checkShare(const std::string& text);  // "none" is right, too

// "agent", "agent@2026-03-02T12:00Z".
struct GrantText {
  std::string role;
  std::string until;  // an instant as parseInstant reads it; empty: without an end
};
std::optional<GrantText> parseGrant(std::string_view text);
std::string checkGrant(const std::string& text);

std::string checkDuration(const std::string& text);

}  // namespace docket::client::cli
