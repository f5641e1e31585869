#include "client/cli/option_values.h"

#include <gtest/gtest.h>

#include "client/cli/duration_text.h"

namespace docket::client::cli {
namespace {

TEST(DurationText, IsReadInItsUnits) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"4h", 14'400},         {"2d 30min", 174'600}, {"2d30min", 174'600},     {"90 s", 90},
      {" 1h  5 min ", 3'900}, {"0min", 0},           {"1d 2h 3min 4s", 93'784}};
  for (const auto& [text, seconds] : cases) {
    const auto read = parseDuration(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->count(), seconds) << text;
  }
}

TEST(DurationText, OtherTextsAreNoDurations) {
  for (const char* text : {"", " ", "4", "h", "4x", "4m", "-4h", "+4h", "4h 2d", "4h 4h", "1.5h",
                           "4h,", "36601d", "9223372036854775807h", "99999999999999999999s"}) {
    EXPECT_FALSE(parseDuration(text)) << text;
    EXPECT_FALSE(checkDuration(text).empty()) << text;
  }
}

TEST(DurationText, PeopleReadHoursAndMinutesAndNeverDays) {
  using std::chrono::microseconds;
  const std::pair<std::int64_t, const char*> cases[] = {{0, "0 s"},
                                                        {59'999'999, "59 s"},
                                                        {60'000'000, "1 min"},
                                                        {3'600'000'000, "1 h"},
                                                        {9'000'000'000, "2 h 30 min"},
                                                        {172'800'000'000, "48 h"}};
  for (const auto& [length, expected] : cases) {
    EXPECT_EQ(durationText(microseconds(length)), expected);
  }
}

TEST(DurationText, WhatIsWrittenAsAnOptionReadsBackTheSame) {
  for (const std::int64_t seconds : {0, 1, 59, 60, 61, 3'600, 5'430, 86'400, 31'622'400}) {
    const auto written = durationOption(std::chrono::seconds(seconds));
    const auto read = parseDuration(written);
    ASSERT_TRUE(read) << written;
    EXPECT_EQ(read->count(), seconds) << written;
  }
  EXPECT_EQ(durationOption(std::chrono::seconds(5'400)), "1h30min");
}

TEST(OptionValues, AGrantMayEnd) {
  const auto open = parseGrant("agent");
  ASSERT_TRUE(open);
  EXPECT_EQ(open->role, "agent");
  EXPECT_EQ(open->until, "");
  const auto ending = parseGrant("approver@2026-03-02T12:00Z");
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->role, "approver");
  EXPECT_EQ(ending->until, "2026-03-02T12:00Z");
  for (const char* wrong : {"", "@2026-03-02T12:00Z", "agent@", "agent@tomorrow"}) {
    EXPECT_FALSE(parseGrant(wrong)) << wrong;
    EXPECT_FALSE(checkGrant(wrong).empty()) << wrong;
  }
}

TEST(OptionValues, AReservationIsOfATypeOrAClass) {
  const auto type = parseReservation("type=incident:2");
  ASSERT_TRUE(type);
  EXPECT_EQ(type->type, "incident");
  EXPECT_EQ(type->serviceClass, "");
  EXPECT_EQ(type->cards, 2U);
  const auto serviceClass = parseReservation("class=fixed-date:1");
  ASSERT_TRUE(serviceClass);
  EXPECT_EQ(serviceClass->serviceClass, "fixed-date");
  for (const char* wrong : {"", "incident:2", "type=incident", "type=:2", "lane=x:1",
                            "type=x:", "type=x:-1", "type=x:1.5"}) {
    EXPECT_FALSE(parseReservation(wrong)) << wrong;
  }
  EXPECT_EQ(checkReservation("none"), "");
}

TEST(OptionValues, AShareIsTwoWholeNumbers) {
  const auto share = parseShare("1/5");
  ASSERT_TRUE(share);
  EXPECT_EQ(share->min, 1U);
  EXPECT_EQ(share->of, 5U);
  for (const char* wrong : {"", "1", "/5", "1/", "1/5/2", "-1/5", "a/b"}) {
    EXPECT_FALSE(parseShare(wrong)) << wrong;
  }
  EXPECT_EQ(checkShare("none"), "");
}

TEST(OptionValues, AColumnIsReadFromItsEnd) {
  const auto column = parseColumn("In: box:waiting:3:customer:drop");
  ASSERT_TRUE(column);
  EXPECT_EQ(column->name, "In: box");
  EXPECT_EQ(column->category, "waiting");
  EXPECT_EQ(column->limit, 3U);
  EXPECT_EQ(column->waitsFor, "customer");
  EXPECT_TRUE(column->drop);
  const auto plain = parseColumn("Doing:active");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->limit);
  EXPECT_EQ(plain->waitsFor, "");
  for (const char* wrong : {"", "Doing", "Doing:", ":active", "Doing:3"}) {
    EXPECT_FALSE(parseColumn(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace docket::client::cli
