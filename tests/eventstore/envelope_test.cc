#include "eventstore/envelope.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>  // wants GoogleTest before it

#include <string>
#include <vector>

#include "eventstore/bytes.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

Envelope smallest() {
  Envelope envelope;
  envelope.position = {300};
  envelope.streamKind = "ticket";
  envelope.streamId = "OPS-42";
  envelope.version = {5};
  envelope.type = "TicketMoved";
  envelope.schemaVersion = 2;
  envelope.recordedAt = at(1'700'000'000'000'000);
  envelope.occurredAt = at(1'699'999'999'999'999);
  envelope.actor = "u1";
  envelope.origin = Origin::http;
  envelope.commandId.bytes.fill(std::byte{0xab});
  envelope.correlationId = envelope.commandId;
  envelope.payloadHash.bytes.fill(std::byte{0xcd});
  envelope.payloadSize = 129;
  return envelope;
}

Envelope fullest() {
  Envelope envelope = smallest();
  envelope.onBehalfOf = "u2";
  envelope.correlationId.bytes.fill(std::byte{0xef});
  envelope.hasCausation = true;
  envelope.causation = {299};
  return envelope;
}

std::vector<std::byte> encoded(const Envelope& envelope) {
  std::vector<std::byte> out;
  encodeEnvelope(envelope, out);
  return out;
}

std::string hex(const std::vector<std::byte>& bytes) {
  return toHex(bytes.data(), bytes.size());
}

// The bytes on disk: these never change.
TEST(Envelope, HasTheseBytes) {
  const std::string head =
      "ac02"  // position 300
      "067469636b6574"
      "064f50532d3432"            // ticket OPS-42
      "05"                        // version 5
      "0b5469636b65744d6f766564"  // TicketMoved
      "02"                        // schema version
      "00060a24181e4000"          // recorded
      "01"                        // occurred one microsecond before
      "02"                        // http
      "027531";                   // u1
  const std::string command = "abababababababababababababababab";
  const std::string tail =
      "8101"  // 129 bytes of payload
      "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";
  EXPECT_EQ(hex(encoded(smallest())), "0100" + head + command + tail);
  EXPECT_EQ(hex(encoded(fullest())), "0107" + head + "027532" + command +
                                         "efefefefefefefefefefefefefefefef" + "ab02" + tail);
}

TEST(Envelope, IsAppendedToWhatIsThere) {
  std::vector<std::byte> out = bytes("before");
  encodeEnvelope(smallest(), out);
  EXPECT_EQ(text({out.data(), 6}), "before");
  EXPECT_EQ(std::vector<std::byte>(out.begin() + 6, out.end()), encoded(smallest()));
}

struct Refused {
  std::string name;
  std::function<void(Envelope&)> spoil;
};

// What encodeEnvelope writes when it is given what the log never takes must not be readable.
TEST(Envelope, OutOfLimitsIsRefused) {
  static const std::string kLong(201, 'x');
  const std::vector<Refused> cases = {
      {"empty kind", [](Envelope& e) { e.streamKind = ""; }},
      {"slash in kind", [](Envelope& e) { e.streamKind = "a/b"; }},
      {"long kind", [](Envelope& e) { e.streamKind = kLong; }},
      {"empty id", [](Envelope& e) { e.streamId = ""; }},
      {"long id", [](Envelope& e) { e.streamId = kLong; }},
      {"empty type", [](Envelope& e) { e.type = ""; }},
      {"long type", [](Envelope& e) { e.type = std::string_view(kLong).substr(0, 101); }},
      {"no schema version", [](Envelope& e) { e.schemaVersion = 0; }},
      {"origin 0", [](Envelope& e) { e.origin = Origin{0}; }},
      {"origin 6", [](Envelope& e) { e.origin = Origin{6}; }},
      {"empty actor", [](Envelope& e) { e.actor = ""; }},
      {"long actor", [](Envelope& e) { e.actor = kLong; }},
      {"long on-behalf-of", [](Envelope& e) { e.onBehalfOf = kLong; }},
      {"zero command", [](Envelope& e) { e.commandId = {}; }},
      {"large payload", [](Envelope& e) { e.payloadSize = kMaxPayloadBytes + 1; }},
  };
  EXPECT_TRUE(decodeEnvelope(encoded(fullest())));
  for (const Refused& each : cases) {
    Envelope envelope = fullest();
    each.spoil(envelope);
    const auto decoded = decodeEnvelope(encoded(envelope));
    ASSERT_FALSE(decoded.has_value()) << each.name;
    EXPECT_EQ(decoded.error().code, StoreErrorCode::corrupt);
  }
}

// Spellings that mean something but are not the one right spelling.
TEST(Envelope, NotCanonicalIsRefused) {
  const std::string good = hex(encoded(fullest()));
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string spelled = good;
    const std::size_t found = spelled.find(from);
    EXPECT_NE(found, std::string::npos) << from;
    spelled.replace(found, from.size(), to);
    std::vector<std::byte> out(spelled.size() / 2);
    EXPECT_TRUE(fromHex(spelled, out.data(), out.size()));
    return out;
  };
  EXPECT_TRUE(decodeEnvelope(with("ac02", "ac02")));
  EXPECT_FALSE(decodeEnvelope(with("ac02", "ac8200"))) << "longer spelling of the position";
  EXPECT_FALSE(decodeEnvelope(with("067469", "86007469"))) << "longer spelling of a length";
  EXPECT_FALSE(decodeEnvelope(with("ac02", "ffffffffffffffffff02"))) << "more than 64 bits";
  EXPECT_FALSE(decodeEnvelope(with("0107", "010f"))) << "unknown flag";
  EXPECT_FALSE(decodeEnvelope(with("0107", "0207"))) << "unknown format";
  EXPECT_FALSE(decodeEnvelope(with("027532", "00"))) << "flagged but empty on-behalf-of";
  EXPECT_FALSE(
      decodeEnvelope(with("efefefefefefefefefefefefefefefef", "abababababababababababababababab")))
      << "correlation spelled out though it is the command";
  EXPECT_FALSE(
      decodeEnvelope(with("efefefefefefefefefefefefefefefef", "00000000000000000000000000000000")))
      << "zero correlation";
  std::vector<std::byte> longer = encoded(fullest());
  longer.push_back(std::byte{0});
  EXPECT_FALSE(decodeEnvelope(longer)) << "a byte after the end";
  EXPECT_FALSE(decodeEnvelope({}));
}

rc::Gen<std::string> textOf(int min, int max) {
  return rc::gen::mapcat(rc::gen::inRange(min, max + 1), [](int size) {
    return rc::gen::container<std::string>(
        static_cast<std::size_t>(size),
        rc::gen::suchThat(rc::gen::arbitrary<char>(), [](char c) { return c != '/'; }));
  });
}

template <std::size_t N>
std::array<std::byte, N> anyBytes() {
  std::array<std::byte, N> out;
  for (std::byte& each : out) each = static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
  return out;
}

// An envelope and the text that it points to.
struct AnyEnvelope {
  AnyEnvelope() {
    kind = *textOf(1, 200);
    id = *textOf(1, 200);
    type = *textOf(1, 100);
    actor = *textOf(1, 200);
    onBehalfOf = *textOf(0, 200);
    envelope.position = {*rc::gen::arbitrary<std::uint64_t>()};
    envelope.streamKind = kind;
    envelope.streamId = id;
    envelope.version = {*rc::gen::arbitrary<std::uint64_t>()};
    envelope.type = type;
    envelope.schemaVersion = *rc::gen::inRange<std::uint16_t>(1, 0xffff);
    envelope.recordedAt = at(*rc::gen::arbitrary<std::int64_t>());
    envelope.occurredAt = at(*rc::gen::arbitrary<std::int64_t>());
    envelope.actor = actor;
    envelope.onBehalfOf = onBehalfOf;
    envelope.origin = static_cast<Origin>(*rc::gen::inRange(1, 6));
    envelope.commandId.bytes = anyBytes<16>();
    envelope.commandId.bytes[0] = std::byte{1};
    envelope.correlationId = envelope.commandId;
    if (*rc::gen::arbitrary<bool>()) envelope.correlationId.bytes[15] ^= std::byte{1};
    envelope.hasCausation = *rc::gen::arbitrary<bool>();
    if (envelope.hasCausation) envelope.causation = {*rc::gen::arbitrary<std::uint64_t>()};
    envelope.payloadHash.bytes = anyBytes<32>();
    envelope.payloadSize = *rc::gen::inRange<std::uint32_t>(0, kMaxPayloadBytes + 1);
  }
  std::string kind, id, type, actor, onBehalfOf;
  Envelope envelope;
};

RC_GTEST_PROP(EnvelopeProperty, DecodingGivesBackWhatWasEncoded, ()) {
  const AnyEnvelope any;
  const Envelope& in = any.envelope;
  const std::vector<std::byte> stored = encoded(in);
  RC_ASSERT(stored.size() <= kMaxEnvelopeBytes);
  const auto decoded = decodeEnvelope(stored);
  RC_ASSERT(decoded.has_value());
  const Envelope& out = *decoded;
  RC_ASSERT(out.position == in.position);
  RC_ASSERT(out.streamKind == in.streamKind);
  RC_ASSERT(out.streamId == in.streamId);
  RC_ASSERT(out.version == in.version);
  RC_ASSERT(out.type == in.type);
  RC_ASSERT(out.schemaVersion == in.schemaVersion);
  RC_ASSERT(out.recordedAt == in.recordedAt);
  RC_ASSERT(out.occurredAt == in.occurredAt);
  RC_ASSERT(out.actor == in.actor);
  RC_ASSERT(out.onBehalfOf == in.onBehalfOf);
  RC_ASSERT(out.origin == in.origin);
  RC_ASSERT(out.commandId == in.commandId);
  RC_ASSERT(out.correlationId == in.correlationId);
  RC_ASSERT(out.hasCausation == in.hasCausation);
  RC_ASSERT(out.causation == in.causation);
  RC_ASSERT(out.payloadHash == in.payloadHash);
  RC_ASSERT(out.payloadSize == in.payloadSize);
}

// Whatever the bytes are: refused, or the only spelling of what they mean.
void requireRefusedOrIdentical(const std::vector<std::byte>& stored) {
  // Exactly as large as its content, so that a sanitizer sees any read beyond it.
  const std::vector<std::byte> tight(stored.begin(), stored.end());
  const auto decoded = decodeEnvelope(tight);
  const bool identical = decoded && encoded(*decoded) == tight;
  RC_ASSERT(identical || !decoded.has_value());
}

RC_GTEST_PROP(EnvelopeProperty, ChangedBytesAreRefusedOrIdentical, ()) {
  const AnyEnvelope any;
  std::vector<std::byte> stored = encoded(any.envelope);
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i) {
    const auto where = *rc::gen::inRange<std::size_t>(0, stored.size());
    stored[where] = static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
  }
  requireRefusedOrIdentical(stored);
}

RC_GTEST_PROP(EnvelopeProperty, ArbitraryBytesAreRefusedOrIdentical,
              (const std::vector<std::uint8_t>& any)) {
  std::vector<std::byte> stored = {std::byte{1}, std::byte{0}};
  for (const std::uint8_t each : any) stored.push_back(std::byte{each});
  requireRefusedOrIdentical(stored);
}

TEST(Envelope, EveryTruncationIsRefused) {
  const std::vector<std::byte> whole = encoded(fullest());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::byte> cut(whole.begin(),
                                     whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(decodeEnvelope(cut).has_value()) << size;
  }
}

TEST(Envelope, EveryFlippedBitIsRefusedOrIdentical) {
  const std::vector<std::byte> whole = encoded(fullest());
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::vector<std::byte> flipped = whole;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const auto decoded = decodeEnvelope(flipped);
    if (!decoded) continue;
    EXPECT_EQ(hex(encoded(*decoded)), hex(flipped)) << bit;
  }
}

TEST(Sha256, GivesTheKnownDigests) {
  EXPECT_EQ(toHex(sha256({}).bytes),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(toHex(sha256(bytes("abc")).bytes),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace docket::eventstore::testing
