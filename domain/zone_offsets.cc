#include "domain/zone_offsets.h"

#include <date/tz.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "domain/calendar.h"

namespace docket::domain {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using std::chrono::year_month_day;

// The last year whose changes the files list, and how many years before it must agree on a rule. In
// any twelve years in a row a date falls on each weekday, so a rule's earliest date is among them.
constexpr year kListedYearLast{2037};
constexpr int kYearsThatAgree = 12;

// A change of the clocks: at `at`, to `offset`.
struct Change {
  sys_seconds at;
  seconds offset{0};
};

// A change that comes every year: on the first `weekday` from `daysIntoMonth` days after the first
// of `month` on. Days and times are those of the wall clock in the second before the change, so
// that a change at midnight belongs to the day that it ends.
struct YearlyChange {
  std::chrono::month month;
  days daysIntoMonth{0};
  std::chrono::weekday weekday;
  seconds timeOfDay{0};
  seconds offsetBefore{0};
  seconds offset{0};

  Change in(year each) const {
    const sys_days earliest = sys_days(each / month / 1) + daysIntoMonth;
    const sys_days date = earliest + (weekday - std::chrono::weekday(earliest));
    return {date + timeOfDay - offsetBefore + seconds(1), offset};
  }
};

const date::time_zone* find(std::string_view name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;  // so the library says that it has no such zone, or no database at all
  }
}

// The offset at the beginning of the calendars' years, and every change in them that is listed.
std::vector<Change> listedChanges(const date::time_zone& zone) {
  std::vector<Change> changes;
  for (sys_seconds at = kCalendarBegin; at < kCalendarEnd;) {
    const date::sys_info info = zone.get_info(at);
    if (changes.empty() || changes.back().offset != info.offset) {
      changes.push_back({at, info.offset});
    }
    at = info.end;
  }
  return changes;
}

// The changes of one year, with what the clocks showed before each.
std::vector<YearlyChange> changesIn(year each, const std::vector<Change>& changes) {
  std::vector<YearlyChange> found;
  for (std::size_t i = 1; i < changes.size(); ++i) {
    const seconds before = changes[i - 1].offset;
    const sys_seconds wallClock = changes[i].at + before - seconds(1);
    const sys_days date = std::chrono::floor<days>(wallClock);
    const year_month_day written(date);
    if (written.year() != each) continue;
    found.push_back({written.month(), date - sys_days(each / written.month() / 1),
                     std::chrono::weekday(date), wallClock - date, before, changes[i].offset});
  }
  return found;
}

// The rule that the last listed years keep; empty when they keep none, or never change the clocks.
std::vector<YearlyChange> yearlyRule(const std::vector<Change>& changes) {
  std::vector<YearlyChange> rule = changesIn(kListedYearLast, changes);
  std::vector<days> latest;
  for (const YearlyChange& change : rule) latest.push_back(change.daysIntoMonth);
  for (int back = 1; back < kYearsThatAgree; ++back) {
    const year each = kListedYearLast - std::chrono::years(back);
    const std::vector<YearlyChange> others = changesIn(each, changes);
    if (others.size() != rule.size()) return {};
    for (std::size_t i = 0; i < rule.size(); ++i) {
      const YearlyChange& other = others[i];
      if (other.weekday != rule[i].weekday || other.timeOfDay != rule[i].timeOfDay ||
          other.offsetBefore != rule[i].offsetBefore || other.offset != rule[i].offset) {
        return {};
      }
      // Counted from the first of the rule's month: "the last Friday" may end in the next month.
      const days into = sys_days(each / other.month / 1) + other.daysIntoMonth -
                        sys_days(each / rule[i].month / 1);
      rule[i].daysIntoMonth = std::min(rule[i].daysIntoMonth, into);
      latest[i] = std::max(latest[i], into);
    }
  }
  for (std::size_t i = 0; i < rule.size(); ++i) {
    if (latest[i] - rule[i].daysIntoMonth > days(6)) return {};
  }
  return rule;
}

}  // namespace

bool isTimeZone(std::string_view name) {
  // "localtime" and "posixrules" lie among the files and are what the machine's owner made them.
  return name != "localtime" && name != "posixrules" && find(name) != nullptr;
}

std::vector<OffsetSpan> offsetsOf(std::string_view name) {
  std::vector<Change> changes = listedChanges(*find(name));
  const std::vector<YearlyChange> rule = yearlyRule(changes);
  const bool listsLaterYears =
      year_month_day(std::chrono::floor<days>(changes.back().at)).year() > kListedYearLast;
  if (!listsLaterYears) {
    for (year each = kListedYearLast + std::chrono::years(1); each <= kCalendarYearLast; ++each) {
      for (const YearlyChange& change : rule) changes.push_back(change.in(each));
    }
  }
  std::vector<OffsetSpan> spans;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const sys_seconds end = i + 1 < changes.size() ? changes[i + 1].at : kCalendarEnd;
    spans.push_back({changes[i].at, end, changes[i].offset});
  }
  return spans;
}

}  // namespace docket::domain
