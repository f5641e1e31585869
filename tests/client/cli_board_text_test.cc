#include "client/cli/board_text.h"

#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "client/cli/refusal_text.h"
#include "client/cli/text_layout.h"
#include "client/cli/ticket_text.h"

namespace docket::client::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kHour = 3'600'000'000;
const Output kPlain(Terminal{false, false, 80}, false);

void fillCard(api::Card::Builder card, const char* id, const char* title, std::int64_t since) {
  card.setId(id);
  card.setTitle(title);
  card.setClass("standard");
  card.setTier(1);
  card.setInColumnSince(since);
}

TEST(BoardText, DrawsColumnsWithCountsLimitsAndCards) {
  capnp::MallocMessageBuilder message;
  auto board = message.initRoot<api::Board>();
  board.setKey("OPS");
  board.setName("Operations");
  board.setTemplate("basic");
  auto columns = board.initColumns(3);
  auto queue = columns[0];
  queue.getColumn().setName("To Do");
  queue.getColumn().setCategory("queue");
  queue.getColumn().setDefaultDrop(true);
  queue.setCount(12);
  auto cards = queue.initCards(2);
  fillCard(cards[0], "OPS-1", "Printer is on fire", 0);
  cards[0].setClass("expedite");
  cards[0].setAssignee("anna");
  fillCard(cards[1], "OPS-12", "VPN drops", 97 * kHour);
  cards[1].setBlocked("supplier");
  columns[1].getColumn().setName("Doing");
  columns[1].getColumn().setCategory("active");
  columns[1].getColumn().setWipLimit(3);
  columns[1].setCount(3);
  columns[2].getColumn().setName("Done");
  columns[2].getColumn().setCategory("resolved");
  columns[2].getColumn().setWipLimit(1);
  columns[2].setCount(2);
  EXPECT_EQ(boardText(board.asReader(), 1487, 100 * kHour, kPlain),
            "OPS  Operations\n"
            "17 tickets · template basic · as of position 1,487\n"
            "\n"
            "▌ To Do  12  queue, default drop\n"
            "  !! OPS-1   Printer is on fire  anna  4 d\n"
            "     OPS-12  VPN drops                 3 h  blocked: supplier\n"
            "     and 10 more\n"
            "\n"
            "▌ Doing  3 of 3, full  active\n"
            "     and 3 more\n"
            "\n"
            "▌ Done  2 of 1, over its limit  resolved\n"
            "     and 2 more\n"
            "\n"
            "!! expedite   ◆ fixed date   ○ intangible\n");
}

TEST(BoardText, CardsAreDrawnLaneByLaneAndGuestsNameTheirHome) {
  capnp::MallocMessageBuilder message;
  auto board = message.initRoot<api::Board>();
  board.setKey("OPS");
  auto columns = board.initColumns(1);
  columns[0].getColumn().setName("Doing");
  columns[0].getColumn().setCategory("active");
  columns[0].setCount(3);
  auto cards = columns[0].initCards(3);
  fillCard(cards[0], "OPS-1", "VPN drops", 0);
  fillCard(cards[1], "DEV-2", "A defect", 0);
  cards[1].setClass("intangible");
  fillCard(cards[2], "OPS-3", "Printer is on fire", 0);
  cards[2].setClass("expedite");
  const std::vector<BoardLane> lanes{{"Expedite", {"expedite"}}, {"Rest", {"standard"}}};
  const std::string text = boardText(board.asReader(), 1, kHour, kPlain, lanes);
  EXPECT_THAT(text, HasSubstr("▌ Doing  3  active\n"
                              "  ── Expedite\n"
                              "  !! OPS-3  Printer is on fire    1 h\n"
                              "  ── Rest\n"
                              "     OPS-1  VPN drops             1 h\n"
                              "  ── no lane\n"
                              "  ○  DEV-2  A defect              1 h  guest from DEV\n"));
}

TEST(BoardText, NoLineIsWiderThanTheTerminalAndNothingEscapes) {
  capnp::MallocMessageBuilder message;
  auto board = message.initRoot<api::Board>();
  board.setKey("OPS");
  auto columns = board.initColumns(1);
  columns[0].getColumn().setName("To Do");
  columns[0].setCount(1);
  auto cards = columns[0].initCards(1);
  fillCard(cards[0], "OPS-1",
           "\x1b[31m日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語", 0);
  cards[0].setAssignee("somebody-with-a-very-long-name@example.org");
  cards[0].setBlocked("supplier");
  cards[0].getDue().setAt(0);
  const std::string text = boardText(board.asReader(), 1, kHour, kPlain);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(displayWidth(line), 80) << line;
}

TEST(RefusalText, HasMessageCodeFactsWayOutAndChanges) {
  capnp::MallocMessageBuilder message;
  auto refusal = message.initRoot<api::Refusal>();
  auto violation = refusal.initViolations(1)[0];
  violation.setCode("wip-limit-reached");
  violation.setMessage("Column doing is full.");
  violation.setWayOut("Finish a card.");
  auto facts = violation.initFacts(2);
  facts[0].setName("limit");
  facts[0].setValue("3");
  facts[1].setName("count");
  facts[1].setValue("3");
  EXPECT_EQ(refusalText(refusal.asReader(), kPlain),
            "refused: Column doing is full.\n"
            "  code wip-limit-reached, limit 3, count 3\n"
            "  way out: Finish a card.");
  auto change = refusal.initChanges(1)[0];
  change.setVersion(4);
  change.setActor("ben");
  change.setType("TicketMoved");
  change.setSummary("to\x1b done");
  const std::string text = refusalText(refusal.asReader(), kPlain);
  EXPECT_THAT(text, HasSubstr("what happened since:\n    version 4  "));
  EXPECT_THAT(text, HasSubstr("ben  TicketMoved: to␛ done"));
}

TEST(HistoryText, ImportedEventShowsItsOwnActorActivityAndAttributes) {
  capnp::MallocMessageBuilder message;
  auto entry = message.initRoot<api::HistoryEntry>();
  entry.initFacts().setActor("importer");
  entry.getFacts().setSummary("recorded");
  entry.setImported(true);
  entry.setActivity("Accepted");
  entry.setSourceActor("Value 5");
  auto foreign = entry.initForeign(1);
  foreign[0].setKey("org:group");
  foreign[0].setValue("V5 3rd");
  const std::string text = historyText(entry.asReader(), kPlain);
  EXPECT_THAT(text, HasSubstr("Value 5  Accepted\n        org:group = V5 3rd\n"));
  EXPECT_THAT(text, Not(HasSubstr("importer")));
}

TEST(TicketText, ShowsBlockerAndLongTexts) {
  capnp::MallocMessageBuilder message;
  auto ticket = message.initRoot<api::Ticket>();
  fillCard(ticket.getCard(), "OPS-1", "VPN drops", 0);
  ticket.getCard().setBlocked("supplier");
  ticket.setBlockedReason("waits for a part");
  ticket.setDescription("line one\nline two");
  const std::string text = ticketText(ticket.asReader(), kHour, kPlain);
  EXPECT_THAT(text, HasSubstr("OPS-1  VPN drops\n"));
  EXPECT_THAT(text, HasSubstr("supplier: waits for a part"));
  EXPECT_THAT(text, HasSubstr("    line one\n    line two\n"));
  EXPECT_THAT(text, HasSubstr("nobody"));
}

}  // namespace
}  // namespace docket::client::cli
