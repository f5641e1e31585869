#include "domain/promise.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace docket::domain {
namespace {

// How many fields select, if all of those that are given do.
std::optional<int> fit(const PromiseSelector& selector, const BoardKey& board,
                       const Classification& is) {
  int fields = 0;
  const auto selects = [&](bool isGiven, bool matches) {
    fields += isGiven ? 1 : 0;
    return !isGiven || matches;
  };
  const bool fits = selects(!selector.board.empty(), selector.board == board) &&
                    selects(selector.type.has_value(), selector.type == is.type) &&
                    selects(selector.priority.has_value(), selector.priority == is.priority) &&
                    selects(!selector.service.empty(), selector.service == is.service) &&
                    selects(!selector.customer.empty(), selector.customer == is.customer);
  return fits ? std::optional(fields) : std::nullopt;
}

const WorkingTime* workingTime(const CalendarId& id, const DeskDefinitions& desk) {
  const auto found = desk.calendars.find(id);
  return found == desk.calendars.end() ? nullptr : found->second.workingTime.get();
}

std::vector<Pause> pausesOf(const Clock& clock) {
  std::vector<Pause> pauses;
  for (const Standstill& one : clock.standstills) {
    const bool finished = one.waitedFor == WaitsFor::nothing;
    pauses.push_back({one.from, one.to.value_or(kNotOver),
                      finished ? "finished" : std::string(text(one.waitedFor))});
  }
  return pauses;
}

// Safe for any target that an event says; no calendar has so much working time.
std::chrono::microseconds targetOf(const Clock& clock) {
  constexpr std::chrono::seconds kTargetMax = std::chrono::days{200 * 366};
  return std::clamp(clock.target, -kTargetMax, kTargetMax);
}

std::chrono::microseconds warningAt(const Clock& clock) {
  return targetOf(clock) * clock.promise.warnAtPercent / 100;
}

// The instant at which so much working time is on the clock, if it goes on running from now.
std::optional<Timestamp> instantOf(const Clock& clock, const WorkingTime& time,
                                   std::chrono::microseconds target) {
  const auto at = time.deadline(clock.promise.from, target, pausesOf(clock));
  return at ? std::optional(*at) : std::nullopt;
}

bool warns(const Clock& clock) {
  return clock.promise.warnAtPercent > 0 && !clock.warnedAt && !clock.missedAt;
}

// What one clock has come to at `now`. What was cancelled keeps no promise.
void settle(const Clock& clock, const WorkingTime& time, Timestamp now, bool cancelled,
            std::vector<TicketEvent>& due) {
  if (clock.metAt) return;
  const PromiseKind kind = clock.promise.kind;
  const Timestamp end = clock.stoppedAt.value_or(now);
  const auto isPast = [&](const std::optional<Timestamp>& at) { return at && *at < end; };
  const auto deadline = instantOf(clock, time, targetOf(clock));
  // A deadline is kept by what is done at that instant.
  const bool missed = isPast(deadline);
  if (warns(clock)) {
    const auto warning = instantOf(clock, time, warningAt(clock));
    if (warning && (clock.stoppedAt ? *warning < end : *warning <= end)) {
      due.push_back(PromiseWarned{kind, *warning});
    }
  }
  if (missed && !clock.missedAt) due.push_back(PromiseMissed{kind, *deadline});
  if (clock.stoppedAt && !missed && !clock.missedAt && !cancelled) {
    due.push_back(PromiseMet{kind, end, time.elapsed(clock.promise.from, end, pausesOf(clock))});
  }
}

// Whether what it promised has been judged, so that nothing more will be written about it.
bool isSettled(const Clock& clock) {
  return clock.metAt || (clock.stoppedAt && clock.missedAt);
}

// When the ticket began to wait for a supplier; none: it does not.
std::optional<Timestamp> supplierWaitSince(const Ticket& ticket) {
  if (ticket.place.waitsFor == WaitsFor::supplier) return ticket.inColumnSince;
  if (ticket.blocker && ticket.blocker->kind == BlockerKind::supplier) return ticket.blocker->since;
  return std::nullopt;
}

// When a clock of that kind has to start; none: there is none to start now. `settling` is what is
// about to be written of the clock there is.
std::optional<Timestamp> startOf(PromiseKind kind, const Ticket& ticket) {
  const Clock* const clock = ticket.clocks.find(kind);
  switch (kind) {
    case PromiseKind::firstResponse:
    case PromiseKind::timeToOwn:
    case PromiseKind::resolution:
      return clock == nullptr ? std::optional(ticket.openedAt) : std::nullopt;
    case PromiseKind::nextUpdate:
      // From one update to the next, while there is somebody to be told.
      if (clock == nullptr) return ticket.openedAt;
      return clock->stoppedAt && !ticket.finished() ? clock->stoppedAt : std::nullopt;
    case PromiseKind::supplier: {
      const auto since = supplierWaitSince(ticket);
      const bool isNew =
          clock == nullptr || (clock->stoppedAt && since && *since >= *clock->stoppedAt);
      return isNew ? since : std::nullopt;
    }
  }
  return std::nullopt;
}

PromiseMade promiseBy(const DefinedPolicy& defined, const PromiseTarget& target, Timestamp from) {
  return {target.kind,   defined.policy.id,    defined.version,          defined.policy.calendar,
          target.target, target.warnAtPercent, target.pausesForCustomer, from};
}

const PromiseTarget* targetOf(const PromisePolicy& policy, PromiseKind kind) {
  const auto found = std::find_if(policy.targets.begin(), policy.targets.end(),
                                  [&](const PromiseTarget& one) { return one.kind == kind; });
  return found == policy.targets.end() ? nullptr : &*found;
}

// Promises that begin, and those that another policy makes anew because the ticket is another kind
// of work now. What was judged stays judged, and what was promised by hand stays promised.
void promise(const Ticket& ticket, const DefinedPolicy& defined, std::vector<TicketEvent>& due) {
  for (const PromiseTarget& target : defined.policy.targets) {
    if (const auto start = startOf(target.kind, ticket);
        start && ticket.openedAt >= defined.since) {
      due.push_back(promiseBy(defined, target, *start));
      continue;
    }
    const Clock* const clock = ticket.clocks.find(target.kind);
    if (clock == nullptr || clock->stoppedAt || clock->missedAt) continue;
    if (clock->promise.policy == defined.policy.id || clock->target != clock->promise.target) {
      continue;
    }
    due.push_back(promiseBy(defined, target, clock->promise.from));
  }
}

}  // namespace

const DefinedPolicy* policyFor(const BoardKey& board, const Classification& classification,
                               const DeskDefinitions& desk) {
  const DefinedPolicy* best = nullptr;
  int bestFit = -1;
  for (const auto& [id, defined] : desk.policies) {
    if (!defined.policy.inUse) continue;
    const auto fields = fit(defined.policy.selector, board, classification);
    if (fields && *fields > bestFit) {
      best = &defined;
      bestFit = *fields;
    }
  }
  return best;
}

std::optional<ClockReading> readClock(const Clock& clock, const DeskDefinitions& desk,
                                      Timestamp now) {
  const WorkingTime* const time = workingTime(clock.promise.calendar, desk);
  if (time == nullptr) return std::nullopt;
  const std::vector<Pause> pauses = pausesOf(clock);
  const Timestamp end = clock.stoppedAt.value_or(now);
  ClockReading reading;
  reading.elapsed = time->elapsed(clock.promise.from, end, pauses);
  reading.deadline = instantOf(clock, *time, targetOf(clock));
  reading.isMissed = reading.deadline && *reading.deadline < end;
  reading.ledger = time->ledger(clock.promise.from, std::max(now, end), pauses, clock.stoppedAt);
  return reading;
}

std::optional<std::chrono::seconds> targetToday(const Ticket& ticket, PromiseKind kind,
                                                const DeskDefinitions& desk) {
  const DefinedPolicy* const defined = policyFor(ticket.id.board, ticket.classification, desk);
  if (defined == nullptr) return std::nullopt;
  const PromiseTarget* const target = targetOf(defined->policy, kind);
  return target == nullptr ? std::nullopt : std::optional(target->target);
}

std::vector<TicketEvent> duePromiseEvents(const Ticket& ticket, const DeskDefinitions& desk,
                                          Timestamp now) {
  std::vector<TicketEvent> due;
  if (!ticket.exists || ticket.historyCount > 0) return due;  // history is not judged
  // First what the clocks have come to, so that a clock which is made anew was judged before.
  for (const Clock& clock : ticket.clocks.all()) {
    if (isSettled(clock)) continue;
    if (const WorkingTime* const time = workingTime(clock.promise.calendar, desk)) {
      const bool cancelled = ticket.cancelled && clock.promise.kind == PromiseKind::resolution;
      settle(clock, *time, now, cancelled, due);
    }
  }
  if (const DefinedPolicy* const defined =
          policyFor(ticket.id.board, ticket.classification, desk)) {
    promise(ticket, *defined, due);
  }
  return due;
}

std::optional<Timestamp> nextPromiseInstant(const Ticket& ticket, const DeskDefinitions& desk) {
  std::optional<Timestamp> next;
  const auto consider = [&](std::optional<Timestamp> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  for (const Clock& clock : ticket.clocks.all()) {
    if (isSettled(clock) || !clock.isRunning()) continue;
    const WorkingTime* const time = workingTime(clock.promise.calendar, desk);
    if (time == nullptr) continue;
    if (warns(clock)) consider(instantOf(clock, *time, warningAt(clock)));
    if (!clock.missedAt) {
      // Missed is what is not done by the deadline: the instant after it.
      if (auto deadline = instantOf(clock, *time, targetOf(clock))) {
        consider(*deadline + std::chrono::microseconds{1});
      }
    }
  }
  return next;
}

}  // namespace docket::domain
