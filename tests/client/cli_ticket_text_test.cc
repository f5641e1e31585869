#include "client/cli/ticket_text.h"

#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <functional>
#include <sstream>

#include "client/cli/board_rules_text.h"
#include "client/cli/text_layout.h"
#include "client/cli/ticket_facets_text.h"

namespace docket::client::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kNine = 1'772'442'000'000'000;  // 2026-03-02T09:00:00Z
const Output kPlain(Terminal{false, false, 80}, false);

class TicketTextTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  void TearDown() override {
    unsetenv("TZ");
    tzset();
  }

  // A promise of four hours' working time, made at nine, that nothing has happened to.
  static void fillClock(api::Clock::Builder clock, const char* kind) {
    clock.setKind(kind);
    clock.setCalendar("office-hours");
    clock.setFrom(kNine);
    clock.setTarget(4 * 3600);
    clock.setFirstTarget(4 * 3600);
    clock.setTargetToday(4 * 3600);
    clock.setReadable(true);
    clock.setElapsed(kHour);
    clock.setWorking(kHour);
    clock.getDeadline().setAt(kNine + 4 * kHour);
  }

  std::string promise(const std::function<void(api::Clock::Builder)>& change) {
    capnp::MallocMessageBuilder message;
    auto clocks = message.initRoot<api::Ticket>().initClocks(1);
    fillClock(clocks[0], "resolution");
    change(clocks[0]);
    return promisesText(clocks.asReader(), kPlain);
  }
};

constexpr const char* kHeading = "\n  promises, in working time\n";

TEST_F(TicketTextTest, APromiseTellsHowFarItIsAndUntilWhen) {
  EXPECT_EQ(promise([](auto) {}), std::string(kHeading) +
                                      "    resolution  running  1 h of 4 h, due 2026-03-02 "
                                      "13:00:00 +00:00\n");
}

TEST_F(TicketTextTest, APromiseIsAtRiskPausedMissedOrKept) {
  EXPECT_THAT(promise([](auto clock) { clock.getWarnedAt().setAt(kNine); }),
              HasSubstr("resolution  at risk  1 h of 4 h, due 2026"));
  EXPECT_THAT(promise([](auto clock) { clock.getDeadline().setNone(); }),
              HasSubstr("resolution  paused  1 h of 4 h\n"));
  EXPECT_THAT(promise([](auto clock) {
                clock.setElapsed(5 * kHour);
                clock.setMissed(true);
              }),
              HasSubstr("resolution  missed  5 h of 4 h, was due 2026-03-02 13:00:00 +00:00\n"));
  EXPECT_THAT(promise([](auto clock) {
                clock.getMetAt().setAt(kNine + kHour);
                clock.getStoppedAt().setAt(kNine + kHour);
              }),
              HasSubstr("resolution  kept  1 h of 4 h, stopped 2026-03-02 10:00:00 +00:00\n"));
}

TEST_F(TicketTextTest, APromiseWithoutItsCalendarSaysSo) {
  const std::string text = promise([](auto clock) { clock.setReadable(false); });
  EXPECT_THAT(text, HasSubstr("resolution  unknown  of 4 h"));
  EXPECT_THAT(text, HasSubstr("its calendar office-hours is not defined"));
}

TEST_F(TicketTextTest, BothVerdictsAreTold) {
  EXPECT_THAT(promise([](auto clock) {
                clock.setElapsed(5 * kHour);
                clock.setMissed(true);
                clock.setTargetToday(8 * 3600);
              }),
              HasSubstr("by the policies of today, 8 h: not missed\n"));
  EXPECT_THAT(promise([](auto clock) {
                clock.setElapsed(3 * kHour);
                clock.getMetAt().setAt(kNine + 3 * kHour);
                clock.getStoppedAt().setAt(kNine + 3 * kHour);
                clock.setTargetToday(2 * 3600);
              }),
              HasSubstr("by the policies of today, 2 h: missed\n"));
  EXPECT_THAT(promise([](auto clock) { clock.setTargetToday(-1); }),
              HasSubstr("the policies of today would promise nothing\n"));
  EXPECT_THAT(promise([](auto clock) { clock.setFirstTarget(2 * 3600); }),
              HasSubstr("first promised: 2 h\n"));
}

TEST_F(TicketTextTest, WhereTheTimeWentIsTold) {
  EXPECT_THAT(promise([](auto clock) {
                clock.setClosed(15 * kHour);
                auto paused = clock.initPaused(1);
                paused[0].setBy("customer");
                paused[0].setTime(90 * kMinute);
              }),
              HasSubstr("not counted: closed hours 15 h, paused by customer 1 h 30 min\n"));
}

TEST_F(TicketTextTest, ApprovalsChecksAndLinksAreListed) {
  capnp::MallocMessageBuilder message;
  auto ticket = message.initRoot<api::Ticket>();
  auto approval = ticket.initApprovals(1)[0];
  approval.setNumber(1);
  approval.setNeeded(2);
  approval.setState("open");
  auto asked = approval.initApprovers(2);
  asked.set(0, "carl");
  asked.set(1, "dora");
  auto vote = approval.initVotes(1)[0];
  vote.setApprover("carl");
  vote.setVerdict("approved");
  auto checks = ticket.initChecks(2);
  checks[0].setNumber(1);
  checks[0].setText("Tell the users");
  checks[0].setRequired(true);
  checks[0].setGate("resolve");
  checks[1].setNumber(2);
  checks[1].setText("Review");
  checks[1].setGate("close");
  checks[1].setDone(true);
  auto links = ticket.initLinks(3);
  links[0].setKind("parent");
  links[0].setOther("OPS-7");
  links[1].setKind("causes");
  links[1].setOther("OPS-8");
  links[1].setOutgoing(true);
  links[2].setKind("a-newer-kind");
  links[2].setOther("OPS-9");
  const std::string text = ticketText(ticket.asReader(), kNine, kPlain);
  EXPECT_THAT(text, HasSubstr("\n  approvals\n     1  open      1 of 2 approvals; asked: carl, "
                              "dora; carl approved\n"));
  EXPECT_THAT(text, HasSubstr("\n  checks\n     1  to do     Tell the users (before the ticket is "
                              "resolved)\n     2  done      Review\n"));
  EXPECT_THAT(text, HasSubstr("\n  links: this ticket\n    is part of OPS-7\n    causes OPS-8\n    "
                              "OPS-9 a-newer-kind this\n"));
}

TEST_F(TicketTextTest, ATicketTellsWhereElseItStandsAndWhatItIs) {
  capnp::MallocMessageBuilder message;
  auto ticket = message.initRoot<api::Ticket>();
  auto card = ticket.getCard();
  card.setId("OPS-1");
  card.setTitle("VPN drops");
  card.setColumn("requires-further-support");
  card.setCategory("waiting");
  card.setType("change");
  card.setClass("standard");
  card.setTier(2);
  card.setInColumnSince(kNine);
  auto is = ticket.initClassification();
  is.setChangeKind("emergency");
  is.setPriority("p1");
  is.setImpact("high");
  is.setUrgency("none");
  is.setService("vpn");
  auto guest = ticket.initGuests(1)[0];
  guest.setBoard("DEV");
  guest.setColumn("implement");
  guest.setCategory("active");
  guest.setAssignee("carl");
  guest.setInColumnSince(kNine);
  auto offer = ticket.initOffers(1)[0];
  offer.setTo("NET");
  offer.setReason("a \x1b port");
  offer.setSince(kNine);
  ticket.setTeam("network");
  const std::string text = ticketText(ticket.asReader(), kNine + 3 * kHour, kPlain);
  EXPECT_THAT(text, HasSubstr("  stands in   requires-further-support (waiting) for 3 h\n"
                              "  guest on    DEV: implement (active) for 3 h, carl has it\n"
                              "  offered to  NET for 3 h: a ␛ port\n"
                              "  work        change (emergency), standard, tier 2\n"
                              "  priority    p1, impact high\n"
                              "  service     vpn\n"));
  EXPECT_THAT(text, HasSubstr("  team        network\n"));
  EXPECT_THAT(text, Not(HasSubstr("none")));
}

TEST(BoardRulesText, TellsHowABoardIsRun) {
  capnp::MallocMessageBuilder message;
  auto rules = message.initRoot<api::BoardRules>();
  rules.setKey("OPS");
  rules.setVersion(7);
  auto lane = rules.initLanes(1)[0];
  lane.setId("expedite");
  lane.setName("Expedite");
  lane.initClasses(1).set(0, "expedite");
  auto limits = rules.initLimits(3);
  limits[0].initScope().setColumn("in-progress");
  limits[0].setLimit(3);
  limits[0].setCount(3);
  auto cell = limits[1].initScope().initCell();
  cell.setColumn("in-progress");
  cell.setLane("expedite");
  limits[1].setLimit(1);
  limits[2].initScope().setPerson("");
  limits[2].setLimit(2);
  auto policy = rules.initPolicy();
  policy.setIntangibleMin(1);
  policy.setIntangibleOf(5);
  auto reserved = policy.initReservations(1)[0];
  reserved.setType("incident");
  reserved.setCards(2);
  auto rule = rules.initRules(1)[0];
  rule.setId("ask-dev");
  rule.setOnEntry("requires-further-support");
  rule.getAction().setOfferHandOverTo("DEV");
  auto finding = rules.initFindings(1)[0];
  finding.setCode("many-columns");
  finding.setMessage("The board has 12 columns.");
  EXPECT_EQ(boardRulesText(rules.asReader(), kPlain),
            "OPS  version 7\n"
            "\n"
            "Lanes\n"
            "  expedite  Expedite, for expedite\n"
            "\n"
            "WIP limits\n"
            "  column in-progress                   3 of 3, full\n"
            "  column in-progress in lane expedite  0 of 1\n"
            "  each other person                    at most 2 each\n"
            "\n"
            "Policy\n"
            "  WIP limits may be exceeded     with a reason, which is kept\n"
            "  expedited work under way       at most 1\n"
            "  reserved of the board's limit  2 for type incident\n"
            "  intangible work is pulled      when it was fewer than 1 of the last 5 pulls\n"
            "  fixed-date work is started     5 days before it is due, until the board's own\n"
            "                                 history says better\n"
            "\n"
            "Rules\n"
            "  ask-dev  when a ticket enters requires-further-support, it is offered to board\n"
            "           DEV\n"
            "\n"
            "Roles\n"
            "  nobody has one: the board is open to all\n"
            "\n"
            "Lint\n"
            "  warning  The board has 12 columns. (many-columns)\n");
}

TEST(BoardRulesText, NoLineIsWiderThanTheTerminal) {
  capnp::MallocMessageBuilder message;
  auto rules = message.initRoot<api::BoardRules>();
  const std::string longWord(200, 'x');
  rules.initLanes(1)[0].setId(longWord);
  auto rule = rules.initRules(1)[0];
  rule.setId("an-id-of-forty-characters-and-no-longer--");
  rule.getAction().setAddRequiredCheck(
      "a check whose text goes on and on and on and on and on and on and on and on and on");
  std::istringstream lines(boardRulesText(rules.asReader(), kPlain));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(displayWidth(line), 80) << line;
}

}  // namespace
}  // namespace docket::client::cli
