#include "projections/board_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "domain/limits.h"
#include "domain/ticket.h"
#include "domain/world.h"
#include "tests/projections/fixtures.h"
#include "tests/projections/random_session.h"

namespace docket::projections {
namespace {

using namespace testing;
using ::testing::ElementsAre;

ViewUnderTest boardView() {
  return ViewUnderTest(std::make_unique<BoardView>());
}

std::vector<std::string> cardsIn(const BoardSnapshot& shown, std::string_view column) {
  std::vector<std::string> ids;
  for (const ColumnCards& cards : shown.columns) {
    if (cards.column.id.value != column) continue;
    ids.push_back("of " + std::to_string(cards.count));
    for (const Card& card : cards.cards) ids.push_back(card.id.text());
  }
  return ids;
}

TEST(BoardView, ShowsTheColumnsOfANewBoardEmpty) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps));
  const auto shown = BoardView::show(view.rows(), kOps, 10);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->board.name, "Desk OPS");
  EXPECT_EQ(shown->board.columns, boardCreated(kOps).columns);
  EXPECT_EQ(shown->columns.size(), 4u);
  EXPECT_THAT(cardsIn(*shown, "inbox"), ElementsAre("of 0"));
}

TEST(BoardView, UnknownBoardIsNone) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps)).ticket({kDev, 1}, ticketOpened({kDev, 1}), kMonday);
  EXPECT_EQ(BoardView::show(view.rows(), kDev, 10), std::nullopt);
  EXPECT_EQ(BoardView::show(view.rows(), {"OP"}, 10), std::nullopt);
  EXPECT_EQ(BoardView::show(view.rows(), {""}, 10), std::nullopt);
}

TEST(BoardView, PolicyVersionIsTheStreamVersionOfTheLastBoardEvent) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps));
  EXPECT_EQ(BoardView::show(view.rows(), kOps, 0)->board.policyVersion, 0u);
  view.board(kOps, columnLimitSet("doing", 3, 5)).board(kOps, columnLimitSet("inbox", {}, 9));
  const auto shown = BoardView::show(view.rows(), kOps, 0);
  EXPECT_EQ(shown->board.policyVersion, 2u);
  EXPECT_EQ(shown->columns[2].column.wipLimit, 5u);
  EXPECT_EQ(shown->columns[0].column.wipLimit, 9u);
}

TEST(BoardView, ListsTheLongestStandingCardsFirstThenTheLowerNumber) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps));
  view.ticket(ops(10), ticketOpened(ops(10)), kMonday + 1h);
  view.ticket(ops(9), ticketOpened(ops(9)), kMonday + 1h);
  view.ticket(ops(11), ticketOpened(ops(11)), kMonday - 1h);
  view.ticket(ops(300), ticketOpened(ops(300)), domain::Timestamp{} - 1h);  // before 1970
  auto shown = BoardView::show(view.rows(), kOps, 3);
  EXPECT_THAT(cardsIn(*shown, "inbox"), ElementsAre("of 4", "OPS-300", "OPS-11", "OPS-9"));
  shown = BoardView::show(view.rows(), kOps, 0);
  EXPECT_THAT(cardsIn(*shown, "inbox"), ElementsAre("of 4"));
}

TEST(BoardView, AMoveTakesTheCardAndItsCountAlong) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps)).ticket(ops(1), ticketOpened(ops(1)), kMonday);
  view.ticket(ops(1),
              domain::TicketPulled{inbox(), doing(), {"bob"}, 0, domain::PullRule::standard, 1, 0},
              kMonday + 1h);
  const auto shown = BoardView::show(view.rows(), kOps, 10);
  EXPECT_THAT(cardsIn(*shown, "inbox"), ElementsAre("of 0"));
  EXPECT_THAT(cardsIn(*shown, "doing"), ElementsAre("of 1", "OPS-1"));
  const Card& card = shown->columns[2].cards[0];
  EXPECT_EQ(card.assignee.value, "bob");
  EXPECT_EQ(card.openedAt, kMonday);
  EXPECT_EQ(card.inColumnSince, kMonday + 1h);
  EXPECT_EQ(card.committedAt, kMonday + 1h);
}

TEST(BoardView, FinishedTicketsStayCardsOfTheirColumn) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps)).ticket(ops(1), ticketOpened(ops(1)), kMonday);
  view.ticket(ops(1), domain::TicketResolved{inbox(), done(), "replaced"}, kMonday + 1h);
  EXPECT_THAT(cardsIn(*BoardView::show(view.rows(), kOps, 10), "done"),
              ElementsAre("of 1", "OPS-1"));
  EXPECT_EQ(BoardView::list(view.rows())[0].unfinished, 0u);
  view.ticket(ops(1), domain::TicketReopened{done(), followUp(), "broke again"}, kMonday + 2h);
  EXPECT_EQ(BoardView::list(view.rows())[0].unfinished, 1u);
  EXPECT_THAT(cardsIn(*BoardView::show(view.rows(), kOps, 10), "follow-up"),
              ElementsAre("of 1", "OPS-1"));
}

TEST(BoardView, ListsBoardsByKeyWithTheirTotals) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps)).board(kDev, boardCreated(kDev));
  view.ticket(ops(1), ticketOpened(ops(1)), kMonday);
  view.ticket(ops(2), ticketOpened(ops(2), done()), kMonday);
  const auto boards = BoardView::list(view.rows());
  ASSERT_EQ(boards.size(), 2u);
  EXPECT_EQ(boards[0].key, kDev);
  EXPECT_EQ(boards[0].tickets, 0u);
  EXPECT_EQ(boards[1].key, kOps);
  EXPECT_EQ(boards[1].name, "Desk OPS");
  EXPECT_EQ(boards[1].templateName, "custom");
  EXPECT_EQ(boards[1].tickets, 2u);
  EXPECT_EQ(boards[1].unfinished, 1u);
}

TEST(BoardView, AStreamThatIsNoTicketsIsRefused) {
  const BoardView view;
  MapRows rows;
  eventstore::Envelope envelope;
  envelope.streamKind = "ticket";
  envelope.streamId = "not a ticket";
  EXPECT_FALSE(view.apply(envelope, domain::TicketEvent{domain::CommentAdded{}}, rows));
}

TEST(BoardView, DamagedRowsAreToldAndNeverShown) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps)).ticket(ops(1), ticketOpened(ops(1)), kMonday);
  for (const auto& [key, value] : view.rows().map()) {
    if (value.empty()) continue;
    MapRows damaged = view.rows();
    damaged.put(key, std::string_view(value).substr(0, value.size() - 1));
    EXPECT_THROW(
        {
          BoardView::list(damaged);
          BoardView::show(damaged, kOps, 10);
        },
        ViewDamaged)
        << "key " << key;
  }
}

// --- Guests and rules ---

TEST(BoardView, AGuestIsACardOfBothBoards) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps)).board(kDev, boardCreated(kDev));
  view.ticket({kDev, 1}, ticketOpened({kDev, 1}), kMonday + 2h);
  view.ticket(ops(1), ticketOpened(ops(1), doing()), kMonday);
  view.ticket(ops(1), domain::HandOverOffered{kDev, "a defect"}, kMonday + 1h);
  EXPECT_THAT(cardsIn(*BoardView::show(view.rows(), kDev, 10), "inbox"),
              ElementsAre("of 1", "DEV-1"))
      << "an offer stands outside the columns";
  view.ticket(ops(1), domain::HandOverAccepted{kDev, inbox(), {"bob"}, 0, ""}, kMonday + 3h);
  EXPECT_THAT(cardsIn(*BoardView::show(view.rows(), kDev, 10), "inbox"),
              ElementsAre("of 2", "DEV-1", "OPS-1"));
  EXPECT_THAT(cardsIn(*BoardView::show(view.rows(), kOps, 10), "doing"),
              ElementsAre("of 1", "OPS-1"));
  view.ticket(ops(1), domain::GuestMoved{kDev, inbox(), doing(), 0, ""}, kMonday + 4h);
  const auto shown = BoardView::show(view.rows(), kDev, 10);
  ASSERT_THAT(cardsIn(*shown, "doing"), ElementsAre("of 1", "OPS-1"));
  const Card& guest = shown->columns[2].cards[0];
  EXPECT_EQ(guest.assignee.value, "bob");
  EXPECT_EQ(guest.inColumnSince, kMonday + 4h);
  EXPECT_EQ(guest.committedAt, kMonday + 4h);
  EXPECT_EQ(guest.title, "Printer jams");
  EXPECT_EQ(BoardView::list(view.rows())[0].tickets, 1u) << "a guest was not opened here";
  view.ticket(ops(1), domain::HandOverReturned{kDev, "fixed", true}, kMonday + 5h);
  EXPECT_THAT(cardsIn(*BoardView::show(view.rows(), kDev, 10), "doing"), ElementsAre("of 0"));
  EXPECT_THAT(cardsIn(*BoardView::show(view.rows(), kOps, 10), "doing"),
              ElementsAre("of 1", "OPS-1"));
}

TEST(BoardView, LimitsComeWithWhatTheyCount) {
  auto view = boardView();
  view.board(kOps, boardCreated(kOps));
  domain::LimitSet each;
  each.scope.kind = domain::LimitKind::person;
  each.after = 2;
  domain::LimitSet anna = each;
  anna.scope.person = {"anna"};
  anna.after = 5;
  view.board(kOps, each).board(kOps, anna);
  for (std::uint64_t number = 1; number <= 3; ++number) {
    view.ticket(ops(number), ticketOpened(ops(number), doing()), kMonday);
    view.ticket(ops(number), domain::TicketAssigned{{}, {number == 1 ? "bob" : "anna"}}, kMonday);
  }
  const auto rules = BoardView::rules(view.rows(), kOps);
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->limits.size(), 3u);
  EXPECT_EQ(rules->limits[0].scope.column.value, "doing");
  EXPECT_EQ(rules->limits[0].count, 3u);
  EXPECT_EQ(rules->limits[1].count, 1u) << "anna has a limit of her own";
  EXPECT_EQ(rules->limits[2].scope.person.value, "anna");
  EXPECT_EQ(rules->limits[2].count, 2u);
  EXPECT_EQ(BoardView::rules(view.rows(), kDev), std::nullopt);
}

// --- Against the domain's own folds --------------------------------------------------------------

void expectCardsOf(const domain::BoardWorld& world, const BoardSnapshot& shown) {
  std::size_t seen = 0;
  for (const ColumnCards& column : shown.columns) {
    RC_ASSERT(column.count == world.count(column.column.id));
    RC_ASSERT(column.count == column.cards.size());
    for (std::size_t i = 0; i < column.cards.size(); ++i) {
      const Card& card = column.cards[i];
      RC_ASSERT(card.place.column == column.column.id);
      if (i > 0) RC_ASSERT(column.cards[i - 1].inColumnSince <= card.inColumnSince);
      const auto open = world.open.find(card.id);
      if (open == world.open.end()) continue;
      ++seen;
      RC_ASSERT(card.place == open->second.place);
      RC_ASSERT(card.type == open->second.type);
      RC_ASSERT(card.serviceClass == open->second.serviceClass);
      RC_ASSERT(card.assignee == open->second.assignee);
      RC_ASSERT(card.due == open->second.due);
      RC_ASSERT(card.committedAt == open->second.committedAt);
      RC_ASSERT(card.blocked.has_value() == open->second.blocked);
    }
  }
  // The others stand in a column that was removed under them.
  std::size_t elsewhere = 0;
  for (const auto& [id, card] : world.open) {
    if (world.board.find(card.place.column) == nullptr) ++elsewhere;
  }
  RC_ASSERT(seen + elsewhere == world.open.size());
}

void expectRulesOf(const domain::BoardWorld& world, const BoardRules& rules) {
  RC_ASSERT(rules.board == world.board);
  std::size_t onColumns = 0;
  for (const domain::Column& column : world.board.columns) onColumns += column.wipLimit ? 1 : 0;
  RC_ASSERT(rules.limits.size() == onColumns + world.board.limits.size());
  for (const LimitCount& one : rules.limits) {
    RC_ASSERT(world.board.limit(one.scope) == one.limit);
    const bool isEachPerson =
        one.scope.kind == domain::LimitKind::person && one.scope.person.empty();
    if (!isEachPerson) RC_ASSERT(one.count == domain::countFor(world, one.scope));
  }
}

// Whatever happened: the boards, their cards with the guests among them, and the counts are those
// of the world that decisions look at.
RC_GTEST_PROP(BoardViewProperty, BoardsAndCountsEqualTheWorlds, ()) {
  auto view = boardView();
  domain::World world;
  RandomSession session = drawSession(800);
  run(session, view, world);
  const auto summaries = BoardView::list(view.rows());
  std::vector<domain::BoardKey> keys;
  for (const auto& [key, made] : BoardView::boards(view.rows())) {
    keys.push_back(key);
    RC_ASSERT(made == world.find(key)->board.templateName);
  }
  RC_ASSERT(keys == world.boards());
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    const domain::BoardWorld& board = *world.find(summaries[i].key);
    expectCardsOf(board, *BoardView::show(view.rows(), summaries[i].key, 1000));
    expectRulesOf(board, *BoardView::rules(view.rows(), summaries[i].key));
    const auto isOwn = [&](const auto& card) { return card.first.board == summaries[i].key; };
    const auto own = std::count_if(board.open.begin(), board.open.end(), isOwn);
    RC_ASSERT(summaries[i].unfinished == static_cast<std::uint64_t>(own));
    RC_ASSERT(summaries[i].tickets == static_cast<std::uint64_t>(own) + board.finished.size());
  }
}

}  // namespace
}  // namespace docket::projections
