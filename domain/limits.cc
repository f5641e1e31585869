#include "domain/limits.h"

#include <algorithm>

namespace docket::domain {
namespace {

bool isIn(const Board& board, const LaneId& id, ServiceClass serviceClass) {
  const Lane* const lane = board.laneFor(serviceClass);
  return lane != nullptr && lane->id == id;
}

// Whether the limit on `scope` counts such a card.
bool counts(const Board& board, const LimitScope& scope, const CardFacts& card) {
  switch (scope.kind) {
    case LimitKind::column:
      return card.place.column == scope.column;
    case LimitKind::cell:
      return card.place.column == scope.column && isIn(board, scope.lane, card.serviceClass);
    case LimitKind::lane:
      return isUnderWay(card.place.category) && isIn(board, scope.lane, card.serviceClass);
    case LimitKind::person:
      return isUnderWay(card.place.category) && card.assignee == scope.person;
    case LimitKind::type:
      return isUnderWay(card.place.category) && card.type == scope.type;
    case LimitKind::serviceClass:
      return isUnderWay(card.place.category) && card.serviceClass == scope.serviceClass;
    case LimitKind::board:
      return isUnderWay(card.place.category);
  }
  return false;
}

// The limit on each person is one on this person, unless there is one of their own.
std::optional<LimitScope> personalised(const Board& board, const LimitScope& scope,
                                       const CardFacts& card) {
  if (scope.kind != LimitKind::person || !scope.person.empty()) return scope;
  if (card.assignee.empty()) return std::nullopt;
  LimitScope own = scope;
  own.person = card.assignee;
  if (board.limits.contains(own)) return std::nullopt;
  return own;
}

// A scope without a subject of its own: of the whole board, or filled in by the caller.
LimitScope scopeOf(LimitKind kind) {
  LimitScope scope;
  scope.kind = kind;
  return scope;
}
LimitScope scopeOf(const Column& column) {
  LimitScope scope;
  scope.column = column.id;
  return scope;
}

bool mayExceed(const CardFacts& card, LimitKind kind) {
  return card.serviceClass == ServiceClass::expedite &&
         (kind == LimitKind::column || kind == LimitKind::cell);
}

struct Entry {
  const BoardWorld& world;
  const std::optional<CardFacts>& before;
  const CardFacts& after;

  bool isCounted(const LimitScope& scope) const {
    return before && counts(world.board, scope, *before);
  }
  // What was let in as expedited is let in anew as anything else: its class is no door (R1).
  bool isNew(const LimitScope& scope) const {
    if (!counts(world.board, scope, after)) return false;
    return !isCounted(scope) || (mayExceed(*before, scope.kind) && !mayExceed(after, scope.kind));
  }
};

void checkOne(const Entry& entry, const LimitScope& asked, std::uint32_t limit, Rejection& broken) {
  const Board& board = entry.world.board;
  const auto scope = personalised(board, asked, entry.after);
  if (!scope || mayExceed(entry.after, scope->kind) || !entry.isNew(*scope)) return;
  const std::uint32_t count = countFor(entry.world, *scope);
  if (count - (entry.isCounted(*scope) ? 1U : 0U) < limit) return;
  broken.push_back(WipLimitReached{board.key, *scope, limit, count, board.policy.allowsOverride});
}

// R2: counted when work gets under way, by whichever door.
void checkExpedite(const Entry& entry, Rejection& broken) {
  LimitScope scope = scopeOf(LimitKind::serviceClass);
  scope.serviceClass = ServiceClass::expedite;
  if (!entry.isNew(scope)) return;
  const Board& board = entry.world.board;
  const std::uint32_t count = entry.world.expediteUnderWay();
  if (count < board.policy.expediteLimit) return;
  broken.push_back(ExpediteLimitReached{board.key, board.policy.expediteLimit, count});
}

bool isFor(const Reservation& reservation, const CardFacts& card) {
  if (reservation.type) return *reservation.type == card.type;
  return reservation.serviceClass == card.serviceClass;
}

std::uint32_t underWay(const BoardWorld& world, const Reservation& reservation) {
  LimitScope scope;
  scope.kind = reservation.type ? LimitKind::type : LimitKind::serviceClass;
  scope.type = reservation.type.value_or(TicketType::incident);
  scope.serviceClass = reservation.serviceClass.value_or(ServiceClass::standard);
  return countFor(world, scope);
}

// R9: of the board's limit, what others have reserved and do not use yet is not there for this
// card.
void checkReservations(const Entry& entry, Rejection& broken) {
  const Board& board = entry.world.board;
  const auto limit = board.limit(scopeOf(LimitKind::board));
  if (!limit || !isUnderWay(entry.after.place.category)) return;
  const bool wasUnderWay = entry.before && isUnderWay(entry.before->place.category);
  std::uint32_t reserved = 0;
  bool isNew = !wasUnderWay;
  for (const Reservation& reservation : board.policy.reservations) {
    if (isFor(reservation, entry.after)) continue;
    std::uint32_t used = underWay(entry.world, reservation);
    // A card that changes its kind leaves what was kept for its old one.
    if (wasUnderWay && isFor(reservation, *entry.before)) {
      isNew = true;
      --used;
    }
    if (used < reservation.cards) reserved += reservation.cards - used;
  }
  if (!isNew || reserved == 0) return;
  const std::uint32_t count = entry.world.counts.underWay - (wasUnderWay ? 1U : 0U);
  if (count + reserved < *limit) return;
  broken.push_back(CapacityReserved{board.key, *limit, count, reserved});
}

}  // namespace

CardFacts factsOf(const OpenCard& card) {
  return {card.place, card.type, card.serviceClass, card.assignee};
}

std::uint32_t countFor(const BoardWorld& world, const LimitScope& scope) {
  const Counts& counts = world.counts;
  const auto inLane = [&](const Counts::ByClass& byClass) {
    std::uint32_t sum = 0;
    const Lane* const lane = world.board.findLane(scope.lane);
    if (lane == nullptr) return sum;
    for (const ServiceClass one : lane->classes) sum += byClass[static_cast<std::size_t>(one)];
    return sum;
  };
  switch (scope.kind) {
    case LimitKind::column:
      return counts.inColumn(scope.column);
    case LimitKind::cell: {
      const auto found = counts.standing.find(scope.column);
      return found == counts.standing.end() ? 0 : inLane(found->second);
    }
    case LimitKind::lane:
      return inLane(counts.byClass);
    case LimitKind::person: {
      const auto found = counts.byPerson.find(scope.person);
      return found == counts.byPerson.end() ? 0 : found->second;
    }
    case LimitKind::type:
      return counts.byType[static_cast<std::size_t>(scope.type)];
    case LimitKind::serviceClass:
      return counts.byClass[static_cast<std::size_t>(scope.serviceClass)];
    case LimitKind::board:
      return counts.underWay;
  }
  return 0;
}

LimitFindings checkLimits(const BoardWorld& world, const std::optional<CardFacts>& before,
                          const CardFacts& after) {
  const Entry entry{world, before, after};
  LimitFindings findings;
  if (const Column* const column = world.board.find(after.place.column);
      column && column->wipLimit) {
    checkOne(entry, scopeOf(*column), *column->wipLimit, findings.overridable);
  }
  for (const auto& [scope, limit] : world.board.limits) {
    checkOne(entry, scope, limit, findings.overridable);
  }
  checkExpedite(entry, findings.final);
  checkReservations(entry, findings.final);
  return findings;
}

std::optional<Refusal> firstWithoutRoom(const BoardWorld& world, const CardFacts& card,
                                        std::size_t cards) {
  const Board& board = world.board;
  LimitFindings findings = checkLimits(world, std::nullopt, card);
  if (!findings.final.empty()) return findings.final.front();
  if (!findings.overridable.empty()) return findings.overridable.front();
  const auto full = [&](const LimitScope& scope, std::uint32_t limit) {
    return counts(board, scope, card) && !mayExceed(card, scope.kind) &&
           countFor(world, scope) + cards > limit;
  };
  const auto refusal = [&](const LimitScope& scope, std::uint32_t limit) {
    return WipLimitReached{board.key, scope, limit, countFor(world, scope),
                           board.policy.allowsOverride};
  };
  if (const Column* const column = board.find(card.place.column);
      column && column->wipLimit && full(scopeOf(*column), *column->wipLimit)) {
    return refusal(scopeOf(*column), *column->wipLimit);
  }
  for (const auto& [scope, limit] : board.limits) {
    if (full(scope, limit)) return refusal(scope, limit);
  }
  return std::nullopt;
}

}  // namespace docket::domain
