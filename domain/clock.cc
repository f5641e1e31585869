#include "domain/clock.h"

#include <algorithm>
#include <utility>

namespace docket::domain {
namespace {

// Whether a clock with this promise stands still while its ticket is there.
bool standsStill(const PromiseMade& promise, const Place& place) {
  if (promise.kind == PromiseKind::supplier) return false;
  if (isFinished(place.category)) return true;
  return promise.pausesForCustomer && place.waitsFor == WaitsFor::customer;
}

void pause(Clock& clock, const Place& place, Timestamp at) {
  const bool isPaused = !clock.standstills.empty() && !clock.standstills.back().to;
  if (isPaused && clock.standstills.back().waitedFor == place.waitsFor) return;
  if (isPaused) clock.standstills.back().to = at;
  clock.standstills.push_back({at, std::nullopt, place.waitsFor});
}

void resume(Clock& clock, Timestamp at) {
  if (!clock.standstills.empty() && !clock.standstills.back().to) clock.standstills.back().to = at;
}

bool isAnswer(const CommentAdded& comment) {
  return comment.isPublic && !comment.byRequester;
}

}  // namespace

const Clock* Clocks::find(PromiseKind kind) const {
  const auto found = std::find_if(clocks_.begin(), clocks_.end(),
                                  [&](const Clock& clock) { return clock.promise.kind == kind; });
  return found == clocks_.end() ? nullptr : &*found;
}

Clock* Clocks::find(PromiseKind kind) {
  return const_cast<Clock*>(std::as_const(*this).find(kind));
}

void Clocks::make(const PromiseMade& promise, const Place& place) {
  Clock clock;
  clock.promise = promise;
  clock.target = promise.target;
  if (standsStill(promise, place)) pause(clock, place, promise.from);
  if (Clock* const old = find(promise.kind)) {
    *old = std::move(clock);
    return;
  }
  const auto later = std::find_if(clocks_.begin(), clocks_.end(), [&](const Clock& other) {
    return other.promise.kind > promise.kind;
  });
  clocks_.insert(later, std::move(clock));
}

void Clocks::stop(PromiseKind kind, Timestamp at) {
  Clock* const clock = find(kind);
  if (clock == nullptr || clock->stoppedAt) return;
  resume(*clock, at);
  clock->stoppedAt = at;
}

void Clocks::move(const Place& before, const Place& after, Timestamp at) {
  for (Clock& clock : clocks_) {
    // A resolution holds until the ticket is reopened; the time in between does not count.
    if (clock.promise.kind == PromiseKind::resolution) {
      if (!isFinished(before.category) && isFinished(after.category)) {
        stop(PromiseKind::resolution, at);
        continue;
      }
      if (isFinished(before.category) && !isFinished(after.category) && clock.stoppedAt) {
        clock.standstills.push_back({*clock.stoppedAt, at, WaitsFor::nothing});
        clock.stoppedAt.reset();
        clock.metAt.reset();  // it did not hold; the log keeps it
      }
    }
    if (clock.stoppedAt) continue;
    if (standsStill(clock.promise, after)) {
      pause(clock, after, at);
    } else {
      resume(clock, at);
    }
  }
  // Nobody waits for a supplier with work that is over, even if it was cancelled while blocked.
  const bool isOver = !isFinished(before.category) && isFinished(after.category);
  const bool waited = before.waitsFor == WaitsFor::supplier;
  if (isOver || (waited && after.waitsFor != WaitsFor::supplier)) {
    stop(PromiseKind::supplier, at);
  }
}

void Clocks::apply(const TicketEvent& event, const Place& before, const Place& after,
                   Timestamp at) {
  if (before != after) move(before, after, at);
  const auto answered = [&] {
    stop(PromiseKind::firstResponse, at);
    stop(PromiseKind::nextUpdate, at);
  };
  if (const auto* made = std::get_if<PromiseMade>(&event)) {
    make(*made, after);
  } else if (const auto* comment = std::get_if<CommentAdded>(&event)) {
    if (isAnswer(*comment)) answered();
  } else if (const auto* contact = std::get_if<ContactRecorded>(&event)) {
    if (contact->direction == Direction::outbound) answered();
  } else if (const auto* assigned = std::get_if<TicketAssigned>(&event)) {
    if (!assigned->to.empty()) stop(PromiseKind::timeToOwn, at);
  } else if (std::holds_alternative<TicketPulled>(event)) {
    stop(PromiseKind::timeToOwn, at);
  } else if (const auto* unblocked = std::get_if<TicketUnblocked>(&event)) {
    if (unblocked->kind == BlockerKind::supplier) stop(PromiseKind::supplier, at);
  } else if (const auto* changed = std::get_if<PromiseChanged>(&event)) {
    if (Clock* const clock = find(changed->kind)) {
      clock->target = changed->after;
      clock->warnedAt.reset();
      clock->missedAt.reset();  // of the promise before; the log keeps it
    }
  } else if (const auto* warned = std::get_if<PromiseWarned>(&event)) {
    if (Clock* const clock = find(warned->kind)) clock->warnedAt = warned->at;
  } else if (const auto* missed = std::get_if<PromiseMissed>(&event)) {
    if (Clock* const clock = find(missed->kind)) clock->missedAt = missed->at;
  } else if (const auto* met = std::get_if<PromiseMet>(&event)) {
    if (Clock* const clock = find(met->kind)) clock->metAt = met->at;
  }
}

}  // namespace docket::domain
