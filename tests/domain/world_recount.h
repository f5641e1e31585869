// The world's facts about a board, found the slow way: by looking at every ticket.
#pragma once

#include <map>
#include <string>

#include "domain/ticket.h"
#include "domain/world.h"

namespace docket::domain::test {

// The cards that must be open on the board, and how many there are of everything; finished tickets
// count in their column.
struct Recount {
  std::map<TicketId, OpenCard> open;
  Counts counts;
};

inline OpenCard cardOf(const Ticket& ticket) {
  const Classification& is = ticket.classification;
  OpenCard card;
  card.ticket = ticket.id;
  card.place = ticket.place;
  card.type = is.type;
  card.serviceClass = is.serviceClass;
  card.arrivedAt = ticket.openedAt;
  card.committedAt = ticket.committedAt;
  card.due = ticket.due;
  card.assignee = ticket.assignee;
  card.blocked = ticket.blocker.has_value();
  card.awaitsApproval =
      approvalState(is.type, is.changeKind, ticket.approvals) != ApprovalState::free;
  card.tier = ticket.tier;
  return card;
}

// What no ticket says, but only the board: the world's own tests look at it.
inline void takeOver(OpenCard& card, const BoardWorld& world) {
  const auto found = world.open.find(card.ticket);
  if (found == world.open.end()) return;
  card.hasClocks = found->second.hasClocks;
  card.worked = found->second.worked;
  if (card.ticket.board != world.board.key) card.committedAt = found->second.committedAt;
}

inline Recount recount(const std::map<TicketId, Ticket>& tickets, const BoardWorld& world) {
  const BoardKey& board = world.board.key;
  Recount counted;
  for (const auto& [id, ticket] : tickets) {
    if (!ticket.exists) continue;
    if (id.board == board) {
      OpenCard card = cardOf(ticket);
      takeOver(card, world);
      counted.counts.add(card);
      if (!ticket.finished()) counted.open[id] = card;
    } else if (const GuestPlacement* const guest = ticket.guestOn(board)) {
      OpenCard card = cardOf(ticket);
      card.place = guest->place;
      card.assignee = guest->assignee;
      card.arrivedAt = guest->since;
      card.committedAt.reset();
      takeOver(card, world);
      counted.counts.add(card);
      counted.open[id] = card;
    }
  }
  return counted;
}

// What differs, in words; empty: nothing.
inline std::string differenceToRecount(const World& world,
                                       const std::map<TicketId, Ticket>& tickets,
                                       const BoardKey& key) {
  const BoardWorld& board = *world.find(key);
  const Recount counted = recount(tickets, board);
  for (const auto& [id, card] : counted.open) {
    const auto found = board.open.find(id);
    if (found == board.open.end()) return id.text() + " is not on " + key.value;
    if (!(found->second == card)) return id.text() + " is another card on " + key.value;
  }
  if (board.open.size() != counted.open.size()) return "cards too many on " + key.value;
  const Counts& counts = board.counts;
  if (counts.byType != counted.counts.byType) return "by type on " + key.value;
  if (counts.byClass != counted.counts.byClass) return "by class on " + key.value;
  if (counts.byPerson != counted.counts.byPerson) return "by person on " + key.value;
  if (counts.underWay != counted.counts.underWay) return "under way on " + key.value;
  for (const auto& [column, byClass] : counts.standing) {
    const auto found = counted.counts.standing.find(column);
    const Counts::ByClass expected =
        found == counted.counts.standing.end() ? Counts::ByClass{} : found->second;
    if (byClass != expected) return "in " + column.value + " of " + key.value;
  }
  for (const auto& [column, byClass] : counted.counts.standing) {
    if (!counts.standing.contains(column)) return "nobody in " + column.value + " of " + key.value;
  }
  for (const auto& [id, ticket] : tickets) {
    if (!ticket.exists) continue;
    const bool offered = ticket.offerTo(key) != nullptr;
    if (offered != board.inbox.contains(id)) return id.text() + " in the inbox of " + key.value;
  }
  return "";
}

}  // namespace docket::domain::test
