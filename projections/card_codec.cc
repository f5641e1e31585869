#include "projections/card_codec.h"

#include <algorithm>
#include <utility>

#include "projections/row_codec.h"

namespace docket::projections {

using domain::Approval;
using domain::BoardKey;
using domain::GuestPlacement;
using domain::Place;
using domain::Ticket;
using domain::TicketId;
using domain::Timestamp;

namespace {

constexpr std::uint64_t kNumberMax = 0xffff'ffff;

void write(RowWriter& row, const Place& place) {
  row.text(place.column.value).kind(place.category).kind(place.waitsFor);
}

Place readPlace(RowParser& row) {
  Place place;
  place.column.value = row.text();
  place.category = row.kind(domain::ColumnCategory::closed);
  place.waitsFor = row.kind(domain::WaitsFor::team);
  return place;
}

void write(RowWriter& row, const Approval& approval) {
  row.number(approval.number).number(approval.needed).number(approval.approvers.size());
  for (const domain::SubjectId& approver : approval.approvers) row.text(approver.value);
  row.number(approval.votes.size());
  for (const domain::ApprovalVote& vote : approval.votes) {
    row.text(vote.approver.value).kind(vote.verdict);
  }
  row.text(approval.askedBy.value).flag(approval.superseded);
}

// Calls `one` as often as the row says. The parser answers zeros once damaged, so a wild count ends
// at the first item that is not there.
template <class One>
void times(RowParser& row, One one) {
  for (std::uint64_t left = row.number(); left != 0 && !row.damaged(); --left) one();
}

Approval readApproval(RowParser& row) {
  Approval approval;
  approval.number = static_cast<std::uint32_t>(row.number(kNumberMax));
  approval.needed = static_cast<std::uint32_t>(row.number(kNumberMax));
  times(row, [&] { approval.approvers.push_back({std::string(row.text())}); });
  times(row, [&] {
    domain::SubjectId approver{std::string(row.text())};
    approval.votes.push_back({std::move(approver), row.kind(domain::Verdict::rejected)});
  });
  approval.askedBy.value = row.text();
  approval.superseded = row.flag();
  return approval;
}

void write(RowWriter& row, const GuestPlacement& guest) {
  row.text(guest.board.value);
  write(row, guest.place);
  row.text(guest.assignee.value);
  row.time(guest.since).time(guest.inColumnSince).time(guest.committedAt);
}

GuestPlacement readGuest(RowParser& row) {
  GuestPlacement guest;
  guest.board.value = row.text();
  guest.place = readPlace(row);
  guest.assignee.value = row.text();
  guest.since = row.time();
  guest.inColumnSince = row.time();
  guest.committedAt = row.optionalTime();
  return guest;
}

Card readCard(RowParser& row) {
  Card card;
  card.place = readPlace(row);
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
  return card;
}

// A ticket with what a row knows of it. What is left out (texts, resolution, counters) decides
// nothing that a card shows.
Ticket toTicket(const CardRow& row) {
  const Card& card = row.card;
  Ticket ticket;
  ticket.exists = true;
  ticket.id = card.id;
  ticket.place = card.place;
  ticket.classification.type = card.type;
  ticket.classification.serviceClass = card.serviceClass;
  ticket.classification.changeKind = row.changeKind;
  ticket.tier = card.tier;
  ticket.title = card.title;
  ticket.assignee = card.assignee;
  if (card.blocked) ticket.blocker = domain::Blocker{*card.blocked, {}, {}};
  ticket.due = card.due;
  ticket.openedAt = card.openedAt;
  ticket.inColumnSince = card.inColumnSince;
  ticket.committedAt = card.committedAt;
  ticket.externalKey = card.externalKey;
  ticket.approvals = row.approvals;
  ticket.guests = row.guests;
  return ticket;
}

CardRow toRow(const TicketId& id, Ticket ticket) {
  CardRow row;
  row.card.id = id;
  row.card.place = std::move(ticket.place);
  row.card.type = ticket.classification.type;
  row.card.serviceClass = ticket.classification.serviceClass;
  row.card.tier = ticket.tier;
  row.card.title = std::move(ticket.title);
  row.card.assignee = std::move(ticket.assignee);
  if (ticket.blocker) row.card.blocked = ticket.blocker->kind;
  row.card.due = ticket.due;
  row.card.openedAt = ticket.openedAt;
  row.card.inColumnSince = ticket.inColumnSince;
  row.card.committedAt = ticket.committedAt;
  row.card.externalKey = std::move(ticket.externalKey);
  row.changeKind = ticket.classification.changeKind;
  row.approvals = std::move(ticket.approvals);
  row.guests = std::move(ticket.guests);
  return row;
}

}  // namespace

// --- What a row says -----------------------------------------------------------------------------

bool CardRow::awaitsApproval() const {
  return approvalState(card.type, changeKind, approvals) != domain::ApprovalState::free;
}

const GuestPlacement* CardRow::guestOn(const BoardKey& board) const {
  if (board == card.id.board) return nullptr;
  const auto found = std::find_if(guests.begin(), guests.end(), [&](const GuestPlacement& guest) {
    return guest.board == board;
  });
  return found == guests.end() ? nullptr : &*found;
}

std::optional<Card> CardRow::on(const BoardKey& board) const {
  if (board == card.id.board) return card;
  const GuestPlacement* const guest = guestOn(board);
  if (guest == nullptr) return std::nullopt;
  Card shown = card;
  shown.place = guest->place;
  shown.assignee = guest->assignee;
  shown.inColumnSince = guest->inColumnSince;
  shown.committedAt = guest->committedAt;
  return shown;
}

std::optional<domain::OpenCard> CardRow::openOn(const BoardKey& board) const {
  const auto shown = on(board);
  if (!shown) return std::nullopt;
  const GuestPlacement* const guest = guestOn(board);
  domain::OpenCard open;
  open.ticket = card.id;
  open.place = shown->place;
  open.type = card.type;
  open.serviceClass = card.serviceClass;
  open.tier = card.tier;
  open.arrivedAt = guest == nullptr ? card.openedAt : guest->since;
  open.committedAt = shown->committedAt;
  open.due = card.due;
  open.assignee = shown->assignee;
  open.blocked = card.blocked.has_value();
  open.awaitsApproval = awaitsApproval();
  return open;
}

std::vector<BoardKey> CardRow::boards() const {
  std::vector<BoardKey> all{card.id.board};
  for (const GuestPlacement& guest : guests) {
    if (guestOn(guest.board) != nullptr) all.push_back(guest.board);
  }
  return all;
}

// --- Bytes ---------------------------------------------------------------------------------------

std::string encodeCard(const CardRow& stored) {
  const Card& card = stored.card;
  RowWriter row;
  write(row, card.place);
  row.kind(card.type).kind(card.serviceClass).kind(card.tier);
  row.text(card.title).text(card.assignee.value).text(card.externalKey);
  row.flag(card.blocked.has_value());
  if (card.blocked) row.kind(*card.blocked);
  row.time(card.openedAt).time(card.inColumnSince).time(card.committedAt).time(card.due);
  row.kind(stored.changeKind).number(stored.approvals.size());
  for (const Approval& approval : stored.approvals) write(row, approval);
  row.number(stored.guests.size());
  for (const GuestPlacement& guest : stored.guests) write(row, guest);
  return row.take();
}

CardRow decodeCard(const TicketId& id, std::string_view bytes) {
  RowParser row(bytes);
  CardRow stored;
  stored.card = readCard(row);
  stored.card.id = id;
  stored.changeKind = row.kind(domain::ChangeKind::emergency);
  times(row, [&] { stored.approvals.push_back(readApproval(row)); });
  times(row, [&] { stored.guests.push_back(readGuest(row)); });
  const bool isTier = stored.card.tier >= domain::Tier::first;
  if (!row.whole() || !isTier) {
    throw ViewDamaged("the card of " + id.text() + " is not what was written");
  }
  return stored;
}

std::optional<CardRow> foldCard(const TicketId& id, const std::optional<CardRow>& before,
                                const domain::TicketEvent& event, Timestamp occurredAt) {
  Ticket ticket = before ? toTicket(*before) : Ticket{};
  domain::evolve(ticket, event, occurredAt);
  if (!ticket.exists) return std::nullopt;
  return toRow(id, std::move(ticket));
}

tl::expected<TicketId, std::string> ticketOf(const eventstore::Envelope& envelope) {
  auto id = TicketId::parse(envelope.streamId);
  if (!id || envelope.streamKind != domain::codec::kTicketStream) {
    return tl::unexpected("a " + std::string(envelope.type) +
                          " in a stream that is not a ticket's: " + envelope.stream().text());
  }
  return *std::move(id);
}

void addTicket(Key& key, const BoardKey& board, const TicketId& id) {
  key.number(id.number);
  if (id.board != board) key.tail(id.board.value);
}

TicketId ticketAtEnd(std::string_view end, const BoardKey& board) {
  if (end.size() < 8) throw ViewDamaged("the key of a row is too short");
  TicketId id{board, RowParser(end.substr(0, 8)).bigEndian()};
  if (end.size() > 8) id.board.value = end.substr(8);
  return id;
}

}  // namespace docket::projections
