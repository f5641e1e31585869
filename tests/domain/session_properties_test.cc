// What holds for every sequence of commands, whoever gives them: the promises of the rules R1 to
// R14 that can be looked for in what was written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <set>

#include "domain/refusal.h"
#include "tests/domain/desk.h"
#include "tests/domain/event_names.h"
#include "tests/domain/random_session.h"
#include "tests/domain/world_recount.h"

namespace docket::domain {
namespace {

using namespace test;

// What the properties have met, to know that they looked at something.
struct Seen {
  std::map<std::string, int> events;
  std::map<std::string, int> refusals;
  int overrides = 0;
  int overLimit = 0;
};

// How many cards a limit has to answer for: all that it counts, but for a column or cell no
// expedited ones (R2).
std::uint32_t chargedTo(const Board& board, const Counts& counts, const LimitScope& scope) {
  std::uint32_t sum = 0;
  const auto inLane = [&](ServiceClass one) {
    const Lane* const lane = board.laneFor(one);
    return lane != nullptr && lane->id == scope.lane;
  };
  for (std::size_t i = 0; i < Counts::kClasses; ++i) {
    const auto one = static_cast<ServiceClass>(i);
    const auto column = counts.standing.find(scope.column);
    const std::uint32_t standing =
        column == counts.standing.end() || one == ServiceClass::expedite ? 0 : column->second[i];
    if (scope.kind == LimitKind::column) sum += standing;
    if (scope.kind == LimitKind::cell && inLane(one)) sum += standing;
    if (scope.kind == LimitKind::lane && inLane(one)) sum += counts.byClass[i];
  }
  switch (scope.kind) {
    case LimitKind::column:
    case LimitKind::cell:
    case LimitKind::lane:
      return sum;
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
  return sum;
}

// All limits that are set, with the one on each person spelled out.
std::map<LimitScope, std::uint32_t> limitsOf(const BoardWorld& world) {
  std::map<LimitScope, std::uint32_t> all = world.board.limits;
  for (const Column& column : world.board.columns) {
    LimitScope scope;
    scope.column = column.id;
    if (column.wipLimit) all[scope] = *column.wipLimit;
  }
  LimitScope each;
  each.kind = LimitKind::person;
  const auto found = all.find(each);
  if (found == all.end()) return all;
  const std::uint32_t limit = found->second;
  all.erase(each);
  for (const auto& [person, cards] : world.counts.byPerson) {
    each.person = person;
    all.try_emplace(each, limit);
  }
  return all;
}

std::uint32_t keptForOthers(const BoardWorld& world, const Ticket& ticket) {
  std::uint32_t kept = 0;
  for (const Reservation& one : world.board.policy.reservations) {
    const bool isFor = one.type ? *one.type == ticket.classification.type
                                : *one.serviceClass == ticket.classification.serviceClass;
    const std::uint32_t used =
        one.type ? world.counts.byType[static_cast<std::size_t>(*one.type)]
                 : world.counts.byClass[static_cast<std::size_t>(*one.serviceClass)];
    if (!isFor && used < one.cards) kept += one.cards - used;
  }
  return kept;
}

template <class Event>
const Event* find(const Decided& decided) {
  for (const TicketChange& change : decided.changes) {
    if (const auto* found = std::get_if<Event>(&change.event)) return found;
  }
  return nullptr;
}

class Watched : public Session {
 public:
  Watched(CommandChoices& choices, Seen& seen) : Session(choices), seen_(seen) {}

  void expectWholeDeskSound() const {
    for (const BoardKey& key : world().boards()) {
      RC_ASSERT(differenceToRecount(world(), tickets(), key) == "");
      expectNumbersGapless(key);
    }
    for (const auto& [id, ticket] : tickets()) expectSound(ticket);
  }

 private:
  void aboutToWrite(const TicketCommand&, const Decided& decided) override {
    before_.clear();
    for (const BoardKey& key : world().boards()) before_[key] = world().find(key)->counts;
    for (const TicketChange& change : decided.changes) expectMayHappen(change);
  }

  void written(const TicketCommand& command, const Decided& decided) override {
    for (const TicketChange& change : decided.changes) {
      ++seen_.events[std::string(nameOf(change.event))];
    }
    if (std::holds_alternative<RecordHistory>(command)) return;
    const auto* const cameBack = find<TicketCameBack>(decided);
    const bool exempt = cameBack != nullptr && cameBack->overLimit;
    seen_.overLimit += exempt ? 1 : 0;
    const bool overridden = isOverridden(decided);
    seen_.overrides += overridden ? 1 : 0;
    for (const BoardKey& key : world().boards()) {
      if (!exempt) expectLimitsHold(*world().find(key), decided, overridden);
    }
  }

  void refused(const Rejection& rejection) override {
    RC_ASSERT(!rejection.empty());
    for (const Refusal& refusal : rejection) ++seen_.refusals[describe(refusal).code];
  }

  void settled(const TicketId& id) override {
    const Ticket& ticket = tickets().at(id);
    RC_ASSERT(duePromiseEvents(ticket, world().desk(), now()).empty());
    // A timer that is set to the next instant comes neither early nor late.
    if (const auto next = nextPromiseInstant(ticket, world().desk())) {
      RC_ASSERT(*next > now());
      RC_ASSERT(duePromiseEvents(ticket, world().desk(), *next - 1us).empty());
      RC_ASSERT(!duePromiseEvents(ticket, world().desk(), *next).empty());
    } else {
      RC_ASSERT(duePromiseEvents(ticket, world().desk(), now() + 24h * 365).empty());
    }
  }

  static bool isOverridden(const Decided& decided) {
    const auto* moved = find<TicketMoved>(decided);
    const auto* guest = find<GuestMoved>(decided);
    const auto* accepted = find<HandOverAccepted>(decided);
    return (moved != nullptr && !moved->overrideReason.empty()) ||
           (guest != nullptr && !guest->overrideReason.empty()) ||
           (accepted != nullptr && !accepted->overrideReason.empty());
  }

  // R1, R2, R9
  void expectLimitsHold(const BoardWorld& board, const Decided& decided, bool overridden) const {
    const Counts& before = before_.at(board.board.key);
    const Counts& now = board.counts;
    for (const auto& [scope, limit] : limitsOf(board)) {
      const std::uint32_t charged = chargedTo(board.board, now, scope);
      if (overridden || charged <= chargedTo(board.board, before, scope)) continue;
      RC_LOG() << describe(scope) << " of " << board.board.key.value << "\n";
      RC_ASSERT(charged <= limit);
    }
    const auto expedited = static_cast<std::size_t>(ServiceClass::expedite);
    if (now.byClass[expedited] > before.byClass[expedited]) {
      RC_ASSERT(now.byClass[expedited] <= board.board.policy.expediteLimit);
    }
    LimitScope whole;
    whole.kind = LimitKind::board;
    const auto limit = board.board.limit(whole);
    if (!limit || now.underWay <= before.underWay || overridden) return;
    const std::uint32_t kept = keptForOthers(board, tickets().at(decided.ticket));
    if (kept > 0) RC_ASSERT(now.underWay + kept <= *limit);
  }

  // What an event must find before it is written.
  void expectMayHappen(const TicketChange& change) const {
    const auto found = tickets().find(change.ticket);
    if (found == tickets().end() || !found->second.exists) return;
    const Ticket& ticket = found->second;
    const Classification& is = ticket.classification;
    const bool isFree =
        approvalState(is.type, is.changeKind, ticket.approvals) == ApprovalState::free;
    const auto enters = [&](const Place& from, const Place& to) {
      if (from.column == to.column) return;
      if (to.category == ColumnCategory::active) RC_ASSERT(isFree);  // R5
      // R3; what is cancelled is not resolved
      if (isFinished(to.category) && !isFinished(from.category)) RC_ASSERT(!ticket.blocker);
    };
    const auto* moved = std::get_if<TicketMoved>(&change.event);
    const auto* pulled = std::get_if<TicketPulled>(&change.event);
    const auto* resolved = std::get_if<TicketResolved>(&change.event);
    const auto* reopened = std::get_if<TicketReopened>(&change.event);
    const auto* cameBack = std::get_if<TicketCameBack>(&change.event);
    const auto* accepted = std::get_if<HandOverAccepted>(&change.event);
    const auto* guestMoved = std::get_if<GuestMoved>(&change.event);
    const auto* guestPulled = std::get_if<GuestPulled>(&change.event);
    if (moved != nullptr) enters(moved->from, moved->to);
    if (pulled != nullptr) enters(pulled->from, pulled->to);
    if (resolved != nullptr) enters(resolved->from, resolved->to);
    if (reopened != nullptr) enters(reopened->from, reopened->to);
    if (cameBack != nullptr) enters(cameBack->from, cameBack->to);
    if (guestMoved != nullptr) enters(guestMoved->from, guestMoved->to);
    if (guestPulled != nullptr) enters(guestPulled->from, guestPulled->to);
    if (accepted != nullptr) enters({}, accepted->place);
    if (const auto* decided = std::get_if<ApprovalDecided>(&change.event)) {
      RC_ASSERT(ticket.requester.empty() || decided->approver != ticket.requester);  // R5
    }
    // R13
    if (ticket.place.category == ColumnCategory::closed && moved != nullptr) {
      RC_ASSERT(moved->to.category == ColumnCategory::closed);
    }
    if (ticket.place.category == ColumnCategory::closed) RC_ASSERT(cameBack == nullptr);
  }

  void expectNumbersGapless(const BoardKey& key) const {
    const BoardWorld& board = *world().find(key);
    for (std::uint64_t number = 1; number <= board.lastNumber; ++number) {
      RC_ASSERT(tickets().contains({key, number}));
    }
    RC_ASSERT(!tickets().contains({key, board.lastNumber + 1}));
  }

  void expectSound(const Ticket& ticket) const {
    RC_ASSERT(ticket.exists);
    expectStandsIn(*world().find(ticket.id.board), ticket.place);
    std::set<BoardKey> boards;
    for (const GuestPlacement& guest : ticket.guests) {
      expectStandsIn(*world().find(guest.board), guest.place);
      RC_ASSERT(boards.insert(guest.board).second);
      RC_ASSERT(guest.board != ticket.id.board);
    }
    const auto& guestOn = world().extras(ticket.id).guestOn;
    RC_ASSERT(std::set<BoardKey>(guestOn.begin(), guestOn.end()) == boards);
    if (ticket.place.category == ColumnCategory::closed && ticket.historyCount == 0) {
      RC_ASSERT(ticket.guests.empty() && ticket.offers.empty());
    }
    for (const Link& link : ticket.links) {
      const auto& back = tickets().at(link.other).links;
      const Link mirrored{link.kind, ticket.id, !link.outgoing};
      RC_ASSERT(std::count(back.begin(), back.end(), mirrored) == 1);
    }
    if (ticket.historyCount > 0) return;  // history is not judged
    const bool isOwned = !ticket.assignee.empty() && ticket.tier == Tier::first;
    RC_ASSERT(!(ticket.classification.type == TicketType::problem && isOwned));  // R6
    for (const Clock& clock : ticket.clocks.all()) expectSumsToWallTime(ticket.clocks, clock);
  }

  static void expectStandsIn(const BoardWorld& board, const Place& place) {
    const Column* const column = board.board.find(place.column);
    RC_ASSERT(column != nullptr);
    RC_ASSERT(placeOf(*column) == place);
  }

  void expectSumsToWallTime(const Clocks& clocks, const Clock& clock) const {
    const auto reading = readClock(clocks, clock, world().desk(), now());
    RC_ASSERT(reading.has_value());
    RC_ASSERT(reading->ledger.wallTime() == now() - clock.promise.from);
    RC_ASSERT(reading->elapsed == reading->ledger.working);
  }

  Seen& seen_;
  std::map<BoardKey, Counts> before_;
};

TEST(SessionProperties, EveryRuleHoldsWhoeverAsksForWhat) {
  Seen seen;
  EXPECT_TRUE(rc::check("rules hold", [&] {
    CommandChoices choices(drawNumbers(14'000));
    Watched session(choices, seen);
    while (!choices.exhausted()) {
      session.step();
      session.expectWholeDeskSound();
    }
  }));
  if (std::getenv("RC_PARAMS") != nullptr) return;  // a run by choice need not meet everything
  std::string names;
  for (const auto& [name, count] : seen.events) names += name + " ";
  EXPECT_EQ(seen.events.size(), std::variant_size_v<TicketEvent>) << "seen were only: " << names;
  EXPECT_GT(seen.overrides, 1);
  EXPECT_GT(seen.overLimit, 1);
  for (const char* code : {"wip-limit-reached", "expedite-limit-reached", "capacity-reserved",
                           "approval-missing", "hand-over-open", "not-permitted"}) {
    EXPECT_GT(seen.refusals[code], 1) << code;
  }
}

RC_GTEST_PROP(SessionProperties, AWorldRebuiltFromTheEventsEqualsTheOneThatGrew, ()) {
  CommandChoices choices(drawNumbers(4000));
  Session session(choices);
  while (!choices.exhausted()) session.step();
  World rebuilt;
  std::map<TicketId, Ticket> refolded;
  for (const Session::Logged& logged : session.log()) {
    if (const auto* change = std::get_if<TicketChange>(&logged.event)) {
      rebuilt.apply(change->ticket, change->event, logged.at);
      evolve(refolded[change->ticket], change->event, logged.at);
    } else if (const auto* onBoard = std::get_if<Session::OnBoard>(&logged.event)) {
      rebuilt.apply(onBoard->board, onBoard->event);
    } else {
      rebuilt.apply(std::get<DeskEvent>(logged.event), logged.at);
    }
  }
  RC_ASSERT(rebuilt == session.world());
  // Folding each ticket from its own events gives what was kept while deciding.
  RC_ASSERT(refolded == session.tickets());
}

}  // namespace
}  // namespace docket::domain
