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

// --- History and shares
// ----------------------------------------------------------------------------

TEST(PullOrder, TheLeadTimeIsTheNearestRankOfTenOrMore) {
  RecentWork recent;
  BoardPolicy policy;
  policy.fixedDateLeadTime = 48h;
  auto& incidents = recent.cycleTimes[static_cast<std::size_t>(TicketType::incident)];
  for (int i = 9; i >= 1; --i) incidents.push_back(1h * i);
  EXPECT_EQ(leadTime(TicketType::incident, {policy, recent}), 48h) << "nine are no history";
  incidents.push_back(10h);
  EXPECT_EQ(leadTime(TicketType::incident, {policy, recent}), 9h) << "rank 9 of 10";
  for (int i = 11; i <= 20; ++i) incidents.push_back(1h * i);
  EXPECT_EQ(leadTime(TicketType::incident, {policy, recent}), 17h) << "rank 17 of 20";
  EXPECT_EQ(leadTime(TicketType::task, {policy, recent}), 48h) << "each type has its own";
  OpenCard fixed = card(2, ServiceClass::fixedDate, kMonday + 1h);
  fixed.due = kNow + 17h;
  const OpenCard standard = card(1, ServiceClass::standard, kMonday);
  EXPECT_THAT(order({standard, fixed}, kNow, policy, recent),
              ElementsAre("2:fixed-date", "1:standard"));
  EXPECT_THAT(order({standard, fixed}, kNow - 1us, policy, recent),
              ElementsAre("1:standard", "2:standard"));
}

TEST(PullOrder, IntangibleGoesFirstWhileItsShareIsNotReached) {
  RecentWork recent;
  BoardPolicy policy;
  policy.intangibleMin = 1;
  policy.intangibleOf = 3;
  const std::vector<OpenCard> cards{card(1, ServiceClass::standard, kMonday),
                                    card(2, ServiceClass::intangible, kMonday),
                                    card(3, ServiceClass::expedite, kMonday)};
  const auto first = ElementsAre("3:expedite", "2:intangible", "1:standard");
  const auto last = ElementsAre("3:expedite", "1:standard", "2:intangible");
  EXPECT_THAT(order(cards, kNow, policy, recent), first);
  recent.pulls = {ServiceClass::intangible, ServiceClass::standard, ServiceClass::standard};
  EXPECT_THAT(order(cards, kNow, policy, recent), last) << "one of the last three";
  recent.pulls.push_back(ServiceClass::standard);
  EXPECT_THAT(order(cards, kNow, policy, recent), first) << "none of the last three";
  EXPECT_THAT(order(cards, kNow, BoardPolicy{}, recent), last) << "0 of 0";
}

TEST(PullOrder, WorkUnderApprovalAndProblemsOfTheFirstTierAreLeftOut) {
  OpenCard waits = card(1, ServiceClass::standard, kMonday);
  waits.awaitsApproval = true;
  OpenCard problem = card(2, ServiceClass::standard, kMonday);
  problem.type = TicketType::problem;
  EXPECT_THAT(order({waits, problem}), ElementsAre());
  problem.tier = Tier::second;
  EXPECT_THAT(order({waits, problem}), ElementsAre("2:standard"));
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
