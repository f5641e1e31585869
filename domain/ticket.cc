#include "domain/ticket.h"

#include <algorithm>
#include <utility>

#include "domain/cases.h"
#include "domain/text_rules.h"

namespace docket::domain {
namespace {

// Every way of changing column ends here, so that commitment, finish and reopening are told apart
// in one place. The state's own column counts as the one that is left, whatever the event says.
void enter(Ticket& ticket, const Place& to, Timestamp occurredAt) {
  const Place from = std::exchange(ticket.place, to);
  if (from.column != to.column) {
    ticket.inColumnSince = occurredAt;
    ++ticket.entries;
  }
  if (from.category == ColumnCategory::queue && to.category != ColumnCategory::queue &&
      !ticket.committedAt) {
    ticket.committedAt = occurredAt;
  }
  const bool wasFinished = isFinished(from.category);
  const bool nowFinished = isFinished(to.category);
  if (!wasFinished && nowFinished) ticket.resolvedAt = occurredAt;
  if (wasFinished && !nowFinished) {
    ++ticket.reopenCount;
    ticket.resolvedAt.reset();
    ticket.resolution.clear();  // it did not hold; the log keeps it
    ticket.resolutionKind = ResolutionKind::unspecified;
    ticket.cancelled = false;
  }
}

void open(Ticket& ticket, const TicketOpened& opened, Timestamp occurredAt) {
  ticket = Ticket{};
  ticket.exists = true;
  ticket.id = opened.id;
  ticket.place = opened.place;
  ticket.classification.type = opened.type;
  ticket.classification.serviceClass = opened.serviceClass;
  ticket.tier = opened.tier;
  ticket.title = opened.title;
  ticket.description = opened.description;
  ticket.requester = opened.requester;
  ticket.openedBy = opened.openedBy;
  ticket.due = opened.due;
  ticket.externalKey = opened.externalKey;
  ticket.foreign = opened.foreign;
  ticket.openedAt = occurredAt;
  ticket.lastAt = occurredAt;
  ticket.wasEscalated = opened.tier != Tier::first;
  ticket.inColumnSince = occurredAt;
  ticket.entries = 1;
  // Opened past the queue is committed at once.
  if (opened.place.category != ColumnCategory::queue) ticket.committedAt = occurredAt;
  if (ticket.finished()) ticket.resolvedAt = occurredAt;
}

void setTier(Ticket& ticket, Tier tier) {
  ticket.tier = tier;
  ticket.wasEscalated = ticket.wasEscalated || tier != Tier::first;
}

void edit(Ticket& ticket, const TicketEdited& edited) {
  if (edited.field == kTitleField) ticket.title = edited.after;
  if (edited.field == kDescriptionField) ticket.description = edited.after;
  if (edited.field == kRequesterField) ticket.requester = SubjectId{edited.after};
  if (edited.field == kDueField) ticket.due = parseInstant(edited.after);
}

// The guest on `board`; none when no accepted hand-over put one there.
GuestPlacement* guest(Ticket& ticket, const BoardKey& board) {
  return const_cast<GuestPlacement*>(std::as_const(ticket).guestOn(board));
}

void dropOffer(Ticket& ticket, const BoardKey& board) {
  std::erase_if(ticket.offers, [&](const HandOverOffer& offer) { return offer.to == board; });
}
void dropGuest(Ticket& ticket, const BoardKey& board) {
  std::erase_if(ticket.guests, [&](const GuestPlacement& one) { return one.board == board; });
}

GuestPlacement accepted(const HandOverAccepted& event, Timestamp occurredAt) {
  GuestPlacement placement{event.by, event.place, event.agent, occurredAt, occurredAt, {}};
  if (event.place.category != ColumnCategory::queue) placement.committedAt = occurredAt;
  return placement;
}

void moveGuest(Ticket& ticket, const BoardKey& board, const Place& to, Timestamp occurredAt) {
  GuestPlacement* const placement = guest(ticket, board);
  if (placement == nullptr) return;
  if (placement->place.column != to.column) placement->inColumnSince = occurredAt;
  if (placement->place.category == ColumnCategory::queue && to.category != ColumnCategory::queue &&
      !placement->committedAt) {
    placement->committedAt = occurredAt;
  }
  placement->place = to;
}

// What the desk notes by itself, whenever it comes to it.
bool isOfTheDesk(const TicketEvent& event) {
  return std::holds_alternative<PromiseMade>(event) ||
         std::holds_alternative<PromiseWarned>(event) ||
         std::holds_alternative<PromiseMissed>(event) ||
         std::holds_alternative<PromiseMet>(event) || std::holds_alternative<RuleNotApplied>(event);
}

// All but the opening and the clocks.
void evolveOne(Ticket& ticket, const TicketEvent& event, Timestamp occurredAt) {
  std::visit(Cases{
                 [](const TicketOpened&) {},  // see evolve
                 [&](const TicketMoved& e) { enter(ticket, e.to, occurredAt); },
                 [&](const TicketPulled& e) {
                   enter(ticket, e.to, occurredAt);
                   ticket.assignee = e.agent;
                 },
                 [&](const TicketAssigned& e) { ticket.assignee = e.to; },
                 [&](const TicketEscalated& e) { setTier(ticket, e.to); },
                 [&](const TicketBlocked& e) {
                   ticket.blocker = Blocker{e.kind, e.reason, occurredAt};
                 },
                 [&](const TicketUnblocked&) { ticket.blocker.reset(); },
                 [&](const CommentAdded&) { ++ticket.commentCount; },
                 [&](const TicketResolved& e) {
                   enter(ticket, e.to, occurredAt);
                   ticket.resolution = e.resolution;
                   ticket.resolutionKind = e.kind;
                 },
                 [&](const TicketReopened& e) { enter(ticket, e.to, occurredAt); },
                 [&](const HistoryRecorded& e) {
                   ++ticket.historyCount;
                   if (e.to) enter(ticket, *e.to, occurredAt);
                   if (e.assignee) ticket.assignee = *e.assignee;
                   if (e.team) ticket.team = *e.team;
                   if (e.tier) setTier(ticket, *e.tier);
                 },
                 [&](const TicketEdited& e) { edit(ticket, e); },
                 [&](const TicketClassified& e) { ticket.classification = e.after; },
                 [&](const TicketCommitted&) {
                   if (!ticket.committedAt) ticket.committedAt = occurredAt;
                 },
                 [&](const TeamAssigned& e) { ticket.team = e.to; },
                 [&](const ContactRecorded&) { ++ticket.contactCount; },
                 [&](const TicketCameBack& e) { enter(ticket, e.to, occurredAt); },
                 [&](const HandOverOffered& e) {
                   if (e.to == ticket.id.board) return;  // nor offered to its home
                   dropOffer(ticket, e.to);
                   ticket.offers.push_back({e.to, e.reason, occurredAt});
                 },
                 [&](const HandOverAccepted& e) {
                   if (e.by == ticket.id.board) return;  // nobody is a guest at home
                   dropOffer(ticket, e.by);
                   dropGuest(ticket, e.by);
                   ticket.guests.push_back(accepted(e, occurredAt));
                 },
                 [&](const HandOverReturned& e) {
                   dropOffer(ticket, e.by);
                   dropGuest(ticket, e.by);
                 },
                 [&](const GuestMoved& e) { moveGuest(ticket, e.board, e.to, occurredAt); },
                 [&](const GuestPulled& e) {
                   moveGuest(ticket, e.board, e.to, occurredAt);
                   if (GuestPlacement* const placement = guest(ticket, e.board)) {
                     placement->assignee = e.agent;
                   }
                 },
                 [&](const GuestAssigned& e) {
                   if (GuestPlacement* const placement = guest(ticket, e.board))
                     placement->assignee = e.to;
                 },
                 [&](const ApprovalRequested& e) { apply(ticket.approvals, e); },
                 [&](const ApprovalDecided& e) { apply(ticket.approvals, e); },
                 [&](const CheckAdded& e) {
                   ticket.checks.push_back({e.number, e.text, e.required, e.gate, false});
                 },
                 [&](const CheckCompleted& e) {
                   for (Check& check : ticket.checks) {
                     if (check.number == e.number) check.done = true;
                   }
                 },
                 [&](const TicketLinked& e) {
                   ticket.links.push_back({e.kind, e.other, e.outgoing});
                 },
                 [&](const TicketUnlinked& e) {
                   std::erase(ticket.links, Link{e.kind, e.other, e.outgoing});
                 },
                 [](const TicketSplit&) {},  // its children are links
                 [&](const TicketClosed& e) { enter(ticket, e.to, occurredAt); },
                 [&](const TicketCancelled& e) {
                   enter(ticket, e.to, occurredAt);
                   ticket.cancelled = true;
                 },
                 [&](const SatisfactionRecorded& e) { ticket.satisfaction = e.score; },
                 // The clocks have these.
                 [](const PromiseMade&) {}, [](const PromiseChanged&) {},
                 [](const PromiseWarned&) {}, [](const PromiseMissed&) {}, [](const PromiseMet&) {},
                 [](const RuleNotApplied&) {},  // for those who look later
             },
             event);
}

}  // namespace

void evolve(Ticket& ticket, const TicketEvent& event, Timestamp occurredAt) {
  if (const auto* opened = std::get_if<TicketOpened>(&event)) {
    return open(ticket, *opened, occurredAt);
  }
  if (!ticket.exists) return;  // history of a ticket that nobody opened makes no ticket
  const Place before = ticket.place;
  if (!isOfTheDesk(event)) ticket.lastAt = std::max(ticket.lastAt, occurredAt);
  evolveOne(ticket, event, occurredAt);
  ticket.clocks.apply(event, before, ticket.place, occurredAt);
}

const GuestPlacement* Ticket::guestOn(const BoardKey& board) const {
  const auto found = std::find_if(guests.begin(), guests.end(), [&](const GuestPlacement& guest) {
    return guest.board == board;
  });
  return found == guests.end() ? nullptr : &*found;
}

const HandOverOffer* Ticket::offerTo(const BoardKey& board) const {
  const auto found = std::find_if(offers.begin(), offers.end(),
                                  [&](const HandOverOffer& offer) { return offer.to == board; });
  return found == offers.end() ? nullptr : &*found;
}

const Approval* Ticket::approval(std::uint32_t number) const {
  const auto found = std::find_if(approvals.begin(), approvals.end(),
                                  [&](const Approval& one) { return one.number == number; });
  return found == approvals.end() ? nullptr : &*found;
}

std::optional<TicketId> namedTicket(const TicketCommand& command) {
  return std::visit(
      Cases{
          [](const OpenTicket&) -> std::optional<TicketId> { return std::nullopt; },
          [](const PullNext&) -> std::optional<TicketId> { return std::nullopt; },
          [](const RecordHistory&) -> std::optional<TicketId> { return std::nullopt; },
          [](const auto& named) -> std::optional<TicketId> { return named.ticket; },
      },
      command);
}

}  // namespace docket::domain
