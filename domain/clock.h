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

// A time in which a clock did not run: [from, to), in wall time. None: it lasts.
struct Standstill {
  Timestamp from;
  std::optional<Timestamp> to;
  WaitsFor waitedFor = WaitsFor::nothing;  // nothing: the ticket was finished
  bool operator==(const Standstill&) const = default;
};

struct Clock {
  PromiseMade promise;  // what it measures, from when, and the target as it was first
  std::optional<Timestamp> stoppedAt;   // what was promised was done
  std::vector<Standstill> standstills;  // in order; only the last one may last
  std::chrono::seconds target{};        // as promised now
  // What was written down of it.
  std::optional<Timestamp> warnedAt;
  std::optional<Timestamp> missedAt;
  std::optional<Timestamp> metAt;

  bool isRunning() const { return !stoppedAt && (standstills.empty() || standstills.back().to); }
  bool operator==(const Clock&) const = default;
};

// A kind has one clock at a time; what is promised anew for a kind replaces the old clock. Kept in
// the order of PromiseKind. Total, like every fold.
class Clocks {
 public:
  // `before` is the ticket before the event, `after` where it stands afterwards.
  void apply(const TicketEvent& event, const Place& before, const Place& after, Timestamp at);

  const std::vector<Clock>& all() const { return clocks_; }
  const Clock* find(PromiseKind kind) const;
  bool operator==(const Clocks&) const = default;

 private:
  Clock* find(PromiseKind kind);
  void make(const PromiseMade& promise, const Place& place);
  void move(const Place& before, const Place& after, Timestamp at);
  void stop(PromiseKind kind, Timestamp at);

  std::vector<Clock> clocks_;
};

}  // namespace docket::domain
