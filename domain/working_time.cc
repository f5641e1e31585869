#include "domain/working_time.h"

#include <algorithm>
#include <utility>

namespace docket::domain {
namespace {

using std::chrono::microseconds;
using Result = WorkingTimeResult<Timestamp>;

tl::unexpected<WorkingTimeError> noInstant(WorkingTimeError why) {
  return tl::unexpected<WorkingTimeError>(why);
}

// A part of a pause that no earlier one covers.
struct PausedSpan {
  Timestamp from;
  Timestamp to;
  const Pause* pause;
};

// The union of the pauses within [from, to), in order, as spans that do not overlap. Where pauses
// do, the one that began first has the time.
std::vector<PausedSpan> unionOf(std::span<const Pause> pauses, Timestamp from, Timestamp to) {
  std::vector<const Pause*> inOrder;
  inOrder.reserve(pauses.size());
  for (const Pause& pause : pauses) inOrder.push_back(&pause);
  std::ranges::stable_sort(inOrder, {}, &Pause::from);
  std::vector<PausedSpan> spans;
  Timestamp covered = from;
  for (const Pause* pause : inOrder) {
    const PausedSpan span{std::max(pause->from, covered), std::min(pause->to, to), pause};
    if (span.from >= span.to) continue;
    spans.push_back(span);
    covered = span.to;
  }
  return spans;
}

}  // namespace

microseconds Ledger::wallTime() const {
  microseconds sum = working + closed + stopped;
  for (const auto& [who, time] : pausedBy) sum += time;
  return sum;
}

tl::expected<WorkingTime, std::vector<FieldInvalid>> WorkingTime::compile(
    const Calendar& calendar) {
  if (auto problems = checkCalendar(calendar); !problems.empty()) {
    return tl::unexpected(std::move(problems));
  }
  WorkingTime made(HoursByDate(calendar), offsetsOf(calendar.timeZone));
  if (made.worked_.total() == std::chrono::seconds(0)) {
    return tl::unexpected(std::vector<FieldInvalid>{
        {"weeklyHours", "must leave a working hour, after holidays and breaks", "none"}});
  }
  return made;
}

WorkingTime::WorkingTime(const HoursByDate& hours, std::vector<OffsetSpan> offsets)
    : hours_(hours), offsets_(std::move(offsets)), worked_(hours_, offsets_) {}

bool WorkingTime::isWorking(Timestamp at) const {
  // Working time goes on from here, so there is no later instant with the same count.
  return worked_.latest(worked_.until(at)) == at;
}

microseconds WorkingTime::elapsed(Timestamp from, Timestamp to,
                                  std::span<const Pause> pauses) const {
  if (to <= from) return microseconds(0);
  microseconds worked = worked_.until(to) - worked_.until(from);
  if (pauses.empty()) return worked;
  for (const PausedSpan& span : unionOf(pauses, from, to)) {
    worked -= worked_.until(span.to) - worked_.until(span.from);
  }
  return worked;
}

microseconds WorkingTime::workingTimeIn(std::span<const Pause> pauses) const {
  return elapsed(kCalendarBegin, kCalendarEnd) - elapsed(kCalendarBegin, kCalendarEnd, pauses);
}

Ledger WorkingTime::ledger(Timestamp from, Timestamp to, std::span<const Pause> pauses,
                           std::optional<Timestamp> stop) const {
  Ledger ledger;
  if (to <= from) return ledger;
  const Timestamp end = std::clamp(stop.value_or(to), from, to);
  ledger.stopped = to - end;
  ledger.working = elapsed(from, end);
  ledger.closed = end - from - ledger.working;
  for (const PausedSpan& span : unionOf(pauses, from, end)) {
    const microseconds paused = elapsed(span.from, span.to);
    if (paused == microseconds(0)) continue;
    ledger.pausedBy[span.pause->by] += paused;
    ledger.working -= paused;
  }
  return ledger;
}

Result WorkingTime::unpausedDeadline(Timestamp start, microseconds target) const {
  if (target > worked_.total()) return noInstant(WorkingTimeError::outsideCalendar);
  const microseconds count = worked_.until(start) + target;
  const auto due = target == microseconds(0) ? worked_.latest(count) : worked_.earliest(count);
  if (!due) return noInstant(WorkingTimeError::outsideCalendar);
  return *due;
}

Result WorkingTime::deadline(Timestamp start, microseconds target,
                             std::span<const Pause> pauses) const {
  if (target < microseconds(0)) return noInstant(WorkingTimeError::negativeTarget);
  Timestamp running = start;  // from here on the clock runs, with `rest` to go
  microseconds rest = target;
  for (const PausedSpan& pause : unionOf(pauses, start, kNotOver)) {
    const Result due = unpausedDeadline(running, rest);
    // With time to go, the last of it may end where the pause begins. With none, the instant
    // itself must be one at which the clock runs.
    if (due && (rest > microseconds(0) ? *due <= pause.from : *due < pause.from)) return due;
    if (pause.to == kNotOver) return noInstant(WorkingTimeError::stillPaused);
    rest -= elapsed(running, pause.from);
    running = pause.to;
  }
  return unpausedDeadline(running, rest);
}

Result WorkingTime::backward(Timestamp end, microseconds target) const {
  if (target < microseconds(0)) return noInstant(WorkingTimeError::negativeTarget);
  const microseconds count = worked_.until(end) - target;
  const auto start = target == microseconds(0) ? worked_.earliest(count) : worked_.latest(count);
  if (!start) return noInstant(WorkingTimeError::outsideCalendar);
  return *start;
}

Result WorkingTime::shift(Timestamp from, microseconds offset) const {
  if (offset > microseconds(0)) return deadline(from, offset);
  if (offset < microseconds(0)) {
    if (-worked_.total() > offset) return noInstant(WorkingTimeError::outsideCalendar);
    return backward(from, -offset);
  }
  return from;
}

}  // namespace docket::domain
