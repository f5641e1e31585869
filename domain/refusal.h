// Why a command was refused: plain facts, one struct a reason, and how to tell a person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/board_event.h"
#include "domain/types.h"

namespace docket::domain {

// A field of the command breaks a rule about its form.
struct FieldInvalid {
  std::string field;
  std::string rule;  // "must be 1 to 300 characters"
  std::string got;   // a short description of what came, never the whole
};
struct UnknownBoard {
  BoardKey board;
};
struct BoardExists {
  BoardKey board;
};
struct UnknownColumn {
  BoardKey board;
  ColumnId column;
  std::vector<ColumnId> columns;  // what there is
};
struct UnknownLane {
  BoardKey board;
  LaneId lane;
  std::vector<LaneId> lanes;  // what there is
};
struct UnknownRule {
  BoardKey board;
  RuleId rule;
};
// What the desk defines for all boards: a calendar, a promise policy, a service.
struct UnknownDefinition {
  std::string kind;  // "calendar"
  std::string id;
};
struct UnknownTicket {
  TicketId ticket;
};
struct UnknownTemplate {
  std::string templateName;
};
// R10: a board needs a queue, an active and a resolved column and a default drop.
struct BoardIncomplete {
  std::vector<std::string> missing;
};
// R1: there would be more cards than a limit allows.
struct WipLimitReached {
  BoardKey board;
  LimitScope scope;
  std::uint32_t limit = 0;
  std::uint32_t count = 0;
  bool mayOverride = true;  // by a manager, for a reason
};
// R9: what is left of the board's limit is kept for other kinds of work.
struct CapacityReserved {
  BoardKey board;
  std::uint32_t limit = 0;     // of the board
  std::uint32_t count = 0;     // under way
  std::uint32_t reserved = 0;  // of the rest, kept for others
};
// R2: the board has as many expedited tickets under way as it allows.
struct ExpediteLimitReached {
  BoardKey board;
  std::uint32_t limit = 0;
  std::uint32_t count = 0;
};
// R3: blocked work cannot be resolved (or pulled).
struct TicketIsBlocked {
  TicketId ticket;
  BlockerKind kind = BlockerKind::other;
  std::string reason;
};
struct TicketNotBlocked {
  TicketId ticket;
};
// The ticket is resolved or closed; it must be reopened first.
struct TicketIsFinished {
  TicketId ticket;
  ColumnCategory category = ColumnCategory::resolved;
};
struct TicketNotFinished {
  TicketId ticket;
};
// A move into a resolved or closed column of work that has no resolution.
struct ResolutionMissing {
  TicketId ticket;
  ColumnId column;
};
// The command would change nothing.
struct NothingToChange {
  std::string what;  // how things stand already: "OPS-1 stands in done"
};
struct NothingToPull {
  BoardKey board;
};
// R6
struct TriageNoteMissing {
  TicketId ticket;
};
// R4: what must be done before a ticket is resolved or closed.
struct ChecksOpen {
  TicketId ticket;
  std::vector<std::uint32_t> checks;  // their numbers
};
struct ApprovalsOpen {
  TicketId ticket;
  std::vector<std::uint32_t> approvals;  // their numbers
};
// R5: work may not begin.
struct ApprovalMissing {
  TicketId ticket;
  std::string why;  // "an approval is not decided"
};
struct UnknownApproval {
  TicketId ticket;
  std::uint32_t number = 0;
};
struct ApprovalIsDecided {
  TicketId ticket;
  std::uint32_t number = 0;
};
// The actor is not among those who were asked, asked for it themself or has decided before.
struct NotAnApprover {
  TicketId ticket;
  std::uint32_t number = 0;
  SubjectId actor;
  std::string why;  // "is the requester"
};
struct UnknownCheck {
  TicketId ticket;
  std::uint32_t number = 0;
};
// R6
struct ProblemNeedsTier {
  TicketId ticket;
};
// R7
struct HandOverOpen {
  TicketId ticket;
  BoardKey board;
};
struct NoHandOver {
  TicketId ticket;
  BoardKey board;
};
struct NoSuchPlacement {
  TicketId ticket;
  BoardKey board;
};
struct UnknownLink {
  TicketId ticket;
  TicketId other;
  LinkKind kind = LinkKind::relates;
};
struct ColumnNotEmpty {
  BoardKey board;
  ColumnId column;
  std::uint32_t cards = 0;
};
// A board must keep somebody who may change its roles.
struct ManagerMissing {
  BoardKey board;
};
struct NoPromise {
  TicketId ticket;
  PromiseKind kind = PromiseKind::resolution;
};
// R12: the actor has none of these roles on the board at that moment.
struct NotPermitted {
  BoardKey board;
  SubjectId actor;
  std::vector<Role> roles;
};
// R14: the ticket or board is no longer at the version that the command was made against.
struct VersionMovedOn {
  std::uint64_t expected = 0;
  std::uint64_t actual = 0;
};
// R14: the command id was used before for something else.
struct CommandIdReused {
  std::uint64_t firstPosition = 0;
};
// The server cannot take more now; the same command may be sent again.
struct Overloaded {
  std::uint64_t queued = 0;
};
// The log takes no writes (a failed sync, a full disk) until it has been looked after.
struct LogUnavailable {
  std::string reason;
};
// Stored bytes are not what was written. No command is decided on such a past.
struct LogDamaged {};
// The ticket, board or person has an event of a newer program, so what it is now is not known here.
struct EventNotUnderstood {
  std::string subject;  // "OPS-42" or "OPS"
  UnreadEvent event;
};
// The person was erased before; that cannot be done twice, nor undone.
struct SubjectIsErased {
  SubjectId subject;
};
// A legal hold forbids erasing the person.
struct LegalHoldStands {
  SubjectId subject;
  std::string reason;
};
struct NoLegalHold {
  SubjectId subject;
};
// The erasure is in the log, and the key store could not destroy the key yet.
struct KeyNotDestroyed {
  SubjectId subject;
  std::uint64_t position = 0;
};

using Refusal =
    std::variant<FieldInvalid, UnknownBoard, BoardExists, UnknownColumn, UnknownTicket,
                 UnknownTemplate, BoardIncomplete, WipLimitReached, ExpediteLimitReached,
                 TicketIsBlocked, TicketNotBlocked, TicketIsFinished, TicketNotFinished,
                 ResolutionMissing, NothingToChange, NothingToPull, TriageNoteMissing,
                 VersionMovedOn, CommandIdReused, Overloaded, LogUnavailable, LogDamaged,
                 EventNotUnderstood, SubjectIsErased, LegalHoldStands, NoLegalHold, KeyNotDestroyed,
                 CapacityReserved, UnknownLane, UnknownRule, UnknownDefinition, ChecksOpen,
                 ApprovalsOpen, ApprovalMissing, UnknownApproval, ApprovalIsDecided, NotAnApprover,
                 UnknownCheck, ProblemNeedsTier, HandOverOpen, NoHandOver, NoSuchPlacement,
                 UnknownLink, ColumnNotEmpty, ManagerMissing, NoPromise, NotPermitted>;

// Every rule that a command broke; never empty.
using Rejection = std::vector<Refusal>;

// A refusal in words. `code` is stable and part of the public contract ("wip-limit-reached");
// `message` is one sentence with the facts in it; `wayOut` says what to do now; `facts` are the
// same facts for a program, in a fixed order.
struct RefusalText {
  std::string code;
  std::string message;
  std::string wayOut;
  std::vector<std::pair<std::string, std::string>> facts;
};
RefusalText describe(const Refusal& refusal);

}  // namespace docket::domain
