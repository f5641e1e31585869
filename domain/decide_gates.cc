// Gates: who must agree before work begins (R5), and what must be done before it ends (R4).
#include <algorithm>

#include "domain/decide.h"

namespace docket::domain {
namespace {

constexpr const char* kPostReview = "Post-implementation review";
constexpr std::size_t kApprovalsMax = 100;

std::uint32_t nextCheck(const Ticket& ticket) {
  return static_cast<std::uint32_t>(ticket.checks.size()) + 1;
}

bool contains(const std::vector<SubjectId>& people, const SubjectId& one) {
  return std::find(people.begin(), people.end(), one) != people.end();
}

void checkApprovers(const RequestApproval& command, const Ticket& ticket, std::uint32_t needed,
                    Judgement& judgement) {
  std::vector<SubjectId> people = command.approvers;
  std::sort(people.begin(), people.end());
  if (std::adjacent_find(people.begin(), people.end()) != people.end()) {
    judgement.refuse(FieldInvalid{"approvers", "must name each person once", "one twice"});
  }
  if (!people.empty() && people.size() < needed) {
    judgement.refuse(FieldInvalid{
        "approvers", "must be nobody in particular or at least as many as must approve",
        std::to_string(people.size()) + " of " + std::to_string(needed)});
  }
  if (!ticket.requester.empty() && contains(people, ticket.requester)) {
    judgement.refuse(
        FieldInvalid{"approvers", "must not be the requester of the ticket", "the requester"});
  }
}

}  // namespace

std::optional<CheckAdded> missingPostReview(const Ticket& ticket) {
  const bool isThere =
      std::any_of(ticket.checks.begin(), ticket.checks.end(), [](const Check& check) {
        return check.required && check.gate == Gate::close && check.text == kPostReview;
      });
  if (isThere) return std::nullopt;
  return CheckAdded{nextCheck(ticket), kPostReview, true, Gate::close};
}

void judge(const RequestApproval& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Classification& is = ticket.classification;
  refuseFinished(ticket, judgement);
  const std::uint32_t least = std::max(1U, approversNeeded(is.type, is.changeKind));
  const std::uint32_t needed = command.needed == 0 ? least : command.needed;
  if (needed < least) {
    judgement.refuse(
        FieldInvalid{"needed", "must be at least " + std::to_string(least) + " for such a change",
                     std::to_string(needed)});
  }
  checkApprovers(command, ticket, needed, judgement);
  if (ticket.approvals.size() >= kApprovalsMax) {
    judgement.refuse(FieldInvalid{"question", "must be one of at most 100 approvals", "a 101st"});
  }
  if (!judgement.sound()) return;
  const auto number = static_cast<std::uint32_t>(ticket.approvals.size()) + 1;
  judgement.write(ticket.id, ApprovalRequested{number, command.approvers, needed, command.question,
                                               matter.context.actor});
}

void judge(const DecideApproval& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const SubjectId& actor = matter.context.actor;
  refuseFinished(ticket, judgement);
  const Approval* const approval = ticket.approval(command.number);
  if (approval == nullptr) return judgement.refuse(UnknownApproval{ticket.id, command.number});
  if (!approval->isOpen()) judgement.refuse(ApprovalIsDecided{ticket.id, command.number});
  const auto refuse = [&](const char* why) {
    judgement.refuse(NotAnApprover{ticket.id, command.number, actor, why});
  };
  if (actor.empty()) refuse("is nobody");
  if (!approval->approvers.empty() && !contains(approval->approvers, actor))
    refuse("was not asked");
  if (!ticket.requester.empty() && actor == ticket.requester) refuse("is the requester");
  if (!ticket.openedBy.empty() && actor == ticket.openedBy) refuse("opened the ticket");
  if (!approval->askedBy.empty() && actor == approval->askedBy) refuse("asked for it");
  const bool voted = std::any_of(approval->votes.begin(), approval->votes.end(),
                                 [&](const ApprovalVote& vote) { return vote.approver == actor; });
  if (voted) refuse("has decided before");
  if (!judgement.sound()) return;
  judgement.write(ticket.id, ApprovalDecided{command.number, actor, command.verdict, command.note});
}

void judge(const AddCheck& command, const Matter& matter, Judgement& judgement) {
  constexpr std::size_t kChecksMax = 100;
  const Ticket& ticket = matter.ticket;
  // A resolved ticket may still get one that stands before its closing.
  if (command.gate == Gate::resolve || ticket.place.category == ColumnCategory::closed) {
    refuseFinished(ticket, judgement);
  }
  if (ticket.checks.size() >= kChecksMax) {
    judgement.refuse(FieldInvalid{"text", "must be one of at most 100 checks", "a 101st"});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id,
                  CheckAdded{nextCheck(ticket), command.text, command.required, command.gate});
}

void judge(const CompleteCheck& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  if (ticket.place.category == ColumnCategory::closed) refuseFinished(ticket, judgement);
  const auto check = std::find_if(ticket.checks.begin(), ticket.checks.end(),
                                  [&](const Check& one) { return one.number == command.number; });
  if (check == ticket.checks.end()) {
    judgement.refuse(UnknownCheck{ticket.id, command.number});
  } else if (check->done) {
    judgement.refuse(NothingToChange{"check " + std::to_string(command.number) + " of " +
                                     ticket.id.text() + " is done"});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, CheckCompleted{command.number, command.note});
}

}  // namespace docket::domain
