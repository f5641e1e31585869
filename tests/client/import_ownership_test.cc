#include "client/import/ownership.h"

#include <gtest/gtest.h>

#include "client/import/ownership_guess.h"
#include "client/import/tally.h"

namespace docket::client::imports {
namespace {

// Frozen: printf 'docket-import-person/1\0Åsa Berg' | sha256sum
TEST(SubjectId, AValidOneStaysAndAnyOtherNameIsAPseudonym) {
  EXPECT_EQ(subjectIdFor("bo.k@example", false), "bo.k@example");
  EXPECT_EQ(subjectIdFor("Åsa Berg", false), "p-d1ae76b5e13928fa9623");
  EXPECT_EQ(subjectIdFor("Åsa Berg", true), "p-d1ae76b5e13928fa9623");
  EXPECT_NE(subjectIdFor("bo", true), "bo");
  EXPECT_NE(subjectIdFor("Asa Berg", false), subjectIdFor("Åsa Berg", false));
  EXPECT_TRUE(isSubjectId(subjectIdFor(std::string(101, 'x'), false)));
}

struct TeamCase {
  const char* name;
  const char* id;
};

TEST(TeamId, StaysReadable) {
  const TeamCase cases[] = {
      {"G199 3rd", "G199-3rd"},
      {"network", "network"},
      {"Åre/IT", "+C3+85re+2FIT"},
      {"!", "+21"},
  };
  for (const TeamCase& one : cases) EXPECT_EQ(teamIdFor(one.name), one.id) << one.name;
  std::string manyLetters;
  for (int i = 0; i < 20; ++i) manyLetters += "Å";
  EXPECT_TRUE(teamIdFor(manyLetters).starts_with("t-"));
  EXPECT_TRUE(isSubjectId(teamIdFor(manyLetters)));
  EXPECT_NE(teamIdFor(manyLetters), teamIdFor(manyLetters + "Å"));
}

struct TierCase {
  const char* value;
  int tier;
};

TEST(Tier, TheUsualSpellingsAreKnown) {
  const TierCase cases[] = {
      {"V5 3rd", 3},  {"V5 2nd", 2},    {"V5 1st", 1}, {"2nd line", 2}, {"Team A 2nd Line", 2},
      {" 3 ", 3},     {"L2", 2},        {"Tier 1", 1}, {"level 3", 3},  {"2ND", 2},
      {"V5", 0},      {"4", 0},         {"", 0},       {"V52nd", 0},    {"12", 0},
      {"Value 2", 0}, {"3rd party", 0},
  };
  for (const TierCase& one : cases)
    EXPECT_EQ(tierOf(usualTiers(), one.value), one.tier) << one.value;
}

TEST(Tier, TheFirstPatternThatFitsCounts) {
  const std::vector<TierPattern> patterns{
      {"* 3rd", 3, 0}, {"*expert*", 3, 0}, {"Desk*", 1, 0}, {"Exact", 2, 0}, {"*", 1, 0}};
  const TierCase cases[] = {{"Desk 3rd", 3}, {"the Experts", 3}, {"desk A", 1},
                            {"exact", 2},    {"Exactly", 1},     {"", 1}};
  for (const TierCase& one : cases) EXPECT_EQ(tierOf(patterns, one.value), one.tier) << one.value;
}

SourceEvent eventOf(std::optional<std::string> assignee, std::optional<std::string> team,
                    std::optional<std::string> tier) {
  SourceEvent event;
  event.assignee = std::move(assignee);
  event.team = std::move(team);
  event.tier = std::move(tier);
  return event;
}

TEST(OwnershipReader, WhatAnEventDoesNotSayStaysAsItIs) {
  const ImportMap map;
  OwnershipReader reader(map);
  EXPECT_EQ(reader.read(eventOf({}, {}, {})), Ownership{});
  EXPECT_EQ(reader.read(eventOf("", " ", "")), Ownership{});
  EXPECT_EQ(reader.read(eventOf(" bo ", " V5 2nd ", "V5 2nd")), (Ownership{"bo", "V5-2nd", 2}));
}

TEST(OwnershipReader, TheTablesOfTheMapGoFirst) {
  ImportMap map;
  map.pseudonyms = true;
  map.people = {{"bo", "u1", 0}, {"Unassigned", "", 0}, {"", "", 0}};
  map.teams = {{"V5 2nd", "network", 0}, {"none", "", 0}};
  map.tiers = {{"V5*", 3, 0}};
  OwnershipReader reader(map);
  EXPECT_EQ(reader.read(eventOf("bo", "V5 2nd", "V5 2nd")), (Ownership{"u1", "network", 3}));
  EXPECT_EQ(reader.read(eventOf("Unassigned", "none", "V6 2nd")), (Ownership{"", "", 0}));
  EXPECT_EQ(reader.read(eventOf("", {}, {}))->assignee, "");
  EXPECT_EQ(reader.read(eventOf("ann", {}, {}))->assignee, subjectIdFor("ann", true));
}

TEST(OwnershipReader, TwoTeamsNeverBecomeOneUnlessTheMapSaysSo) {
  ImportMap map;
  map.teams = {{"Net A", "network", 0}, {"Net B", "network", 0}};
  OwnershipReader reader(map);
  EXPECT_EQ(reader.read(eventOf({}, "Net A", {}))->team, "network");
  EXPECT_EQ(reader.read(eventOf({}, "Net B", {}))->team, "network");
  const auto taken = reader.read(eventOf({}, "network", {}));
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(reader.read(eventOf({}, "V5 2nd", {}))->team, "V5-2nd");
  const auto same = reader.read(eventOf({}, "V5-2nd", {}));
  ASSERT_FALSE(same.has_value());
  for (const char* part : {"'V5-2nd'", "'V5 2nd'", "[teams]"}) {
    EXPECT_NE(same.error().find(part), std::string::npos) << same.error();
  }
  EXPECT_EQ(reader.read(eventOf({}, "V5 2nd", {}))->team, "V5-2nd");
}

TEST(Tally, CountsChangesOfEachCase) {
  Tally tally(itSupportColumns());
  const auto add = [&](const char* key, const char* column, Ownership ownership) {
    tally.add(key, {column, std::move(ownership)});
  };
  add("a", "inbox", {"ann", "T", 1});
  add("b", "done", {"bo", "T", 2});
  add("a", "", {"ann", "T", 1});
  EXPECT_EQ(tally.counts(), (ChangeCounts{2, 0, 0, 0}));
  add("a", "closed", {"", "U", 2});
  EXPECT_EQ(tally.counts(), (ChangeCounts{2, 1, 1, 0}));
  add("a", "done", {"ann", "", 0});
  EXPECT_EQ(tally.counts(), (ChangeCounts{3, 1, 1, 0})) << "to nobody, from no team: no change";
  add("a", "inbox", {{}, "U", 2});
  EXPECT_EQ(tally.counts(), (ChangeCounts{3, 1, 1, 1}));
  add("b", "", {});
  add("b", "waiting-on-customer", {{}, {}, 3});
  EXPECT_EQ(tally.counts(), (ChangeCounts{3, 1, 2, 2}));
}

struct Keys {
  const char* what;
  std::vector<std::pair<std::string, ValueCounts>> keys;
  const char* assignee;
  const char* team;
  const char* tier;
  bool suffix;
};

TEST(GuessOwnership, ByNamesAndByWhatStandsInThem) {
  const Keys cases[] = {
      {"a suffix beats a name",
       {{"org:group", {{"Line C", 9}}}, {"involved", {{"V5 3rd", 2}, {"V6", 8}}}},
       "who",
       "involved",
       "involved",
       true},
      {"a rare suffix is chance",
       {{"workgroup", {{"A", 1}}}, {"product", {{"the 3rd", 1}, {"X", 99}}}},
       "who",
       "workgroup",
       "",
       false},
      {"a column of tiers",
       {{"Assigned to", {{"ann", 1}}}, {"Assigned group", {{"V5 2nd", 1}}}, {"Tier", {{"2", 1}}}},
       "Assigned to",
       "Assigned group",
       "Tier",
       false},
      {"levels that are none",
       {{"service_level", {{"Value 2", 1}}}, {"customer group", {{"X", 1}}}},
       "who",
       "",
       "",
       false},
  };
  for (const Keys& one : cases) {
    std::vector<KnownKey> keys;
    for (const auto& [name, values] : one.keys) keys.push_back({name, &values});
    const OwnershipKeys guess = guessOwnership(keys, "who");
    EXPECT_EQ(guess.assignee, one.assignee) << one.what;
    EXPECT_EQ(guess.team, one.team) << one.what;
    EXPECT_EQ(guess.tier, one.tier) << one.what;
    EXPECT_EQ(guess.tierIsSuffix, one.suffix) << one.what;
  }
  const OwnershipKeys unread = guessOwnership({{"Support team", nullptr}}, "");
  EXPECT_EQ(unread.team, "Support team");
  EXPECT_EQ(unread.assignee, "");
}

}  // namespace
}  // namespace docket::client::imports
