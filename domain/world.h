// The world that decisions look at: every board and what stands on it. A fold of all events, kept
// in memory by the thread that decides; never read from a view.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/board.h"
#include "domain/subject.h"
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
  bool operator==(const OpenCard&) const = default;
};

// The same of a finished ticket, packed: it may be reopened and must come back with its facts. Most
// tickets of an old desk are finished ones, so the size of this is the memory of the server: 32
// bytes, 64 with its node in the map, and 8 for its bucket.
struct FinishedCard {
  Timestamp arrivedAt;
  Timestamp committedAt;    // means something when `committed`
  Timestamp due;            // means something when `promised`
  std::uint32_t place = 0;  // index into BoardWorld::places
  std::uint8_t type = 0;
  std::uint8_t serviceClass = 0;
  bool committed : 1 = false;
  bool promised : 1 = false;
  bool blocked : 1 = false;
  bool operator==(const FinishedCard&) const = default;
};
static_assert(sizeof(FinishedCard) == 32);

// A ticket with an event that this program does not understand. Its card stays where its other
// events put it and counts for the limits; nothing is decided on it.
struct SetAside {
  UnreadEvent event;       // the first such
  bool isOpening = false;  // it stands before all else that is known of the ticket
  bool operator==(const SetAside&) const = default;
};

// One board and its cards.
struct BoardWorld {
  Board board;
  std::uint64_t lastNumber = 0;                          // of tickets opened on it
  std::unordered_map<ColumnId, std::uint32_t> standing;  // cards in each column, finished ones too
  std::map<std::uint64_t, OpenCard> open;                // by ticket number
  std::unordered_map<std::string, std::uint64_t> imported;   // external key -> ticket number
  std::unordered_map<std::uint64_t, FinishedCard> finished;  // by ticket number
  std::vector<Place> places;  // where finished cards stand; a place is listed once
  std::uint32_t expediteStarted = 0;
  std::optional<UnreadEvent> unread;           // the first event of the board not understood
  std::map<std::uint64_t, SetAside> setAside;  // by ticket number

  std::uint32_t count(const ColumnId& column) const;
  // Expedited tickets in active or waiting columns (R2).
  std::uint32_t expediteUnderWay() const;
  bool operator==(const BoardWorld&) const = default;
};

// Not thread-safe: one thread owns it. An event costs a look-up in each of a board's maps; the one
// that is a tree holds only open cards.
class World {
 public:
  // Total, like every fold. Events must come in log order. An event of a ticket that was never
  // opened changes nothing.
  void apply(const BoardKey& board, const BoardEvent& event);
  void apply(const TicketId& ticket, const TicketEvent& event, Timestamp occurredAt);
  void apply(const SubjectId& subject, const SubjectEvent& event);

  // An event of `ticket` or `board` that this program does not understand.
  void setAside(const TicketId& ticket, UnreadEvent event);
  void setAside(const BoardKey& board, UnreadEvent event);
  void setAside(const SubjectId& subject, UnreadEvent event);

  // The event that keeps anybody from knowing what the board is; none: it is known. Ask before
  // find(): it may be what created the board.
  const UnreadEvent* unread(const BoardKey& board) const;
  const UnreadEvent* unread(const SubjectId& subject) const;
  // None when the board was never created.
  const BoardWorld* find(const BoardKey& key) const;
  std::vector<BoardKey> boards() const;  // sorted
  // As nothing was recorded of it, if so.
  const Subject& subject(const SubjectId& id) const;
  bool operator==(const World&) const = default;

 private:
  std::map<BoardKey, BoardWorld> boards_;
  std::map<SubjectId, Subject> subjects_;            // those who were held or erased
  std::map<SubjectId, UnreadEvent> unreadSubjects_;  // the first event that is not understood
};

// --- Pull policy ---------------------------------------------------------------------------------

// Days before its due date at which a fixed-date ticket must be started, while there is no history
// to compute it from.
inline constexpr std::chrono::days kFixedDateLeadTime{5};

// The cards of `candidates` in the order in which they would be pulled at `now`, each with its
// rule: expedite; fixed date whose last responsible start has come; standard (and fixed date not
// yet due to start), oldest commitment first, else arrival; intangible. Blocked cards are left out.
// Ties go to the lower board key, then number: same state, same order.
struct PullCandidate {
  const OpenCard* card;
  PullRule rule;
};
std::vector<PullCandidate> pullOrder(const std::vector<const OpenCard*>& candidates, Timestamp now);

}  // namespace docket::domain
