// Writing a ticket to the wire.
#include <algorithm>

#include "domain/promise.h"
#include "server/mapping.h"
#include "server/wire_values.h"

namespace docket::server {
namespace {

projections::Card cardOf(const domain::Ticket& ticket) {
  return {.id = ticket.id,
          .place = ticket.place,
          .type = ticket.classification.type,
          .serviceClass = ticket.classification.serviceClass,
          .tier = ticket.tier,
          .title = ticket.title,
          .assignee = ticket.assignee,
          .blocked = ticket.blocker ? std::optional(ticket.blocker->kind) : std::nullopt,
          .due = ticket.due,
          .openedAt = ticket.openedAt,
          .inColumnSince = ticket.inColumnSince,
          .committedAt = ticket.committedAt,
          .externalKey = ticket.externalKey};
}

void write(const domain::Classification& classification, api::Classification::Builder out) {
  out.setChangeKind(wire(domain::text(classification.changeKind)));
  out.setImpact(wire(domain::text(classification.impact)));
  out.setUrgency(wire(domain::text(classification.urgency)));
  out.setPriority(wire(domain::text(classification.priority)));
  out.setCynefin(wire(domain::text(classification.cynefin)));
  out.setService(wire(classification.service.value));
  out.setCustomer(wire(classification.customer));
  const auto& labels = classification.labels;
  writeTexts(labels, out.initLabels(static_cast<unsigned>(labels.size())));
}

void write(const domain::GuestPlacement& guest, api::GuestPlacement::Builder out) {
  out.setBoard(wire(guest.board.value));
  out.setColumn(wire(guest.place.column.value));
  out.setCategory(wire(domain::text(guest.place.category)));
  out.setAssignee(wire(guest.assignee.value));
  out.setSince(micros(guest.since));
  out.setInColumnSince(micros(guest.inColumnSince));
}

void write(const domain::HandOverOffer& offer, api::HandOverOffer::Builder out) {
  out.setTo(wire(offer.to.value));
  out.setReason(wire(offer.reason));
  out.setSince(micros(offer.since));
}

void write(const domain::Approval& approval, api::Approval::Builder out) {
  out.setNumber(approval.number);
  out.setNeeded(approval.needed);
  auto approvers = out.initApprovers(static_cast<unsigned>(approval.approvers.size()));
  for (unsigned i = 0; i < approvers.size(); ++i) {
    approvers.set(i, wire(approval.approvers[i].value));
  }
  writeList(
      approval.votes, [&](unsigned size) { return out.initVotes(size); },
      [](const domain::ApprovalVote& vote, api::Vote::Builder to) {
        to.setApprover(wire(vote.approver.value));
        to.setVerdict(wire(domain::text(vote.verdict)));
      });
  out.setState(approval.isRejected() ? "rejected" : approval.isGranted() ? "granted" : "open");
}

void write(const domain::Check& check, api::Check::Builder out) {
  out.setNumber(check.number);
  out.setText(wire(check.text));
  out.setRequired(check.required);
  out.setGate(wire(domain::text(check.gate)));
  out.setDone(check.done);
}

void write(const domain::Link& link, api::Link::Builder out) {
  out.setKind(wire(domain::text(link.kind)));
  out.setOther(link.other.text());
  out.setOutgoing(link.outgoing);
}

void write(const domain::ClockReading& reading, api::Clock::Builder out) {
  out.setReadable(true);
  out.setElapsed(reading.elapsed.count());
  writeTime(reading.deadline, out.initDeadline());
  out.setMissed(reading.isMissed);
  out.setWorking(reading.ledger.working.count());
  out.setClosed(reading.ledger.closed.count());
  out.setStopped(reading.ledger.stopped.count());
  writeList(
      reading.ledger.pausedBy, [&](unsigned size) { return out.initPaused(size); },
      [](const auto& paused, api::PausedTime::Builder to) {
        to.setBy(wire(paused.first));
        to.setTime(paused.second.count());
      });
}

void write(const domain::Clock& clock, const TicketAnswer& answer, api::Clock::Builder out) {
  const domain::PromiseMade& promise = clock.promise;
  out.setKind(wire(domain::text(promise.kind)));
  out.setPolicy(wire(promise.policy.value));
  out.setCalendar(wire(promise.calendar.value));
  out.setFrom(micros(promise.from));
  out.setTarget(static_cast<std::uint64_t>(clock.target.count()));
  out.setFirstTarget(static_cast<std::uint64_t>(promise.target.count()));
  if (const auto today = domain::targetToday(answer.ticket, promise.kind, answer.desk)) {
    out.setTargetToday(today->count());
  }
  writeTime(clock.stoppedAt, out.initStoppedAt());
  writeTime(clock.warnedAt, out.initWarnedAt());
  writeTime(clock.missedAt, out.initMissedAt());
  writeTime(clock.metAt, out.initMetAt());
  if (const auto reading =
          domain::readClock(answer.ticket.clocks, clock, answer.desk, answer.now)) {
    write(*reading, out);
  }
}

void writeOutcomeOf(const domain::Ticket& ticket, api::Ticket::Builder out) {
  out.setResolution(wire(ticket.resolution));
  if (ticket.resolutionKind != domain::ResolutionKind::unspecified) {
    out.setResolutionKind(wire(domain::text(ticket.resolutionKind)));
  }
  out.setCancelled(ticket.cancelled);
  writeTime(ticket.resolvedAt, out.initResolvedAt());
  out.setReopenCount(ticket.reopenCount);
  out.setSatisfaction(ticket.satisfaction.value_or(0));
}

}  // namespace

void writeTicket(const TicketAnswer& answer, api::Ticket::Builder out) {
  const domain::Ticket& ticket = answer.ticket;
  const auto writeAll = [](const auto& all, auto init) {
    writeList(all, init, [](const auto& one, auto to) { write(one, to); });
  };
  writeCard(cardOf(ticket), out.initCard());
  out.setVersion(answer.version.value);
  out.setDescription(wire(ticket.description));
  out.setRequester(wire(ticket.requester.value));
  write(ticket.classification, out.initClassification());
  out.setTeam(wire(ticket.team.value));
  writeAll(ticket.guests, [&](unsigned size) { return out.initGuests(size); });
  writeAll(ticket.offers, [&](unsigned size) { return out.initOffers(size); });
  if (ticket.blocker) {
    out.setBlockedReason(wire(ticket.blocker->reason));
    out.initBlockedSince().setAt(micros(ticket.blocker->since));
  }
  writeList(
      ticket.clocks.all(), [&](unsigned size) { return out.initClocks(size); },
      [&](const domain::Clock& clock, api::Clock::Builder to) { write(clock, answer, to); });
  writeAll(ticket.approvals, [&](unsigned size) { return out.initApprovals(size); });
  writeAll(ticket.checks, [&](unsigned size) { return out.initChecks(size); });
  writeAll(ticket.links, [&](unsigned size) { return out.initLinks(size); });
  writeOutcomeOf(ticket, out);
  out.setCommentCount(ticket.commentCount);
  out.setContactCount(ticket.contactCount);
  out.setHistoryCount(ticket.historyCount);
  writeAttributes(ticket.foreign, [&out](unsigned size) { return out.initForeign(size); });
}

}  // namespace docket::server
