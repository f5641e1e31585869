#include "domain/codec/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <set>

#include "tests/domain/choices.h"

namespace docket::domain::codec {
namespace {

using test::Choices;
using test::drawNumbers;

constexpr std::size_t kPayloadMax = 48 * 1024;  // what the log takes

// Bytes at a word boundary, as the event store hands them over.
class Aligned {
 public:
  explicit Aligned(std::span<const std::byte> bytes)
      : size_(bytes.size()), words_(bytes.size() / 8 + 1) {
    if (!bytes.empty()) std::memcpy(words_.data(), bytes.data(), bytes.size());
  }
  std::span<std::byte> bytes() { return {reinterpret_cast<std::byte*>(words_.data()), size_}; }

 private:
  std::size_t size_;
  std::vector<std::uint64_t> words_;
};

tl::expected<Event, DecodeError> decodeBytes(const EncodedEvent& encoded) {
  Aligned aligned(encoded.payload);
  return decode(encoded.type, encoded.schemaVersion, aligned.bytes());
}

DecodeError::Code errorOf(std::string_view type, std::uint16_t version,
                          std::span<const std::byte> payload) {
  const auto decoded = decode(type, version, payload);
  EXPECT_FALSE(decoded);
  if (decoded) return {};
  EXPECT_FALSE(decoded.error().message.empty());
  return decoded.error().code;
}

EncodedEvent someEncoded(Choices& choices) {
  if (choices.below(8) == 0) return encode(choices.subjectEvent());
  if (choices.below(8) == 0) return encode(choices.deskEvent());
  return choices.flag() ? encode(choices.boardEvent())
                        : encode(choices.ticketEvent({BoardKey{choices.text()}, choices.wide()}));
}

RC_GTEST_PROP(CodecProperties, DecodeIsTheInverseOfEncode, ()) {
  Choices choices(drawNumbers(300));
  do {
    const TicketEvent ticketEvent = choices.ticketEvent({BoardKey{choices.text()}, choices.wide()});
    const auto ticketDecoded = decodeBytes(encode(ticketEvent));
    RC_ASSERT(ticketDecoded.has_value());
    RC_ASSERT(*ticketDecoded == Event(ticketEvent));
    const BoardEvent boardEvent = choices.boardEvent();
    const auto boardDecoded = decodeBytes(encode(boardEvent));
    RC_ASSERT(boardDecoded.has_value());
    RC_ASSERT(*boardDecoded == Event(boardEvent));
    const SubjectEvent subjectEvent = choices.subjectEvent();
    const auto subjectDecoded = decodeBytes(encode(subjectEvent));
    RC_ASSERT(subjectDecoded.has_value());
    RC_ASSERT(*subjectDecoded == Event(subjectEvent));
    const DeskEvent deskEvent = choices.deskEvent();
    const auto deskDecoded = decodeBytes(encode(deskEvent));
    RC_ASSERT(deskDecoded.has_value());
    RC_ASSERT(*deskDecoded == Event(deskEvent));
  } while (!choices.exhausted());
}

RC_GTEST_PROP(CodecProperties, TheSameEventHasTheSameBytes, ()) {
  Choices choices(drawNumbers(300));
  const TicketEvent event = choices.ticketEvent({BoardKey{"OPS"}, 1});
  const auto first = encode(event).payload;
  someEncoded(choices);  // another one in between leaves nothing behind
  RC_ASSERT(encode(event).payload == first);
  RC_ASSERT(first.size() % 8 == 0);
}

RC_GTEST_PROP(CodecProperties, DamagedBytesAreAnEventOrAnError, ()) {
  Choices choices(drawNumbers(300));
  const EncodedEvent encoded = someEncoded(choices);
  Aligned aligned(encoded.payload);
  const auto bytes = aligned.bytes();
  const std::uint32_t flips = 1 + choices.below(64);
  for (std::uint32_t i = 0; i < flips; ++i) {
    const std::uint32_t bit =
        *rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(bytes.size()) * 8);
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    const auto decoded = decode(encoded.type, encoded.schemaVersion, bytes);
    if (!decoded) RC_ASSERT(decoded.error().code == DecodeError::Code::malformed);
  }
}

RC_GTEST_PROP(CodecProperties, TruncatedBytesAreMalformed, ()) {
  Choices choices(drawNumbers(300));
  const EncodedEvent encoded = someEncoded(choices);
  Aligned aligned(encoded.payload);
  const auto size = *rc::gen::inRange<std::size_t>(0, encoded.payload.size());
  const auto decoded = decode(encoded.type, encoded.schemaVersion, aligned.bytes().first(size));
  RC_ASSERT(!decoded.has_value());
  RC_ASSERT(decoded.error().code == DecodeError::Code::malformed);
}

RC_GTEST_PROP(CodecProperties, RandomBytesAreAnEventOrAnError, (std::vector<std::uint64_t> words)) {
  // A believable segment table gets the reader further than noise does.
  if (!words.empty() && *rc::gen::arbitrary<bool>())
    words[0] = std::uint64_t{words.size() - 1} << 32;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(words.data()),
                                         words.size() * 8);
  for (const KnownType& known : knownTypes()) {
    for (std::uint16_t version = 1; version <= known.version; ++version) {
      const auto decoded = decode(known.type, version, bytes);
      if (!decoded) RC_ASSERT(decoded.error().code == DecodeError::Code::malformed);
    }
  }
}

TEST(Codec, EveryTypeIsKnownOnce) {
  std::set<std::string_view> types;
  for (const KnownType& known : knownTypes()) types.insert(known.type);
  EXPECT_EQ(types.size(), knownTypes().size());
  EXPECT_EQ(types.size(), std::variant_size_v<TicketEvent> + std::variant_size_v<BoardEvent> +
                              std::variant_size_v<SubjectEvent> + std::variant_size_v<DeskEvent>);
  EXPECT_TRUE(types.contains("TicketMoved"));
}

TEST(Codec, AnUnknownTypeIsAnError) {
  const auto decoded = decode("TicketEaten", 3, {});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, DecodeError::Code::unknownType);
  EXPECT_EQ(decoded.error().type, "TicketEaten");
  EXPECT_EQ(decoded.error().version, 3);
  EXPECT_EQ(decoded.error().newestKnown, 0);
  EXPECT_FALSE(decoded.error().isDamage());
}

TEST(Codec, ANewerSchemaSaysWhatIsKnown) {
  const EncodedEvent encoded = encode(TicketEvent(TicketPulled{}));
  ASSERT_EQ(encoded.schemaVersion, 2);
  const auto decoded = decode("TicketPulled", 3, Aligned(encoded.payload).bytes());
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, DecodeError::Code::newerSchema);
  EXPECT_EQ(decoded.error().type, "TicketPulled");
  EXPECT_EQ(decoded.error().version, 3);
  EXPECT_EQ(decoded.error().newestKnown, 2);
  EXPECT_FALSE(decoded.error().isDamage());
}

// The same bytes say something else in another version, so a version read as another is found out.
TEST(Codec, AnOlderVersionIsReadByItsOwnSchema) {
  TicketPulled pulled;
  pulled.rule = PullRule::intangible;
  const EncodedEvent encoded = encode(TicketEvent(pulled));
  const auto decoded = decode("TicketPulled", 1, Aligned(encoded.payload).bytes());
  ASSERT_FALSE(decoded) << "version 1 has a text for the rule, and here is none";
  EXPECT_TRUE(decoded.error().isDamage());
  EXPECT_THAT(decoded.error().message, testing::HasSubstr("a pull rule ''"));
}

TEST(Codec, ANewerSchemaIsAnErrorOfItsOwn) {
  const EncodedEvent encoded = encode(TicketEvent(CommentAdded{"x", true}));
  EXPECT_EQ(encoded.schemaVersion, 1);
  Aligned aligned(encoded.payload);
  EXPECT_EQ(errorOf("CommentAdded", 2, aligned.bytes()), DecodeError::Code::newerSchema);
  EXPECT_EQ(errorOf("CommentAdded", 0, aligned.bytes()), DecodeError::Code::malformed);
}

TEST(Codec, WhatIsNoMessageIsMalformed) {
  const EncodedEvent encoded = encode(TicketEvent(CommentAdded{"x", true}));
  EXPECT_EQ(errorOf("CommentAdded", 1, {}), DecodeError::Code::malformed);

  std::vector<std::byte> longer = encoded.payload;
  longer.resize(longer.size() + 8);
  EXPECT_EQ(errorOf("CommentAdded", 1, Aligned(longer).bytes()), DecodeError::Code::malformed);

  const std::uint64_t noRoot[2] = {std::uint64_t{1} << 32, 0};
  EXPECT_EQ(errorOf("CommentAdded", 1, std::as_bytes(std::span(noRoot))),
            DecodeError::Code::malformed);

  std::vector<std::byte> shifted = encoded.payload;
  shifted.insert(shifted.begin(), 4, std::byte{});
  shifted.resize(shifted.size() + 4);
  Aligned aligned(shifted);
  EXPECT_EQ(errorOf("CommentAdded", 1, aligned.bytes().subspan(4, encoded.payload.size())),
            DecodeError::Code::malformed);
}

TEST(Codec, EnumerantsThatNobodyKnowsAreMalformed) {
  const TicketEvent blocked = TicketBlocked{static_cast<BlockerKind>(7), "x"};
  const auto decoded = decodeBytes(encode(blocked));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, DecodeError::Code::malformed);
  EXPECT_FALSE(decodeBytes(encode(TicketEvent(TicketEscalated{Tier{0}, Tier{1}, ""}))));
  EXPECT_FALSE(decodeBytes(encode(TicketEvent(TicketEscalated{Tier{1}, Tier{4}, ""}))));
}

TEST(Codec, AHostileNestingEndsInAnError) {
  std::vector<ForeignAttribute> attributes;
  for (int i = 0; i < 200; ++i) attributes = {{"k", "list", "", attributes}};
  EXPECT_FALSE(decodeBytes(encode(TicketEvent(HistoryRecorded{0, "a", "b", {}, attributes}))));
}

std::string printers(std::size_t count) {  // of four bytes each
  std::string made;
  for (std::size_t i = 0; i < count; ++i) made += "\xF0\x9F\x96\xA8";
  return made;
}

// The largest events that decisions make fit what the log takes, and come back.
TEST(Codec, TheLargestEventsFitTheLog) {
  TicketOpened typed;
  typed.title = printers(300);
  typed.description = printers(10'000);
  typed.requester = SubjectId{std::string(100, 'a')};
  // 200 attributes of 32 KiB in all, shaped to waste as much as they can.
  std::vector<ForeignAttribute> attributes;
  for (int i = 0; i < 193; ++i) {
    const std::string eight(8, 'x');  // with its end, eight bytes take two words
    attributes.push_back({eight, eight, eight, {}});
  }
  std::vector<ForeignAttribute> chain;
  for (int i = 0; i < 7; ++i) chain = {{"k", "list", "", chain}};
  attributes[0].children = chain;
  attributes[1].value = std::string(32 * 1024 - 193 * 24 - 7 * 5 + 8, 'x');
  TicketOpened imported;
  imported.title = printers(300);
  imported.externalKey = printers(200);
  imported.foreign = attributes;
  const HistoryRecorded history{0, printers(300), printers(200), Place{}, attributes};
  for (const TicketEvent& event : {TicketEvent(typed), TicketEvent(imported), TicketEvent(history),
                                   TicketEvent(CommentAdded{printers(10'000), true})}) {
    const EncodedEvent encoded = encode(event);
    EXPECT_LE(encoded.payload.size(), kPayloadMax) << encoded.type;
    const auto decoded = decodeBytes(encoded);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_TRUE(*decoded == Event(event));
  }
}

TEST(Codec, EventsLargerThanTheScratchStillCome) {
  const TicketEvent event = CommentAdded{std::string(100 * 1024, 'x'), false};
  const auto decoded = decodeBytes(encode(event));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(*decoded == Event(event));
}

}  // namespace
}  // namespace docket::domain::codec
