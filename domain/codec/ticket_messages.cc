// The messages of a ticket's first events: what it is and where it stands.
#include "domain/codec/messages.h"

namespace docket::domain::codec {

Tier readTier(std::uint8_t value) {
  if (value < 1 || value > 3) throw Malformed{"a tier of " + std::to_string(value)};
  return static_cast<Tier>(value);
}

void write(const Place& place, wire::Place::Builder to) {
  to.setColumn(toWire(place.column.value));
  to.setCategory(toWire(place.category));
  to.setWaitsFor(toWire(place.waitsFor));
}
Place read(wire::Place::Reader from) {
  return {ColumnId{read(from.getColumn())}, read(from.getCategory()), read(from.getWaitsFor())};
}

namespace {

using ForeignList = capnp::List<wire::ForeignAttribute>;

void write(const std::vector<ForeignAttribute>& attributes, ForeignList::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i) {
    const ForeignAttribute& attribute = attributes[i];
    auto one = to[i];
    one.setKey(toWire(attribute.key));
    one.setType(toWire(attribute.type));
    one.setValue(toWire(attribute.value));
    if (attribute.children.empty()) continue;
    write(attribute.children, one.initChildren(static_cast<unsigned>(attribute.children.size())));
  }
}
// The reader's nesting limit ends a recursion that a hostile payload asks for.
std::vector<ForeignAttribute> read(ForeignList::Reader from) {
  std::vector<ForeignAttribute> attributes;
  attributes.reserve(from.size());
  for (const auto one : from) {
    attributes.push_back({codec::read(one.getKey()), codec::read(one.getType()),
                          codec::read(one.getValue()), read(one.getChildren())});
  }
  return attributes;
}

}  // namespace

void write(const TicketOpened& event, wire::TicketOpened::Builder to) {
  to.setBoard(toWire(event.id.board.value));
  to.setNumber(event.id.number);
  write(event.place, to.initPlace());
  to.setType(toWire(event.type));
  to.setServiceClass(toWire(event.serviceClass));
  to.setTier(toWire(event.tier));
  to.setTitle(toWire(event.title));
  to.setDescription(toWire(event.description));
  to.setRequester(toWire(event.requester.value));
  to.setHasDue(event.due.has_value());
  to.setDue(event.due ? event.due->time_since_epoch().count() : 0);
  to.setExternalKey(toWire(event.externalKey));
  to.setOpenedBy(toWire(event.openedBy));
  if (!event.foreign.empty()) {
    write(event.foreign, to.initForeign(static_cast<unsigned>(event.foreign.size())));
  }
}
TicketOpened read(wire::TicketOpened::Reader from) {
  TicketOpened event;
  event.id = {BoardKey{read(from.getBoard())}, from.getNumber()};
  event.place = read(from.getPlace());
  event.type = read(from.getType());
  event.serviceClass = read(from.getServiceClass());
  event.tier = readTier(from.getTier());
  event.title = read(from.getTitle());
  event.description = read(from.getDescription());
  event.requester = SubjectId{read(from.getRequester())};
  if (from.getHasDue()) event.due = Timestamp{std::chrono::microseconds{from.getDue()}};
  event.externalKey = read(from.getExternalKey());
  event.openedBy = SubjectId{read(from.getOpenedBy())};
  event.foreign = read(from.getForeign());
  return event;
}

void write(const TicketMoved& event, wire::TicketMoved::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setPolicyVersion(event.policyVersion);
  to.setOverrideReason(toWire(event.overrideReason));
}
TicketMoved read(wire::TicketMoved::Reader from) {
  return {read(from.getFrom()), read(from.getTo()), from.getPolicyVersion(),
          read(from.getOverrideReason())};
}

void write(const TicketPulled& event, wire::TicketPulled::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setAgent(toWire(event.agent.value));
  to.setPolicyVersion(event.policyVersion);
  to.setRule(toWire(event.rule));
  to.setCandidates(event.candidates);
  to.setHasHeldBack(event.heldBack.has_value());
  to.setHeldBack(event.heldBack.value_or(0));
}
TicketPulled read(wire::TicketPulled::Reader from) {
  TicketPulled event{read(from.getFrom()),
                     read(from.getTo()),
                     SubjectId{read(from.getAgent())},
                     from.getPolicyVersion(),
                     read(from.getRule()),
                     from.getCandidates(),
                     std::nullopt};
  if (from.getHasHeldBack()) event.heldBack = from.getHeldBack();
  return event;
}

void write(const TicketAssigned& event, wire::TicketAssigned::Builder to) {
  to.setFrom(toWire(event.from.value));
  to.setTo(toWire(event.to.value));
}
TicketAssigned read(wire::TicketAssigned::Reader from) {
  return {SubjectId{read(from.getFrom())}, SubjectId{read(from.getTo())}};
}

void write(const TicketEscalated& event, wire::TicketEscalated::Builder to) {
  to.setFrom(toWire(event.from));
  to.setTo(toWire(event.to));
  to.setNote(toWire(event.note));
}
TicketEscalated read(wire::TicketEscalated::Reader from) {
  return {readTier(from.getFrom()), readTier(from.getTo()), read(from.getNote())};
}

void write(const TicketBlocked& event, wire::TicketBlocked::Builder to) {
  to.setKind(toWire(event.kind));
  to.setReason(toWire(event.reason));
}
TicketBlocked read(wire::TicketBlocked::Reader from) {
  return {read(from.getKind()), read(from.getReason())};
}

void write(const TicketUnblocked& event, wire::TicketUnblocked::Builder to) {
  to.setKind(toWire(event.kind));
  to.setNote(toWire(event.note));
}
TicketUnblocked read(wire::TicketUnblocked::Reader from) {
  return {read(from.getKind()), read(from.getNote())};
}

void write(const CommentAdded& event, wire::CommentAdded::Builder to) {
  to.setText(toWire(event.text));
  to.setIsPublic(event.isPublic);
  to.setByRequester(event.byRequester);
}
CommentAdded read(wire::CommentAdded::Reader from) {
  return {read(from.getText()), from.getIsPublic(), from.getByRequester()};
}

void write(const TicketResolved& event, wire::TicketResolved::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setResolution(toWire(event.resolution));
  to.setKind(toWire(event.kind));
}
TicketResolved read(wire::TicketResolved::Reader from) {
  return {read(from.getFrom()), read(from.getTo()), read(from.getResolution()),
          read(from.getKind())};
}

void write(const TicketReopened& event, wire::TicketReopened::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setReason(toWire(event.reason));
}
TicketReopened read(wire::TicketReopened::Reader from) {
  return {read(from.getFrom()), read(from.getTo()), read(from.getReason())};
}

void write(const HistoryRecorded& event, wire::HistoryRecorded::Builder to) {
  to.setSequence(event.sequence);
  to.setActivity(toWire(event.activity));
  to.setActor(toWire(event.actor));
  if (event.to) write(*event.to, to.initTo());
  if (!event.foreign.empty()) {
    write(event.foreign, to.initForeign(static_cast<unsigned>(event.foreign.size())));
  }
  to.setHasAssignee(event.assignee.has_value());
  if (event.assignee) to.setAssignee(toWire(*event.assignee));
  to.setHasTeam(event.team.has_value());
  if (event.team) to.setTeam(toWire(*event.team));
  to.setTier(event.tier ? toWire(*event.tier) : std::uint8_t{0});
}
HistoryRecorded read(wire::HistoryRecorded::Reader from) {
  HistoryRecorded event;
  event.sequence = from.getSequence();
  event.activity = read(from.getActivity());
  event.actor = read(from.getActor());
  if (from.hasTo()) event.to = read(from.getTo());
  event.foreign = read(from.getForeign());
  if (from.getHasAssignee()) event.assignee = SubjectId{read(from.getAssignee())};
  if (from.getHasTeam()) event.team = TeamId{read(from.getTeam())};
  if (from.getTier() != 0) event.tier = readTier(from.getTier());
  return event;
}

// --- Upcasters: an older message, read as today's event ------------------------------------------

// Version 1 spelled the rule as a text, and did not say whom a limit had held back.
TicketPulled read(wire::TicketPulledV1::Reader from) {
  const std::string rule = read(from.getRule());
  const auto known = parsePullRule(rule);
  if (!known) throw Malformed{"a pull rule '" + rule + "'"};
  return {read(from.getFrom()),
          read(from.getTo()),
          SubjectId{read(from.getAgent())},
          from.getPolicyVersion(),
          *known,
          from.getCandidates(),
          std::nullopt};
}

}  // namespace docket::domain::codec
