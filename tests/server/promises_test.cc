// Promises through the command path: made with the ticket, warned of, missed and met at their
// instants, each once, whatever happens to the server.
#include "tests/eventstore/file_size_limit.h"
#include "tests/server/own_desk.h"

namespace docket::server::test {
namespace {

using domain::PromiseMade;
using domain::PromiseMet;
using domain::PromiseMissed;
using domain::PromiseTarget;
using domain::PromiseWarned;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Codes = std::vector<std::string>;

domain::Calendar calendar(domain::DayWindows windows) {
  domain::Calendar made = domain::test::weekly("UTC", std::move(windows), 5);
  made.id = domain::CalendarId{"hours"};
  return made;
}
domain::Calendar nineToFive() {
  return calendar({domain::test::window(9h, 17h)});
}

domain::PromisePolicy policy(std::string id, std::vector<PromiseTarget> targets) {
  domain::PromisePolicy made;
  made.id = domain::PromisePolicyId{id};
  made.name = std::move(id);
  made.calendar = domain::CalendarId{"hours"};
  made.targets = std::move(targets);
  return made;
}
PromiseTarget target(PromiseKind kind, std::chrono::seconds amount, std::uint8_t warnAtPercent) {
  return {kind, amount, warnAtPercent, true};
}

// Monday, 2 March 2026, 9:00 UTC: the desk opens. What is asked for is to be done in 4 hours of
// work, with a warning after 3.
class Promises : public OwnDesk {
 protected:
  Promises() {
    createBoards();
    perform(domain::SetCalendar{nineToFive()});
    perform(domain::SetPromisePolicy{policy("gold", {target(PromiseKind::resolution, 4h, 75)})});
  }

  void lookAt(const std::string& instant) {
    setClock(instant);
    look();
  }
  void openTickets(std::uint64_t count) {
    std::vector<CommandRequest> requests;
    for (std::uint64_t i = 0; i < count; ++i) {
      domain::OpenTicket open;
      open.board = kOps;
      open.title = "Printer";
      requests.push_back(request(domain::TicketCommand{std::move(open)}));
    }
    for (const Outcome& outcome : runAll(std::move(requests))) accepted(outcome);
  }
  void resolve(std::uint64_t number) {
    perform(domain::ResolveTicket{ops(number), {}, "New toner", {}});
  }
};

TEST_F(Promises, APromiseIsMadeInTheGroupOfTheOpening) {
  const Done opened = openTicket();
  const auto events = logFrom(opened.position.value);
  ASSERT_THAT(types(events), ElementsAre("TicketOpened", "PromiseMade"));
  const Recorded& made = events[1];
  EXPECT_EQ(made.actor, "system");
  EXPECT_EQ(made.origin, eventstore::Origin::timer);
  EXPECT_EQ(made.causation, opened.position.value);
  EXPECT_EQ(made.correlation, events[0].command);
  EXPECT_TRUE(inOneGroup(opened.position.value, made.position));
  EXPECT_EQ(made.as<PromiseMade>()->from, now());
  EXPECT_EQ(made.as<PromiseMade>()->target, 4h);
  EXPECT_EQ(path_->stats().ownByClocks, 1u);
}

TEST_F(Promises, WarnedAndMissedAtTheirInstants) {
  openTicket();
  expectNothingNewAfter([&] { lookAt("2026-03-02T11:59:59Z"); });
  const std::uint64_t before = head();
  lookAt("2026-03-02T12:00:00Z");
  ASSERT_THAT(all<PromiseWarned>(logFrom(before)),
              ElementsAre(PromiseWarned{PromiseKind::resolution, at("2026-03-02T12:00Z")}));
  EXPECT_EQ(log().back().causation, std::nullopt) << "time went by: nothing caused it";
  expectNothingNewAfter([&] { lookAt("2026-03-02T13:00:00Z"); });  // to do it now still keeps it
  setClock(at("2026-03-02T13:00:00Z") + 1us);
  look();
  EXPECT_THAT(all<PromiseMissed>(log()),
              ElementsAre(PromiseMissed{PromiseKind::resolution, at("2026-03-02T13:00Z")}));
  EXPECT_EQ(path_->stats().lastLateness, 1us);
  expectNothingNewAfter([&] { lookAt("2026-03-09T13:00:00Z"); });
}

TEST_F(Promises, TheWriterWakesForTheNextClockByItself) {
  openTicket();
  CommandPathOptions options;
  options.clockLookMax = 1ms;
  reopen(options);
  const std::uint64_t before = head();
  setClock("2026-03-02T12:00:00Z");
  awaitHead(before + 1);
  EXPECT_EQ(log().back().as<PromiseWarned>()->at, at("2026-03-02T12:00Z"));
}

TEST_F(Promises, MetWhenItIsDoneInTime) {
  openTicket();
  setClock("2026-03-02T11:00:00Z");
  const std::uint64_t before = head();
  resolve(1);
  const auto events = logFrom(before);
  ASSERT_THAT(types(events), ElementsAre("TicketResolved", "PromiseMet"));
  EXPECT_EQ(*events[1].as<PromiseMet>(),
            (PromiseMet{PromiseKind::resolution, at("2026-03-02T11:00Z"), 2h}));
  EXPECT_TRUE(inOneGroup(before, before + 1));
  expectNothingNewAfter([&] { lookAt("2026-03-09T13:00:00Z"); });
}

TEST_F(Promises, WhatIsResolvedLateWasMissedFirst) {
  openTicket();
  setClock("2026-03-02T15:00:00Z");
  const std::uint64_t before = head();
  resolve(1);  // before the clock was looked at
  const auto events = logFrom(before);
  ASSERT_THAT(types(events), ElementsAre("PromiseWarned", "PromiseMissed", "TicketResolved"));
  EXPECT_EQ(events[1].as<PromiseMissed>()->at, at("2026-03-02T13:00Z"));
  EXPECT_TRUE(inOneGroup(before, before + 2));
  expectNothingMissingNorTwice(*log_, now());
}

TEST_F(Promises, WaitingForTheCustomerDoesNotCount) {
  openTicket();
  setClock("2026-03-02T10:00:00Z");
  move(1, "waiting-on-customer");
  expectNothingNewAfter([&] { lookAt("2026-03-04T10:00:00Z"); });  // Wednesday
  move(1, "in-progress");
  expectNothingNewAfter([&] { lookAt("2026-03-04T11:59:59Z"); });
  lookAt("2026-03-05T09:00:00Z");
  EXPECT_THAT(all<PromiseWarned>(log()),
              ElementsAre(PromiseWarned{PromiseKind::resolution, at("2026-03-04T12:00Z")}));
  EXPECT_THAT(all<PromiseMissed>(log()),
              ElementsAre(PromiseMissed{PromiseKind::resolution, at("2026-03-04T13:00Z")}));
  expectNothingMissingNorTwice(*log_, now());
}

TEST_F(Promises, PromisedAnewTheClockGoesOnToTheNewTarget) {
  openTicket();
  lookAt("2026-03-02T12:30:00Z");
  perform(domain::Recommit{ops(1), PromiseKind::resolution, 6h, "The part comes at two"});
  expectNothingNewAfter([&] { lookAt("2026-03-02T13:29:59Z"); });
  lookAt("2026-03-03T09:00:00Z");
  EXPECT_THAT(all<PromiseWarned>(log()),
              ElementsAre(PromiseWarned{PromiseKind::resolution, at("2026-03-02T12:00Z")},
                          PromiseWarned{PromiseKind::resolution, at("2026-03-02T13:30Z")}));
  EXPECT_THAT(all<PromiseMissed>(log()),
              ElementsAre(PromiseMissed{PromiseKind::resolution, at("2026-03-02T15:00Z")}));
}

// The clock strikes, and before anybody has looked at it the promise is changed.
TEST_F(Promises, ToPromiseAnewHidesNoMiss) {
  openTicket();
  setClock("2026-03-02T14:00:00Z");
  const std::uint64_t before = head();
  perform(domain::Recommit{ops(1), PromiseKind::resolution, 8h, "The part comes tomorrow"});
  EXPECT_THAT(types(logFrom(before)),
              ElementsAre("PromiseWarned", "PromiseMissed", "PromiseChanged"));
}

TEST_F(Promises, FromUpdateToUpdate) {
  perform(domain::SetPromisePolicy{policy("news", {target(PromiseKind::nextUpdate, 2h, 0)})});
  domain::PromisePolicy gold = policy("gold", {target(PromiseKind::resolution, 4h, 75)});
  gold.inUse = false;
  perform(domain::SetPromisePolicy{gold});
  openTicket();
  setClock("2026-03-02T10:00:00Z");
  perform(domain::AddComment{ops(1), "We are on it", true});
  lookAt("2026-03-02T16:00:00Z");
  EXPECT_THAT(all<PromiseMet>(log()),
              ElementsAre(PromiseMet{PromiseKind::nextUpdate, at("2026-03-02T10:00Z"), 1h}));
  EXPECT_THAT(all<PromiseMissed>(log()),
              ElementsAre(PromiseMissed{PromiseKind::nextUpdate, at("2026-03-02T12:00Z")}));
  perform(domain::AddComment{ops(1), "Sorry", true});
  EXPECT_EQ(all<PromiseMade>(log()).back().from, at("2026-03-02T16:00Z"));
  expectNothingMissingNorTwice(*log_, now());
}

// --- Once, whatever happens
// ------------------------------------------------------------------------------------

TEST_F(Promises, ARestartAtAnyPointWritesNothingTwice) {
  openTicket();
  for (const char* instant :
       {"2026-03-02T09:00:00Z", "2026-03-02T12:00:00Z", "2026-03-02T12:00:01Z",
        "2026-03-02T13:00:01Z", "2026-03-03T09:00:00Z"}) {
    for (int restart = 0; restart < 2; ++restart) {
      setClock(instant);
      reopen();
      look();
      expectNothingMissingNorTwice(*log_, now());
    }
  }
  EXPECT_EQ(all<PromiseMade>(log()).size(), 1u);
  EXPECT_EQ(all<PromiseWarned>(log()).size(), 1u);
  EXPECT_EQ(all<PromiseMissed>(log()).size(), 1u);
}

TEST_F(Promises, WhatCameDueInAWeekOfDowntimeIsWrittenGroupByGroup) {
  constexpr std::uint64_t kTickets = 1200;
  openTickets(kTickets);
  const std::uint64_t before = head();
  close();
  setClock("2026-03-09T09:00:00Z");
  open();
  awaitHead(before + 2 * kTickets);
  const auto events = logFrom(before);
  EXPECT_EQ(events.size(), 2 * kTickets);
  for (const PromiseWarned& one : all<PromiseWarned>(events)) {
    ASSERT_EQ(one.at, at("2026-03-02T12:00Z"));
  }
  for (const PromiseMissed& one : all<PromiseMissed>(events)) {
    ASSERT_EQ(one.at, at("2026-03-02T13:00Z"));
  }
  EXPECT_EQ(all<PromiseMissed>(events).size(), kTickets);
  EXPECT_FALSE(inOneGroup(before, before + 2 * kTickets - 1));
  EXPECT_EQ(path_->stats().lastLateness, 6 * 24h + 20h);
  expectNothingMissingNorTwice(*log_, now());
  expectNothingNewAfter([&] { reopen(); });
}

// The writer has no more to do before it ends than what was asked of it.
TEST_F(Promises, StoppingDoesNotWaitForClocks) {
  openTickets(1200);
  const std::uint64_t before = head();
  close();
  setClock("2026-03-09T09:00:00Z");
  open();
  path_->stop();
  EXPECT_LE(head(), before + 2400);
  expectNothingMissingNorTwice(*log_, at("2026-03-02T09:00Z"));
  reopen();
  awaitHead(before + 2400);
  expectNothingMissingNorTwice(*log_, now());
}

TEST_F(Promises, AFullQueueDoesNotKeepClocksWaiting) {
  openTicket();
  CommandPathOptions options = unhurried();
  options.maxGroupEvents = 10;
  options.maxQueuedCommands = 400;
  reopen(options);
  // While the first command is committed the queue is filled, and the clock strikes.
  std::promise<void> isCommitting;
  std::promise<void> isFull;
  std::atomic<bool> isFirst{true};
  onCommitted_ = [&] {
    if (!isFirst.exchange(false)) return;
    isCommitting.set_value();
    isFull.get_future().wait();
  };
  std::promise<void> isDone;
  std::atomic<int> left{400};
  const auto submit = [&](std::vector<CommandRequest> requests) {
    path_->submit(std::move(requests), [&](const std::vector<Outcome>& outcomes) {
      for (const Outcome& outcome : outcomes) accepted(outcome);
      if (--left == 0) isDone.set_value();
    });
  };
  const auto open = [&] {
    domain::OpenTicket command;
    command.board = kDev;
    command.title = "Printer";
    return request(domain::TicketCommand{std::move(command)});
  };
  submit({open()});
  isCommitting.get_future().wait();
  for (int i = 1; i < 400; ++i) submit({open()});
  setClock("2026-03-02T12:00:00Z");
  isFull.set_value();
  isDone.get_future().wait();
  const auto events = log();
  const auto warned = std::find_if(events.begin(), events.end(), [](const Recorded& one) {
    return one.as<PromiseWarned>() != nullptr;
  });
  ASSERT_NE(warned, events.end());
  EXPECT_LT(warned - events.begin(), 100) << "of " << events.size();
  onCommitted_ = nullptr;
}

TEST_F(Promises, WhenTheLogFailsUnderAClockNothingMoreIsTaken) {
  openTicket();
  CommandPathOptions options;
  options.clockLookMax = 1ms;
  reopen(options);
  const std::uint64_t before = head();
  const std::uint64_t seen = commits();
  {
    const eventstore::testing::FileSizeLimit limit(1);
    setClock("2026-03-02T15:00:00Z");
    awaitCommitAfter(seen);  // of a group that nobody waits for
    look();
  }
  EXPECT_TRUE(path_->stats().failed);
  EXPECT_EQ(path_->stats().ownByClocks, 0u);
  EXPECT_EQ(codes(run(request(domain::TicketCommand{domain::CommitTicket{ops(1)}}))),
            Codes{"log-unavailable"});
  reopen();
  look();
  EXPECT_THAT(types(logFrom(before)), ElementsAre("PromiseWarned", "PromiseMissed"));
  expectNothingMissingNorTwice(*log_, now());
}

// --- What a newer program wrote
// ------------------------------------------------------------------------------------

TEST_F(Promises, ATicketWithAnEventOfANewerProgramIsLeftAlone) {
  openTicket();
  openTicket();
  givenUnread("ticket", "OPS-1");
  const std::uint64_t before = head();
  lookAt("2026-03-02T15:00:00Z");
  const auto events = logFrom(before);
  EXPECT_THAT(types(events), ElementsAre("PromiseWarned", "PromiseMissed"));
  EXPECT_EQ(events.at(0).stream, "ticket/OPS-2");
  expectNothingNewAfter([&] { lookAt("2026-03-09T15:00:00Z"); });
}

TEST_F(Promises, ClocksWithNothingToSayDoNotHoldUpTheTimeOfTheNextCommand) {
  openTicket();
  givenUnread("ticket", "OPS-1");  // its clock is looked at, in vain
  look();
  setClock("2026-03-02T15:00:00Z");
  reopen();
  CommandPathOptions options;
  options.clockLookMax = 1ms;
  reopen(options);
  const std::uint64_t calls = clockCalls_;
  setClock("2026-03-02T16:00:00Z");
  openTicket();
  EXPECT_GT(clockCalls_, calls);
  EXPECT_EQ(log().at(head() - 2).occurredAt, now());
}

TEST_F(Promises, ABoardWithAnEventOfANewerProgramKeepsItsClocksForLater) {
  openTicket();
  givenUnread("board", "OPS");
  const std::uint64_t before = head();
  expectNothingNewAfter([&] { lookAt("2026-03-02T15:00:00Z"); });
  const std::uint64_t calls = clockCalls_;
  look();
  EXPECT_LE(clockCalls_, calls + 2) << "no timer runs";
  EXPECT_EQ(head(), before);
}

// --- Definitions that change
// ------------------------------------------------------------------------------------

TEST_F(Promises, AnotherCalendarMovesTheClocks) {
  openTicket();
  openTicket();
  lookAt("2026-03-02T10:00:00Z");
  const std::uint64_t before = head();
  perform(domain::SetCalendar{calendar({domain::test::window(9h, 10h)})});
  expectNothingNewAfter([&] { lookAt("2026-03-04T09:59:59Z"); });
  lookAt("2026-03-04T10:00:00Z");  // the third hour
  EXPECT_THAT(all<PromiseWarned>(logFrom(before)),
              ElementsAre(PromiseWarned{PromiseKind::resolution, at("2026-03-04T10:00Z")},
                          PromiseWarned{PromiseKind::resolution, at("2026-03-04T10:00Z")}));
  // And back: by the old hours they are missed since Monday.
  perform(domain::SetCalendar{nineToFive()});
  look();
  EXPECT_THAT(all<PromiseMissed>(log()),
              ElementsAre(PromiseMissed{PromiseKind::resolution, at("2026-03-02T13:00Z")},
                          PromiseMissed{PromiseKind::resolution, at("2026-03-02T13:00Z")}));
  expectNothingMissingNorTwice(*log_, now());
}

TEST_F(Promises, ARetiredPolicyKeepsItsPromisesAndMakesNoNewOnes) {
  openTicket();
  domain::PromisePolicy gold = policy("gold", {target(PromiseKind::resolution, 4h, 75)});
  gold.inUse = false;
  perform(domain::SetPromisePolicy{gold});
  openTicket();
  lookAt("2026-03-02T15:00:00Z");
  EXPECT_EQ(all<PromiseMade>(log()).size(), 1u);
  EXPECT_EQ(all<PromiseMissed>(log()).size(), 1u);
}

TEST_F(Promises, TicketsOlderThanThePolicyArePromisedNothingByIt) {
  domain::PromisePolicy gold = policy("gold", {target(PromiseKind::resolution, 4h, 75)});
  gold.inUse = false;
  perform(domain::SetPromisePolicy{gold});
  openTicket();
  setClock("2026-03-02T09:30:00Z");
  gold.inUse = true;
  perform(domain::SetPromisePolicy{gold});
  move(1, "in-progress");
  EXPECT_THAT(all<PromiseMade>(log()), IsEmpty());
  openTicket();
  EXPECT_EQ(all<PromiseMade>(log()).size(), 1u);
}

// The new policy fits better, but it came later: what was promised stays.
TEST_F(Promises, ANewerPolicyDoesNotReplaceWhatWasPromised) {
  openTicket();
  setClock("2026-03-02T09:30:00Z");
  domain::PromisePolicy platinum = policy("platinum", {target(PromiseKind::resolution, 1h, 0)});
  platinum.selector.board = kOps;
  perform(domain::SetPromisePolicy{platinum});
  move(1, "in-progress");
  ASSERT_EQ(all<PromiseMade>(log()).size(), 1u);
  openTicket();
  EXPECT_EQ(all<PromiseMade>(log()).back().policy, platinum.id);
}

TEST_F(Promises, ARetiredPolicyIsNotReplacedByAnother) {
  perform(domain::SetPromisePolicy{policy("silver", {target(PromiseKind::resolution, 8h, 0)})});
  openTicket();
  EXPECT_EQ(all<PromiseMade>(log()).back().policy.value, "gold");
  domain::PromisePolicy gold = policy("gold", {target(PromiseKind::resolution, 4h, 75)});
  gold.inUse = false;
  perform(domain::SetPromisePolicy{gold});
  expectNothingNewAfter([&] {});
  const std::uint64_t before = head();
  move(1, "in-progress");
  EXPECT_THAT(types(logFrom(before)), ElementsAre("TicketMoved"));
}

TEST_F(Promises, WorkOfAnotherKindIsPromisedAnew) {
  domain::PromisePolicy urgent = policy("urgent", {target(PromiseKind::resolution, 1h, 0)});
  urgent.selector.priority = domain::Priority::p1;
  perform(domain::SetPromisePolicy{urgent});
  openTicket();
  setClock("2026-03-02T09:30:00Z");
  domain::ClassifyTicket classify;
  classify.ticket = ops(1);
  classify.priority = domain::Priority::p1;
  const Done done = perform(classify);
  const auto events = logFrom(done.position.value);
  ASSERT_THAT(types(events), ElementsAre("TicketClassified", "PromiseMade"));
  EXPECT_EQ(events[1].as<PromiseMade>()->policy, urgent.id);
  lookAt("2026-03-02T11:00:00Z");
  EXPECT_THAT(all<PromiseMissed>(log()),
              ElementsAre(PromiseMissed{PromiseKind::resolution, at("2026-03-02T10:00Z")}));
}

TEST_F(Promises, ACancelledTicketHasNoClockLeft) {
  perform(domain::SetPromisePolicy{policy(
      "gold", {target(PromiseKind::resolution, 4h, 75), target(PromiseKind::supplier, 2h, 0)})});
  openTicket();
  move(1, "in-progress");
  perform(domain::BlockTicket{ops(1), domain::BlockerKind::supplier, "no toner"});
  EXPECT_EQ(all<PromiseMade>(log()).back().kind, PromiseKind::supplier);
  setClock("2026-03-02T10:00:00Z");
  perform(domain::CancelTicket{ops(1), "not needed any more"});
  // The same with a restart and without.
  expectNothingNewAfter([&] { lookAt("2026-03-09T10:00:00Z"); });
  expectNothingNewAfter([&] { reopen(); });
}

}  // namespace
}  // namespace docket::server::test
