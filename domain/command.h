// Everything that can be asked of tickets, boards and what is kept about people. Imperative: each
// may be refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/board_event.h"
#include "domain/desk_event.h"
#include "domain/types.h"

namespace docket::domain {

// --- Tickets -------------------------------------------------------------------------------------

struct OpenTicket {
  BoardKey board;
  ColumnId column;  // empty: the board's first queue column
  TicketType type = TicketType::incident;
  ServiceClass serviceClass = ServiceClass::standard;
  std::string title;
  std::string description;
  SubjectId requester;
  std::optional<Timestamp> due;
  // The rest of its classification; `type` and `serviceClass` in here are not looked at.
  Classification classification;
  TeamId team;
};

// Only what is given changes.
struct EditTicket {
  TicketId ticket;
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<SubjectId> requester;           // empty: nobody
  std::optional<std::optional<Timestamp>> due;  // an empty inner one: none
};

// Only what is given changes.
struct ClassifyTicket {
  TicketId ticket;
  std::optional<TicketType> type;
  std::optional<ServiceClass> serviceClass;
  std::optional<ChangeKind> changeKind;
  std::optional<Level> impact;
  std::optional<Level> urgency;
  std::optional<Priority> priority;
  std::optional<CynefinDomain> cynefin;
  std::optional<ServiceId> service;     // empty: none
  std::optional<std::string> customer;  // empty: none
  std::vector<std::string> addLabels;
  std::vector<std::string> removeLabels;
};

struct CommitTicket {
  TicketId ticket;
};

struct MoveTicket {
  TicketId ticket;
  ColumnId column;
  BoardKey board;              // empty: the ticket's home; else where it is a guest
  std::string overrideReason;  // not empty: exceed a WIP limit knowingly
};

struct PullNext {
  BoardKey board;
  LaneId lane;      // empty: of all lanes
  ColumnId column;  // empty: the board's first active column
  SubjectId agent;  // empty: whoever asks
};

struct AssignTicket {
  TicketId ticket;
  std::optional<SubjectId> assignee;  // none: as it is; empty: nobody
  std::optional<TeamId> team;         // none: as it is; empty: no team
  BoardKey board;                     // empty: the ticket's home; else where it is a guest
};

struct EscalateTicket {
  TicketId ticket;
  Tier tier = Tier::second;
  std::string note;
};

struct BlockTicket {
  TicketId ticket;
  BlockerKind kind = BlockerKind::other;
  std::string reason;
};

struct UnblockTicket {
  TicketId ticket;
  std::string note;
};

struct AddComment {
  TicketId ticket;
  std::string text;
  bool isPublic = false;
};

struct RecordContact {
  TicketId ticket;
  Channel channel = Channel::other;
  Direction direction = Direction::inbound;
  std::string summary;
};

// --- Hand-over ---

struct OfferHandOver {
  TicketId ticket;
  BoardKey to;
  std::string reason;
};

struct AcceptHandOver {
  TicketId ticket;
  BoardKey by;
  ColumnId column;             // empty: the first queue column of that board
  SubjectId agent;             // empty: nobody yet
  std::string overrideReason;  // not empty: exceed a WIP limit knowingly
};

// By the board that was offered the ticket or has it, or by its home, which withdraws it.
struct ReturnHandOver {
  TicketId ticket;
  BoardKey by;
  std::string reason;
};

// --- Gates ---

struct RequestApproval {
  TicketId ticket;
  std::vector<SubjectId> approvers;  // empty: whoever has the role approver
  std::uint32_t needed = 0;          // 0: as the change needs, else one
  std::string question;
};

struct DecideApproval {
  TicketId ticket;
  std::uint32_t number = 0;
  Verdict verdict = Verdict::approved;
  std::string note;
};

struct AddCheck {
  TicketId ticket;
  std::string text;
  bool required = true;
  Gate gate = Gate::resolve;
};

struct CompleteCheck {
  TicketId ticket;
  std::uint32_t number = 0;
  std::string note;
};

// --- Links ---

struct LinkTickets {
  TicketId ticket;
  LinkKind kind = LinkKind::relates;
  TicketId other;
};

struct UnlinkTickets {
  TicketId ticket;
  LinkKind kind = LinkKind::relates;
  TicketId other;
};

// Opens a ticket on the same board for each title.
struct SplitTicket {
  TicketId ticket;
  std::vector<std::string> titles;
};

// --- Outcome ---

struct ResolveTicket {
  TicketId ticket;
  ColumnId column;  // empty: the board's first resolved column
  std::string resolution;
  ResolutionKind kind = ResolutionKind::unspecified;
};

struct CloseTicket {
  TicketId ticket;
  ColumnId column;  // empty: the board's first closed column
};

struct CancelTicket {
  TicketId ticket;
  std::string reason;
};

struct RecordSatisfaction {
  TicketId ticket;
  std::uint8_t score = 0;  // 1 (bad) to 5 (good)
  std::string comment;
};

struct ReopenTicket {
  TicketId ticket;
  ColumnId column;  // empty: the board's default drop column
  std::string reason;
};

// One event of an imported case. The first for an unknown `externalKey` also opens the ticket.
// The time it happened comes with the command's context.
struct RecordHistory {
  BoardKey board;
  std::string externalKey;
  // Used when this opens the ticket.
  TicketType type = TicketType::incident;
  std::string title;
  std::vector<ForeignAttribute> ticketForeign;
  // The event itself.
  std::uint64_t sequence = 0;
  std::string activity;
  std::string actor;
  ColumnId column;  // empty: the ticket stays where it is
  std::vector<ForeignAttribute> foreign;
  // None: the ticket keeps what it has.
  std::optional<SubjectId> assignee;
  std::optional<TeamId> team;
  std::optional<Tier> tier;
};

// --- Promises ---

struct Recommit {
  TicketId ticket;
  PromiseKind kind = PromiseKind::resolution;
  std::chrono::seconds target{};  // of working time, from the clock's start
  std::string reason;
};

// By the system actor: writes down what the ticket's clocks have come to.
struct KeepPromises {
  TicketId ticket;
};

// By the system actor: what a rule asked for was refused.
struct NoteRuleNotApplied {
  TicketId ticket;
  BoardKey board;
  RuleId rule;
  std::vector<std::string> refusals;
};

using TicketCommand =
    std::variant<OpenTicket, MoveTicket, PullNext, AssignTicket, EscalateTicket, BlockTicket,
                 UnblockTicket, AddComment, ResolveTicket, ReopenTicket, RecordHistory, EditTicket,
                 ClassifyTicket, CommitTicket, RecordContact, OfferHandOver, AcceptHandOver,
                 ReturnHandOver, RequestApproval, DecideApproval, AddCheck, CompleteCheck,
                 LinkTickets, UnlinkTickets, SplitTicket, CloseTicket, CancelTicket,
                 RecordSatisfaction, Recommit, KeepPromises, NoteRuleNotApplied>;

// --- Boards --------------------------------------------------------------------------------------

struct CreateBoard {
  BoardKey key;
  std::string name;          // empty: the key
  std::string templateName;  // "it-support", "development", "basic"; empty when columns are given
  std::vector<Column> columns;  // ids are made from the names; empty when a template is named
};

struct SetLimit {
  BoardKey board;
  LimitScope scope;
  std::optional<std::uint32_t> limit;  // none: unlimited
};

// Places are counted from 0, from the left. None: at the end.
struct AddColumn {
  BoardKey board;
  Column column;  // the id is made from the name
  std::optional<std::uint32_t> at;
};

// Only what is given changes.
struct ChangeColumn {
  BoardKey board;
  ColumnId column;
  std::optional<std::string> name;
  std::optional<ColumnCategory> category;
  std::optional<WaitsFor> waitsFor;
  bool makeDefaultDrop = false;
};

struct MoveColumn {
  BoardKey board;
  ColumnId column;
  std::uint32_t to = 0;
};

struct RemoveColumn {
  BoardKey board;
  ColumnId column;
};

struct AddLane {
  BoardKey board;
  Lane lane;  // the id is made from the name
  std::optional<std::uint32_t> at;
};

struct ChangeLane {
  BoardKey board;
  LaneId lane;
  std::optional<std::string> name;
  std::optional<std::vector<ServiceClass>> classes;
};

struct MoveLane {
  BoardKey board;
  LaneId lane;
  std::uint32_t to = 0;
};

struct RemoveLane {
  BoardKey board;
  LaneId lane;
};

struct SetPolicy {
  BoardKey board;
  BoardPolicy policy;
};

struct SetRule {
  BoardKey board;
  Rule rule;
};

struct RemoveRule {
  BoardKey board;
  RuleId rule;
};

// All roles that a person has on the board from now on.
struct SetRoles {
  BoardKey board;
  SubjectId subject;
  std::vector<Grant> grants;
};

using BoardCommand =
    std::variant<CreateBoard, SetLimit, AddColumn, ChangeColumn, MoveColumn, RemoveColumn, AddLane,
                 ChangeLane, MoveLane, RemoveLane, SetPolicy, SetRule, RemoveRule, SetRoles>;

// --- People --------------------------------------------------------------------------------------

// Destroys the key with which everything about a person is sealed. For good.
struct EraseSubject {
  SubjectId subject;
  std::string reason;
};

// Forbids erasing a person until it is lifted.
struct PlaceLegalHold {
  SubjectId subject;
  std::string reason;
};

struct LiftLegalHold {
  SubjectId subject;
  std::string reason;
};

using SubjectCommand = std::variant<EraseSubject, PlaceLegalHold, LiftLegalHold>;

// --- The desk
// --------------------------------------------------------------------------------------

struct SetCalendar {
  Calendar calendar;
};

struct SetPromisePolicy {
  PromisePolicy policy;
};

struct SetService {
  Service service;
};

using DeskCommand = std::variant<SetCalendar, SetPromisePolicy, SetService>;

using Command = std::variant<TicketCommand, BoardCommand, SubjectCommand, DeskCommand>;

}  // namespace docket::domain
