// What the board allows: when fixed-date work is pulled, and what a role permits while it lasts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/day.h"

namespace docket::scenarios {
namespace {

using ::testing::ElementsAre;

// Five days before the audit the work on it must begin: not earlier, for other work came first, and
// not later.
TEST(AFixedDate, IsPulledAtItsLastResponsibleStart) {
  Day day;
  const std::string audit =
      day["ana"]
          .open("OPS", "task", "Papers for the audit", "max", "fixed-date", "2026-03-10T12:00:00Z")
          .subject;
  std::vector<std::string> others;
  for (int i = 0; i < 3; ++i) {
    others.push_back(day["ana"].open("OPS", "incident", "Slow laptop", "mia").subject);
  }
  // The audit's papers arrived first, so they would be first in the standard line: they wait their
  // turn there like any other.
  ASSERT_TRUE(day["ana"]
                  .ticket([&](api::TicketCommand::Builder command) {
                    command.initCommit().setTicket(others[0]);
                  })
                  .done());
  EXPECT_EQ(day["ana"].pull("OPS").subject, others[0]) << "committed work goes first";
  ASSERT_TRUE(day["ana"].resolve(others[0]).done());
  for (const std::string& other : {others[1], others[2]}) {
    ASSERT_TRUE(day["ana"]
                    .ticket([&](api::TicketCommand::Builder command) {
                      command.initCommit().setTicket(other);
                    })
                    .done());
  }

  day.at("2026-03-05T11:59:00Z");
  EXPECT_EQ(day["ana"].pull("OPS").subject, others[1]);
  ASSERT_TRUE(day["ana"].resolve(others[1]).done());
  day.at("2026-03-05T12:00:00Z");
  EXPECT_EQ(day["ana"].pull("OPS").subject, audit) << "its last responsible start has come";
  bool explained = false;
  for (const HistoryLine& line : day.history(audit)) {
    explained = explained || line.summary.find("(fixed-date, 1 of 2)") != std::string::npos;
  }
  EXPECT_TRUE(explained) << "the event says by which rule, and among how many";
}

void grant(Day& day, const std::string& who, const std::string& role, std::int64_t until = 0) {
  const Answer set = day["boss"].board([&](api::BoardCommand::Builder command) {
    auto roles = command.initSetRoles();
    roles.setBoard("OPS");
    roles.setSubject(who);
    auto one = roles.initGrants(1)[0];
    one.setRole(role);
    if (until != 0) one.initUntil().setAt(until);
  });
  ASSERT_TRUE(set.done()) << set.refusals.front();
}

// Tom helps out until noon. What he did counts; what he asks for afterwards does not.
TEST(AnAgent, WhoseGrantEndsAtNoonWorksUntilNoon) {
  constexpr std::int64_t kNoon = 1'772'452'800'000'000;  // 2026-03-02T12:00:00Z
  Day day;
  const std::string ticket = day["ana"].open("OPS", "incident", "No sound", "mia").subject;
  grant(day, "boss", "manager");
  EXPECT_THAT(day["tom"].move(ticket, "in-progress").refusals, ElementsAre("not-permitted"))
      << "with the first grant the board is no longer open to all";
  grant(day, "tom", "agent", kNoon);
  grant(day, "max", "auditor");

  day.at("2026-03-02T11:59:50Z");
  ASSERT_TRUE(day["tom"].move(ticket, "in-progress").done());
  EXPECT_THAT(day["max"].assign(ticket, "max").refusals, ElementsAre("not-permitted"))
      << "an auditor writes nothing";
  day.at("2026-03-02T12:00:00Z");
  EXPECT_THAT(day["tom"].resolve(ticket).refusals, ElementsAre("not-permitted"));
  EXPECT_EQ(day.ticket(ticket).column, "in-progress");

  // Mia may speak on her own ticket, and on no other.
  grant(day, "mia", "requester");
  ASSERT_TRUE(day["mia"].comment(ticket, "Still silent.").done());
  const std::string other = day["boss"].open("OPS", "incident", "No light", "noa").subject;
  EXPECT_THAT(day["mia"].comment(other, "Me too.").refusals, ElementsAre("not-permitted"));
}

// A board that knows roles gives overrides to managers alone.
TEST(AnOverride, IsForManagersAndKeepsItsReason) {
  Day day;
  day.setLimit("OPS", "in-progress", 1);
  grant(day, "boss", "manager");
  grant(day, "tom", "agent");
  ASSERT_TRUE(day["tom"].open("OPS", "incident", "No sound", "mia").done());
  const std::string second = day["tom"].open("OPS", "incident", "No light", "mia").subject;
  ASSERT_TRUE(day["tom"].pull("OPS").done());
  EXPECT_THAT(day["tom"].move(second, "in-progress", {}, "It is urgent.").refusals,
              ElementsAre("not-permitted", "wip-limit-reached"));
  ASSERT_TRUE(day["boss"].move(second, "in-progress", {}, "The minister waits.").done());
  EXPECT_EQ(day.history(second).back().summary,
            "moved from inbox to in-progress over the WIP limit");
}

}  // namespace
}  // namespace docket::scenarios
