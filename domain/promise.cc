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

std::vector<Pause> pausesOf(const Clock& clock) {
  std::vector<Pause> pauses;
  for (const Standstill& one : clock.standstills) {
    const bool finished = one.waitedFor == WaitsFor::nothing;
    pauses.push_back({one.from, one.to.value_or(kNotOver),
                      finished ? "finished" : std::string(text(one.waitedFor))});
  }
  return pauses;
}

std::chrono::microseconds warningAt(const Clock& clock) {
  return std::chrono::microseconds(clock.target) * clock.promise.warnAtPercent / 100;
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

// What one clock has come to at `now`, and when it will have something to say if it runs on.
void settle(const Clock& clock, const WorkingTime& time, Timestamp now, PromiseOutlook& outlook) {
  if (clock.metAt || clock.missedAt) return;
  const PromiseKind kind = clock.promise.kind;
  const Timestamp end = clock.stoppedAt.value_or(now);
  const auto willSay = [&](Timestamp at) {
    if (clock.isRunning() && (!outlook.next || at < *outlook.next)) outlook.next = at;
  };
  if (warns(clock)) {
    if (const auto warning = instantOf(clock, time, warningAt(clock))) {
      const bool isDue = clock.stoppedAt ? *warning < end : *warning <= end;
      if (isDue) outlook.due.push_back(PromiseWarned{kind, *warning});
      willSay(*warning);
    }
  }
  // A deadline is kept by what is done at that instant; missed is what is not done by then.
  const auto deadline = instantOf(clock, time, clock.target);
  if (deadline && *deadline < end) {
    outlook.due.push_back(PromiseMissed{kind, *deadline});
  } else if (clock.stoppedAt) {
    outlook.due.push_back(
        PromiseMet{kind, end, time.elapsed(clock.promise.from, end, pausesOf(clock))});
  }
  if (deadline) willSay(*deadline + std::chrono::microseconds{1});
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

// The policy in use that selects by the most fields; of equals, the one with the lower id.
// `isMeant`: of which policies.
template <class IsMeant>
const DefinedPolicy* bestPolicy(const BoardKey& board, const Classification& classification,
                                const DeskDefinitions& desk, IsMeant isMeant) {
  const DefinedPolicy* best = nullptr;
  int bestFit = -1;
  for (const auto& [id, defined] : desk.policies) {
    if (!defined.policy.inUse || !isMeant(defined)) continue;
    const auto fields = fit(defined.policy.selector, board, classification);
    if (fields && *fields > bestFit) {
      best = &defined;
      bestFit = *fields;
    }
  }
  return best;
}

// Whether the policy of a promise, in use or not, selects the ticket as well as `best` does: then
// the ticket is still the kind of work that it was promised for, whatever policies came since.
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

// Promises that begin, and those that another policy makes anew because the ticket is another kind
// of work now. What was judged stays judged, and what was promised by hand stays promised.
void promise(const Ticket& ticket, const DeskDefinitions& desk, std::vector<TicketEvent>& due) {
  const DefinedPolicy* const defined =
      bestPolicy(ticket.id.board, ticket.classification, desk,
                 [&](const DefinedPolicy& one) { return one.since <= ticket.openedAt; });
  if (defined == nullptr) return;
  for (const PromiseTarget& target : defined->policy.targets) {
    if (const auto start = startOf(target.kind, ticket)) {
      due.push_back(promiseBy(*defined, target, *start));
      continue;
    }
    const Clock* const clock = ticket.clocks.find(target.kind);
    if (clock == nullptr || clock->stoppedAt || clock->missedAt) continue;
    const bool isByHand = clock->target != clock->promise.target;
    if (isByHand || stillSelects(clock->promise.policy, *defined, ticket, desk)) continue;
    due.push_back(promiseBy(*defined, target, clock->promise.from));
  }
}

}  // namespace

const DefinedPolicy* policyFor(const BoardKey& board, const Classification& classification,
                               const DeskDefinitions& desk) {
  return bestPolicy(board, classification, desk, [](const DefinedPolicy&) { return true; });
}

std::optional<ClockReading> readClock(const Clock& clock, const DeskDefinitions& desk,
                                      Timestamp now) {
  const WorkingTime* const time = workingTime(clock.promise.calendar, desk);
  if (time == nullptr) return std::nullopt;
  const std::vector<Pause> pauses = pausesOf(clock);
  const Timestamp end = clock.stoppedAt.value_or(now);
  ClockReading reading;
  reading.elapsed = time->elapsed(clock.promise.from, end, pauses);
  reading.deadline = instantOf(clock, *time, clock.target);
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
    if (const WorkingTime* const time = workingTime(clock.promise.calendar, desk)) {
      settle(clock, *time, now, outlook);
    }
  }
  promise(ticket, desk, outlook.due);
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
