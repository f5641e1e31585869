// Hand-over: support and development share one ticket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/day.h"

namespace docket::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// What support cannot mend goes to development by itself: the board's rule offers it.
void offerToDevelopmentOnEntry(Day& day) {
  const Answer answer = day["boss"].board([](api::BoardCommand::Builder command) {
    auto set = command.initSetRule();
    set.setBoard("OPS");
    auto rule = set.initRule();
    rule.setId("ask-development");
    rule.setOnEntry("requires-further-support");
    rule.getAction().setOfferHandOverTo("DEV");
  });
  ASSERT_TRUE(answer.done());
}

// A defect is handed over, comes back because development cannot see it, is handed over again with
// the steps that lead to it, and comes back mended. Its clocks run through all of it.
TEST(ADefect, IsHandedOverReturnedAndHandedOverAgainWithItsClocksIntact) {
  Day day;
  day.promise({{"resolution", 16}});
  offerToDevelopmentOnEntry(day);
  day.at("2026-03-02T09:00:00Z");
  const std::string ticket = day["ana"].open("OPS", "defect", "Totals are wrong", "mia").subject;
  ASSERT_TRUE(day["ana"].pull("OPS").done());

  day.at("2026-03-02T10:00:00Z");
  ASSERT_TRUE(day["ana"].move(ticket, "requires-further-support").done());
  TicketFacts facts = day.ticket(ticket);
  EXPECT_THAT(facts.offers, ElementsAre("DEV"));
  EXPECT_THAT(facts.guests, IsEmpty()) << "it waits in the inbox, it is not pushed";
  EXPECT_THAT(day.cardsIn("DEV", "backlog"), IsEmpty());

  ASSERT_TRUE(day["dev"].accept(ticket, "DEV").done());
  EXPECT_THAT(day.ticket(ticket).guests, ElementsAre(Pair("DEV", "backlog")));
  EXPECT_THAT(day.cardsIn("DEV", "backlog"), ElementsAre(ticket));
  ASSERT_TRUE(day["dev"].pull("DEV").done());
  EXPECT_THAT(day.ticket(ticket).guests, ElementsAre(Pair("DEV", "plan")));
  EXPECT_EQ(day.ticket(ticket).assignee, "ana") << "at home it stays Ana's";

  day.at("2026-03-02T12:00:00Z");
  ASSERT_TRUE(day["dev"].giveBack(ticket, "DEV").done());
  facts = day.ticket(ticket);
  EXPECT_EQ(facts.column, "follow-up");
  EXPECT_THAT(facts.guests, IsEmpty());

  day.at("2026-03-02T13:00:00Z");
  ASSERT_TRUE(day["ana"].move(ticket, "requires-further-support").done());
  ASSERT_TRUE(day["dev"].accept(ticket, "DEV").done());
  ASSERT_TRUE(day["dev"].move(ticket, "implement", "DEV").done());
  day.at("2026-03-03T10:00:00Z");
  // Done on their board: its template's rule gives the ticket back.
  ASSERT_TRUE(day["dev"].move(ticket, "done", "DEV").done());
  facts = day.ticket(ticket);
  EXPECT_EQ(facts.column, "follow-up");
  EXPECT_THAT(facts.guests, IsEmpty());
  EXPECT_THAT(day.cardsIn("DEV", "done"), IsEmpty());

  // From 9 to 17 o'clock on Monday and one hour on Tuesday, whoever had it.
  const PromiseFacts promise = facts.promises.at("resolution");
  EXPECT_EQ(std::chrono::floor<std::chrono::minutes>(promise.elapsed), std::chrono::hours{9});
  EXPECT_FALSE(promise.missed);
  ASSERT_TRUE(day["ana"].resolve(ticket).done());
  EXPECT_TRUE(day.ticket(ticket).promises.at("resolution").met);
}

// The receiver's limit holds: an offer waits in the inbox until there is room.
TEST(AHandOver, IsNeverPushedPastALimit) {
  Day day;
  day.setLimit("DEV", "backlog", 1);
  ASSERT_TRUE(day["dev"].open("DEV", "enhancement", "Dark mode").done());
  const std::string ticket = day["ana"].open("OPS", "defect", "Totals are wrong", "mia").subject;
  ASSERT_TRUE(day["ana"].offer(ticket, "DEV").done());
  EXPECT_THAT(day["dev"].accept(ticket, "DEV").refusals, ElementsAre("wip-limit-reached"));
  EXPECT_THAT(day.ticket(ticket).offers, ElementsAre("DEV"));
  ASSERT_TRUE(day["dev"].pull("DEV").done());
  ASSERT_TRUE(day["dev"].accept(ticket, "DEV").done());
  EXPECT_THAT(day["ana"].offer(ticket, "DEV").refusals, ElementsAre("hand-over-open"));
  EXPECT_THAT(day["ana"]
                  .ticket([&](api::TicketCommand::Builder command) {
                    auto cancel = command.initCancel();
                    cancel.setTicket(ticket);
                    cancel.setReason("Nobody needs it.");
                  })
                  .refusals,
              ElementsAre("hand-over-open"));
}

// A customer who calls about a ticket that is with development is not kept waiting.
TEST(AHandOver, DoesNotKeepACustomerWaiting) {
  Day day;
  const std::string ticket = day["ana"].open("OPS", "defect", "Totals are wrong", "mia").subject;
  ASSERT_TRUE(day["ana"].pull("OPS").done());
  ASSERT_TRUE(day["ana"].offer(ticket, "DEV").done());
  ASSERT_TRUE(day["dev"].accept(ticket, "DEV").done());
  ASSERT_TRUE(day["ana"].contact(ticket, "inbound").done());
  const TicketFacts facts = day.ticket(ticket);
  EXPECT_EQ(facts.column, "follow-up");
  EXPECT_THAT(facts.guests, ElementsAre(Pair("DEV", "backlog"))) << "development keeps it";
}

}  // namespace
}  // namespace docket::scenarios
