// Decisions on boards: one function a command.
#include <algorithm>
#include <set>
#include <utility>

#include "domain/board.h"
#include "domain/cases.h"
#include "domain/text_rules.h"
#include "domain/world.h"

namespace docket::domain {
namespace {

constexpr std::size_t kColumnsMax = 30;
constexpr std::size_t kLanesMax = 20;
constexpr std::size_t kRulesMax = 50;
constexpr std::size_t kReservationsMax = 11;  // of each type and each class of service
constexpr std::uint32_t kLimitMax = 10'000;
constexpr std::uint32_t kPullsLookedAtMax = RecentWork::kPullsMax;
constexpr std::chrono::seconds kLeadTimeMax = std::chrono::days{366};
constexpr std::string_view kCustom = "custom";

using BoardDecision = tl::expected<std::vector<BoardEvent>, Rejection>;

BoardDecision decided(Rejection rejection, BoardEvent event) {
  if (!rejection.empty()) return tl::unexpected(std::move(rejection));
  return std::vector<BoardEvent>{std::move(event)};
}

std::uint32_t cardsIn(const World& world, const BoardKey& board, const ColumnId& column) {
  const BoardWorld* const found = world.find(board);
  return found == nullptr ? 0 : found->count(column);
}

Rejection checkRelocation(std::uint32_t from, std::uint32_t to, std::size_t count,
                          const std::string& what) {
  if (to >= count) {
    return {FieldInvalid{"to", "must be 0 to " + std::to_string(count - 1), std::to_string(to)}};
  }
  if (from == to) return {NothingToChange{what + " stands there"}};
  return {};
}

void checkLimit(const std::string& field, const std::optional<std::uint32_t>& limit,
                Rejection& rejection) {
  if (limit && *limit > kLimitMax) {
    rejection.push_back(FieldInvalid{field, "must be 0 to 10000, or none", std::to_string(*limit)});
  }
}

bool isColumnId(std::string_view id) {
  // An id is what its own name would make of it: lower case, single dashes, none at the ends.
  return !id.empty() && columnIdFor(id).value == id;
}

void checkColumnForm(const Column& column, const std::string& field, Rejection& rejection) {
  if (auto refusal = checkText(field + ".name", column.name, kColumnNameRule)) {
    rejection.push_back(*std::move(refusal));
  } else if (!isColumnId(column.id.value) ||
             checkText(field + ".id", column.id.value, kColumnNameRule)) {
    rejection.push_back(FieldInvalid{
        field + ".id", "must be 1 to 60 lower-case letters and digits with single dashes between",
        "another form"});
  }
  checkLimit(field + ".wipLimit", column.wipLimit, rejection);
}

// Fills in the ids of columns that were given by name, and checks each and all together.
std::vector<Column> completedColumns(std::vector<Column> columns, Rejection& rejection) {
  if (columns.empty() || columns.size() > kColumnsMax) {
    rejection.push_back(FieldInvalid{"columns", "must be 1 to 30, or a template must be named",
                                     std::to_string(columns.size()) + " columns"});
    return columns;
  }
  std::set<std::string> ids;
  std::set<std::string> names;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Column& column = columns[i];
    const std::string field = "columns[" + std::to_string(i) + "]";
    column.name = std::string(withoutOuterBlanks(column.name));
    if (column.id.empty()) column.id = columnIdFor(column.name);
    checkColumnForm(column, field, rejection);
    if (!ids.insert(column.id.value).second || !names.insert(toAsciiLower(column.name)).second) {
      rejection.push_back(
          FieldInvalid{field, "must have a name and an id of its own", "one given before"});
    }
  }
  return columns;
}

void checkColumnKinds(const Column& column, Rejection& rejection) {
  if (column.waitsFor != WaitsFor::nothing && column.category != ColumnCategory::waiting) {
    rejection.push_back(FieldInvalid{"waitsFor",
                                     "must be nothing unless the column is a waiting one",
                                     std::string(text(column.waitsFor))});
  }
  // What comes back by itself waits its turn: no limit of work under way is gone round.
  if (column.defaultDrop && column.category != ColumnCategory::queue) {
    rejection.push_back(FieldInvalid{"defaultDrop", "must be a queue column",
                                     "one of category " + std::string(text(column.category))});
  }
  if (column.wipLimit && isFinished(column.category)) {
    rejection.push_back(FieldInvalid{"wipLimit", "must be none where work is finished",
                                     std::to_string(*column.wipLimit)});
  }
}

// R10. Work that comes back by itself must land somewhere: in the first queue unless told
// otherwise.
void completeDefaultDrop(std::vector<Column>& columns, Rejection& rejection) {
  const auto drops = std::count_if(columns.begin(), columns.end(),
                                   [](const Column& column) { return column.defaultDrop; });
  if (drops > 1) {
    rejection.push_back(FieldInvalid{"columns", "must have one default drop",
                                     std::to_string(drops) + " default drops"});
  }
  for (Column& column : columns) {
    checkColumnKinds(column, rejection);
  }
  if (drops > 0) return;
  const auto queue = std::find_if(columns.begin(), columns.end(), [](const Column& column) {
    return column.category == ColumnCategory::queue;
  });
  if (queue != columns.end()) queue->defaultDrop = true;
}

void checkComplete(const std::vector<Column>& columns, Rejection& rejection) {
  const auto has = [&](ColumnCategory category) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const Column& column) { return column.category == category; });
  };
  BoardIncomplete incomplete;
  if (!has(ColumnCategory::queue)) incomplete.missing.emplace_back("a queue column");
  if (!has(ColumnCategory::active)) incomplete.missing.emplace_back("an active column");
  if (!has(ColumnCategory::resolved)) incomplete.missing.emplace_back("a resolved column");
  if (std::none_of(columns.begin(), columns.end(),
                   [](const Column& column) { return column.defaultDrop; })) {
    incomplete.missing.emplace_back("a default drop");
  }
  if (!incomplete.missing.empty()) rejection.push_back(std::move(incomplete));
}

BoardDecision judge(const Board& board, const CreateBoard& command) {
  Rejection rejection;
  if (board.exists) rejection.push_back(BoardExists{command.key});
  if (!isBoardKey(command.key.value)) {
    rejection.push_back(FieldInvalid{"key", "must be 2 to 10 of A-Z and 0-9, a letter first",
                                     std::to_string(command.key.value.size()) + " bytes"});
  }
  const std::string name = command.name.empty() ? command.key.value : command.name;
  // A key in place of a name is judged as the key that it is.
  if (!command.name.empty()) {
    if (auto refusal = checkText("name", name, kBoardNameRule)) rejection.push_back(*refusal);
  }
  BoardTemplate made;
  if (command.templateName.empty()) {
    made.columns = completedColumns(command.columns, rejection);
    completeDefaultDrop(made.columns, rejection);
    checkComplete(made.columns, rejection);
  } else {
    if (!command.columns.empty()) {
      rejection.push_back(FieldInvalid{"columns", "must be empty when a template is named",
                                       std::to_string(command.columns.size()) + " columns"});
    }
    if (auto known = boardTemplate(command.templateName)) {
      made = *std::move(known);
    } else {
      rejection.push_back(UnknownTemplate{command.templateName});
    }
  }
  if (!rejection.empty()) return tl::unexpected(std::move(rejection));
  BoardCreated created;
  created.key = command.key;
  created.name = name;
  created.templateName = command.templateName.empty() ? std::string(kCustom) : command.templateName;
  created.columns = std::move(made.columns);
  created.lanes = std::move(made.lanes);
  created.rules = std::move(made.rules);
  return decided({}, std::move(created));
}

// --- Limits, policy, rules, roles
// -------------------------------------------------------------------

// The scope as the board knows it: ids for names. What it does not need is left out.
LimitScope completed(const Board& board, const LimitScope& asked, Rejection& rejection) {
  LimitScope scope;
  scope.kind = asked.kind;
  if (asked.kind == LimitKind::column || asked.kind == LimitKind::cell) {
    if (const Column* const column = board.findByText(asked.column.value)) {
      scope.column = column->id;
      if (isFinished(column->category)) {
        rejection.push_back(FieldInvalid{"scope", "must be a column where work is open",
                                         "one of category " + std::string(text(column->category))});
      }
    } else {
      rejection.push_back(unknownColumn(board, asked.column));
    }
  }
  if (asked.kind == LimitKind::lane || asked.kind == LimitKind::cell) {
    if (const Lane* const lane = board.findLaneByText(asked.lane.value)) {
      scope.lane = lane->id;
    } else {
      rejection.push_back(unknownLane(board, asked.lane));
    }
  }
  if (asked.kind == LimitKind::person && !asked.person.empty()) {
    if (auto refusal = checkSubject("person", asked.person)) rejection.push_back(*refusal);
    scope.person = asked.person;
  }
  if (asked.kind == LimitKind::type) scope.type = asked.type;
  if (asked.kind == LimitKind::serviceClass) {
    scope.serviceClass = asked.serviceClass;
    if (asked.serviceClass == ServiceClass::expedite) {
      rejection.push_back(FieldInvalid{
          "scope", "must not be the class expedite: its limit is the policy's expediteLimit",
          "expedite"});
    }
  }
  return scope;
}

BoardDecision judge(const Board& board, const SetLimit& command, const BoardContext&) {
  Rejection rejection;
  checkLimit("limit", command.limit, rejection);
  const LimitScope scope = completed(board, command.scope, rejection);
  if (rejection.empty() && board.limit(scope) == command.limit) {
    rejection.push_back(NothingToChange{describe(scope) + " has that WIP limit"});
  }
  return decided(std::move(rejection), LimitSet{scope, board.limit(scope), command.limit});
}

BoardDecision judge(const Board& board, const SetPolicy& command, const BoardContext&) {
  Rejection rejection;
  const BoardPolicy& policy = command.policy;
  checkLimit("expediteLimit", policy.expediteLimit, rejection);
  if (policy.intangibleOf > kPullsLookedAtMax || policy.intangibleMin > policy.intangibleOf) {
    rejection.push_back(FieldInvalid{
        "intangibleMin", "must be at most intangibleOf, that at most 100",
        std::to_string(policy.intangibleMin) + " of " + std::to_string(policy.intangibleOf)});
  }
  if (policy.fixedDateLeadTime < std::chrono::seconds{0} ||
      policy.fixedDateLeadTime > kLeadTimeMax) {
    rejection.push_back(FieldInvalid{"fixedDateLeadTime", "must be 0 to 366 days", "another time"});
  }
  if (policy.reservations.size() > kReservationsMax) {
    rejection.push_back(FieldInvalid{"reservations", "must be at most 11",
                                     std::to_string(policy.reservations.size()) + " reservations"});
  }
  for (std::size_t i = 0; i < policy.reservations.size(); ++i) {
    const Reservation& one = policy.reservations[i];
    const std::string field = "reservations[" + std::to_string(i) + "]";
    if (one.type.has_value() == one.serviceClass.has_value()) {
      rejection.push_back(FieldInvalid{field, "must name a type or a class of service",
                                       one.type ? "both" : "neither"});
    }
    if (one.cards == 0 || one.cards > kLimitMax) {
      rejection.push_back(
          FieldInvalid{field + ".cards", "must be 1 to 10000", std::to_string(one.cards)});
    }
  }
  if (policy == board.policy) {
    rejection.push_back(NothingToChange{"board " + board.key.value + " has that policy"});
  }
  return decided(std::move(rejection), PolicySet{board.policy, policy});
}

void checkAction(const Board& board, const RuleAction& action, const World& world,
                 Rejection& rejection) {
  std::visit(Cases{
                 [&](const OfferHandOverTo& offer) {
                   if (offer.board == board.key) {
                     rejection.push_back(
                         FieldInvalid{"action.board", "must be another board", "the rule's own"});
                   } else if (world.find(offer.board) == nullptr) {
                     rejection.push_back(UnknownBoard{offer.board});
                   }
                 },
                 [&](const AssignToTeam& assign) {
                   if (auto bad = checkTeam("action.team", assign.team)) rejection.push_back(*bad);
                 },
                 [&](const AddRequiredCheck& check) {
                   if (auto bad = checkText("action.text", check.text, kTitleRule)) {
                     rejection.push_back(*bad);
                   }
                 },
                 [&](const MoveToColumn& move) {
                   const Column* const to = board.find(move.column);
                   if (to == nullptr) {
                     rejection.push_back(unknownColumn(board, move.column));
                   } else if (isFinished(to->category)) {
                     rejection.push_back(
                         FieldInvalid{"action.column", "must be a column where work is open",
                                      "one of category " + std::string(text(to->category))});
                   }
                 },
                 [&](const ReturnHome& home) {
                   if (auto bad = checkText("action.reason", home.reason, kReasonRule)) {
                     rejection.push_back(*bad);
                   }
                 },
             },
             action);
}

BoardDecision judge(const Board& board, const SetRule& command, const BoardContext& context) {
  Rejection rejection;
  Rule rule = command.rule;
  if (!isPlainId(rule.id.value)) {
    rejection.push_back(FieldInvalid{"id", std::string(kPlainIdRule), "another form"});
  }
  if (const Column* const column = board.findByText(rule.onEntry.value)) {
    rule.onEntry = column->id;
  } else {
    rejection.push_back(unknownColumn(board, rule.onEntry));
  }
  if (auto* move = std::get_if<MoveToColumn>(&rule.action)) {
    if (const Column* const to = board.findByText(move->column.value)) move->column = to->id;
  }
  checkAction(board, rule.action, context.world, rejection);
  const Rule* const before = board.findRule(rule.id);
  if (before == nullptr && board.rules.size() >= kRulesMax) {
    rejection.push_back(FieldInvalid{"id", "must be one of at most 50 rules a board", "a 51st"});
  }
  if (before != nullptr && *before == rule) {
    rejection.push_back(NothingToChange{"rule " + rule.id.value + " is set like that"});
  }
  return decided(std::move(rejection),
                 RuleSet{before == nullptr ? std::nullopt : std::optional(*before), rule});
}

BoardDecision judge(const Board& board, const RemoveRule& command, const BoardContext&) {
  const Rule* const rule = board.findRule(command.rule);
  if (rule == nullptr) return tl::unexpected(Rejection{UnknownRule{board.key, command.rule}});
  return decided({}, RuleRemoved{*rule});
}

BoardDecision judge(const Board& board, const SetRoles& command, const BoardContext&) {
  Rejection rejection;
  if (auto bad = checkSubject("subject", command.subject)) rejection.push_back(*bad);
  std::vector<Grant> grants = command.grants;
  std::sort(grants.begin(), grants.end());
  std::set<Role> roles;
  for (const Grant& grant : grants) {
    if (!roles.insert(grant.role).second) {
      rejection.push_back(
          FieldInvalid{"grants", "must name each role once", std::string(text(grant.role))});
    }
  }
  const auto found = board.roles.find(command.subject);
  const std::vector<Grant> before =
      found == board.roles.end() ? std::vector<Grant>{} : found->second;
  if (grants == before) {
    rejection.push_back(NothingToChange{command.subject.value + " has these roles"});
  }
  // Nobody may lock the board: there is always a manager whose grant does not end.
  const auto manages = [](const std::vector<Grant>& all) {
    return std::any_of(all.begin(), all.end(), [](const Grant& grant) {
      return grant.role == Role::manager && !grant.until;
    });
  };
  const bool othersRemain = std::any_of(
      board.roles.begin(), board.roles.end(),
      [&](const auto& one) { return one.first != command.subject && manages(one.second); });
  if (!othersRemain && !manages(grants)) rejection.push_back(ManagerMissing{board.key});
  return decided(std::move(rejection), RolesSet{command.subject, before, std::move(grants)});
}

// --- Columns and lanes
// ------------------------------------------------------------------------------

// What the columns would be after the change must still make a board (R10).
BoardDecision decidedColumns(const Board& after, Rejection rejection, BoardEvent event) {
  checkComplete(after.columns, rejection);
  return decided(std::move(rejection), std::move(event));
}

Board after(const Board& board, const BoardEvent& event) {
  Board changed = board;
  evolve(changed, event);
  return changed;
}

template <class T>
void checkNameIsFree(const std::vector<T>& all, const T& one, const std::string& field,
                     Rejection& rejection) {
  const bool taken = std::any_of(all.begin(), all.end(), [&](const T& other) {
    return other.id != one.id && toAsciiLower(other.name) == toAsciiLower(one.name);
  });
  if (taken)
    rejection.push_back(FieldInvalid{field, "must be a name of its own", "one given before"});
}

BoardDecision judge(const Board& board, const AddColumn& command, const BoardContext&) {
  Rejection rejection;
  Column column = command.column;
  column.name = std::string(withoutOuterBlanks(column.name));
  column.id = columnIdFor(column.name);
  checkColumnForm(column, "column", rejection);
  checkColumnKinds(column, rejection);
  checkNameIsFree(board.columns, column, "column.name", rejection);
  if (board.find(column.id) != nullptr) {
    rejection.push_back(
        FieldInvalid{"column.name", "must make an id of its own", "the id " + column.id.value});
  }
  if (board.columns.size() >= kColumnsMax) {
    rejection.push_back(FieldInvalid{"column", "must be one of at most 30", "a 31st"});
  }
  const auto end = static_cast<std::uint32_t>(board.columns.size());
  if (command.at && *command.at > end) {
    rejection.push_back(
        FieldInvalid{"at", "must be 0 to " + std::to_string(end), std::to_string(*command.at)});
  }
  return decided(std::move(rejection), ColumnAdded{column, command.at.value_or(end)});
}

BoardDecision judge(const Board& board, const ChangeColumn& command, const BoardContext& context) {
  const Column* const before = board.findByText(command.column.value);
  if (before == nullptr) return tl::unexpected(Rejection{unknownColumn(board, command.column)});
  Rejection rejection;
  Column column = *before;
  if (command.name) column.name = std::string(withoutOuterBlanks(*command.name));
  if (command.category) column.category = *command.category;
  if (command.category && *command.category != ColumnCategory::waiting && !command.waitsFor) {
    column.waitsFor = WaitsFor::nothing;
  }
  if (command.waitsFor) column.waitsFor = *command.waitsFor;
  if (command.makeDefaultDrop) column.defaultDrop = true;
  if (auto bad = checkText("name", column.name, kColumnNameRule)) rejection.push_back(*bad);
  checkColumnKinds(column, rejection);
  checkNameIsFree(board.columns, column, "name", rejection);
  // What the cards in it were told to be would change under them.
  const bool means = column.category != before->category || column.waitsFor != before->waitsFor;
  if (const auto cards = cardsIn(context.world, board.key, before->id); means && cards > 0) {
    rejection.push_back(ColumnNotEmpty{board.key, before->id, cards});
  }
  if (column == *before) {
    rejection.push_back(NothingToChange{"column " + column.id.value + " is like that"});
  }
  const ColumnChanged event{*before, column};
  return decidedColumns(after(board, event), std::move(rejection), event);
}

BoardDecision judge(const Board& board, const MoveColumn& command, const BoardContext&) {
  const Column* const column = board.findByText(command.column.value);
  if (column == nullptr) return tl::unexpected(Rejection{unknownColumn(board, command.column)});
  const auto from = static_cast<std::uint32_t>(column - board.columns.data());
  return decided(checkRelocation(from, command.to, board.columns.size(), column->id.value),
                 ColumnRelocated{column->id, from, command.to});
}

BoardDecision judge(const Board& board, const RemoveColumn& command, const BoardContext& context) {
  const Column* const column = board.findByText(command.column.value);
  if (column == nullptr) return tl::unexpected(Rejection{unknownColumn(board, command.column)});
  Rejection rejection;
  if (const auto cards = cardsIn(context.world, board.key, column->id); cards > 0) {
    rejection.push_back(ColumnNotEmpty{board.key, column->id, cards});
  }
  const ColumnRemoved event{*column, static_cast<std::uint32_t>(column - board.columns.data())};
  return decidedColumns(after(board, event), std::move(rejection), event);
}

void checkLane(const Board& board, const Lane& lane, Rejection& rejection) {
  if (auto bad = checkText("lane.name", lane.name, kColumnNameRule)) rejection.push_back(*bad);
  checkNameIsFree(board.lanes, lane, "lane.name", rejection);
  for (const ServiceClass serviceClass : lane.classes) {
    const Lane* const other = board.laneFor(serviceClass);
    if (other != nullptr && other->id != lane.id) {
      rejection.push_back(
          FieldInvalid{"lane.classes", "must not name a class of another lane",
                       std::string(text(serviceClass)) + ", which stands in " + other->id.value});
    }
  }
}

std::vector<ServiceClass> sorted(std::vector<ServiceClass> classes) {
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  return classes;
}

BoardDecision judge(const Board& board, const AddLane& command, const BoardContext&) {
  Rejection rejection;
  Lane lane{{}, std::string(withoutOuterBlanks(command.lane.name)), sorted(command.lane.classes)};
  lane.id = LaneId{columnIdFor(lane.name).value};
  checkLane(board, lane, rejection);
  if (!isColumnId(lane.id.value)) {
    rejection.push_back(FieldInvalid{"lane.name", "must have a letter or digit", "neither"});
  }
  if (board.findLane(lane.id) != nullptr) {
    rejection.push_back(
        FieldInvalid{"lane.name", "must make an id of its own", "the id " + lane.id.value});
  }
  const auto end = static_cast<std::uint32_t>(board.lanes.size());
  if (end >= kLanesMax) {
    rejection.push_back(FieldInvalid{"lane", "must be one of at most 20", "a 21st"});
  }
  if (command.at && *command.at > end) {
    rejection.push_back(
        FieldInvalid{"at", "must be 0 to " + std::to_string(end), std::to_string(*command.at)});
  }
  return decided(std::move(rejection), LaneAdded{lane, command.at.value_or(end)});
}

BoardDecision judge(const Board& board, const ChangeLane& command, const BoardContext&) {
  const Lane* const before = board.findLaneByText(command.lane.value);
  if (before == nullptr) return tl::unexpected(Rejection{unknownLane(board, command.lane)});
  Rejection rejection;
  Lane lane = *before;
  if (command.name) lane.name = std::string(withoutOuterBlanks(*command.name));
  if (command.classes) lane.classes = sorted(*command.classes);
  checkLane(board, lane, rejection);
  if (lane == *before) {
    rejection.push_back(NothingToChange{"lane " + lane.id.value + " is like that"});
  }
  return decided(std::move(rejection), LaneChanged{*before, lane});
}

BoardDecision judge(const Board& board, const MoveLane& command, const BoardContext&) {
  const Lane* const lane = board.findLaneByText(command.lane.value);
  if (lane == nullptr) return tl::unexpected(Rejection{unknownLane(board, command.lane)});
  const auto from = static_cast<std::uint32_t>(lane - board.lanes.data());
  return decided(checkRelocation(from, command.to, board.lanes.size(), lane->id.value),
                 LaneRelocated{lane->id, from, command.to});
}

// A class without a lane stands in none; its cards stay where they are.
BoardDecision judge(const Board& board, const RemoveLane& command, const BoardContext&) {
  const Lane* const lane = board.findLaneByText(command.lane.value);
  if (lane == nullptr) return tl::unexpected(Rejection{unknownLane(board, command.lane)});
  return decided({}, LaneRemoved{*lane, static_cast<std::uint32_t>(lane - board.lanes.data())});
}

}  // namespace

BoardDecision decide(const Board& board, const BoardCommand& command, const BoardContext& context) {
  return std::visit(
      Cases{
          [&](const CreateBoard& create) { return judge(board, create); },
          [&](const auto& other) -> BoardDecision {
            if (!board.exists) return tl::unexpected(Rejection{UnknownBoard{other.board}});
            Rejection denied;
            if (!board.hasRole(context.actor, Role::manager, context.now)) {
              denied.push_back(NotPermitted{board.key, context.actor, {Role::manager}});
            }
            auto decision = judge(board, other, context);
            if (denied.empty()) return decision;
            if (!decision) {
              denied.insert(denied.end(), decision.error().begin(), decision.error().end());
            }
            return tl::unexpected(std::move(denied));
          },
      },
      command);
}

}  // namespace docket::domain
