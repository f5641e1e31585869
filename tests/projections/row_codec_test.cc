#include "projections/row_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace docket::projections {
namespace {

using domain::Timestamp;

Timestamp at(std::int64_t micros) {
  return Timestamp{std::chrono::microseconds{micros}};
}

RC_GTEST_PROP(RowCodec, ReadsBackWhatWasWritten,
              (std::uint64_t number, std::string text, std::int64_t micros, bool flag)) {
  const std::string row = RowWriter()
                              .number(number)
                              .text(text)
                              .time(at(micros))
                              .flag(flag)
                              .time(std::optional<Timestamp>{})
                              .time(std::optional{at(micros)})
                              .take();
  RowParser parser(row);
  RC_ASSERT(parser.number() == number);
  RC_ASSERT(parser.text() == text);
  RC_ASSERT(parser.time() == at(micros));
  RC_ASSERT(parser.flag() == flag);
  RC_ASSERT(parser.optionalTime() == std::nullopt);
  RC_ASSERT(parser.optionalTime() == at(micros));
  RC_ASSERT(parser.whole());
}

RC_GTEST_PROP(RowCodec, EveryShortenedRowIsDamaged, (std::uint64_t number, std::string text)) {
  const std::string row = RowWriter().number(number).text(text).time(at(7)).take();
  for (std::size_t size = 0; size < row.size(); ++size) {
    RowParser parser(std::string_view(row).substr(0, size));
    parser.number();
    parser.text();
    parser.time();
    RC_ASSERT(!parser.whole());
  }
}

TEST(RowCodec, MoreThanWasAskedForIsNotWhole) {
  const std::string row = RowWriter().number(1).number(2).take();
  RowParser parser(row);
  EXPECT_EQ(parser.number(), 1u);
  EXPECT_FALSE(parser.whole());
  EXPECT_FALSE(parser.damaged());
}

TEST(RowCodec, NumbersBeyondTheirRangeAreDamage) {
  EXPECT_TRUE([] {
    RowParser parser("\x05");
    parser.number(4);
    return parser.damaged();
  }());
  EXPECT_TRUE([] {
    RowParser parser(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10));
    parser.number();
    return parser.damaged();
  }());
  RowParser largest(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10));
  EXPECT_EQ(largest.number(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(largest.whole());
}

TEST(RowCodec, ATextThatClaimsMoreThanThereIsIsDamage) {
  RowParser parser(
      std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                       "ab",
                       12));
  EXPECT_EQ(parser.text(), "");
  EXPECT_TRUE(parser.damaged());
  EXPECT_EQ(parser.number(), 0u) << "a damaged parser answers zeros";
}

RC_GTEST_PROP(RowCodec, KeysSortByTextThenTimeThenNumber,
              (std::int64_t timeA, std::int64_t timeB, std::uint64_t numberA,
               std::uint64_t numberB)) {
  const Key a = Key('i').text("OPS").time(at(timeA)).number(numberA);
  const Key b = Key('i').text("OPS").time(at(timeB)).number(numberB);
  RC_ASSERT((a.bytes() < b.bytes()) == (std::pair(timeA, numberA) < std::pair(timeB, numberB)));
}

RC_GTEST_PROP(RowCodec, ComponentsDoNotRunIntoEachOther,
              (std::string a, std::string b, std::string c, std::string d)) {
  const Key left = Key('x').text(a).text(b);
  const Key right = Key('x').text(c).text(d);
  RC_ASSERT((left.bytes() == right.bytes()) == (a == c && b == d));
}

}  // namespace
}  // namespace docket::projections
