// Working time of random calendars against an oracle that knows nothing of weeks, slices and sums:
// it cuts an interval at every quarter of an hour, every change of the clocks and every end of a
// pause, and asks of each piece whether the wall clock then shows working hours.
#include <date/tz.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "domain/subject_event.h"  // choices.h draws them
#include "domain/working_time.h"
#include "tests/domain/calendars.h"
#include "tests/domain/choices.h"

namespace docket::domain {
namespace {

using namespace test;
using std::chrono::days;
using std::chrono::local_days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// --- The oracle ----------------------------------------------------------------------------------

bool holds(const DayWindows& windows, seconds timeOfDay) {
  return std::ranges::any_of(windows, [&](const DayWindow& window) {
    return timeOfDay >= window.from && timeOfDay < window.to;
  });
}

bool works(const Calendar& calendar, Timestamp instant) {
  using namespace std::chrono;
  const auto second = floor<seconds>(instant);
  const auto info = date::locate_zone(calendar.timeZone)->get_info(second);
  const local_seconds wallClock(second.time_since_epoch() + info.offset);
  const local_days date = floor<days>(wallClock);
  const year_month_day written(date);
  const seconds timeOfDay = wallClock - date;
  const std::size_t day = weekday(date).iso_encoding() - 1;
  const auto ofDate = [&](const DatedWindows& entry) { return entry.date == written; };
  if (std::ranges::count(calendar.holidays, written) > 0) return false;
  if (std::ranges::count(calendar.yearlyHolidays, written.month() / written.day()) > 0)
    return false;
  if (holds(calendar.weeklyBreaks[day], timeOfDay)) return false;
  const auto dated = std::ranges::find_if(calendar.breaks, ofDate);
  if (dated != calendar.breaks.end() && holds(dated->windows, timeOfDay)) return false;
  const auto shift = std::ranges::find_if(calendar.shifts, ofDate);
  return holds(shift != calendar.shifts.end() ? shift->windows : calendar.weeklyHours[day],
               timeOfDay);
}

const Pause* pauseAt(const std::vector<Pause>& pauses, Timestamp instant) {
  const Pause* first = nullptr;
  for (const Pause& pause : pauses) {
    if (instant < pause.from || instant >= pause.to) continue;
    if (first == nullptr || pause.from < first->from) first = &pause;
  }
  return first;
}

Ledger ledgerOf(const Calendar& calendar, Timestamp from, Timestamp to,
                const std::vector<Pause>& pauses, std::optional<Timestamp> stop) {
  Ledger ledger;
  if (to <= from) return ledger;
  std::set<Timestamp> cuts{from, to};
  const auto cut = [&](Timestamp at) {
    if (at > from && at < to) cuts.insert(at);
  };
  const auto quarter = std::chrono::minutes(15);
  for (Timestamp at{from.time_since_epoch() / quarter * quarter}; at < to; at += quarter) cut(at);
  const auto* zone = date::locate_zone(calendar.timeZone);
  for (auto at = std::chrono::floor<seconds>(from); at < to; at = zone->get_info(at).end) cut(at);
  for (const Pause& pause : pauses) {
    cut(pause.from);
    cut(pause.to);
  }
  if (stop) cut(*stop);
  for (auto piece = cuts.begin(); std::next(piece) != cuts.end(); ++piece) {
    const microseconds length = *std::next(piece) - *piece;
    if (stop && *piece >= *stop) {
      ledger.stopped += length;
    } else if (!works(calendar, *piece)) {
      ledger.closed += length;
    } else if (const Pause* pause = pauseAt(pauses, *piece)) {
      ledger.pausedBy[pause->by] += length;
    } else {
      ledger.working += length;
    }
  }
  return ledger;
}

// --- Random calendars, near days that are hard
// ----------------------------------------------------

struct HardDay {
  std::string zone;
  year_month_day date;
};

const std::vector<HardDay>& hardDays() {
  using namespace std::chrono;
  static const std::vector<HardDay> kDays{
      {"UTC", 2024y / 2 / 29},
      {"Europe/Berlin", 2024y / 3 / 31},
      {"Europe/Berlin", 2024y / 10 / 27},
      {"America/New_York", 2024y / 11 / 3},
      {"Australia/Lord_Howe", 2024y / 4 / 7},  // half an hour
      {"Australia/Lord_Howe", 2024y / 10 / 6},
      {"America/Sao_Paulo", 2018y / 11 / 4},  // no midnight
      {"America/Sao_Paulo", 2018y / 2 / 18},  // two of them
      {"America/St_Johns", 2010y / 11 / 7},   // Saturday comes back for 59 minutes
      {"Asia/Tehran", 2015y / 3 / 22},
      {"Asia/Kathmandu", 2024y / 12 / 31},  // quarters of an hour from UTC
      {"Pacific/Apia", 2011y / 12 / 30},    // a date left out
      {"Africa/Cairo", 2024y / 11 / 1},
  };
  return kDays;
}

// Windows at quarters of an hour that do not overlap; often none, often the whole day.
DayWindows someWindows(Choices& choices) {
  switch (choices.below(6)) {
    case 0:
      return {};
    case 1:
      return {kAllDay};
    default:
      break;
  }
  DayWindows windows;
  std::uint32_t quarter = choices.below(40);
  for (std::uint32_t n = 1 + choices.below(3); n > 0 && quarter < 96; --n) {
    const std::uint32_t end = std::min(96U, quarter + 1 + choices.below(40));
    windows.push_back({quarter * seconds(900), end * seconds(900)});
    quarter = end + choices.below(12);  // 0: it touches the next
  }
  if (choices.flag()) std::ranges::reverse(windows);
  return windows;
}

std::vector<DatedWindows> someDated(Choices& choices, sys_days around) {
  std::vector<DatedWindows> entries;
  for (int day = -4; day <= 4; ++day) {
    if (choices.below(4) != 3) continue;
    DatedWindows entry{around + days(day), someWindows(choices)};
    if (!entry.windows.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

struct Situation {
  Calendar calendar;
  sys_days day;

  // Within five days of the hard day, with microseconds.
  Timestamp instant(Choices& choices) const {
    const auto minutes = std::chrono::minutes(choices.below(10 * 24 * 60));
    const microseconds more(choices.flag() ? choices.below(60'000'000) : 0);
    return day - days(5) + minutes + more;
  }
  std::vector<Pause> pauses(Choices& choices) const {
    static const std::vector<std::string> kWho{"customer", "supplier", "approver"};
    std::vector<Pause> made;
    for (std::uint32_t n = choices.below(5); n > 0; --n) {
      const Timestamp from = instant(choices);
      made.push_back(
          {from, from + std::chrono::minutes(choices.below(3'000)), choices.oneOf(kWho)});
    }
    return made;
  }
};

Situation someSituation(Choices& choices) {
  const HardDay& hard = choices.oneOf(hardDays());
  Situation made{weekly(hard.zone, {}), hard.date};
  Calendar& calendar = made.calendar;
  for (auto& windows : calendar.weeklyHours) windows = someWindows(choices);
  if (choices.flag()) {
    for (auto& windows : calendar.weeklyBreaks) windows = someWindows(choices);
  }
  for (int day = -4; day <= 4; ++day) {
    const year_month_day date = made.day + days(day);
    const std::uint32_t kind = choices.below(8);
    if (kind == 7) calendar.holidays.push_back(date);
    if (kind == 6) calendar.yearlyHolidays.push_back(date.month() / date.day());
  }
  calendar.breaks = someDated(choices, made.day);
  calendar.shifts = someDated(choices, made.day);
  return made;
}

// Draws until the calendar works at all.
std::pair<Situation, WorkingTime> someDesk(Choices& choices) {
  const Situation situation = someSituation(choices);
  RC_ASSERT(checkCalendar(situation.calendar).empty());
  auto made = WorkingTime::compile(situation.calendar);
  if (made) return {situation, std::move(*made)};
  // Without a working hour: so says the oracle.
  RC_ASSERT(ledgerOf(situation.calendar, situation.day - days(7), situation.day + days(7), {}, {})
                .working == seconds(0));
  const Situation open{alwaysOpen(situation.calendar.timeZone), situation.day};
  return {open, compiled(open.calendar)};
}

RC_GTEST_PROP(WorkingTimeProperties, TheLedgerIsTheOraclesAndSumsToWallTime, ()) {
  Choices choices(drawNumbers(600));
  const auto [situation, desk] = someDesk(choices);
  const Timestamp from = situation.instant(choices);
  const Timestamp to = situation.instant(choices);
  const auto pauses = situation.pauses(choices);
  const auto stop = choices.flag() ? std::optional(situation.instant(choices)) : std::nullopt;
  const Ledger ledger = desk.ledger(from, to, pauses, stop);
  RC_ASSERT(ledger == ledgerOf(situation.calendar, from, to, pauses, stop));
  RC_ASSERT(ledger.wallTime() == std::max<microseconds>(to - from, seconds(0)));
  const Ledger running = desk.ledger(from, to, pauses, std::nullopt);
  RC_ASSERT(running.working == desk.elapsed(from, to, pauses));
  RC_ASSERT(desk.isWorking(from) == works(situation.calendar, from));
  const Ledger all = ledgerOf(situation.calendar, situation.day - days(8), situation.day + days(12),
                              pauses, std::nullopt);
  RC_ASSERT(desk.workingTimeIn(pauses) == all.wallTime() - all.working - all.closed);
}

RC_GTEST_PROP(WorkingTimeProperties, ElapsedIsAdditive, ()) {
  Choices choices(drawNumbers(600));
  const auto [situation, desk] = someDesk(choices);
  std::vector<Timestamp> instants{situation.instant(choices), situation.instant(choices),
                                  situation.instant(choices)};
  std::ranges::sort(instants);
  const auto pauses = situation.pauses(choices);
  RC_ASSERT(desk.elapsed(instants[0], instants[1], pauses) +
                desk.elapsed(instants[1], instants[2], pauses) ==
            desk.elapsed(instants[0], instants[2], pauses));
}

// By definition: the target has passed at the deadline, and not a microsecond before.
RC_GTEST_PROP(WorkingTimeProperties, DeadlineIsTheEarliestInverseOfElapsed, ()) {
  Choices choices(drawNumbers(600));
  const auto [situation, desk] = someDesk(choices);
  const Timestamp start = situation.instant(choices);
  auto pauses = situation.pauses(choices);
  if (choices.below(4) == 3) pauses.push_back({situation.instant(choices), kNotOver, "customer"});
  const microseconds target = choices.below(3'000) * seconds(60) + microseconds(choices.below(3));
  const auto due = desk.deadline(start, target, pauses);
  if (!due) {
    RC_ASSERT(due.error() == (!pauses.empty() && pauses.back().to == kNotOver
                                  ? WorkingTimeError::stillPaused
                                  : WorkingTimeError::outsideCalendar));
    const microseconds worked = desk.elapsed(start, kCalendarEnd, pauses);
    RC_ASSERT((target == seconds(0) ? worked == target : worked < target));
    return;
  }
  RC_ASSERT(*due >= start);
  RC_ASSERT(desk.elapsed(start, *due, pauses) == target);
  if (target > seconds(0)) {
    RC_ASSERT(desk.elapsed(start, *due - microseconds(1), pauses) == target - microseconds(1));
  } else {
    RC_ASSERT(works(situation.calendar, *due));
    RC_ASSERT(pauseAt(pauses, *due) == nullptr);
  }
}

RC_GTEST_PROP(WorkingTimeProperties, BackwardIsTheLatestInverseAndUndoesDeadline, ()) {
  Choices choices(drawNumbers(600));
  const auto [situation, desk] = someDesk(choices);
  const Timestamp end = situation.instant(choices);
  const microseconds target = choices.below(3'000) * seconds(60) + microseconds(choices.below(3));
  const auto start = desk.backward(end, target);
  if (!start) {
    RC_ASSERT(desk.elapsed(kCalendarBegin, end) <= target);
    return;
  }
  RC_ASSERT(*start <= end);
  RC_ASSERT(desk.elapsed(*start, end) == target);
  if (target == seconds(0)) {
    RC_ASSERT(works(situation.calendar, *start - microseconds(1)));
    return;
  }
  RC_ASSERT(desk.elapsed(*start + microseconds(1), end) == target - microseconds(1));
  // There and back: no working time lies between where it went and where it came from.
  const auto due = desk.deadline(*start, target);
  RC_ASSERT(due && *due <= end);
  RC_ASSERT(desk.elapsed(*due, end) == seconds(0));
  RC_ASSERT(desk.backward(*due, target) == *start);
}

RC_GTEST_PROP(WorkingTimeProperties, DaysAreCountedAsTheCalendarHasThem, ()) {
  Choices choices(drawNumbers(600));
  const auto [situation, desk] = someDesk(choices);
  const Timestamp from = situation.instant(choices);
  const int count = 1 + static_cast<int>(choices.below(4));
  const auto after = desk.daysAfter(from, count);
  if (after) {
    RC_ASSERT(works(situation.calendar, *after));
    const auto shifted = desk.shiftDays(from, count);
    RC_ASSERT(shifted && *shifted <= *after && *shifted > from);
    RC_ASSERT(desk.elapsed(*shifted, *after) == seconds(0));
  }
  const auto before = desk.daysBefore(from, count);
  if (before) RC_ASSERT(works(situation.calendar, *before - microseconds(1)) && *before < from);
}

}  // namespace
}  // namespace docket::domain
