#include "domain/world.h"

#include <algorithm>
#include <utility>

#include "domain/cases.h"

namespace docket::domain {
namespace {

bool isExpediteUnderWay(const OpenCard& card) {
  return card.serviceClass == ServiceClass::expedite && isUnderWay(card.place.category);
}

std::uint32_t placeIndex(BoardWorld& world, const Place& place) {
  const auto found = std::find(world.places.begin(), world.places.end(), place);
  if (found != world.places.end()) return static_cast<std::uint32_t>(found - world.places.begin());
  world.places.push_back(place);
  return static_cast<std::uint32_t>(world.places.size() - 1);
}

FinishedCard packed(BoardWorld& world, const OpenCard& card) {
  FinishedCard finished;
  finished.arrivedAt = card.arrivedAt;
  finished.committedAt = card.committedAt.value_or(Timestamp{});
  finished.due = card.due.value_or(Timestamp{});
  finished.place = placeIndex(world, card.place);
  finished.type = static_cast<std::uint8_t>(card.type);
  finished.serviceClass = static_cast<std::uint8_t>(card.serviceClass);
  finished.committed = card.committedAt.has_value();
  finished.promised = card.due.has_value();
  finished.blocked = card.blocked;
  return finished;
}

OpenCard unpacked(const BoardWorld& world, const TicketId& ticket, const FinishedCard& finished) {
  OpenCard card;
  card.ticket = ticket;
  card.place = world.places[finished.place];
  card.type = static_cast<TicketType>(finished.type);
  card.serviceClass = static_cast<ServiceClass>(finished.serviceClass);
  card.arrivedAt = finished.arrivedAt;
  if (finished.committed) card.committedAt = finished.committedAt;
  if (finished.promised) card.due = finished.due;
  card.blocked = finished.blocked;
  return card;
}

// Takes the card off the board, out of every count.
std::optional<OpenCard> takeOff(BoardWorld& world, const TicketId& ticket) {
  std::optional<OpenCard> card;
  if (const auto open = world.open.find(ticket.number); open != world.open.end()) {
    card = std::move(open->second);
    world.open.erase(open);
  } else if (const auto done = world.finished.find(ticket.number); done != world.finished.end()) {
    card = unpacked(world, ticket, done->second);
    world.finished.erase(done);
  } else {
    return std::nullopt;
  }
  --world.standing[card->place.column];
  if (isExpediteUnderWay(*card)) --world.expediteStarted;
  return card;
}

void putOn(BoardWorld& world, OpenCard card) {
  ++world.standing[card.place.column];
  if (isExpediteUnderWay(card)) ++world.expediteStarted;
  const std::uint64_t number = card.ticket.number;
  if (isFinished(card.place.category)) {
    world.finished.insert_or_assign(number, packed(world, card));
  } else {
    world.open.insert_or_assign(number, std::move(card));
  }
}

void move(BoardWorld& world, const TicketId& ticket, const Place& to, Timestamp occurredAt) {
  std::optional<OpenCard> card = takeOff(world, ticket);
  if (!card) return;
  if (card->place.category == ColumnCategory::queue && to.category != ColumnCategory::queue &&
      !card->committedAt) {
    card->committedAt = occurredAt;
  }
  card->place = to;
  putOn(world, *std::move(card));
}

void setBlocked(BoardWorld& world, const TicketId& ticket, bool blocked) {
  if (const auto open = world.open.find(ticket.number); open != world.open.end()) {
    open->second.blocked = blocked;
  } else if (const auto done = world.finished.find(ticket.number); done != world.finished.end()) {
    done->second.blocked = blocked;
  }
}

void open(BoardWorld& world, const TicketId& ticket, const TicketOpened& opened,
          Timestamp occurredAt) {
  takeOff(world, ticket);  // no decision opens a ticket twice, but a fold takes what comes
  OpenCard card{ticket,     opened.place, opened.type, opened.serviceClass,
                occurredAt, std::nullopt, opened.due,  false};
  if (opened.place.category != ColumnCategory::queue) card.committedAt = occurredAt;
  putOn(world, std::move(card));
  world.lastNumber = std::max(world.lastNumber, ticket.number);
  if (!opened.externalKey.empty()) {
    world.imported.insert_or_assign(opened.externalKey, ticket.number);
  }
}

}  // namespace

std::uint32_t BoardWorld::count(const ColumnId& column) const {
  const auto found = standing.find(column);
  return found == standing.end() ? 0 : found->second;
}

std::uint32_t BoardWorld::expediteUnderWay() const {
  return expediteStarted;
}

void World::apply(const BoardKey& board, const BoardEvent& event) {
  evolve(boards_[board].board, event);
}

void World::apply(const TicketId& ticket, const TicketEvent& event, Timestamp occurredAt) {
  BoardWorld& world = boards_[ticket.board];
  std::visit(Cases{
                 [&](const TicketOpened& e) { open(world, ticket, e, occurredAt); },
                 [&](const TicketMoved& e) { move(world, ticket, e.to, occurredAt); },
                 [&](const TicketPulled& e) { move(world, ticket, e.to, occurredAt); },
                 [&](const TicketAssigned&) {},
                 [&](const TicketEscalated&) {},
                 [&](const TicketBlocked&) { setBlocked(world, ticket, true); },
                 [&](const TicketUnblocked&) { setBlocked(world, ticket, false); },
                 [&](const CommentAdded&) {},
                 [&](const TicketResolved& e) { move(world, ticket, e.to, occurredAt); },
                 [&](const TicketReopened& e) { move(world, ticket, e.to, occurredAt); },
                 [&](const HistoryRecorded& e) {
                   if (e.to) move(world, ticket, *e.to, occurredAt);
                 },
             },
             event);
}

void World::setAside(const TicketId& ticket, UnreadEvent event) {
  BoardWorld& world = boards_[ticket.board];
  const bool isOpening =
      !world.open.contains(ticket.number) && !world.finished.contains(ticket.number);
  world.setAside.try_emplace(ticket.number, SetAside{std::move(event), isOpening});
  world.lastNumber = std::max(world.lastNumber, ticket.number);  // it is taken, whatever it is
}

void World::setAside(const BoardKey& board, UnreadEvent event) {
  BoardWorld& world = boards_[board];
  if (!world.unread) world.unread = std::move(event);
}

const UnreadEvent* World::unread(const BoardKey& board) const {
  const auto found = boards_.find(board);
  return found == boards_.end() || !found->second.unread ? nullptr : &*found->second.unread;
}

void World::apply(const SubjectId& subject, const SubjectEvent& event) {
  evolve(subjects_[subject], event);
}

void World::setAside(const SubjectId& subject, UnreadEvent event) {
  unreadSubjects_.try_emplace(subject, std::move(event));
}

const UnreadEvent* World::unread(const SubjectId& subject) const {
  const auto found = unreadSubjects_.find(subject);
  return found == unreadSubjects_.end() ? nullptr : &found->second;
}

const Subject& World::subject(const SubjectId& id) const {
  static const Subject kNothingRecorded;
  const auto found = subjects_.find(id);
  return found == subjects_.end() ? kNothingRecorded : found->second;
}

const BoardWorld* World::find(const BoardKey& key) const {
  const auto found = boards_.find(key);
  return found == boards_.end() || !found->second.board.exists ? nullptr : &found->second;
}

std::vector<BoardKey> World::boards() const {
  std::vector<BoardKey> keys;
  for (const auto& [key, world] : boards_) {
    if (world.board.exists) keys.push_back(key);
  }
  return keys;
}

}  // namespace docket::domain
