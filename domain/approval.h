// Who must agree before work may begin (R5).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/ticket_event.h"
#include "domain/types.h"

namespace docket::domain {

struct ApprovalVote {
  SubjectId approver;
  Verdict verdict = Verdict::approved;
  bool operator==(const ApprovalVote&) const = default;
};

// One question to several people. One rejection decides against it; it is granted when as many
// different people as are needed approved.
struct Approval {
  std::uint32_t number = 0;          // from 1, within the ticket
  std::vector<SubjectId> approvers;  // who may decide; empty: whoever has the role approver
  std::uint32_t needed = 1;
  std::vector<ApprovalVote> votes;  // one a person
  SubjectId askedBy;
  bool superseded = false;  // it was asked anew before it was decided

  std::uint32_t approvedBy() const;
  bool isRejected() const;
  bool isGranted() const { return !isRejected() && approvedBy() >= needed; }
  bool isOpen() const { return !superseded && !isRejected() && approvedBy() < needed; }
  bool operator==(const Approval&) const = default;
};

// The approvals of one ticket. Total, like every fold.
void apply(std::vector<Approval>& approvals, const ApprovalRequested& event);
void apply(std::vector<Approval>& approvals, const ApprovalDecided& event);

// How many different people must approve such work. A change of which nobody said what kind it is
// counts as a normal one.
std::uint32_t approversNeeded(TicketType type, ChangeKind kind);

// What keeps work from becoming active.
enum class ApprovalState {
  free,      // nothing
  open,      // an approval is not decided
  rejected,  // the last one was refused
  missing,   // a change of its kind needs one that was never asked for
};
// Of work of `type`: an open or refused approval holds it back; a normal or emergency change needs
// one that was granted by as many as its kind needs.
ApprovalState approvalState(TicketType type, ChangeKind kind,
                            const std::vector<Approval>& approvals);

}  // namespace docket::domain
