// Who has a ticket, what it is, and what it is called.
#include <algorithm>
#include <utility>

#include "domain/decide.h"
#include "domain/text_rules.h"

namespace docket::domain {
namespace {

// R6
void checkProblemOwner(const Ticket& ticket, TicketType type, const SubjectId& owner,
                       Judgement& judgement) {
  if (type != TicketType::problem || ticket.tier != Tier::first || owner.empty()) return;
  judgement.refuse(ProblemNeedsTier{ticket.id});
}

// R5 has no back door: whoever asks for something never decides on it, before or after.
void checkNewRequester(const Ticket& ticket, const SubjectId& requester, Judgement& judgement) {
  ApprovalsOpen open{ticket.id, {}};
  for (const Approval& approval : ticket.approvals) {
    if (approval.isOpen()) open.approvals.push_back(approval.number);
    const bool voted =
        std::any_of(approval.votes.begin(), approval.votes.end(),
                    [&](const ApprovalVote& vote) { return vote.approver == requester; });
    if (voted) {
      judgement.refuse(FieldInvalid{"requester", "must not be one who decided on an approval",
                                    "who decided on approval " + std::to_string(approval.number)});
    }
  }
  if (!open.approvals.empty()) judgement.refuse(std::move(open));
}

void assignGuest(const AssignTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const GuestPlacement* const guest = ticket.guestOn(command.board);
  const BoardWorld* const host = matter.context.world.find(command.board);
  if (guest == nullptr || host == nullptr) {
    return judgement.refuse(NoSuchPlacement{ticket.id, command.board});
  }
  if (command.team) {
    judgement.refuse(
        FieldInvalid{"team", "must be left out where the ticket is a guest", "a team"});
  }
  if (!command.assignee) return;
  if (*command.assignee == guest->assignee) {
    return judgement.refuse(NothingToChange{ticket.id.text() + " is assigned like that"});
  }
  CardFacts after = factsAt(ticket, *guest);
  after.assignee = *command.assignee;
  checkArrival({*host, factsAt(ticket, *guest), after, {}}, matter.context, judgement);
  if (!judgement.sound()) return;
  judgement.write(ticket.id, GuestAssigned{command.board, guest->assignee, *command.assignee});
}

// What is given, over what is there.
Classification changed(Classification is, const ClassifyTicket& command) {
  is.type = command.type.value_or(is.type);
  is.serviceClass = command.serviceClass.value_or(is.serviceClass);
  is.changeKind = command.changeKind.value_or(is.changeKind);
  is.impact = command.impact.value_or(is.impact);
  is.urgency = command.urgency.value_or(is.urgency);
  is.priority = command.priority.value_or(is.priority);
  is.cynefin = command.cynefin.value_or(is.cynefin);
  if (command.service) is.service = *command.service;
  if (command.customer) is.customer = *command.customer;
  // What is a change no longer has no kind of change.
  if (is.type != TicketType::change && !command.changeKind) is.changeKind = ChangeKind::none;
  for (const std::string& label : command.removeLabels) std::erase(is.labels, label);
  is.labels.insert(is.labels.end(), command.addLabels.begin(), command.addLabels.end());
  std::sort(is.labels.begin(), is.labels.end());
  is.labels.erase(std::unique(is.labels.begin(), is.labels.end()), is.labels.end());
  return is;
}

void checkClassification(const Classification& after, const Matter& matter, Judgement& judgement) {
  constexpr std::size_t kLabelsMax = 30;
  const Ticket& ticket = matter.ticket;
  if (after.changeKind != ChangeKind::none && after.type != TicketType::change) {
    judgement.refuse(FieldInvalid{"changeKind", "must be none unless the type is change",
                                  std::string(text(after.changeKind))});
  }
  if (after.serviceClass == ServiceClass::fixedDate && !ticket.due) {
    judgement.refuse(
        FieldInvalid{"serviceClass", "must not be fixed-date without a due date", "fixed-date"});
  }
  if (!after.service.empty() && after.service != ticket.classification.service &&
      !matter.context.world.desk().services.contains(after.service)) {
    judgement.refuse(UnknownDefinition{"service", after.service.value});
  }
  if (after.labels.size() > kLabelsMax) {
    judgement.refuse(FieldInvalid{"labels", "must be at most 30",
                                  std::to_string(after.labels.size()) + " labels"});
  }
  // R6: what becomes a problem leaves the first tier before.
  if (after.type == TicketType::problem && ticket.classification.type != TicketType::problem &&
      ticket.tier == Tier::first) {
    judgement.refuse(ProblemNeedsTier{ticket.id});
  }
  checkStandardChange(ticket.classification, after, matter.board(), matter.context, judgement);
  // R5 has no back door: what is active, here or as a guest, does not become what needs approval.
  const bool isActive =
      ticket.place.category == ColumnCategory::active ||
      std::any_of(ticket.guests.begin(), ticket.guests.end(), [](const GuestPlacement& guest) {
        return guest.place.category == ColumnCategory::active;
      });
  const bool becomesOther = after.type != ticket.classification.type ||
                            after.changeKind != ticket.classification.changeKind;
  if (isActive && becomesOther && approversNeeded(after.type, after.changeKind) > 0 &&
      approvalState(after.type, after.changeKind, ticket.approvals) != ApprovalState::free) {
    judgement.refuse(ApprovalMissing{
        ticket.id, "its change would need " +
                       std::to_string(approversNeeded(after.type, after.changeKind)) +
                       " to approve before it is active"});
  }
}

// Limits count types and classes, at home and wherever the ticket is a guest.
void checkLimitsOfClass(const Classification& after, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const auto check = [&](const BoardWorld& world, const CardFacts& before) {
    CardFacts card = before;
    card.type = after.type;
    card.serviceClass = after.serviceClass;
    checkArrival({world, before, card, {}}, matter.context, judgement);
  };
  check(matter.home, factsAt(ticket, ticket.place));
  for (const GuestPlacement& guest : ticket.guests) {
    if (const BoardWorld* const host = matter.context.world.find(guest.board)) {
      check(*host, factsAt(ticket, guest));
    }
  }
}

}  // namespace

void judge(const AssignTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  if (!command.board.empty() && command.board != matter.board().key) {
    return assignGuest(command, matter, judgement);
  }
  refuseFinished(ticket, judgement);
  const bool newAssignee = command.assignee && *command.assignee != ticket.assignee;
  const bool newTeam = command.team && *command.team != ticket.team;
  if (!newAssignee && !newTeam && (command.assignee || command.team)) {
    judgement.refuse(
        NothingToChange{ticket.id.text() + (!command.assignee ? " is with that team"
                                            : command.assignee->empty()
                                                ? " has no assignee"
                                                : " is assigned to " + command.assignee->value)});
  }
  if (newAssignee) {
    checkProblemOwner(ticket, ticket.classification.type, *command.assignee, judgement);
    CardFacts after = factsAt(ticket, ticket.place);
    after.assignee = *command.assignee;
    checkArrival({matter.home, factsAt(ticket, ticket.place), after, {}}, matter.context,
                 judgement);
  }
  if (!judgement.sound()) return;
  if (newAssignee) judgement.write(ticket.id, TicketAssigned{ticket.assignee, *command.assignee});
  if (newTeam) judgement.write(ticket.id, TeamAssigned{ticket.team, *command.team});
}

void judge(const EscalateTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  refuseFinished(ticket, judgement);
  if (command.tier <= ticket.tier) {
    judgement.refuse(FieldInvalid{"tier", "must be higher than the ticket's tier",
                                  std::to_string(static_cast<unsigned>(command.tier))});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketEscalated{ticket.tier, command.tier, command.note});
}

void judge(const BlockTicket& command, const Matter& matter, Judgement& judgement) {
  refuseFinished(matter.ticket, judgement);
  refuseBlocked(matter.ticket, judgement);
  if (!judgement.sound()) return;
  judgement.write(matter.ticket.id, TicketBlocked{command.kind, command.reason});
}

void judge(const UnblockTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  if (!ticket.blocker) judgement.refuse(TicketNotBlocked{ticket.id});
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketUnblocked{ticket.blocker->kind, command.note});
}

void judge(const EditTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  if (ticket.place.category == ColumnCategory::closed) refuseFinished(ticket, judgement);
  std::vector<TicketEdited> edits;
  const auto edit = [&](std::string_view field, const std::string& before,
                        const std::string& after) {
    if (before != after) edits.push_back({std::string(field), before, after});
  };
  const auto dueText = [](const std::optional<Timestamp>& due) {
    return due ? instantText(*due) : std::string();
  };
  if (command.title) edit(kTitleField, ticket.title, *command.title);
  if (command.description) edit(kDescriptionField, ticket.description, *command.description);
  if (command.requester) {
    edit(kRequesterField, ticket.requester.value, command.requester->value);
    if (*command.requester != ticket.requester) {
      checkNewRequester(ticket, *command.requester, judgement);
    }
  }
  if (command.due) {
    edit(kDueField, dueText(ticket.due), dueText(*command.due));
    if (!*command.due && ticket.classification.serviceClass == ServiceClass::fixedDate) {
      judgement.refuse(FieldInvalid{"due", "must be given for a fixed-date ticket", "nothing"});
    }
  }
  if (edits.empty() && judgement.sound()) {
    judgement.refuse(NothingToChange{ticket.id.text() + " reads like that"});
  }
  if (!judgement.sound()) return;
  for (TicketEdited& one : edits) judgement.write(ticket.id, std::move(one));
}

void judge(const ClassifyTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  // Codes are put right when the work is done; what is closed stays.
  if (ticket.place.category == ColumnCategory::closed) refuseFinished(ticket, judgement);
  const Classification after = changed(ticket.classification, command);
  if (after == ticket.classification) {
    judgement.refuse(NothingToChange{ticket.id.text() + " is classified like that"});
  }
  checkClassification(after, matter, judgement);
  checkLimitsOfClass(after, matter, judgement);
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketClassified{ticket.classification, after});
  if (after.changeKind == ChangeKind::emergency) {
    if (auto review = missingPostReview(ticket)) judgement.write(ticket.id, *std::move(review));
  }
}

}  // namespace docket::domain
