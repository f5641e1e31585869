#include "projections/queue_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/pull.h"
#include "domain/world.h"
#include "tests/projections/fixtures.h"
#include "tests/projections/random_session.h"

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

domain::HistoryRecorded history(std::uint64_t sequence, std::optional<domain::Place> to) {
  domain::HistoryRecorded recorded;
  recorded.sequence = sequence;
  recorded.activity = "Noted";
  recorded.to = std::move(to);
  return recorded;
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
  view.ticket(ops(1), domain::TicketResolved{doing(), done(), "fixed", {}}, kMonday + 3h);
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
  EXPECT_EQ(view.rows().map().size(), 3u)
      << "a row for the board, one for the ticket, one for how long it took";
}

TEST(QueueView, ImportedHistoryMovesInAndOut) {
  auto view = queueView();
  view.ticket(ops(1), ticketOpened(ops(1), done()), kMonday);
  EXPECT_THAT(queue(view), IsEmpty());
  view.ticket(ops(1), history(0, inbox()), kMonday + 1h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard"));
  view.ticket(ops(1), history(1, std::nullopt), kMonday + 2h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard"));
}

TEST(QueueView, WhatAwaitsApprovalIsNotPulled) {
  auto view = queueView();
  view.ticket(ops(1), opened(1, ServiceClass::standard), kMonday);
  view.ticket(ops(2), opened(2, ServiceClass::standard), kMonday + 1h);
  view.ticket(ops(1), domain::ApprovalRequested{1, {}, 1, "may we?", {}}, kMonday + 2h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-2 standard", "0 OPS-1 awaits-approval"));
  view.ticket(ops(1), domain::ApprovalDecided{1, {"carl"}, domain::Verdict::approved, ""},
              kMonday + 3h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard", "2 OPS-2 standard"));
}

TEST(QueueView, AProblemOfTheFirstTierIsNotPulled) {
  auto view = queueView();
  domain::TicketOpened problem = opened(1, ServiceClass::standard);
  problem.type = domain::TicketType::problem;
  view.ticket(ops(1), problem, kMonday);
  EXPECT_THAT(queue(view), ElementsAre("0 OPS-1 needs-tier"));
  view.ticket(ops(1), domain::TicketEscalated{domain::Tier::first, domain::Tier::second, "cause"},
              kMonday + 1h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard"));
}

TEST(QueueView, AGuestWaitsWithTheOthersFromWhenItCame) {
  auto view = queueView();
  view.board(kDev, boardCreated(kDev));
  const domain::TicketId defect{kDev, 1};
  view.ticket(defect, ticketOpened(defect), kMonday - 24h);
  view.ticket(ops(1), opened(1, ServiceClass::standard), kMonday);
  view.ticket(defect, domain::HandOverAccepted{kOps, inbox(), {}, 0, ""}, kMonday + 1h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard", "2 DEV-1 standard"));
  view.ticket(defect, domain::TicketBlocked{domain::BlockerKind::other, "waits"}, kMonday + 2h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard", "0 DEV-1 blocked"));
  view.ticket(defect, domain::GuestMoved{kOps, inbox(), doing(), 0, ""}, kMonday + 3h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard"));
}

TEST(QueueView, IntangibleWorkRisesUntilItsShareIsPulled) {
  auto view = queueView();
  domain::PolicySet set;
  set.after.intangibleMin = 1;
  set.after.intangibleOf = 2;
  view.board(kOps, set);
  view.ticket(ops(1), opened(1, ServiceClass::standard), kMonday);
  view.ticket(ops(2), opened(2, ServiceClass::intangible), kMonday);
  view.ticket(ops(3), opened(3, ServiceClass::intangible), kMonday + 1h);
  EXPECT_THAT(queue(view),
              ElementsAre("1 OPS-2 intangible", "2 OPS-3 intangible", "3 OPS-1 standard"));
  view.ticket(ops(2),
              domain::TicketPulled{inbox(), doing(), {}, 0, domain::PullRule::intangible, 3, 0},
              kMonday + 2h);
  EXPECT_THAT(queue(view), ElementsAre("1 OPS-1 standard", "2 OPS-3 intangible"));
}

TEST(QueueView, TheTypesOwnHistorySaysWhenFixedDateWorkMustStart) {
  auto view = queueView();
  domain::TicketOpened fixed = opened(1, ServiceClass::fixedDate);
  fixed.due = kMonday + 24h * 30;
  view.ticket(ops(1), fixed, kMonday);
  const domain::Timestamp now = kMonday + 24h * 21;  // nine days before it is due
  EXPECT_THAT(queue(view, now), ElementsAre("1 OPS-1 standard")) << "the policy says five days";
  for (std::uint64_t number = 2; number < 2 + domain::kCycleTimesMin; ++number) {
    view.ticket(ops(number), ticketOpened(ops(number), doing()), kMonday);
    view.ticket(ops(number), domain::TicketResolved{doing(), done(), "fixed", {}},
                kMonday + 24h * 10);
  }
  EXPECT_THAT(queue(view, now), ElementsAre("1 OPS-1 fixed-date"));
}

// The queue is what the domain's own world would pull, in its order: whatever happened.
RC_GTEST_PROP(QueueViewProperty, OrderEqualsThePullOrderOfTheWorld, ()) {
  ViewUnderTest view(std::make_unique<QueueView>());
  domain::World world;
  RandomSession session = drawSession(1500);
  const domain::Timestamp now = session.instant();
  run(session, view, world);
  for (const domain::BoardKey& board : {kOps, kDev}) {
    std::size_t standing = 0;
    for (const auto& [id, card] : world.find(board)->open) {
      if (card.place.category == domain::ColumnCategory::queue) ++standing;
    }
    const auto entries = QueueView::list(view.rows(), board, now, 1000).value();
    RC_ASSERT(entries.size() == standing);
    const auto order = domain::pullOrder(*world.find(board), now);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i >= order.size()) {
        RC_ASSERT(entries[i].rank == 0u);
        continue;
      }
      RC_ASSERT(entries[i].rank == i + 1);
      RC_ASSERT(entries[i].card.id == order[i].card->ticket);
      RC_ASSERT(entries[i].rule == domain::text(order[i].rule));
    }
  }
}

}  // namespace
}  // namespace docket::projections
