// What the decisions on tickets have in common: how they collect what they find, and the questions
// that several of them ask. Internal to the domain; ticket.h has the way in.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "domain/limits.h"
#include "domain/ticket.h"
#include "domain/world.h"

namespace docket::domain {

struct Judgement {
  Rejection broken;
  Decided decided;

  void refuse(Refusal refusal) { broken.push_back(std::move(refusal)); }
  void refuse(Rejection refusals) {
    for (Refusal& one : refusals) broken.push_back(std::move(one));
  }
  void check(std::optional<FieldInvalid> refusal) {
    if (refusal) broken.push_back(*std::move(refusal));
  }
  bool sound() const { return broken.empty(); }
  // Only a judgement that found nothing broken may write.
  void write(const TicketId& ticket, TicketEvent event) {
    decided.changes.push_back({ticket, std::move(event)});
  }
};

// A command on a ticket that exists, at its home.
struct Matter {
  const Ticket& ticket;
  const BoardWorld& home;
  const Context& context;

  const Board& board() const { return home.board; }
};

// --- Columns
// ---------------------------------------------------------------------------------------

// The column that a command asks for, or `fallback` when it asks for none.
const Column* targetColumn(const Board& board, const ColumnId& asked, const Column* fallback,
                           Judgement& judgement);
// "in-progress (active)"
std::string columnText(const Column& column);

// --- Entering a place
// -------------------------------------------------------------------------------

// A card that is about to stand somewhere.
struct Arrival {
  const BoardWorld& world;
  std::optional<CardFacts> before;  // none: it is not on this board yet
  CardFacts after;
  std::string overrideReason;  // not empty: a WIP limit may be exceeded
};
// Refuses what the limits and the policy do not allow. Answers the reason if a limit is exceeded by
// it, else an empty text.
std::string checkArrival(const Arrival& arrival, const Context& context, Judgement& judgement);

// The ticket's own facts, as it would stand at `to` on its home.
CardFacts factsAt(const Ticket& ticket, const Place& to);
CardFacts factsAt(const Ticket& ticket, const GuestPlacement& guest);
// It moves from where it stands at home to `to`.
Arrival arrivalAt(const Matter& matter, const Column& to, std::string overrideReason = {});

// --- What stands in the way
// ---------------------------------------------------------------------------

void refuseFinished(const Ticket& ticket, Judgement& judgement);
void refuseBlocked(const Ticket& ticket, Judgement& judgement);               // R3
void refuseUnapproved(const Ticket& ticket, Judgement& judgement);            // R5
bool isApproved(const Ticket& ticket);                                        // R5
void refuseOpenGates(const Ticket& ticket, Gate gate, Judgement& judgement);  // R4
void refuseHandedOver(const Ticket& ticket, Judgement& judgement);            // R7

// R5: what was not approved is not resolved as done; that it was not done needs no approval.
void refuseUnapprovedResolution(const Ticket& ticket, ResolutionKind kind, Judgement& judgement);
// R5: that a change needs nobody's approval is for managers to say.
void checkStandardChange(const Classification& before, const Classification& after,
                         const Board& board, const Context& context, Judgement& judgement);
// The check that an emergency change leaves open for afterwards, unless the ticket has it (R5).
std::optional<CheckAdded> missingPostReview(const Ticket& ticket);

// The ticket goes to the default drop column by itself, unless it stands there. Writes.
void comeBack(const Matter& matter, ReturnCause cause, Judgement& judgement);

// --- The decisions: one a command, in decide_….cc
// ----------------------------------------------------

// What can be said of a command without looking at anything else.
void checkForm(const TicketCommand& command, Judgement& judgement);

// Those that find or make their ticket.
void judge(const OpenTicket&, const BoardWorld&, const Context&, Judgement&);
void judge(const PullNext&, const BoardWorld&, const Context&, Judgement&);
void judge(const RecordHistory&, const BoardWorld&, const Context&, Judgement&);

void judge(const MoveTicket&, const Matter&, Judgement&);
void judge(const AssignTicket&, const Matter&, Judgement&);
void judge(const EscalateTicket&, const Matter&, Judgement&);
void judge(const BlockTicket&, const Matter&, Judgement&);
void judge(const UnblockTicket&, const Matter&, Judgement&);
void judge(const CommitTicket&, const Matter&, Judgement&);
void judge(const EditTicket&, const Matter&, Judgement&);
void judge(const ClassifyTicket&, const Matter&, Judgement&);
void judge(const AddComment&, const Matter&, Judgement&);
void judge(const RecordContact&, const Matter&, Judgement&);
void judge(const OfferHandOver&, const Matter&, Judgement&);
void judge(const AcceptHandOver&, const Matter&, Judgement&);
void judge(const ReturnHandOver&, const Matter&, Judgement&);
void judge(const RequestApproval&, const Matter&, Judgement&);
void judge(const DecideApproval&, const Matter&, Judgement&);
void judge(const AddCheck&, const Matter&, Judgement&);
void judge(const CompleteCheck&, const Matter&, Judgement&);
void judge(const LinkTickets&, const Matter&, Judgement&);
void judge(const UnlinkTickets&, const Matter&, Judgement&);
void judge(const SplitTicket&, const Matter&, Judgement&);
void judge(const ResolveTicket&, const Matter&, Judgement&);
void judge(const CloseTicket&, const Matter&, Judgement&);
void judge(const CancelTicket&, const Matter&, Judgement&);
void judge(const ReopenTicket&, const Matter&, Judgement&);
void judge(const RecordSatisfaction&, const Matter&, Judgement&);
void judge(const Recommit&, const Matter&, Judgement&);
void judge(const KeepPromises&, const Matter&, Judgement&);
void judge(const NoteRuleNotApplied&, const Matter&, Judgement&);

}  // namespace docket::domain
