// A ticket: its state, how events make it, and how commands on it are decided.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "domain/command.h"
#include "domain/refusal.h"
#include "domain/ticket_event.h"

namespace docket::domain {

class World;

struct Blocker {
  BlockerKind kind = BlockerKind::other;
  std::string reason;
  Timestamp since;
  bool operator==(const Blocker&) const = default;
};

// What a ticket is after its events so far. A default-made one does not exist yet.
struct Ticket {
  bool exists = false;
  TicketId id;
  Place place;
  TicketType type = TicketType::incident;
  ServiceClass serviceClass = ServiceClass::standard;
  Tier tier = Tier::first;
  std::string title;
  std::string description;
  SubjectId requester;
  SubjectId assignee;
  std::optional<Blocker> blocker;
  std::optional<Timestamp> due;
  std::string resolution;  // empty again after a reopening
  std::string externalKey;
  std::vector<ForeignAttribute> foreign;
  Timestamp openedAt;
  Timestamp inColumnSince;
  std::optional<Timestamp> committedAt;  // first left a queue column
  std::optional<Timestamp> resolvedAt;   // none again after a reopening
  std::uint64_t reopenCount = 0;
  std::uint64_t commentCount = 0;
  std::uint64_t historyCount = 0;  // imported events
  bool finished() const { return isFinished(place.category); }
  bool operator==(const Ticket&) const = default;
};

// Total: no history makes it fail. `occurredAt` is the event's own time.
void evolve(Ticket& ticket, const TicketEvent& event, Timestamp occurredAt);

// What a decision may look at besides the ticket. Holds references: built for one decision.
struct Context {
  Timestamp now;
  SubjectId actor;
  const World& world;
};

// A decision on one ticket: the events, all on that ticket's stream.
struct Decided {
  TicketId ticket;
  std::vector<TicketEvent> events;
};
using Decision = tl::expected<Decided, Rejection>;

// Pure: same arguments, same answer. Collects every rule that the command breaks. `ticket` is the
// state of the ticket that the command names, and is not looked at by the three that name none
// (OpenTicket, PullNext, RecordHistory): they find or make theirs through the context's world.
Decision decide(const Ticket& ticket, const TicketCommand& command, const Context& context);

// The ticket that a command names, if it names one that must exist.
std::optional<TicketId> namedTicket(const TicketCommand& command);

// One line for a person: "moved from in-progress to done". No free text by people in it.
std::string describe(const TicketEvent& event);

}  // namespace docket::domain
