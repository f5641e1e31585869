// WIP limits of every scope (R1), expedite (R2), reserved capacity (R9) and who may override.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/domain/deciding.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

LimitScope scopeOf(LimitKind kind) {
  LimitScope scope;
  scope.kind = kind;
  return scope;
}
LimitScope onCell(std::string columnId, std::string lane) {
  LimitScope scope = onColumn(std::move(columnId));
  scope.kind = LimitKind::cell;
  scope.lane = LaneId{std::move(lane)};
  return scope;
}
LimitScope onLane(std::string lane) {
  LimitScope scope = scopeOf(LimitKind::lane);
  scope.lane = LaneId{std::move(lane)};
  return scope;
}
LimitScope onPerson(const SubjectId& person) {
  LimitScope scope = scopeOf(LimitKind::person);
  scope.person = person;
  return scope;
}
LimitScope onType(TicketType type) {
  LimitScope scope = scopeOf(LimitKind::type);
  scope.type = type;
  return scope;
}
LimitScope onClass(ServiceClass serviceClass) {
  LimitScope scope = scopeOf(LimitKind::serviceClass);
  scope.serviceClass = serviceClass;
  return scope;
}

MoveTicket start(std::uint64_t number, std::string reason = "") {
  return {ops(number), column("in-progress"), {}, std::move(reason)};
}

// OPS-1 is under way, a standard incident of Anna's; OPS-2 is the same in the inbox.
Desk twoOfAKind() {
  Desk desk;
  desk.givenTicket(1, inProgress()).givenTicket(2, inbox());
  desk.givenAssigned(1, kAnna).givenAssigned(2, kAnna);
  return desk;
}

TEST(Limits, EveryScopeHoldsBackWhatItCounts) {
  const std::vector<LimitScope> scopes{onColumn("in-progress"),
                                       onCell("in-progress", "standard"),
                                       onLane("standard"),
                                       onPerson(kAnna),
                                       onPerson({}),
                                       onType(TicketType::incident),
                                       onClass(ServiceClass::standard),
                                       scopeOf(LimitKind::board)};
  for (const LimitScope& scope : scopes) {
    Desk desk = twoOfAKind();
    desk.givenLimit(scope, 1);
    const auto full = onlyRefusal<WipLimitReached>(desk.when(start(2)));
    LimitScope named = scope;
    if (named.kind == LimitKind::person) named.person = kAnna;
    EXPECT_EQ(full.scope, named) << describe(scope);
    EXPECT_EQ(full.limit, 1U) << describe(scope);
    EXPECT_EQ(full.count, 1U) << describe(scope);
    EXPECT_TRUE(full.mayOverride);
    desk.givenLimit(scope, 2);
    EXPECT_THAT(refused(desk, start(2)), IsEmpty()) << describe(scope);
  }
}

TEST(Limits, AScopeDoesNotCountOthers) {
  const std::vector<LimitScope> scopes{onColumn("waiting-on-customer"),
                                       onCell("in-progress", "intangible"),
                                       onCell("waiting-on-customer", "standard"),
                                       onLane("fixed-date"),
                                       onPerson(kBob),
                                       onType(TicketType::task),
                                       onClass(ServiceClass::intangible)};
  for (const LimitScope& scope : scopes) {
    Desk desk = twoOfAKind();
    desk.givenLimit(scope, 0);
    EXPECT_THAT(refused(desk, start(2)), IsEmpty()) << describe(scope);
  }
}

TEST(Limits, OnlyColumnsAndCellsCountWhatWaitsInAQueue) {
  for (const LimitScope& scope : {onLane("standard"), onPerson(kAnna), onPerson({}),
                                  onType(TicketType::incident), scopeOf(LimitKind::board)}) {
    Desk desk = twoOfAKind();
    desk.givenLimit(scope, 1);
    EXPECT_THAT(refused(desk, MoveTicket{ops(2), column("follow-up")}), IsEmpty());
  }
  Desk desk = twoOfAKind();
  desk.givenLimit(onCell("follow-up", "standard"), 0);
  EXPECT_THAT(refused(desk, MoveTicket{ops(2), column("follow-up")}),
              ElementsAre("wip-limit-reached"));
}

TEST(Limits, APersonsOwnLimitStandsInForTheOneOnEach) {
  Desk desk = twoOfAKind();
  desk.givenLimit(onPerson({}), 1).givenLimit(onPerson(kAnna), 2);
  EXPECT_THAT(refused(desk, start(2)), IsEmpty());
  desk.givenTicket(3, inbox()).givenTicket(4, inbox());
  ASSERT_TRUE(desk.perform(start(3)));
  EXPECT_THAT(refused(desk, AssignTicket{ops(3), kBob}), IsEmpty());
  ASSERT_TRUE(desk.perform(AssignTicket{ops(3), kBob}));
  EXPECT_THAT(refused(desk, PullNext{kOps, {}, {}, kBob}), ElementsAre("wip-limit-reached"));
}

TEST(Limits, ALimitThatIsExceededAlreadyHoldsBackNothingItCountsAnyway) {
  Desk desk = twoOfAKind();
  desk.givenLimit(scopeOf(LimitKind::board), 0).givenLimit(onPerson({}), 0);
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("waiting-on-customer")}), IsEmpty());
  EXPECT_THAT(refused(desk, ResolveTicket{ops(1), {}, "toner"}), IsEmpty());
  EXPECT_THAT(refused(desk, AssignTicket{ops(1), SubjectId{}}), IsEmpty());
}

TEST(Limits, AllThatAreExceededAreToldAtOnce) {
  Desk desk = twoOfAKind();
  desk.givenLimit("in-progress", 1).givenLimit(onPerson({}), 1);
  desk.givenLimit(scopeOf(LimitKind::board), 1).givenLimit(onLane("standard"), 1);
  EXPECT_EQ(refused(desk, start(2)).size(), 4U);
  EXPECT_EQ(onlyEvent<TicketMoved>(desk.when(start(2, "all of them"))).overrideReason,
            "all of them");
}

// --- No door goes round them
// -----------------------------------------------------------------------

TEST(Limits, NoDoorGoesRoundThem) {
  ClassifyTicket toTask;
  toTask.ticket = ops(3);
  toTask.type = TicketType::incident;
  OpenTicket openActive;
  openActive.board = kOps;
  openActive.column = column("in-progress");
  openActive.title = "x";
  struct Door {
    const char* name;
    LimitScope scope;
    TicketCommand command;
  };
  const std::vector<Door> doors{
      {"open", onColumn("in-progress"), openActive},
      {"open", scopeOf(LimitKind::board), openActive},
      {"pull", onType(TicketType::incident), PullNext{kOps}},
      {"pull", onPerson(kAnna), PullNext{kOps}},
      {"assign", onPerson(kAnna), AssignTicket{ops(3), kAnna}},
      {"classify", onType(TicketType::incident), toTask},
      {"reopen", scopeOf(LimitKind::board), ReopenTicket{ops(4), column("in-progress"), "x"}},
      {"resolve", onColumn("done"), ResolveTicket{ops(1), {}, "toner"}},
      {"close", onColumn("closed"), CloseTicket{ops(4)}},
      {"cancel", onColumn("closed"), CancelTicket{ops(1), "x"}},
      {"split", onColumn("inbox"), SplitTicket{ops(1), {"a", "b"}}},
  };
  for (const Door& door : doors) {
    Desk desk = twoOfAKind();
    desk.givenTicket(3, waiting(), ServiceClass::standard, TicketType::task);
    desk.givenTicket(4, done());
    const bool isEmpty = door.scope.column == column("closed");
    // One is there already, but in the closed column; a split asks for two.
    desk.givenLimit(door.scope, isEmpty ? 0U : std::string(door.name) == "split" ? 2U : 1U);
    EXPECT_THAT(refused(desk, door.command), ElementsAre("wip-limit-reached")) << door.name;
    desk.givenLimit(door.scope, 9);
    EXPECT_THAT(refused(desk, door.command), IsEmpty()) << door.name;
  }
}

TEST(Limits, ATicketThatIsSplitCountsAllItsParts) {
  Desk desk;
  desk.givenTicket(1, inProgress()).givenLimit("inbox", 2);
  EXPECT_THAT(refused(desk, SplitTicket{ops(1), {"a", "b"}}), IsEmpty());
  EXPECT_THAT(refused(desk, SplitTicket{ops(1), {"a", "b", "c"}}),
              ElementsAre("wip-limit-reached"));
}

TEST(Limits, TheClassExpediteIsNoDoorIntoAColumn) {
  Desk desk = twoOfAKind();
  desk.givenLimit("in-progress", 1);
  ClassifyTicket expedite;
  expedite.ticket = ops(2);
  expedite.serviceClass = ServiceClass::expedite;
  ASSERT_TRUE(desk.perform(expedite));
  ASSERT_TRUE(desk.perform(start(2)));
  ClassifyTicket standard = expedite;
  standard.serviceClass = ServiceClass::standard;
  EXPECT_THAT(refused(desk, standard), ElementsAre("wip-limit-reached"));
  ASSERT_TRUE(desk.perform(ResolveTicket{ops(1), {}, "toner"}));
  EXPECT_THAT(refused(desk, standard), IsEmpty());
}

// --- Overrides
// -------------------------------------------------------------------------------------

TEST(Limits, AnOverrideNeedsAReasonAManagerAndAPolicyThatAllowsIt) {
  Desk desk = twoOfAKind();
  desk.givenLimit("in-progress", 1);
  desk.givenRoles(kAnna, {{Role::manager, std::nullopt}});
  desk.givenRoles(kBob, {{Role::agent, std::nullopt}});
  EXPECT_THAT(refused(desk, start(2)), ElementsAre("wip-limit-reached"));
  EXPECT_THAT(refused(desk, start(2, "the boss asked")), IsEmpty());
  EXPECT_THAT(refused(desk, start(2, "the boss asked"), kBob),
              ElementsAre("not-permitted", "wip-limit-reached"));
  desk.givenPolicy([](BoardPolicy& policy) { policy.allowsOverride = false; });
  const auto full = onlyRefusal<WipLimitReached>(desk.when(start(2, "the boss asked")));
  EXPECT_FALSE(full.mayOverride);
}

TEST(Limits, AReasonThatWasNotNeededIsNotKept) {
  Desk desk = twoOfAKind();
  EXPECT_EQ(onlyEvent<TicketMoved>(desk.when(start(2, "just so"))).overrideReason, "");
}

// --- Expedite (R2)
// -----------------------------------------------------------------------------------

TEST(Limits, ExpediteExceedsColumnsAndCellsAndNothingElse) {
  struct Case {
    LimitScope scope;
    bool holds;
  };
  const std::vector<Case> cases{
      {onColumn("in-progress"), false},     {onCell("in-progress", "expedite"), false},
      {onLane("expedite"), true},           {onPerson(kAnna), true},
      {onType(TicketType::incident), true}, {scopeOf(LimitKind::board), true}};
  for (const Case& one : cases) {
    Desk desk;
    desk.givenTicket(1, inbox(), ServiceClass::expedite).givenAssigned(1, kAnna);
    desk.givenLimit(one.scope, 0);
    EXPECT_EQ(refused(desk, start(1)).size(), one.holds ? 1U : 0U) << describe(one.scope);
  }
}

TEST(Limits, NoReasonLetsExpediteExceedItsOwnLimit) {
  Desk desk;
  desk.givenTicket(1, waiting(), ServiceClass::expedite);
  desk.givenTicket(2, inbox(), ServiceClass::expedite).givenTicket(3, inProgress());
  EXPECT_THAT(refused(desk, start(2, "really")), ElementsAre("expedite-limit-reached"));
  ClassifyTicket classify;
  classify.ticket = ops(3);
  classify.serviceClass = ServiceClass::expedite;
  EXPECT_THAT(refused(desk, classify), ElementsAre("expedite-limit-reached"));
  desk.givenPolicy([](BoardPolicy& policy) { policy.expediteLimit = 2; });
  EXPECT_THAT(refused(desk, start(2)), IsEmpty());
}

// --- Reserved capacity (R9)
// ---------------------------------------------------------------------------

// A board limit of 3, of which 2 are kept for service requests.
Desk reserving() {
  Desk desk;
  desk.givenLimit(scopeOf(LimitKind::board), 3);
  desk.givenPolicy([](BoardPolicy& policy) {
    policy.reservations = {{TicketType::serviceRequest, std::nullopt, 2}};
  });
  desk.givenTicket(1, inProgress()).givenTicket(2, inbox());
  desk.givenTicket(3, inbox(), ServiceClass::standard, TicketType::serviceRequest);
  desk.givenTicket(4, inbox(), ServiceClass::standard, TicketType::serviceRequest);
  return desk;
}

TEST(Limits, WhatIsReservedIsNotBorrowedNotEvenForAReason) {
  Desk desk = reserving();
  const auto kept = onlyRefusal<CapacityReserved>(desk.when(start(2, "really")));
  EXPECT_EQ(kept.limit, 3U);
  EXPECT_EQ(kept.count, 1U);
  EXPECT_EQ(kept.reserved, 2U);
  EXPECT_THAT(refused(desk, start(3)), IsEmpty());
}

TEST(Limits, WhatTheReservedKindUsesItselfIsNotKeptTwice) {
  Desk desk = reserving();
  ASSERT_TRUE(desk.perform(start(3)));
  EXPECT_THAT(refused(desk, start(2)), ElementsAre("capacity-reserved"));
  ASSERT_TRUE(desk.perform(start(4)));
  EXPECT_THAT(refused(desk, start(2)), ElementsAre("wip-limit-reached")) << "full, not kept";
}

TEST(Limits, ACardThatLeavesItsKindLeavesWhatIsKeptForIt) {
  Desk desk = reserving();
  ASSERT_TRUE(desk.perform(start(3)));
  ClassifyTicket classify;
  classify.ticket = ops(3);
  classify.type = TicketType::incident;
  EXPECT_THAT(refused(desk, classify), ElementsAre("capacity-reserved"));
  desk.givenLimit(scopeOf(LimitKind::board), 4);
  EXPECT_THAT(refused(desk, classify), IsEmpty());
}

TEST(Limits, WithoutABoardLimitNothingIsReserved) {
  Desk desk = reserving();
  desk.givenLimit(scopeOf(LimitKind::board), std::nullopt);
  EXPECT_THAT(refused(desk, start(2)), IsEmpty());
}

// --- Guests
// ------------------------------------------------------------------------------------------

TEST(Limits, AGuestCountsOnTheBoardWhereItStandsAndAtHome) {
  Desk desk;
  desk.givenTicket(1, inProgress());
  desk.givenGuest(1, place("plan", ColumnCategory::active));
  desk.givenTicket(dev(1), place("backlog", ColumnCategory::queue));
  desk.givenLimit(scopeOf(LimitKind::board), 1, kDev);
  EXPECT_THAT(refused(desk, MoveTicket{dev(1), column("plan")}), ElementsAre("wip-limit-reached"));
  EXPECT_EQ(desk.board(kDev).counts.underWay, 1U);
  EXPECT_EQ(desk.board().counts.underWay, 1U);
  desk.given(ops(1), HandOverReturned{kDev, "done", true});
  EXPECT_THAT(refused(desk, MoveTicket{dev(1), column("plan")}), IsEmpty());
}

}  // namespace
}  // namespace docket::domain
