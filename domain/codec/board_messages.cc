// The messages of a board's events.
#include "domain/cases.h"
#include "domain/codec/messages.h"

namespace docket::domain::codec {
namespace {

void write(const std::optional<std::uint32_t>& limit, wire::Limit::Builder to) {
  to.setLimited(limit.has_value());
  to.setValue(limit.value_or(0));
}
std::optional<std::uint32_t> read(wire::Limit::Reader from) {
  return from.getLimited() ? std::optional(from.getValue()) : std::nullopt;
}

void write(const Column& column, wire::Column::Builder to) {
  to.setId(toWire(column.id));
  to.setName(toWire(column.name));
  to.setCategory(toWire(column.category));
  write(column.wipLimit, to.initWipLimit());
  to.setDefaultDrop(column.defaultDrop);
  to.setWaitsFor(toWire(column.waitsFor));
}
Column read(wire::Column::Reader from) {
  return {ColumnId{codec::read(from.getId())},
          codec::read(from.getName()),
          codec::read(from.getCategory()),
          read(from.getWipLimit()),
          from.getDefaultDrop(),
          codec::read(from.getWaitsFor())};
}

void write(const Lane& lane, wire::Lane::Builder to) {
  to.setId(toWire(lane.id));
  to.setName(toWire(lane.name));
  auto classes = to.initClasses(static_cast<unsigned>(lane.classes.size()));
  for (unsigned i = 0; i < classes.size(); ++i) classes.set(i, toWire(lane.classes[i]));
}
Lane read(wire::Lane::Reader from) {
  Lane lane{LaneId{codec::read(from.getId())}, codec::read(from.getName()), {}};
  for (const auto one : from.getClasses()) lane.classes.push_back(codec::read(one));
  return lane;
}

void write(const RuleAction& action, wire::Rule::Action::Builder to) {
  std::visit(Cases{
                 [&](const OfferHandOverTo& a) { to.setOfferHandOverTo(toWire(a.board)); },
                 [&](const AssignToTeam& a) { to.setAssignToTeam(toWire(a.team)); },
                 [&](const AddRequiredCheck& a) { to.setAddRequiredCheck(toWire(a.text)); },
                 [&](const MoveToColumn& a) { to.setMoveToColumn(toWire(a.column)); },
                 [&](const ReturnHome& a) { to.setReturnHome(toWire(a.reason)); },
             },
             action);
}
RuleAction read(wire::Rule::Action::Reader from) {
  using codec::read;
  switch (from.which()) {
    case wire::Rule::Action::OFFER_HAND_OVER_TO:
      return OfferHandOverTo{BoardKey{read(from.getOfferHandOverTo())}};
    case wire::Rule::Action::ASSIGN_TO_TEAM:
      return AssignToTeam{TeamId{read(from.getAssignToTeam())}};
    case wire::Rule::Action::ADD_REQUIRED_CHECK:
      return AddRequiredCheck{read(from.getAddRequiredCheck())};
    case wire::Rule::Action::MOVE_TO_COLUMN:
      return MoveToColumn{ColumnId{read(from.getMoveToColumn())}};
    case wire::Rule::Action::RETURN_HOME:
      return ReturnHome{read(from.getReturnHome())};
  }
  throw Malformed{"an action of a rule that is not known"};
}

void write(const Rule& rule, wire::Rule::Builder to) {
  to.setId(toWire(rule.id));
  to.setOnEntry(toWire(rule.onEntry));
  to.setOfType(rule.type.has_value());
  if (rule.type) to.setType(toWire(*rule.type));
  write(rule.action, to.initAction());
}
Rule read(wire::Rule::Reader from) {
  Rule rule;
  rule.id = RuleId{codec::read(from.getId())};
  rule.onEntry = ColumnId{codec::read(from.getOnEntry())};
  if (from.getOfType()) rule.type = codec::read(from.getType());
  rule.action = read(from.getAction());
  return rule;
}

void write(const LimitScope& scope, wire::LimitScope::Builder to) {
  to.setKind(toWire(scope.kind));
  to.setColumn(toWire(scope.column));
  to.setLane(toWire(scope.lane));
  to.setPerson(toWire(scope.person));
  to.setType(toWire(scope.type));
  to.setServiceClass(toWire(scope.serviceClass));
}
LimitScope read(wire::LimitScope::Reader from) {
  using codec::read;
  return {read(from.getKind()),         ColumnId{read(from.getColumn())},
          LaneId{read(from.getLane())}, SubjectId{read(from.getPerson())},
          read(from.getType()),         read(from.getServiceClass())};
}

void write(const Reservation& one, wire::Reservation::Builder to) {
  if (one.type) {
    to.getKind().setType(toWire(*one.type));
  } else {
    to.getKind().setServiceClass(toWire(one.serviceClass.value_or(ServiceClass::standard)));
  }
  to.setCards(one.cards);
}
Reservation read(wire::Reservation::Reader from) {
  Reservation one;
  if (from.getKind().isType()) {
    one.type = codec::read(from.getKind().getType());
  } else if (from.getKind().isServiceClass()) {
    one.serviceClass = codec::read(from.getKind().getServiceClass());
  } else {
    throw Malformed{"a reservation of a kind that is not known"};
  }
  one.cards = from.getCards();
  return one;
}

void write(const Grant& grant, wire::Grant::Builder to) {
  to.setRole(toWire(grant.role));
  to.setEnds(grant.until.has_value());
  to.setUntil(grant.until ? toWire(*grant.until) : 0);
}
Grant read(wire::Grant::Reader from) {
  Grant grant;
  grant.role = codec::read(from.getRole());
  if (from.getEnds()) grant.until = readInstant(from.getUntil());
  return grant;
}

template <class T>
unsigned sizeOf(const std::vector<T>& all) {
  return static_cast<unsigned>(all.size());
}
template <class T, class List>
void writeList(const std::vector<T>& all, List to) {
  for (unsigned i = 0; i < to.size(); ++i) write(all[i], to[i]);
}
template <class T, class List>
std::vector<T> readList(List from) {
  std::vector<T> all;
  all.reserve(from.size());
  for (const auto one : from) all.push_back(read(one));
  return all;
}

void write(const BoardPolicy& policy, wire::BoardPolicy::Builder to) {
  to.setAllowsOverride(policy.allowsOverride);
  to.setExpediteLimit(policy.expediteLimit);
  writeList(policy.reservations, to.initReservations(sizeOf(policy.reservations)));
  to.setIntangibleMin(policy.intangibleMin);
  to.setIntangibleOf(policy.intangibleOf);
  to.setFixedDateLeadTime(policy.fixedDateLeadTime.count());
}
BoardPolicy read(wire::BoardPolicy::Reader from) {
  BoardPolicy policy;
  policy.allowsOverride = from.getAllowsOverride();
  policy.expediteLimit = from.getExpediteLimit();
  policy.reservations = readList<Reservation>(from.getReservations());
  policy.intangibleMin = from.getIntangibleMin();
  policy.intangibleOf = from.getIntangibleOf();
  policy.fixedDateLeadTime = std::chrono::seconds{from.getFixedDateLeadTime()};
  return policy;
}

}  // namespace

void write(const BoardCreated& event, wire::BoardCreated::Builder to) {
  to.setKey(toWire(event.key.value));
  to.setName(toWire(event.name));
  to.setTemplateName(toWire(event.templateName));
  writeList(event.columns, to.initColumns(sizeOf(event.columns)));
  to.setExpediteLimit(event.expediteLimit);
  writeList(event.lanes, to.initLanes(sizeOf(event.lanes)));
  writeList(event.rules, to.initRules(sizeOf(event.rules)));
}
BoardCreated read(wire::BoardCreated::Reader from) {
  BoardCreated event;
  event.key = BoardKey{read(from.getKey())};
  event.name = read(from.getName());
  event.templateName = read(from.getTemplateName());
  event.columns = readList<Column>(from.getColumns());
  event.expediteLimit = from.getExpediteLimit();
  event.lanes = readList<Lane>(from.getLanes());
  event.rules = readList<Rule>(from.getRules());
  return event;
}

void write(const LimitSet& event, wire::LimitSet::Builder to) {
  to.setColumn(toWire(event.scope.column));
  write(event.before, to.initBefore());
  write(event.after, to.initAfter());
  write(event.scope, to.initScope());
}
// Version 1 had no scope: it was always a column's.
LimitSet read(wire::LimitSet::Reader from) {
  LimitSet event;
  if (from.hasScope()) {
    event.scope = read(from.getScope());
  } else {
    event.scope.column = ColumnId{read(from.getColumn())};
  }
  event.before = read(from.getBefore());
  event.after = read(from.getAfter());
  return event;
}

void write(const ColumnAdded& event, wire::ColumnAdded::Builder to) {
  write(event.column, to.initColumn());
  to.setAt(event.at);
}
ColumnAdded read(wire::ColumnAdded::Reader from) {
  return {read(from.getColumn()), from.getAt()};
}

void write(const ColumnChanged& event, wire::ColumnChanged::Builder to) {
  write(event.before, to.initBefore());
  write(event.after, to.initAfter());
}
ColumnChanged read(wire::ColumnChanged::Reader from) {
  return {read(from.getBefore()), read(from.getAfter())};
}

void write(const ColumnRelocated& event, wire::ColumnRelocated::Builder to) {
  to.setColumn(toWire(event.column));
  to.setFrom(event.from);
  to.setTo(event.to);
}
ColumnRelocated read(wire::ColumnRelocated::Reader from) {
  return {ColumnId{read(from.getColumn())}, from.getFrom(), from.getTo()};
}

void write(const ColumnRemoved& event, wire::ColumnRemoved::Builder to) {
  write(event.column, to.initColumn());
  to.setAt(event.at);
}
ColumnRemoved read(wire::ColumnRemoved::Reader from) {
  return {read(from.getColumn()), from.getAt()};
}

void write(const LaneAdded& event, wire::LaneAdded::Builder to) {
  write(event.lane, to.initLane());
  to.setAt(event.at);
}
LaneAdded read(wire::LaneAdded::Reader from) {
  return {read(from.getLane()), from.getAt()};
}

void write(const LaneChanged& event, wire::LaneChanged::Builder to) {
  write(event.before, to.initBefore());
  write(event.after, to.initAfter());
}
LaneChanged read(wire::LaneChanged::Reader from) {
  return {read(from.getBefore()), read(from.getAfter())};
}

void write(const LaneRelocated& event, wire::LaneRelocated::Builder to) {
  to.setLane(toWire(event.lane));
  to.setFrom(event.from);
  to.setTo(event.to);
}
LaneRelocated read(wire::LaneRelocated::Reader from) {
  return {LaneId{read(from.getLane())}, from.getFrom(), from.getTo()};
}

void write(const LaneRemoved& event, wire::LaneRemoved::Builder to) {
  write(event.lane, to.initLane());
  to.setAt(event.at);
}
LaneRemoved read(wire::LaneRemoved::Reader from) {
  return {read(from.getLane()), from.getAt()};
}

void write(const PolicySet& event, wire::PolicySet::Builder to) {
  write(event.before, to.initBefore());
  write(event.after, to.initAfter());
}
PolicySet read(wire::PolicySet::Reader from) {
  return {read(from.getBefore()), read(from.getAfter())};
}

void write(const RuleSet& event, wire::RuleSet::Builder to) {
  if (event.before) write(*event.before, to.initBefore());
  write(event.after, to.initAfter());
}
RuleSet read(wire::RuleSet::Reader from) {
  RuleSet event;
  if (from.hasBefore()) event.before = read(from.getBefore());
  event.after = read(from.getAfter());
  return event;
}

void write(const RuleRemoved& event, wire::RuleRemoved::Builder to) {
  write(event.rule, to.initRule());
}
RuleRemoved read(wire::RuleRemoved::Reader from) {
  return {read(from.getRule())};
}

void write(const RolesSet& event, wire::RolesSet::Builder to) {
  to.setSubject(toWire(event.subject));
  writeList(event.before, to.initBefore(sizeOf(event.before)));
  writeList(event.after, to.initAfter(sizeOf(event.after)));
}
RolesSet read(wire::RolesSet::Reader from) {
  return {SubjectId{read(from.getSubject())}, readList<Grant>(from.getBefore()),
          readList<Grant>(from.getAfter())};
}

}  // namespace docket::domain::codec
