// Imported history: written down as it happened, judged for its form only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/ticket.h"
#include "tests/domain/desk.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

RecordHistory record(std::uint64_t sequence, const std::string& columnText) {
  RecordHistory command;
  command.board = kOps;
  command.externalKey = "SR 42";
  command.type = TicketType::problem;
  command.title = "Printer";
  command.ticketForeign = {{"country", "string", "pl", {}}};
  command.sequence = sequence;
  command.activity = "Accepted/In Progress";
  command.actor = "Anna Berg";
  command.column = column(columnText);
  command.foreign = {{"org:group", "string", "V5 3rd", {}}};
  return command;
}

TEST(HistoryDecider, TheFirstOfAKeyOpensATicketWhereItStands) {
  Desk desk;
  desk.givenTicket(3, inbox());
  const Decision decision = desk.when(record(0, "in progress"));
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->ticket, ops(4));
  ASSERT_EQ(decision->changes.size(), 2U);
  EXPECT_EQ(decision->changes[1].ticket, ops(4));
  EXPECT_EQ(std::get<TicketOpened>(decision->changes[0].event),
            (TicketOpened{ops(4),
                          inProgress(),
                          TicketType::problem,
                          ServiceClass::standard,
                          Tier::second,
                          "Printer",
                          "",
                          SubjectId{},
                          std::nullopt,
                          "SR 42",
                          {{"country", "string", "pl", {}}}}));
  EXPECT_EQ(std::get<HistoryRecorded>(decision->changes[1].event),
            (HistoryRecorded{0,
                             "Accepted/In Progress",
                             "Anna Berg",
                             inProgress(),
                             {{"org:group", "string", "V5 3rd", {}}}}));
}

TEST(HistoryDecider, WithoutAColumnItOpensInTheFirstQueueAndMovesNothing) {
  const Decision decision = Desk().when(record(0, ""));
  ASSERT_TRUE(decision);
  EXPECT_EQ(std::get<TicketOpened>(decision->changes[0].event).place, inbox());
  EXPECT_EQ(std::get<HistoryRecorded>(decision->changes[1].event).to, std::nullopt);
}

TEST(HistoryDecider, WithoutATitleTheKeyIsTheTitle) {
  RecordHistory command = record(0, "");
  command.title = "";
  const Decision decision = Desk().when(command);
  ASSERT_TRUE(decision);
  EXPECT_EQ(std::get<TicketOpened>(decision->changes[0].event).title, "SR 42");
}

TEST(HistoryDecider, LaterOnesOfTheKeyAreOnTheSameTicket) {
  Desk desk;
  ASSERT_TRUE(desk.perform(record(0, "inbox")));
  ASSERT_TRUE(desk.perform(OpenTicket{kOps, {}, {}, {}, "Another", "", {}, {}}));
  const Decision decision = desk.perform(record(1, "closed"));
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->ticket, ops(1));
  EXPECT_EQ(decision->changes.size(), 1U);
  EXPECT_EQ(desk.ticket(ops(1)).place, closed());
}

TEST(HistoryDecider, ALimitOfTodayDoesNotRefuseHistory) {
  Desk desk;
  desk.givenLimit("in-progress", 0).givenLimit("inbox", 0).givenLimit("done", 0);
  EXPECT_THAT(refusedWith(desk.perform(record(0, "in-progress"))), IsEmpty());
  desk.givenBlocked(1);
  EXPECT_THAT(refusedWith(desk.perform(record(1, "done"))), IsEmpty());
  EXPECT_THAT(refusedWith(desk.perform(record(2, "inbox"))), IsEmpty());
}

TEST(HistoryDecider, TheActorOfTheContextIsHistoryToo) {
  EXPECT_THAT(refusedWith(Desk().when(record(0, ""), SubjectId{"Anna Berg (V5)"})), IsEmpty());
}

TEST(HistoryDecider, VerbatimTextsMayHoldWhatPeopleMayNotType) {
  RecordHistory command = record(0, "");
  command.title = "a\r\nb";
  command.activity = "a\tb";
  command.foreign = {{"k", "string", "\x1B[2J", {}}};
  EXPECT_THAT(refusedWith(Desk().when(command)), IsEmpty());
}

std::vector<ForeignAttribute> nested(int depth) {
  std::vector<ForeignAttribute> attributes;
  for (int i = 0; i < depth; ++i) attributes = {{"k", "list", "", attributes}};
  return attributes;
}

TEST(HistoryDecider, FormIsChecked) {
  struct Case {
    const char* name;
    void (*change)(RecordHistory&);
    std::vector<std::string> codes;
  };
  const std::vector<std::string> field{"field-invalid"};
  const std::vector<Case> cases{
      {"board", [](RecordHistory& c) { c.board = BoardKey{"NO"}; }, {"unknown-board"}},
      {"column", [](RecordHistory& c) { c.column = column("no"); }, {"unknown-column"}},
      {"no key", [](RecordHistory& c) { c.externalKey = ""; }, field},
      {"long key", [](RecordHistory& c) { c.externalKey = std::string(201, 'x'); }, field},
      {"no activity", [](RecordHistory& c) { c.activity = ""; }, field},
      {"long activity", [](RecordHistory& c) { c.activity = std::string(301, 'x'); }, field},
      {"long title", [](RecordHistory& c) { c.title = std::string(301, 'x'); }, field},
      {"long actor", [](RecordHistory& c) { c.actor = std::string(201, 'x'); }, field},
      {"title not UTF-8", [](RecordHistory& c) { c.title = "\xFF"; }, field},
      {"actor not UTF-8", [](RecordHistory& c) { c.actor = "\xFF"; }, field},
      {"value not UTF-8", [](RecordHistory& c) { c.foreign[0].value = "\xFF"; }, field},
      {"ticket's value not UTF-8", [](RecordHistory& c) { c.ticketForeign[0].key = "\xFF"; },
       field},
      {"many attributes", [](RecordHistory& c) { c.foreign.resize(201); }, field},
      {"many nested", [](RecordHistory& c) { c.foreign[0].children.resize(200); }, field},
      {"deep", [](RecordHistory& c) { c.ticketForeign = nested(9); }, field},
      {"large", [](RecordHistory& c) { c.foreign[0].value = std::string(32'769, 'x'); }, field},
      {"several",
       [](RecordHistory& c) {
         c.externalKey = "";
         c.activity = "";
         c.foreign = nested(9);
         c.column = column("no");
       },
       {"field-invalid", "field-invalid", "field-invalid", "unknown-column"}},
      {"at the limits",
       [](RecordHistory& c) {
         c.externalKey = std::string(200, 'x');
         c.activity = std::string(300, 'x');
         c.title = std::string(300, 'x');
         c.actor = std::string(200, 'x');
         c.foreign.resize(200);
         c.ticketForeign = nested(8);
       },
       {}},
  };
  for (const Case& one : cases) {
    RecordHistory command = record(0, "inbox");
    one.change(command);
    EXPECT_EQ(refusedWith(Desk().when(command)), one.codes) << one.name;
  }
}

}  // namespace
}  // namespace docket::domain
