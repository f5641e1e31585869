// The world that decisions look at: every board and what stands on it. A fold of all events, kept in
// memory by the thread that decides; never read from a view.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/board.h"
#include "domain/ticket_event.h"
#include "domain/types.h"

namespace docket::domain {

// A ticket that is not finished, as far as limits and the pull policy need to know it.
struct OpenCard {
  TicketId ticket;
  Place place;
  TicketType type = TicketType::incident;
  ServiceClass serviceClass = ServiceClass::standard;
  Timestamp arrivedAt;
  std::optional<Timestamp> committedAt;
  std::optional<Timestamp> due;
  bool blocked = false;
};

// One board and its cards.
struct BoardWorld {
  Board board;
  std::uint64_t lastNumber = 0;                              // of tickets opened on it
  std::unordered_map<ColumnId, std::uint32_t> standing;      // cards in each column, finished ones too
  std::map<std::uint64_t, OpenCard> open;                    // by ticket number
  std::unordered_map<std::string, std::uint64_t> imported;   // external key -> ticket number

  std::uint32_t count(const ColumnId& column) const;
  // Expedited tickets in active or waiting columns (R2).
  std::uint32_t expediteUnderWay() const;
};

class World {
 public:
  // Total, like every fold. Events must come in log order.
  void apply(const BoardKey& board, const BoardEvent& event);
  void apply(const TicketId& ticket, const TicketEvent& event, Timestamp occurredAt);

  const BoardWorld* find(const BoardKey& key) const;
  std::vector<BoardKey> boards() const;  // sorted

 private:
  std::map<BoardKey, BoardWorld> boards_;
};

// --- Pull policy ----------------------------------------------------------------------------------

// Days before its due date at which a fixed-date ticket must be started, while there is no history to
// compute it from.
inline constexpr std::chrono::days kFixedDateLeadTime{5};

// The cards of `candidates` in the order in which they would be pulled at `now`, each with its rule:
// expedite; fixed date whose last responsible start has come; standard (and fixed date not yet due to
// start), oldest commitment first, else arrival; intangible. Blocked cards are left out. Ties go to the
// lower board key, then number: same state, same order.
struct PullCandidate {
  const OpenCard* card;
  std::string rule;
};
std::vector<PullCandidate> pullOrder(const std::vector<const OpenCard*>& candidates, Timestamp now);

}  // namespace docket::domain
