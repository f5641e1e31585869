#include "client/cli/text_layout.h"

#include <gtest/gtest.h>

#include "client/cli/table.h"

namespace docket::client::cli {
namespace {

TEST(TextLayout, VisibleLetsNothingThroughThatATerminalObeys) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain", "plain"},
      {"\x1b[2J\x1b]0;x\x07", "␛[2J␛]0;x␇"},
      {"two\nlines\r", "two⏎lines␍"},
      {"tab\there", "tab here"},
      {"\xc2\x9b"
       "31m",
       "\xEF\xBF\xBD"
       "31m"},  // the one-character form of ESC [
      {"a\xe2\x80\xae"
       "b",
       "a\xEF\xBF\xBD"
       "b"},  // right-to-left override
      {std::string("nul\0!", 5), "nul␀!"},
      {"\x7f", "␡"},
      {"\xff\xfe", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // not UTF-8
      {"\xc0\xaf", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // overlong
      {"\xed\xa0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // a surrogate
      {"cut\xe2\x82", "cut\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"Grüße 日本 😀", "Grüße 日本 😀"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(visible(text), expected);
  EXPECT_EQ(visibleLines("a\nb\x1b"), "a\nb␛");
}

TEST(TextLayout, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(displayWidth("abc"), 3);
  EXPECT_EQ(displayWidth("Grüße"), 5);
  EXPECT_EQ(displayWidth("日本"), 4);
  EXPECT_EQ(displayWidth("😀"), 2);
  EXPECT_EQ(displayWidth("e\xcc\x81"), 1);  // a combining accent
  EXPECT_EQ(displayWidth("\x1b[31mred\x1b[0m"), 3);
}

TEST(TextLayout, TruncationKeepsCharactersWholeAndFits) {
  EXPECT_EQ(truncated("abcdef", 6), "abcdef");
  EXPECT_EQ(truncated("abcdef", 5), "abcd…");
  EXPECT_EQ(truncated("日本語", 4), "日…");
  EXPECT_EQ(truncated("abc", 1), "…");
  EXPECT_EQ(truncated("abc", 0), "");
  const std::string mixed = "ab日本é😀xyz";
  for (int width = 1; width < 14; ++width) EXPECT_LE(displayWidth(truncated(mixed, width)), width);
}

TEST(TextLayout, FittedIsExactlyAsWideAsAsked) {
  EXPECT_EQ(fitted("ab", 4), "ab  ");
  EXPECT_EQ(fittedRight("ab", 4), "  ab");
  EXPECT_EQ(fitted("日本語", 4), "日… ");
}

TEST(TextLayout, WrappedBreaksAtBlanksAndKeepsLines) {
  EXPECT_EQ(wrapped("one two three four five six", 24, 2), "  one two three four\n  five six\n");
  EXPECT_EQ(wrapped("a\n\nb", 40, 2), "  a\n\n  b\n");
}

TEST(TextLayout, GroupedCounts) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1487), "1,487");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(Table, WidestOpenColumnGivesWayFirst) {
  std::vector<int> widths = {10, 40, 30};
  shrinkToFit(widths, {false, true, true}, 2, 64);
  EXPECT_EQ(widths, (std::vector<int>{10, 25, 25}));
}

TEST(Table, NoColumnVanishes) {
  std::vector<int> widths = {10, 40};
  shrinkToFit(widths, {false, true}, 2, 5);
  EXPECT_EQ(widths, (std::vector<int>{10, 6}));
}

TEST(Table, RowsAreAlignedAndFitTheWidth) {
  Output output(Terminal{false, false, 30}, false);
  Table table({{"ID"}, {"TITLE", Align::left, true}, {"N", Align::right}});
  table.add({{"OPS-1"}, {"A title that is too long for it"}, {"7"}});
  table.add({{"OPS-10"}, {"日本"}, {"12"}});
  testing::internal::CaptureStdout();
  table.print(output);
  output.flush();
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "ID      TITLE                N\n"
            "OPS-1   A title that is t…   7\n"
            "OPS-10  日本                12\n");
}

}  // namespace
}  // namespace docket::client::cli
