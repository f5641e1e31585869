#include "domain/authority.h"

#include <algorithm>
#include <utility>

#include "domain/cases.h"
#include "domain/world.h"

namespace docket::domain {
namespace {

using Roles = std::vector<Role>;

// Which roles may, each alone. A requester only on tickets of their own.
Roles rolesFor(const TicketCommand& command, const Ticket& ticket) {
  const Roles work{Role::agent, Role::manager};
  const Roles own{Role::requester, Role::agent, Role::manager};
  const Roles manage{Role::manager};
  const bool isQueued = ticket.place.category == ColumnCategory::queue;
  const bool isClosed = ticket.place.category == ColumnCategory::closed;
  return std::visit(Cases{
                        [&](const OpenTicket&) { return own; },
                        [&](const MoveTicket&) { return work; },
                        [&](const PullNext&) { return work; },
                        [&](const AssignTicket&) { return work; },
                        [&](const EscalateTicket&) { return work; },
                        [&](const BlockTicket&) { return work; },
                        [&](const UnblockTicket&) { return work; },
                        [&](const AddComment&) { return own; },
                        [&](const ResolveTicket&) { return work; },
                        [&](const ReopenTicket&) { return isClosed ? manage : own; },  // R13
                        [&](const RecordHistory&) { return manage; },
                        // Who it is for decides who may approve it: no requester changes that.
                        [&](const EditTicket& c) { return isQueued && !c.requester ? own : work; },
                        [&](const ClassifyTicket&) { return work; },
                        [&](const CommitTicket&) { return work; },
                        [&](const RecordContact&) { return work; },
                        [&](const OfferHandOver&) { return work; },
                        [&](const AcceptHandOver&) { return work; },
                        [&](const ReturnHandOver&) { return work; },
                        [&](const RequestApproval&) { return work; },
                        [&](const DecideApproval&) { return Roles{Role::approver}; },
                        [&](const AddCheck&) { return work; },
                        [&](const CompleteCheck&) { return work; },
                        [&](const LinkTickets&) { return work; },
                        [&](const UnlinkTickets&) { return work; },
                        [&](const SplitTicket&) { return work; },
                        [&](const CloseTicket&) { return work; },
                        [&](const CancelTicket&) { return own; },
                        [&](const RecordSatisfaction&) { return own; },
                        [&](const Recommit&) { return manage; },
                        [](const KeepPromises&) { return Roles{}; },
                        [](const NoteRuleNotApplied&) { return Roles{}; },
                    },
                    command);
}

// The boards on which a role counts: one that a command names; for what those who work on a ticket
// share, all where it stands; else its home.
std::vector<BoardKey> boardsFor(const TicketCommand& command, const Ticket& ticket) {
  const auto named = [&](const BoardKey& board) {
    return std::vector<BoardKey>{board.empty() ? ticket.id.board : board};
  };
  const auto everywhere = [&] {
    std::vector<BoardKey> boards{ticket.id.board};
    for (const GuestPlacement& guest : ticket.guests) boards.push_back(guest.board);
    return boards;
  };
  return std::visit(Cases{
                        [&](const OpenTicket& c) { return named(c.board); },
                        [&](const PullNext& c) { return named(c.board); },
                        [&](const RecordHistory& c) { return named(c.board); },
                        [&](const MoveTicket& c) { return named(c.board); },
                        [&](const AssignTicket& c) { return named(c.board); },
                        [&](const AcceptHandOver& c) { return named(c.by); },
                        [&](const ReturnHandOver& c) {
                          return std::vector<BoardKey>{ticket.id.board, c.by};
                        },
                        [&](const BlockTicket&) { return everywhere(); },
                        [&](const UnblockTicket&) { return everywhere(); },
                        [&](const AddComment&) { return everywhere(); },
                        [&](const RecordContact&) { return everywhere(); },
                        [&](const AddCheck&) { return everywhere(); },
                        [&](const CompleteCheck&) { return everywhere(); },
                        [&](const auto&) { return named({}); },
                    },
                    command);
}

bool isOwn(const Ticket& ticket, const TicketCommand& command, const SubjectId& actor) {
  if (const auto* open = std::get_if<OpenTicket>(&command)) {
    return open->requester.empty() || open->requester == actor;
  }
  return (ticket.requester.empty() ? ticket.openedBy : ticket.requester) == actor;
}

}  // namespace

std::optional<NotPermitted> checkAuthority(const Ticket& ticket, const TicketCommand& command,
                                           const Context& context) {
  if (context.isSystem) return std::nullopt;
  Roles roles = rolesFor(command, ticket);
  const std::vector<BoardKey> boards = boardsFor(command, ticket);
  NotPermitted refusal{boards.front(), context.actor, roles};
  if (roles.empty()) return refusal;
  if (!isOwn(ticket, command, context.actor)) std::erase(roles, Role::requester);
  const BoardWorld* const home = context.world.find(boards.front());
  const bool homeIsOpen = home == nullptr || home->board.isOpenToAll();
  const bool may = std::any_of(boards.begin(), boards.end(), [&](const BoardKey& key) {
    const BoardWorld* const world = context.world.find(key);
    if (world == nullptr) return true;  // it is refused for that
    // That everybody may do everything on one board opens no ticket of another.
    if (key != boards.front() && world->board.isOpenToAll() && !homeIsOpen) return false;
    return std::any_of(roles.begin(), roles.end(), [&](Role role) {
      return world->board.hasRole(context.actor, role, context.rolesAt());
    });
  });
  if (may) return std::nullopt;
  return refusal;
}

bool isManager(const Board& board, const Context& context) {
  return context.isSystem || board.hasRole(context.actor, Role::manager, context.rolesAt());
}

bool isRequesterOnly(const Board& board, const Context& context) {
  if (context.isSystem) return false;
  const auto has = [&](Role role) { return board.hasRole(context.actor, role, context.rolesAt()); };
  return !has(Role::agent) && !has(Role::manager);
}

}  // namespace docket::domain
