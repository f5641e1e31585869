#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "client/export/csv_writer.h"
#include "client/export/ticket_history.h"
#include "client/export/xes_writer.h"

namespace docket::client::exports {
namespace {

using ::testing::HasSubstr;

struct Fact {
  std::string key;
  std::string type;
  std::string value;
  std::vector<Fact> children = {};
};

void fill(capnp::List<api::Attribute>::Builder list, const std::vector<Fact>& facts) {
  for (unsigned i = 0; i < facts.size(); ++i) {
    list[i].setKey(facts[i].key);
    list[i].setType(facts[i].type);
    list[i].setValue(facts[i].value);
    fill(list[i].initChildren(static_cast<unsigned>(facts[i].children.size())), facts[i].children);
  }
}

// Makes a ticket's entries; they live as long as it does.
class Story {
 public:
  explicit Story(std::string id) { ticket.id = std::move(id); }

  // `command` tells the events of one command from those of another.
  api::HistoryEntry::Builder add(const char* command, const std::vector<Fact>& foreign) {
    messages_.push_back(std::make_unique<capnp::MallocMessageBuilder>());
    auto entry = messages_.back()->initRoot<api::HistoryEntry>();
    auto facts = entry.initFacts();
    facts.setType("TicketOpened");
    facts.setActor("ann");
    facts.setCommandId(command);
    facts.setOccurredAt(1'000'000);
    fill(entry.initForeign(static_cast<unsigned>(foreign.size())), foreign);
    ticket.entries.push_back(entry.asReader());
    return entry;
  }

  void addImported(const char* command, std::uint64_t sequence, const std::vector<Fact>& foreign) {
    auto entry = add(command, foreign);
    entry.setImported(true);
    entry.setActivity("go");
    entry.setSequence(sequence);
    entry.getFacts().setType("HistoryRecorded");
  }

  TicketHistory ticket;

 private:
  std::vector<std::unique_ptr<capnp::MallocMessageBuilder>> messages_;
};

std::string asXes(Story& story, std::uint64_t* replaced = nullptr) {
  putInOrder(story.ticket);
  std::string out;
  XesWriter writer([&](std::string_view bytes) { out += bytes; });
  writer.begin();
  writer.write(story.ticket);
  writer.end();
  if (replaced != nullptr) *replaced = writer.replacedCharacters();
  return out;
}

std::string asCsv(std::vector<Story*> stories) {
  CsvColumns columns;
  for (Story* story : stories) {
    putInOrder(story->ticket);
    columns.add(story->ticket);
  }
  std::string out;
  CsvWriter writer(columns, [&](std::string_view bytes) { out += bytes; });
  writer.begin();
  for (Story* story : stories) writer.write(story->ticket);
  return out;
}

TEST(ExportOrder, ImportedEventsGoByTheirNumberAndTheOthersStay) {
  Story story("OPS-1");
  story.add("a", {});
  story.addImported("a", 2, {});
  story.add("b", {});
  story.addImported("c", 0, {});
  story.addImported("d", 1, {});
  putInOrder(story.ticket);
  EXPECT_TRUE(story.ticket.openedByImport);
  const auto events = story.ticket.events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].getSequence(), 0U);
  EXPECT_EQ(textOf(events[1].getFacts().getCommandId()), "b");
  EXPECT_EQ(events[2].getSequence(), 1U);
  EXPECT_EQ(events[3].getSequence(), 2U);
}

TEST(ExportOrder, ATicketThatSomebodyOpenedKeepsItsOpening) {
  Story story("OPS-1");
  story.add("a", {});
  story.addImported("b", 0, {});
  putInOrder(story.ticket);
  EXPECT_FALSE(story.ticket.openedByImport);
  EXPECT_EQ(story.ticket.events().size(), 2U);
}

TEST(XesWriter, AnEventOfXesIsWrittenAsItWasAndNothingIsAdded) {
  Story story("OPS-1");
  story.add("a", {{"concept:name", "string", "1-7"}});
  story.addImported("a", 0,
                    {{"tags", "list", "", {{"", "values", "", {{"t", "int", "007"}}}}},
                     {"when", "date", "2012-01-01T00:00:00+02:00"},
                     {"none", "string", ""}});
  EXPECT_THAT(asXes(story),
              HasSubstr("  <trace>\n"
                        "    <string key=\"concept:name\" value=\"1-7\"/>\n"
                        "    <event>\n"
                        "      <list key=\"tags\">\n"
                        "        <values>\n"
                        "          <int key=\"t\" value=\"007\"/>\n"
                        "        </values>\n"
                        "      </list>\n"
                        "      <date key=\"when\" value=\"2012-01-01T00:00:00+02:00\"/>\n"
                        "      <string key=\"none\" value=\"\"/>\n"
                        "    </event>\n"
                        "  </trace>\n</log>\n"));
}

TEST(XesWriter, EscapesWhatXmlWouldChangeAndCountsWhatItCannotCarry) {
  Story story("OPS-1");
  story.add("a", {{"k\"<", "string", "a&b>\t\n\r\x01\xEF\xBF\xBF\xF0\x9F\x98\x80"}});
  std::uint64_t replaced = 0;
  EXPECT_THAT(asXes(story, &replaced),
              HasSubstr("key=\"k&quot;&lt;\" value=\"a&amp;b&gt;&#9;&#10;&#13;"
                        "\xEF\xBF\xBD\xEF\xBF\xBD\xF0\x9F\x98\x80\""));
  EXPECT_EQ(replaced, 2U);
}

TEST(XesWriter, ATypeThatIsNoElementNameBecomesAText) {
  for (const char* type : {"", "a b", "event", "trace", "1", "x><y"}) {
    Story story("OPS-1");
    story.add("a", {{"k", type, "v", {{"inner", "int", "1"}}}});
    EXPECT_THAT(asXes(story), HasSubstr("<string key=\"k\" value=\"v\">\n      <int key=\"inner\" "
                                        "value=\"1\"/>\n    </string>"))
        << type;
  }
}

TEST(CsvWriter, ColumnsKeepTheSourcesOrderAndNamesThatComeTwice) {
  Story one("OPS-1");
  one.add("a", {});
  one.addImported("a", 0, {{"Case", "string", "x"}, {"V", "string", "1"}, {"V", "string", "2"}});
  Story two("OPS-2");
  two.add("b", {});
  two.addImported("b", 0, {{"Case", "string", "y"}, {"New", "string", "n"}, {"V", "string", "3"}});
  EXPECT_EQ(asCsv({&one, &two}), "Case,New,V,V\nx,,1,2\ny,n,3,\n");
}

TEST(CsvWriter, QuotesWhatNeedsItAndARowWithNothing) {
  Story story("OPS-1");
  story.add("a", {});
  story.addImported("a", 0, {{"a,\"b\"", "string", " x\ny "}});
  story.addImported("b", 1, {{"a,\"b\"", "string", ""}});
  EXPECT_EQ(asCsv({&story}), "\"a,\"\"b\"\"\"\n\" x\ny \"\n\"\"\n");
}

TEST(CsvWriter, WhatTheSourcesColumnsDoNotSayStandsBehindThem) {
  Story imported("OPS-1");
  imported.add("a", {{"site", "container", "", {{"town", "string", "Malm\xC3\xB6"}}}});
  imported.addImported("a", 0, {{"V", "string", "1"}});
  EXPECT_EQ(asCsv({&imported}), "case:site/town,V\nMalm\xC3\xB6,1\n");
  Story own("OPS-2");
  own.add("b", {});
  const std::string both = asCsv({&imported, &own});
  EXPECT_THAT(both, HasSubstr("case:site/town,V,docket:ticket,docket:event,"));
  EXPECT_THAT(both, HasSubstr("\nMalm\xC3\xB6,1,OPS-1,HistoryRecorded,"));
  EXPECT_THAT(both, HasSubstr("\n,,OPS-2,TicketOpened,0,0,1970-01-01T00:00:01.000000Z,"));
  // History that was recorded without any attribute is not lost either.
  Story bare("OPS-3");
  bare.add("c", {});
  bare.addImported("c", 0, {});
  EXPECT_THAT(asCsv({&bare}), HasSubstr(",go,\n"));
}

}  // namespace
}  // namespace docket::client::exports
