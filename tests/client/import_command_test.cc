#include <capnp/message.h>
#include <gtest/gtest.h>

#include "client/import/command_id.h"
#include "client/import/importer.h"
#include "client/import/source_reader.h"
#include "tests/client/fake_server.h"
#include "tests/client/import_file.h"

namespace docket::client::imports {
namespace {

std::string hex(const std::array<unsigned char, 16>& id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : id) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

// Frozen: printf 'docket-import/1\0OPS\0''1-7\0''3' | sha256sum
TEST(ImportCommandId, IsTheHashOfBoardCaseAndSequence) {
  EXPECT_EQ(hex(importCommandId("OPS", "1-7", 3)), "e3dd508c40a22996ce788de2d7592ae6");
  EXPECT_NE(importCommandId("OPS", "1-7", 3), importCommandId("OPS", "1-7", 4));
  EXPECT_NE(importCommandId("OPS", "1-7", 3), importCommandId("OPT", "1-7", 3));
  EXPECT_NE(importCommandId("OPS", "1", 23), importCommandId("OPS", "12", 3));
}

TEST(RecordHistory, SaysAllThatTheEventHolds) {
  ImportMap map;
  map.type = "problem";
  SourceCase one;
  one.externalKey = "1-7";
  one.title = "A title";
  one.attributes = {{"concept:name", "string", "1-7", {}}};
  SourceEvent event;
  event.occurredAt = Instant(std::chrono::microseconds(-5));
  event.sequence = 3;
  event.activity = "Queued";
  event.actor = "Ann";
  event.attributes = {{"a", "list", "", {{"b", "int", "01", {}}}}, {"c", "string", "ä", {}}};
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<api::TicketCommand>();
  fillRecordHistory(command, "OPS", map, one, event, {"inbox", {"", "network", 2}});
  const auto read = command.asReader();
  EXPECT_EQ(read.getHeader().getId().size(), 16U);
  EXPECT_EQ(read.getHeader().getOccurredAt().getAt(), -5);
  ASSERT_TRUE(read.isRecordHistory());
  const auto record = read.getRecordHistory();
  EXPECT_STREQ(record.getBoard().cStr(), "OPS");
  EXPECT_STREQ(record.getExternalKey().cStr(), "1-7");
  EXPECT_STREQ(record.getType().cStr(), "problem");
  EXPECT_STREQ(record.getTitle().cStr(), "A title");
  EXPECT_STREQ(record.getColumn().cStr(), "inbox");
  EXPECT_STREQ(record.getActivity().cStr(), "Queued");
  EXPECT_STREQ(record.getActor().cStr(), "Ann");
  EXPECT_EQ(record.getSequence(), 3U);
  ASSERT_TRUE(record.getAssignee().isTo());
  EXPECT_STREQ(record.getAssignee().getTo().cStr(), "");
  ASSERT_TRUE(record.getTeam().isTo());
  EXPECT_STREQ(record.getTeam().getTo().cStr(), "network");
  EXPECT_EQ(record.getTier(), 2U);
  ASSERT_EQ(record.getTicketForeign().size(), 1U);
  ASSERT_EQ(record.getForeign().size(), 2U);
  EXPECT_STREQ(record.getForeign()[0].getChildren()[0].getValue().cStr(), "01");
  EXPECT_STREQ(record.getForeign()[1].getValue().cStr(), "ä");
}

TEST(RecordHistory, WhatTheMapDoesNotSayIsUnchanged) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<api::TicketCommand>();
  fillRecordHistory(command, "OPS", {}, {}, {}, {});
  const auto record = command.asReader().getRecordHistory();
  EXPECT_TRUE(record.getAssignee().isUnchanged());
  EXPECT_TRUE(record.getTeam().isUnchanged());
  EXPECT_EQ(record.getTier(), 0U);
  EXPECT_STREQ(record.getColumn().cStr(), "");
}

ImportReport dryRun(const std::string& content, std::vector<RefusedRow>& refused,
                    const std::function<bool()>& shouldStop = {}) {
  const tests::TemporaryFolder folder;
  auto map = parseMap(
      "[source]\nformat='csv'\ncase='Case'\nactivity='What'\ntime='When'\nstate='What'\n"
      "[states]\n'go'='Inbox'\n",
      "m");
  auto source = ByteSource::open(folder.write("x.csv", content));
  const auto states = StateColumns::make(*map, itSupportColumns());
  ImportOptions options;
  options.dryRun = true;
  options.onRefused = [&](const RefusedRow& row) { refused.push_back(row); };
  options.shouldStop = shouldStop;
  return runImport(*source, *map, itSupportColumns(), *states, nullptr, options);
}

TEST(Importer, AStateThatTheMapDoesNotKnowIsRefusedAndKeepsItsNumber) {
  std::vector<RefusedRow> refused;
  const auto report = dryRun(
      "Case,What,When\na,go,2012-01-01T00:00:00Z\na,fly,2012-01-01T00:00:01Z\nb,go,2012-01-01T00:"
      "00:00Z\n",
      refused);
  EXPECT_EQ(report.cases, 2U);
  EXPECT_EQ(report.events, 3U);
  EXPECT_EQ(report.skipped, 2U);
  EXPECT_EQ(report.refused, 1U);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].line, 3U);
  EXPECT_NE(refused[0].reason.find("'fly'"), std::string::npos);
}

// Six hundred cases of one event each, to a server that answers those up to "c100" as done.
ImportReport toServerThatFails(tests::FakeServerOptions::Answer later,
                               std::vector<RefusedRow>& refused) {
  using Answer = tests::FakeServerOptions::Answer;
  tests::FakeServer server({.decide = [later](std::size_t, const std::string& key) {
    return std::stoi(key.substr(1)) < 100 ? Answer::done : later;
  }});
  auto connection = Connection::open({.address = server.address(), .subject = "anna"});
  std::string content = "Case,What,When\n";
  for (int i = 0; i < 600; ++i) content += "c" + std::to_string(i) + ",go,2012-01-01T00:00:00Z\n";
  const tests::TemporaryFolder folder;
  const auto map = parseMap(
      "[source]\nformat='csv'\ncase='Case'\nactivity='What'\ntime='When'\nstate='What'\n"
      "[states]\n'go'='Inbox'\n",
      "m");
  auto source = ByteSource::open(folder.write("x.csv", content));
  const auto states = StateColumns::make(*map, itSupportColumns());
  ImportOptions options;
  options.onRefused = [&](const RefusedRow& row) { refused.push_back(row); };
  return runImport(*source, *map, itSupportColumns(), *states, connection->get(), options);
}

TEST(Importer, StopsAtAServerThatTakesNoCommandsAndCountsNobodyAsRefused) {
  using Answer = tests::FakeServerOptions::Answer;
  for (const auto& [answer, code] : {std::pair(Answer::logUnavailable, ImportError::Code::server),
                                     std::pair(Answer::corrupt, ImportError::Code::integrity)}) {
    std::vector<RefusedRow> refused;
    const auto report = toServerThatFails(answer, refused);
    ASSERT_TRUE(report.error.has_value());
    EXPECT_EQ(report.error->code, code);
    EXPECT_EQ(report.recorded, 100U);
    EXPECT_EQ(report.refused, 0U);
    EXPECT_TRUE(refused.empty());
    EXPECT_GT(report.outcomeUnknown, 0U);
    EXPECT_EQ(report.events, report.recorded + report.skipped + report.outcomeUnknown);
    EXPECT_LT(report.events, 600U);
  }
}

TEST(Importer, RefusedEventsChangeNothing) {
  const tests::TemporaryFolder folder;
  const auto map = parseMap(
      "[source]\nformat='csv'\ncase='Case'\nactivity='What'\ntime='When'\nstate='What'\n"
      "assignee='Who'\nteam='Team'\n[states]\n'go'='Inbox'\n'end'='Done'\n",
      "m");
  ASSERT_TRUE(map.has_value()) << map.error().message;
  const std::string time = "2012-01-01T00:00:00Z";
  auto source = ByteSource::open(folder.write(
      "x.csv", "Case,What,When,Who,Team\na,go," + time + ",ann,V 1\na,end," + time + ",bo,V-1\n" +
                   "a,fly," + time + ",bo,V 1\na,go," + time + ",ann,\n"));
  const auto states = StateColumns::make(*map, itSupportColumns());
  std::vector<RefusedRow> refused;
  ImportOptions options;
  options.dryRun = true;
  options.onRefused = [&](const RefusedRow& row) { refused.push_back(row); };
  const auto report = runImport(*source, *map, itSupportColumns(), *states, nullptr, options);
  EXPECT_EQ(report.events, 4U);
  EXPECT_EQ(report.skipped, 2U);
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0].line, 3U);
  EXPECT_NE(refused[0].reason.find("'V-1'"), std::string::npos) << refused[0].reason;
  EXPECT_EQ(report.changes, (ChangeCounts{1, 0, 0, 0}));
}

TEST(Importer, StopsWhenTold) {
  std::vector<RefusedRow> refused;
  int asked = 0;
  const auto report =
      dryRun("Case,What,When\na,go,2012-01-01T00:00:00Z\nb,go,2012-01-01T00:00:00Z\n", refused,
             [&] { return ++asked > 3; });
  EXPECT_TRUE(report.stopped);
  EXPECT_FALSE(report.error.has_value());
  EXPECT_LT(report.cases, 2U);
}

}  // namespace
}  // namespace docket::client::imports
