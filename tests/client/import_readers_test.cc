#include <gtest/gtest.h>

#include "client/import/csv_reader.h"
#include "client/import/source_reader.h"
#include "client/import/xes_reader.h"
#include "tests/client/import_file.h"

namespace docket::client::imports {
namespace {

using tests::Packing;
using tests::TemporaryFolder;

struct ReadCases {
  std::vector<SourceCase> cases;
  std::vector<RefusedRow> refused;
  std::string error;
  TimeNotes notes;
};

ReadCases readFile(const std::string& path, const ImportMap& map) {
  ReadCases result;
  auto source = ByteSource::open(path);
  if (!source) return {{}, {}, source.error().message, {}};
  const CaseSink sink{[&](const SourceCase& one) {
                        result.cases.push_back(one);
                        return true;
                      },
                      [&](RefusedRow row) { result.refused.push_back(std::move(row)); },
                      [] { return true; }};
  const auto read = readCases(*source, map, sink, result.notes);
  if (!read) result.error = read.error().message;
  return result;
}

ReadCases readText(std::string_view content, const ImportMap& map) {
  const TemporaryFolder folder;
  return readFile(folder.write("file", content), map);
}

ImportMap xesMap() {
  ImportMap map;
  map.format = Format::xes;
  map.caseKey = "concept:name";
  map.activity = "concept:name";
  map.time = "time:timestamp";
  map.timeFormat = "iso8601";
  map.actor = "org:resource";
  map.state = {"concept:name"};
  map.title = "{product} of {case}";
  return map;
}

ImportMap csvMap() {
  ImportMap map;
  map.path = "m.toml";
  map.format = Format::csv;
  map.caseKey = "Case";
  map.activity = "What";
  map.time = "When";
  map.timeFormat = "iso8601";
  map.timezone = "UTC";
  map.state = {"What"};
  return map;
}

std::string event(std::string_view name, std::string_view time, std::string_view more = {}) {
  return "<event><string key=\"concept:name\" value=\"" + std::string(name) +
         "\"/><date key=\"time:timestamp\" value=\"" + std::string(time) + "\"/>" +
         std::string(more) + "</event>\n";
}

std::string trace(std::string_view key, const std::string& events) {
  return "<trace><string key=\"concept:name\" value=\"" + std::string(key) + "\"/>\n" + events +
         "</trace>\n";
}

std::string log(const std::string& traces) {
  return "<log xes.version=\"1.0\">\n" + traces + "</log>\n";
}

// --- XES
// ------------------------------------------------------------------------------------------

TEST(XesReader, KeepsEveryAttributeVerbatimAndInOrder) {
  const auto read = readText(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE log [<!ENTITY who \"Ann &amp; "
      "Bo\">]>\n"
      "<log><string key=\"log attribute\" value=\"not kept\"><int key=\"x\" "
      "value=\"1\"/></string>\n"
      "<global scope=\"event\"><string key=\"concept:name\" value=\"UNKNOWN\"/></global>\n"
      "<trace>\n<string key=\"concept:name\" value=\"1-7\"/><string key=\"größe\" "
      "value=\"\xE2\x82\xAC &lt;&#x41;&gt;\"/>\n"
      "<event><string key=\"product\" value=\"P1\"><string key=\"inner\" value=\"i\">"
      "<int key=\"deep\" value=\"007\"/></string></string>\n"
      "<list key=\"tags\"><values><string key=\"t\" value=\"a\"/><string key=\"t\" "
      "value=\"b\"/></values></list>\n"
      "<string key=\"concept:name\" value=\"Queued\"/><string key=\"org:resource\" "
      "value=\"&who;\"/>"
      "<date key=\"time:timestamp\" value=\"2012-01-01T00:00:00.000+02:00\"/>"
      "<float key=\"cost\" value=\"1.50\"/><boolean key=\"vip\" value=\"true\"/></event>\n"
      "</trace></log>",
      xesMap());
  EXPECT_EQ(read.error, "");
  ASSERT_EQ(read.cases.size(), 1U);
  const SourceCase& one = read.cases[0];
  EXPECT_EQ(one.externalKey, "1-7");
  EXPECT_EQ(one.title, "P1 of 1-7");
  EXPECT_EQ(one.attributes, (std::vector<SourceAttribute>{{"concept:name", "string", "1-7", {}},
                                                          {"größe", "string", "€ <A>", {}}}));
  ASSERT_EQ(one.events.size(), 1U);
  const std::vector<SourceAttribute> expected{
      {"product", "string", "P1", {{"inner", "string", "i", {{"deep", "int", "007", {}}}}}},
      {"tags",
       "list",
       "",
       {{"", "values", "", {{"t", "string", "a", {}}, {"t", "string", "b", {}}}}}},
      {"concept:name", "string", "Queued", {}},
      {"org:resource", "string", "Ann & Bo", {}},
      {"time:timestamp", "date", "2012-01-01T00:00:00.000+02:00", {}},
      {"cost", "float", "1.50", {}},
      {"vip", "boolean", "true", {}}};
  EXPECT_EQ(one.events[0].attributes, expected);
  EXPECT_EQ(one.events[0].actor, "Ann & Bo");
  EXPECT_EQ(one.events[0].activity, "Queued");
  EXPECT_EQ(one.events[0].line, 7U);
  EXPECT_EQ(one.events[0].occurredAt.time_since_epoch().count(), 1'325'368'800'000'000);
}

TEST(XesReader, HandsOverOneTraceAtATimeAndStopsWhenTold) {
  const TemporaryFolder folder;
  auto source = ByteSource::open(folder.write(
      "x", log(trace("a", event("Q", "2012-01-01T00:00:00Z")) + trace("b", "") + "<broken")));
  int traces = 0;
  const auto read =
      readXes(*source, {[&](XesTrace&) { return ++traces < 1; }, [](std::uint64_t) {}});
  EXPECT_TRUE(read.has_value());
  EXPECT_EQ(traces, 1);
}

TEST(XesReader, OrdersByTimeAndKeepsFileOrderOfEqualOnes) {
  const auto read = readText(log(trace("a", event("third", "2012-01-01T00:00:02Z") +
                                                event("first", "2012-01-01T01:00:00+01:00") +
                                                event("second", "2012-01-01T00:00:00Z"))),
                             xesMap());
  ASSERT_EQ(read.cases.size(), 1U);
  std::string order;
  for (const SourceEvent& one : read.cases[0].events) {
    order += one.activity + std::to_string(one.sequence) + " ";
  }
  EXPECT_EQ(order, "first0 second1 third2 ");
}

TEST(XesReader, ATraceThatComesAgainGoesOnCounting) {
  const std::string one = event("Q", "2012-01-01T00:00:00Z");
  const auto read =
      readText(log(trace("a", one + one) + trace("b", one) + trace("a", one)), xesMap());
  ASSERT_EQ(read.cases.size(), 3U);
  EXPECT_EQ(read.cases[1].events[0].sequence, 0U);
  EXPECT_EQ(read.cases[2].events[0].sequence, 2U);
}

TEST(XesReader, RefusesBrokenEventsWithTheirLinesAndTakesTheRest) {
  const auto read =
      readText(log("<event/>\n" +
                   trace("a", event("Q", "no time") + event("Q", "2012-01-01T00:00:00Z") +
                                  "<event><date key=\"time:timestamp\" "
                                  "value=\"2012-01-01T00:00:00Z\"/></event>\n") +
                   "<trace><event/></trace>\n" + trace("empty", "")),
               xesMap());
  EXPECT_EQ(read.error, "");
  ASSERT_EQ(read.cases.size(), 1U);
  EXPECT_EQ(read.cases[0].events.size(), 1U);
  std::vector<std::uint64_t> lines;
  for (const RefusedRow& row : read.refused) lines.push_back(row.line);
  EXPECT_EQ(lines, (std::vector<std::uint64_t>{2, 4, 6, 8, 9}));
  EXPECT_EQ(read.refused[1].externalKey, "a");
  EXPECT_NE(read.refused[1].reason.find("ISO 8601"), std::string::npos);
}

TEST(XesReader, NamesTheLineOfWhatIsNoXml) {
  const auto read =
      readText(log(trace("a", event("Q", "2012-01-01T00:00:00Z")) + "<trace></event>"), xesMap());
  EXPECT_EQ(read.cases.size(), 1U);
  EXPECT_NE(read.error.find("line 5"), std::string::npos) << read.error;
  EXPECT_NE(readText("no xml", xesMap()).error.find("is no XES: line 1 is not XML"),
            std::string::npos);
  EXPECT_NE(readText("<log><trace>", xesMap()).error.find("is cut off"), std::string::npos);
  EXPECT_NE(readText("", xesMap()).error.find("is empty"), std::string::npos);
  EXPECT_NE(readText("<html/>", xesMap()).error.find("no XES log"), std::string::npos);
}

TEST(XesReader, AttributesNestedWithoutEndAreAnErrorNotACrash) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<string key=\"k\" value=\"v\">";
  const auto read = readText("<log><trace><event>" + deep, xesMap());
  EXPECT_NE(read.error.find("nested"), std::string::npos) << read.error;
}

TEST(XesReader, WhatCameBeforeTheEndOfACutFileIsHandedOver) {
  std::string traces;
  std::uint64_t state = 7;
  for (int i = 0; i < 4000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    traces +=
        trace("case " + std::to_string(i), event(std::to_string(state), "2012-01-01T00:00:00Z"));
  }
  const std::string whole = tests::packed(log(traces), Packing::gzip);
  const TemporaryFolder folder;
  const auto read =
      readFile(folder.write("cut.xes.gz", whole.substr(0, whole.size() * 3 / 4)), xesMap());
  EXPECT_NE(read.error.find("is cut off"), std::string::npos) << read.error;
  EXPECT_GT(read.cases.size(), 1000U);
  EXPECT_LT(read.cases.size(), 4000U);
  for (std::size_t i = 0; i < read.cases.size(); ++i) {
    ASSERT_EQ(read.cases[i].externalKey, "case " + std::to_string(i));
    ASSERT_EQ(read.cases[i].events.size(), 1U);
  }
}

// --- CSV
// ------------------------------------------------------------------------------------------

TEST(CsvReader, KeepsEveryColumnVerbatimAndInOrder) {
  ImportMap map = csvMap();
  map.state = {"What", "Variant#2"};
  map.title = "{Variant#2}";
  const auto read = readText(
      "\xEF\xBB\xBF"
      "Case,What,When,Variant,Variant,Note\r\n"
      "c1,go,2012-01-01T00:00:00Z,v1,v2,\"a \"\"quoted\"\", and\r\nbroken line\"\r\n"
      "\r\n"
      "c1,stop,2012-01-02T00:00:00Z,v1, v3 ,",
      map);
  EXPECT_EQ(read.error, "");
  ASSERT_TRUE(read.refused.empty()) << read.refused[0].reason;
  ASSERT_EQ(read.cases.size(), 1U);
  EXPECT_EQ(read.cases[0].title, "v2");
  ASSERT_EQ(read.cases[0].events.size(), 2U);
  const std::vector<SourceAttribute> first{
      {"Case", "string", "c1", {}},
      {"What", "string", "go", {}},
      {"When", "string", "2012-01-01T00:00:00Z", {}},
      {"Variant", "string", "v1", {}},
      {"Variant", "string", "v2", {}},
      {"Note", "string", "a \"quoted\", and\r\nbroken line", {}}};
  EXPECT_EQ(read.cases[0].events[0].attributes, first);
  EXPECT_EQ(read.cases[0].events[0].line, 2U);
  EXPECT_EQ(read.cases[0].events[0].state, "go+v2");
  EXPECT_EQ(read.cases[0].events[1].line, 5U);
  EXPECT_EQ(read.cases[0].events[1].attributes[4].value, " v3 ");
}

TEST(CsvReader, GroupsScatteredRowsInTheOrderOfTheirFirst) {
  const auto read = readText(
      "Case,What,When\nb,1,2012-01-02T00:00:00Z\na,2,2012-01-01T00:00:00Z\n"
      "b,3,2012-01-01T00:00:00Z\na,4,2012-01-01T00:00:00Z\n",
      csvMap());
  std::string order;
  for (const SourceCase& one : read.cases) {
    for (const SourceEvent& each : one.events) order += one.externalKey + each.activity + " ";
  }
  EXPECT_EQ(order, "b3 b1 a2 a4 ");
}

TEST(CsvReader, ASequenceColumnGoesBeforeTime) {
  ImportMap map = csvMap();
  map.sequence = "No";
  const auto read = readText(
      "Case,What,When,No\na,second,2012-01-01T00:00:00Z,10\na,first,2012-01-02T00:00:00Z,9\n"
      "a,odd,2012-01-02T00:00:00Z,nine\n",
      map);
  ASSERT_EQ(read.cases.size(), 1U);
  EXPECT_EQ(read.cases[0].events[0].activity, "first");
  EXPECT_EQ(read.cases[0].events[1].activity, "second");
  ASSERT_EQ(read.refused.size(), 1U);
  EXPECT_EQ(read.refused[0].line, 4U);
}

struct BadRow {
  const char* row;
  const char* reason;
};

TEST(CsvReader, RefusesBrokenRowsWithTheirLinesAndTakesTheRest) {
  const BadRow rows[] = {
      {"a,go", "2 fields and the header 3"},
      {"a,go,2012-01-01T00:00:00Z,more", "4 fields and the header 3"},
      {"a,\xFFgo,2012-01-01T00:00:00Z", "column 'What' is not valid UTF-8"},
      {",go,2012-01-01T00:00:00Z", "no case"},
      {"a,,2012-01-01T00:00:00Z", "no activity"},
      {"a,go,then", "ISO 8601"},
      {"a,go,", "time is empty"},
  };
  for (const BadRow& one : rows) {
    const auto read = readText(std::string("Case,What,When\n") + "x,go,2012-01-01T00:00:00Z\n" +
                                   one.row + "\nx,stop,2012-01-01T00:00:00Z\n",
                               csvMap());
    ASSERT_EQ(read.refused.size(), 1U) << one.row;
    EXPECT_EQ(read.refused[0].line, 3U) << one.row;
    EXPECT_NE(read.refused[0].reason.find(one.reason), std::string::npos) << read.refused[0].reason;
    ASSERT_EQ(read.cases.size(), 1U) << one.row;
    EXPECT_EQ(read.cases[0].events.size(), 2U) << one.row;
  }
}

TEST(CsvReader, AQuoteThatIsNeverClosedIsRefusedAtItsRow) {
  const auto read =
      readText("Case,What,When\nx,go,2012-01-01T00:00:00Z\nx,\"go,2012\nand more\n", csvMap());
  ASSERT_EQ(read.refused.size(), 1U);
  EXPECT_EQ(read.refused[0].line, 3U);
  EXPECT_EQ(read.cases.size(), 1U);
}

// Its last field takes the rest of the file in, and the number of fields is right.
TEST(CsvReader, AQuoteThatIsNeverClosedInTheLastFieldSwallowsNothingInSilence) {
  ImportMap map = csvMap();
  map.title = "{Note}";
  const auto read = readText(
      "Case,What,When,Note\nx,go,2012-01-01T00:00:00Z,\"a\nb\"\n"
      "y,go,2012-01-01T00:00:00Z,\"oh\nz,go,2012-01-01T00:00:00Z,fine\n",
      map);
  EXPECT_EQ(read.cases.size(), 1U);
  ASSERT_EQ(read.refused.size(), 1U);
  EXPECT_EQ(read.refused[0].line, 4U);
  EXPECT_EQ(read.refused[0].reason, "a quote is opened and never closed");
  EXPECT_NE(readText("Case,\"What\nx,y\n", map).error.find("line 1: a quote is opened"),
            std::string::npos);
}

TEST(CsvReader, AQuoteIsNamedByTheLineWhereItWasOpened) {
  const auto read = readText("Case,What,When\n\"x\n1\",\"go\nmore\n", csvMap());
  ASSERT_EQ(read.refused.size(), 1U);
  EXPECT_EQ(read.refused[0].line, 3U);
}

TEST(CsvReader, AColumnThatIsThereTwiceMustBeNumbered) {
  ImportMap map = csvMap();
  map.actor = "Who";
  const auto read = readText("Case,What,When,Who,Who\nx,go,2012-01-01T00:00:00Z,a,b\n", map);
  EXPECT_NE(read.error.find("has twice; write Who#1 or Who#2"), std::string::npos) << read.error;
  map.actor = "Who#1";
  const auto first = readText("Case,What,When,Who,Who\nx,go,2012-01-01T00:00:00Z,a,b\n", map);
  ASSERT_EQ(first.cases.size(), 1U);
  EXPECT_EQ(first.cases[0].events[0].actor, "a");
}

TEST(CsvReader, AColumnThatTheFileLacksIsNamedWithThoseThatItHas) {
  ImportMap map = csvMap();
  map.actor = "Who";
  const auto read = readText("Case,What,When,Note,Note\n", map);
  for (const char* part : {"'Who'", "Case, What, When, Note#1, Note#2"}) {
    EXPECT_NE(read.error.find(part), std::string::npos) << read.error;
  }
}

TEST(CsvReader, EmptyAndUtf16FilesAreErrors) {
  EXPECT_NE(readText("", csvMap()).error.find("empty"), std::string::npos);
  EXPECT_NE(readText("\xFF\xFE"
                     "C\0a",
                     csvMap())
                .error.find("UTF-16"),
            std::string::npos);
  EXPECT_NE(readText("C\xFF,b\n", csvMap()).error.find("UTF-8"), std::string::npos);
}

TEST(CsvReader, ARowThatWasCutOffIsNoRow) {
  std::string text = "Case,What,When\n";
  std::uint64_t state = 3;
  for (int i = 0; i < 8000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    text += "c" + std::to_string(i % 100) + "," + std::to_string(state) + ",2012-01-01T00:00:00Z\n";
  }
  const std::string whole = tests::packed(text, Packing::xz);
  const TemporaryFolder folder;
  const auto read =
      readFile(folder.write("cut.csv.xz", whole.substr(0, whole.size() * 3 / 4)), csvMap());
  EXPECT_NE(read.error, "");
  EXPECT_TRUE(read.refused.empty());
  for (const SourceCase& one : read.cases) {
    for (const SourceEvent& each : one.events) {
      ASSERT_NE(text.find("," + each.activity + ","), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace docket::client::imports
