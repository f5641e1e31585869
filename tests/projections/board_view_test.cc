#include "projections/board_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/ticket.h"
#include "tests/domain/choices.h"
#include "tests/projections/fixtures.h"

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
  view.board(kOps, domain::LimitSet{{"doing"}, 3, 5})
      .board(kOps, domain::LimitSet{{"inbox"}, {}, 9});
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

// --- Against the domain's own fold
// ----------------------------------------------------------------

void expectSameCard(const Card& card, const domain::Ticket& ticket) {
  RC_ASSERT(card.place == ticket.place);
  RC_ASSERT(card.type == ticket.type);
  RC_ASSERT(card.serviceClass == ticket.serviceClass);
  RC_ASSERT(card.tier == ticket.tier);
  RC_ASSERT(card.title == ticket.title);
  RC_ASSERT(card.assignee == ticket.assignee);
  RC_ASSERT(card.blocked.has_value() == ticket.blocker.has_value());
  if (card.blocked) RC_ASSERT(*card.blocked == ticket.blocker->kind);
  RC_ASSERT(card.due == ticket.due);
  RC_ASSERT(card.openedAt == ticket.openedAt);
  RC_ASSERT(card.inColumnSince == ticket.inColumnSince);
  RC_ASSERT(card.committedAt == ticket.committedAt);
  RC_ASSERT(card.externalKey == ticket.externalKey);
}

// Any history whatever, also one that no decision makes: the cards are the tickets that evolve
// gives, each in its column, in order, and the counts are the numbers of cards.
RC_GTEST_PROP(BoardViewProperty, CardsAndCountsEqualTheDomainsFold, ()) {
  auto view = boardView();
  // The columns that the random events go to.
  domain::BoardCreated created = boardCreated(kOps);
  created.columns.clear();
  for (const std::string id :
       {"inbox", "follow-up", "in-progress", "done", "closed", "elsewhere"}) {
    created.columns.push_back({{id}, id, domain::ColumnCategory::queue, std::nullopt, false});
  }
  view.board(kOps, created);
  domain::test::Choices choices(*rc::gen::container<std::vector<std::uint32_t>>(
      static_cast<std::size_t>(*rc::gen::inRange(0, 400)), rc::gen::arbitrary<std::uint32_t>()));
  std::map<std::uint64_t, domain::Ticket> tickets;
  while (!choices.exhausted()) {
    const domain::TicketId id = ops(1 + choices.below(5));
    domain::Ticket& ticket = tickets[id.number];
    const domain::Timestamp at = choices.instant();
    // Half of the first events open, so that most histories are about something.
    domain::TicketEvent event = !ticket.exists && choices.flag()
                                    ? domain::TicketEvent{ticketOpened(id, choices.place())}
                                    : choices.ticketEvent(id);
    view.ticket(id, event, at);
    domain::evolve(ticket, event, at);
  }

  std::uint64_t existing = 0;
  std::uint64_t unfinished = 0;
  for (const auto& [number, ticket] : tickets) {
    existing += ticket.exists ? 1 : 0;
    unfinished += ticket.exists && !ticket.finished() ? 1 : 0;
  }
  const auto summary = BoardView::list(view.rows()).at(0);
  RC_ASSERT(summary.tickets == existing);
  RC_ASSERT(summary.unfinished == unfinished);

  const auto shown = BoardView::show(view.rows(), kOps, 1000);
  std::uint64_t seen = 0;
  for (const ColumnCards& column : shown->columns) {
    RC_ASSERT(column.count == column.cards.size());
    for (std::size_t i = 0; i < column.cards.size(); ++i, ++seen) {
      const Card& card = column.cards[i];
      RC_ASSERT(card.place.column == column.column.id);
      expectSameCard(card, tickets.at(card.id.number));
      if (i == 0) continue;
      const Card& before = column.cards[i - 1];
      RC_ASSERT(std::pair(before.inColumnSince, before.id) <
                std::pair(card.inColumnSince, card.id));
    }
  }
  RC_ASSERT(seen == existing);
}

}  // namespace
}  // namespace docket::projections
