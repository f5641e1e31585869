#include "domain/approval.h"

#include <algorithm>

namespace docket::domain {

std::uint32_t Approval::approvedBy() const {
  return static_cast<std::uint32_t>(
      std::count_if(votes.begin(), votes.end(),
                    [](const ApprovalVote& vote) { return vote.verdict == Verdict::approved; }));
}

bool Approval::isRejected() const {
  return std::any_of(votes.begin(), votes.end(),
                     [](const ApprovalVote& vote) { return vote.verdict == Verdict::rejected; });
}

void apply(std::vector<Approval>& approvals, const ApprovalRequested& event) {
  for (Approval& earlier : approvals) {
    if (earlier.isOpen()) earlier.superseded = true;
  }
  approvals.push_back({event.number, event.approvers, event.needed, {}, event.askedBy, false});
}

void apply(std::vector<Approval>& approvals, const ApprovalDecided& event) {
  for (Approval& approval : approvals) {
    if (approval.number != event.number) continue;
    std::erase_if(approval.votes,
                  [&](const ApprovalVote& vote) { return vote.approver == event.approver; });
    approval.votes.push_back({event.approver, event.verdict});
  }
}

std::uint32_t approversNeeded(TicketType type, ChangeKind kind) {
  if (type != TicketType::change) return 0;
  switch (kind) {
    case ChangeKind::standard:
      return 0;
    case ChangeKind::none:
    case ChangeKind::normal:
      return 1;
    case ChangeKind::emergency:
      return 2;
  }
  return 0;
}

ApprovalState approvalState(TicketType type, ChangeKind kind,
                            const std::vector<Approval>& approvals) {
  if (std::any_of(approvals.begin(), approvals.end(),
                  [](const Approval& one) { return one.isOpen(); })) {
    return ApprovalState::open;
  }
  // A later approval speaks for an earlier one that was refused.
  if (!approvals.empty() && approvals.back().isRejected()) return ApprovalState::rejected;
  const std::uint32_t needed = approversNeeded(type, kind);
  if (needed == 0) return ApprovalState::free;
  const bool granted = std::any_of(approvals.begin(), approvals.end(), [&](const Approval& one) {
    return one.isGranted() && one.approvedBy() >= needed;
  });
  return granted ? ApprovalState::free : ApprovalState::missing;
}

}  // namespace docket::domain
