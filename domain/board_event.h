// Everything that can have happened to a board.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/types.h"

namespace docket::domain {

struct Column {
  ColumnId id;
  std::string name;
  ColumnCategory category = ColumnCategory::queue;
  std::optional<std::uint32_t> wipLimit;
  bool defaultDrop = false;               // where a ticket lands that comes back by itself
  WaitsFor waitsFor = WaitsFor::nothing;  // of a waiting column
  bool operator==(const Column&) const = default;
};

// A row across the columns, for some classes of service. A class belongs to one lane at most; a
// ticket stands in the lane of its class.
struct Lane {
  LaneId id;
  std::string name;
  std::vector<ServiceClass> classes;  // ascending, each once
  bool operator==(const Lane&) const = default;
};

// What a WIP limit is set on. Of a column: the cards that stand in it. Of all others: the cards
// under way (in active or waiting columns). Of a cell: the cards of a lane that stand in a column.
enum class LimitKind { column, lane, cell, person, type, serviceClass, board };
struct LimitScope {
  LimitKind kind = LimitKind::column;
  ColumnId column;   // of a column or cell
  LaneId lane;       // of a lane or cell
  SubjectId person;  // of a person; empty: of each person for whom none is set
  TicketType type = TicketType::incident;
  ServiceClass serviceClass = ServiceClass::standard;
  auto operator<=>(const LimitScope&) const = default;
};

// A part of the board's limit that is kept for a kind of work (R9). Of a type, or of a class.
struct Reservation {
  std::optional<TicketType> type;
  std::optional<ServiceClass> serviceClass;
  std::uint32_t cards = 0;
  bool operator==(const Reservation&) const = default;
};

// How the board is run, apart from its limits.
struct BoardPolicy {
  bool allowsOverride = true;  // a WIP limit may be exceeded for a reason (R1)
  std::uint32_t expediteLimit = 1;
  std::vector<Reservation> reservations;
  // Intangible work is pulled when it was fewer than `intangibleMin` of the last `intangibleOf`
  // pulls. 0 of 0: it is pulled last.
  std::uint32_t intangibleMin = 0;
  std::uint32_t intangibleOf = 0;
  // How long before its due date fixed-date work must be started, while there is no history.
  std::chrono::seconds fixedDateLeadTime = std::chrono::days{5};
  bool operator==(const BoardPolicy&) const = default;
};

// When a ticket enters a column, something is asked for on its behalf, once an entry.
struct OfferHandOverTo {
  BoardKey board;
  bool operator==(const OfferHandOverTo&) const = default;
};
struct AssignToTeam {
  TeamId team;
  bool operator==(const AssignToTeam&) const = default;
};
struct AddRequiredCheck {
  std::string text;
  bool operator==(const AddRequiredCheck&) const = default;
};
struct MoveToColumn {
  ColumnId column;
  bool operator==(const MoveToColumn&) const = default;
};
// Of a ticket that is a guest here: it goes back to its home.
struct ReturnHome {
  std::string reason;
  bool operator==(const ReturnHome&) const = default;
};
using RuleAction =
    std::variant<OfferHandOverTo, AssignToTeam, AddRequiredCheck, MoveToColumn, ReturnHome>;
struct Rule {
  RuleId id;
  ColumnId onEntry;
  std::optional<TicketType> type;  // none: of all types
  RuleAction action;
  bool operator==(const Rule&) const = default;
};

// A role of a person on a board, until an instant if one is given (this instant excluded).
struct Grant {
  Role role = Role::agent;
  std::optional<Timestamp> until;
  auto operator<=>(const Grant&) const = default;
};

// Schema version 1 had no lanes and no rules.
struct BoardCreated {
  BoardKey key;
  std::string name;
  std::string templateName;  // "custom" when the columns were given one by one
  std::vector<Column> columns;
  std::uint32_t expediteLimit = 1;
  std::vector<Lane> lanes;
  std::vector<Rule> rules;
  bool operator==(const BoardCreated&) const = default;
};

struct LimitSet {  // schema version 1 knew columns only
  LimitScope scope;
  std::optional<std::uint32_t> before;
  std::optional<std::uint32_t> after;  // none: unlimited
  bool operator==(const LimitSet&) const = default;
};

// Places are counted from 0, from the left (columns) or the top (lanes).
struct ColumnAdded {
  Column column;
  std::uint32_t at = 0;
  bool operator==(const ColumnAdded&) const = default;
};
// Name, category, default drop or what it waits for. A new default drop takes the place of the old.
struct ColumnChanged {
  Column before;
  Column after;  // of the same id
  bool operator==(const ColumnChanged&) const = default;
};
struct ColumnRelocated {
  ColumnId column;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  bool operator==(const ColumnRelocated&) const = default;
};
struct ColumnRemoved {
  Column column;
  std::uint32_t at = 0;
  bool operator==(const ColumnRemoved&) const = default;
};

struct LaneAdded {
  Lane lane;
  std::uint32_t at = 0;
  bool operator==(const LaneAdded&) const = default;
};
struct LaneChanged {
  Lane before;
  Lane after;  // of the same id
  bool operator==(const LaneChanged&) const = default;
};
struct LaneRelocated {
  LaneId lane;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  bool operator==(const LaneRelocated&) const = default;
};
struct LaneRemoved {
  Lane lane;
  std::uint32_t at = 0;
  bool operator==(const LaneRemoved&) const = default;
};

struct PolicySet {
  BoardPolicy before;
  BoardPolicy after;
  bool operator==(const PolicySet&) const = default;
};

struct RuleSet {
  std::optional<Rule> before;  // none: it is new
  Rule after;
  bool operator==(const RuleSet&) const = default;
};
struct RuleRemoved {
  Rule rule;
  bool operator==(const RuleRemoved&) const = default;
};

struct RolesSet {
  SubjectId subject;
  std::vector<Grant> before;
  std::vector<Grant> after;  // empty: none any more
  bool operator==(const RolesSet&) const = default;
};

using BoardEvent = std::variant<BoardCreated, LimitSet, ColumnAdded, ColumnChanged, ColumnRelocated,
                                ColumnRemoved, LaneAdded, LaneChanged, LaneRelocated, LaneRemoved,
                                PolicySet, RuleSet, RuleRemoved, RolesSet>;

}  // namespace docket::domain
