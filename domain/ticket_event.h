// Everything that can have happened to a ticket. Past tense: it is history and cannot be refused.
//
// To add one: a struct here and in the variant, its fold in ticket.cc, world.cc and describe.cc,
// its message in codec/events.capnp (next ordinal) and codec/codec.cc; the compiler finds the rest.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/types.h"

namespace docket::domain {

// Schema version 1 did not say who opened it.
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
  SubjectId openedBy;                     // empty: an import did, or it was not written down
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
  bool isPublic = false;     // the requester may read it
  bool byRequester = false;  // it is no answer of the desk
  bool operator==(const CommentAdded&) const = default;
};

struct TicketResolved {
  Place from;
  Place to;
  std::string resolution;
  ResolutionKind kind = ResolutionKind::unspecified;  // not written down in schema version 1
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
  // What else the import's map makes of it; not written down in schema version 1. None: the ticket
  // keeps what it has.
  std::optional<SubjectId> assignee;  // empty: nobody
  std::optional<TeamId> team;         // empty: none
  std::optional<Tier> tier;
  bool operator==(const HistoryRecorded&) const = default;
};

// --- Classification and ownership ----------------------------------------------------------------

inline constexpr std::string_view kTitleField = "title";
inline constexpr std::string_view kDescriptionField = "description";
inline constexpr std::string_view kRequesterField = "requester";
inline constexpr std::string_view kDueField = "due";  // as instantText() has it; empty: none

// One field of the ticket was changed.
struct TicketEdited {
  std::string field;
  std::string before;
  std::string after;
  bool operator==(const TicketEdited&) const = default;
};

struct TicketClassified {
  Classification before;
  Classification after;
  bool operator==(const TicketClassified&) const = default;
};

// The desk has promised to do it, though it still stands in a queue.
struct TicketCommitted {
  bool operator==(const TicketCommitted&) const = default;
};

struct TeamAssigned {
  TeamId from;
  TeamId to;  // empty: none
  bool operator==(const TeamAssigned&) const = default;
};

// --- Conversation --------------------------------------------------------------------------------

struct ContactRecorded {
  Channel channel = Channel::other;
  Direction direction = Direction::inbound;
  std::string summary;
  bool operator==(const ContactRecorded&) const = default;
};

// By itself, to the board's default drop column (R8). A WIP limit there does not hold it back.
struct TicketCameBack {
  Place from;
  Place to;
  ReturnCause cause = ReturnCause::customerContact;
  std::uint64_t policyVersion = 0;
  bool overLimit = false;  // it stands there over the column's WIP limit
  bool operator==(const TicketCameBack&) const = default;
};

// --- Hand-over: the same ticket on a second board
// --------------------------------------------------

// It waits in the inbox of board `to`, outside its columns and limits.
struct HandOverOffered {
  BoardKey to;
  std::string reason;
  bool operator==(const HandOverOffered&) const = default;
};

// Board `by` took it: it stands there as a guest, and at home where it stood.
struct HandOverAccepted {
  BoardKey by;
  Place place;      // on that board
  SubjectId agent;  // empty: nobody there yet
  std::uint64_t policyVersion = 0;
  std::string overrideReason;  // not empty: a limit was knowingly exceeded
  bool operator==(const HandOverAccepted&) const = default;
};

// Board `by` gives it back, or did not take it; it stands there no longer.
struct HandOverReturned {
  BoardKey by;
  std::string reason;
  bool wasAccepted = true;
  bool operator==(const HandOverReturned&) const = default;
};

struct GuestMoved {
  BoardKey board;
  Place from;
  Place to;
  std::uint64_t policyVersion = 0;
  std::string overrideReason;
  bool operator==(const GuestMoved&) const = default;
};

struct GuestPulled {
  BoardKey board;
  Place from;
  Place to;
  SubjectId agent;
  std::uint64_t policyVersion = 0;
  PullRule rule = PullRule::standard;
  std::uint64_t candidates = 0;
  std::uint64_t heldBack = 0;
  bool operator==(const GuestPulled&) const = default;
};

struct GuestAssigned {
  BoardKey board;
  SubjectId from;
  SubjectId to;  // empty: nobody
  bool operator==(const GuestAssigned&) const = default;
};

// --- Gates: approvals and checks
// -------------------------------------------------------------------

struct ApprovalRequested {
  std::uint32_t number = 0;          // from 1, within the ticket
  std::vector<SubjectId> approvers;  // who may decide; empty: whoever has the role approver
  std::uint32_t needed = 1;          // different people who must approve
  std::string question;
  SubjectId askedBy;  // who does not answer it
  bool operator==(const ApprovalRequested&) const = default;
};

// What one approver said. One rejection decides against it.
struct ApprovalDecided {
  std::uint32_t number = 0;
  SubjectId approver;
  Verdict verdict = Verdict::approved;
  std::string note;
  bool operator==(const ApprovalDecided&) const = default;
};

struct CheckAdded {
  std::uint32_t number = 0;  // from 1, within the ticket
  std::string text;
  bool required = true;
  Gate gate = Gate::resolve;
  bool operator==(const CheckAdded&) const = default;
};

struct CheckCompleted {
  std::uint32_t number = 0;
  std::string note;
  bool operator==(const CheckCompleted&) const = default;
};

// --- Links
// -----------------------------------------------------------------------------------------

// Recorded on both tickets in one unit: `outgoing` on the one that the sentence begins with
// ("OPS-1 causes OPS-2").
struct TicketLinked {
  LinkKind kind = LinkKind::relates;
  TicketId other;
  bool outgoing = true;
  bool operator==(const TicketLinked&) const = default;
};

struct TicketUnlinked {
  LinkKind kind = LinkKind::relates;
  TicketId other;
  bool outgoing = true;
  bool operator==(const TicketUnlinked&) const = default;
};

// Part of the work goes on in new tickets, each of which is linked as a child.
struct TicketSplit {
  std::vector<TicketId> into;
  bool operator==(const TicketSplit&) const = default;
};

// --- Outcome
// ---------------------------------------------------------------------------------------

struct TicketClosed {
  Place from;
  Place to;
  bool operator==(const TicketClosed&) const = default;
};

struct TicketCancelled {
  Place from;
  Place to;
  std::string reason;
  bool operator==(const TicketCancelled&) const = default;
};

struct SatisfactionRecorded {
  std::uint8_t score = 0;  // 1 (bad) to 5 (good)
  std::string comment;
  bool operator==(const SatisfactionRecorded&) const = default;
};

// --- Promises and their clocks
// ---------------------------------------------------------------------

struct PromiseMade {
  PromiseKind kind = PromiseKind::resolution;
  PromisePolicyId policy;
  std::uint64_t policyVersion = 0;
  CalendarId calendar;
  std::chrono::seconds target{};   // of working time
  std::uint8_t warnAtPercent = 0;  // of the target; 0: no warning
  bool pausesForCustomer = false;
  Timestamp from;  // when the clock starts
  bool operator==(const PromiseMade&) const = default;
};

// A new promise to the customer; the old one stays in the history.
struct PromiseChanged {
  PromiseKind kind = PromiseKind::resolution;
  std::chrono::seconds before{};
  std::chrono::seconds after{};
  std::string reason;
  bool operator==(const PromiseChanged&) const = default;
};

// By the system actor; `at` is the instant that counts, however late the event was written.
struct PromiseWarned {
  PromiseKind kind = PromiseKind::resolution;
  Timestamp at;
  bool operator==(const PromiseWarned&) const = default;
};
struct PromiseMissed {
  PromiseKind kind = PromiseKind::resolution;
  Timestamp at;  // the deadline
  bool operator==(const PromiseMissed&) const = default;
};
struct PromiseMet {
  PromiseKind kind = PromiseKind::resolution;
  Timestamp at;
  std::chrono::microseconds elapsed{};  // working time, without pauses
  bool operator==(const PromiseMet&) const = default;
};

// --- Automation
// ------------------------------------------------------------------------------------

// A rule of a board asked for something that was refused.
struct RuleNotApplied {
  BoardKey board;
  RuleId rule;
  std::vector<std::string> refusals;  // their codes
  bool operator==(const RuleNotApplied&) const = default;
};

using TicketEvent =
    std::variant<TicketOpened, TicketMoved, TicketPulled, TicketAssigned, TicketEscalated,
                 TicketBlocked, TicketUnblocked, CommentAdded, TicketResolved, TicketReopened,
                 HistoryRecorded, TicketEdited, TicketClassified, TicketCommitted, TeamAssigned,
                 ContactRecorded, TicketCameBack, HandOverOffered, HandOverAccepted,
                 HandOverReturned, GuestMoved, GuestPulled, GuestAssigned, ApprovalRequested,
                 ApprovalDecided, CheckAdded, CheckCompleted, TicketLinked, TicketUnlinked,
                 TicketSplit, TicketClosed, TicketCancelled, SatisfactionRecorded, PromiseMade,
                 PromiseChanged, PromiseWarned, PromiseMissed, PromiseMet, RuleNotApplied>;

}  // namespace docket::domain
