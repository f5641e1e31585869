// Cards as stored in rows, and the one fold that makes them. Shared by the board and the queue
// view; internal to the projections.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "domain/ticket.h"
#include "domain/world.h"
#include "eventstore/envelope.h"
#include "projections/board_view.h"

namespace docket::projections {

// What the row of a ticket holds: its card at home, and what few tickets have besides.
struct CardRow {
  Card card;
  domain::ChangeKind changeKind = domain::ChangeKind::none;
  std::vector<domain::Approval> approvals;
  std::vector<domain::GuestPlacement> guests;

  // It may not become active (R5).
  bool awaitsApproval() const;
  // None: it is no guest there.
  const domain::GuestPlacement* guestOn(const domain::BoardKey& board) const;
  // The card as it shows on `board`, its home or where it is a guest; none: it does not stand
  // there.
  std::optional<Card> on(const domain::BoardKey& board) const;
  // Likewise, as the pull policy looks at it.
  std::optional<domain::OpenCard> openOn(const domain::BoardKey& board) const;
  // Its home, and the boards where it is a guest.
  std::vector<domain::BoardKey> boards() const;
};

std::string encodeCard(const CardRow& row);
// Throws ViewDamaged.
CardRow decodeCard(const domain::TicketId& id, std::string_view bytes);

// The row after `event`. The rules are the domain's own (domain::evolve); none: the event is of a
// ticket that was never opened.
std::optional<CardRow> foldCard(const domain::TicketId& id, const std::optional<CardRow>& before,
                                const domain::TicketEvent& event, domain::Timestamp occurredAt);

// The ticket whose stream this is; an error when the stream's id is not one of a ticket.
[[nodiscard]] tl::expected<domain::TicketId, std::string> ticketOf(
    const eventstore::Envelope& envelope);

// A ticket on `board` as the end of a key: its number and, of a guest only, its home; so that
// tickets sort by number within a board.
class Key;
void addTicket(Key& key, const domain::BoardKey& board, const domain::TicketId& id);
// `end` is what follows in the key. Throws ViewDamaged.
domain::TicketId ticketAtEnd(std::string_view end, const domain::BoardKey& board);

}  // namespace docket::projections
