// Promises: which policy a ticket is promised by, what its clocks say, and what has come due.
//
// A clock (clock.h) keeps when it ran; here it is read by the calendar of its promise.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "domain/clock.h"
#include "domain/ticket.h"
#include "domain/working_time.h"
#include "domain/world.h"

namespace docket::domain {

// The policy for the ticket, of those in use since before it was opened: the one that selects by
// the most fields; of equals, the one with the lower id. None: nothing is promised.
const DefinedPolicy* policyFor(const Ticket& ticket, const DeskDefinitions& desk);

// A clock, read at an instant.
struct ClockReading {
  std::chrono::microseconds elapsed{};  // working time without standstills
  std::optional<Timestamp> deadline;    // none: it stands still, or lies beyond the calendar
  bool isMissed = false;                // by now, or when it was stopped
  // Every microsecond since the start, by where it went; they sum to wall time.
  Ledger ledger;
};
// None: the calendar is unknown or cannot be worked by.
std::optional<ClockReading> readClock(const Clocks& clocks, const Clock& clock,
                                      const DeskDefinitions& desk, Timestamp now);

// What the target of a clock would be under the policies of today: for the second verdict.
// None: nothing would be promised.
std::optional<std::chrono::seconds> targetToday(const Ticket& ticket, PromiseKind kind,
                                                const DeskDefinitions& desk);

// Whether such an event can change what a ticket's promises have come to. When it cannot, and no
// clock is due, they need not be asked about: it saves the arithmetic for most commands.
bool concernsPromises(const TicketEvent& event);

// Both of what is below, for the price of one.
struct PromiseOutlook {
  std::vector<TicketEvent> due;
  std::optional<Timestamp> next;  // the earliest; may be past while `due` is not empty
};
PromiseOutlook promiseOutlook(const Ticket& ticket, const DeskDefinitions& desk, Timestamp now);

// What there is to write down about a ticket's promises at `now`, in order: promises made or
// replaced, warnings, and what was missed or met. Empty when all of it is written. Written events
// make it empty: asking twice writes once.
std::vector<TicketEvent> duePromiseEvents(const Ticket& ticket, const DeskDefinitions& desk,
                                          Timestamp now);

// The next instant at which there will be something to write, if nothing else happens before. None:
// never.
std::optional<Timestamp> nextPromiseInstant(const Ticket& ticket, const DeskDefinitions& desk);

}  // namespace docket::domain
