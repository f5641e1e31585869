// The records of the log, written here by docs/FORMATS.md.
#include "client/verify/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

const std::string kFingerprint(16, 'f');

// Three events: the last of a unit that began before, then a unit of two that goes on for one more.
std::string record(const std::string& counts = "\3\1\1\3"s,
                   const std::string& padding = "\0\0\0\0\0\0\0"s) {
  return "\2" + counts + kFingerprint + "\2\3\2\0\2\1"s + "aabbcc" + padding + "123\0\0\0\0\0"s +
         "4";
}

TEST(VerifyRecords, AGroupRecordIsTakenApart) {
  const auto read = readGroupRecord(record(), {"it"});
  ASSERT_TRUE(read) << read.error().sentence;
  EXPECT_EQ(read->continued, 1u);
  EXPECT_THAT(read->unitEvents, ::testing::ElementsAre(3u));
  ASSERT_EQ(read->events.size(), 3u);
  EXPECT_EQ(read->events[0].envelope, "aa");
  EXPECT_EQ(read->events[0].payload, "123");
  EXPECT_EQ(read->events[1].payload, "");
  EXPECT_EQ(read->events[2].envelope, "cc");
  EXPECT_EQ(read->events[2].payload, "4");
}

TEST(VerifyRecords, AGroupRecordThatIsDamagedIsRefusedWithTheReason) {
  for (std::size_t size = 0; size < record().size(); ++size) {
    EXPECT_FALSE(readGroupRecord(record().substr(0, size), {"it"})) << size;
  }
  const std::pair<std::string, std::string> cases[] = {
      {"\1" + record().substr(1), "its format is not 2"},
      {record() + '\0', "the last payload is followed by more bytes"},
      {record("\0\0\0\3"s), "its number of events is zero"},
      {record("\x7F\1\1\3"s), "its number of events is more than it can hold"},
      {record("\3\1\4\3"s), "its number of units is more than its events"},
      {record("\3\1\1\1"s), "an event belongs to no unit"},
      {record("\3\1\1\0"s), "a unit's number of events is not between 1 and 10000"},
      {record("\3\3\1\3"s), "a unit begins behind the last event"},
      {record("\3\4\1\3"s), "the unit from an earlier record is longer than this record"},
      {record("\3\1\1\3"s, "\0\0\0\0\0\1\0"s), "the space before a payload is not zero"},
  };
  for (const auto& [bytes, why] : cases) {
    const auto read = readGroupRecord(bytes, {"it"});
    ASSERT_FALSE(read) << why;
    EXPECT_EQ(read.error().sentence, "it is damaged: " + why);
  }
}

TEST(VerifyRecords, AHeadRecordIsTakenApart) {
  const std::string head =
      "\2\5\3"s + "\0\0\0\0\0\0\1\0"s + std::string(32, 'a') + std::string(32, 'b');
  const auto read = readHeadRecord(head, {"it"});
  ASSERT_TRUE(read) << read.error().sentence;
  EXPECT_EQ(read->next, 5u);
  EXPECT_EQ(read->lastGroup, 3u);
  EXPECT_EQ(read->recordedMicros, 256);
  ASSERT_EQ(read->frontier.size(), 2u);
  EXPECT_EQ(read->frontier[1].view(), std::string(32, 'b'));
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_FALSE(readHeadRecord(head.substr(0, size), {"it"})) << size;
  }
  EXPECT_FALSE(readHeadRecord(head + "b", {"it"}));
  EXPECT_FALSE(readHeadRecord("\2\5\5"s + head.substr(3), {"it"}));
  EXPECT_TRUE(readHeadRecord("\2"s + std::string(10, '\0'), {"it"}));
  EXPECT_FALSE(readHeadRecord("\2"s + std::string(9, '\0') + "\1", {"it"}));
}

TEST(VerifyRecords, AnAnchorIsReadIfItsSumIsRight) {
  const std::string root(64, 'a');
  const std::string summed = "docket anchor 2\nhead 12\nroot " + root + "\n";
  const std::string anchor = summed + "sum " + toHex(sha256({summed}).view()) + "\n";
  const auto read = readAnchor(anchor, {"it"});
  ASSERT_TRUE(read) << read.error().sentence;
  EXPECT_EQ(read->head, 12u);
  EXPECT_EQ(read->root.view(), std::string(32, '\xAA'));
  for (std::size_t at = 0; at < anchor.size(); ++at) {
    std::string flipped = anchor;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    EXPECT_FALSE(readAnchor(flipped, {"it"})) << at;
    EXPECT_FALSE(readAnchor(anchor.substr(0, at), {"it"})) << at;
  }
  EXPECT_FALSE(readAnchor(anchor + "\n", {"it"}));
}

}  // namespace
}  // namespace docket::client::verify
