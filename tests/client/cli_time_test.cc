#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// The zone of the process while it lives.
class Zone {
 public:
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    unsetenv("TZ");
    tzset();
  }
};

TEST(TimeText, JsonInstantsAreUtcWithMicroseconds) {
  EXPECT_EQ(isoUtc(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(isoUtc(1'772'352'930'000'250), "2026-03-01T08:15:30.000250Z");
  EXPECT_EQ(isoUtc(-1), "1969-12-31T23:59:59.999999Z");
}

TEST(TimeText, PeopleSeeTheirOwnZoneWithItsOffset) {
  const Zone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(localTime(1'772'352'930'000'250), "2026-03-01 09:15:30 +01:00");
  EXPECT_EQ(localTime(1'783'000'000'000'000), "2026-07-02 15:46:40 +02:00");
  EXPECT_EQ(localDate(1'772'406'000'000'000), "2026-03-02");  // 23:00 UTC
}

TEST(TimeText, AgesUseTheLargestUnitThatFits) {
  const std::pair<std::int64_t, const char*> cases[] = {
      {-kDay, "now"},           {0, "now"},         {kMinute - 1, "now"}, {kMinute, "1 min"},
      {59 * kMinute, "59 min"}, {kHour, "1 h"},     {kDay - 1, "23 h"},   {3 * kDay, "3 d"},
      {27 * kDay, "27 d"},      {28 * kDay, "4 w"}, {728 * kDay, "1 y"},  {1100 * kDay, "3 y"}};
  for (const auto& [length, expected] : cases) EXPECT_EQ(age(1000, 1000 + length), expected);
}

TEST(TimeText, InstantsAreReadWithZOrOffset) {
  const std::pair<const char*, const char*> cases[] = {
      {"2026-03-01T08:15:30Z", "2026-03-01T08:15:30.000000Z"},
      {"2026-03-01T08:15Z", "2026-03-01T08:15:00.000000Z"},
      {"2026-03-01 08:15:30.25+01:00", "2026-03-01T07:15:30.250000Z"},
      {"2026-03-01T00:15:30,5+0100", "2026-02-28T23:15:30.500000Z"},
      {"2026-03-01T23:15:30-05:30", "2026-03-02T04:45:30.000000Z"},
      {"2026-03-01T08:15:30.1234567Z", "2026-03-01T08:15:30.123456Z"},
      {"1960-02-29T00:00:00Z", "1960-02-29T00:00:00.000000Z"}};
  for (const auto& [text, expected] : cases) {
    const auto read = parseInstant(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(isoUtc(*read), expected) << text;
  }
}

TEST(TimeText, OtherTextsAreNoInstants) {
  for (const char* text :
       {"", "yesterday", "2026-03-01", "2026-03-01T08:15:30", "2026-02-30T08:15:30Z",
        "2026-13-01T08:15:30Z", "2026-03-01T24:00:00Z", "2026-03-01T08:60:00Z",
        "2026-03-01T08:15:60Z", "2026-03-01T08:15:30.Z", "2026-03-01T08:15:30Zx",
        "2026-03-01T08:15:30+1", "2026-03-01T08:15:30+24:00", "26-03-01T08:15:30Z"}) {
    EXPECT_FALSE(parseInstant(text)) << text;
  }
}

}  // namespace
}  // namespace docket::client::cli
