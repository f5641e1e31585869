#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "domain/pull.h"
#include "domain/world.h"
#include "tests/domain/desk.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::ElementsAre;

const Timestamp kNow = kMonday + 240h;

OpenCard card(std::uint64_t number, ServiceClass serviceClass, Timestamp arrivedAt) {
  OpenCard made;
  made.ticket = ops(number);
  made.place = inbox();
  made.serviceClass = serviceClass;
  made.arrivedAt = arrivedAt;
  return made;
}

// "7:standard", in the order in which they would be pulled.
std::vector<std::string> order(const std::vector<OpenCard>& cards, Timestamp now = kNow,
                               const BoardPolicy& policy = {}, const RecentWork& recent = {}) {
  std::vector<const OpenCard*> pointers;
  for (const OpenCard& one : cards) pointers.push_back(&one);
  std::vector<std::string> texts;
  for (const PullCandidate& candidate : pullOrder(pointers, now, {policy, recent})) {
    texts.push_back(std::to_string(candidate.card->ticket.number) + ":" +
                    std::string(text(candidate.rule)));
  }
  return texts;
}

TEST(PullOrder, ClassesTakeTheirTurns) {
  OpenCard due = card(4, ServiceClass::fixedDate, kMonday);
  due.due = kNow + 24h;
  EXPECT_THAT(
      order({card(1, ServiceClass::intangible, kMonday), card(2, ServiceClass::standard, kMonday),
             due, card(3, ServiceClass::expedite, kMonday + 1h)}),
      ElementsAre("3:expedite", "4:fixed-date", "2:standard", "1:intangible"));
}

TEST(PullOrder, FixedDateGoesFirstWhenItsLastStartHasCome) {
  OpenCard fixed = card(2, ServiceClass::fixedDate, kMonday + 1h);
  const OpenCard standard = card(1, ServiceClass::standard, kMonday);
  fixed.due = kNow + BoardPolicy{}.fixedDateLeadTime;
  EXPECT_THAT(order({standard, fixed}), ElementsAre("2:fixed-date", "1:standard"));
  fixed.due = kNow + BoardPolicy{}.fixedDateLeadTime + 1us;
  EXPECT_THAT(order({standard, fixed}), ElementsAre("1:standard", "2:standard"))
      << "until then it queues like standard work";
  fixed.arrivedAt = kMonday - 1h;
  EXPECT_THAT(order({standard, fixed}), ElementsAre("2:standard", "1:standard"));
  fixed.due = kNow - 1h;
  EXPECT_THAT(order({standard, fixed}), ElementsAre("2:fixed-date", "1:standard"));
}

TEST(PullOrder, TheEarliestDueDateGoesFirst) {
  OpenCard a = card(1, ServiceClass::fixedDate, kMonday);
  OpenCard b = card(2, ServiceClass::fixedDate, kMonday + 1h);
  a.due = kNow + 48h;
  b.due = kNow + 24h;
  EXPECT_THAT(order({a, b}), ElementsAre("2:fixed-date", "1:fixed-date"));
}

TEST(PullOrder, CommittedWorkGoesBeforeWorkThatOnlyArrived) {
  OpenCard returned = card(3, ServiceClass::standard, kMonday + 5h);
  returned.committedAt = kMonday + 7h;
  OpenCard returnedEarlier = card(4, ServiceClass::standard, kMonday + 6h);
  returnedEarlier.committedAt = kMonday + 6h;
  EXPECT_THAT(order({card(1, ServiceClass::standard, kMonday + 1h),
                     card(2, ServiceClass::standard, kMonday), returned, returnedEarlier}),
              ElementsAre("4:standard", "3:standard", "2:standard", "1:standard"));
}

TEST(PullOrder, TiesGoToTheLowerBoardThenNumber) {
  OpenCard other = card(9, ServiceClass::standard, kMonday);
  other.ticket.board = BoardKey{"AB"};
  EXPECT_THAT(order({card(2, ServiceClass::standard, kMonday),
                     card(1, ServiceClass::standard, kMonday), other}),
              ElementsAre("9:standard", "1:standard", "2:standard"));
}

TEST(PullOrder, BlockedCardsAreLeftOut) {
  OpenCard blocked = card(1, ServiceClass::expedite, kMonday);
  blocked.blocked = true;
  EXPECT_THAT(order({blocked, card(2, ServiceClass::intangible, kMonday)}),
              ElementsAre("2:intangible"));
  EXPECT_THAT(order({}), ElementsAre());
}

TEST(PullOrder, TheEndsOfTimeAreSafe) {
  OpenCard fixed = card(1, ServiceClass::fixedDate, Timestamp::min());
  for (const Timestamp due : {Timestamp::min(), Timestamp::max()}) {
    for (const Timestamp now : {Timestamp::min(), Timestamp::max()}) {
      fixed.due = due;
      EXPECT_EQ(order({fixed}, now).size(), 1U);
    }
  }
  fixed.due = std::nullopt;
  EXPECT_THAT(order({fixed}), ElementsAre("1:standard")) << "no date, no start to miss";
}

TEST(PullOrder, TheOrderOfTheQuestionDoesNotMatter) {
  std::vector<OpenCard> cards;
  for (std::uint64_t i = 0; i < 24; ++i) {
    cards.push_back(card(i + 1, static_cast<ServiceClass>(i % 4), kMonday + 1h * (i % 5)));
    if (i % 3 == 0) cards.back().due = kNow + 24h * static_cast<int>(i);
  }
  const auto expected = order(cards);
  std::mt19937 random(20260302);  // a fixed seed: the same shuffles each time
  for (int round = 0; round < 50; ++round) {
    std::shuffle(cards.begin(), cards.end(), random);
    ASSERT_EQ(order(cards), expected);
  }
}

}  // namespace
}  // namespace docket::domain
