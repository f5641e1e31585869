// Reading commands on boards from the wire.
#include <algorithm>
#include <limits>

#include "server/field_reader.h"

namespace docket::server {
namespace {

// More than the domain takes of any of them.
constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kReservationsMax = 100;
constexpr std::size_t kGrantsMax = 100;

domain::BoardKey boardOf(FieldReader& fields, capnp::Text::Reader board) {
  return {fields.name("board", board)};
}

domain::Column readColumn(FieldReader& fields, const std::string& field, api::Column::Reader in) {
  return {.id = {},
          .name = textOf(in.getName()),
          .category = fields.spelled(field + ".category", in.getCategory(), kCategories),
          .wipLimit = fields.limit(field + ".wipLimit", in.getWipLimit()),
          .defaultDrop = in.getDefaultDrop(),
          .waitsFor = fields.spelledIfAny(field + ".waitsFor", in.getWaitsFor(), kWaitsFor)
                          .value_or(domain::WaitsFor::nothing)};
}

domain::CreateBoard read(FieldReader& fields, api::CreateBoard::Reader in) {
  domain::CreateBoard create{{fields.name("key", in.getKey())},
                             textOf(in.getName()),
                             fields.name("template", in.getTemplate()),
                             {}};
  if (!fields.fits("columns", in.getColumns().size(), kColumnsMax)) return create;
  for (const api::Column::Reader column : in.getColumns()) {
    create.columns.push_back(readColumn(fields, "columns", column));
  }
  return create;
}

domain::LimitScope read(FieldReader& fields, api::LimitScope::Reader in) {
  using domain::LimitKind;
  domain::LimitScope scope;
  switch (in.which()) {
    case api::LimitScope::COLUMN:
      scope.kind = LimitKind::column;
      scope.column = {fields.name("scope.column", in.getColumn())};
      return scope;
    case api::LimitScope::LANE:
      scope.kind = LimitKind::lane;
      scope.lane = {fields.name("scope.lane", in.getLane())};
      return scope;
    case api::LimitScope::CELL:
      scope.kind = LimitKind::cell;
      scope.column = {fields.name("scope.cell.column", in.getCell().getColumn())};
      scope.lane = {fields.name("scope.cell.lane", in.getCell().getLane())};
      return scope;
    case api::LimitScope::PERSON:
      scope.kind = LimitKind::person;
      scope.person = {fields.name("scope.person", in.getPerson())};
      return scope;
    case api::LimitScope::TYPE:
      scope.kind = LimitKind::type;
      scope.type = fields.spelled("scope.type", in.getType(), kTypes);
      return scope;
    case api::LimitScope::CLASS:
      scope.kind = LimitKind::serviceClass;
      scope.serviceClass = fields.spelled("scope.class", in.getClass(), kClasses);
      return scope;
    case api::LimitScope::BOARD:
      scope.kind = LimitKind::board;
      return scope;
  }
  fields.refuse("scope", "must be one that this server knows", "a newer one");
  return scope;
}

domain::SetLimit read(FieldReader& fields, api::SetLimit::Reader in) {
  domain::SetLimit set;
  set.board = boardOf(fields, in.getBoard());
  if (in.hasScope()) {
    set.scope = read(fields, in.getScope());
  } else {
    set.scope.column = {fields.name("column", in.getColumn())};
  }
  set.limit = fields.limit("limit", in.getLimit());
  return set;
}

domain::AddColumn read(FieldReader& fields, api::AddColumn::Reader in) {
  return {.board = boardOf(fields, in.getBoard()),
          .column = readColumn(fields, "column", in.getColumn()),
          .at = fields.placeIfAny("at", in.getAt())};
}

domain::ChangeColumn read(FieldReader& fields, api::ChangeColumn::Reader in) {
  domain::ChangeColumn change;
  change.board = boardOf(fields, in.getBoard());
  change.column = {fields.name("column", in.getColumn())};
  if (in.getName().size() != 0) change.name = textOf(in.getName());
  change.category = fields.spelledIfAny("category", in.getCategory(), kCategories);
  change.waitsFor = fields.spelledIfAny("waitsFor", in.getWaitsFor(), kWaitsFor);
  change.makeDefaultDrop = in.getMakeDefaultDrop();
  return change;
}

// A column, a lane or a rule of a board, to be removed or put elsewhere.
template <class Remove>
Remove readRemoval(FieldReader& fields, api::OnBoard::Reader in) {
  return {boardOf(fields, in.getBoard()), {fields.name("id", in.getId())}};
}
template <class Move>
Move readRelocation(FieldReader& fields, api::Relocate::Reader in) {
  return {boardOf(fields, in.getBoard()), {fields.name("id", in.getId())}, in.getTo()};
}

domain::AddLane read(FieldReader& fields, api::AddLane::Reader in) {
  const auto lane = in.getLane();
  return {.board = boardOf(fields, in.getBoard()),
          .lane = {{}, textOf(lane.getName()), fields.classes("lane.classes", lane.getClasses())},
          .at = fields.placeIfAny("at", in.getAt())};
}

domain::ChangeLane read(FieldReader& fields, api::ChangeLane::Reader in) {
  domain::ChangeLane change;
  change.board = boardOf(fields, in.getBoard());
  change.lane = {fields.name("lane", in.getLane())};
  if (in.getName().size() != 0) change.name = textOf(in.getName());
  if (in.getSetClasses()) change.classes = fields.classes("classes", in.getClasses());
  return change;
}

domain::SetPolicy read(FieldReader& fields, api::SetPolicy::Reader in) {
  domain::SetPolicy set;
  set.board = boardOf(fields, in.getBoard());
  const auto policy = in.getPolicy();
  set.policy.allowsOverride = policy.getAllowsOverride();
  set.policy.expediteLimit = policy.getExpediteLimit();
  set.policy.intangibleMin = policy.getIntangibleMin();
  set.policy.intangibleOf = policy.getIntangibleOf();
  set.policy.fixedDateLeadTime =
      fields.seconds("policy.fixedDateLeadTime", policy.getFixedDateLeadTime());
  const auto reservations = policy.getReservations();
  if (!fields.fits("policy.reservations", reservations.size(), kReservationsMax)) return set;
  for (const api::Reservation::Reader one : reservations) {
    set.policy.reservations.push_back(
        {.type = fields.spelledIfAny("policy.reservations.type", one.getType(), kTypes),
         .serviceClass = fields.spelledIfAny("policy.reservations.class", one.getClass(), kClasses),
         .cards = one.getCards()});
  }
  return set;
}

domain::RuleAction read(FieldReader& fields, api::Rule::Action::Reader in) {
  switch (in.which()) {
    case api::Rule::Action::OFFER_HAND_OVER_TO:
      return domain::OfferHandOverTo{
          {fields.name("rule.action.offerHandOverTo", in.getOfferHandOverTo())}};
    case api::Rule::Action::ASSIGN_TO_TEAM:
      return domain::AssignToTeam{{fields.name("rule.action.assignToTeam", in.getAssignToTeam())}};
    case api::Rule::Action::ADD_REQUIRED_CHECK:
      return domain::AddRequiredCheck{textOf(in.getAddRequiredCheck())};
    case api::Rule::Action::MOVE_TO_COLUMN:
      return domain::MoveToColumn{{fields.name("rule.action.moveToColumn", in.getMoveToColumn())}};
    case api::Rule::Action::RETURN_HOME:
      return domain::ReturnHome{textOf(in.getReturnHome())};
  }
  fields.refuse("rule.action", "must be one that this server knows", "a newer one");
  return {};
}

domain::SetRule read(FieldReader& fields, api::SetRule::Reader in) {
  const auto rule = in.getRule();
  return {.board = boardOf(fields, in.getBoard()),
          .rule = {.id = {fields.name("rule.id", rule.getId())},
                   .onEntry = {fields.name("rule.onEntry", rule.getOnEntry())},
                   .type = fields.spelledIfAny("rule.type", rule.getType(), kTypes),
                   .action = read(fields, rule.getAction())}};
}

domain::SetRoles read(FieldReader& fields, api::SetRoles::Reader in) {
  domain::SetRoles set;
  set.board = boardOf(fields, in.getBoard());
  set.subject = {fields.name("subject", in.getSubject())};
  if (!fields.fits("grants", in.getGrants().size(), kGrantsMax)) return set;
  for (const api::Grant::Reader grant : in.getGrants()) {
    set.grants.push_back({.role = fields.spelled("grants.role", grant.getRole(), kRoles),
                          .until = fields.time("grants.until", grant.getUntil())});
  }
  return set;
}

}  // namespace

std::optional<domain::BoardCommand> readBody(FieldReader& fields, api::BoardCommand::Reader in) {
  using Wire = api::BoardCommand;
  switch (in.which()) {
    case Wire::CREATE:
      return read(fields, in.getCreate());
    case Wire::SET_LIMIT:
      return read(fields, in.getSetLimit());
    case Wire::ADD_COLUMN:
      return read(fields, in.getAddColumn());
    case Wire::CHANGE_COLUMN:
      return read(fields, in.getChangeColumn());
    case Wire::MOVE_COLUMN:
      return readRelocation<domain::MoveColumn>(fields, in.getMoveColumn());
    case Wire::REMOVE_COLUMN:
      return readRemoval<domain::RemoveColumn>(fields, in.getRemoveColumn());
    case Wire::ADD_LANE:
      return read(fields, in.getAddLane());
    case Wire::CHANGE_LANE:
      return read(fields, in.getChangeLane());
    case Wire::MOVE_LANE:
      return readRelocation<domain::MoveLane>(fields, in.getMoveLane());
    case Wire::REMOVE_LANE:
      return readRemoval<domain::RemoveLane>(fields, in.getRemoveLane());
    case Wire::SET_POLICY:
      return read(fields, in.getSetPolicy());
    case Wire::SET_RULE:
      return read(fields, in.getSetRule());
    case Wire::REMOVE_RULE:
      return readRemoval<domain::RemoveRule>(fields, in.getRemoveRule());
    case Wire::SET_ROLES:
      return read(fields, in.getSetRoles());
  }
  return std::nullopt;  // from a newer client
}

}  // namespace docket::server
