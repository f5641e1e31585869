#include "projections/board_codec.h"

#include <utility>
#include <variant>

#include "domain/cases.h"
#include "projections/projection.h"
#include "projections/row_codec.h"

namespace docket::projections {
namespace {

using namespace domain;

constexpr std::uint64_t kNumberMax = 0xffff'ffff;

std::uint32_t smallNumber(RowParser& row) {
  return static_cast<std::uint32_t>(row.number(kNumberMax));
}

template <class T, class Write>
void list(RowWriter& row, const T& all, Write write) {
  row.number(all.size());
  for (const auto& one : all) write(one);
}

// The parser answers zeros once damaged, so a wild count ends at the first item that is not there.
template <class Read>
void list(RowParser& row, Read read) {
  for (std::uint64_t left = row.number(); left != 0 && !row.damaged(); --left) read();
}

template <class Enumeration>
std::optional<Enumeration> optionalKind(RowParser& row, Enumeration last) {
  if (!row.flag()) return std::nullopt;
  return row.kind(last);
}
template <class Enumeration>
void write(RowWriter& row, const std::optional<Enumeration>& value) {
  row.flag(value.has_value());
  if (value) row.kind(*value);
}

// --- Columns and lanes ---

void write(RowWriter& row, const Column& column) {
  row.text(column.id.value).text(column.name).kind(column.category).flag(column.defaultDrop);
  row.kind(column.waitsFor).flag(column.wipLimit.has_value());
  if (column.wipLimit) row.number(*column.wipLimit);
}

Column readColumn(RowParser& row) {
  Column column;
  column.id.value = row.text();
  column.name = row.text();
  column.category = row.kind(ColumnCategory::closed);
  column.defaultDrop = row.flag();
  column.waitsFor = row.kind(WaitsFor::team);
  if (row.flag()) column.wipLimit = smallNumber(row);
  return column;
}

void write(RowWriter& row, const Lane& lane) {
  row.text(lane.id.value).text(lane.name);
  list(row, lane.classes, [&](ServiceClass one) { row.kind(one); });
}

Lane readLane(RowParser& row) {
  Lane lane;
  lane.id.value = row.text();
  lane.name = row.text();
  list(row, [&] { lane.classes.push_back(row.kind(ServiceClass::intangible)); });
  return lane;
}

// --- Limits and policy ---

void write(RowWriter& row, const LimitScope& scope) {
  row.kind(scope.kind).text(scope.column.value).text(scope.lane.value).text(scope.person.value);
  row.kind(scope.type).kind(scope.serviceClass);
}

LimitScope readScope(RowParser& row) {
  LimitScope scope;
  scope.kind = row.kind(LimitKind::board);
  scope.column.value = row.text();
  scope.lane.value = row.text();
  scope.person.value = row.text();
  scope.type = row.kind(TicketType::enhancement);
  scope.serviceClass = row.kind(ServiceClass::intangible);
  return scope;
}

void write(RowWriter& row, const BoardPolicy& policy) {
  row.flag(policy.allowsOverride).number(policy.expediteLimit);
  list(row, policy.reservations, [&](const Reservation& one) {
    write(row, one.type);
    write(row, one.serviceClass);
    row.number(one.cards);
  });
  row.number(policy.intangibleMin).number(policy.intangibleOf);
  row.number(static_cast<std::uint64_t>(policy.fixedDateLeadTime.count()));
}

BoardPolicy readPolicy(RowParser& row) {
  BoardPolicy policy;
  policy.allowsOverride = row.flag();
  policy.expediteLimit = smallNumber(row);
  list(row, [&] {
    Reservation& one = policy.reservations.emplace_back();
    one.type = optionalKind(row, TicketType::enhancement);
    one.serviceClass = optionalKind(row, ServiceClass::intangible);
    one.cards = smallNumber(row);
  });
  policy.intangibleMin = smallNumber(row);
  policy.intangibleOf = smallNumber(row);
  policy.fixedDateLeadTime = std::chrono::seconds{static_cast<std::int64_t>(row.number())};
  return policy;
}

// --- Rules and roles ---

void write(RowWriter& row, const Rule& rule) {
  row.text(rule.id.value).text(rule.onEntry.value);
  write(row, rule.type);
  row.number(rule.action.index());
  std::visit(Cases{
                 [&](const OfferHandOverTo& action) { row.text(action.board.value); },
                 [&](const AssignToTeam& action) { row.text(action.team.value); },
                 [&](const AddRequiredCheck& action) { row.text(action.text); },
                 [&](const MoveToColumn& action) { row.text(action.column.value); },
                 [&](const ReturnHome& action) { row.text(action.reason); },
             },
             rule.action);
}

RuleAction readAction(RowParser& row) {
  const std::uint64_t index = row.number(std::variant_size_v<RuleAction> - 1);
  std::string text(row.text());
  switch (index) {
    case 0:
      return OfferHandOverTo{{std::move(text)}};
    case 1:
      return AssignToTeam{{std::move(text)}};
    case 2:
      return AddRequiredCheck{std::move(text)};
    case 3:
      return MoveToColumn{{std::move(text)}};
    default:
      static_assert(std::variant_size_v<RuleAction> == 5);
      return ReturnHome{std::move(text)};
  }
}

Rule readRule(RowParser& row) {
  Rule rule;
  rule.id.value = row.text();
  rule.onEntry.value = row.text();
  rule.type = optionalKind(row, TicketType::enhancement);
  rule.action = readAction(row);
  return rule;
}

}  // namespace

std::string encodeBoard(const Board& board) {
  RowWriter row;
  row.text(board.key.value).text(board.name).text(board.templateName).number(board.policyVersion);
  list(row, board.columns, [&](const Column& one) { write(row, one); });
  list(row, board.lanes, [&](const Lane& one) { write(row, one); });
  list(row, board.limits, [&](const auto& one) {
    write(row, one.first);
    row.number(one.second);
  });
  write(row, board.policy);
  list(row, board.rules, [&](const Rule& one) { write(row, one); });
  list(row, board.roles, [&](const auto& one) {
    row.text(one.first.value);
    list(row, one.second, [&](const Grant& grant) { row.kind(grant.role).time(grant.until); });
  });
  return row.take();
}

Board decodeBoard(std::string_view bytes) {
  RowParser row(bytes);
  Board board;
  board.exists = true;
  board.key.value = row.text();
  board.name = row.text();
  board.templateName = row.text();
  board.policyVersion = row.number();
  list(row, [&] { board.columns.push_back(readColumn(row)); });
  list(row, [&] { board.lanes.push_back(readLane(row)); });
  list(row, [&] {
    const LimitScope scope = readScope(row);
    board.limits.insert_or_assign(scope, smallNumber(row));
  });
  board.policy = readPolicy(row);
  list(row, [&] { board.rules.push_back(readRule(row)); });
  list(row, [&] {
    std::vector<Grant>& grants = board.roles[{std::string(row.text())}];
    list(row, [&] {
      Grant& grant = grants.emplace_back();
      grant.role = row.kind(Role::administrator);
      grant.until = row.optionalTime();
    });
  });
  if (!row.whole()) throw ViewDamaged("the row of a board is not what was written");
  return board;
}

}  // namespace docket::projections
