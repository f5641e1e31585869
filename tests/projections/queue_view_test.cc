#include "projections/queue_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/world.h"
#include "tests/domain/choices.h"
#include "tests/projections/fixtures.h"

namespace docket::projections {
namespace {

using namespace testing;
using domain::ServiceClass;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ViewUnderTest queueView() {
  ViewUnderTest view(std::make_unique<QueueView>());
  view.board(kOps, boardCreated(kOps));
  return view;
}

domain::TicketOpened opened(std::uint64_t number, ServiceClass serviceClass) {
  domain::TicketOpened event = ticketOpened(ops(number));
  event.serviceClass = serviceClass;
  return event;
}

std::vector<std::string> queue(const ViewUnderTest& view, domain::Timestamp now = kMonday + 24h,
                               std::size_t limit = 100) {
  std::vector<std::string> lines;
  const auto entries = QueueView::list(view.rows(), kOps, now, limit);
  for (const QueueEntry& entry : *entries) {
    lines.push_back(std::to_string(entry.rank) + " " + entry.card.id.text() + " " + entry.rule);
  }
  return lines;
}

TEST(QueueView, UnknownBoardIsNoneAndAnEmptyOneIsEmpty) {
  const auto view = queueView();
  EXPECT_EQ(QueueView::list(view.rows(), kDev, kMonday, 10), std::nullopt);
  EXPECT_THAT(queue(view), IsEmpty());
}

TEST(QueueView, StandsInPullOrderWithTheRuleAndBlockedLast) {
  auto view = queueView();
  view.ticket(ops(1), opened(1, ServiceClass::intangible), kMonday);
  view.ticket(ops(2), opened(2, ServiceClass::standard), kMonday + 2h);
  view.ticket(ops(3), opened(3, ServiceClass::standard), kMonday + 1h);
  view.ticket(ops(4), opened(4, ServiceClass::expedite), kMonday + 3h);
  view.ticket(ops(5), opened(5, ServiceClass::expedite), kMonday + 5h);
  view.ticket(ops(6), opened(6, ServiceClass::standard), kMonday + 4h);
  view.ticket(ops(5), domain::TicketBlocked{domain::BlockerKind::supplier, "waits"}, kMonday + 6h);
  view.ticket(ops(6), domain::TicketBlocked{domain::BlockerKind::other, "waits"}, kMonday + 6h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-4 expedite", "2 OPS-3 standard", "3 OPS-2 standard",
                                       "4 OPS-1 intangible", "0 OPS-6 blocked", "0 OPS-5 blocked"));
  EXPECT_THAT(queue(view, kMonday + 24h, 2), ElementsAre("1 OPS-4 expedite", "2 OPS-3 standard"));
  EXPECT_THAT(queue(view, kMonday + 24h, 5).back(), "0 OPS-6 blocked");
  EXPECT_THAT(queue(view, kMonday + 24h, 0), IsEmpty());
}

TEST(QueueView, AFixedDateTicketRisesAsItsDateComes) {
  auto view = queueView();
  domain::TicketOpened fixed = opened(2, ServiceClass::fixedDate);
  fixed.due = kMonday + 24h * 30;
  view.ticket(ops(1), opened(1, ServiceClass::standard), kMonday);
  view.ticket(ops(2), fixed, kMonday + 1h);
  EXPECT_THAT(queue(view, kMonday + 2h), ElementsAre("1 OPS-1 standard", "2 OPS-2 standard"));
  EXPECT_THAT(queue(view, kMonday + 24h * 29),
              ElementsAre("1 OPS-2 fixed-date", "2 OPS-1 standard"));
}

TEST(QueueView, ATicketLeavesTheQueueAndComesBackWithItsFacts) {
  auto view = queueView();
  view.ticket(ops(1), opened(1, ServiceClass::expedite), kMonday);
  view.ticket(ops(1), domain::TicketMoved{inbox(), doing(), 0, ""}, kMonday + 1h);
  EXPECT_THAT(queue(view), IsEmpty());
  view.ticket(ops(1), domain::TicketAssigned{{}, {"bob"}}, kMonday + 2h);
  view.ticket(ops(1), domain::TicketResolved{doing(), done(), "fixed"}, kMonday + 3h);
  view.ticket(ops(1), domain::TicketReopened{done(), followUp(), "broke"}, kMonday + 4h);
  const auto entries = QueueView::list(view.rows(), kOps, kMonday + 5h, 10);
  ASSERT_EQ(entries->size(), 1u);
  const QueueEntry& entry = entries->front();
  EXPECT_EQ(entry.rule, "expedite");
  EXPECT_EQ(entry.card.place, followUp());
  EXPECT_EQ(entry.card.title, "Printer jams");
  EXPECT_EQ(entry.card.assignee.value, "bob");
  EXPECT_EQ(entry.card.openedAt, kMonday);
  EXPECT_EQ(entry.card.committedAt, kMonday + 1h);
  EXPECT_EQ(entry.card.inColumnSince, kMonday + 4h);
  EXPECT_EQ(view.rows().map().size(), 2u) << "one row for the board, one for the ticket";
}

TEST(QueueView, ImportedHistoryMovesInAndOut) {
  auto view = queueView();
  view.ticket(ops(1), ticketOpened(ops(1), done()), kMonday);
  EXPECT_THAT(queue(view), IsEmpty());
  view.ticket(ops(1), domain::HistoryRecorded{0, "Queued", "x", inbox(), {}}, kMonday + 1h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard"));
  view.ticket(ops(1), domain::HistoryRecorded{1, "Noted", "x", std::nullopt, {}}, kMonday + 2h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard"));
}

// The queue is what the domain's own world would pull, in its order: whatever happened.
RC_GTEST_PROP(QueueViewProperty, OrderEqualsThePullOrderOfTheWorld, ()) {
  auto view = queueView();
  domain::World world;
  world.apply(kOps, domain::BoardEvent{boardCreated(kOps)});
  domain::test::Choices choices(*rc::gen::container<std::vector<std::uint32_t>>(
      static_cast<std::size_t>(*rc::gen::inRange(0, 500)), rc::gen::arbitrary<std::uint32_t>()));
  const domain::Timestamp now = choices.instant();
  for (std::uint64_t number = 1; number <= 6; ++number) {
    domain::TicketOpened event = ticketOpened(ops(number));
    event.serviceClass = choices.serviceClass();
    event.due = choices.maybeInstant();
    const domain::Timestamp at = choices.instant();
    view.ticket(ops(number), event, at);
    world.apply(ops(number), domain::TicketEvent{event}, at);
  }
  while (!choices.exhausted()) {
    const domain::TicketId id = ops(1 + choices.below(8));
    const domain::Timestamp at = choices.instant();
    const domain::TicketEvent event = choices.ticketEvent(id);
    view.ticket(id, event, at);
    world.apply(id, event, at);
  }
  std::vector<const domain::OpenCard*> standing;
  std::size_t blocked = 0;
  for (const auto& [number, card] : world.find(kOps)->open) {
    if (card.place.category != domain::ColumnCategory::queue) continue;
    standing.push_back(&card);
    blocked += card.blocked ? 1 : 0;
  }
  const auto entries = QueueView::list(view.rows(), kOps, now, 1000).value();
  RC_ASSERT(entries.size() == standing.size());
  const auto order = domain::pullOrder(standing, now);
  RC_ASSERT(order.size() + blocked == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool isBlocked = i >= order.size();
    RC_ASSERT(entries[i].rank == (isBlocked ? 0 : i + 1));
    RC_ASSERT(entries[i].card.blocked.has_value() == isBlocked);
    if (isBlocked) continue;
    RC_ASSERT(entries[i].card.id == order[i].card->ticket);
    RC_ASSERT(entries[i].rule == domain::text(order[i].rule));
  }
}

}  // namespace
}  // namespace docket::projections
