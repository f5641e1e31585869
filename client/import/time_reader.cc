#include "client/import/time_reader.h"

#include <date/date.h>
#include <date/tz.h>

#include <locale>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "client/import/utf8.h"

namespace docket::client::imports {
namespace {

using std::chrono::microseconds;

constexpr const char* kNoOffset =
    "the time has no offset and the map names no timezone for such times";

// Takes fixed-width numbers and single characters off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool atEnd() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // Digits of a fraction as microseconds.
  std::optional<microseconds> fraction() {
    std::int64_t value = 0;
    std::size_t count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (count < 6) value = value * 10 + (rest_.front() - '0');
      ++count;
      rest_.remove_prefix(1);
    }
    if (count == 0) return std::nullopt;
    for (; count < 6; ++count) value *= 10;
    return microseconds(value);
  }

 private:
  std::string_view rest_;
};

struct ReadTime {
  microseconds local;                          // as the clock on the wall showed it
  std::optional<std::chrono::minutes> offset;  // to be taken from it
};

std::optional<std::chrono::minutes> readOffset(Cursor& cursor) {
  const int sign = cursor.take('-') ? -1 : (cursor.take('+') ? 1 : 0);
  if (sign == 0) return std::nullopt;
  const auto hours = cursor.digits(2);
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!cursor.atEnd()) {
    cursor.take(':');
    const auto read = cursor.digits(2);
    if (!read || *read > 59) return std::nullopt;
    minutes = *read;
  }
  return std::chrono::minutes(sign * (*hours * 60 + minutes));
}

std::optional<ReadTime> readIso(std::string_view text) {
  Cursor cursor(text);
  const auto year = cursor.digits(4);
  if (!year || !cursor.take('-')) return std::nullopt;
  const auto month = cursor.digits(2);
  if (!month || !cursor.take('-')) return std::nullopt;
  const auto day = cursor.digits(2);
  if (!day || (!cursor.take('T') && !cursor.take('t') && !cursor.take(' '))) return std::nullopt;
  const auto hour = cursor.digits(2);
  if (!hour || *hour > 23 || !cursor.take(':')) return std::nullopt;
  const auto minute = cursor.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  microseconds fraction{0};
  if (cursor.take(':')) {
    const auto read = cursor.digits(2);
    if (!read || *read > 59) return std::nullopt;
    second = *read;
    if (cursor.take('.') || cursor.take(',')) {
      const auto readFraction = cursor.fraction();
      if (!readFraction) return std::nullopt;
      fraction = *readFraction;
    }
  }
  const auto date = std::chrono::year(*year) / std::chrono::month(static_cast<unsigned>(*month)) /
                    std::chrono::day(static_cast<unsigned>(*day));
  if (!date.ok()) return std::nullopt;
  ReadTime result{std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                      std::chrono::minutes(*minute) + std::chrono::seconds(second) + fraction,
                  std::nullopt};
  if (cursor.atEnd()) return result;
  if (cursor.take('Z') || cursor.take('z')) {
    result.offset = std::chrono::minutes(0);
  } else {
    result.offset = readOffset(cursor);
    if (!result.offset) return std::nullopt;
  }
  if (!cursor.atEnd()) return std::nullopt;
  return result;
}

}  // namespace

TimeReader::TimeReader(std::string format, const date::time_zone* zone)
    : format_(std::move(format)),
      zone_(zone),
      hasOffset_(format_.find("%z") != std::string::npos ||
                 format_.find("%Ez") != std::string::npos) {}

tl::expected<TimeReader, std::string> TimeReader::make(std::string format,
                                                       const std::string& zone) {
  const date::time_zone* found = nullptr;
  if (!zone.empty()) {
    try {
      found = date::locate_zone(zone);
    } catch (const std::exception&) {
      return tl::make_unexpected("There is no time zone '" + zone +
                                 "'; use an IANA name such as Europe/Rome, or UTC.");
    }
  }
  if (format != kIso8601 && format.find('%') == std::string::npos) {
    return tl::make_unexpected("The time format '" + format +
                               "' is neither iso8601 nor one like %Y-%m-%d %H:%M:%S.");
  }
  TimeReader reader(std::move(format), found);
  if (reader.format_ != kIso8601 && !reader.hasOffset_ && found == nullptr) {
    return tl::make_unexpected(
        "The time format has no offset (%z), so the map must name a timezone, such as Europe/Rome "
        "or UTC.");
  }
  return reader;
}

tl::expected<Instant, std::string> TimeReader::read(std::string_view text) {
  text = withoutOuterBlanks(text);
  if (text.empty()) return tl::make_unexpected("the time is empty");
  if (format_ == kIso8601) return readIso8601(text);
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  date::local_time<microseconds> local;
  std::chrono::minutes offset{0};
  std::string abbreviation;
  date::from_stream(stream, format_.c_str(), local, &abbreviation, &offset);
  if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof()) {
    return tl::make_unexpected("the time is not of the form '" + format_ + "'");
  }
  if (hasOffset_) return Instant(local.time_since_epoch() - offset);
  return fromLocal(local.time_since_epoch());
}

tl::expected<Instant, std::string> TimeReader::readIso8601(std::string_view text) {
  const auto time = readIso(text);
  if (!time) return tl::make_unexpected("the time is not ISO 8601");
  if (time->offset) return Instant(time->local - *time->offset);
  return fromLocal(time->local);
}

tl::expected<Instant, std::string> TimeReader::fromLocal(microseconds sinceEpoch) {
  if (zone_ == nullptr) return tl::make_unexpected(kNoOffset);
  const date::local_time<microseconds> local(sinceEpoch);
  const date::local_info info = zone_->get_info(local);
  if (info.result == date::local_info::ambiguous) ++notes_.ambiguous;
  if (info.result == date::local_info::nonexistent) {
    ++notes_.nonexistent;
    return Instant(info.first.end.time_since_epoch());
  }
  return Instant(sinceEpoch - info.first.offset);
}

}  // namespace docket::client::imports
