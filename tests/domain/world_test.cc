#include "domain/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/domain/desk.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::ElementsAre;

TEST(World, CountsFollowTheCards) {
  Desk desk;
  desk.givenTicket(1, inbox()).givenTicket(2, inbox());
  EXPECT_EQ(desk.board().count(column("inbox")), 2U);
  EXPECT_EQ(desk.board().count(column("never-seen")), 0U);
  EXPECT_EQ(desk.board().lastNumber, 2U);
  desk.given(ops(1), TicketMoved{inbox(), inProgress(), 0, ""});
  EXPECT_EQ(desk.board().count(column("inbox")), 1U);
  EXPECT_EQ(desk.board().count(column("in-progress")), 1U);
  desk.given(ops(1), HistoryRecorded{0, "a", "b", std::nullopt, {}});
  EXPECT_EQ(desk.board().count(column("in-progress")), 1U);
}

TEST(World, FinishedCardsLeaveTheOpenOnesButStillStandInTheirColumn) {
  Desk desk;
  desk.givenTicket(1, inProgress()).given(ops(1), TicketResolved{inProgress(), done(), "x"});
  EXPECT_TRUE(desk.board().open.empty());
  EXPECT_EQ(desk.board().count(column("done")), 1U);
  EXPECT_EQ(desk.board().count(column("in-progress")), 0U);
  desk.given(ops(1), TicketMoved{done(), closed(), 0, ""});
  EXPECT_EQ(desk.board().count(column("done")), 0U);
  EXPECT_EQ(desk.board().count(column("closed")), 1U);
}

TEST(World, AReopenedCardComesBackWithItsFacts) {
  Desk desk;
  TicketOpened opened;
  opened.id = ops(1);
  opened.place = inbox();
  opened.type = TicketType::enhancement;
  opened.serviceClass = ServiceClass::intangible;
  opened.due = kMonday + 96h;
  desk.given(ops(1), opened);
  desk.given(ops(1), TicketMoved{inbox(), inProgress(), 0, ""}).givenBlocked(1);
  OpenCard before = desk.board().open.at(ops(1));
  EXPECT_TRUE(before.blocked);
  desk.given(ops(1), HistoryRecorded{0, "a", "b", done(), {}});
  desk.given(ops(1), TicketReopened{done(), followUp(), "x"});
  before.place = followUp();
  EXPECT_EQ(desk.board().open.at(ops(1)), before);
}

TEST(World, AFinishedCardMayLoseItsBlocker) {
  Desk desk;
  desk.givenTicket(1, done()).givenBlocked(1);
  desk.given(ops(1), TicketUnblocked{BlockerKind::supplier, ""});
  desk.given(ops(1), TicketReopened{done(), followUp(), "x"});
  EXPECT_FALSE(desk.board().open.at(ops(1)).blocked);
}

TEST(World, ExpediteUnderWayIsWhatIsActiveOrWaiting) {
  Desk desk;
  desk.givenTicket(1, inbox(), ServiceClass::expedite).givenTicket(2, inProgress());
  EXPECT_EQ(desk.board().expediteUnderWay(), 0U);
  desk.given(ops(1), TicketPulled{inbox(), inProgress(), kAnna, 0, PullRule::expedite, 1, 0});
  EXPECT_EQ(desk.board().expediteUnderWay(), 1U);
  desk.given(ops(1), TicketMoved{inProgress(), waiting(), 0, ""});
  EXPECT_EQ(desk.board().expediteUnderWay(), 1U);
  desk.given(ops(1), TicketResolved{waiting(), done(), "x"});
  EXPECT_EQ(desk.board().expediteUnderWay(), 0U);
  desk.given(ops(1), TicketReopened{done(), inProgress(), "x"});
  EXPECT_EQ(desk.board().expediteUnderWay(), 1U);
}

TEST(World, ImportedKeysLeadToTheirTickets) {
  Desk desk;
  TicketOpened opened;
  opened.id = ops(5);
  opened.place = closed();
  opened.externalKey = "SR-1";
  desk.given(ops(5), opened);
  EXPECT_EQ(desk.board().imported.at("SR-1"), 5U);
  EXPECT_EQ(desk.board().lastNumber, 5U);
}

TEST(World, BoardsAreThoseThatWereCreated) {
  Desk desk;
  ASSERT_TRUE(desk.perform(CreateBoard{BoardKey{"DEV"}, "", "development", {}}));
  desk.given(TicketId{BoardKey{"LOST"}, 1}, CommentAdded{"x", false});
  EXPECT_THAT(desk.world().boards(), ElementsAre(BoardKey{"DEV"}, kOps));
  EXPECT_EQ(desk.world().find(BoardKey{"LOST"}), nullptr);
  EXPECT_EQ(desk.world().find(BoardKey{"NEVER"}), nullptr);
}

TEST(World, ATicketSetAsideKeepsItsPlaceAndItsNumber) {
  Desk desk;
  desk.givenTicket(1, inbox());
  World world = desk.world();
  const UnreadEvent first{7, "TicketTeleported", 1};
  world.setAside(ops(1), first);
  world.setAside(ops(1), {8, "TicketMoved", 3});
  world.setAside(ops(5), {9, "TicketOpened", 2});
  const BoardWorld& board = *world.find(kOps);
  EXPECT_EQ(board.setAside.at(1), (SetAside{first, false})) << "the first one says why";
  EXPECT_TRUE(board.setAside.at(5).isOpening);
  EXPECT_EQ(board.count(column("inbox")), 1U);
  EXPECT_EQ(board.lastNumber, 5U) << "its number is taken";
}

TEST(World, ABoardNotUnderstoodIsToldApartFromOneThatIsNotThere) {
  World world;
  world.setAside(kOps, {3, "BoardCreated", 2});
  world.setAside(kOps, {4, "LaneAdded", 1});
  ASSERT_NE(world.unread(kOps), nullptr);
  EXPECT_EQ(world.unread(kOps)->position, 3U);
  EXPECT_EQ(world.unread(BoardKey{"DEV"}), nullptr);
}

TEST(World, EventsOfATicketNobodyOpenedChangeNothing) {
  Desk desk;
  const World before = desk.world();
  desk.given(ops(9), TicketMoved{inbox(), done(), 0, ""}).givenBlocked(9);
  EXPECT_TRUE(desk.world() == before);
}

}  // namespace
}  // namespace docket::domain
