// Incidents: from contact to closure, expedited, and with a problem behind them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/day.h"

namespace docket::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

// Mia calls about her printer. Ana answers, works on it and resolves it; in the afternoon Mia
// writes that it jams again, so the ticket lands in Follow-Up and is resolved once more, for good.
TEST(AnIncident, GoesFromContactToClosureAndComesBackInBetween) {
  Day day;
  const std::string ticket = day["ana"].open("OPS", "incident", "Printer jams", "mia").subject;
  ASSERT_EQ(ticket, "OPS-1");
  ASSERT_TRUE(day["ana"].contact(ticket, "inbound").done());
  EXPECT_EQ(day.ticket(ticket).column, "inbox")
      << "a contact about waiting work in a queue moves nothing";

  ASSERT_TRUE(day["ana"].pull("OPS").done());
  EXPECT_EQ(day.ticket(ticket).assignee, "ana");
  ASSERT_TRUE(day["ana"].resolve(ticket).done());
  EXPECT_EQ(day.ticket(ticket).column, "done");

  day.at("2026-03-02T14:00:00Z");
  ASSERT_TRUE(day["mia"].comment(ticket, "It jams again.").done());
  TicketFacts now = day.ticket(ticket);
  EXPECT_EQ(now.column, "follow-up");
  EXPECT_EQ(now.reopenings, 1U);
  EXPECT_EQ(now.assignee, "ana") << "nothing of the ticket is lost on the way";

  ASSERT_TRUE(day["ana"].move(ticket, "in-progress").done());
  ASSERT_TRUE(day["ana"].resolve(ticket).done());
  ASSERT_TRUE(day["ana"].close(ticket).done());
  EXPECT_EQ(day.ticket(ticket).category, "closed");

  // Closed is final: another word of Mia's is written down and moves nothing.
  ASSERT_TRUE(day["mia"].comment(ticket, "Thanks!").done());
  EXPECT_EQ(day.ticket(ticket).column, "closed");
  EXPECT_THAT(day.story(ticket),
              ElementsAre("TicketOpened", "ContactRecorded", "TicketPulled", "TicketResolved",
                          "CommentAdded", "TicketCameBack", "TicketMoved", "TicketResolved",
                          "TicketClosed", "CommentAdded"));
}

// Waiting for Mia: her call brings the ticket back, too.
TEST(AnIncident, ThatWaitsForTheCustomerComesBackWhenTheyCall) {
  Day day;
  const std::string ticket = day["ana"].open("OPS", "incident", "No sound", "mia").subject;
  ASSERT_TRUE(day["ana"].pull("OPS").done());
  ASSERT_TRUE(day["ana"].move(ticket, "waiting-on-customer").done());
  ASSERT_TRUE(day["ana"].contact(ticket, "outbound").done());
  EXPECT_EQ(day.ticket(ticket).column, "waiting-on-customer");
  ASSERT_TRUE(day["ana"].contact(ticket, "inbound").done());
  EXPECT_EQ(day.ticket(ticket).column, "follow-up");
}

// The column is full, and the mail server is down: the expedite goes in all the same. A second one
// does not, for there is room for one.
TEST(AnExpedite, GoesOverAFullColumnButNotOverItsOwnLimit) {
  Day day;
  day.setLimit("OPS", "in-progress", 1);
  ASSERT_TRUE(day["ana"].open("OPS", "incident", "Slow laptop", "mia").done());
  ASSERT_TRUE(day["ana"].pull("OPS").done());
  const std::string waits = day["ana"].open("OPS", "incident", "Slow mouse", "mia").subject;
  EXPECT_THAT(day["ben"].pull("OPS").refusals, ElementsAre("wip-limit-reached"));

  const std::string down =
      day["ana"].open("OPS", "incident", "Mail is down", "mia", "expedite").subject;
  const Answer pulled = day["ben"].pull("OPS");
  ASSERT_TRUE(pulled.done());
  EXPECT_EQ(pulled.subject, down) << "an expedite goes first";
  EXPECT_THAT(day.cardsIn("OPS", "in-progress"), UnorderedElementsAre("OPS-1", down));

  const std::string second =
      day["ana"].open("OPS", "incident", "Phones are down", "mia", "expedite").subject;
  EXPECT_THAT(day["cem"].move(second, "in-progress").refusals,
              ElementsAre("expedite-limit-reached"));
  EXPECT_THAT(day["cem"].move(second, "in-progress", {}, "The boss asked.").refusals,
              ElementsAre("expedite-limit-reached"))
      << "no reason goes over an expedite limit";
  EXPECT_EQ(day.ticket(waits).column, "inbox");
}

// Three people cannot print: three incidents, one cause. Tier 1 does not own the problem.
TEST(AProblem, IsPointedToByTheIncidentsItCauses) {
  Day day;
  std::vector<std::string> incidents;
  for (const char* who : {"mia", "noa", "oli"}) {
    incidents.push_back(day["ana"].open("OPS", "incident", "Cannot print", who).subject);
  }
  const std::string problem = day["ana"].open("OPS", "problem", "Print server leaks").subject;
  EXPECT_EQ(day.ticket(problem).tier, 2U);
  for (const std::string& incident : incidents) {
    ASSERT_TRUE(day["ana"].link(problem, "causes", incident).done());
  }
  EXPECT_THAT(day.ticket(problem).links,
              ElementsAre("causes OPS-1", "causes OPS-2", "causes OPS-3"));
  EXPECT_THAT(day.ticket(incidents[1]).links, ElementsAre(problem + " causes"));
  EXPECT_THAT(day["ana"].link(problem, "causes", incidents[1]).refusals,
              ElementsAre("nothing-to-change"));

  // The incidents end with a workaround while the problem is still worked on.
  for (const std::string& incident : incidents) {
    ASSERT_TRUE(day["ana"].resolve(incident, "workaround").done());
  }
  ASSERT_TRUE(day["dot"].assign(problem, "dot").done());
  EXPECT_EQ(day.ticket(problem).column, "inbox");
  EXPECT_THAT(day.story(incidents[0]),
              ElementsAre("TicketOpened", "TicketLinked", "TicketResolved"));
}

}  // namespace
}  // namespace docket::scenarios
