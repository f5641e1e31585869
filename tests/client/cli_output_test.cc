#include "client/cli/output.h"

#include <gtest/gtest.h>

#include "client/cli/progress.h"
#include "client/cli/text_layout.h"

namespace docket::client::cli {
namespace {

TEST(Terminal, ColourOnlyOnATerminalThatMayHaveIt) {
  EXPECT_TRUE(terminalFrom({.isTerminal = true}).colour);
  EXPECT_TRUE(terminalFrom({.isTerminal = true, .noColor = ""}).colour);
  EXPECT_TRUE(terminalFrom({.isTerminal = true, .term = "xterm"}).colour);
  EXPECT_FALSE(terminalFrom({.isTerminal = true, .noColor = "1"}).colour);
  EXPECT_FALSE(terminalFrom({.isTerminal = true, .term = "dumb"}).colour);
  EXPECT_FALSE(terminalFrom({.isTerminal = false, .term = "xterm"}).colour);
}

TEST(Terminal, WidthComesFromTheTerminalElseColumnsElseAHundred) {
  EXPECT_EQ(terminalFrom({.isTerminal = true, .reportedWidth = 132, .columns = "80"}).width, 132);
  EXPECT_EQ(terminalFrom({.isTerminal = true, .columns = "80"}).width, 80);
  EXPECT_EQ(terminalFrom({.isTerminal = false, .reportedWidth = 132}).width, 100);
  EXPECT_EQ(terminalFrom({.columns = "72"}).width, 72);
  EXPECT_EQ(terminalFrom({.columns = "wide"}).width, 100);
  EXPECT_EQ(terminalFrom({.columns = "3"}).width, 100);
}

TEST(Output, PaintsOnlyWhereColoursBelong) {
  const Output plain(Terminal{false, false, 80}, false);
  const Output coloured(Terminal{true, true, 80}, false);
  EXPECT_EQ(plain.paint(Colour::red, "x"), "x");
  EXPECT_EQ(coloured.paint(Colour::red, "x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(coloured.paint(Colour::red, ""), "");
}

TEST(Output, JsonSurvivesBytesThatAreNotUtf8) {
  EXPECT_EQ(jsonText({{"title",
                       "a\xff"
                       "b"}}),
            "{\n  \"title\": \"a\xEF\xBF\xBD"
            "b\"\n}\n");
}

TEST(ProgressLine, ShowsABarWhenTheTotalIsKnown) {
  EXPECT_EQ(progressLine("Importing", {50, 100, "7 events"}, 100),
            "Importing  [############............]  50 %  7 events");
  EXPECT_EQ(progressLine("Importing", {200, 100, ""}, 100),
            "Importing  [########################] 100 %");
  EXPECT_EQ(progressLine("Simulating", {12345, 0, ""}, 100), "Simulating  12,345");
}

TEST(ProgressLine, FitsTheTerminal) {
  EXPECT_LE(displayWidth(progressLine("Importing a file with a long name", {1, 2, "note"}, 40)),
            40);
}

}  // namespace
}  // namespace docket::client::cli
