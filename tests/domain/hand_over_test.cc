// Hand-over between boards (R7), and how a customer's word brings a ticket back (R8).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/automation.h"
#include "tests/domain/deciding.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Place kBacklog = place("backlog", ColumnCategory::queue);
const Place kPlan = place("plan", ColumnCategory::active);

Desk offered() {
  Desk desk;
  desk.givenDev().givenTicket(1, furtherSupport());
  EXPECT_TRUE(desk.perform(OfferHandOver{ops(1), kDev, "a defect"}));
  return desk;
}

TEST(HandOver, AnOfferWaitsInTheReceiversInboxOutsideItsLimits) {
  Desk desk;
  desk.givenDev().givenTicket(1, furtherSupport());
  desk.givenLimit(onColumn("backlog"), 0, kDev);
  EXPECT_EQ(onlyEvent<HandOverOffered>(desk.perform(OfferHandOver{ops(1), kDev, "a defect"})),
            (HandOverOffered{kDev, "a defect"}));
  EXPECT_TRUE(desk.board(kDev).inbox.contains(ops(1)));
  EXPECT_TRUE(desk.board(kDev).open.empty());
  EXPECT_EQ(desk.ticket(ops(1)).place, furtherSupport());
}

TEST(HandOver, AnOfferIsRefused) {
  Desk desk = offered();
  EXPECT_THAT(refused(desk, OfferHandOver{ops(1), kDev, "x"}), ElementsAre("hand-over-open"));
  EXPECT_THAT(refused(desk, OfferHandOver{ops(1), kOps, "x"}), ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, OfferHandOver{ops(1), BoardKey{"NOPE"}, "x"}),
              ElementsAre("unknown-board"));
  EXPECT_THAT(refused(desk, OfferHandOver{ops(1), BoardKey{"NOPE"}, ""}),
              ElementsAre("field-invalid", "unknown-board"));
  desk.givenTicket(2, done());
  EXPECT_THAT(refused(desk, OfferHandOver{ops(2), kDev, "x"}), ElementsAre("ticket-is-finished"));
}

TEST(HandOver, AcceptingKeepsTheTicketAtHomeWithAllItHas) {
  Desk desk = offered();
  const Ticket before = desk.ticket(ops(1));
  EXPECT_EQ(onlyEvent<HandOverAccepted>(desk.perform(AcceptHandOver{ops(1), kDev, {}, kBob})),
            (HandOverAccepted{kDev, kBacklog, kBob, 0, ""}));
  Ticket after = desk.ticket(ops(1));
  EXPECT_EQ(after.guests,
            (std::vector<GuestPlacement>{{kDev, kBacklog, kBob, desk.now(), desk.now()}}));
  after.guests.clear();
  after.offers = before.offers;
  after.lastAt = before.lastAt;
  EXPECT_EQ(after, before) << "nothing else of it changed";
  EXPECT_FALSE(desk.board(kDev).inbox.contains(ops(1)));
}

TEST(HandOver, AcceptingNeverGoesPastALimitOfTheReceiver) {
  Desk desk = offered();
  desk.givenLimit(onColumn("backlog"), 0, kDev);
  EXPECT_THAT(refused(desk, AcceptHandOver{ops(1), kDev}), ElementsAre("wip-limit-reached"));
  EXPECT_EQ(
      onlyEvent<HandOverAccepted>(desk.when(AcceptHandOver{ops(1), kDev, {}, {}, "the boss asked"}))
          .overrideReason,
      "the boss asked");
  LimitScope person;
  person.kind = LimitKind::person;
  desk.givenLimit(onColumn("backlog"), std::nullopt, kDev).givenLimit(person, 0, kDev);
  EXPECT_THAT(refused(desk, AcceptHandOver{ops(1), kDev, column("plan"), kBob}),
              ElementsAre("wip-limit-reached"));
  EXPECT_THAT(refused(desk, AcceptHandOver{ops(1), kDev, {}, kBob}), IsEmpty());
}

TEST(HandOver, AcceptingIsRefused) {
  Desk desk = offered();
  EXPECT_THAT(refused(desk, AcceptHandOver{ops(1), kOps}), ElementsAre("no-hand-over"));
  EXPECT_THAT(refused(desk, AcceptHandOver{ops(1), kDev, column("done")}),
              ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, AcceptHandOver{ops(1), kDev, column("inbox")}),
              ElementsAre("unknown-column"));
  ASSERT_TRUE(desk.perform(AcceptHandOver{ops(1), kDev}));
  EXPECT_THAT(refused(desk, AcceptHandOver{ops(1), kDev}), ElementsAre("no-hand-over"));
}

TEST(HandOver, AReturnEndsTheWaitAtHome) {
  for (const bool accepted : {false, true}) {
    Desk desk = offered();
    if (accepted) {
      ASSERT_TRUE(desk.perform(AcceptHandOver{ops(1), kDev}));
    }
    const Decision decision = desk.perform(ReturnHandOver{ops(1), kDev, "not ours"});
    EXPECT_EQ(firstEvent<HandOverReturned>(decision),
              (HandOverReturned{kDev, "not ours", accepted}));
    EXPECT_EQ(
        firstEvent<TicketCameBack>(decision),
        (TicketCameBack{furtherSupport(), followUp(), ReturnCause::handOverReturned, 0, false}));
    EXPECT_TRUE(desk.ticket(ops(1)).guests.empty() && desk.ticket(ops(1)).offers.empty());
    EXPECT_TRUE(desk.board(kDev).inbox.empty() && desk.board(kDev).open.empty());
  }
}

TEST(HandOver, AReturnOfWhatDoesNotWaitForItMovesNothing) {
  for (const Place& home : {inProgress(), waiting()}) {
    Desk desk;
    desk.givenTicket(1, home).givenGuest(1, kPlan);
    onlyEvent<HandOverReturned>(desk.when(ReturnHandOver{ops(1), kDev, "done"}));
  }
  EXPECT_THAT(refused(offered(), ReturnHandOver{ops(1), kOps, "x"}), ElementsAre("no-hand-over"));
}

TEST(HandOver, AGuestIsMovedPulledAndAssignedOnItsBoard) {
  Desk desk;
  desk.givenTicket(1, furtherSupport()).givenGuest(1, kBacklog);
  EXPECT_EQ(onlyEvent<GuestMoved>(desk.when(MoveTicket{ops(1), column("Plan"), kDev})),
            (GuestMoved{kDev, kBacklog, kPlan, 0, ""}));
  EXPECT_EQ(onlyEvent<GuestPulled>(desk.perform(PullNext{kDev, {}, {}, kBob})),
            (GuestPulled{kDev, kBacklog, kPlan, kBob, 0, PullRule::standard, 1, 0}));
  EXPECT_EQ(onlyEvent<GuestAssigned>(desk.perform(AssignTicket{ops(1), kAnna, {}, kDev})),
            (GuestAssigned{kDev, kBob, kAnna}));
  EXPECT_TRUE(desk.ticket(ops(1)).assignee.empty()) << "at home nobody has it";
  EXPECT_EQ(desk.ticket(ops(1)).place, furtherSupport());
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("plan"), BoardKey{"NOPE"}}),
              ElementsAre("no-such-placement"));
}

TEST(HandOver, WhatIsHandedOverIsNotClosedOrCancelled) {
  Desk desk;
  desk.givenTicket(1, furtherSupport()).givenGuest(1, kPlan);
  EXPECT_THAT(refused(desk, CancelTicket{ops(1), "x"}), ElementsAre("hand-over-open"));
  ASSERT_TRUE(desk.perform(ResolveTicket{ops(1), {}, "fixed"}));
  EXPECT_THAT(refused(desk, CloseTicket{ops(1)}), ElementsAre("hand-over-open"));
  ASSERT_TRUE(desk.perform(ReturnHandOver{ops(1), kDev, "done"}));
  EXPECT_THAT(refused(desk, CloseTicket{ops(1)}), IsEmpty());
}

// --- Rules
// -----------------------------------------------------------------------------------------

TEST(HandOver, ARuleOffersOnEntryOnceAnEntry) {
  Desk desk;
  desk.givenDev().given(kOps, RuleSet{std::nullopt,
                                      {RuleId{"ask"}, column("requires-further-support"),
                                       std::nullopt, OfferHandOverTo{kDev}}});
  desk.givenTicket(1, inProgress());
  const TicketMoved entered{inProgress(), furtherSupport(), 0, ""};
  desk.given(ops(1), entered);
  const auto wishes = followUps(desk.ticket(ops(1)), entered, desk.world());
  ASSERT_EQ(wishes.size(), 1U);
  EXPECT_EQ(wishes[0].rule, RuleId{"ask"});
  EXPECT_EQ(std::get<OfferHandOver>(wishes[0].command).to, kDev);
  const TicketMoved stayed{furtherSupport(), furtherSupport(), 0, ""};
  EXPECT_TRUE(followUps(desk.ticket(ops(1)), stayed, desk.world()).empty());
  EXPECT_TRUE(followUps(desk.ticket(ops(1)), CommentAdded{"x"}, desk.world()).empty());
  EXPECT_TRUE(
      followUps(desk.ticket(ops(1)), HistoryRecorded{0, "a", "b", furtherSupport()}, desk.world())
          .empty());
}

TEST(HandOver, DevelopmentsRuleReturnsWhatIsDoneUnlessItIsItsOwn) {
  Desk desk;
  desk.givenTicket(1, furtherSupport()).givenGuest(1, kPlan);
  desk.givenTicket(dev(1), done());
  const auto wishes =
      followUps(desk.ticket(ops(1)), GuestMoved{kDev, kPlan, done(), 0, ""}, desk.world());
  ASSERT_EQ(wishes.size(), 1U);
  EXPECT_EQ(std::get<ReturnHandOver>(wishes[0].command).by, kDev);
  EXPECT_TRUE(
      followUps(desk.ticket(dev(1)), TicketResolved{kPlan, done(), "x"}, desk.world()).empty());
}

// --- The customer's word (R8)
// ------------------------------------------------------------------------

TEST(ComeBack, AContactBringsBackWhatWaitsIsResolvedOrIsWithAnotherBoard) {
  struct Case {
    const char* name;
    Place at;
    bool isGuest;
    bool comes;
  };
  const std::vector<Case> cases{
      {"queue", inbox(), false, false},
      {"active", inProgress(), false, false},
      {"waiting on the customer", waiting(), false, true},
      {"waiting for a team", furtherSupport(), false, true},
      {"resolved", done(), false, true},
      {"closed", closed(), false, false},
      {"queue, with DEV", inbox(), true, true},
      {"active, with DEV", inProgress(), true, true},
      {"default drop, with DEV", followUp(), true, false},
  };
  for (const Case& one : cases) {
    Desk desk;
    desk.givenTicket(1, one.at);
    if (one.isGuest) desk.givenGuest(1, kPlan);
    desk.given(ops(1), TicketEdited{"requester", "", "rita"});
    const auto events = [&](const TicketCommand& command, const SubjectId& actor) {
      const Decision decision = desk.when(command, actor);
      return decision ? decision->changes.size() : 0;
    };
    const std::size_t expected = one.comes ? 2 : 1;
    EXPECT_EQ(events(RecordContact{ops(1), Channel::mail, Direction::inbound, "hello?"}, kAnna),
              expected)
        << one.name;
    EXPECT_EQ(events(AddComment{ops(1), "hello?", true}, SubjectId{"rita"}), expected) << one.name;
    EXPECT_EQ(events(RecordContact{ops(1), Channel::mail, Direction::outbound, "hi"}, kAnna), 1U);
    EXPECT_EQ(events(AddComment{ops(1), "hi", true}, kAnna), 1U) << one.name;
    EXPECT_EQ(events(AddComment{ops(1), "hm", false}, SubjectId{"rita"}), 1U) << one.name;
  }
}

TEST(ComeBack, TheCauseIsRecordedAndALimitDoesNotHoldItBack) {
  Desk desk;
  desk.givenTicket(1, waiting()).givenLimit("follow-up", 0);
  const RecordContact contact{ops(1), Channel::phone, Direction::inbound, "hello?"};
  EXPECT_EQ(firstEvent<TicketCameBack>(desk.when(contact)),
            (TicketCameBack{waiting(), followUp(), ReturnCause::customerContact, 1, true}));
}

TEST(ComeBack, IntoAnActiveDefaultDropOnlyWhatMayBeActive) {
  Desk desk;
  // As no decision makes it any more, and an older log may hold it.
  const Column before = *desk.board().board.find(column("in-progress"));
  Column after = before;
  after.defaultDrop = true;
  desk.given(kOps, ColumnChanged{before, after});
  desk.givenTicket(1, waiting());
  const RecordContact contact{ops(1), Channel::phone, Direction::inbound, "hello?"};
  EXPECT_EQ(firstEvent<TicketCameBack>(desk.when(contact)).to, inProgress());
  desk.given(ops(1), ApprovalRequested{1, {kBob}, 1, "May we?"});
  EXPECT_EQ(firstEvent<TicketCameBack>(desk.when(contact)).to, inbox());
}

}  // namespace
}  // namespace docket::domain
