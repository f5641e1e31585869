// WorkingTime's calls about whole working days.
#include <algorithm>
#include <iterator>

#include "domain/working_time.h"

namespace docket::domain {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::microseconds;
using LocalTime = std::chrono::local_time<microseconds>;
using Result = WorkingTimeResult<Timestamp>;

constexpr local_days kFirstDate{kCalendarYearFirst / 1 / 1};
constexpr local_days kLastDate{kCalendarYearLast / 12 / 31};

tl::unexpected<WorkingTimeError> outsideCalendar() {
  return tl::unexpected<WorkingTimeError>(WorkingTimeError::outsideCalendar);
}

bool isInCalendar(Timestamp at) {
  return at >= kCalendarBegin && at < kCalendarEnd;
}

Timestamp instant(LocalTime wallClock, const OffsetSpan& span) {
  return Timestamp(wallClock.time_since_epoch() - span.offset);
}

}  // namespace

// REQUIRES: isInCalendar(at).
LocalTime WorkingTime::wallClock(Timestamp at) const {
  const auto span = std::ranges::partition_point(
      offsets_, [&](const OffsetSpan& each) { return each.end <= at; });
  return LocalTime(at.time_since_epoch() + span->offset);
}

// The first instant at which the wall clock shows this time or has gone past it.
Timestamp WorkingTime::firstInstant(LocalTime wallClock) const {
  const auto span = std::ranges::partition_point(
      offsets_, [&](const OffsetSpan& each) { return each.end <= instant(wallClock, each); });
  if (span == offsets_.end()) return kCalendarEnd;
  return std::max<Timestamp>(instant(wallClock, *span), span->begin);
}

// The last instant before which the wall clock shows earlier times only.
Timestamp WorkingTime::lastInstant(LocalTime wallClock) const {
  const auto after = std::ranges::partition_point(
      offsets_, [&](const OffsetSpan& each) { return each.begin < instant(wallClock, each); });
  if (after == offsets_.begin()) return kCalendarBegin;
  const OffsetSpan& span = *std::prev(after);
  return std::min<Timestamp>(instant(wallClock, span), span.end);
}

bool WorkingTime::worksOn(local_days date) const {
  return elapsed(firstInstant(date), firstInstant(date + days(1))) > microseconds(0);
}

// The date so many working days away; `from` itself, working or not, when 0.
std::optional<local_days> WorkingTime::workingDay(local_days from, int dayCount) const {
  const days step(dayCount < 0 ? -1 : 1);
  local_days date = from;
  for (int counted = 0; counted != dayCount;) {
    date += step;
    if (date < kFirstDate || date > kLastDate) return std::nullopt;
    if (worksOn(date)) counted += static_cast<int>(step.count());
  }
  return date;
}

Result WorkingTime::shiftDays(Timestamp from, int dayCount) const {
  if (dayCount == 0) return from;
  if (!isInCalendar(from)) return outsideCalendar();
  const LocalTime time = wallClock(from);
  const local_days today = std::chrono::floor<days>(time);
  const auto date = workingDay(today, dayCount);
  if (!date) return outsideCalendar();
  return firstInstant(*date + (time - today));
}

Result WorkingTime::daysAfter(Timestamp from, int dayCount) const {
  if (dayCount < 0) return tl::unexpected(WorkingTimeError::negativeTarget);
  const Result shifted = shiftDays(from, dayCount);
  return shifted ? deadline(*shifted, microseconds(0)) : shifted;
}

Result WorkingTime::daysBefore(Timestamp from, int dayCount) const {
  if (dayCount < 0) return tl::unexpected(WorkingTimeError::negativeTarget);
  const Result shifted = shiftDays(from, -dayCount);
  return shifted ? backward(*shifted, microseconds(0)) : shifted;
}

Result WorkingTime::deadlineInDays(Timestamp start, int dayCount, DueTime dueTime,
                                   std::span<const Pause> pauses) const {
  Result due = shiftDays(start, dayCount);
  if (!due) return due;
  if (dueTime == DueTime::endOfWorkingDay) {
    if (!isInCalendar(*due)) return outsideCalendar();
    auto date = std::optional(std::chrono::floor<days>(wallClock(*due)));
    if (!worksOn(*date)) date = workingDay(*date, 1);
    if (!date) return outsideCalendar();
    due = lastInstant(*date + hours_.on(*date).back().to);
  }
  const microseconds paused = elapsed(start, *due) - elapsed(start, *due, pauses);
  return paused > microseconds(0) ? deadline(*due, paused, pauses) : due;
}

}  // namespace docket::domain
