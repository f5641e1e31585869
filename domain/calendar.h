// When a desk works: a calendar, and the rule that says which hours of a date are working hours.
//
// All times of day here are wall-clock times in the calendar's own time zone. What they mean on a
// day on which the clocks change is said in working_time.h, which does the arithmetic.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/refusal.h"
#include "domain/types.h"

namespace docket::domain {

using CalendarId = Name<struct CalendarIdTag>;  // "office-hours": 1 to 40 of a-z, 0-9 and -

// A stretch of a day, in seconds since its midnight by the wall clock: `from` belongs to it, `to`
// does not. 0 <= from < to <= 24 h; a `to` of 24 h is the next midnight.
struct DayWindow {
  std::chrono::seconds from{0};
  std::chrono::seconds to{0};
  bool operator==(const DayWindow&) const = default;
};
inline constexpr DayWindow kAllDay{std::chrono::hours(0), std::chrono::hours(24)};

// Windows of one day, in any order. They may touch and may not overlap.
using DayWindows = std::vector<DayWindow>;
// One entry a weekday: Monday is 0, Sunday is 6.
using WeekWindows = std::array<DayWindows, 7>;

struct DatedWindows {
  std::chrono::year_month_day date;
  DayWindows windows;  // at least one
  bool operator==(const DatedWindows&) const = default;
};

// A calendar as it was defined. The lists of dates are in any order and name no date twice.
struct Calendar {
  CalendarId id;
  std::string name;
  std::string timeZone;  // a name of the IANA database: "Europe/Berlin"
  WeekWindows weeklyHours;
  WeekWindows weeklyBreaks;
  std::vector<std::chrono::year_month_day> holidays;
  std::vector<std::chrono::month_day> yearlyHolidays;  // 29 February: in leap years
  std::vector<DatedWindows> breaks;
  std::vector<DatedWindows> shifts;
  bool operator==(const Calendar&) const = default;
};

// Calendars are answered for from the beginning of 1970 to the end of 2099, in UTC. Outside these
// years every calendar is closed: a bound, so that looking for a working hour always ends.
inline constexpr std::chrono::year kCalendarYearFirst{1970};
inline constexpr std::chrono::year kCalendarYearLast{2099};
inline constexpr std::chrono::sys_seconds kCalendarBegin =
    std::chrono::sys_days(kCalendarYearFirst / 1 / 1);
inline constexpr std::chrono::sys_seconds kCalendarEnd =
    std::chrono::sys_days((kCalendarYearLast + std::chrono::years(1)) / 1 / 1);

// Longest lists of a definition, so that one fits into an event and is quickly looked through.
inline constexpr std::size_t kWindowsADayMax = 24;
inline constexpr std::size_t kDatesAListMax = 1'000;

// Every rule about its form that the definition breaks; none when it is well formed. Overlapping
// windows are refused, not merged: who says an hour twice meant something else. Fields are named
// as "weeklyHours.mon", "holidays", "breaks.2026-12-24".
// Whether there is any working hour at all is found by WorkingTime::compile.
std::vector<FieldInvalid> checkCalendar(const Calendar& calendar);

// Which hours are worked on a date:
//
//   1. a holiday closes the whole date;
//   2. else a shift of that date gives its hours, and where there is none, its weekday does;
//   3. a break, dated or weekly, closes its windows, of a shift as well.
//
// Immutable; safe to use from many threads.
class HoursByDate {
 public:
  // REQUIRES: checkCalendar finds nothing.
  explicit HoursByDate(const Calendar& calendar);

  // In order, neither overlapping nor touching. Cost: a look-up in each list.
  DayWindows on(std::chrono::local_days date) const;
  // The dates on which `on` may differ from other dates of the weekday, in order, from 1970 to
  // 2099.
  std::vector<std::chrono::local_days> specialDates() const;

 private:
  using ByDate = std::map<std::chrono::local_days, DayWindows>;

  bool isHoliday(std::chrono::local_days date) const;

  WeekWindows weeklyHours_;
  WeekWindows weeklyBreaks_;
  WeekWindows plainWeek_;  // weekly hours less weekly breaks
  std::set<std::chrono::local_days> holidays_;
  std::set<std::chrono::month_day> yearlyHolidays_;
  ByDate breaks_;
  ByDate shifts_;
};

}  // namespace docket::domain
