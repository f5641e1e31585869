#include "domain/calendar.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "domain/text_rules.h"
#include "domain/zone_offsets.h"

namespace docket::domain {
namespace {

using std::chrono::local_days;
using std::chrono::month_day;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kWeekdays{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};
constexpr TextRule kCalendarNameRule{1, 100, Controls::none};
constexpr std::size_t kCalendarIdMax = 40;

std::size_t indexOf(std::chrono::weekday weekday) {
  return weekday.iso_encoding() - 1;
}

// --- The form of a definition --------------------------------------------------------------------

std::string twoDigits(unsigned number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string text(const month_day& day) {
  return twoDigits(unsigned{day.month()}) + "-" + twoDigits(unsigned{day.day()});
}

std::string text(const year_month_day& date) {
  return std::to_string(int{date.year()}) + "-" + text(date.month() / date.day());
}

std::string text(const DayWindow& window) {
  return std::to_string(window.from.count()) + " s to " + std::to_string(window.to.count()) + " s";
}

bool isDate(const month_day& day) {
  return day.ok();
}

bool isDate(const year_month_day& date) {
  return date.ok() && date.year() >= kCalendarYearFirst && date.year() <= kCalendarYearLast;
}

void checkWindows(const std::string& field, const DayWindows& windows,
                  std::vector<FieldInvalid>& problems) {
  if (windows.size() > kWindowsADayMax) {
    problems.push_back({field, "must have at most " + std::to_string(kWindowsADayMax) + " windows",
                        std::to_string(windows.size())});
    return;
  }
  DayWindows sorted = windows;
  std::ranges::sort(sorted, {}, &DayWindow::from);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const DayWindow& window = sorted[i];
    if (window.from < kAllDay.from || window.from >= window.to || window.to > kAllDay.to) {
      problems.push_back(
          {field, "a window must begin before it ends, both from 0 s to 86400 s", text(window)});
    } else if (i > 0 && window.from < sorted[i - 1].to) {
      problems.push_back(
          {field, "windows must not overlap", text(sorted[i - 1]) + " and " + text(window)});
    }
  }
}

void checkWeek(const std::string& field, const WeekWindows& week,
               std::vector<FieldInvalid>& problems) {
  for (std::size_t day = 0; day < week.size(); ++day) {
    checkWindows(field + "." + std::string(kWeekdays[day]), week[day], problems);
  }
}

// Answers whether the list is short enough to be looked into.
template <class Date>
void checkDates(const std::string& field, std::vector<Date> dates,
                std::vector<FieldInvalid>& problems) {
  if (dates.size() > kDatesAListMax) {
    problems.push_back({field, "must have at most " + std::to_string(kDatesAListMax) + " dates",
                        std::to_string(dates.size())});
    return;
  }
  std::ranges::sort(dates);
  for (std::size_t i = 0; i < dates.size(); ++i) {
    if (!isDate(dates[i])) {
      problems.push_back({field, "must be dates that exist, from 1970 to 2099", text(dates[i])});
    } else if (i > 0 && dates[i] == dates[i - 1]) {
      problems.push_back({field, "must name each date once", text(dates[i])});
    }
  }
}

void checkDated(const std::string& field, const std::vector<DatedWindows>& entries,
                std::vector<FieldInvalid>& problems) {
  std::vector<year_month_day> dates;
  for (const DatedWindows& entry : entries) {
    dates.push_back(entry.date);
    const std::string ofDate = field + "." + text(entry.date);
    if (entry.windows.empty()) {
      problems.push_back({ofDate, "must have a window; a day off is a holiday", "none"});
    }
    checkWindows(ofDate, entry.windows, problems);
  }
  checkDates(field, std::move(dates), problems);
}

bool isCalendarId(std::string_view id) {
  return !id.empty() && id.size() <= kCalendarIdMax && std::ranges::all_of(id, [](char c) {
    return isAsciiLower(c) || isAsciiDigit(c) || c == '-';
  });
}

// --- Arithmetic of windows -----------------------------------------------------------------------

// Windows in order, those that touch made one.
DayWindows tidied(DayWindows windows) {
  std::ranges::sort(windows, {}, &DayWindow::from);
  DayWindows made;
  for (const DayWindow& window : windows) {
    if (!made.empty() && window.from <= made.back().to) {
      made.back().to = std::max(made.back().to, window.to);
    } else {
      made.push_back(window);
    }
  }
  return made;
}

// What is left of `windows` when `breaks` are closed.
DayWindows without(const DayWindows& windows, const DayWindows& breaks) {
  DayWindows left = windows;
  for (const DayWindow& pause : breaks) {
    DayWindows next;
    for (const DayWindow& window : left) {
      const DayWindow before{window.from, std::min(window.to, pause.from)};
      const DayWindow after{std::max(window.from, pause.to), window.to};
      if (before.from < before.to) next.push_back(before);
      if (after.from < after.to) next.push_back(after);
    }
    left = std::move(next);
  }
  return left;
}

}  // namespace

std::vector<FieldInvalid> checkCalendar(const Calendar& calendar) {
  std::vector<FieldInvalid> problems;
  if (!isCalendarId(calendar.id.value)) {
    problems.push_back({"id", "must be 1 to 40 of a-z, 0-9 and -",
                        std::to_string(calendar.id.value.size()) + " bytes"});
  }
  if (auto problem = checkText("name", calendar.name, kCalendarNameRule)) {
    problems.push_back(std::move(*problem));
  }
  if (!isTimeZone(calendar.timeZone)) {
    problems.push_back({"timeZone", "must name a time zone of the IANA database",
                        std::to_string(calendar.timeZone.size()) + " bytes"});
  }
  checkWeek("weeklyHours", calendar.weeklyHours, problems);
  checkWeek("weeklyBreaks", calendar.weeklyBreaks, problems);
  checkDates("holidays", calendar.holidays, problems);
  checkDates("yearlyHolidays", calendar.yearlyHolidays, problems);
  checkDated("breaks", calendar.breaks, problems);
  checkDated("shifts", calendar.shifts, problems);
  return problems;
}

HoursByDate::HoursByDate(const Calendar& calendar)
    : weeklyHours_(calendar.weeklyHours),
      weeklyBreaks_(calendar.weeklyBreaks),
      yearlyHolidays_(calendar.yearlyHolidays.begin(), calendar.yearlyHolidays.end()) {
  for (const year_month_day& date : calendar.holidays) holidays_.insert(local_days(date));
  for (const DatedWindows& entry : calendar.breaks) breaks_[local_days(entry.date)] = entry.windows;
  for (const DatedWindows& entry : calendar.shifts) shifts_[local_days(entry.date)] = entry.windows;
  for (std::size_t day = 0; day < plainWeek_.size(); ++day) {
    plainWeek_[day] = without(tidied(weeklyHours_[day]), weeklyBreaks_[day]);
  }
}

DayWindows HoursByDate::on(local_days date) const {
  if (isHoliday(date)) return {};
  const std::size_t day = indexOf(std::chrono::weekday(date));
  const auto shift = shifts_.find(date);
  const auto dated = breaks_.find(date);
  if (shift == shifts_.end() && dated == breaks_.end()) return plainWeek_[day];
  const DayWindows& hours = shift != shifts_.end() ? shift->second : weeklyHours_[day];
  DayWindows open = without(tidied(hours), weeklyBreaks_[day]);
  return dated != breaks_.end() ? without(open, dated->second) : open;
}

std::vector<local_days> HoursByDate::specialDates() const {
  std::set<local_days> dates = holidays_;
  for (const auto& [date, windows] : breaks_) dates.insert(date);
  for (const auto& [date, windows] : shifts_) dates.insert(date);
  for (const month_day& day : yearlyHolidays_) {
    for (year each = kCalendarYearFirst; each <= kCalendarYearLast; ++each) {
      const year_month_day date = each / day;
      if (date.ok()) dates.insert(local_days(date));
    }
  }
  return {dates.begin(), dates.end()};
}

bool HoursByDate::isHoliday(local_days date) const {
  if (holidays_.contains(date)) return true;
  const year_month_day written(date);
  return yearlyHolidays_.contains(written.month() / written.day());
}

}  // namespace docket::domain
