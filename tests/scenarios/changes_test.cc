// Requests and changes: who has to agree before work begins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/day.h"

namespace docket::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Answer classifyChange(Person& person, const std::string& ticket, const std::string& kind) {
  return person.ticket([&](api::TicketCommand::Builder command) {
    auto classify = command.initClassify();
    classify.setTicket(ticket);
    classify.setChangeKind(kind);
  });
}

// Mia asks for a second screen; her manager has to agree. Until then nobody works on it, by
// whatever door.
TEST(ARequest, WaitsForItsApproval) {
  Day day;
  const std::string ticket =
      day["ana"].open("OPS", "service-request", "Second screen", "mia").subject;
  EXPECT_THAT(day["ana"].requestApproval(ticket, {"mia"}).refusals, ElementsAre("field-invalid"))
      << "nobody approves their own";
  ASSERT_TRUE(day["ana"].requestApproval(ticket, {"max"}).done());

  EXPECT_THAT(day["ana"].move(ticket, "in-progress").refusals, ElementsAre("approval-missing"));
  EXPECT_THAT(day["ana"].pull("OPS").refusals, ElementsAre("nothing-to-pull"));
  EXPECT_THAT(day["ana"].resolve(ticket).refusals, ElementsAre("approvals-open"));
  EXPECT_THAT(day["noa"].decide(ticket, 1, "approved").refusals, ElementsAre("not-an-approver"));

  ASSERT_TRUE(day["max"].decide(ticket, 1, "approved").done());
  EXPECT_THAT(day["max"].decide(ticket, 1, "rejected").refusals,
              ::testing::Contains("approval-is-decided"));
  const Answer pulled = day["ana"].pull("OPS");
  ASSERT_TRUE(pulled.done());
  EXPECT_EQ(pulled.subject, ticket);
  ASSERT_TRUE(day["ana"].resolve(ticket).done());
}

TEST(ARequest, ThatIsRejectedIsAskedForAnewOrCancelled) {
  Day day;
  const std::string ticket = day["ana"].open("OPS", "service-request", "Gold mouse", "mia").subject;
  ASSERT_TRUE(day["ana"].requestApproval(ticket, {}).done());
  ASSERT_TRUE(day["max"].decide(ticket, 1, "rejected").done());
  EXPECT_THAT(day["ana"].move(ticket, "in-progress").refusals, ElementsAre("approval-missing"));
  ASSERT_TRUE(day["ana"]
                  .ticket([&](api::TicketCommand::Builder command) {
                    auto cancel = command.initCancel();
                    cancel.setTicket(ticket);
                    cancel.setReason("Not approved.");
                  })
                  .done());
  EXPECT_EQ(day.ticket(ticket).category, "closed");
}

// The certificate ends tonight: an emergency change needs two different people, and a look back
// before it is closed.
TEST(AnEmergencyChange, NeedsTwoApproversAndAReview) {
  Day day;
  const std::string ticket =
      day["ana"].open("OPS", "change", "Replace the certificate", "ana").subject;
  ASSERT_TRUE(classifyChange(day["ana"], ticket, "emergency").done());
  EXPECT_THAT(day["ana"].move(ticket, "in-progress").refusals, ElementsAre("approval-missing"));
  ASSERT_TRUE(day["ana"].requestApproval(ticket, {"max", "eva", "leo"}).done());

  ASSERT_TRUE(day["max"].decide(ticket, 1, "approved").done());
  EXPECT_THAT(day["max"].decide(ticket, 1, "approved").refusals, ElementsAre("not-an-approver"))
      << "the same person does not count twice";
  EXPECT_THAT(day["ana"].move(ticket, "in-progress").refusals, ElementsAre("approval-missing"));
  ASSERT_TRUE(day["eva"].decide(ticket, 1, "approved").done());
  ASSERT_TRUE(day["ana"].move(ticket, "in-progress").done());

  ASSERT_TRUE(day["ana"].resolve(ticket).done()) << "the review comes after the work";
  EXPECT_THAT(day["ana"].close(ticket).refusals, ElementsAre("checks-open"));
  EXPECT_THAT(day.ticket(ticket).openChecks, ElementsAre("Post-implementation review"));
  ASSERT_TRUE(day["max"].completeCheck(ticket, 1).done());
  ASSERT_TRUE(day["ana"].close(ticket).done());
  EXPECT_THAT(day.ticket(ticket).openChecks, IsEmpty());
}

// A standard change is authorised beforehand: nobody is asked.
TEST(AStandardChange, NeedsNobody) {
  Day day;
  const std::string ticket = day["ana"].open("OPS", "change", "Monthly patches", "ana").subject;
  ASSERT_TRUE(classifyChange(day["ana"], ticket, "standard").done());
  ASSERT_TRUE(day["ana"].move(ticket, "in-progress").done());
  EXPECT_THAT(classifyChange(day["ana"], ticket, "emergency").refusals,
              ElementsAre("approval-missing"))
      << "it does not become another kind while it is worked on";
}

}  // namespace
}  // namespace docket::scenarios
