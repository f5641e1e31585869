#include <gtest/gtest.h>

#include "client/import/time_reader.h"

namespace docket::client::imports {
namespace {

struct TimeCase {
  const char* text;
  std::int64_t microseconds;  // -1: refused
};

TEST(TimeReader, ReadsIso8601WithOffsets) {
  auto reader = TimeReader::make("iso8601", "");
  ASSERT_TRUE(reader.has_value());
  const TimeCase cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01T01:00:00+01:00", 0},
      {"1970-01-01 01:00:00+0100", 0},
      {"1970-01-01T00:00:01.5Z", 1'500'000},
      {"1970-01-01T00:00:01,123456789Z", 1'123'456},
      {"1969-12-31T23:59:59.999Z", -1'000},
      {"2006-01-11T15:49:42+01:00", 1'136'990'982'000'000},
      {"2012-02-29T00:00-05:30", 1'330'493'400'000'000},
      {" 1970-01-01T00:00:00Z ", 0},
  };
  for (const TimeCase& one : cases) {
    const auto read = reader->read(one.text);
    ASSERT_TRUE(read.has_value()) << one.text << ": " << read.error();
    EXPECT_EQ(read->time_since_epoch().count(), one.microseconds) << one.text;
  }
}

TEST(TimeReader, RefusesWhatIsNoIso8601) {
  auto reader = TimeReader::make("iso8601", "UTC");
  ASSERT_TRUE(reader.has_value());
  for (const char* text :
       {"", "yesterday", "2012-13-01T00:00:00Z", "2011-02-29T00:00:00Z", "2012-01-01T24:00:00Z",
        "2012-01-01T00:60:00Z", "2012-01-01T00:00:00+1", "2012-01-01T00:00:00Zx",
        "2012-01-01T00:00:00.", "2012-01-01", "12-01-01T00:00:00Z", "2012-01-01T00:00:00+25:00"}) {
    EXPECT_FALSE(reader->read(text).has_value()) << text;
  }
}

TEST(TimeReader, NeedsAZoneForTimesWithoutOffset) {
  auto without = TimeReader::make("iso8601", "");
  EXPECT_FALSE(without->read("2012-01-01T00:00:00").has_value());
  auto rome = TimeReader::make("iso8601", "Europe/Rome");
  EXPECT_EQ(rome->read("2012-07-01T02:00:00")->time_since_epoch(),
            rome->read("2012-07-01T00:00:00Z")->time_since_epoch());
  EXPECT_FALSE(TimeReader::make("%Y-%m-%d", "").has_value());
  EXPECT_FALSE(TimeReader::make("iso8601", "Europe/Atlantis").has_value());
  EXPECT_FALSE(TimeReader::make("nonsense", "UTC").has_value());
}

TEST(TimeReader, ReadsADateStyleFormat) {
  auto reader = TimeReader::make("%Y/%m/%d %H:%M:%S", "Europe/Rome");
  ASSERT_TRUE(reader.has_value());
  // Summer time in Rome is two hours ahead.
  const auto read = reader->read("2012/10/09 14:50:17.250");
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->time_since_epoch().count(), 1'349'787'017'250'000);
  EXPECT_FALSE(reader->read("2012/10/09 14:50:17 and more").has_value());
  EXPECT_FALSE(reader->read("09.10.2012 14:50:17").has_value());
}

TEST(TimeReader, TakesTheEarlierOfTwoAndTheChangeForNone) {
  auto reader = TimeReader::make("iso8601", "Europe/Rome");
  // The clocks went back from 3:00 to 2:00 on 28 October 2012 at 1:00 UTC …
  EXPECT_EQ(*reader->read("2012-10-28T02:30:00"), *reader->read("2012-10-28T00:30:00Z"));
  EXPECT_EQ(reader->notes().ambiguous, 1U);
  EXPECT_EQ(reader->notes().nonexistent, 0U);
  // … and forward from 2:00 to 3:00 on 25 March 2012 at 1:00 UTC.
  EXPECT_EQ(*reader->read("2012-03-25T02:30:00"), *reader->read("2012-03-25T01:00:00Z"));
  EXPECT_EQ(reader->notes().nonexistent, 1U);
}

}  // namespace
}  // namespace docket::client::imports
