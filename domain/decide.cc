// From a command on a ticket to its judgement, and the questions that several judgements ask.
#include "domain/decide.h"

#include "domain/authority.h"
#include "domain/cases.h"
#include "domain/text_rules.h"

namespace docket::domain {

const Column* targetColumn(const Board& board, const ColumnId& asked, const Column* fallback,
                           Judgement& judgement) {
  if (asked.empty()) {
    // Only a board that some other program made can lack its fallback (R10).
    if (fallback == nullptr) judgement.refuse(BoardIncomplete{{"the column that is meant"}});
    return fallback;
  }
  const Column* const found = board.findByText(asked.value);
  if (found == nullptr) judgement.refuse(unknownColumn(board, asked));
  return found;
}

std::string columnText(const Column& column) {
  return column.id.value + " (" + std::string(text(column.category)) + ")";
}

std::string checkArrival(const Arrival& arrival, const Context& context, Judgement& judgement) {
  LimitFindings findings = checkLimits(arrival.world, arrival.before, arrival.after);
  judgement.refuse(std::move(findings.final));
  if (findings.overridable.empty()) return {};
  const Board& board = arrival.world.board;
  if (!arrival.overrideReason.empty() && board.policy.allowsOverride) {
    if (isManager(board, context)) return arrival.overrideReason;
    judgement.refuse(NotPermitted{board.key, context.actor, {Role::manager}});
  }
  judgement.refuse(std::move(findings.overridable));
  return {};
}

CardFacts factsAt(const Ticket& ticket, const Place& to) {
  return {to, ticket.classification.type, ticket.classification.serviceClass, ticket.assignee};
}

CardFacts factsAt(const Ticket& ticket, const GuestPlacement& guest) {
  return {guest.place, ticket.classification.type, ticket.classification.serviceClass,
          guest.assignee};
}

Arrival arrivalAt(const Matter& matter, const Column& to, std::string overrideReason) {
  return {matter.home, factsAt(matter.ticket, matter.ticket.place),
          factsAt(matter.ticket, placeOf(to)), std::move(overrideReason)};
}

void refuseFinished(const Ticket& ticket, Judgement& judgement) {
  if (ticket.finished()) judgement.refuse(TicketIsFinished{ticket.id, ticket.place.category});
}

void refuseBlocked(const Ticket& ticket, Judgement& judgement) {
  if (!ticket.blocker) return;
  judgement.refuse(TicketIsBlocked{ticket.id, ticket.blocker->kind, ticket.blocker->reason});
}

void refuseUnapproved(const Ticket& ticket, Judgement& judgement) {
  const auto refuse = [&](std::string why) {
    judgement.refuse(ApprovalMissing{ticket.id, std::move(why)});
  };
  const Classification& is = ticket.classification;
  switch (approvalState(is.type, is.changeKind, ticket.approvals)) {
    case ApprovalState::free:
      return;
    case ApprovalState::open:
      return refuse("an approval is not decided");
    case ApprovalState::rejected:
      return refuse("the last approval was refused");
    case ApprovalState::missing:
      return refuse("its change needs " + std::to_string(approversNeeded(is.type, is.changeKind)) +
                    " to approve, in one request");
  }
}

bool isApproved(const Ticket& ticket) {
  const Classification& is = ticket.classification;
  return approvalState(is.type, is.changeKind, ticket.approvals) == ApprovalState::free;
}

void refuseOpenGates(const Ticket& ticket, Gate gate, Judgement& judgement) {
  ApprovalsOpen approvals{ticket.id, {}};
  for (const Approval& approval : ticket.approvals) {
    if (approval.isOpen()) approvals.approvals.push_back(approval.number);
  }
  if (!approvals.approvals.empty()) judgement.refuse(std::move(approvals));
  ChecksOpen checks{ticket.id, {}};
  for (const Check& check : ticket.checks) {
    // What stands before the resolution stands before the closing as well.
    const bool isBefore = check.gate == Gate::resolve || gate == Gate::close;
    if (check.required && !check.done && isBefore) checks.checks.push_back(check.number);
  }
  if (!checks.checks.empty()) judgement.refuse(std::move(checks));
}

void refuseUnapprovedResolution(const Ticket& ticket, ResolutionKind kind, Judgement& judgement) {
  switch (kind) {
    case ResolutionKind::noAction:
    case ResolutionKind::answer:
    case ResolutionKind::notReproducible:
      return;
    case ResolutionKind::unspecified:
    case ResolutionKind::fix:
    case ResolutionKind::workaround:
      break;
  }
  const Classification& is = ticket.classification;
  // An open one is told as such (R4).
  if (approvalState(is.type, is.changeKind, ticket.approvals) != ApprovalState::open) {
    refuseUnapproved(ticket, judgement);
  }
}

void checkStandardChange(const Classification& before, const Classification& after,
                         const Board& board, const Context& context, Judgement& judgement) {
  const bool becomes =
      after.changeKind == ChangeKind::standard && before.changeKind != after.changeKind;
  if (!becomes || isManager(board, context)) return;
  judgement.refuse(NotPermitted{board.key, context.actor, {Role::manager}});
}

void refuseHandedOver(const Ticket& ticket, Judgement& judgement) {
  for (const GuestPlacement& guest : ticket.guests) {
    judgement.refuse(HandOverOpen{ticket.id, guest.board});
  }
  for (const HandOverOffer& offer : ticket.offers) {
    judgement.refuse(HandOverOpen{ticket.id, offer.to});
  }
}

namespace {

const BoardWorld* boardFor(const BoardKey& key, const World& world, Judgement& judgement) {
  if (const UnreadEvent* const event = world.unread(key)) {
    judgement.refuse(EventNotUnderstood{key.value, *event});
    return nullptr;
  }
  const BoardWorld* const found = world.find(key);
  if (found == nullptr) judgement.refuse(UnknownBoard{key});
  return found;
}

template <class C>
concept OnNamedTicket = requires(const C& command) {
  command.ticket;
};

template <OnNamedTicket C>
void decideOne(const C& command, const Ticket& ticket, const Context& context,
               Judgement& judgement) {
  if (!ticket.exists) return judgement.refuse(UnknownTicket{command.ticket});
  judgement.decided.ticket = ticket.id;
  const BoardWorld* const home = boardFor(ticket.id.board, context.world, judgement);
  if (home != nullptr) judge(command, Matter{ticket, *home, context}, judgement);
}

template <class C>
requires(!OnNamedTicket<C>) void decideOne(const C& command, const Ticket&, const Context& context,
                                           Judgement& judgement) {
  const BoardWorld* const world = boardFor(command.board, context.world, judgement);
  if (world != nullptr) judge(command, *world, context, judgement);
}

}  // namespace

Decision decide(const Ticket& ticket, const TicketCommand& command, const Context& context) {
  Judgement judgement;
  // Whoever an import names as the actor is history, too.
  if (!context.actor.empty() && !std::holds_alternative<RecordHistory>(command)) {
    judgement.check(checkSubject("actor", context.actor));
  }
  // Whoever may not do it is told that and nothing else of the ticket.
  if (auto denied = checkAuthority(ticket, command, context)) {
    return tl::unexpected(Rejection{*std::move(denied)});
  }
  checkForm(command, judgement);
  std::visit([&](const auto& one) { decideOne(one, ticket, context, judgement); }, command);
  if (!judgement.sound()) return tl::unexpected(std::move(judgement.broken));
  return std::move(judgement.decided);
}

}  // namespace docket::domain
