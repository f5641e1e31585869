#include "domain/promise.h"

#include <algorithm>
#include <string>
#include <variant>

#include "domain/cases.h"

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

std::vector<Pause> pausesOf(const Clocks& clocks, const Clock& clock) {
  std::vector<Pause> pauses;
  for (const Standstill& one : clocks.standstillsOf(clock)) {
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

// A clock, with what is needed to read it.
struct Reading {
  const Clock& clock;
  const WorkingTime& time;
  std::vector<Pause> pauses;
  bool endedByCancelling = false;  // what was cancelled keeps no promise

  // The instant at which so much working time is on the clock, if nothing else stops it.
  std::optional<Timestamp> instantOf(std::chrono::microseconds target) const {
    const auto at = time.deadline(clock.promise.from, target, pauses);
    return at ? std::optional(*at) : std::nullopt;
  }
  std::optional<Timestamp> deadline() const { return instantOf(targetOf(clock)); }
  std::optional<Timestamp> warning() const {
    return instantOf(targetOf(clock) * clock.promise.warnAtPercent / 100);
  }
};

std::optional<Reading> readingOf(const Clocks& clocks, const Clock& clock,
                                 const DeskDefinitions& desk) {
  const WorkingTime* const time = workingTime(clock.promise.calendar, desk);
  if (time == nullptr) return std::nullopt;
  return Reading{clock, *time, pausesOf(clocks, clock)};
}

bool warns(const Clock& clock) {
  return clock.promise.warnAtPercent > 0 && !clock.warnedAt && !clock.missedAt;
}

// What one clock has come to at `now`, and when it will have something to say if it runs on.
void settle(const Reading& reading, bool isRunning, Timestamp now, PromiseOutlook& outlook) {
  const Clock& clock = reading.clock;
  const PromiseKind kind = clock.promise.kind;
  const Timestamp end = clock.stoppedAt.value_or(now);
  const auto willSay = [&](Timestamp at) {
    if (isRunning && (!outlook.next || at < *outlook.next)) outlook.next = at;
  };
  if (warns(clock)) {
    if (const auto warning = reading.warning()) {
      const bool isDue = clock.stoppedAt ? *warning < end : *warning <= end;
      if (isDue) outlook.due.push_back(PromiseWarned{kind, *warning});
      willSay(*warning);
    }
  }
  // A deadline is kept by what is done at that instant; missed is what is not done by then.
  const auto deadline = reading.deadline();
  if (deadline && *deadline < end) {
    outlook.due.push_back(PromiseMissed{kind, *deadline});
  } else if (clock.stoppedAt && !reading.endedByCancelling) {
    outlook.due.push_back(
        PromiseMet{kind, end, reading.time.elapsed(clock.promise.from, end, reading.pauses)});
  }
  if (deadline) willSay(*deadline + std::chrono::microseconds{1});
}

// When the ticket began to wait for a supplier; none: it does not.
std::optional<Timestamp> supplierWaitSince(const Ticket& ticket) {
  if (ticket.place.waitsFor == WaitsFor::supplier) return ticket.inColumnSince;
  if (ticket.blocker && ticket.blocker->kind == BlockerKind::supplier) return ticket.blocker->since;
  return std::nullopt;
}

// A clock that starts again after it was stopped: from one update to the next, and with each wait
// for a supplier. None: it does not now. `clock` is one that was stopped.
std::optional<Timestamp> restartOf(const Clock& clock, const Ticket& ticket) {
  if (clock.promise.kind == PromiseKind::nextUpdate) {
    return std::max(*clock.stoppedAt, ticket.clocks.reopenedAt().value_or(*clock.stoppedAt));
  }
  if (clock.promise.kind != PromiseKind::supplier) return std::nullopt;
  const auto since = supplierWaitSince(ticket);
  return since && *since >= *clock.stoppedAt ? since : std::nullopt;
}

// When the first clock of that kind starts; none: not now.
std::optional<Timestamp> startOf(PromiseKind kind, const Ticket& ticket) {
  return kind == PromiseKind::supplier ? supplierWaitSince(ticket) : std::optional(ticket.openedAt);
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

// Whether the policy of a promise, in use or not, selects the ticket as well as `best` does: then
// the ticket is still the kind of work that it was promised for, whatever became of its policy.
bool stillSelects(const PromisePolicyId& id, const DefinedPolicy& best, const Ticket& ticket,
                  const DeskDefinitions& desk) {
  const auto made = desk.policies.find(id);
  if (made == desk.policies.end() || &made->second == &best) return true;
  const auto fields = [&](const DefinedPolicy& defined) {
    return fit(defined.policy.selector, ticket.id.board, ticket.classification);
  };
  const auto own = fields(made->second);
  return own && *own >= fields(best).value_or(0);
}

// Whether a running clock may be replaced at all: what was judged stays judged, and what was
// promised by hand stays promised.
bool isReplaceable(const Clock& clock) {
  return !clock.stoppedAt && !clock.missedAt && clock.target == clock.promise.target;
}

void promise(const Ticket& ticket, const DeskDefinitions& desk, std::vector<TicketEvent>& due) {
  // By the promise that was made, whatever became of its policy.
  for (const Clock& clock : ticket.clocks.all()) {
    if (!clock.stoppedAt) continue;
    if (const auto from = restartOf(clock, ticket)) {
      PromiseMade again = clock.promise;
      again.from = *from;
      due.push_back(again);
    }
  }
  const DefinedPolicy* const defined = policyFor(ticket, desk);
  if (defined == nullptr) return;
  for (const PromiseTarget& target : defined->policy.targets) {
    const Clock* const clock = ticket.clocks.find(target.kind);
    if (clock == nullptr) {
      if (const auto start = startOf(target.kind, ticket)) {
        due.push_back(promiseBy(*defined, target, *start));
      }
    } else if (isReplaceable(*clock) &&
               !stillSelects(clock->promise.policy, *defined, ticket, desk)) {
      due.push_back(promiseBy(*defined, target, clock->promise.from));
    }
  }
}

}  // namespace

const DefinedPolicy* policyFor(const Ticket& ticket, const DeskDefinitions& desk) {
  const DefinedPolicy* best = nullptr;
  int bestFit = -1;
  for (const auto& [id, defined] : desk.policies) {
    if (!defined.policy.inUse || ticket.openedAt < defined.since) continue;
    const auto fields = fit(defined.policy.selector, ticket.id.board, ticket.classification);
    if (fields && *fields > bestFit) {
      best = &defined;
      bestFit = *fields;
    }
  }
  return best;
}

std::optional<ClockReading> readClock(const Clocks& clocks, const Clock& clock,
                                      const DeskDefinitions& desk, Timestamp now) {
  const auto read = readingOf(clocks, clock, desk);
  if (!read) return std::nullopt;
  const Timestamp end = clock.stoppedAt.value_or(now);
  ClockReading reading;
  reading.elapsed = read->time.elapsed(clock.promise.from, end, read->pauses);
  reading.deadline = read->deadline();
  // What was written down stands, even if the calendar says otherwise today.
  reading.isMissed =
      clock.missedAt || (!clock.metAt && reading.deadline && *reading.deadline < end);
  reading.ledger =
      read->time.ledger(clock.promise.from, std::max(now, end), read->pauses, clock.stoppedAt);
  return reading;
}

std::optional<std::chrono::seconds> targetToday(const Ticket& ticket, PromiseKind kind,
                                                const DeskDefinitions& desk) {
  Ticket asIfNew = ticket;
  asIfNew.openedAt = Timestamp::max();
  const DefinedPolicy* const defined = policyFor(asIfNew, desk);
  if (defined == nullptr) return std::nullopt;
  const PromiseTarget* const target = targetOf(defined->policy, kind);
  return target == nullptr ? std::nullopt : std::optional(target->target);
}

bool concernsPromises(const TicketEvent& event) {
  return std::visit(Cases{
                        // An answer to the customer stops clocks.
                        [](const CommentAdded& e) { return e.isPublic && !e.byRequester; },
                        [](const TicketEdited&) { return false; },
                        [](const TicketCommitted&) { return false; },
                        [](const TeamAssigned&) { return false; },
                        [](const TicketEscalated&) { return false; },
                        [](const CheckAdded&) { return false; },
                        [](const CheckCompleted&) { return false; },
                        [](const TicketLinked&) { return false; },
                        [](const TicketUnlinked&) { return false; },
                        [](const SatisfactionRecorded&) { return false; },
                        [](const RuleNotApplied&) { return false; },
                        [](const auto&) { return true; },
                    },
                    event);
}

PromiseOutlook promiseOutlook(const Ticket& ticket, const DeskDefinitions& desk, Timestamp now) {
  PromiseOutlook outlook;
  if (!ticket.exists || ticket.historyCount > 0) return outlook;  // history is not judged
  // First what the clocks have come to, so that a clock which is made anew was judged before.
  for (const Clock& clock : ticket.clocks.all()) {
    if (clock.metAt || clock.missedAt) continue;  // it was judged
    if (auto reading = readingOf(ticket.clocks, clock, desk)) {
      reading->endedByCancelling = ticket.cancelled && clock.stoppedAt == ticket.resolvedAt;
      settle(*reading, ticket.clocks.isRunning(clock), now, outlook);
    }
  }
  if (!ticket.finished()) promise(ticket, desk, outlook.due);
  return outlook;
}

std::vector<TicketEvent> duePromiseEvents(const Ticket& ticket, const DeskDefinitions& desk,
                                          Timestamp now) {
  return promiseOutlook(ticket, desk, now).due;
}

std::optional<Timestamp> nextPromiseInstant(const Ticket& ticket, const DeskDefinitions& desk) {
  return promiseOutlook(ticket, desk, Timestamp::min()).next;
}

}  // namespace docket::domain
