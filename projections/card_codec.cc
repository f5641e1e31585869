#include "projections/card_codec.h"

#include <utility>

#include "projections/row_codec.h"

namespace docket::projections {

using domain::Board;
using domain::Column;
using domain::Place;
using domain::Ticket;
using domain::TicketId;
using domain::Timestamp;

std::string encodeCard(const Card& card) {
  RowWriter row;
  row.text(card.place.column.value).kind(card.place.category);
  row.kind(card.type).kind(card.serviceClass).kind(card.tier);
  row.text(card.title).text(card.assignee.value).text(card.externalKey);
  row.flag(card.blocked.has_value());
  if (card.blocked) row.kind(*card.blocked);
  row.time(card.openedAt).time(card.inColumnSince).time(card.committedAt).time(card.due);
  return row.take();
}

Card decodeCard(const TicketId& id, std::string_view bytes) {
  RowParser row(bytes);
  Card card;
  card.id = id;
  card.place.column.value = row.text();
  card.place.category = row.kind(domain::ColumnCategory::closed);
  card.type = row.kind(domain::TicketType::enhancement);
  card.serviceClass = row.kind(domain::ServiceClass::intangible);
  card.tier = row.kind(domain::Tier::third);
  card.title = row.text();
  card.assignee.value = row.text();
  card.externalKey = row.text();
  if (row.flag()) card.blocked = row.kind(domain::BlockerKind::other);
  card.openedAt = row.time();
  card.inColumnSince = row.time();
  card.committedAt = row.optionalTime();
  card.due = row.optionalTime();
  const bool tierIsOne = card.tier >= domain::Tier::first;
  if (!row.whole() || !tierIsOne)
    throw ViewDamaged("the card of " + id.text() + " is not what was written");
  return card;
}

namespace {

// A ticket with what a card knows of it. What is left out (texts, resolution, counters) decides
// nothing that a card shows.
Ticket toTicket(const Card& card) {
  Ticket ticket;
  ticket.exists = true;
  ticket.id = card.id;
  ticket.place = card.place;
  ticket.classification.type = card.type;
  ticket.classification.serviceClass = card.serviceClass;
  ticket.tier = card.tier;
  ticket.title = card.title;
  ticket.assignee = card.assignee;
  if (card.blocked) ticket.blocker = domain::Blocker{*card.blocked, {}, {}};
  ticket.due = card.due;
  ticket.openedAt = card.openedAt;
  ticket.inColumnSince = card.inColumnSince;
  ticket.committedAt = card.committedAt;
  ticket.externalKey = card.externalKey;
  return ticket;
}

Card toCard(const TicketId& id, Ticket ticket) {
  Card card;
  card.id = id;
  card.place = std::move(ticket.place);
  card.type = ticket.classification.type;
  card.serviceClass = ticket.classification.serviceClass;
  card.tier = ticket.tier;
  card.title = std::move(ticket.title);
  card.assignee = std::move(ticket.assignee);
  if (ticket.blocker) card.blocked = ticket.blocker->kind;
  card.due = ticket.due;
  card.openedAt = ticket.openedAt;
  card.inColumnSince = ticket.inColumnSince;
  card.committedAt = ticket.committedAt;
  card.externalKey = std::move(ticket.externalKey);
  return card;
}

}  // namespace

std::optional<Card> foldCard(const TicketId& id, const std::optional<Card>& before,
                             const domain::TicketEvent& event, Timestamp occurredAt) {
  Ticket ticket = before ? toTicket(*before) : Ticket{};
  domain::evolve(ticket, event, occurredAt);
  if (!ticket.exists) return std::nullopt;
  return toCard(id, std::move(ticket));
}

std::string encodeBoard(const Board& board) {
  RowWriter row;
  row.text(board.key.value).text(board.name).text(board.templateName);
  row.number(board.policy.expediteLimit).number(board.policyVersion).number(board.columns.size());
  for (const Column& column : board.columns) {
    row.text(column.id.value).text(column.name).kind(column.category).flag(column.defaultDrop);
    row.flag(column.wipLimit.has_value());
    if (column.wipLimit) row.number(*column.wipLimit);
  }
  return row.take();
}

Board decodeBoard(std::string_view bytes) {
  constexpr std::uint64_t kNumberMax = 0xffff'ffff;
  RowParser row(bytes);
  Board board;
  board.exists = true;
  board.key.value = row.text();
  board.name = row.text();
  board.templateName = row.text();
  board.policy.expediteLimit = static_cast<std::uint32_t>(row.number(kNumberMax));
  board.policyVersion = row.number();
  // The parser answers zeros once damaged, so a wild count ends at the first column that is not
  // there.
  for (std::uint64_t left = row.number(); left != 0 && !row.damaged(); --left) {
    Column column;
    column.id.value = row.text();
    column.name = row.text();
    column.category = row.kind(domain::ColumnCategory::closed);
    column.defaultDrop = row.flag();
    if (row.flag()) column.wipLimit = static_cast<std::uint32_t>(row.number(kNumberMax));
    board.columns.push_back(std::move(column));
  }
  if (!row.whole()) throw ViewDamaged("the row of a board is not what was written");
  return board;
}

bool isFinished(const Place& place) {
  return place.category == domain::ColumnCategory::resolved ||
         place.category == domain::ColumnCategory::closed;
}

tl::expected<TicketId, std::string> ticketOf(const eventstore::Envelope& envelope) {
  auto id = TicketId::parse(envelope.streamId);
  if (!id || envelope.streamKind != domain::codec::kTicketStream) {
    return tl::unexpected("a " + std::string(envelope.type) +
                          " in a stream that is not a ticket's: " + envelope.stream().text());
  }
  return *std::move(id);
}

std::uint64_t numberAtEnd(std::string_view key) {
  if (key.size() < 8) throw ViewDamaged("the key of a row is too short");
  return RowParser(key.substr(key.size() - 8)).bigEndian();
}

}  // namespace docket::projections
