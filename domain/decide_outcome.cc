// How work ends, and how it begins again.
#include "domain/authority.h"
#include "domain/decide.h"

namespace docket::domain {

void judge(const ResolveTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Board& board = matter.board();
  refuseFinished(ticket, judgement);
  refuseBlocked(ticket, judgement);
  refuseOpenGates(ticket, Gate::resolve, judgement);
  refuseUnapprovedResolution(ticket, command.kind, judgement);
  const Column* const column =
      targetColumn(board, command.column, board.first(ColumnCategory::resolved), judgement);
  if (column != nullptr && column->category != ColumnCategory::resolved) {
    judgement.refuse(FieldInvalid{"column", "must be a resolved column", columnText(*column)});
  } else if (column != nullptr) {
    checkArrival(arrivalAt(matter, *column), matter.context, judgement);
  }
  if (!judgement.sound()) return;
  // Nobody needs to take over what is done.
  for (const HandOverOffer& offer : ticket.offers) {
    judgement.write(ticket.id, HandOverReturned{offer.to, "The ticket was resolved.", false});
  }
  judgement.write(ticket.id,
                  TicketResolved{ticket.place, placeOf(*column), command.resolution, command.kind});
}

void judge(const CloseTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Board& board = matter.board();
  if (ticket.place.category == ColumnCategory::closed) refuseFinished(ticket, judgement);
  if (!ticket.finished()) judgement.refuse(TicketNotFinished{ticket.id});
  refuseOpenGates(ticket, Gate::close, judgement);
  refuseHandedOver(ticket, judgement);
  const Column* column = board.first(ColumnCategory::closed);
  if (column == nullptr) {
    judgement.refuse(BoardIncomplete{{"a closed column"}});
  } else {
    column = targetColumn(board, command.column, column, judgement);
  }
  if (column != nullptr && column->category != ColumnCategory::closed) {
    judgement.refuse(FieldInvalid{"column", "must be a closed column", columnText(*column)});
  } else if (column != nullptr) {
    checkArrival(arrivalAt(matter, *column), matter.context, judgement);
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketClosed{ticket.place, placeOf(*column)});
}

void judge(const CancelTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Board& board = matter.board();
  refuseFinished(ticket, judgement);
  refuseHandedOver(ticket, judgement);
  const Column* column = board.first(ColumnCategory::closed);
  if (column == nullptr) column = board.first(ColumnCategory::resolved);
  if (column == nullptr) {
    judgement.refuse(BoardIncomplete{{"a closed or resolved column"}});
  } else {
    checkArrival(arrivalAt(matter, *column), matter.context, judgement);
  }
  if (!judgement.sound()) return;
  if (ticket.blocker) judgement.write(ticket.id, TicketUnblocked{ticket.blocker->kind, ""});
  judgement.write(ticket.id, TicketCancelled{ticket.place, placeOf(*column), command.reason});
}

void judge(const ReopenTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Board& board = matter.board();
  if (!ticket.finished()) judgement.refuse(TicketNotFinished{ticket.id});
  const Column* const column = targetColumn(board, command.column, board.defaultDrop(), judgement);
  if (!command.column.empty() && isRequesterOnly(board, matter.context)) {
    judgement.refuse(FieldInvalid{"column", "is for agents to say", "given"});
  }
  if (column != nullptr && isFinished(column->category)) {
    judgement.refuse(
        FieldInvalid{"column", "must be a queue, active or waiting column", columnText(*column)});
  } else if (column != nullptr) {
    checkArrival(arrivalAt(matter, *column), matter.context, judgement);
    if (column->category == ColumnCategory::active) refuseUnapproved(ticket, judgement);
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketReopened{ticket.place, placeOf(*column), command.reason});
}

void judge(const RecordSatisfaction& command, const Matter& matter, Judgement& judgement) {
  if (!matter.ticket.finished()) judgement.refuse(TicketNotFinished{matter.ticket.id});
  if (!judgement.sound()) return;
  judgement.write(matter.ticket.id, SatisfactionRecorded{command.score, command.comment});
}

}  // namespace docket::domain
