// Calendars and instants for the tests of working time.
#pragma once

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "domain/working_time.h"

namespace docket::domain::test {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::seconds;

// "2024-10-27T02:30+01:00" or "2024-10-27T00:30:15Z": seconds may be left out, the offset may not.
inline Timestamp at(const std::string& text) {
  int year = 0;
  int month = 0, day = 0, hour = 0, minute = 0, second = 0, length = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d%n", &year, &month, &day, &hour, &minute, &length) !=
      5) {
    throw std::invalid_argument(text);
  }
  std::string rest = text.substr(static_cast<std::size_t>(length));
  if (std::sscanf(rest.c_str(), ":%2d%n", &second, &length) == 1) {
    rest = rest.substr(static_cast<std::size_t>(length));
  }
  seconds offset{0};
  if (rest != "Z") {
    char sign = 0;
    int hours = 0, minutes = 0;
    if (std::sscanf(rest.c_str(), "%c%2d:%2d", &sign, &hours, &minutes) != 3) {
      throw std::invalid_argument(text);
    }
    offset = (sign == '-' ? -1 : 1) * (std::chrono::hours(hours) + std::chrono::minutes(minutes));
  }
  const std::chrono::sys_days date = std::chrono::year(year) /
                                     std::chrono::month(static_cast<unsigned>(month)) /
                                     std::chrono::day(static_cast<unsigned>(day));
  return date + std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second) - offset;
}

inline DayWindow window(seconds from, seconds to) {
  return {from, to};
}

// The same windows from Monday on, `dayCount` days a week.
inline Calendar weekly(const std::string& zone, DayWindows windows, std::size_t dayCount = 7) {
  Calendar calendar;
  calendar.id = CalendarId{"desk"};
  calendar.name = "Desk";
  calendar.timeZone = zone;
  for (std::size_t day = 0; day < dayCount; ++day) calendar.weeklyHours[day] = windows;
  return calendar;
}
inline Calendar alwaysOpen(const std::string& zone) {
  return weekly(zone, {kAllDay});
}
// Monday to Friday, nine to five.
inline Calendar office(const std::string& zone = "UTC") {
  return weekly(zone, {window(9h, 17h)}, 5);
}

inline WorkingTime compiled(const Calendar& calendar) {
  auto made = WorkingTime::compile(calendar);
  if (!made) throw std::invalid_argument(made.error().front().field);
  return std::move(*made);
}

}  // namespace docket::domain::test
