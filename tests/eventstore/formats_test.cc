// The stored formats other than the envelope: golden bytes, and what must be refused.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>  // wants GoogleTest before it

#include <string>
#include <vector>

#include "eventstore/anchor.h"
#include "eventstore/bytes.h"
#include "eventstore/group_record.h"
#include "eventstore/keys.h"
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
  EXPECT_EQ(hexOf(keys::command(commandId(1)).view()), "00000000000000010000000000000000");
  const keys::Key stream = keys::stream("ab", "xyz");
  EXPECT_EQ(hexOf(stream.view()), "0261620378797a");
  EXPECT_EQ(hexOf(keys::chunk(stream.view(), 258).view()), "0261620378797a00000102");
  EXPECT_EQ(keys::parseChunk(keys::chunk(stream.view(), 258).view(), stream.view()), 258u);
  EXPECT_EQ(
      keys::parseChunk(keys::chunk(keys::stream("ab", "xyy").view(), 1).view(), stream.view()),
      std::nullopt);
  EXPECT_EQ(keys::parseChunk(stream.view(), stream.view()), std::nullopt);
}

TEST(HeadRecord, HasTheseBytesAndNoOthers) {
  const Head head{{258}, {257}, at(258), Frontier(258, {fingerprint(1), fingerprint(2)})};
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
  EXPECT_EQ(decodeHead(encodeHead({{256}, {256}, at(1), Frontier(256, {fingerprint(1)})})),
            std::nullopt);
}

TEST(CommandRecord, HasTheseBytesAndNoOthers) {
  const CommandRecord record{fingerprint(1), {300}, 2};
  const std::string stored = encodeCommand(record);
  EXPECT_EQ(hexOf(stored),
            "0000000000000001000000000000000000000000000000000000000000000000ac0202");
  const auto back = decodeCommand(stored);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->fingerprint, record.fingerprint);
  EXPECT_EQ(back->first, record.first);
  EXPECT_EQ(back->last(), Position{301});
  EXPECT_FALSE(decodeCommand(stored + "x"));
  for (std::size_t size = 0; size < stored.size(); ++size) {
    EXPECT_FALSE(decodeCommand(stored.substr(0, size)));
  }
  EXPECT_FALSE(decodeCommand(encodeCommand({{}, {1}, 0})));
  EXPECT_FALSE(decodeCommand(encodeCommand({{}, {1}, 10'001})));
  EXPECT_FALSE(decodeCommand(encodeCommand({{}, {~std::uint64_t{0}}, 2})));
}

TEST(Anchor, HasThisText) {
  const std::string text = anchorText({{1'234}, fingerprint(1)});
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
}

TEST(StreamIndex, RefusesWhatNoChunkHolds) {
  std::vector<Position> positions;
  EXPECT_FALSE(readChunk("", positions));
  EXPECT_FALSE(readChunk(std::string_view("\x05\x00", 2), positions)) << "the same position twice";
  EXPECT_FALSE(readChunk("\x05\x85", positions)) << "ends inside a number";
  EXPECT_TRUE(readChunk(std::string(256, '\x01'), positions));
  EXPECT_FALSE(readChunk(std::string(257, '\x01'), positions));
  EXPECT_FALSE(readChunk("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01", positions)) << "overflow";
}

std::string recordOf(const std::vector<std::pair<std::string, std::string>>& events) {
  GroupRecordBuilder builder;
  for (const auto& [envelope, payload] : events) builder.add(asBytes(envelope), asBytes(payload));
  return text(builder.finish());
}

TEST(GroupRecord, HasTheseBytes) {
  EXPECT_EQ(hexOf(recordOf({{"eee", "pp"}, {"ff", ""}, {"g", "qqqqqqqqq"}})),
            "0103"  // format, three events
            "0302"
            "0200"
            "0109"  // sizes
            "656565"
            "6666"
            "67"  // envelopes, to offset 14
            "0000"
            "7070"          // payload at 16
            "000000000000"  // to 24
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
  EXPECT_TRUE(with(0, '\x01'));
  EXPECT_FALSE(with(0, '\x02')) << "format";
  EXPECT_FALSE(with(1, '\x00')) << "no events";
  EXPECT_FALSE(with(1, '\x03')) << "one more event than there is";
  EXPECT_FALSE(with(1, '\x7f'));
  EXPECT_FALSE(with(2, '\x0a')) << "a longer envelope";
  EXPECT_FALSE(with(3, '\x7f')) << "a longer payload";
  EXPECT_FALSE(with(11, '\x01')) << "padding";
}

RC_GTEST_PROP(GroupRecordProperty, ArbitraryBytesNeverReadOutOfBounds,
              (std::vector<std::uint8_t> any)) {
  any.insert(any.begin(), 1);
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
