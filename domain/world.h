// The world that decisions look at: every board and what stands on it. A fold of all events, kept
// in memory by the thread that decides; never read from a view.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/approval.h"
#include "domain/board.h"
#include "domain/desk_event.h"
#include "domain/subject.h"
#include "domain/ticket_event.h"
#include "domain/types.h"

namespace docket::domain {

class WorkingTime;

// A ticket on a board that is not finished there, as far as limits and the pull policy need to know
// it: at home, or as a guest.
struct OpenCard {
  TicketId ticket;
  Place place;
  TicketType type = TicketType::incident;
  ServiceClass serviceClass = ServiceClass::standard;
  Timestamp arrivedAt;
  std::optional<Timestamp> committedAt;
  std::optional<Timestamp> due;
  SubjectId assignee;
  bool blocked = false;
  bool awaitsApproval = false;  // it may not become active (R5)
  bool hasClocks = false;       // something was promised
  bool worked = false;  // the desk has done something with it since it was opened or imported
  Tier tier = Tier::first;
  bool operator==(const OpenCard&) const = default;
};

// The same of a finished ticket at its home, packed: it may be reopened and must come back with its
// facts. Most tickets of an old desk are finished ones, so the size of this is the memory of the
// server: 40 bytes, 72 with its node in the map, and 8 for its bucket.
struct FinishedCard {
  Timestamp arrivedAt;
  Timestamp committedAt;       // means something when `committed`
  Timestamp due;               // means something when `promised`
  std::uint32_t place = 0;     // index into BoardWorld::places
  std::uint32_t assignee = 0;  // index into BoardWorld::people
  std::uint8_t type = 0;
  std::uint8_t serviceClass = 0;
  Tier tier = Tier::first;
  bool committed : 1 = false;
  bool promised : 1 = false;
  bool blocked : 1 = false;
  bool awaitsApproval : 1 = false;
  bool hasClocks : 1 = false;
  bool worked : 1 = false;
  bool operator==(const FinishedCard&) const = default;
};
static_assert(sizeof(FinishedCard) == 40);

// What few tickets have, for as long as they are known.
struct TicketExtras {
  ChangeKind changeKind = ChangeKind::none;
  std::vector<Approval> approvals;
  std::vector<BoardKey> guestOn;
  bool operator==(const TicketExtras&) const = default;
};

// A ticket with an event that this program does not understand. Its card stays where its other
// events put it and counts for the limits; nothing is decided on it.
struct SetAside {
  UnreadEvent event;       // the first such
  bool isOpening = false;  // it stands before all else that is known of the ticket
  bool operator==(const SetAside&) const = default;
};

// How many cards there are of what a limit may be set on.
struct Counts {
  static constexpr std::size_t kTypes = 7;
  static constexpr std::size_t kClasses = 4;
  using ByClass = std::array<std::uint32_t, kClasses>;

  std::map<ColumnId, ByClass> standing;  // in each column, finished ones too
  // Under way:
  std::array<std::uint32_t, kTypes> byType{};
  ByClass byClass{};
  std::map<SubjectId, std::uint32_t> byPerson;
  std::uint32_t underWay = 0;

  void add(const OpenCard& card);
  void remove(const OpenCard& card);  // REQUIRES: it was added as it is
  std::uint32_t inColumn(const ColumnId& column) const;
  bool operator==(const Counts&) const = default;
};

// From commitment to the end; none before the beginning. Safe for any instants: an import says when
// things happened.
std::chrono::microseconds cycleTime(Timestamp from, Timestamp to);

// What was done lately, for the pull policy.
struct RecentWork {
  static constexpr std::size_t kPullsMax = 100;
  static constexpr std::size_t kCycleTimesMax = 200;

  std::deque<ServiceClass> pulls;  // newest last
  // From commitment to resolution, of each type, newest last.
  std::array<std::deque<std::chrono::microseconds>, Counts::kTypes> cycleTimes;
  bool operator==(const RecentWork&) const = default;
};

// One board and its cards.
struct BoardWorld {
  Board board;
  std::uint64_t lastNumber = 0;         // of tickets opened on it
  std::map<TicketId, OpenCard> open;    // not finished, and every guest
  std::map<TicketId, Timestamp> inbox;  // hand-overs offered to this board, and since when
  Counts counts;
  RecentWork recent;
  std::unordered_map<std::string, std::uint64_t> imported;   // external key -> ticket number
  std::unordered_map<std::uint64_t, FinishedCard> finished;  // by ticket number
  std::unordered_map<std::uint64_t, TicketExtras> extras;    // by ticket number
  std::vector<Place> places;      // where finished cards stand; a place is listed once
  std::vector<SubjectId> people;  // to whom finished cards are assigned; likewise
  std::unordered_map<SubjectId, std::uint32_t> indexOfPerson;  // in `people`
  std::optional<UnreadEvent> unread;           // the first event of the board not understood
  std::map<std::uint64_t, SetAside> setAside;  // by ticket number

  std::uint32_t count(const ColumnId& column) const { return counts.inColumn(column); }
  // Expedited tickets in active or waiting columns (R2).
  std::uint32_t expediteUnderWay() const;
  // Whether a ticket was ever opened here under that number.
  bool knows(std::uint64_t number) const;
  bool operator==(const BoardWorld&) const = default;
};

// What the desk has once for all its boards. Each by its id, with the version of its stream.
struct Defined {
  std::uint64_t version = 0;
  bool operator==(const Defined&) const = default;
};
struct DefinedPolicy : Defined {
  PromisePolicy policy;
  Timestamp since;  // in use: older tickets are not promised anything by it
  bool operator==(const DefinedPolicy&) const = default;
};
struct DefinedService : Defined {
  Service service;
  bool operator==(const DefinedService&) const = default;
};
struct DefinedCalendar : Defined {
  Calendar calendar;
  std::shared_ptr<const WorkingTime> workingTime;  // none: it cannot be worked by
  bool operator==(const DefinedCalendar& other) const {
    return version == other.version && calendar == other.calendar;
  }
};
struct DeskDefinitions {
  std::map<CalendarId, DefinedCalendar> calendars;
  std::map<PromisePolicyId, DefinedPolicy> policies;
  std::map<ServiceId, DefinedService> services;
  bool operator==(const DeskDefinitions&) const = default;
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
  void apply(const DeskEvent& event, Timestamp occurredAt);

  // An event of `ticket` or `board` that this program does not understand.
  void setAside(const TicketId& ticket, UnreadEvent event);
  void setAside(const BoardKey& board, UnreadEvent event);
  void setAside(const SubjectId& subject, UnreadEvent event);
  void setAside(const Definition& definition, UnreadEvent event);

  // The event that keeps anybody from knowing what the board is; none: it is known. Ask before
  // find(): it may be what created the board.
  const UnreadEvent* unread(const BoardKey& board) const;
  const UnreadEvent* unread(const SubjectId& subject) const;
  const UnreadEvent* unread(const Definition& definition) const;
  // The version of the definition's stream; none: it was never defined.
  std::optional<std::uint64_t> versionOf(const Definition& definition) const;
  // None when the board was never created.
  const BoardWorld* find(const BoardKey& key) const;
  std::vector<BoardKey> boards() const;  // sorted
  // Whether the desk has done something with it since it was opened or imported.
  bool wasWorkedOn(const TicketId& ticket) const;
  // It has an event that is not understood.
  bool isSetAside(const TicketId& ticket) const;
  // Whether a ticket was ever opened under that id.
  bool knows(const TicketId& ticket) const;
  // What few tickets have; a default-made one for all others.
  const TicketExtras& extras(const TicketId& ticket) const;
  const DeskDefinitions& desk() const { return desk_; }
  // As nothing was recorded of it, if so.
  const Subject& subject(const SubjectId& id) const;
  bool operator==(const World&) const = default;

 private:
  // `change` on the card at home and on those of all boards where the ticket is a guest.
  template <class Change>
  void changeEverywhere(const TicketId& ticket, Change change);
  void noteApprovals(const TicketId& ticket);
  bool isGuest(const TicketId& ticket, const BoardKey& board) const;
  void forget(const TicketId& ticket);
  void accept(const TicketId& ticket, const HandOverAccepted& accepted, Timestamp occurredAt);
  void giveBack(const TicketId& ticket, const BoardKey& by);

  std::map<BoardKey, BoardWorld> boards_;
  DeskDefinitions desk_;
  std::map<SubjectId, Subject> subjects_;  // those who were held or erased
  std::map<Definition, UnreadEvent> unreadDefinitions_;
  std::map<SubjectId, UnreadEvent> unreadSubjects_;  // the first event that is not understood
};

}  // namespace docket::domain
