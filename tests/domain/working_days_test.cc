// Counting in whole working days. 2024-01-15 is a Monday.
#include <gtest/gtest.h>

#include "domain/working_time.h"
#include "tests/domain/calendars.h"

namespace docket::domain {
namespace {

using namespace test;
using namespace std::chrono;

TEST(WorkingDays, AShiftKeepsTheTimeOfDayAndSkipsDaysWithoutHours) {
  Calendar calendar = office();
  calendar.holidays = {2024y / 1 / 17};
  calendar.breaks = {{2024y / 1 / 18, {window(9h, 17h)}}};
  calendar.shifts = {{2024y / 1 / 20, {window(10h, 12h)}}};  // a Saturday
  const WorkingTime desk = compiled(calendar);
  struct Row {
    std::string from;
    int days;
    std::string to;
  };
  const std::vector<Row> rows = {
      {"2024-01-15T10:00:30Z", 1, "2024-01-16T10:00:30Z"},
      {"2024-01-15T10:00Z", 2, "2024-01-19T10:00Z"},  // over the holiday and the closed day
      {"2024-01-15T22:00Z", 3, "2024-01-20T22:00Z"},  // outside hours it stays
      {"2024-01-15T10:00Z", 4, "2024-01-22T10:00Z"},
      {"2024-01-21T10:00Z", 1, "2024-01-22T10:00Z"},  // from a Sunday
      {"2024-01-21T10:00Z", 0, "2024-01-21T10:00Z"},
      {"2024-01-21T10:00Z", -1, "2024-01-20T10:00Z"},
      {"2024-01-22T10:00Z", -3, "2024-01-16T10:00Z"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(desk.shiftDays(at(row.from), row.days), at(row.to)) << row.from << " " << row.days;
  }
}

TEST(WorkingDays, AfterGoesOnToHoursAndBeforeGoesBackToThem) {
  const WorkingTime desk = compiled(office());
  EXPECT_EQ(desk.daysAfter(at("2024-01-15T10:00Z"), 2), at("2024-01-17T10:00Z"));
  EXPECT_EQ(desk.daysAfter(at("2024-01-15T18:00Z"), 4), at("2024-01-22T09:00Z"));
  EXPECT_EQ(desk.daysAfter(at("2024-01-20T18:00Z"), 0), at("2024-01-22T09:00Z"));
  EXPECT_EQ(desk.daysBefore(at("2024-01-17T10:00Z"), 2), at("2024-01-15T10:00Z"));
  EXPECT_EQ(desk.daysBefore(at("2024-01-16T08:00Z"), 1), at("2024-01-12T17:00Z"));
  EXPECT_EQ(desk.daysBefore(at("2024-01-20T18:00Z"), 0), at("2024-01-19T17:00Z"));
}

TEST(WorkingDays, ADeadlineIsAtTheSameTimeOrWhenThatDayEnds) {
  Calendar calendar = office();
  calendar.weeklyHours[2] = {window(9h, 12h), window(14h, 24h)};  // Wednesdays
  const WorkingTime desk = compiled(calendar);
  const auto due = [&](const std::string& start, int days, DueTime time) {
    return desk.deadlineInDays(at(start), days, time);
  };
  EXPECT_EQ(due("2024-01-15T10:00Z", 1, DueTime::sameTimeOfDay), at("2024-01-16T10:00Z"));
  EXPECT_EQ(due("2024-01-15T10:00Z", 1, DueTime::endOfWorkingDay), at("2024-01-16T17:00Z"));
  EXPECT_EQ(due("2024-01-15T10:00Z", 2, DueTime::endOfWorkingDay), at("2024-01-18T00:00Z"));
  EXPECT_EQ(due("2024-01-15T10:00Z", 0, DueTime::endOfWorkingDay), at("2024-01-15T17:00Z"));
  EXPECT_EQ(due("2024-01-20T10:00Z", 0, DueTime::endOfWorkingDay), at("2024-01-22T17:00Z"));
  EXPECT_EQ(due("2024-01-15T10:00Z", -1, DueTime::endOfWorkingDay), at("2024-01-12T17:00Z"));
}

TEST(WorkingDays, WorkingTimePausedUntilTheDeadlineIsAddedToIt) {
  const WorkingTime desk = compiled(office());
  const Timestamp start = at("2024-01-15T10:00Z");
  const auto due = [&](const std::string& from, const std::string& to) {
    const std::vector<Pause> pauses{{at(from), at(to), ""}};
    return desk.deadlineInDays(start, 1, DueTime::endOfWorkingDay, pauses);
  };
  // Without a pause: the 16th at 17:00.
  EXPECT_EQ(due("2024-01-15T11:00Z", "2024-01-15T13:00Z"), at("2024-01-17T11:00Z"));
  EXPECT_EQ(due("2024-01-15T18:00Z", "2024-01-16T08:00Z"), at("2024-01-16T17:00Z"));  // at night
  EXPECT_EQ(due("2024-01-12T09:00Z", "2024-01-15T11:00Z"), at("2024-01-17T10:00Z"));  // from before
  EXPECT_EQ(due("2024-01-16T16:00Z", "2024-01-17T12:00Z"), at("2024-01-17T13:00Z"));  // and beyond
  EXPECT_EQ(due("2024-01-17T09:00Z", "2024-01-17T12:00Z"), at("2024-01-16T17:00Z"));  // afterwards
}

TEST(WorkingDays, ATimeOfDayThatTheClocksSkipIsTheirChangeAndARepeatedOneIsTheFirst) {
  const WorkingTime desk = compiled(alwaysOpen("Europe/Berlin"));
  EXPECT_EQ(desk.shiftDays(at("2024-03-30T02:30+01:00"), 1), at("2024-03-31T03:00+02:00"));
  EXPECT_EQ(desk.shiftDays(at("2024-03-30T12:00+01:00"), 1), at("2024-03-31T12:00+02:00"));
  EXPECT_EQ(desk.shiftDays(at("2024-10-26T02:30+02:00"), 1), at("2024-10-27T02:30+02:00"));
  EXPECT_EQ(desk.shiftDays(at("2024-10-28T02:30+01:00"), -1), at("2024-10-27T02:30+02:00"));
  const WorkingTime night = compiled(weekly("Europe/Berlin", {window(1h, 2h + 30min)}));
  const auto endOf = [&](const std::string& start) {
    return night.deadlineInDays(at(start), 1, DueTime::endOfWorkingDay);
  };
  EXPECT_EQ(endOf("2024-03-30T01:00+01:00"), at("2024-03-31T03:00+02:00"));
  EXPECT_EQ(endOf("2024-10-26T01:00+02:00"), at("2024-10-27T02:30+01:00"));
}

TEST(WorkingDays, ADateThatWasLeftOutIsNoWorkingDay) {
  const WorkingTime desk = compiled(alwaysOpen("Pacific/Apia"));
  EXPECT_EQ(desk.shiftDays(at("2011-12-29T12:00-10:00"), 1), at("2011-12-31T12:00+14:00"));
}

// The day is the one that the calendar's wall clock shows, not UTC's.
TEST(WorkingDays, DaysAreThoseOfTheZone) {
  const WorkingTime auckland = compiled(office("Pacific/Auckland"));
  // Friday 08:00 there is Thursday in UTC.
  EXPECT_EQ(auckland.shiftDays(at("2024-01-19T08:00+13:00"), 1), at("2024-01-22T08:00+13:00"));
}

}  // namespace
}  // namespace docket::domain
