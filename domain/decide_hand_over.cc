// Hand-over to another board (R7): offered, then taken or returned. The ticket stays one ticket: it
// stands at home and, once taken, as a guest on the other board.
#include "domain/decide.h"

namespace docket::domain {

void judge(const OfferHandOver& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  refuseFinished(ticket, judgement);
  if (command.to == matter.board().key) {
    judgement.refuse(FieldInvalid{"to", "must be another board", "the ticket's home"});
  } else if (matter.context.world.find(command.to) == nullptr) {
    judgement.refuse(UnknownBoard{command.to});
  } else if (ticket.guestOn(command.to) != nullptr || ticket.offerTo(command.to) != nullptr) {
    judgement.refuse(HandOverOpen{ticket.id, command.to});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, HandOverOffered{command.to, command.reason});
}

void judge(const AcceptHandOver& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  refuseFinished(ticket, judgement);
  if (ticket.offerTo(command.by) == nullptr) judgement.refuse(NoHandOver{ticket.id, command.by});
  const BoardWorld* const host = matter.context.world.find(command.by);
  if (host == nullptr) return judgement.refuse(UnknownBoard{command.by});
  const Column* const column = targetColumn(host->board, command.column,
                                            host->board.first(ColumnCategory::queue), judgement);
  if (column == nullptr) return;
  if (column->category != ColumnCategory::queue && column->category != ColumnCategory::active) {
    judgement.refuse(
        FieldInvalid{"column", "must be a queue or active column", columnText(*column)});
  }
  if (column->category == ColumnCategory::active) refuseUnapproved(ticket, judgement);
  CardFacts card = factsAt(ticket, placeOf(*column));
  card.assignee = command.agent;
  const std::string overridden =
      checkArrival({*host, std::nullopt, card, command.overrideReason}, matter.context, judgement);
  if (!judgement.sound()) return;
  judgement.write(ticket.id, HandOverAccepted{command.by, placeOf(*column), command.agent,
                                              host->board.policyVersion, overridden});
}

void judge(const ReturnHandOver& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const bool wasAccepted = ticket.guestOn(command.by) != nullptr;
  if (!wasAccepted && ticket.offerTo(command.by) == nullptr) {
    judgement.refuse(NoHandOver{ticket.id, command.by});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, HandOverReturned{command.by, command.reason, wasAccepted});
  // What waited for the other board waits no longer; what waits for somebody else still does.
  const bool waitedForThem =
      ticket.place.category == ColumnCategory::waiting &&
      (ticket.place.waitsFor == WaitsFor::team || ticket.place.waitsFor == WaitsFor::nothing);
  if (waitedForThem) {
    comeBack(matter, ReturnCause::handOverReturned, judgement);
  }
}

}  // namespace docket::domain
