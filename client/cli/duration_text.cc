#include "client/cli/duration_text.h"

#include <array>
#include <charconv>
#include <system_error>

namespace docket::client::cli {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t seconds;
};
// The larger first.
constexpr std::array<Unit, 4> kUnits{{{"d", 86'400}, {"h", 3'600}, {"min", 60}, {"s", 1}}};
constexpr std::int64_t kSecondsMax = std::int64_t{100} * 366 * 86'400;

void skipBlanks(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// The index of the unit that `text` begins with, which is taken off; kUnits.size() when none is.
std::size_t takeUnit(std::string_view& text) {
  std::size_t letters = 0;
  while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
  const std::string_view word = text.substr(0, letters);
  text.remove_prefix(letters);
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits[i].name == word) return i;
  }
  return kUnits.size();
}

}  // namespace

tl::expected<std::chrono::seconds, std::string> parseDuration(std::string_view text) {
  const auto wrong = tl::make_unexpected(
      std::string("must be a duration in d, h, min and s, the larger unit first, as 2d 30min"));
  std::int64_t total = 0;
  std::size_t allowedFrom = 0;
  skipBlanks(text);
  if (text.empty()) return wrong;
  while (!text.empty()) {
    std::int64_t count = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, count);
    if (error != std::errc() || count < 0 || text.front() == '-') return wrong;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    skipBlanks(text);
    const std::size_t unit = takeUnit(text);
    if (unit < allowedFrom || unit == kUnits.size()) return wrong;
    if (count > kSecondsMax / kUnits[unit].seconds) return wrong;
    total += count * kUnits[unit].seconds;
    if (total > kSecondsMax) return wrong;
    allowedFrom = unit + 1;
    skipBlanks(text);
  }
  return std::chrono::seconds(total);
}

std::string durationText(std::chrono::microseconds duration) {
  const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
  if (seconds < 60) return std::to_string(seconds) + " s";
  const std::int64_t hours = seconds / 3'600;
  const std::int64_t minutes = seconds / 60 % 60;
  std::string text;
  if (hours > 0) text = std::to_string(hours) + " h";
  if (minutes > 0) text += (text.empty() ? "" : " ") + std::to_string(minutes) + " min";
  return text;
}

std::string durationOption(std::chrono::seconds duration) {
  std::int64_t left = duration.count();
  std::string text;
  // Days are read, and never written: see durationText.
  for (const Unit& unit : kUnits) {
    if (unit.name == "d" || left / unit.seconds == 0) continue;
    text += std::to_string(left / unit.seconds) + std::string(unit.name);
    left %= unit.seconds;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace docket::client::cli
