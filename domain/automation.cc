#include "domain/automation.h"

#include <utility>

#include "domain/cases.h"

namespace docket::domain {
namespace {

// A column of a board that a ticket has come into.
struct Entry {
  BoardKey board;
  ColumnId column;
};

// What was entered by `event`, if it was another column than the one that was left. History enters
// nothing: it was automated, if at all, where it happened.
std::optional<Entry> entryOf(const Ticket& ticket, const TicketEvent& event) {
  const auto home = [&](const Place& from, const Place& to) -> std::optional<Entry> {
    if (from.column == to.column) return std::nullopt;
    return Entry{ticket.id.board, to.column};
  };
  return std::visit(Cases{
                        [&](const TicketOpened& e) -> std::optional<Entry> {
                          if (!e.externalKey.empty()) return std::nullopt;
                          return Entry{ticket.id.board, e.place.column};
                        },
                        [&](const TicketMoved& e) { return home(e.from, e.to); },
                        [&](const TicketPulled& e) { return home(e.from, e.to); },
                        [&](const TicketCameBack& e) { return home(e.from, e.to); },
                        [&](const TicketResolved& e) { return home(e.from, e.to); },
                        [&](const TicketReopened& e) { return home(e.from, e.to); },
                        [&](const TicketClosed& e) { return home(e.from, e.to); },
                        [&](const TicketCancelled& e) { return home(e.from, e.to); },
                        [&](const HandOverAccepted& e) -> std::optional<Entry> {
                          return Entry{e.by, e.place.column};
                        },
                        [&](const GuestMoved& e) -> std::optional<Entry> {
                          return Entry{e.board, e.to.column};
                        },
                        [&](const GuestPulled& e) -> std::optional<Entry> {
                          return Entry{e.board, e.to.column};
                        },
                        [](const auto&) -> std::optional<Entry> { return std::nullopt; },
                    },
                    event);
}

std::string because(const Rule& rule) {
  return "Rule " + rule.id.value + " of the board.";
}

TicketCommand commandOf(const Rule& rule, const Ticket& ticket, const BoardKey& board) {
  const TicketId& id = ticket.id;
  return std::visit(Cases{
                        [&](const OfferHandOverTo& action) -> TicketCommand {
                          return OfferHandOver{id, action.board, because(rule)};
                        },
                        [&](const AssignToTeam& action) -> TicketCommand {
                          return AssignTicket{id, std::nullopt, action.team, {}};
                        },
                        [&](const AddRequiredCheck& action) -> TicketCommand {
                          return AddCheck{id, action.text, true, Gate::resolve};
                        },
                        [&](const MoveToColumn& action) -> TicketCommand {
                          return MoveTicket{id, action.column, board, {}};
                        },
                        [&](const ReturnHome& action) -> TicketCommand {
                          return ReturnHandOver{id, board, action.reason};
                        },
                    },
                    rule.action);
}

// A rule whose wish makes no sense where the ticket stands asks for nothing: a development board's
// own work has no home to return to.
bool isApplicable(const Rule& rule, const Ticket& ticket, const BoardKey& board) {
  if (rule.type && *rule.type != ticket.classification.type) return false;
  const bool isGuest = board != ticket.id.board;
  if (std::holds_alternative<ReturnHome>(rule.action)) return isGuest;
  return true;
}

}  // namespace

std::vector<FollowUp> followUps(const Ticket& ticket, const TicketEvent& event,
                                const World& world) {
  std::vector<FollowUp> all;
  const std::optional<Entry> entry = entryOf(ticket, event);
  if (!entry) return all;
  const BoardWorld* const found = world.find(entry->board);
  if (found == nullptr) return all;
  for (const Rule& rule : found->board.rules) {
    if (rule.onEntry != entry->column || !isApplicable(rule, ticket, entry->board)) continue;
    all.push_back({entry->board, rule.id, commandOf(rule, ticket, entry->board)});
  }
  return all;
}

}  // namespace docket::domain
