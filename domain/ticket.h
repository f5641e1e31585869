// A ticket: its state, how events make it, and how commands on it are decided.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "domain/approval.h"
#include "domain/clock.h"
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

// An offer to another board that neither took nor returned it yet.
struct HandOverOffer {
  BoardKey to;
  std::string reason;
  Timestamp since;
  bool operator==(const HandOverOffer&) const = default;
};

// Where a ticket stands as a guest.
struct GuestPlacement {
  BoardKey board;
  Place place;
  SubjectId assignee;
  Timestamp since;
  Timestamp inColumnSince;
  std::optional<Timestamp> committedAt;  // when it first left that board's queue
  bool operator==(const GuestPlacement&) const = default;
};

struct Check {
  std::uint32_t number = 0;
  std::string text;
  bool required = true;
  Gate gate = Gate::resolve;
  bool done = false;
  bool operator==(const Check&) const = default;
};

struct Link {
  LinkKind kind = LinkKind::relates;
  TicketId other;
  bool outgoing = true;
  bool operator==(const Link&) const = default;
};

// What a ticket is after its events so far. A default-made one does not exist yet.
struct Ticket {
  bool exists = false;
  TicketId id;
  // Placement
  Place place;
  std::vector<GuestPlacement> guests;
  std::vector<HandOverOffer> offers;
  Timestamp openedAt;
  Timestamp lastAt;  // of its latest event, apart from what the desk noted by itself
  Timestamp inColumnSince;
  std::uint64_t entries = 0;             // columns entered so far, the first one included
  std::optional<Timestamp> committedAt;  // promised, or first left a queue column
  // Classification
  Classification classification;
  std::string title;
  std::string description;
  SubjectId requester;
  SubjectId openedBy;
  std::optional<Timestamp> due;
  // Ownership
  SubjectId assignee;
  TeamId team;
  Tier tier = Tier::first;
  bool wasEscalated = false;  // it has left the first tier
  // Blocker
  std::optional<Blocker> blocker;
  // Conversation
  std::uint64_t commentCount = 0;
  std::uint64_t contactCount = 0;
  // Promises
  Clocks clocks;
  // Gates
  std::vector<Approval> approvals;
  std::vector<Check> checks;
  // Links
  std::vector<Link> links;
  // Outcome
  std::string resolution;  // empty again after a reopening
  ResolutionKind resolutionKind = ResolutionKind::unspecified;
  bool cancelled = false;
  std::optional<Timestamp> resolvedAt;  // none again after a reopening
  std::uint64_t reopenCount = 0;
  std::optional<std::uint8_t> satisfaction;  // 1 to 5
  // From elsewhere
  std::string externalKey;
  std::vector<ForeignAttribute> foreign;
  std::uint64_t historyCount = 0;  // imported events

  bool finished() const { return isFinished(place.category); }
  const GuestPlacement* guestOn(const BoardKey& board) const;
  const HandOverOffer* offerTo(const BoardKey& board) const;
  const Approval* approval(std::uint32_t number) const;
  bool operator==(const Ticket&) const = default;
};

// Total: no history makes it fail. `occurredAt` is the event's own time.
void evolve(Ticket& ticket, const TicketEvent& event, Timestamp occurredAt);

// What a decision may look at besides the ticket. Holds references: built for one decision.
struct Context {
  Timestamp now;
  SubjectId actor;
  const World& world;
  bool isSystem = false;  // the desk itself asks: a clock or a rule
  // When it is asked: roles are what they are then, whenever the command says that it happened.
  // None: `now`.
  std::optional<Timestamp> askedAt;
  SubjectId onBehalfOf;  // empty: of nobody

  Timestamp rolesAt() const { return askedAt.value_or(now); }
};

struct TicketChange {
  TicketId ticket;
  TicketEvent event;
};
// What a command comes to, in order. Most write one ticket; a link writes both, a split its
// children. `ticket` is the one that the command is about.
struct Decided {
  TicketId ticket;
  std::vector<TicketChange> changes;
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
