// Everything that can have happened to a ticket. Past tense: it is history and cannot be refused.
//
// To add one: a struct here and in the variant, its fold in ticket.cc, world.cc and describe.cc,
// its message in codec/events.capnp (next ordinal) and codec/codec.cc; the compiler finds the rest.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "domain/types.h"

namespace docket::domain {

struct TicketOpened {
  TicketId id;
  Place place;
  TicketType type = TicketType::incident;
  ServiceClass serviceClass = ServiceClass::standard;
  Tier tier = Tier::first;
  std::string title;
  std::string description;
  SubjectId requester;
  std::optional<Timestamp> due;
  std::string externalKey;                // the source's own id for it; empty: opened here
  std::vector<ForeignAttribute> foreign;  // what the source says of the ticket as a whole
  bool operator==(const TicketOpened&) const = default;
};

struct TicketMoved {
  Place from;
  Place to;
  std::uint64_t policyVersion = 0;  // of the board whose limits were looked at
  std::string overrideReason;       // not empty: a limit was knowingly exceeded
  bool operator==(const TicketMoved&) const = default;
};

// Chosen by the pull policy, moved and assigned in one.
struct TicketPulled {
  Place from;
  Place to;
  SubjectId agent;
  std::uint64_t policyVersion = 0;
  PullRule rule = PullRule::standard;
  std::uint64_t candidates = 0;  // among how many it was chosen
  // How many stood before it in line and were held back by a limit. None: it was not written down
  // (schema version 1).
  std::optional<std::uint64_t> heldBack;
  bool operator==(const TicketPulled&) const = default;
};

struct TicketAssigned {
  SubjectId from;
  SubjectId to;  // empty: nobody
  bool operator==(const TicketAssigned&) const = default;
};

struct TicketEscalated {
  Tier from = Tier::first;
  Tier to = Tier::second;
  std::string note;
  bool operator==(const TicketEscalated&) const = default;
};

struct TicketBlocked {
  BlockerKind kind = BlockerKind::other;
  std::string reason;
  bool operator==(const TicketBlocked&) const = default;
};

struct TicketUnblocked {
  BlockerKind kind = BlockerKind::other;
  std::string note;
  bool operator==(const TicketUnblocked&) const = default;
};

struct CommentAdded {
  std::string text;
  bool isPublic = false;  // the requester may read it
  bool operator==(const CommentAdded&) const = default;
};

struct TicketResolved {
  Place from;
  Place to;
  std::string resolution;
  bool operator==(const TicketResolved&) const = default;
};

struct TicketReopened {
  Place from;
  Place to;
  std::string reason;
  bool operator==(const TicketReopened&) const = default;
};

// One event of another system, as it happened there. Not judged by today's rules.
struct HistoryRecorded {
  std::uint64_t sequence = 0;  // within the source's case, from 0
  std::string activity;
  std::string actor;        // as the source names them
  std::optional<Place> to;  // where the import's map says this puts the ticket
  std::vector<ForeignAttribute> foreign;
  bool operator==(const HistoryRecorded&) const = default;
};

using TicketEvent = std::variant<TicketOpened, TicketMoved, TicketPulled, TicketAssigned,
                                 TicketEscalated, TicketBlocked, TicketUnblocked, CommentAdded,
                                 TicketResolved, TicketReopened, HistoryRecorded>;

}  // namespace docket::domain
