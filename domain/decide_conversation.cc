// What the desk and the customer say to each other, and what comes of it (R8).
#include "domain/decide.h"

namespace docket::domain {
namespace {

// A customer who is in touch is not kept waiting: what waits, is resolved or is with another board
// comes to the default drop column. Closed stays closed (R13).
bool comesBack(const Ticket& ticket) {
  switch (ticket.place.category) {
    case ColumnCategory::waiting:
    case ColumnCategory::resolved:
      return true;
    case ColumnCategory::closed:
      return false;
    case ColumnCategory::queue:
    case ColumnCategory::active:
      return !ticket.guests.empty() || !ticket.offers.empty();
  }
  return false;
}

}  // namespace

void comeBack(const Matter& matter, ReturnCause cause, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Column* drop = matter.board().defaultDrop();
  if (drop != nullptr && drop->category == ColumnCategory::active && !isApproved(ticket)) {
    drop = matter.board().first(ColumnCategory::queue);  // R5 holds on this way, too
  }
  if (drop == nullptr) return judgement.refuse(BoardIncomplete{{"a default drop"}});
  if (drop->id == ticket.place.column || !judgement.sound()) return;
  const LimitFindings findings =
      checkLimits(matter.home, factsAt(ticket, ticket.place), factsAt(ticket, placeOf(*drop)));
  judgement.write(ticket.id, TicketCameBack{ticket.place, placeOf(*drop), cause,
                                            matter.board().policyVersion, !findings.empty()});
}

void judge(const AddComment& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Context& context = matter.context;
  const bool byRequester =
      command.isPublic && !ticket.requester.empty() &&
      (ticket.requester == context.actor || ticket.requester == context.onBehalfOf);
  if (!judgement.sound()) return;
  judgement.write(ticket.id, CommentAdded{command.text, command.isPublic, byRequester});
  if (byRequester && comesBack(ticket)) comeBack(matter, ReturnCause::customerContact, judgement);
}

void judge(const RecordContact& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  if (!judgement.sound()) return;
  judgement.write(ticket.id, ContactRecorded{command.channel, command.direction, command.summary});
  if (command.direction == Direction::inbound && comesBack(ticket)) {
    comeBack(matter, ReturnCause::customerContact, judgement);
  }
}

}  // namespace docket::domain
