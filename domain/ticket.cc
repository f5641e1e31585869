#include "domain/ticket.h"

#include <utility>

#include "domain/cases.h"

namespace docket::domain {
namespace {

// Every way of changing column ends here, so that commitment, finish and reopening are told apart
// in one place. The state's own column counts as the one that is left, whatever the event says.
void enter(Ticket& ticket, const Place& to, Timestamp occurredAt) {
  const Place from = std::exchange(ticket.place, to);
  if (from.column != to.column) ticket.inColumnSince = occurredAt;
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
  }
}

void open(Ticket& ticket, const TicketOpened& opened, Timestamp occurredAt) {
  ticket = Ticket{};
  ticket.exists = true;
  ticket.id = opened.id;
  ticket.place = opened.place;
  ticket.type = opened.type;
  ticket.serviceClass = opened.serviceClass;
  ticket.tier = opened.tier;
  ticket.title = opened.title;
  ticket.description = opened.description;
  ticket.requester = opened.requester;
  ticket.due = opened.due;
  ticket.externalKey = opened.externalKey;
  ticket.foreign = opened.foreign;
  ticket.openedAt = occurredAt;
  ticket.inColumnSince = occurredAt;
  // Opened past the queue is committed at once.
  if (opened.place.category != ColumnCategory::queue) ticket.committedAt = occurredAt;
  if (ticket.finished()) ticket.resolvedAt = occurredAt;
}

}  // namespace

void evolve(Ticket& ticket, const TicketEvent& event, Timestamp occurredAt) {
  if (const auto* opened = std::get_if<TicketOpened>(&event)) {
    return open(ticket, *opened, occurredAt);
  }
  if (!ticket.exists) return;  // history of a ticket that nobody opened makes no ticket
  std::visit(Cases{
                 [](const TicketOpened&) {},  // above
                 [&](const TicketMoved& e) { enter(ticket, e.to, occurredAt); },
                 [&](const TicketPulled& e) {
                   enter(ticket, e.to, occurredAt);
                   ticket.assignee = e.agent;
                 },
                 [&](const TicketAssigned& e) { ticket.assignee = e.to; },
                 [&](const TicketEscalated& e) { ticket.tier = e.to; },
                 [&](const TicketBlocked& e) {
                   ticket.blocker = Blocker{e.kind, e.reason, occurredAt};
                 },
                 [&](const TicketUnblocked&) { ticket.blocker.reset(); },
                 [&](const CommentAdded&) { ++ticket.commentCount; },
                 [&](const TicketResolved& e) {
                   enter(ticket, e.to, occurredAt);
                   ticket.resolution = e.resolution;
                 },
                 [&](const TicketReopened& e) { enter(ticket, e.to, occurredAt); },
                 [&](const HistoryRecorded& e) {
                   ++ticket.historyCount;
                   if (e.to) enter(ticket, *e.to, occurredAt);
                 },
             },
             event);
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
