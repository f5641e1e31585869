#include "client/cli/time_text.h"

#include <date/date.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>

namespace docket::client::cli {
namespace {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

Instant instantOf(std::int64_t microseconds) {
  return Instant(std::chrono::microseconds(microseconds));
}

// The C library's zone: it knows TZ in every form, and needs no table of zones of its own.
std::string local(std::int64_t microseconds, const char* format) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instantOf(microseconds));
  const std::time_t time = seconds.time_since_epoch().count();
  std::tm parts{};
  if (localtime_r(&time, &parts) == nullptr) return isoUtc(microseconds);
  char text[64];
  const auto length = std::strftime(text, sizeof text, format, &parts);
  return std::string(text, length);
}

// Reads exactly `digits` digits off the front of `text`.
std::optional<int> takeNumber(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// The digits after the point, up to nine; what is below a microsecond is dropped.
std::optional<std::chrono::microseconds> takeFraction(std::string_view& text) {
  int digits = 0;
  int micros = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    text.remove_prefix(1);
    ++digits;
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (int i = digits; i < 6; ++i) micros *= 10;
  return std::chrono::microseconds(micros);
}

// "Z", "+01:00" or "+0100".
std::optional<std::chrono::minutes> takeOffset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return std::chrono::minutes(0);
  const bool behind = !text.empty() && text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = takeNumber(text, 2);
  take(text, ':');
  const auto minutes = takeNumber(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const auto offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return behind ? -offset : offset;
}

std::optional<std::int64_t> parse(std::string_view text) {
  const auto year = takeNumber(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = takeNumber(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = takeNumber(text, 2);
  if (!day || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
  const auto hour = takeNumber(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = takeNumber(text, 2);
  if (!minute) return std::nullopt;
  int second = 0;
  std::chrono::microseconds fraction{0};
  if (take(text, ':')) {
    const auto read = takeNumber(text, 2);
    if (!read) return std::nullopt;
    second = *read;
    if (take(text, '.') || take(text, ',')) {
      const auto rest = takeFraction(text);
      if (!rest) return std::nullopt;
      fraction = *rest;
    }
  }
  const auto offset = takeOffset(text);
  const date::year_month_day day_{date::year(*year), date::month(static_cast<unsigned>(*month)),
                                  date::day(static_cast<unsigned>(*day))};
  if (!offset || !text.empty() || !day_.ok() || *hour > 23 || *minute > 59 || second > 59) {
    return std::nullopt;
  }
  const auto instant = date::sys_days(day_) + std::chrono::hours(*hour) +
                       std::chrono::minutes(*minute) + std::chrono::seconds(second) + fraction -
                       *offset;
  return instant.time_since_epoch().count();
}

}  // namespace

std::string localTime(std::int64_t microseconds) {
  std::string text = local(microseconds, "%Y-%m-%d %H:%M:%S %z");
  // strftime writes +0100; ISO 8601's extended form is easier on the eye.
  if (text.size() > 5 && (text[text.size() - 5] == '+' || text[text.size() - 5] == '-')) {
    text.insert(text.size() - 2, ":");
  }
  return text;
}

std::string localDate(std::int64_t microseconds) {
  return local(microseconds, "%Y-%m-%d");
}

std::string age(std::int64_t since, std::int64_t now) {
  constexpr std::int64_t kMinute = 60'000'000;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  const std::int64_t length = now - since;
  if (length < kMinute) return "now";
  if (length < kHour) return std::to_string(length / kMinute) + " min";
  if (length < kDay) return std::to_string(length / kHour) + " h";
  if (length < 28 * kDay) return std::to_string(length / kDay) + " d";
  if (length < 728 * kDay) return std::to_string(length / (7 * kDay)) + " w";
  return std::to_string(length / (365 * kDay)) + " y";
}

tl::expected<std::int64_t, std::string> parseInstant(std::string_view text) {
  if (const auto instant = parse(text)) return *instant;
  return tl::make_unexpected(
      std::string("must be a time in ISO 8601 with Z or an offset, as 2026-03-01T08:15:30+01:00"));
}

std::int64_t nowMicroseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace docket::client::cli
