// What there is to show of boards and of the desk, over the wire.
#include <gtest/gtest.h>

#include <functional>

#include "tests/server/rpc_fixture.h"

namespace docket::server {
namespace {

using namespace testing;

TEST_F(Rpc, BoardRulesAreShownAsTheyWereSetLast) {
  createBoard();
  open("one");
  ASSERT_TRUE(move("OPS-1", "doing").getOutcome().isDone());
  auto request = client_->boards().executeRequest();
  header(request.initCommand().initHeader());
  auto set = request.getCommand().initSetLimit();
  set.setBoard("OPS");
  set.initScope().setPerson("");
  set.setLimit(2);
  ASSERT_TRUE(request.send().wait(scope()).getOutcome().isDone());

  auto ask = client_->desk().boardRulesRequest();
  ask.setKey("OPS");
  const auto answer = ask.send().wait(scope());
  ASSERT_EQ(code(answer.getRefusal()), "");
  EXPECT_EQ(answer.getNext(), server_->log().head().value);
  const auto rules = answer.getRules();
  EXPECT_EQ(rules.getVersion(), 1u);
  ASSERT_EQ(rules.getLimits().size(), 2u);
  EXPECT_EQ(rules.getLimits()[0].getScope().getColumn(), "doing");
  EXPECT_EQ(rules.getLimits()[0].getLimit(), 1);
  EXPECT_EQ(rules.getLimits()[0].getCount(), 1u);
  ASSERT_TRUE(rules.getLimits()[1].getScope().isPerson());
  EXPECT_EQ(rules.getLimits()[1].getLimit(), 2);
  EXPECT_TRUE(rules.getPolicy().getAllowsOverride());
  EXPECT_EQ(rules.getRoles().size(), 0u);
}

TEST_F(Rpc, WhatIsDefinedIsShownAndTicketsAreReadByIt) {
  createBoard();
  const auto define = [&](const std::function<void(api::DeskCommand::Builder)>& fill) {
    auto request = client_->boards().defineRequest();
    header(request.initCommand().initHeader());
    fill(request.getCommand());
    const auto answer = request.send().wait(scope());
    EXPECT_TRUE(answer.getOutcome().isDone()) << field(answer.getOutcome());
  };
  define([](api::DeskCommand::Builder command) {
    auto calendar = command.initSetCalendar();
    calendar.setId("always");
    calendar.setName("Always");
    calendar.setTimeZone("Europe/Berlin");
    auto hours = calendar.initWeeklyHours(7);
    for (unsigned day = 0; day < 7; ++day) hours.init(day, 1)[0].setTo(86'400);
  });
  define([](api::DeskCommand::Builder command) {
    auto policy = command.initSetPromisePolicy();
    policy.setId("gold");
    policy.setName("Gold");
    policy.setCalendar("always");
    auto target = policy.initTargets(1)[0];
    target.setKind("resolution");
    target.setTarget(3600);
  });
  const auto shown = client_->desk().deskRequest().send().wait(scope());
  ASSERT_EQ(code(shown.getRefusal()), "");
  ASSERT_EQ(shown.getDesk().getCalendars().size(), 1u);
  EXPECT_EQ(shown.getDesk().getCalendars()[0].getVersion(), 0u);
  EXPECT_EQ(shown.getDesk().getCalendars()[0].getIs().getId(), "always");
  ASSERT_EQ(shown.getDesk().getPolicies().size(), 1u);
  EXPECT_EQ(shown.getDesk().getPolicies()[0].getIs().getTargets()[0].getTarget(), 3600u);

  ASSERT_TRUE(open("Printer").getOutcome().isDone());
  auto ask = client_->desk().ticketRequest();
  ask.setId("OPS-1");
  const auto answer = ask.send().wait(scope());
  ASSERT_EQ(code(answer.getRefusal()), "");
  ASSERT_EQ(answer.getTicket().getClocks().size(), 1u);
  const auto clock = answer.getTicket().getClocks()[0];
  EXPECT_EQ(clock.getKind(), "resolution");
  EXPECT_EQ(clock.getPolicy(), "gold");
  EXPECT_EQ(clock.getTarget(), 3600u);
  EXPECT_EQ(clock.getTargetToday(), 3600);
  ASSERT_TRUE(clock.getReadable());
  EXPECT_GT(clock.getElapsed(), 0);
  ASSERT_TRUE(clock.getDeadline().isAt());
  EXPECT_EQ(clock.getDeadline().getAt(), clock.getFrom() + 3'600'000'000);

  auto history = client_->desk().historyRequest();
  history.setId("OPS-1");
  const auto entries = history.send().wait(scope()).getEntries();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].getFacts().getType(), "PromiseMade");
  EXPECT_EQ(entries[1].getFacts().getActor(), "system");
  EXPECT_GT(entries[1].getFacts().getSummary().size(), 0u);
}

TEST_F(Rpc, AnInboxShowsWhatWaitsForTheBoard) {
  createBoard();
  auto create = client_->boards().executeRequest();
  header(create.initCommand().initHeader());
  create.getCommand().initCreate().setKey("DEV");
  create.getCommand().getCreate().setTemplate("development");
  ASSERT_TRUE(create.send().wait(scope()).getOutcome().isDone());
  open("Printer");
  auto offer = client_->desk().executeRequest();
  header(offer.initCommand().initHeader());
  offer.getCommand().initOfferHandOver().setTicket("OPS-1");
  offer.getCommand().getOfferHandOver().setTo("DEV");
  offer.getCommand().getOfferHandOver().setReason("a defect");
  const auto offered = offer.send().wait(scope());
  ASSERT_TRUE(offered.getOutcome().isDone()) << field(offered.getOutcome());
  auto ask = client_->desk().inboxRequest();
  ask.setKey("DEV");
  const auto answer = ask.send().wait(scope());
  ASSERT_EQ(code(answer.getRefusal()), "");
  ASSERT_EQ(answer.getOffers().size(), 1u);
  EXPECT_EQ(answer.getOffers()[0].getTicket(), "OPS-1");
  EXPECT_GT(answer.getOffers()[0].getSince(), 0);
  auto ticket = client_->desk().ticketRequest();
  ticket.setId("OPS-1");
  const auto shown = ticket.send().wait(scope());
  ASSERT_EQ(shown.getTicket().getOffers().size(), 1u);
  EXPECT_EQ(shown.getTicket().getOffers()[0].getTo(), "DEV");
}

}  // namespace
}  // namespace docket::server
