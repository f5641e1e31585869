#include <gtest/gtest.h>

#include "client/import/map_proposal.h"
#include "client/import/source_reader.h"
#include "client/import/state_guess.h"
#include "tests/client/import_file.h"

namespace docket::client::imports {
namespace {

struct Guess {
  const char* state;
  const char* column;
};

TEST(GuessColumn, KnowsTheUsualWords) {
  const Guess cases[] = {
      {"Accepted+In Progress", "In Progress"},
      {"Accepted+Wait", "Waiting on Customer"},
      {"Accepted+Assigned", "In Progress"},
      {"Queued+Awaiting Assignment", "Inbox"},
      {"Completed+Closed", "Closed"},
      {"Completed+Cancelled", "Closed"},
      {"Resolved", "Done"},
      {"RESOLVED", "Done"},
      {"Waiting on vendor", "Requires Further Support"},
      {"Pending customer", "Waiting on Customer"},
      {"Accepted+Wait - User", "Waiting on Customer"},
      {"Accepted+Wait - Customer", "Waiting on Customer"},
      {"Accepted+Wait - Vendor", "Requires Further Support"},
      {"Accepted+Wait - Implementation", "Requires Further Support"},
      {"Unresolved", "Inbox"},
      {"Reopened", "Follow-Up"},
      {"New", "Inbox"},
      {"done", "Done"},
      {"in-progress", "In Progress"},
  };
  for (const Guess& one : cases) {
    EXPECT_EQ(guessColumn(one.state, itSupportColumns()).column, one.column) << one.state;
  }
  EXPECT_FALSE(guessColumn("Zorp", itSupportColumns()).sure);
}

TEST(GuessColumn, MakesDoWithABoardThatLacksCategories) {
  const BoardColumns board{
      "B",
      {{"to-do", "To Do", "queue"}, {"doing", "Doing", "active"}, {"ready", "Ready", "resolved"}}};
  EXPECT_EQ(guessColumn("Closed", board).column, "Ready");
  EXPECT_EQ(guessColumn("Waiting", board).column, "Doing");
}

TEST(GuessColumn, WaitingStatesGoWhereWorkWaitsForThat) {
  const BoardColumns board{"B",
                           {{"a", "Parked", "waiting", ""},
                            {"b", "Abroad", "waiting", "team"},
                            {"c", "Bought", "waiting", "supplier"},
                            {"d", "Asked", "waiting", "customer"}}};
  EXPECT_EQ(guessColumn("Wait - Vendor", board).column, "Bought");
  EXPECT_EQ(guessColumn("Wait - User", board).column, "Asked");
  EXPECT_EQ(guessColumn("Escalated", board).column, "Abroad");
  const BoardColumns named{"B", {{"a", "Parked", "waiting"}, {"b", "At Supplier", "waiting"}}};
  EXPECT_EQ(guessColumn("Wait - Vendor", named).column, "At Supplier");
  EXPECT_EQ(guessColumn("Wait - User", named).column, "Parked");
}

// Proposes a map and imports by it as it stands; answers how many events it takes.
struct Taken {
  std::string map;
  std::size_t events = 0;
  std::size_t refused = 0;
};

Taken takenBy(std::string_view content, const std::string& name = "file") {
  const tests::TemporaryFolder folder;
  const std::string path = folder.write(name, content);
  Taken taken;
  auto source = ByteSource::open(path);
  const auto format = sniffFormat(*source);
  const auto proposed = proposeMap(*source, *format, itSupportColumns());
  if (!proposed) {
    taken.map = proposed.error().message;
    return taken;
  }
  taken.map = *proposed;
  const auto map = parseMap(*proposed, "proposal");
  EXPECT_TRUE(map.has_value()) << map.error().message << *proposed;
  if (!map) return taken;
  const auto states = StateColumns::make(*map, itSupportColumns());
  EXPECT_TRUE(states.has_value());
  auto again = ByteSource::open(path);
  TimeNotes notes;
  const auto read = readCases(*again, *map,
                              {[&](const SourceCase& one) {
                                 for (const SourceEvent& event : one.events) {
                                   if (states->columnOf(event.state)) ++taken.events;
                                 }
                                 return true;
                               },
                               [&](RefusedRow) { ++taken.refused; }, [] { return true; }},
                              notes);
  EXPECT_TRUE(read.has_value());
  return taken;
}

TEST(ProposeMap, AProposalForXesImportsEveryEvent) {
  const auto taken = takenBy(
      "<log><trace><string key=\"concept:name\" value=\"1\"/>"
      "<event><string key=\"concept:name\" value=\"Accepted\"/><string "
      "key=\"lifecycle:transition\" value=\"Wait\"/>"
      "<date key=\"time:timestamp\" value=\"2012-01-01T00:00:00+01:00\"/></event>"
      "<event><string key=\"concept:name\" value=\"Say \\ &quot;hi&quot;&#9;\"/><string "
      "key=\"lifecycle:transition\" value=\"X\"/>"
      "<date key=\"time:timestamp\" value=\"2012-01-01T00:00:00\"/></event></trace></log>",
      "problems.xes");
  EXPECT_EQ(taken.events, 2U) << taken.map;
  EXPECT_EQ(taken.refused, 0U);
  for (const char* part : {"\"Accepted+Wait\" = \"Waiting on Customer\"", "type = \"problem\"",
                           "\"lifecycle:transition\"", "not recognised"}) {
    EXPECT_NE(taken.map.find(part), std::string::npos) << part << taken.map;
  }
}

TEST(ProposeMap, StandardTransitionsAreNoStates) {
  const auto taken = takenBy(
      "<log><trace><string key=\"concept:name\" value=\"1\"/>"
      "<event><string key=\"concept:name\" value=\"Accepted\"/><string "
      "key=\"lifecycle:transition\" value=\"complete\"/>"
      "<date key=\"time:timestamp\" value=\"2012-01-01T00:00:00+01:00\"/></event></trace></log>");
  EXPECT_EQ(taken.events, 1U);
  EXPECT_NE(taken.map.find("state = [\"concept:name\"]"), std::string::npos) << taken.map;
}

TEST(ProposeMap, AProposalForCsvImportsEveryRow) {
  const auto taken = takenBy(
      "Opened by;Ticket No;Status;Changed at (time);Agent\n"
      "x;T1;New;31.12.2012 10:00:00;ann\nx;T2;New;30.12.2012 10:00:00;bo\nx;T1;Solved;31.12.2012 "
      "11:00:00;ann\n");
  EXPECT_EQ(taken.events, 3U) << taken.map;
  for (const char* part :
       {"delimiter = \";\"", "case = \"Ticket No\"", "activity = \"Status\"",
        "time_format = \"%d.%m.%Y %H:%M:%S\"", "actor = \"Agent\"", "\"Solved\" = \"Done\""}) {
    EXPECT_NE(taken.map.find(part), std::string::npos) << part << taken.map;
  }
}

TEST(ProposeMap, SaysWhoseATicketIs) {
  const auto xes = takenBy(
      "<log><trace><string key=\"concept:name\" value=\"1\"/>"
      "<event><string key=\"concept:name\" value=\"Accepted\"/>"
      "<string key=\"org:resource\" value=\"Bo\"/><string key=\"org:group\" value=\"Line C\"/>"
      "<string key=\"involved\" value=\"V5 3rd\"/>"
      "<date key=\"time:timestamp\" value=\"2012-01-01T00:00:00Z\"/></event></trace></log>");
  EXPECT_EQ(xes.events, 1U);
  for (const char* part : {"\nassignee = \"org:resource\"", "\npeople = \"ids\"",
                           "\nteam = \"involved\"", "\ntier = \"involved\"", "\"* 3rd\" = 3\n"}) {
    EXPECT_NE(xes.map.find(part), std::string::npos) << part << xes.map;
  }
  const auto csv = takenBy(
      "case,status,time,agent,assigned to,assigned group,tier\n"
      "1,New,2012-01-01T00:00:00Z,ann,bo,desk,2\n");
  EXPECT_EQ(csv.events, 1U);
  for (const char* part : {"\nactor = \"agent\"", "\nassignee = \"assigned to\"",
                           "\nteam = \"assigned group\"", "\ntier = \"tier\""}) {
    EXPECT_NE(csv.map.find(part), std::string::npos) << part << csv.map;
  }
  EXPECT_EQ(csv.map.find("[tiers]"), std::string::npos) << csv.map;
}

TEST(ProposeMap, DayAndMonthAreToldApartByAllRows) {
  const auto taken =
      takenBy("case,status,time\n1,New,02/03/2012 10:00:00\n1,New,02/13/2012 10:00:00\n");
  EXPECT_NE(taken.map.find("%m/%d/%Y"), std::string::npos) << taken.map;
  EXPECT_EQ(taken.events, 2U);
}

TEST(ProposeMap, SaysWhatTheFileLacks) {
  EXPECT_NE(takenBy("a,b\n1,2\n").map.find("no column holds times"), std::string::npos);
  EXPECT_NE(takenBy("case,time\n1,2012-01-01T00:00:00Z\n").map.find("activity or a status"),
            std::string::npos);
  EXPECT_NE(takenBy("<log/>").map.find("no events"), std::string::npos);
}

}  // namespace
}  // namespace docket::client::imports
