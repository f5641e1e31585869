// Promises: which policy makes them, how their clocks run, and what is written down of them.
// Office hours are 09:00 to 17:00 from Monday to Friday, UTC.
#include "domain/promise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/domain/calendars.h"
#include "tests/domain/deciding.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Timestamp kNine = kMonday + 9h;

PromisePolicy policy(const std::string& id, std::vector<PromiseTarget> targets) {
  PromisePolicy made;
  made.id = PromisePolicyId{id};
  made.name = id;
  made.calendar = CalendarId{"desk"};
  made.targets = std::move(targets);
  return made;
}

Desk deskPromising(const std::vector<PromiseTarget>& targets) {
  Desk desk;
  desk.at(kNine - 1h).given(DeskEvent(CalendarSet{office()}));
  desk.given(DeskEvent(PromisePolicySet{policy("basic", targets)}));
  desk.at(kNine - 1min);
  desk.givenTicket(1, inbox());  // at nine
  return desk;
}

std::vector<TicketEvent> due(const Desk& desk, Timestamp at) {
  return duePromiseEvents(desk.ticket(ops(1)), desk.world().desk(), at);
}

// Writes what is due at that instant, as the desk does.
std::vector<TicketEvent> keep(Desk& desk, Timestamp at) {
  std::vector<TicketEvent> written;
  for (int round = 0; round < 3; ++round) {
    desk.at(at - 1min);
    const Decision decision = desk.performSystem(KeepPromises{ops(1)});
    if (!decision) break;
    for (const TicketChange& change : decision->changes) written.push_back(change.event);
  }
  return written;
}

Desk& happens(Desk& desk, Timestamp at, const TicketEvent& event) {
  return desk.at(at - 1min).given(ops(1), event);
}

std::optional<Clock> clockOf(const Desk& desk, PromiseKind kind) {
  const Ticket ticket = desk.ticket(ops(1));
  const Clock* const clock = ticket.clocks.find(kind);
  return clock == nullptr ? std::nullopt : std::optional(*clock);
}

ClockReading read(const Desk& desk, PromiseKind kind, Timestamp at) {
  const auto clock = clockOf(desk, kind);
  const Clocks clocks = desk.ticket(ops(1)).clocks;
  const auto reading = !clock ? std::nullopt : readClock(clocks, *clock, desk.world().desk(), at);
  EXPECT_TRUE(reading.has_value());
  return reading.value_or(ClockReading{});
}

const PromiseTarget kResolution{PromiseKind::resolution, 4h, 50, true};

TEST(Promise, MadeWarnedMissedEachOnceAtItsInstant) {
  Desk desk = deskPromising({kResolution});
  const auto made = keep(desk, kNine);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(std::get<PromiseMade>(made[0]),
            (PromiseMade{PromiseKind::resolution, PromisePolicyId{"basic"}, 0, CalendarId{"desk"},
                         4h, 50, true, kNine}));
  EXPECT_THAT(due(desk, kNine + 2h - 1us), IsEmpty());
  const auto next = nextPromiseInstant(desk.ticket(ops(1)), desk.world().desk());
  EXPECT_EQ(next, kNine + 2h);
  EXPECT_THAT(keep(desk, kNine + 2h),
              ElementsAre(TicketEvent(PromiseWarned{PromiseKind::resolution, kNine + 2h})));
  EXPECT_THAT(due(desk, kNine + 4h), IsEmpty()) << "what is done at the deadline keeps it";
  EXPECT_THAT(keep(desk, kNine + 4h + 1us),
              ElementsAre(TicketEvent(PromiseMissed{PromiseKind::resolution, kNine + 4h})));
  EXPECT_THAT(due(desk, kNine + 99h), IsEmpty());
  EXPECT_EQ(nextPromiseInstant(desk.ticket(ops(1)), desk.world().desk()), std::nullopt);
}

TEST(Promise, AskedAWeekLateItSaysWhenItHappened) {
  Desk desk = deskPromising({kResolution});
  keep(desk, kNine);
  EXPECT_THAT(keep(desk, kNine + 168h),
              ElementsAre(TicketEvent(PromiseWarned{PromiseKind::resolution, kNine + 2h}),
                          TicketEvent(PromiseMissed{PromiseKind::resolution, kNine + 4h})));
  EXPECT_THAT(due(desk, kNine + 168h), IsEmpty());
}

TEST(Promise, MadeLateItRunsFromTheOpening) {
  Desk desk = deskPromising({kResolution});
  const auto written = keep(desk, kNine + 24h);
  ASSERT_EQ(written.size(), 3U);
  EXPECT_EQ(std::get<PromiseMade>(written[0]).from, kNine);
  EXPECT_EQ(std::get<PromiseMissed>(written[2]).at, kNine + 4h);
}

TEST(Promise, MetWhenDoneInTime) {
  Desk desk = deskPromising({kResolution});
  keep(desk, kNine);
  happens(desk, kNine + 90min, TicketResolved{inbox(), done(), "x"});
  EXPECT_THAT(keep(desk, kNine + 100min),
              ElementsAre(TicketEvent(PromiseMet{PromiseKind::resolution, kNine + 90min, 90min})));
  EXPECT_THAT(due(desk, kNine + 99h), IsEmpty());
}

TEST(Promise, WhatIsCancelledKeepsNone) {
  Desk desk = deskPromising({kResolution});
  keep(desk, kNine);
  happens(desk, kNine + 1h, TicketCancelled{inbox(), closed(), "sold it"});
  EXPECT_THAT(due(desk, kNine + 99h), IsEmpty());
  Desk late = deskPromising({kResolution});
  keep(late, kNine);
  keep(late, kNine + 2h);
  happens(late, kNine + 5h, TicketCancelled{inbox(), closed(), "sold it"});
  EXPECT_THAT(keep(late, kNine + 5h),
              ElementsAre(TicketEvent(PromiseMissed{PromiseKind::resolution, kNine + 4h})));
}

TEST(Promise, WaitingForTheCustomerPausesOnlyWhatThePolicyNames) {
  Desk desk = deskPromising({{PromiseKind::firstResponse, 4h, 0, false}, kResolution});
  keep(desk, kNine);
  happens(desk, kNine + 1h, TicketMoved{inbox(), waiting(), 0, ""});
  EXPECT_EQ(read(desk, PromiseKind::resolution, kNine + 3h).elapsed, 1h);
  EXPECT_EQ(read(desk, PromiseKind::resolution, kNine + 3h).deadline, std::nullopt);
  EXPECT_EQ(read(desk, PromiseKind::firstResponse, kNine + 3h).elapsed, 3h);
  happens(desk, kNine + 3h, TicketCameBack{waiting(), followUp()});
  const ClockReading back = read(desk, PromiseKind::resolution, kNine + 4h);
  EXPECT_EQ(back.elapsed, 2h);
  EXPECT_EQ(back.deadline, kNine + 6h);
  EXPECT_EQ(back.ledger.pausedBy.at("customer"), 2h);
  EXPECT_EQ(back.ledger.wallTime(), 4h);
}

TEST(Promise, WaitingForASupplierPausesNothingAndRunsTheSuppliersClock) {
  Desk desk = deskPromising({kResolution, {PromiseKind::supplier, 8h, 0, false}});
  keep(desk, kNine);
  EXPECT_EQ(clockOf(desk, PromiseKind::supplier), std::nullopt);
  const Place dealer{column("with-dealer"), ColumnCategory::waiting, WaitsFor::supplier};
  happens(desk, kNine + 1h, TicketMoved{inbox(), dealer, 0, ""});
  const auto made = keep(desk, kNine + 1h);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(std::get<PromiseMade>(made[0]).from, kNine + 1h);
  EXPECT_EQ(read(desk, PromiseKind::resolution, kNine + 3h).elapsed, 3h);
  EXPECT_EQ(read(desk, PromiseKind::supplier, kNine + 3h).elapsed, 2h);
  happens(desk, kNine + 3h, TicketMoved{dealer, inProgress(), 0, ""});
  const auto met = keep(desk, kNine + 3h);
  EXPECT_EQ(std::get<PromiseWarned>(met[0]).kind, PromiseKind::resolution);
  EXPECT_EQ(std::get<PromiseMet>(met[1]), (PromiseMet{PromiseKind::supplier, kNine + 3h, 2h}));
}

TEST(Promise, ASuppliersBlockerRunsTheSuppliersClockToo) {
  Desk desk = deskPromising({{PromiseKind::supplier, 8h, 0, false}});
  happens(desk, kNine + 1h, TicketBlocked{BlockerKind::supplier, "no toner"});
  EXPECT_EQ(std::get<PromiseMade>(keep(desk, kNine + 1h).at(0)).from, kNine + 1h);
  happens(desk, kNine + 2h, TicketUnblocked{BlockerKind::supplier, ""});
  EXPECT_EQ(std::get<PromiseMet>(keep(desk, kNine + 2h).at(0)).elapsed, 1h);
  happens(desk, kNine + 3h, TicketBlocked{BlockerKind::dependency, "x"});
  EXPECT_THAT(due(desk, kNine + 3h), IsEmpty());
  happens(desk, kNine + 4h, TicketUnblocked{BlockerKind::dependency, ""});
  happens(desk, kNine + 5h, TicketBlocked{BlockerKind::supplier, "again"});
  EXPECT_EQ(std::get<PromiseMade>(keep(desk, kNine + 5h).at(0)).from, kNine + 5h);
}

TEST(Promise, AReopeningGoesOnWhereTheResolutionStopped) {
  Desk desk = deskPromising({kResolution});
  keep(desk, kNine);
  happens(desk, kNine + 1h, TicketResolved{inbox(), done(), "x"});
  EXPECT_EQ(keep(desk, kNine + 1h).size(), 1U);
  happens(desk, kNine + 5h, TicketReopened{done(), followUp(), "jams"});
  EXPECT_THAT(due(desk, kNine + 5h), IsEmpty());
  const ClockReading reading = read(desk, PromiseKind::resolution, kNine + 6h);
  EXPECT_EQ(reading.elapsed, 2h);
  EXPECT_EQ(reading.deadline, kNine + 8h);
  EXPECT_EQ(reading.ledger.pausedBy.at("finished"), 4h);
}

TEST(Promise, AHandOverKeepsTheClocks) {
  Desk desk = deskPromising({kResolution});
  keep(desk, kNine);
  const Clocks before = desk.ticket(ops(1)).clocks;
  desk.givenGuest(1, place("plan", ColumnCategory::active));
  desk.given(ops(1), HandOverReturned{kDev, "done", true});
  EXPECT_EQ(desk.ticket(ops(1)).clocks, before);
}

TEST(Promise, ANewPromiseKeepsTheOldOneInTheHistory) {
  Desk desk = deskPromising({kResolution});
  EXPECT_THAT(refused(desk, Recommit{ops(1), PromiseKind::resolution, 8h, "a part"}),
              ElementsAre("no-promise"));
  keep(desk, kNine);
  keep(desk, kNine + 5h);
  EXPECT_THAT(refused(desk, Recommit{ops(1), PromiseKind::resolution, 4h, "a part"}),
              ElementsAre("nothing-to-change"));
  EXPECT_THAT(refused(desk, Recommit{ops(1), PromiseKind::resolution, 8h, ""}),
              ElementsAre("field-invalid"));
  EXPECT_EQ(onlyEvent<PromiseChanged>(
                desk.perform(Recommit{ops(1), PromiseKind::resolution, 8h, "a part"})),
            (PromiseChanged{PromiseKind::resolution, 4h, 8h, "a part"}));
  EXPECT_EQ(read(desk, PromiseKind::resolution, kNine + 5h).deadline, kNine + 8h);
  EXPECT_EQ(clockOf(desk, PromiseKind::resolution)->promise.target, 4h);
  happens(desk, kNine + 6h, TicketResolved{inbox(), done(), "x"});
  const auto written = keep(desk, kNine + 6h);
  EXPECT_TRUE(std::holds_alternative<PromiseMet>(written.back()));
}

TEST(Promise, ResponseOwnerAndUpdateStopTheirClocks) {
  Desk desk = deskPromising({{PromiseKind::firstResponse, 2h, 0, true},
                             {PromiseKind::timeToOwn, 2h, 0, true},
                             {PromiseKind::nextUpdate, 2h, 0, true}});
  keep(desk, kNine);
  happens(desk, kNine + 10min, CommentAdded{"hm", false});
  happens(desk, kNine + 20min, CommentAdded{"hello?", true, true});
  happens(desk, kNine + 30min, ContactRecorded{Channel::mail, Direction::inbound, "hello?"});
  EXPECT_THAT(due(desk, kNine + 30min), IsEmpty()) << "none of these is an answer";
  happens(desk, kNine + 40min, TicketAssigned{{}, kAnna});
  happens(desk, kNine + 50min, CommentAdded{"hello", true});
  std::vector<TicketEvent> written = keep(desk, kNine + 50min);
  ASSERT_EQ(written.size(), 4U);
  EXPECT_EQ(std::get<PromiseMet>(written[0]),
            (PromiseMet{PromiseKind::firstResponse, kNine + 50min, 50min}));
  EXPECT_EQ(std::get<PromiseMet>(written[1]),
            (PromiseMet{PromiseKind::timeToOwn, kNine + 40min, 40min}));
  EXPECT_EQ(std::get<PromiseMet>(written[2]).kind, PromiseKind::nextUpdate);
  EXPECT_EQ(std::get<PromiseMade>(written[3]).kind, PromiseKind::nextUpdate) << "and the next one";
  EXPECT_EQ(std::get<PromiseMade>(written[3]).from, kNine + 50min);
}

TEST(Promise, ThePolicyThatSelectsMostIsTheOne) {
  DeskDefinitions desk;
  const auto define = [&](const std::string& id, const PromiseSelector& selector) {
    DefinedPolicy defined;
    defined.policy = policy(id, {kResolution});
    defined.policy.selector = selector;
    desk.policies[defined.policy.id] = defined;
  };
  Ticket ticket;
  ticket.id = ops(1);
  ticket.openedAt = kNine;
  Classification& is = ticket.classification;
  is.type = TicketType::change;
  is.priority = Priority::p1;
  is.customer = "Acme";
  const auto chosen = [&] {
    const DefinedPolicy* const found = policyFor(ticket, desk);
    return found == nullptr ? std::string("none") : found->policy.id.value;
  };
  EXPECT_EQ(chosen(), "none");
  define("all", {});
  EXPECT_EQ(chosen(), "all");
  define("other-board", {kDev, {}, {}, {}, {}});
  define("tasks", {{}, TicketType::task, Priority::p1, {}, "Acme"});
  EXPECT_EQ(chosen(), "all");
  define("urgent", {{}, {}, Priority::p1, {}, {}});
  define("change", {{}, TicketType::change, {}, {}, {}});
  EXPECT_EQ(chosen(), "change") << "of equals the lower id";
  define("acme", {{}, TicketType::change, {}, {}, "Acme"});
  EXPECT_EQ(chosen(), "acme");
  desk.policies[PromisePolicyId{"acme"}].policy.inUse = false;
  EXPECT_EQ(chosen(), "change");
}

TEST(Promise, AnotherPolicyPromisesAnewAndThePromiseByHandStays) {
  Desk desk = deskPromising({kResolution});
  PromisePolicy urgent = policy("urgent", {{PromiseKind::resolution, 1h, 0, true}});
  urgent.selector.priority = Priority::p1;
  desk.given(DeskEvent(PromisePolicySet{urgent}));
  keep(desk, kNine);
  Classification p1;
  p1.priority = Priority::p1;
  Desk byHand = desk;
  happens(desk, kNine + 10min, TicketClassified{{}, p1});
  const auto written = keep(desk, kNine + 10min);
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(std::get<PromiseMade>(written[0]).target, 1h);
  EXPECT_EQ(std::get<PromiseMade>(written[0]).from, kNine);
  happens(byHand, kNine + 5min, PromiseChanged{PromiseKind::resolution, 4h, 6h, "agreed"});
  happens(byHand, kNine + 10min, TicketClassified{{}, p1});
  EXPECT_THAT(due(byHand, kNine + 10min), IsEmpty());
}

TEST(Promise, AChangeOfThePolicyKeepsBothVerdicts) {
  Desk desk = deskPromising({kResolution});
  keep(desk, kNine);
  desk.given(
      DeskEvent(PromisePolicySet{policy("basic", {{PromiseKind::resolution, 2h, 0, true}})}));
  const ClockReading then = read(desk, PromiseKind::resolution, kNine + 3h);
  EXPECT_FALSE(then.isMissed) << "as it was promised then";
  const auto today = targetToday(desk.ticket(ops(1)), PromiseKind::resolution, desk.world().desk());
  EXPECT_EQ(today, 2h) << "as it would be promised now";
  EXPECT_GT(then.elapsed, *today);
  EXPECT_THAT(keep(desk, kNine + 1h), IsEmpty()) << "nothing is promised anew";
}

TEST(Promise, APolicyPromisesNothingToOlderTicketsNorToImports) {
  Desk desk;
  desk.at(kNine).givenTicket(1, inbox());
  desk.given(DeskEvent(CalendarSet{office()}));
  desk.at(kNine + 1h).given(DeskEvent(PromisePolicySet{policy("basic", {kResolution})}));
  EXPECT_THAT(due(desk, kNine + 2h), IsEmpty());
  Desk imported = deskPromising({kResolution});
  imported.given(ops(1), HistoryRecorded{0, "Opened", "x"});
  EXPECT_THAT(due(imported, kNine + 99h), IsEmpty());
}

}  // namespace
}  // namespace docket::domain
