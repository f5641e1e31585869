// Promises: what the customer was told, and what their clocks say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/day.h"

namespace docket::scenarios {
namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::Contains;
using ::testing::Not;

// A spare part has to come. That is not the customer's fault: their clock runs on, and the supplier
// has one of their own. While the customer is asked something, their clock stands still.
TEST(ASupplierWait, DoesNotPauseTheCustomersClock) {
  Day day;
  day.promise({{"resolution", 6}, {"supplier", 4}});
  day.at("2026-03-02T09:00:00Z");
  const std::string ticket = day["ana"].open("OPS", "incident", "Broken fan", "mia").subject;
  ASSERT_TRUE(day["ana"].pull("OPS").done());
  ASSERT_TRUE(day["ana"].block(ticket, "supplier").done());
  TicketFacts facts = day.ticket(ticket);
  ASSERT_TRUE(facts.promises.contains("supplier"));
  EXPECT_EQ(facts.promises.at("resolution").deadline.substr(0, 15), "2026-03-02T15:0");

  day.at("2026-03-02T12:00:00Z");
  facts = day.ticket(ticket);
  EXPECT_EQ(floor<hours>(facts.promises.at("resolution").elapsed), hours{2});
  ASSERT_TRUE(day["ana"].unblock(ticket).done());
  facts = day.ticket(ticket);
  EXPECT_EQ(floor<minutes>(facts.promises.at("resolution").elapsed), hours{3});
  EXPECT_TRUE(facts.promises.at("supplier").met);

  ASSERT_TRUE(day["ana"].move(ticket, "waiting-on-customer").done());
  day.at("2026-03-02T16:00:00Z");
  ASSERT_TRUE(day["ana"].contact(ticket, "inbound").done());
  facts = day.ticket(ticket);
  EXPECT_EQ(floor<minutes>(facts.promises.at("resolution").elapsed), hours{3});
  EXPECT_EQ(floor<minutes>(facts.promises.at("resolution").paused.at("customer")), minutes{239});
  // Three hours are left: one today, two tomorrow.
  EXPECT_EQ(facts.promises.at("resolution").deadline.substr(0, 15), "2026-03-03T11:0");
  ASSERT_TRUE(day["ana"].resolve(ticket).done());
  EXPECT_TRUE(day.ticket(ticket).promises.at("resolution").met);
}

// What was missed stays missed, however late it is written down, and the desk itself writes it.
TEST(APromise, ThatIsMissedIsWrittenDownByTheDeskItself) {
  Day day;
  day.promise({{"first-response", 1}, {"resolution", 8}});
  day.at("2026-03-02T09:00:00Z");
  const std::string ticket = day["ana"].open("OPS", "incident", "No network", "mia").subject;
  day.at("2026-03-02T11:00:00Z");
  ASSERT_TRUE(day["ana"].comment(ticket, "We are on it.").done());
  const TicketFacts facts = day.ticket(ticket);
  EXPECT_TRUE(facts.promises.at("first-response").missed);
  EXPECT_FALSE(facts.promises.at("first-response").met);
  bool found = false;
  for (const HistoryLine& line : day.history(ticket)) {
    if (line.type != "PromiseMissed") continue;
    found = true;
    EXPECT_EQ(line.actor, "system");
    EXPECT_EQ(line.summary,
              "first-response missed at " + facts.promises.at("first-response").deadline);
  }
  EXPECT_TRUE(found);
  EXPECT_THAT(day.story(ticket), Not(Contains("PromiseMet")));
}

}  // namespace
}  // namespace docket::scenarios
