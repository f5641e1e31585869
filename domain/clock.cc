#include "domain/clock.h"

#include <algorithm>
#include <utility>

namespace docket::domain {
namespace {

// Why clocks may stand still at a place; none: they do not.
std::optional<WaitsFor> standsStillAt(const Place& place) {
  if (isFinished(place.category)) return WaitsFor::nothing;
  if (place.waitsFor == WaitsFor::customer) return WaitsFor::customer;
  return std::nullopt;
}

bool stands(const PromiseMade& promise, const Standstill& standstill) {
  if (promise.kind == PromiseKind::supplier) return false;
  return standstill.waitedFor == WaitsFor::nothing || promise.pausesForCustomer;
}

bool isAnswer(const TicketEvent& event) {
  if (const auto* comment = std::get_if<CommentAdded>(&event)) {
    return comment->isPublic && !comment->byRequester;
  }
  const auto* contact = std::get_if<ContactRecorded>(&event);
  return contact != nullptr && contact->direction == Direction::outbound;
}

// Somebody has the ticket after it.
bool isOwning(const TicketEvent& event) {
  const auto* assigned = std::get_if<TicketAssigned>(&event);
  return std::holds_alternative<TicketPulled>(event) ||
         (assigned != nullptr && !assigned->to.empty());
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

std::vector<Standstill> Clocks::standstillsOf(const Clock& clock) const {
  std::vector<Standstill> all;
  for (const Standstill& one : standstills_) {
    if (!stands(clock.promise, one) || (one.to && *one.to <= clock.promise.from)) continue;
    if (clock.stoppedAt && one.from >= *clock.stoppedAt) continue;
    all.push_back({std::max(one.from, clock.promise.from), one.to, one.waitedFor});
  }
  return all;
}

bool Clocks::isRunning(const Clock& clock) const {
  if (clock.stoppedAt) return false;
  return standstills_.empty() || standstills_.back().to ||
         !stands(clock.promise, standstills_.back());
}

void Clocks::make(const PromiseMade& promise) {
  Clock clock;
  clock.promise = promise;
  clock.target = promise.target;
  // What was done before it was promised counts.
  switch (promise.kind) {
    case PromiseKind::firstResponse:
      clock.stoppedAt = answeredFirst_;
      break;
    case PromiseKind::timeToOwn:
      clock.stoppedAt = ownedFirst_;
      break;
    case PromiseKind::nextUpdate:
      if (answeredLast_ && *answeredLast_ > promise.from) clock.stoppedAt = answeredLast_;
      break;
    case PromiseKind::resolution:
    case PromiseKind::supplier:
      break;
  }
  if (finishedAt_ && !clock.stoppedAt) clock.stoppedAt = std::max(*finishedAt_, promise.from);
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
  if (clock != nullptr && !clock->stoppedAt) clock->stoppedAt = at;
}

void Clocks::answer(Timestamp at) {
  if (!answeredFirst_) answeredFirst_ = at;
  answeredLast_ = at;
  stop(PromiseKind::firstResponse, at);
  stop(PromiseKind::nextUpdate, at);
}

void Clocks::own(Timestamp at) {
  if (!ownedFirst_) ownedFirst_ = at;
  stop(PromiseKind::timeToOwn, at);
}

void Clocks::stopSupplierUnlessWaiting(const Place& place, Timestamp at) {
  if (place.waitsFor != WaitsFor::supplier && !supplierBlocks_) stop(PromiseKind::supplier, at);
}

void Clocks::move(const Place& before, const Place& after, Timestamp at) {
  const auto why = standsStillAt(after);
  if (!standstills_.empty() && !standstills_.back().to) {
    if (standstills_.back().waitedFor != why) standstills_.back().to = at;
  }
  if (why && (standstills_.empty() || standstills_.back().to)) {
    standstills_.push_back({at, std::nullopt, *why});
  }
  const bool wasFinished = isFinished(before.category);
  const bool nowFinished = isFinished(after.category);
  if (!wasFinished && nowFinished) {
    // Whoever has their ticket finished needs no answer, no owner and no supplier any more.
    finishedAt_ = at;
    for (Clock& clock : clocks_) stop(clock.promise.kind, at);
  }
  if (wasFinished && !nowFinished) {
    finishedAt_.reset();
    reopenedAt_ = at;
    // A resolution holds until the ticket is reopened; the time in between does not count.
    if (Clock* const clock = find(PromiseKind::resolution)) {
      clock->stoppedAt.reset();
      clock->metAt.reset();  // it did not hold; the log keeps it
    }
  }
}

void Clocks::apply(const TicketEvent& event, const Place& before, const Place& after,
                   Timestamp at) {
  if (before != after) {
    move(before, after, at);
    // A customer's call does not bring what the supplier owes.
    if (!std::holds_alternative<TicketCameBack>(event)) stopSupplierUnlessWaiting(after, at);
  }
  if (isAnswer(event)) answer(at);
  if (isOwning(event)) own(at);
  if (const auto* blocked = std::get_if<TicketBlocked>(&event)) {
    supplierBlocks_ = blocked->kind == BlockerKind::supplier;
  } else if (std::holds_alternative<TicketUnblocked>(event)) {
    supplierBlocks_ = false;
    stopSupplierUnlessWaiting(after, at);
  } else if (const auto* made = std::get_if<PromiseMade>(&event)) {
    make(*made);
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
