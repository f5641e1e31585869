#include "domain/world.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "domain/cases.h"
#include "domain/desk.h"
#include "domain/text_rules.h"
#include "domain/working_time.h"

namespace docket::domain {
namespace {

std::size_t indexOf(TicketType type) {
  return static_cast<std::size_t>(type);
}
std::size_t indexOf(ServiceClass serviceClass) {
  return static_cast<std::size_t>(serviceClass);
}

std::uint32_t listed(std::vector<Place>& places, const Place& place) {
  const auto found = std::find(places.begin(), places.end(), place);
  if (found != places.end()) return static_cast<std::uint32_t>(found - places.begin());
  places.push_back(place);
  return static_cast<std::uint32_t>(places.size() - 1);
}

std::uint32_t listed(BoardWorld& world, const SubjectId& person) {
  const auto [at, isNew] =
      world.indexOfPerson.try_emplace(person, static_cast<std::uint32_t>(world.people.size()));
  if (isNew) world.people.push_back(person);
  return at->second;
}

FinishedCard packed(BoardWorld& world, const OpenCard& card) {
  FinishedCard finished;
  finished.arrivedAt = card.arrivedAt;
  finished.committedAt = card.committedAt.value_or(Timestamp{});
  finished.due = card.due.value_or(Timestamp{});
  finished.place = listed(world.places, card.place);
  finished.assignee = listed(world, card.assignee);
  finished.type = static_cast<std::uint8_t>(card.type);
  finished.serviceClass = static_cast<std::uint8_t>(card.serviceClass);
  finished.committed = card.committedAt.has_value();
  finished.promised = card.due.has_value();
  finished.blocked = card.blocked;
  finished.awaitsApproval = card.awaitsApproval;
  finished.hasClocks = card.hasClocks;
  finished.worked = card.worked;
  finished.tier = card.tier;
  return finished;
}

OpenCard unpacked(const BoardWorld& world, const TicketId& ticket, const FinishedCard& finished) {
  OpenCard card;
  card.ticket = ticket;
  card.place = world.places[finished.place];
  card.assignee = world.people[finished.assignee];
  card.type = static_cast<TicketType>(finished.type);
  card.serviceClass = static_cast<ServiceClass>(finished.serviceClass);
  card.arrivedAt = finished.arrivedAt;
  if (finished.committed) card.committedAt = finished.committedAt;
  if (finished.promised) card.due = finished.due;
  card.blocked = finished.blocked;
  card.awaitsApproval = finished.awaitsApproval;
  card.hasClocks = finished.hasClocks;
  card.worked = finished.worked;
  card.tier = finished.tier;
  return card;
}

// Takes the card off the board, out of every count.
std::optional<OpenCard> takeOff(BoardWorld& world, const TicketId& ticket) {
  std::optional<OpenCard> card;
  if (const auto open = world.open.find(ticket); open != world.open.end()) {
    card = std::move(open->second);
    world.open.erase(open);
  } else if (ticket.board != world.board.key) {
    return std::nullopt;
  } else if (const auto done = world.finished.find(ticket.number); done != world.finished.end()) {
    card = unpacked(world, ticket, done->second);
    world.finished.erase(done);
  } else {
    return std::nullopt;
  }
  world.counts.remove(*card);
  return card;
}

void putOn(BoardWorld& world, OpenCard card) {
  world.counts.add(card);
  const bool isGuest = card.ticket.board != world.board.key;
  if (isFinished(card.place.category) && !isGuest) {
    world.finished.insert_or_assign(card.ticket.number, packed(world, card));
  } else {
    TicketId ticket = card.ticket;
    world.open.insert_or_assign(std::move(ticket), std::move(card));
  }
}

// Every change of a card goes through here, so that the counts follow. The card of a board that
// does not have it is left alone.
template <class Change>
void change(BoardWorld& world, const TicketId& ticket, Change change) {
  std::optional<OpenCard> card = takeOff(world, ticket);
  if (!card) return;
  change(*card);
  putOn(world, *std::move(card));
}

template <class T>
void remember(std::deque<T>& lately, T value, std::size_t max) {
  lately.push_back(std::move(value));
  if (lately.size() > max) lately.pop_front();
}

// What counts as a cycle time of the board's own: neither what was cancelled nor what was imported.
enum class Cycle { counts, isLeftOut };

void move(BoardWorld& world, const TicketId& ticket, const Place& to, Timestamp occurredAt,
          Cycle cycle = Cycle::counts) {
  change(world, ticket, [&](OpenCard& card) {
    if (card.place.category == ColumnCategory::queue && to.category != ColumnCategory::queue &&
        !card.committedAt) {
      card.committedAt = occurredAt;
    }
    if (cycle == Cycle::counts && !isFinished(card.place.category) && isFinished(to.category) &&
        card.committedAt) {
      remember(world.recent.cycleTimes[indexOf(card.type)],
               cycleTime(*card.committedAt, occurredAt), RecentWork::kCycleTimesMax);
    }
    card.place = to;
  });
}

void notePull(BoardWorld& world, const TicketId& ticket) {
  const auto card = world.open.find(ticket);
  if (card == world.open.end()) return;
  remember(world.recent.pulls, card->second.serviceClass, RecentWork::kPullsMax);
}

void open(BoardWorld& world, const TicketId& ticket, const TicketOpened& opened,
          Timestamp occurredAt) {
  OpenCard card;
  card.ticket = ticket;
  card.place = opened.place;
  card.type = opened.type;
  card.serviceClass = opened.serviceClass;
  card.arrivedAt = occurredAt;
  card.due = opened.due;
  card.awaitsApproval = approvalState(opened.type, ChangeKind::none, {}) != ApprovalState::free;
  card.tier = opened.tier;
  if (opened.place.category != ColumnCategory::queue) card.committedAt = occurredAt;
  putOn(world, std::move(card));
  world.lastNumber = std::max(world.lastNumber, ticket.number);
  if (!opened.externalKey.empty()) {
    world.imported.insert_or_assign(opened.externalKey, ticket.number);
  }
}

}  // namespace

std::chrono::microseconds cycleTime(Timestamp from, Timestamp to) {
  if (to <= from) return std::chrono::microseconds{0};
  const bool fits = from >= Timestamp{} || to <= Timestamp::max() + from.time_since_epoch();
  return fits ? to - from : std::chrono::microseconds::max();
}

// --- Counts --------------------------------------------------------------------------------------

void Counts::add(const OpenCard& card) {
  ++standing[card.place.column][indexOf(card.serviceClass)];
  if (!isUnderWay(card.place.category)) return;
  ++byType[indexOf(card.type)];
  ++byClass[indexOf(card.serviceClass)];
  if (!card.assignee.empty()) ++byPerson[card.assignee];
  ++underWay;
}

void Counts::remove(const OpenCard& card) {
  --standing[card.place.column][indexOf(card.serviceClass)];
  if (!isUnderWay(card.place.category)) return;
  --byType[indexOf(card.type)];
  --byClass[indexOf(card.serviceClass)];
  if (const auto person = byPerson.find(card.assignee); person != byPerson.end()) {
    if (--person->second == 0) byPerson.erase(person);
  }
  --underWay;
}

std::uint32_t Counts::inColumn(const ColumnId& column) const {
  const auto found = standing.find(column);
  if (found == standing.end()) return 0;
  return std::accumulate(found->second.begin(), found->second.end(), std::uint32_t{0});
}

std::uint32_t BoardWorld::expediteUnderWay() const {
  return counts.byClass[indexOf(ServiceClass::expedite)];
}

bool BoardWorld::knows(std::uint64_t number) const {
  return open.contains({board.key, number}) || finished.contains(number);
}

// --- The fold
// --------------------------------------------------------------------------------------

void World::apply(const BoardKey& board, const BoardEvent& event) {
  evolve(boards_[board].board, event);
}

template <class Change>
void World::changeEverywhere(const TicketId& ticket, Change change) {
  domain::change(boards_[ticket.board], ticket, change);
  for (const BoardKey& guestOn : extras(ticket).guestOn) {
    domain::change(boards_[guestOn], ticket, change);
  }
}

void World::noteApprovals(const TicketId& ticket) {
  const TicketExtras& known = extras(ticket);
  changeEverywhere(ticket, [&](OpenCard& card) {
    card.awaitsApproval =
        approvalState(card.type, known.changeKind, known.approvals) != ApprovalState::free;
  });
}

bool World::isGuest(const TicketId& ticket, const BoardKey& board) const {
  const std::vector<BoardKey>& guestOn = extras(ticket).guestOn;
  return std::find(guestOn.begin(), guestOn.end(), board) != guestOn.end();
}

// No decision opens a ticket twice, but a fold takes what comes: as the ticket, it begins anew.
void World::forget(const TicketId& ticket) {
  BoardWorld& home = boards_[ticket.board];
  if (!home.knows(ticket.number)) return;
  for (const BoardKey& guestOn : extras(ticket).guestOn) takeOff(boards_[guestOn], ticket);
  for (auto& [key, world] : boards_) world.inbox.erase(ticket);
  home.extras.erase(ticket.number);
  takeOff(home, ticket);
}

void World::accept(const TicketId& ticket, const HandOverAccepted& accepted, Timestamp occurredAt) {
  if (accepted.by == ticket.board) return;  // nobody is a guest at home
  BoardWorld& host = boards_[accepted.by];
  host.inbox.erase(ticket);
  takeOff(host, ticket);
  const BoardWorld& home = boards_[ticket.board];
  OpenCard card;
  if (const auto open = home.open.find(ticket); open != home.open.end()) {
    card = open->second;
  } else if (const auto done = home.finished.find(ticket.number); done != home.finished.end()) {
    card = unpacked(home, ticket, done->second);
  } else {
    return;
  }
  card.place = accepted.place;
  card.assignee = accepted.agent;
  card.arrivedAt = occurredAt;
  card.committedAt.reset();
  if (card.place.category != ColumnCategory::queue) card.committedAt = occurredAt;
  putOn(host, std::move(card));
  std::vector<BoardKey>& guestOn = boards_[ticket.board].extras[ticket.number].guestOn;
  if (std::find(guestOn.begin(), guestOn.end(), accepted.by) == guestOn.end()) {
    guestOn.push_back(accepted.by);
  }
}

void World::giveBack(const TicketId& ticket, const BoardKey& by) {
  BoardWorld& host = boards_[by];
  host.inbox.erase(ticket);
  if (ticket.board != by) takeOff(host, ticket);
  BoardWorld& home = boards_[ticket.board];
  if (const auto known = home.extras.find(ticket.number); known != home.extras.end()) {
    std::erase(known->second.guestOn, by);
  }
}

void World::apply(const TicketId& ticket, const TicketEvent& event, Timestamp occurredAt) {
  BoardWorld& home = boards_[ticket.board];
  if (home.board.key.empty()) home.board.key = ticket.board;
  if (!std::holds_alternative<TicketOpened>(event) && !home.knows(ticket.number)) return;
  const auto moveHome = [&](const Place& to) { move(home, ticket, to, occurredAt); };
  // A guest placement at home is none: there is no such decision.
  const auto host = [&](const BoardKey& board) -> BoardWorld* {
    return board == ticket.board ? nullptr : &boards_[board];
  };
  const auto guestAt = [&](const BoardKey& board) {
    return isGuest(ticket, board) ? host(board) : nullptr;
  };
  std::visit(
      Cases{
          [&](const TicketOpened& e) {
            forget(ticket);
            open(home, ticket, e, occurredAt);
          },
          [&](const TicketMoved& e) { moveHome(e.to); },
          [&](const TicketPulled& e) {
            notePull(home, ticket);
            moveHome(e.to);
            change(home, ticket, [&](OpenCard& card) { card.assignee = e.agent; });
          },
          [&](const TicketAssigned& e) {
            change(home, ticket, [&](OpenCard& card) { card.assignee = e.to; });
          },
          [&](const TicketEscalated& e) {
            changeEverywhere(ticket, [&](OpenCard& card) { card.tier = e.to; });
          },
          [&](const TicketBlocked&) {
            changeEverywhere(ticket, [](OpenCard& card) { card.blocked = true; });
          },
          [&](const TicketUnblocked&) {
            changeEverywhere(ticket, [](OpenCard& card) { card.blocked = false; });
          },
          [](const CommentAdded&) {},
          [&](const TicketResolved& e) { moveHome(e.to); },
          [&](const TicketReopened& e) { moveHome(e.to); },
          [&](const HistoryRecorded& e) {
            if (e.to) move(home, ticket, *e.to, occurredAt, Cycle::isLeftOut);
            if (e.assignee) {
              change(home, ticket, [&](OpenCard& card) { card.assignee = *e.assignee; });
            }
            if (e.tier) changeEverywhere(ticket, [&](OpenCard& card) { card.tier = *e.tier; });
          },
          [&](const TicketEdited& e) {
            if (e.field != kDueField) return;
            changeEverywhere(ticket, [&](OpenCard& card) { card.due = parseInstant(e.after); });
          },
          [&](const TicketClassified& e) {
            if (e.after.changeKind != extras(ticket).changeKind) {
              home.extras[ticket.number].changeKind = e.after.changeKind;
            }
            changeEverywhere(ticket, [&](OpenCard& card) {
              card.type = e.after.type;
              card.serviceClass = e.after.serviceClass;
            });
            noteApprovals(ticket);
          },
          [&](const TicketCommitted&) {
            change(home, ticket, [&](OpenCard& card) {
              if (!card.committedAt) card.committedAt = occurredAt;
            });
          },
          [](const TeamAssigned&) {},
          [](const ContactRecorded&) {},
          [&](const TicketCameBack& e) { moveHome(e.to); },
          [&](const HandOverOffered& e) {
            if (BoardWorld* const to = host(e.to)) to->inbox.insert_or_assign(ticket, occurredAt);
          },
          [&](const HandOverAccepted& e) {
            if (host(e.by) != nullptr) accept(ticket, e, occurredAt);
          },
          [&](const HandOverReturned& e) {
            if (host(e.by) != nullptr) giveBack(ticket, e.by);
          },
          [&](const GuestMoved& e) {
            if (BoardWorld* const at = guestAt(e.board)) move(*at, ticket, e.to, occurredAt);
          },
          [&](const GuestPulled& e) {
            BoardWorld* const at = guestAt(e.board);
            if (at == nullptr) return;
            notePull(*at, ticket);
            move(*at, ticket, e.to, occurredAt);
            change(*at, ticket, [&](OpenCard& card) { card.assignee = e.agent; });
          },
          [&](const GuestAssigned& e) {
            BoardWorld* const at = guestAt(e.board);
            if (at == nullptr) return;
            change(*at, ticket, [&](OpenCard& card) { card.assignee = e.to; });
          },
          [&](const ApprovalRequested& e) {
            domain::apply(home.extras[ticket.number].approvals, e);
            noteApprovals(ticket);
          },
          [&](const ApprovalDecided& e) {
            domain::apply(home.extras[ticket.number].approvals, e);
            noteApprovals(ticket);
          },
          [](const CheckAdded&) {},
          [](const CheckCompleted&) {},
          [](const TicketLinked&) {},
          [](const TicketUnlinked&) {},
          [](const TicketSplit&) {},
          [&](const TicketClosed& e) { moveHome(e.to); },
          [&](const TicketCancelled& e) { move(home, ticket, e.to, occurredAt, Cycle::isLeftOut); },
          [](const SatisfactionRecorded&) {},
          [&](const PromiseMade&) {
            change(home, ticket, [](OpenCard& card) { card.hasClocks = true; });
          },
          [](const PromiseChanged&) {},
          [](const PromiseWarned&) {},
          [](const PromiseMissed&) {},
          [](const PromiseMet&) {},
          [](const RuleNotApplied&) {},
      },
      event);
  const bool isHistory =
      std::holds_alternative<TicketOpened>(event) || std::holds_alternative<HistoryRecorded>(event);
  if (!isHistory) change(home, ticket, [](OpenCard& card) { card.worked = true; });
}

void World::apply(const DeskEvent& event, Timestamp occurredAt) {
  // The first event of a definition is version 0.
  const auto next = [](auto& all, const auto& id) -> auto& {
    const auto [at, isNew] = all.try_emplace(id);
    if (!isNew) ++at->second.version;
    return at->second;
  };
  std::visit(
      Cases{
          [&](const CalendarSet& e) {
            DefinedCalendar& defined = next(desk_.calendars, e.calendar.id);
            defined.calendar = e.calendar;
            auto compiled = WorkingTime::compile(e.calendar);
            defined.workingTime =
                compiled ? std::make_shared<const WorkingTime>(*std::move(compiled)) : nullptr;
          },
          [&](const PromisePolicySet& e) {
            DefinedPolicy& defined = next(desk_.policies, e.policy.id);
            // What is promised otherwise is another promise: it begins now.
            const bool isNew = defined.policy.id.empty();
            if (isNew || promisesAnew(defined.policy, e.policy)) defined.since = occurredAt;
            defined.policy = e.policy;
          },
          [&](const ServiceSet& e) { next(desk_.services, e.service.id).service = e.service; },
      },
      event);
}

// What a definition is, is not known any more: nothing is promised or reckoned by it.
void World::setAside(const Definition& definition, UnreadEvent event) {
  unreadDefinitions_.try_emplace(definition, std::move(event));
  if (definition.kind == DefinitionKind::calendar) desk_.calendars.erase(CalendarId{definition.id});
  if (definition.kind == DefinitionKind::promisePolicy) {
    desk_.policies.erase(PromisePolicyId{definition.id});
  }
  if (definition.kind == DefinitionKind::service) desk_.services.erase(ServiceId{definition.id});
}

const UnreadEvent* World::unread(const Definition& definition) const {
  const auto found = unreadDefinitions_.find(definition);
  return found == unreadDefinitions_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> World::versionOf(const Definition& definition) const {
  const auto in = [](const auto& all, const auto& id) -> std::optional<std::uint64_t> {
    const auto found = all.find(id);
    return found == all.end() ? std::nullopt : std::optional(found->second.version);
  };
  switch (definition.kind) {
    case DefinitionKind::calendar:
      return in(desk_.calendars, CalendarId{definition.id});
    case DefinitionKind::promisePolicy:
      return in(desk_.policies, PromisePolicyId{definition.id});
    case DefinitionKind::service:
      return in(desk_.services, ServiceId{definition.id});
  }
  return std::nullopt;
}

bool World::wasWorkedOn(const TicketId& ticket) const {
  const auto board = boards_.find(ticket.board);
  if (board == boards_.end()) return false;
  const auto open = board->second.open.find(ticket);
  if (open != board->second.open.end()) return open->second.worked;
  const auto done = board->second.finished.find(ticket.number);
  return done != board->second.finished.end() && done->second.worked;
}

bool World::isSetAside(const TicketId& ticket) const {
  const auto board = boards_.find(ticket.board);
  return board != boards_.end() && board->second.setAside.contains(ticket.number);
}

bool World::knows(const TicketId& ticket) const {
  const auto found = boards_.find(ticket.board);
  return found != boards_.end() && found->second.knows(ticket.number);
}

const TicketExtras& World::extras(const TicketId& ticket) const {
  static const TicketExtras kNone;
  const auto board = boards_.find(ticket.board);
  if (board == boards_.end()) return kNone;
  const auto found = board->second.extras.find(ticket.number);
  return found == board->second.extras.end() ? kNone : found->second;
}

void World::setAside(const TicketId& ticket, UnreadEvent event) {
  BoardWorld& world = boards_[ticket.board];
  const bool isOpening = !world.knows(ticket.number);
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
