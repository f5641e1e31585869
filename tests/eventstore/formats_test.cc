// The stored formats other than the envelope: golden bytes, and what must be refused.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>  // wants GoogleTest before it

#include <string>
#include <vector>

#include "eventstore/anchor.h"
#include "eventstore/bytes.h"
#include "eventstore/group_record.h"
#include "eventstore/keys.h"
#include "eventstore/limits.h"
#include "eventstore/records.h"
#include "eventstore/stream_index.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

std::string hexOf(std::string_view bytes) {
  return toHex(asBytes(bytes).data(), bytes.size());
}

TEST(Hex, GoesBothWaysAndRefusesTheRest) {
  std::array<std::byte, 3> out{};
  EXPECT_TRUE(fromHex("00aff1", out.data(), out.size()));
  EXPECT_EQ(toHex(out), "00aff1");
  for (const char* bad : {"", "00aff", "00aff10", "00AFF1", "00aff ", "0xaff1", "00afg1"}) {
    EXPECT_FALSE(fromHex(bad, out.data(), out.size())) << bad;
  }
}

RC_GTEST_PROP(Varint, ComesBackAndHasOneSpelling, (std::uint64_t value, std::uint8_t shift)) {
  value >>= shift % 64;
  std::byte stored[kMaxVarintBytes];
  const std::byte* end = putVarint(stored, value);
  ByteReader reader({stored, static_cast<std::size_t>(end - stored)});
  std::uint64_t back = 0;
  RC_ASSERT(reader.takeVarint(back));
  RC_ASSERT(back == value);
  RC_ASSERT(reader.left() == 0u);
}

TEST(Zigzag, KeepsSmallNumbersSmallAndEveryNumberWhole) {
  EXPECT_EQ(zigzag(0), 0u);
  EXPECT_EQ(zigzag(-1), 1u);
  EXPECT_EQ(zigzag(1), 2u);
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{12'345},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(unzigzag(zigzag(value)), value);
  }
}

TEST(Keys, HaveTheseBytes) {
  EXPECT_EQ(hexOf(keys::group(Position{0x0102030405060708}).view()), "0102030405060708");
  EXPECT_EQ(keys::parseGroup(keys::group(Position{77}).view()), Position{77});
  EXPECT_EQ(keys::parseGroup("1234567"), std::nullopt);
  const keys::Key stream = keys::stream("ab", "xyz");
  EXPECT_EQ(hexOf(stream.view()), "730261620378797a");
  EXPECT_EQ(hexOf(keys::chunk(stream.view(), 258).view()), "730261620378797a00000102");
  EXPECT_EQ(keys::parseChunk(keys::chunk(stream.view(), 258).view(), stream.view()), 258u);
  EXPECT_EQ(
      keys::parseChunk(keys::chunk(keys::stream("ab", "xyy").view(), 1).view(), stream.view()),
      std::nullopt);
  EXPECT_EQ(keys::parseChunk(stream.view(), stream.view()), std::nullopt);
}

TEST(HeadRecord, HasTheseBytesAndNoOthers) {
  const Head head{{258}, {257}, at(258), Frontier(258, {digest(1), digest(2)})};
  const std::string stored = encodeHead(head);
  EXPECT_EQ(hexOf(stored),
            "02820281020000000000000102"
            "0000000000000001000000000000000000000000000000000000000000000000"
            "0000000000000002000000000000000000000000000000000000000000000000");
  EXPECT_EQ(decodeHead(stored), head);
  EXPECT_EQ(decodeHead(encodeHead({})), Head{});
  EXPECT_EQ(decodeHead(stored + "x"), std::nullopt);
  EXPECT_EQ(decodeHead(stored.substr(1)), std::nullopt);
  for (std::size_t size = 0; size < stored.size(); ++size) {
    EXPECT_EQ(decodeHead(stored.substr(0, size)), std::nullopt);
  }
  EXPECT_EQ(decodeHead(encodeHead({{256}, {256}, at(1), Frontier(256, {digest(1)})})),
            std::nullopt);
}

TEST(Anchor, HasThisText) {
  const std::string text = anchorText({{1'234}, digest(1)});
  const std::string begin =
      "docket anchor 2\n"
      "head 1234\n"
      "root 0000000000000001000000000000000000000000000000000000000000000000\n";
  EXPECT_EQ(text, begin + "sum " + toHex(sha256(bytes(begin)).bytes) + "\n");
}

TEST(StreamIndex, HasTheseBytes) {
  std::string chunk;
  addIndexEntry(chunk, {0}, {0}, {300});
  addIndexEntry(chunk, {1}, {300}, {301});
  addIndexEntry(chunk, {2}, {301}, {501});
  EXPECT_EQ(hexOf(chunk), "ac0201c801");
  std::vector<Position> positions;
  ASSERT_TRUE(readChunk(chunk, positions));
  EXPECT_EQ(positions, (std::vector<Position>{{300}, {301}, {501}}));
  std::string next;
  addIndexEntry(next, {256}, {501}, {502});
  EXPECT_EQ(hexOf(next), "f603") << "the first entry of a chunk is whole";
  addRestart(chunk, {600});
  EXPECT_EQ(hexOf(chunk), "ac0201c80100d804") << "and one after a zero";
  ASSERT_TRUE(readChunk(chunk, positions));
  EXPECT_EQ(positions, (std::vector<Position>{{300}, {301}, {501}, {600}}));
}

TEST(StreamIndex, RefusesWhatNoChunkHolds) {
  std::vector<Position> positions;
  EXPECT_FALSE(readChunk("", positions));
  EXPECT_FALSE(readChunk(std::string_view("\x05\x00\x05", 3), positions))
      << "the same position twice";
  EXPECT_FALSE(readChunk(std::string_view("\x05\x00", 2), positions)) << "no position after a zero";
  EXPECT_FALSE(readChunk("\x05\x85", positions)) << "ends inside a number";
  EXPECT_TRUE(readChunk(std::string(256, '\x01'), positions));
  EXPECT_FALSE(readChunk(std::string(257, '\x01'), positions));
  EXPECT_FALSE(readChunk("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01", positions)) << "overflow";
}

std::string recordOf(const std::vector<std::pair<std::string, std::string>>& events) {
  GroupRecordBuilder builder;
  builder.beginUnit(events.size(), fingerprint(7));
  for (const auto& [envelope, payload] : events) builder.add(asBytes(envelope), asBytes(payload));
  return text(builder.finish());
}

TEST(GroupRecord, HasTheseBytes) {
  EXPECT_EQ(hexOf(recordOf({{"eee", "pp"}, {"ff", ""}, {"g", "qqqqqqqqq"}})),
            "0203"  // format, three events
            "0001"  // none of an earlier unit, one unit
            "03"
            "00000000000000070000000000000000"  // its events and fingerprint
            "0302"
            "0200"
            "0109"  // sizes
            "656565"
            "6666"
            "67"  // envelopes, to offset 33
            "00000000000000"
            "7070"          // payload at 40
            "000000000000"  // to 48
            "717171717171717171");
}

TEST(GroupRecord, ComesApartAsItWasPutTogether) {
  const std::vector<std::pair<std::string, std::string>> events = {
      {"one", std::string(1'000, 'x')}, {"two", ""}, {"three", "y"}, {"four", std::string(7, 'z')}};
  GroupRecord record;
  ASSERT_EQ(record.load(asBytes(recordOf(events))), nullptr);
  ASSERT_EQ(record.count(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(text(record.envelope(i)), events[i].first);
    EXPECT_EQ(text(record.payload(i)), events[i].second);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(record.payload(i).data()) % 8, 0u);
  }
}

TEST(GroupRecord, IsCutAtItsTargetSize) {
  GroupRecordBuilder builder;
  builder.beginUnit(kMaxUnitEvents, fingerprint(7));
  const std::string envelope(100, 'e');
  const std::string payload(900, 'p');
  EXPECT_FALSE(builder.wouldOverflow(kMaxEnvelopeBytes, kMaxPayloadBytes))
      << "one event always fits";
  while (!builder.wouldOverflow(envelope.size(), payload.size())) {
    builder.add(asBytes(envelope), asBytes(payload));
  }
  const std::size_t size = builder.finish().size();
  EXPECT_LE(size, kRecordTargetBytes + 16);
  EXPECT_GT(size, kRecordTargetBytes - 2'000);
  EXPECT_TRUE(builder.empty());
}

TEST(GroupRecord, DamagedBytesAreRefused) {
  const std::string good = recordOf({{"eee", "pp"}, {"ff", "qqqqqqqqq"}});
  GroupRecord record;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(record.load(asBytes(good.substr(0, size))), nullptr) << size;
    EXPECT_EQ(record.count(), 0u);
  }
  EXPECT_NE(record.load(asBytes(good + "x")), nullptr);
  const auto with = [&](std::size_t at, char byte) {
    std::string bad = good;
    bad[at] = byte;
    return record.load(asBytes(bad)) == nullptr;
  };
  EXPECT_TRUE(with(0, '\x02'));
  EXPECT_FALSE(with(0, '\x01')) << "format";
  EXPECT_FALSE(with(1, '\x00')) << "no events";
  EXPECT_FALSE(with(1, '\x03')) << "one more event than there is";
  EXPECT_FALSE(with(1, '\x7f'));
  EXPECT_FALSE(with(2, '\x03')) << "more events of an earlier unit than there are";
  EXPECT_FALSE(with(3, '\x00')) << "events of no unit";
  EXPECT_FALSE(with(3, '\x02')) << "one more unit than there is";
  EXPECT_FALSE(with(4, '\x00')) << "a unit without events";
  EXPECT_FALSE(with(4, '\x01')) << "a unit with too few events";
  EXPECT_FALSE(with(21, '\x0a')) << "a longer envelope";
  EXPECT_FALSE(with(22, '\x7f')) << "a longer payload";
  EXPECT_FALSE(with(30, '\x01')) << "padding";
}

TEST(GroupRecord, AUnitGoesOnInTheNextRecord) {
  GroupRecordBuilder builder;
  builder.beginUnit(1, fingerprint(1));
  builder.add(asBytes(std::string_view("a")), {});
  builder.beginUnit(3, fingerprint(2));
  builder.add(asBytes(std::string_view("b")), {});
  GroupRecord first;
  ASSERT_EQ(first.load(builder.finish()), nullptr);
  builder.add(asBytes(std::string_view("c")), {});
  builder.add(asBytes(std::string_view("d")), {});
  GroupRecord second;
  ASSERT_EQ(second.load(builder.finish()), nullptr);
  ASSERT_EQ(first.units().size(), 2u);
  EXPECT_EQ(first.units()[1].index, 1u);
  EXPECT_EQ(first.units()[1].events, 3u);
  EXPECT_EQ(first.units()[1].fingerprint, fingerprint(2));
  EXPECT_TRUE(second.units().empty());
  EXPECT_EQ(second.count(), 2u);
}

RC_GTEST_PROP(GroupRecordProperty, ArbitraryBytesNeverReadOutOfBounds,
              (std::vector<std::uint8_t> any)) {
  any.insert(any.begin(), 2);
  GroupRecord record;
  if (record.load({reinterpret_cast<const std::byte*>(any.data()), any.size()}) != nullptr) return;
  std::size_t total = 0;
  for (std::size_t i = 0; i < record.count(); ++i) {
    total += record.envelope(i).size() + record.payload(i).size();
  }
  RC_ASSERT(total <= any.size());
}

}  // namespace
}  // namespace docket::eventstore::testing
