#include <gtest/gtest.h>

#include "client/import/board_columns.h"
#include "client/import/map_file.h"

namespace docket::client::imports {
namespace {

constexpr const char* kSound = R"([source]
format = "csv"
case = "Case"
activity = "What"
time = "When"
time_format = "%Y-%m-%d"
timezone = "UTC"
actor = "Who"
sequence = "No"
state = ["What", "Sub+state"]
title = "{Product} of {case}"
type = "problem"
delimiter = ";"

[states]
"a+b" = "In Progress"
"*" = "inbox"
"note" = ""
)";

TEST(ImportMap, ReadsEveryKey) {
  const auto map = parseMap(kSound, "m.toml");
  ASSERT_TRUE(map.has_value()) << map.error().message;
  EXPECT_EQ(map->format, Format::csv);
  EXPECT_EQ(map->caseKey, "Case");
  EXPECT_EQ(map->activity, "What");
  EXPECT_EQ(map->time, "When");
  EXPECT_EQ(map->timeFormat, "%Y-%m-%d");
  EXPECT_EQ(map->timezone, "UTC");
  EXPECT_EQ(map->actor, "Who");
  EXPECT_EQ(map->sequence, "No");
  EXPECT_EQ(map->state, (std::vector<std::string>{"What", "Sub+state"}));
  EXPECT_EQ(titleKeys(map->title), (std::vector<std::string>{"Product", "case"}));
  EXPECT_EQ(map->type, "problem");
  EXPECT_EQ(map->delimiter, ';');
  ASSERT_EQ(map->states.size(), 3U);
  EXPECT_EQ(map->states[0].line, 16U);
}

TEST(ImportMap, AStateTextIsSplitAtPlus) {
  std::string text = kSound;
  text.replace(text.find("[\"What\", \"Sub+state\"]"), 21, "\"What+Sub\"");
  EXPECT_EQ(parseMap(text, "m")->state, (std::vector<std::string>{"What", "Sub"}));
}

constexpr const char* kOwned = R"([source]
format = "xes"
case = "k"
activity = "a"
time = "t"
state = "a"
assignee = "org:resource"
people = "pseudonyms"
team = "group"
tier = "group"
[states]
"w" = { waits_for = "customer" }
"*" = ""
[people]
"Ann Smith" = "u4711"
"Unassigned" = ""
[teams]
"V5 3rd" = "network"
[tiers]
"Z*" = 2
"* 3rd" = 3
"*" = 1
)";

TEST(ImportMap, ReadsWhoseATicketIs) {
  const auto map = parseMap(kOwned, "m.toml");
  ASSERT_TRUE(map.has_value()) << map.error().message;
  EXPECT_EQ(map->assignee, "org:resource");
  EXPECT_TRUE(map->pseudonyms);
  EXPECT_EQ(map->team, "group");
  EXPECT_EQ(map->tier, "group");
  ASSERT_EQ(map->states.size(), 2U);
  EXPECT_EQ(map->states[0].waitsFor, "customer");
  EXPECT_EQ(map->states[0].line, 12U);
  ASSERT_EQ(map->people.size(), 2U);
  ASSERT_EQ(map->teams.size(), 1U);
  EXPECT_EQ(map->teams[0].id, "network");
  ASSERT_EQ(map->tiers.size(), 3U);
  EXPECT_EQ(map->tiers[0].pattern, "Z*") << "in the order of the map";
  EXPECT_EQ(map->tiers[1].tier, 3U);
  EXPECT_EQ(map->tiers[2].pattern, "*");
  const auto without = parseMap(kSound, "m.toml");
  EXPECT_TRUE(without->assignee.empty() && without->team.empty() && without->tier.empty());
  EXPECT_FALSE(without->pseudonyms);
}

TEST(ImportMap, TiersInOneLineKeepTheirOrder) {
  std::string text = kOwned;
  text.resize(text.find("[tiers]"));
  const auto map = parseMap("tiers = {\"Z*\" = 2, \"* 3rd\" = 3, \"*\" = 1}\n" + text, "m");
  ASSERT_TRUE(map.has_value()) << map.error().message;
  ASSERT_EQ(map->tiers.size(), 3U);
  EXPECT_EQ(map->tiers[0].pattern, "Z*");
  EXPECT_EQ(map->tiers[2].pattern, "*");
}

struct BadMap {
  const char* what;
  std::string from;
  std::string to;
  const char* message;
};

TEST(ImportMap, EveryMistakeIsASentenceWithItsLine) {
  const BadMap cases[] = {
      {"no toml", "[source]", "[source", "line 1"},
      {"unknown key", "actor =", "aktor =", "line 8: [source] has no key 'aktor'"},
      {"unknown table", "[states]", "[stats]", "'stats' is no table"},
      {"no case", "case = \"Case\"\n", "", "must name 'case'"},
      {"empty time", "\"When\"", "\"\"", "line 5: [source] must name 'time'"},
      {"format", "\"csv\"", "\"xlsx\"", "line 2: there is no format 'xlsx'"},
      {"type", "\"problem\"", "\"trouble\"", "line 12: there is no ticket type 'trouble'"},
      {"a number", "\"Who\"", "7", "line 8: 'actor' must be a text"},
      {"delimiter", "\";\"", "\"; \"", "line 13: 'delimiter'"},
      {"state", "[\"What\", \"Sub+state\"]", "[1]", "line 10: 'state'"},
      {"column", "\"inbox\"", "true", "line 17: the column of state '*'"},
      {"twice", "\"note\" = \"\"", "\"a+b\" = \"Done\"", "line 18"},
  };
  for (const BadMap& one : cases) {
    std::string text = kSound;
    const std::size_t at = text.find(one.from);
    ASSERT_NE(at, std::string::npos) << one.what;
    text.replace(at, one.from.size(), one.to);
    const auto map = parseMap(text, "m.toml");
    ASSERT_FALSE(map.has_value()) << one.what;
    EXPECT_EQ(map.error().code, ImportError::Code::usage);
    EXPECT_NE(map.error().message.find(one.message), std::string::npos)
        << one.what << ": " << map.error().message;
  }
}

TEST(ImportMap, MistakesAboutOwnershipNameTheirLine) {
  const BadMap cases[] = {
      {"people", "\"pseudonyms\"", "\"names\"", "line 8: 'people' is either"},
      {"waits for", "\"customer\" }", "\"godot\" }", "line 12: state 'w'"},
      {"waits for more", "\"customer\" }", "\"team\", x = 1 }", "line 12: state 'w'"},
      {"no subject id", "\"u4711\"", "\"Ann S\"", "line 15: what 'Ann Smith' is in [people]"},
      {"no team id", "\"network\"", "7", "line 18: what 'V5 3rd' is in [teams]"},
      {"tier", "\"Z*\" = 2", "\"Z*\" = 4", "line 20: the tier of 'Z*'"},
      {"tier as a text", "\"Z*\" = 2", "\"Z*\" = \"2\"", "line 20: the tier of 'Z*'"},
      {"no assignee", "assignee = \"org:resource\"\n", "",
       "[people] means nothing without 'assign"},
      {"no team", "team = \"group\"\n", "", "[teams] means nothing without 'team'"},
      {"no tier", "tier = \"group\"\n", "", "[tiers] means nothing without 'tier'"},
  };
  for (const BadMap& one : cases) {
    std::string text = kOwned;
    const std::size_t at = text.find(one.from);
    ASSERT_NE(at, std::string::npos) << one.what;
    text.replace(at, one.from.size(), one.to);
    const auto map = parseMap(text, "m.toml");
    ASSERT_FALSE(map.has_value()) << one.what;
    EXPECT_NE(map.error().message.find(one.message), std::string::npos)
        << one.what << ": " << map.error().message;
  }
}

TEST(StateColumns, AReasonForWaitingFindsItsColumn) {
  const auto map = parseMap(kOwned, "m.toml");
  const auto states = StateColumns::make(*map, itSupportColumns());
  ASSERT_TRUE(states.has_value()) << states.error().message;
  EXPECT_EQ(states->columnOf("w"), "waiting-on-customer");
  BoardColumns board = itSupportColumns();
  board.columns[4].waitsFor.clear();
  const auto lacking = StateColumns::make(*map, board);
  ASSERT_FALSE(lacking.has_value());
  for (const char* part : {"line 12", "'customer'", "Requires Further Support (waits for team)"}) {
    EXPECT_NE(lacking.error().message.find(part), std::string::npos) << lacking.error().message;
  }
}

TEST(ImportMap, AMissingMapIsBadInputLikeAMissingFile) {
  const auto map = readMap("/no/such/map.toml");
  ASSERT_FALSE(map.has_value());
  EXPECT_EQ(map.error().code, ImportError::Code::badInput);
}

TEST(StateColumns, FindsByIdAndByNameAndByDefault) {
  const auto map = parseMap(kSound, "m.toml");
  const auto states = StateColumns::make(*map, itSupportColumns());
  ASSERT_TRUE(states.has_value()) << states.error().message;
  EXPECT_EQ(states->columnOf("a+b"), "in-progress");
  EXPECT_EQ(states->columnOf("never seen"), "inbox");
  EXPECT_EQ(states->columnOf("note"), "");
}

TEST(StateColumns, WithoutADefaultAnUnknownStateHasNoColumn) {
  std::string text = kSound;
  text.replace(text.find("\"*\""), 3, "\"b\"");
  const auto states = StateColumns::make(*parseMap(text, "m"), itSupportColumns());
  EXPECT_EQ(states->columnOf("never seen"), std::nullopt);
}

TEST(StateColumns, AColumnThatTheBoardLacksIsNamedWithThoseThatItHas) {
  std::string text = kSound;
  text.replace(text.find("In Progress"), 11, "Working On");
  BoardColumns board = itSupportColumns();
  board.board = "OPS";
  const auto states = StateColumns::make(*parseMap(text, "m.toml"), board);
  ASSERT_FALSE(states.has_value());
  EXPECT_EQ(states.error().code, ImportError::Code::usage);
  for (const char* part : {"'Working On'", "line 16", "OPS", "Inbox", "Waiting on Customer"}) {
    EXPECT_NE(states.error().message.find(part), std::string::npos) << states.error().message;
  }
}

}  // namespace
}  // namespace docket::client::imports
