// The messages of what happens to a ticket on its way: classification, hand-over, gates, links,
// outcome and promises.
#include "domain/codec/messages.h"

namespace docket::domain::codec {
namespace {

void write(const TicketId& id, wire::TicketId::Builder to) {
  to.setBoard(toWire(id.board));
  to.setNumber(id.number);
}
TicketId read(wire::TicketId::Reader from) {
  return {BoardKey{codec::read(from.getBoard())}, from.getNumber()};
}

void write(const Classification& is, wire::Classification::Builder to) {
  to.setType(toWire(is.type));
  to.setServiceClass(toWire(is.serviceClass));
  to.setChangeKind(toWire(is.changeKind));
  to.setImpact(toWire(is.impact));
  to.setUrgency(toWire(is.urgency));
  to.setPriority(toWire(is.priority));
  to.setCynefin(toWire(is.cynefin));
  to.setService(toWire(is.service));
  to.setCustomer(toWire(is.customer));
  auto labels = to.initLabels(static_cast<unsigned>(is.labels.size()));
  for (unsigned i = 0; i < labels.size(); ++i) labels.set(i, toWire(is.labels[i]));
}
Classification read(wire::Classification::Reader from) {
  using codec::read;
  Classification is;
  is.type = read(from.getType());
  is.serviceClass = read(from.getServiceClass());
  is.changeKind = read(from.getChangeKind());
  is.impact = read(from.getImpact());
  is.urgency = read(from.getUrgency());
  is.priority = read(from.getPriority());
  is.cynefin = read(from.getCynefin());
  is.service = ServiceId{read(from.getService())};
  is.customer = read(from.getCustomer());
  for (const auto label : from.getLabels()) is.labels.push_back(read(label));
  return is;
}

}  // namespace

void write(const TicketEdited& event, wire::TicketEdited::Builder to) {
  to.setField(toWire(event.field));
  to.setBefore(toWire(event.before));
  to.setAfter(toWire(event.after));
}
TicketEdited read(wire::TicketEdited::Reader from) {
  return {read(from.getField()), read(from.getBefore()), read(from.getAfter())};
}

void write(const TicketClassified& event, wire::TicketClassified::Builder to) {
  write(event.before, to.initBefore());
  write(event.after, to.initAfter());
}
TicketClassified read(wire::TicketClassified::Reader from) {
  return {read(from.getBefore()), read(from.getAfter())};
}

void write(const TicketCommitted&, wire::TicketCommitted::Builder) {}
TicketCommitted read(wire::TicketCommitted::Reader) {
  return {};
}

void write(const TeamAssigned& event, wire::TeamAssigned::Builder to) {
  to.setFrom(toWire(event.from));
  to.setTo(toWire(event.to));
}
TeamAssigned read(wire::TeamAssigned::Reader from) {
  return {TeamId{read(from.getFrom())}, TeamId{read(from.getTo())}};
}

void write(const ContactRecorded& event, wire::ContactRecorded::Builder to) {
  to.setChannel(toWire(event.channel));
  to.setDirection(toWire(event.direction));
  to.setSummary(toWire(event.summary));
}
ContactRecorded read(wire::ContactRecorded::Reader from) {
  return {read(from.getChannel()), read(from.getDirection()), read(from.getSummary())};
}

void write(const TicketCameBack& event, wire::TicketCameBack::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setCause(toWire(event.cause));
  to.setPolicyVersion(event.policyVersion);
  to.setOverLimit(event.overLimit);
}
TicketCameBack read(wire::TicketCameBack::Reader from) {
  return {read(from.getFrom()), read(from.getTo()), read(from.getCause()), from.getPolicyVersion(),
          from.getOverLimit()};
}

void write(const HandOverOffered& event, wire::HandOverOffered::Builder to) {
  to.setTo(toWire(event.to));
  to.setReason(toWire(event.reason));
}
HandOverOffered read(wire::HandOverOffered::Reader from) {
  return {BoardKey{read(from.getTo())}, read(from.getReason())};
}

void write(const HandOverAccepted& event, wire::HandOverAccepted::Builder to) {
  to.setBy(toWire(event.by));
  write(event.place, to.initPlace());
  to.setAgent(toWire(event.agent));
  to.setPolicyVersion(event.policyVersion);
  to.setOverrideReason(toWire(event.overrideReason));
}
HandOverAccepted read(wire::HandOverAccepted::Reader from) {
  return {BoardKey{read(from.getBy())}, read(from.getPlace()), SubjectId{read(from.getAgent())},
          from.getPolicyVersion(), read(from.getOverrideReason())};
}

void write(const HandOverReturned& event, wire::HandOverReturned::Builder to) {
  to.setBy(toWire(event.by));
  to.setReason(toWire(event.reason));
  to.setWasAccepted(event.wasAccepted);
}
HandOverReturned read(wire::HandOverReturned::Reader from) {
  return {BoardKey{read(from.getBy())}, read(from.getReason()), from.getWasAccepted()};
}

void write(const GuestMoved& event, wire::GuestMoved::Builder to) {
  to.setBoard(toWire(event.board));
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setPolicyVersion(event.policyVersion);
  to.setOverrideReason(toWire(event.overrideReason));
}
GuestMoved read(wire::GuestMoved::Reader from) {
  return {BoardKey{read(from.getBoard())}, read(from.getFrom()), read(from.getTo()),
          from.getPolicyVersion(), read(from.getOverrideReason())};
}

void write(const GuestPulled& event, wire::GuestPulled::Builder to) {
  to.setBoard(toWire(event.board));
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setAgent(toWire(event.agent));
  to.setPolicyVersion(event.policyVersion);
  to.setRule(toWire(event.rule));
  to.setCandidates(event.candidates);
  to.setHeldBack(event.heldBack);
}
GuestPulled read(wire::GuestPulled::Reader from) {
  return {BoardKey{read(from.getBoard())},
          read(from.getFrom()),
          read(from.getTo()),
          SubjectId{read(from.getAgent())},
          from.getPolicyVersion(),
          read(from.getRule()),
          from.getCandidates(),
          from.getHeldBack()};
}

void write(const GuestAssigned& event, wire::GuestAssigned::Builder to) {
  to.setBoard(toWire(event.board));
  to.setFrom(toWire(event.from));
  to.setTo(toWire(event.to));
}
GuestAssigned read(wire::GuestAssigned::Reader from) {
  return {BoardKey{read(from.getBoard())}, SubjectId{read(from.getFrom())},
          SubjectId{read(from.getTo())}};
}

void write(const ApprovalRequested& event, wire::ApprovalRequested::Builder to) {
  to.setNumber(event.number);
  auto approvers = to.initApprovers(static_cast<unsigned>(event.approvers.size()));
  for (unsigned i = 0; i < approvers.size(); ++i) approvers.set(i, toWire(event.approvers[i]));
  to.setNeeded(event.needed);
  to.setQuestion(toWire(event.question));
  to.setAskedBy(toWire(event.askedBy));
}
ApprovalRequested read(wire::ApprovalRequested::Reader from) {
  ApprovalRequested event;
  event.number = from.getNumber();
  for (const auto approver : from.getApprovers()) {
    event.approvers.push_back(SubjectId{read(approver)});
  }
  event.needed = from.getNeeded();
  event.question = read(from.getQuestion());
  event.askedBy = SubjectId{read(from.getAskedBy())};
  return event;
}

void write(const ApprovalDecided& event, wire::ApprovalDecided::Builder to) {
  to.setNumber(event.number);
  to.setApprover(toWire(event.approver));
  to.setVerdict(toWire(event.verdict));
  to.setNote(toWire(event.note));
}
ApprovalDecided read(wire::ApprovalDecided::Reader from) {
  return {from.getNumber(), SubjectId{read(from.getApprover())}, read(from.getVerdict()),
          read(from.getNote())};
}

void write(const CheckAdded& event, wire::CheckAdded::Builder to) {
  to.setNumber(event.number);
  to.setText(toWire(event.text));
  to.setRequired(event.required);
  to.setGate(toWire(event.gate));
}
CheckAdded read(wire::CheckAdded::Reader from) {
  return {from.getNumber(), read(from.getText()), from.getRequired(), read(from.getGate())};
}

void write(const CheckCompleted& event, wire::CheckCompleted::Builder to) {
  to.setNumber(event.number);
  to.setNote(toWire(event.note));
}
CheckCompleted read(wire::CheckCompleted::Reader from) {
  return {from.getNumber(), read(from.getNote())};
}

void write(const TicketLinked& event, wire::TicketLinked::Builder to) {
  to.setKind(toWire(event.kind));
  write(event.other, to.initOther());
  to.setOutgoing(event.outgoing);
}
TicketLinked read(wire::TicketLinked::Reader from) {
  return {read(from.getKind()), read(from.getOther()), from.getOutgoing()};
}

void write(const TicketUnlinked& event, wire::TicketUnlinked::Builder to) {
  to.setKind(toWire(event.kind));
  write(event.other, to.initOther());
  to.setOutgoing(event.outgoing);
}
TicketUnlinked read(wire::TicketUnlinked::Reader from) {
  return {read(from.getKind()), read(from.getOther()), from.getOutgoing()};
}

void write(const TicketSplit& event, wire::TicketSplit::Builder to) {
  auto into = to.initInto(static_cast<unsigned>(event.into.size()));
  for (unsigned i = 0; i < into.size(); ++i) write(event.into[i], into[i]);
}
TicketSplit read(wire::TicketSplit::Reader from) {
  TicketSplit event;
  for (const auto part : from.getInto()) event.into.push_back(read(part));
  return event;
}

void write(const TicketClosed& event, wire::TicketClosed::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
}
TicketClosed read(wire::TicketClosed::Reader from) {
  return {read(from.getFrom()), read(from.getTo())};
}

void write(const TicketCancelled& event, wire::TicketCancelled::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setReason(toWire(event.reason));
}
TicketCancelled read(wire::TicketCancelled::Reader from) {
  return {read(from.getFrom()), read(from.getTo()), read(from.getReason())};
}

void write(const SatisfactionRecorded& event, wire::SatisfactionRecorded::Builder to) {
  to.setScore(event.score);
  to.setComment(toWire(event.comment));
}
SatisfactionRecorded read(wire::SatisfactionRecorded::Reader from) {
  return {from.getScore(), read(from.getComment())};
}

void write(const PromiseMade& event, wire::PromiseMade::Builder to) {
  to.setKind(toWire(event.kind));
  to.setPolicy(toWire(event.policy));
  to.setPolicyVersion(event.policyVersion);
  to.setCalendar(toWire(event.calendar));
  to.setTarget(event.target.count());
  to.setWarnAtPercent(event.warnAtPercent);
  to.setPausesForCustomer(event.pausesForCustomer);
  to.setFrom(toWire(event.from));
}
PromiseMade read(wire::PromiseMade::Reader from) {
  return {read(from.getKind()),
          PromisePolicyId{read(from.getPolicy())},
          from.getPolicyVersion(),
          CalendarId{read(from.getCalendar())},
          std::chrono::seconds{from.getTarget()},
          from.getWarnAtPercent(),
          from.getPausesForCustomer(),
          readInstant(from.getFrom())};
}

void write(const PromiseChanged& event, wire::PromiseChanged::Builder to) {
  to.setKind(toWire(event.kind));
  to.setBefore(event.before.count());
  to.setAfter(event.after.count());
  to.setReason(toWire(event.reason));
}
PromiseChanged read(wire::PromiseChanged::Reader from) {
  return {read(from.getKind()), std::chrono::seconds{from.getBefore()},
          std::chrono::seconds{from.getAfter()}, read(from.getReason())};
}

void write(const PromiseWarned& event, wire::PromiseWarned::Builder to) {
  to.setKind(toWire(event.kind));
  to.setAt(toWire(event.at));
}
PromiseWarned read(wire::PromiseWarned::Reader from) {
  return {read(from.getKind()), readInstant(from.getAt())};
}

void write(const PromiseMissed& event, wire::PromiseMissed::Builder to) {
  to.setKind(toWire(event.kind));
  to.setAt(toWire(event.at));
}
PromiseMissed read(wire::PromiseMissed::Reader from) {
  return {read(from.getKind()), readInstant(from.getAt())};
}

void write(const PromiseMet& event, wire::PromiseMet::Builder to) {
  to.setKind(toWire(event.kind));
  to.setAt(toWire(event.at));
  to.setElapsed(event.elapsed.count());
}
PromiseMet read(wire::PromiseMet::Reader from) {
  return {read(from.getKind()), readInstant(from.getAt()),
          std::chrono::microseconds{from.getElapsed()}};
}

void write(const RuleNotApplied& event, wire::RuleNotApplied::Builder to) {
  to.setBoard(toWire(event.board));
  to.setRule(toWire(event.rule));
  auto refusals = to.initRefusals(static_cast<unsigned>(event.refusals.size()));
  for (unsigned i = 0; i < refusals.size(); ++i) refusals.set(i, toWire(event.refusals[i]));
}
RuleNotApplied read(wire::RuleNotApplied::Reader from) {
  RuleNotApplied event{BoardKey{read(from.getBoard())}, RuleId{read(from.getRule())}, {}};
  for (const auto code : from.getRefusals()) event.refusals.push_back(read(code));
  return event;
}

}  // namespace docket::domain::codec
