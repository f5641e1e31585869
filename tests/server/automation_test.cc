// What automation rules ask for, through the command path and into the log.
#include "tests/server/own_desk.h"

namespace docket::server::test {
namespace {

using domain::HandOverOffered;
using domain::MoveToColumn;
using domain::OfferHandOverTo;
using domain::RuleNotApplied;
using domain::TicketMoved;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Codes = std::vector<std::string>;

class Automation : public OwnDesk {
 protected:
  Automation() { createBoards(); }

  // The rule that the it-support template is meant to have.
  void givenOfferRule() {
    setRule(kOps, "ask-development", "requires-further-support", OfferHandOverTo{kDev});
  }
};

TEST_F(Automation, WhatARuleAsksForIsInTheGroupOfItsCause) {
  givenOfferRule();
  openTicket();
  CommandRequest move = request(domain::TicketCommand{
      domain::MoveTicket{ops(1), ColumnId{"requires-further-support"}, {}, {}}});
  move.onBehalfOf = SubjectId{"rita"};
  const Done done = accepted(run(move));
  EXPECT_EQ(done.events, 1u) << "the command's own";
  const auto events = logFrom(done.position.value);
  ASSERT_THAT(types(events), ElementsAre("TicketMoved", "HandOverOffered"));
  const Recorded& offered = events[1];
  EXPECT_EQ(offered.stream, "ticket/OPS-1");
  EXPECT_EQ(offered.actor, "system");
  EXPECT_EQ(offered.origin, eventstore::Origin::rule);
  EXPECT_EQ(offered.causation, done.position.value);
  EXPECT_EQ(offered.correlation, move.id);
  EXPECT_NE(offered.command, move.id);
  EXPECT_EQ(offered.as<HandOverOffered>()->to, kDev);
  EXPECT_TRUE(inOneGroup(done.position.value, offered.position));
  EXPECT_EQ(path_->stats().ownByRules, 1u);
  EXPECT_EQ(path_->stats().ownByClocks, 0u);
}

TEST_F(Automation, TheCorrelationIsTheCommandsOwn) {
  givenOfferRule();
  openTicket();
  CommandRequest move = request(domain::TicketCommand{
      domain::MoveTicket{ops(1), ColumnId{"requires-further-support"}, {}, {}}});
  move.correlationId = commandId(4711);
  const Done done = accepted(run(move));
  EXPECT_EQ(logFrom(done.position.value).at(1).correlation, commandId(4711));
}

TEST_F(Automation, ARuleAsksOnceAnEntry) {
  givenOfferRule();
  openTicket();
  move(1, "requires-further-support");
  expectNothingNewAfter([] {});
  perform(domain::AddComment{ops(1), "still waiting", false});
  EXPECT_EQ(all<HandOverOffered>(log()).size(), 1u);
  // It goes back to Follow-Up, and enters once more.
  perform(domain::ReturnHandOver{ops(1), kDev, "not ours"});
  EXPECT_EQ(all<HandOverOffered>(log()).size(), 1u);
  move(1, "requires-further-support");
  EXPECT_EQ(all<HandOverOffered>(log()).size(), 2u);
}

TEST_F(Automation, ARepeatedCommandAddsNothing) {
  givenOfferRule();
  openTicket();
  const CommandRequest move = request(domain::TicketCommand{
      domain::MoveTicket{ops(1), ColumnId{"requires-further-support"}, {}, {}}});
  const Done first = accepted(run(move));
  expectNothingNewAfter([&] { EXPECT_EQ(accepted(run(move)).position, first.position); });
  reopen();
  expectNothingNewAfter([&] { EXPECT_TRUE(accepted(run(move)).repeated); });
  EXPECT_EQ(path_->stats().ownByRules, 0u) << "replay asks for nothing";
}

TEST_F(Automation, ARepeatInTheSameBatchAddsNothing) {
  givenOfferRule();
  openTicket();
  const CommandRequest move = request(domain::TicketCommand{
      domain::MoveTicket{ops(1), ColumnId{"requires-further-support"}, {}, {}}});
  const auto outcomes = runAll({move, move});
  EXPECT_TRUE(accepted(outcomes[1]).repeated);
  EXPECT_EQ(all<HandOverOffered>(log()).size(), 1u);
  EXPECT_EQ(all<RuleNotApplied>(log()).size(), 0u);
}

TEST_F(Automation, InABatchEachCommandIsFollowedByWhatItAsksFor) {
  givenOfferRule();
  openTicket();
  openTicket();
  const std::uint64_t before = head();
  const auto to = ColumnId{"requires-further-support"};
  runAll({request(domain::TicketCommand{domain::MoveTicket{ops(1), to, {}, {}}}),
          request(domain::TicketCommand{domain::MoveTicket{ops(2), to, {}, {}}})});
  const auto events = logFrom(before);
  EXPECT_THAT(types(events),
              ElementsAre("TicketMoved", "HandOverOffered", "TicketMoved", "HandOverOffered"));
  EXPECT_EQ(events.at(3).causation, before + 2);
  EXPECT_TRUE(inOneGroup(before, before + 3));
}

TEST_F(Automation, WhatIsRefusedLeavesItsReasons) {
  domain::LimitScope scope;
  scope.column = ColumnId{"in-progress"};
  perform(domain::SetLimit{kOps, scope, 1});
  setRule(kOps, "start", "follow-up", MoveToColumn{ColumnId{"in-progress"}});
  openTicket();
  openTicket();
  move(1, "follow-up");  // and goes on
  const std::uint64_t before = head();
  move(2, "follow-up");
  const auto events = logFrom(before);
  ASSERT_THAT(types(events), ElementsAre("TicketMoved", "RuleNotApplied"));
  EXPECT_EQ(*events[1].as<RuleNotApplied>(),
            (RuleNotApplied{kOps, RuleId{"start"}, {"wip-limit-reached"}}));
  EXPECT_EQ(events[1].causation, before);
  EXPECT_EQ(events[1].origin, eventstore::Origin::rule);
  EXPECT_TRUE(inOneGroup(before, before + 1));
}

TEST_F(Automation, ACycleEndsAtTheFifthRule) {
  setRule(kOps, "there", "in-progress", MoveToColumn{ColumnId{"follow-up"}});
  setRule(kOps, "back", "follow-up", MoveToColumn{ColumnId{"in-progress"}});
  openTicket();
  const std::uint64_t before = head();
  move(1, "in-progress");
  const auto events = logFrom(before);
  ASSERT_EQ(events.size(), 1u + domain::kRuleDepthMax + 1u);
  for (std::size_t i = 1; i < events.size(); ++i) {
    EXPECT_EQ(events[i].causation, before + i - 1) << "one follows from the other";
    EXPECT_EQ(events[i].correlation, events[0].command);
  }
  EXPECT_EQ(all<TicketMoved>(events).size(), 1u + domain::kRuleDepthMax);
  EXPECT_EQ(events.back().as<RuleNotApplied>()->refusals, Codes{"rule-chain-too-long"});
  expectNothingNewAfter([] {});
}

TEST_F(Automation, RulesThatMultiplyComeToAnEnd) {
  // Each entry asks for ten moves to and fro: five levels of them would be thousands.
  for (int i = 0; i < 10; ++i) {
    setRule(kOps, "rule-" + std::to_string(i), "in-progress",
            MoveToColumn{ColumnId{i % 2 == 0 ? "follow-up" : "in-progress"}});
  }
  openTicket();
  const std::uint64_t before = head();
  move(1, "in-progress");
  const auto events = logFrom(before);
  EXPECT_EQ(events.size(), 1u + domain::kRuleCommandsMax + 1u);
  EXPECT_EQ(events.back().as<RuleNotApplied>()->refusals, Codes{"rule-chain-too-long"});
  EXPECT_TRUE(inOneGroup(before, events.back().position));
  openTicket();  // the desk goes on
}

TEST_F(Automation, RulesOfTwoBoardsFollowOneFromTheOther) {
  givenOfferRule();
  setRule(kOps, "look-again", "follow-up", domain::AddRequiredCheck{"Tell the customer"});
  openTicket();
  move(1, "requires-further-support");
  perform(domain::AcceptHandOver{ops(1), kDev, {}, {}, {}});
  const std::uint64_t before = head();
  perform(domain::MoveTicket{ops(1), ColumnId{"done"}, kDev, {}});
  const auto events = logFrom(before);
  // The template's rule of DEV gives it back, which brings it to Follow-Up, where OPS has a rule.
  ASSERT_THAT(types(events),
              ElementsAre("GuestMoved", "HandOverReturned", "TicketCameBack", "CheckAdded"));
  EXPECT_EQ(events[1].causation, before);
  EXPECT_EQ(events[2].command, events[1].command) << "one command, two events";
  EXPECT_EQ(events[3].causation, before + 2);
  EXPECT_TRUE(inOneGroup(before, before + 3));
}

TEST_F(Automation, AnImportSetsOffNothing) {
  setRule(kOps, "on-arrival", "inbox", domain::AssignToTeam{domain::TeamId{"desk"}});
  setRule(kOps, "on-work", "in-progress", domain::AddRequiredCheck{"Tell the customer"});
  domain::RecordHistory record;
  record.board = kOps;
  record.externalKey = "SR-1";
  record.activity = "Accepted";
  record.actor = "Bo";
  record.column = ColumnId{"in-progress"};
  perform(record);
  record.sequence = 1;
  record.column = ColumnId{"inbox"};
  perform(record);
  for (const Recorded& one : log()) EXPECT_FALSE(one.isOwn()) << one.type;
  // The same board asks for what people do.
  openTicket();
  EXPECT_EQ(log().back().type, "TeamAssigned");
}

TEST_F(Automation, NobodyElseMayUseTheIdsOfTheDesk) {
  givenOfferRule();
  openTicket();
  move(1, "requires-further-support");
  const Recorded offered = log().back();
  ASSERT_TRUE(offered.isOwn());
  CommandRequest taken = request(domain::TicketCommand{domain::AddComment{ops(1), "mine", false}});
  // One that the desk will use one day, as far as anybody can tell.
  taken.id = offered.command;
  taken.id.bytes[15] ^= std::byte{1};
  EXPECT_EQ(codes(run(taken)), Codes{"field-invalid"});
  taken.id = commandId(4712);
  accepted(run(taken));
}

TEST_F(Automation, AfterARestartRulesGoOn) {
  givenOfferRule();
  openTicket();
  openTicket();
  move(1, "requires-further-support");
  expectNothingNewAfter([&] { reopen(); });
  move(2, "requires-further-support");
  EXPECT_EQ(all<HandOverOffered>(log()).size(), 2u);
  expectNothingMissingNorTwice(*log_, now());
}

}  // namespace
}  // namespace docket::server::test
