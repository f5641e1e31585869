// Everything that can be asked of tickets, boards and what is kept about people. Imperative: each
// may be refused.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/board_event.h"
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
};

struct MoveTicket {
  TicketId ticket;
  ColumnId column;
  std::string overrideReason;  // not empty: exceed a WIP limit knowingly
};

struct PullNext {
  BoardKey board;
  ColumnId column;  // empty: the board's first active column
  SubjectId agent;  // empty: whoever asks
};

struct AssignTicket {
  TicketId ticket;
  SubjectId assignee;  // empty: nobody
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

struct ResolveTicket {
  TicketId ticket;
  ColumnId column;  // empty: the board's first resolved column
  std::string resolution;
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
};

using TicketCommand =
    std::variant<OpenTicket, MoveTicket, PullNext, AssignTicket, EscalateTicket, BlockTicket,
                 UnblockTicket, AddComment, ResolveTicket, ReopenTicket, RecordHistory>;

// --- Boards --------------------------------------------------------------------------------------

struct CreateBoard {
  BoardKey key;
  std::string name;          // empty: the key
  std::string templateName;  // "it-support", "development", "basic"; empty when columns are given
  std::vector<Column> columns;  // ids are made from the names; empty when a template is named
};

struct SetLimit {
  BoardKey board;
  ColumnId column;
  std::optional<std::uint32_t> limit;  // none: unlimited
};

using BoardCommand = std::variant<CreateBoard, SetLimit>;

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

using Command = std::variant<TicketCommand, BoardCommand, SubjectCommand>;

}  // namespace docket::domain
