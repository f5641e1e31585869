// Working-time arithmetic: how much of a calendar's working hours has passed, and when so much will
// have.
//
// A calendar's windows are half-open and meant by the wall clock of its zone: an instant works when
// the wall clock then shows a time within a window. So a window that spans the hour which the
// clocks skip in spring is shorter than it looks, and one that spans the hour which they repeat is
// longer.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "domain/calendar.h"
#include "domain/types.h"
#include "domain/working_seconds.h"
#include "domain/zone_offsets.h"

namespace docket::domain {

// A time in which a clock stands still: `from` belongs to it, `to` does not. One that does not end
// after it begins has no effect. Pauses come in any order and may overlap.
struct Pause {
  Timestamp from;
  Timestamp to;    // kNotOver while it lasts
  std::string by;  // who or what stopped the clock: "customer". Only the ledger reads it
  bool operator==(const Pause&) const = default;
};
inline constexpr Timestamp kNotOver = Timestamp::max();

// Why there is no such instant.
enum class WorkingTimeError {
  negativeTarget,   // targets count forward; `shift` takes both signs
  outsideCalendar,  // before 1970 or after 2099, or the calendar never works again
  stillPaused,      // a pause that is not over comes first
};

template <class T>
using WorkingTimeResult = tl::expected<T, WorkingTimeError>;

// Where the time of an interval went. Each instant is in one class, the first that fits:
//
//   stopped   from the stop on;
//   closed    outside the calendar's working windows, paused or not;
//   paused    by the pause that began first of those that hold; of those that began together, the
//             one listed first;
//   working   else.
//
// So `working` is what `elapsed` answers until the stop, and all classes sum to the interval.
struct Ledger {
  std::chrono::microseconds working{0};
  std::chrono::microseconds closed{0};
  std::map<std::string, std::chrono::microseconds> pausedBy;  // no entry for who paused nothing
  std::chrono::microseconds stopped{0};

  std::chrono::microseconds wallTime() const;
  bool operator==(const Ledger&) const = default;
};

// What part of the day a deadline in working days falls on.
enum class DueTime { sameTimeOfDay, endOfWorkingDay };

// A calendar, compiled for arithmetic: exact to the microsecond, and of a cost that does not grow
// with the interval. With P pauses each call sorts them and looks up their ends; the calls about
// days look up each day they cross.
//
// A target is an amount of working time; seconds convert to it by themselves.
// Immutable; safe to use from many threads.
class WorkingTime {
 public:
  // All problems of the definition when there are any. A calendar that has no working hour from
  // 1970 to 2099 is a problem as well, so every WorkingTime has some. Cost: see
  // bench/calendar_bench.cc.
  static tl::expected<WorkingTime, std::vector<FieldInvalid>> compile(const Calendar& calendar);

  bool isWorking(Timestamp at) const;

  // Working time in [from, to) outside the pauses; 0 when `to` is not after `from`.
  std::chrono::microseconds elapsed(Timestamp from, Timestamp to,
                                    std::span<const Pause> pauses = {}) const;

  // Working time in the union of the pauses. One that is not over lasts until the end of 2099 here.
  std::chrono::microseconds workingTimeIn(std::span<const Pause> pauses) const;

  // Where the time of [from, to) went; all zero when `to` is not after `from`.
  Ledger ledger(Timestamp from, Timestamp to, std::span<const Pause> pauses,
                std::optional<Timestamp> stop) const;

  // The earliest instant t with elapsed(start, t, pauses) == target: one that falls on closing
  // time, or on the beginning of a pause, stays there. A target of 0 is due at the next working
  // instant that is not paused, from `start` on.
  WorkingTimeResult<Timestamp> deadline(Timestamp start, std::chrono::microseconds target,
                                        std::span<const Pause> pauses = {}) const;

  // The latest instant t with elapsed(t, end) == target: one that falls on opening time stays
  // there. A target of 0 goes back to the last closing time, or stays when `end` is within a window
  // or ends it.
  WorkingTimeResult<Timestamp> backward(Timestamp end, std::chrono::microseconds target) const;

  // An escalation so much working time after `from` (a deadline) or before it (backward); an offset
  // of 0 is `from` itself.
  WorkingTimeResult<Timestamp> shift(Timestamp from, std::chrono::microseconds offset) const;

  // --- Whole working days ------------------------------------------------------------------------
  // A working day is a date with working time. Days are counted from the date that the wall clock
  // shows, which itself does not count. A time of day that the clocks skip on the day that was
  // found is the instant at which they do; of one that they repeat it is the first.

  // The same time of day so many working days after `from`, before it when negative; `from` itself
  // when 0. The time of day may lie outside the working hours.
  WorkingTimeResult<Timestamp> shiftDays(Timestamp from, int dayCount) const;

  // The same, and from there on to the next working instant.
  WorkingTimeResult<Timestamp> daysAfter(Timestamp from, int dayCount) const;

  // So many working days earlier, and from there back to the last closing time, unless within
  // hours.
  WorkingTimeResult<Timestamp> daysBefore(Timestamp from, int dayCount) const;

  // Due so many working days after `start` (before it when negative), at the same time of day or
  // when that day's working hours end; a due date of 0 days that does not work goes on to the next
  // that does when its end is asked for. Working time that was paused until then is added in
  // working time, as by `deadline`.
  WorkingTimeResult<Timestamp> deadlineInDays(Timestamp start, int dayCount, DueTime dueTime,
                                              std::span<const Pause> pauses = {}) const;

 private:
  WorkingTime(const HoursByDate& hours, std::vector<OffsetSpan> offsets);

  WorkingTimeResult<Timestamp> unpausedDeadline(Timestamp start,
                                                std::chrono::microseconds target) const;
  std::chrono::local_time<std::chrono::microseconds> wallClock(Timestamp at) const;
  Timestamp firstInstant(std::chrono::local_time<std::chrono::microseconds> wallClock) const;
  Timestamp lastInstant(std::chrono::local_time<std::chrono::microseconds> wallClock) const;
  bool worksOn(std::chrono::local_days date) const;
  std::optional<std::chrono::local_days> workingDay(std::chrono::local_days from,
                                                    int dayCount) const;

  HoursByDate hours_;
  std::vector<OffsetSpan> offsets_;
  WorkingSeconds worked_;
};

}  // namespace docket::domain
