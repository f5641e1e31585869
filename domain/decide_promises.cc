// Promises to customers and from suppliers, and what the clocks have come to.
#include "domain/decide.h"
#include "domain/promise.h"

namespace docket::domain {

void judge(const Recommit& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Clock* const clock = ticket.clocks.find(command.kind);
  if (clock == nullptr || clock->stoppedAt) {
    return judgement.refuse(NoPromise{ticket.id, command.kind});
  }
  if (clock->target == command.target) {
    judgement.refuse(NothingToChange{ticket.id.text() + " is promised like that"});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id,
                  PromiseChanged{command.kind, clock->target, command.target, command.reason});
}

void judge(const KeepPromises&, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  if (!judgement.sound()) return;
  std::vector<TicketEvent> due =
      duePromiseEvents(ticket, matter.context.world.desk(), matter.context.now);
  if (due.empty()) {
    return judgement.refuse(NothingToChange{"what " + ticket.id.text() + " promises is written"});
  }
  for (TicketEvent& event : due) judgement.write(ticket.id, std::move(event));
}

void judge(const NoteRuleNotApplied& command, const Matter& matter, Judgement& judgement) {
  if (!judgement.sound()) return;
  judgement.write(matter.ticket.id, RuleNotApplied{command.board, command.rule, command.refusals});
}

}  // namespace docket::domain
