// The rules of working time, each with values reckoned by hand. 2024-01-15 is a Monday.
#include "domain/working_time.h"

#include <gtest/gtest.h>

#include <ctime>
#include <locale>
#include <map>

#include "tests/domain/calendars.h"

namespace docket::domain {
namespace {

using namespace test;
using namespace std::chrono;

Pause pause(const std::string& from, const std::string& to, const std::string& by = "customer") {
  return {at(from), at(to), by};
}

TEST(WorkingTime, WindowsAreHalfOpen) {
  const WorkingTime desk = compiled(office());
  EXPECT_FALSE(desk.isWorking(at("2024-01-15T09:00Z") - 1us));
  EXPECT_TRUE(desk.isWorking(at("2024-01-15T09:00Z")));
  EXPECT_TRUE(desk.isWorking(at("2024-01-15T17:00Z") - 1us));
  EXPECT_FALSE(desk.isWorking(at("2024-01-15T17:00Z")));
  EXPECT_FALSE(desk.isWorking(at("2024-01-20T12:00Z")));  // Saturday
  const WorkingTime always = compiled(alwaysOpen("UTC"));
  EXPECT_TRUE(always.isWorking(at("2024-01-21T23:59Z")));
  EXPECT_TRUE(always.isWorking(at("2024-01-22T00:00Z")));
}

TEST(WorkingTime, ElapsedCountsWorkingHoursOutsideTheUnionOfPauses) {
  const WorkingTime desk = compiled(office());
  struct Row {
    std::string from, to;
    std::vector<Pause> pauses;
    microseconds elapsed;
  };
  const std::vector<Row> rows = {
      {"2024-01-15T10:00Z", "2024-01-15T12:30Z", {}, 150min},
      {"2024-01-15T16:00Z", "2024-01-16T10:00Z", {}, 2h},
      {"2024-01-19T16:59Z", "2024-01-22T09:01Z", {}, 2min},  // over a week-end
      {"2024-01-15T00:00Z", "2024-01-29T00:00Z", {}, 80h},
      {"2024-01-15T18:00Z", "2024-01-16T08:00Z", {}, 0s},
      {"2024-01-16T10:00Z", "2024-01-15T10:00Z", {}, 0s},  // turned round
      {"2024-01-15T09:00Z",
       "2024-01-15T17:00Z",
       {pause("2024-01-15T10:00Z", "2024-01-15T12:00Z"),
        pause("2024-01-15T11:00Z", "2024-01-15T13:00Z")},
       5h},  // 11 to 12 is not taken off twice
      {"2024-01-15T09:00Z",
       "2024-01-16T17:00Z",
       {pause("2024-01-15T16:00Z", "2024-01-16T10:00Z")},
       14h},  // the night was no working time
      {"2024-01-15T10:00Z",
       "2024-01-15T12:00Z",
       {pause("2024-01-15T09:00Z", "2024-01-15T10:30Z"),
        pause("2024-01-15T11:45Z", "2024-01-15T20:00Z")},
       75min},  // pauses reach out of it
      {"2024-01-15T10:00Z",
       "2024-01-15T12:00Z",
       {pause("2024-01-15T11:00Z", "2024-01-15T11:00Z"),
        pause("2024-01-15T11:30Z", "2024-01-15T11:00Z")},
       2h},  // of no length, turned round
      {"2024-01-15T10:00Z", "2024-01-15T12:00Z", {{at("2024-01-15T11:00Z"), kNotOver, ""}}, 1h},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(desk.elapsed(at(row.from), at(row.to), row.pauses), row.elapsed)
        << row.from << " " << row.to;
  }
  EXPECT_EQ(desk.elapsed(at("2024-01-15T16:59:59Z") + 999'998us, at("2024-01-16T09:00Z") + 1us),
            3us);
}

TEST(WorkingTime, DeadlineIsTheEarliestInstantWithTheTarget) {
  const WorkingTime desk = compiled(office());
  struct Row {
    std::string start;
    microseconds target;
    std::vector<Pause> pauses;
    std::string due;
  };
  const std::vector<Row> rows = {
      {"2024-01-15T10:00Z", 2h, {}, "2024-01-15T12:00Z"},
      {"2024-01-15T16:00Z", 1h, {}, "2024-01-15T17:00Z"},  // closing time stays
      {"2024-01-15T16:00Z", 1h + 1s, {}, "2024-01-16T09:00:01Z"},
      {"2024-01-15T09:00Z", 40h, {}, "2024-01-19T17:00Z"},
      {"2024-01-20T12:00Z", 1h, {}, "2024-01-22T10:00Z"},  // from a Saturday
      {"2024-01-15T10:00Z", 0s, {}, "2024-01-15T10:00Z"},  // zero: within hours it is now
      {"2024-01-15T17:00Z", 0s, {}, "2024-01-16T09:00Z"},  // and else the next working instant
      {"2024-01-19T20:00Z", 0s, {}, "2024-01-22T09:00Z"},
      {"2024-01-15T10:00Z",
       2h,
       {pause("2024-01-15T11:00Z", "2024-01-15T15:00Z")},
       "2024-01-15T16:00Z"},
      {"2024-01-15T10:00Z",
       1h,
       {pause("2024-01-15T11:00Z", "2024-01-15T15:00Z")},
       "2024-01-15T11:00Z"},  // the beginning of a pause stays
      {"2024-01-15T10:00Z",
       2h,
       {pause("2024-01-15T17:00Z", "2024-01-17T10:00Z")},
       "2024-01-15T12:00Z"},  // a pause after it
      {"2024-01-15T16:00Z",
       2h,
       {pause("2024-01-15T17:00Z", "2024-01-17T10:00Z")},
       "2024-01-17T11:00Z"},
      {"2024-01-15T10:00Z",
       0s,
       {pause("2024-01-15T09:00Z", "2024-01-15T11:00Z")},
       "2024-01-15T11:00Z"},  // zero: the clock must run
      {"2024-01-15T16:00Z",
       0s,
       {pause("2024-01-15T16:00Z", "2024-01-15T18:00Z")},
       "2024-01-16T09:00Z"},
      {"2024-01-15T10:00Z", 2h, {{at("2024-01-15T12:00Z"), kNotOver, ""}}, "2024-01-15T12:00Z"},
  };
  for (const Row& row : rows) {
    const auto due = desk.deadline(at(row.start), row.target, row.pauses);
    ASSERT_TRUE(due) << row.start;
    EXPECT_EQ(*due, at(row.due)) << row.start << " due " << row.due;
  }
}

TEST(WorkingTime, BackwardIsTheLatestInstantWithTheTarget) {
  const WorkingTime desk = compiled(office());
  struct Row {
    std::string end;
    microseconds target;
    std::string start;
  };
  const std::vector<Row> rows = {
      {"2024-01-15T12:00Z", 2h, "2024-01-15T10:00Z"},
      {"2024-01-16T10:00Z", 1h, "2024-01-16T09:00Z"},  // opening time stays
      {"2024-01-16T10:00Z", 2h, "2024-01-15T16:00Z"},
      {"2024-01-22T00:00Z", 8h, "2024-01-19T09:00Z"},  // from a Sunday night
      {"2024-01-22T00:00Z", 0s, "2024-01-19T17:00Z"},  // zero: the last closing time
      {"2024-01-16T09:00Z", 0s, "2024-01-15T17:00Z"},
      {"2024-01-15T17:00Z", 0s, "2024-01-15T17:00Z"},
      {"2024-01-15T12:00Z", 0s, "2024-01-15T12:00Z"},
  };
  for (const Row& row : rows) {
    const auto start = desk.backward(at(row.end), row.target);
    ASSERT_TRUE(start) << row.end;
    EXPECT_EQ(*start, at(row.start)) << row.end << " from " << row.start;
  }
}

TEST(WorkingTime, AShiftGoesEitherWayInWorkingTimeAndZeroStays) {
  const WorkingTime desk = compiled(office());
  EXPECT_EQ(desk.shift(at("2024-01-15T16:00Z"), 2h), at("2024-01-16T10:00Z"));
  EXPECT_EQ(desk.shift(at("2024-01-16T10:00Z"), -2h), at("2024-01-15T16:00Z"));
  EXPECT_EQ(desk.shift(at("2024-01-20T12:00Z"), 0h), at("2024-01-20T12:00Z"));
}

TEST(WorkingTime, WhatHasNoAnswerSaysWhy) {
  const WorkingTime desk = compiled(office());
  const Timestamp start = at("2024-01-15T10:00Z");
  const auto error = [](WorkingTimeError why) { return tl::unexpected<WorkingTimeError>(why); };
  using Result = WorkingTimeResult<Timestamp>;
  const Result negative = error(WorkingTimeError::negativeTarget);
  const Result outside = error(WorkingTimeError::outsideCalendar);
  const Result stillPaused = error(WorkingTimeError::stillPaused);
  EXPECT_EQ(desk.deadline(start, -1us), negative);
  EXPECT_EQ(desk.backward(start, -1us), negative);
  EXPECT_EQ(desk.daysAfter(start, -1), negative);
  EXPECT_EQ(desk.daysBefore(start, -1), negative);
  EXPECT_EQ(desk.deadline(start, 8h * 365 * 200), outside);
  EXPECT_EQ(desk.deadline(start, microseconds::max()), outside);
  EXPECT_EQ(desk.deadline(at("2150-01-01T00:00Z"), 0s), outside);
  EXPECT_EQ(desk.backward(start, microseconds::max()), outside);
  EXPECT_EQ(desk.backward(at("1960-01-01T00:00Z"), 0s), outside);
  EXPECT_EQ(desk.shift(start, microseconds::max()), outside);
  EXPECT_EQ(desk.shift(start, microseconds::min()), outside);
  EXPECT_EQ(desk.shiftDays(start, std::numeric_limits<int>::max()), outside);
  EXPECT_EQ(desk.shiftDays(start, std::numeric_limits<int>::min()), outside);
  EXPECT_EQ(desk.shiftDays(at("2100-01-01T00:00Z"), 1), outside);
  const std::vector<Pause> open{{start + 1h, kNotOver, "customer"}};
  EXPECT_EQ(desk.deadline(start, 1h + 1us, open), stillPaused);
  EXPECT_EQ(desk.deadline(start + 1h, 0s, open), stillPaused);
  EXPECT_EQ(desk.deadlineInDays(start, 1, DueTime::sameTimeOfDay, open), stillPaused);
}

TEST(WorkingTime, ADeskThatClosedForGoodHasNoLaterDeadline) {
  Calendar fair = office();
  fair.weeklyHours = {};
  fair.shifts = {{2024y / 1 / 15, {window(9h, 17h)}}};
  const WorkingTime desk = compiled(fair);
  EXPECT_EQ(desk.deadline(at("2024-01-10T00:00Z"), 8h), at("2024-01-15T17:00Z"));
  for (const microseconds target : {microseconds(0), microseconds(1)}) {
    const auto due = desk.deadline(at("2024-01-15T17:00Z"), target);
    ASSERT_FALSE(due);
    EXPECT_EQ(due.error(), WorkingTimeError::outsideCalendar);
  }
  EXPECT_EQ(desk.elapsed(at("2024-01-15T17:00Z"), at("2044-01-15T17:00Z")), 0s);
}

TEST(WorkingTime, OutsideItsYearsACalendarIsClosed) {
  const WorkingTime always = compiled(alwaysOpen("UTC"));
  EXPECT_FALSE(always.isWorking(at("1970-01-01T00:00Z") - 1us));
  EXPECT_TRUE(always.isWorking(at("1970-01-01T00:00Z")));
  EXPECT_TRUE(always.isWorking(at("2100-01-01T00:00Z") - 1us));
  EXPECT_FALSE(always.isWorking(at("2100-01-01T00:00Z")));
  EXPECT_EQ(always.elapsed(Timestamp::min(), Timestamp::max()),
            at("2100-01-01T00:00Z") - at("1970-01-01T00:00Z"));
  EXPECT_EQ(always.deadline(at("1960-01-01T00:00Z"), 1h), at("1970-01-01T01:00Z"));
}

// --- Days on which the clocks change -------------------------------------------------------------

// A night shift from 01:00 to 04:00 on the day of the change, by the wall clock of each zone.
TEST(WorkingTimeClockChange, AWindowOverTheChangeIsShorterInSpringAndLongerInAutumn) {
  struct Row {
    std::string zone;
    std::string from, to;
    microseconds worked;
  };
  const std::vector<Row> rows = {
      {"Europe/Berlin", "2024-03-31T00:00+01:00", "2024-03-31T12:00+02:00", 2h},
      {"Europe/Berlin", "2024-10-27T00:00+02:00", "2024-10-27T12:00+01:00", 4h},
      {"Europe/Berlin", "2024-10-26T00:00+02:00", "2024-10-26T12:00+02:00", 3h},
      {"America/New_York", "2024-03-10T00:00-05:00", "2024-03-10T12:00-04:00", 2h},
      {"America/New_York", "2024-11-03T00:00-04:00", "2024-11-03T12:00-05:00", 4h},
      {"Australia/Lord_Howe", "2024-10-06T00:00+10:30", "2024-10-06T12:00+11:00", 150min},
      {"Australia/Lord_Howe", "2024-04-07T00:00+11:00", "2024-04-07T12:00+10:30", 210min},
      {"Africa/Cairo", "2024-04-26T00:00+02:00", "2024-04-26T12:00+03:00", 3h},   // at midnight
      {"Europe/Berlin", "2045-03-26T00:00+01:00", "2045-03-26T12:00+02:00", 2h},  // not listed yet
  };
  for (const Row& row : rows) {
    const WorkingTime desk = compiled(weekly(row.zone, {window(1h, 4h)}));
    EXPECT_EQ(desk.elapsed(at(row.from), at(row.to)), row.worked) << row.zone << row.from;
  }
}

TEST(WorkingTimeClockChange, WindowsThatBeginOrEndWithinTheChange) {
  const auto worked = [](DayWindow hours, const std::string& from, const std::string& to) {
    return compiled(weekly("Europe/Berlin", {hours})).elapsed(at(from), at(to));
  };
  const std::string spring = "2024-03-31T00:00+01:00", springEnd = "2024-04-01T00:00+02:00";
  EXPECT_EQ(worked(window(2h, 3h), spring, springEnd), 0s);  // wholly within the hour skipped
  EXPECT_EQ(worked(window(1h, 2h + 30min), spring, springEnd), 1h);
  EXPECT_EQ(worked(window(2h + 30min, 4h), spring, springEnd), 1h);
  EXPECT_EQ(worked(kAllDay, spring, springEnd), 23h);
  const std::string autumn = "2024-10-27T00:00+02:00", autumnEnd = "2024-10-28T00:00+01:00";
  EXPECT_EQ(worked(window(2h, 3h), autumn, autumnEnd), 2h);  // it comes twice
  EXPECT_EQ(worked(window(2h, 2h + 30min), autumn, autumnEnd), 1h);
  EXPECT_EQ(worked(window(1h, 2h + 30min), autumn, autumnEnd), 2h);
  EXPECT_EQ(worked(kAllDay, autumn, autumnEnd), 25h);
}

TEST(WorkingTimeClockChange, HalfAnHourThatComesTwiceIsTwoWindows) {
  const WorkingTime desk = compiled(weekly("Europe/Berlin", {window(2h, 2h + 30min)}));
  EXPECT_TRUE(desk.isWorking(at("2024-10-27T02:10+02:00")));
  EXPECT_FALSE(desk.isWorking(at("2024-10-27T02:40+02:00")));
  EXPECT_TRUE(desk.isWorking(at("2024-10-27T02:10+01:00")));
  EXPECT_EQ(desk.deadline(at("2024-10-27T00:00+02:00"), 45min), at("2024-10-27T02:15+01:00"));
  EXPECT_EQ(desk.deadline(at("2024-10-27T00:00+02:00"), 30min), at("2024-10-27T02:30+02:00"));
  EXPECT_EQ(desk.backward(at("2024-10-27T03:00+01:00"), 30min), at("2024-10-27T02:00+01:00"));
}

// St. John's put its clocks back at 00:01, so that Saturday went on after Sunday had begun.
TEST(WorkingTimeClockChange, ADayThatIsComeBackToKeepsItsHours) {
  Calendar saturdays = weekly("America/St_Johns", {});
  saturdays.weeklyHours[5] = {kAllDay};
  const WorkingTime desk = compiled(saturdays);
  EXPECT_TRUE(desk.isWorking(at("2010-11-06T23:59-02:30")));
  EXPECT_FALSE(desk.isWorking(at("2010-11-07T00:00-02:30")));
  EXPECT_TRUE(desk.isWorking(at("2010-11-06T23:01-03:30")));
  EXPECT_FALSE(desk.isWorking(at("2010-11-07T00:00-03:30")));
  EXPECT_EQ(desk.elapsed(at("2010-11-06T00:00-02:30"), at("2010-11-08T00:00-03:30")), 24h + 59min);
}

TEST(WorkingTimeClockChange, ADateThatWasLeftOutHasNoHours) {
  const WorkingTime apia = compiled(alwaysOpen("Pacific/Apia"));  // 2011-12-30 was left out
  EXPECT_EQ(apia.elapsed(at("2011-12-29T00:00-10:00"), at("2012-01-01T00:00+14:00")), 48h);
}

// --- Ledger --------------------------------------------------------------------------------------

TEST(WorkingTimeLedger, EachSecondHasOneClass) {
  const WorkingTime desk = compiled(office());
  const std::vector<Pause> pauses = {
      pause("2024-01-15T14:00Z", "2024-01-16T10:00Z", "supplier"),
      pause("2024-01-15T12:00Z", "2024-01-15T15:00Z", "customer"),
      pause("2024-01-15T13:00Z", "2024-01-15T13:30Z", "approver"),  // within the customer's
      pause("2024-01-15T20:00Z", "2024-01-15T22:00Z", "night"),     // in closed hours
  };
  const Ledger ledger = desk.ledger(at("2024-01-15T10:00Z"), at("2024-01-16T18:00Z"), pauses,
                                    at("2024-01-16T12:00Z"));
  EXPECT_EQ(ledger.working, 2h + 2h);  // 10 to 12 on both days
  EXPECT_EQ(ledger.closed, 16h);       // 17 to 9, although the supplier was waited for
  EXPECT_EQ(ledger.pausedBy,
            (std::map<std::string, microseconds>{{"customer", 3h},  // 12 to 15: he was first
                                                 {"supplier", 2h + 1h}}));  // 15 to 17, 9 to 10
  EXPECT_EQ(ledger.stopped, 6h);
  EXPECT_EQ(ledger.wallTime(), 32h);
  EXPECT_EQ(ledger.working, desk.elapsed(at("2024-01-15T10:00Z"), at("2024-01-16T12:00Z"), pauses));
}

TEST(WorkingTimeLedger, OfPausesThatBeganTogetherTheFirstListedHasTheTime) {
  const WorkingTime desk = compiled(office());
  const std::vector<Pause> pauses = {pause("2024-01-15T10:00Z", "2024-01-15T11:00Z", "b"),
                                     pause("2024-01-15T10:00Z", "2024-01-15T12:00Z", "a")};
  const Ledger ledger =
      desk.ledger(at("2024-01-15T10:00Z"), at("2024-01-15T12:00Z"), pauses, std::nullopt);
  EXPECT_EQ(ledger.pausedBy, (std::map<std::string, microseconds>{{"b", 1h}, {"a", 1h}}));
}

TEST(WorkingTimeLedger, AlsoOfManyPausesTheFirstListedHasTheTime) {
  const WorkingTime desk = compiled(office());
  std::vector<Pause> pauses(100, pause("2024-01-15T10:00Z", "2024-01-15T11:00Z", "later"));
  pauses.front().by = "first";
  const Ledger ledger =
      desk.ledger(at("2024-01-15T10:00Z"), at("2024-01-15T12:00Z"), pauses, std::nullopt);
  EXPECT_EQ(ledger.pausedBy, (std::map<std::string, microseconds>{{"first", 1h}}));
}

TEST(WorkingTimeLedger, StopsOutsideTheIntervalStopAllOrNothing) {
  const WorkingTime desk = compiled(office());
  const Timestamp from = at("2024-01-15T10:00Z"), to = at("2024-01-15T12:00Z");
  EXPECT_EQ(desk.ledger(from, to, {}, from - 1h), (Ledger{0s, 0s, {}, 2h}));
  EXPECT_EQ(desk.ledger(from, to, {}, to + 1h), (Ledger{2h, 0s, {}, 0s}));
  EXPECT_EQ(desk.ledger(to, from, {}, std::nullopt), Ledger{});
}

// --- Nothing but the calendar --------------------------------------------------------------------

struct Grouping : std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(WorkingTime, TheProcessesZoneAndLocaleChangeNothing) {
  const auto answers = [] {
    Calendar calendar = office("Europe/Berlin");
    calendar.holidays = {2024y / 3 / 29};
    const WorkingTime desk = compiled(calendar);
    calendar.weeklyHours[0] = {window(23h, 25h)};
    return std::pair(desk.deadlineInDays(at("2024-03-28T10:00Z"), 3, DueTime::endOfWorkingDay),
                     checkCalendar(calendar).at(0).got);
  };
  const auto before = answers();
  EXPECT_EQ(before.first, at("2024-04-03T17:00+02:00"));
  EXPECT_EQ(before.second, "82800 s to 90000 s");
  const char* const given = std::getenv("TZ");
  const std::optional<std::string> zone = given ? std::optional<std::string>(given) : std::nullopt;
  const std::locale locale = std::locale::global(std::locale(std::locale(), new Grouping));
  for (const char* other : {"America/Los_Angeles", "Pacific/Kiritimati"}) {
    setenv("TZ", other, 1);
    tzset();
    EXPECT_EQ(answers(), before) << other;
  }
  std::locale::global(locale);
  zone ? setenv("TZ", zone->c_str(), 1) : unsetenv("TZ");
  tzset();
}

}  // namespace
}  // namespace docket::domain
