#include "domain/zone_offsets.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "domain/calendar.h"
#include "tests/domain/calendars.h"

namespace docket::domain {
namespace {

using namespace test;

seconds offsetAt(const std::string& zone, Timestamp instant) {
  for (const OffsetSpan& span : offsetsOf(zone)) {
    if (instant >= span.begin && instant < span.end) return span.offset;
  }
  throw std::out_of_range(zone);
}

TEST(ZoneOffsets, SpansCoverTheCalendarsYearsWithoutAHole) {
  for (const std::string zone : {"UTC", "Europe/Berlin", "America/Sao_Paulo", "Africa/Casablanca",
                                 "Australia/Lord_Howe", "Pacific/Apia"}) {
    SCOPED_TRACE(zone);
    const auto spans = offsetsOf(zone);
    ASSERT_FALSE(spans.empty());
    EXPECT_EQ(spans.front().begin, kCalendarBegin);
    EXPECT_EQ(spans.back().end, kCalendarEnd);
    for (std::size_t i = 0; i < spans.size(); ++i) {
      EXPECT_LT(spans[i].begin, spans[i].end);
      if (i == 0) continue;
      EXPECT_EQ(spans[i].begin, spans[i - 1].end);
      EXPECT_NE(spans[i].offset, spans[i - 1].offset);
    }
  }
}

// The last second of one offset and the first of the next. The zones' data lists changes to 2037;
// the later rows are the rule of POSIX that the same files end with, reckoned by hand.
TEST(ZoneOffsets, ChangesComeWhenTheZoneSaysSoAlsoAfterTheListedYears) {
  struct Row {
    std::string zone;
    std::string change;
    seconds before;
    seconds after;
  };
  const std::vector<Row> rows = {
      {"Europe/Berlin", "2024-03-31T01:00Z", 1h, 2h},
      {"Europe/Berlin", "2024-10-27T01:00Z", 2h, 1h},
      {"Europe/Berlin", "2050-03-27T01:00Z", 1h, 2h},  // last Sunday of March
      {"Europe/Berlin", "2050-10-30T01:00Z", 2h, 1h},  // last Sunday of October
      {"America/New_York", "2024-03-10T07:00Z", -5h, -4h},
      {"America/New_York", "2060-03-14T07:00Z", -5h, -4h},  // second Sunday of March
      {"America/New_York", "2060-11-07T06:00Z", -4h, -5h},  // first Sunday of November
      {"Australia/Lord_Howe", "2024-04-06T15:00Z", 11h, 10h + 30min},
      {"Australia/Lord_Howe", "2070-04-05T15:00Z", 11h, 10h + 30min},  // 6 April there, a Sunday
      {"Africa/Cairo", "2026-10-29T21:00Z", 3h, 2h},  // the midnight after the last Thursday
      {"Africa/Cairo", "2040-10-25T21:00Z", 3h, 2h},
      {"Asia/Tehran", "2015-03-21T20:30Z", 3h + 30min, 4h + 30min},
      {"Pacific/Apia", "2011-12-30T10:00Z", -10h, 14h},  // 30 December was left out
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.zone + " " + row.change);
    EXPECT_EQ(offsetAt(row.zone, at(row.change) - 1us), row.before);
    EXPECT_EQ(offsetAt(row.zone, at(row.change)), row.after);
  }
}

TEST(ZoneOffsets, AZoneThatGaveUpChangingItsClocksDoesNotBeginAgain) {
  EXPECT_EQ(offsetAt("Asia/Tehran", at("2060-07-01T00:00Z")), 3h + 30min);
  EXPECT_EQ(offsetAt("Europe/Moscow", at("2060-07-01T00:00Z")), 3h);
  EXPECT_EQ(offsetAt("America/Sao_Paulo", at("2060-01-01T00:00Z")), -3h);
}

}  // namespace
}  // namespace docket::domain
