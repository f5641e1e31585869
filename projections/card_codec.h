// Cards and boards as stored in rows, and the one fold that makes a card. Shared by the board and
// the queue view; internal to the projections.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "domain/board.h"
#include "domain/ticket.h"
#include "eventstore/envelope.h"
#include "projections/board_view.h"

namespace docket::projections {

std::string encodeCard(const Card& card);
// Throws ViewDamaged.
Card decodeCard(const domain::TicketId& id, std::string_view bytes);

// The card after `event`. The rules are the domain's own (domain::evolve); none: the event is of a
// ticket that was never opened.
std::optional<Card> foldCard(const domain::TicketId& id, const std::optional<Card>& before,
                             const domain::TicketEvent& event, domain::Timestamp occurredAt);

std::string encodeBoard(const domain::Board& board);
// Throws ViewDamaged.
domain::Board decodeBoard(std::string_view bytes);

bool isFinished(const domain::Place& place);

// The ticket whose stream this is; an error when the stream's id is not one of a ticket.
[[nodiscard]] tl::expected<domain::TicketId, std::string> ticketOf(
    const eventstore::Envelope& envelope);

// Queue rows and cards sort by number within a board: the number is the key's last eight bytes.
// Throws ViewDamaged.
std::uint64_t numberAtEnd(std::string_view key);

}  // namespace docket::projections
