// The clocks of a ticket: how long something promised has taken so far, as the ticket's own history
// tells it. Which instants count is told by the calendar, which is asked by whoever reads the clock
// (promise.h); a clock itself only keeps when it ran.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "domain/ticket_event.h"
#include "domain/types.h"

namespace docket::domain {

// A time in which the ticket waited for the customer or was finished: [from, to), in wall time.
// None: it lasts.
struct Standstill {
  Timestamp from;
  std::optional<Timestamp> to;
  WaitsFor waitedFor = WaitsFor::nothing;  // nothing: the ticket was finished
  bool operator==(const Standstill&) const = default;
};

struct Clock {
  PromiseMade promise;  // what it measures, from when, and the target as it was first
  std::optional<Timestamp> stoppedAt;  // what was promised was done, or is not needed any more
  std::chrono::seconds target{};       // as promised now
  // What was written down of it.
  std::optional<Timestamp> warnedAt;
  std::optional<Timestamp> missedAt;
  std::optional<Timestamp> metAt;

  // Nothing more will be written about it.
  bool isSettled() const { return metAt || (stoppedAt && missedAt); }
  bool operator==(const Clock&) const = default;
};

// A kind has one clock at a time, in the order of PromiseKind. A promise that is made anew takes
// the place of the old one and is measured by the same history: what the ticket waited for, when it
// was answered and when somebody took it is kept whether anything was promised or not.
//
// Total, like every fold.
class Clocks {
 public:
  // `before` is where the ticket stood before the event, `after` where it stands now.
  void apply(const TicketEvent& event, const Place& before, const Place& after, Timestamp at);

  const std::vector<Clock>& all() const { return clocks_; }
  const Clock* find(PromiseKind kind) const;
  // When the clock stood still since it was started, in order.
  std::vector<Standstill> standstillsOf(const Clock& clock) const;
  bool isRunning(const Clock& clock) const;
  // When the ticket was reopened last; none: never.
  std::optional<Timestamp> reopenedAt() const { return reopenedAt_; }
  bool operator==(const Clocks&) const = default;

 private:
  Clock* find(PromiseKind kind);
  void make(const PromiseMade& promise);
  void move(const Place& before, const Place& after, Timestamp at);
  void answer(Timestamp at);
  void own(Timestamp at);
  void stop(PromiseKind kind, Timestamp at);
  void stopSupplierUnlessWaiting(const Place& place, Timestamp at);

  std::vector<Clock> clocks_;
  std::vector<Standstill> standstills_;  // only the last one may last
  std::optional<Timestamp> answeredFirst_;
  std::optional<Timestamp> answeredLast_;
  std::optional<Timestamp> ownedFirst_;
  std::optional<Timestamp> finishedAt_;
  std::optional<Timestamp> reopenedAt_;
  bool supplierBlocks_ = false;
};

}  // namespace docket::domain
