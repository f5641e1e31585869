#include "domain/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "domain/working_time.h"
#include "tests/domain/calendars.h"

namespace docket::domain {
namespace {

using namespace test;
using namespace std::chrono;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> fieldsOf(const std::vector<FieldInvalid>& problems) {
  std::vector<std::string> fields;
  for (const FieldInvalid& problem : problems) fields.push_back(problem.field);
  return fields;
}

TEST(CalendarCheck, AWellFormedCalendarHasNoProblem) {
  Calendar calendar = office("Europe/Berlin");
  calendar.weeklyBreaks[0] = {window(12h, 13h)};
  calendar.weeklyHours[1] = {window(13h, 24h), window(0s, 9h),
                             window(9h, 12h)};  // any order, touching
  calendar.holidays = {2026y / 12 / 25, 2026y / 5 / 1};
  calendar.yearlyHolidays = {January / 1, February / 29};
  calendar.breaks = {{2026y / 6 / 1, {window(10h, 11h)}}};
  calendar.shifts = {{2026y / 6 / 6, {window(10h, 14h)}}};
  EXPECT_THAT(fieldsOf(checkCalendar(calendar)), IsEmpty());
}

TEST(CalendarCheck, EachBrokenRuleIsNamedWithItsField) {
  struct Case {
    std::string field;
    std::string rule;
    std::function<void(Calendar&)> breakIt;
  };
  const std::vector<Case> cases = {
      {"id", "1 to 40", [](Calendar& c) { c.id = {}; }},
      {"id", "1 to 40", [](Calendar& c) { c.id = CalendarId{std::string(41, 'a')}; }},
      {"id", "a-z", [](Calendar& c) { c.id = CalendarId{"Office"}; }},
      {"name", "1 to 100 characters", [](Calendar& c) { c.name = ""; }},
      {"timeZone", "IANA", [](Calendar& c) { c.timeZone = "Europe/Atlantis"; }},
      {"timeZone", "IANA", [](Calendar& c) { c.timeZone = ""; }},
      {"timeZone", "IANA", [](Calendar& c) { c.timeZone = "localtime"; }},
      {"timeZone", "IANA", [](Calendar& c) { c.timeZone = "europe/berlin"; }},
      {"weeklyHours.wed", "before it ends",
       [](Calendar& c) { c.weeklyHours[2] = {window(17h, 9h)}; }},
      {"weeklyHours.wed", "before it ends",
       [](Calendar& c) { c.weeklyHours[2] = {window(9h, 9h)}; }},
      {"weeklyHours.sun", "86400", [](Calendar& c) { c.weeklyHours[6] = {window(9h, 24h + 1s)}; }},
      {"weeklyHours.mon", "from 0 s", [](Calendar& c) { c.weeklyHours[0] = {window(-1s, 9h)}; }},
      {"weeklyHours.tue", "overlap",
       [](Calendar& c) {
         c.weeklyHours[1] = {window(12h, 17h), window(9h, 12h + 1s)};
       }},
      {"weeklyBreaks.fri", "overlap",
       [](Calendar& c) {
         c.weeklyBreaks[4] = {window(9h, 12h), window(9h, 12h)};
       }},
      {"weeklyHours.tue", "at most 24",
       [](Calendar& c) { c.weeklyHours[1] = DayWindows(25, window(9h, 10h)); }},
      {"holidays", "once",
       [](Calendar& c) {
         c.holidays = {2026y / 5 / 1, 2026y / 12 / 25, 2026y / 5 / 1};
       }},
      {"holidays", "exist", [](Calendar& c) { c.holidays = {2026y / 2 / 29}; }},
      {"holidays", "1970", [](Calendar& c) { c.holidays = {1969y / 12 / 31}; }},
      {"holidays", "2099", [](Calendar& c) { c.holidays = {2100y / 1 / 1}; }},
      {"holidays", "at most 1000",
       [](Calendar& c) { c.holidays.assign(1001, year_month_day(2026y / 5 / 1)); }},
      {"yearlyHolidays", "once",
       [](Calendar& c) {
         c.yearlyHolidays = {May / 1, May / 1};
       }},
      {"yearlyHolidays", "exist", [](Calendar& c) { c.yearlyHolidays = {February / 30}; }},
      {"breaks", "once",
       [](Calendar& c) {
         c.breaks = {{2026y / 5 / 1, {window(9h, 10h)}}, {2026y / 5 / 1, {window(11h, 12h)}}};
       }},
      {"breaks.2026-05-01", "a day off is a holiday",
       [](Calendar& c) {
         c.breaks = {{2026y / 5 / 1, {}}};
       }},
      {"shifts.2026-05-01", "overlap",
       [](Calendar& c) {
         c.shifts = {{2026y / 5 / 1, {window(1h, 3h), window(2h, 4h)}}};
       }},
  };
  for (const Case& one : cases) {
    Calendar calendar = office();
    one.breakIt(calendar);
    const auto problems = checkCalendar(calendar);
    SCOPED_TRACE(one.field + ": " + one.rule);
    ASSERT_THAT(fieldsOf(problems), ElementsAre(one.field));
    EXPECT_THAT(problems.front().rule, HasSubstr(one.rule));
    EXPECT_FALSE(WorkingTime::compile(calendar));
  }
}

TEST(CalendarCheck, AllProblemsAreNamedAtOnce) {
  Calendar calendar = office("Nowhere");
  calendar.name = "";
  calendar.weeklyHours[0] = {window(2h, 1h), window(23h, 25h)};
  EXPECT_THAT(fieldsOf(checkCalendar(calendar)),
              ElementsAre("name", "timeZone", "weeklyHours.mon", "weeklyHours.mon"));
}

// A calendar that never works is refused, whatever keeps it closed, so that nothing ever looks for
// a working hour that does not come.
TEST(CalendarCheck, ACalendarWithoutAWorkingHourIsNotCompiled) {
  Calendar none = office();
  none.weeklyHours = {};
  Calendar allBreaks = office();
  for (auto& day : allBreaks.weeklyBreaks) day = {window(8h, 12h), window(12h, 18h)};
  Calendar shiftOnHoliday = none;
  shiftOnHoliday.shifts = {{2026y / 5 / 1, {window(9h, 17h)}}};
  shiftOnHoliday.yearlyHolidays = {May / 1};
  Calendar inTheGap = none;  // on that day there is no 02:00 to 03:00
  inTheGap.timeZone = "Europe/Berlin";
  inTheGap.shifts = {{2026y / 3 / 29, {window(2h, 3h)}}};
  for (const Calendar& calendar : {none, allBreaks, shiftOnHoliday, inTheGap}) {
    EXPECT_THAT(checkCalendar(calendar), IsEmpty());
    const auto made = WorkingTime::compile(calendar);
    ASSERT_FALSE(made);
    EXPECT_THAT(fieldsOf(made.error()), ElementsAre("weeklyHours"));
  }
}

TEST(CalendarHours, HolidayClosesElseShiftReplacesElseWeekdayAndBreaksAlwaysClose) {
  Calendar calendar = office();
  calendar.weeklyBreaks[0] = {window(12h, 13h)};                  // Mondays
  calendar.shifts = {{2026y / 6 / 1, {window(6h, 12h + 30min)}},  // a Monday
                     {2026y / 6 / 6, {window(10h, 14h)}},         // a Saturday
                     {2026y / 6 / 7, {window(10h, 14h)}}};        // a Sunday, and a holiday
  calendar.breaks = {{2026y / 6 / 6, {window(8h, 11h), window(13h, 15h)}},
                     {2026y / 6 / 9, {window(9h, 10h), window(12h, 13h)}},
                     {2026y / 6 / 10, {window(8h, 18h)}}};
  calendar.holidays = {2026y / 6 / 7, 2026y / 6 / 11};
  calendar.yearlyHolidays = {June / 12};
  const HoursByDate hours(calendar);
  const auto on = [&](unsigned day) { return hours.on(local_days(2026y / June / day)); };
  EXPECT_THAT(on(1), ElementsAre(window(6h, 12h)));  // the shift, less the weekly break
  EXPECT_THAT(on(2), ElementsAre(window(9h, 17h)));
  EXPECT_THAT(on(6), ElementsAre(window(11h, 13h)));  // the shift, less the day's breaks
  EXPECT_THAT(on(7), IsEmpty());                      // a holiday closes a shift as well
  EXPECT_THAT(on(8), ElementsAre(window(9h, 12h), window(13h, 17h)));
  EXPECT_THAT(on(9), ElementsAre(window(10h, 12h), window(13h, 17h)));
  EXPECT_THAT(on(10), IsEmpty());
  EXPECT_THAT(on(11), IsEmpty());
  EXPECT_THAT(on(12), IsEmpty());
  EXPECT_THAT(hours.on(local_days(2027y / 6 / 11)),
              ElementsAre(window(9h, 17h)));                     // that year only
  EXPECT_THAT(hours.on(local_days(2028y / 6 / 12)), IsEmpty());  // every year
}

TEST(CalendarHours, WindowsThatTouchAreOne) {
  Calendar calendar = office();
  calendar.weeklyHours[0] = {window(13h, 24h), window(0s, 9h), window(9h, 12h)};
  EXPECT_THAT(HoursByDate(calendar).on(local_days(2026y / 6 / 1)),
              ElementsAre(window(0s, 12h), window(13h, 24h)));
}

}  // namespace
}  // namespace docket::domain
