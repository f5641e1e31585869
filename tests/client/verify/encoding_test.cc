// Numbers, base64, hexadecimal, text and time: one spelling each, and nothing else is taken.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "client/verify/base64.h"
#include "client/verify/bytes.h"
#include "client/verify/json.h"
#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

using std::string_literals::operator""s;

TEST(VerifyEncoding, VarintsAreReadInTheirShortestSpellingAlone) {
  const struct {
    std::string bytes;
    std::uint64_t value;
    std::string fault;
  } cases[] = {
      {"\0"s, 0, ""},
      {"\x7F"s, 127, ""},
      {"\x80\x01"s, 128, ""},
      {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s, UINT64_MAX, ""},
      {"\x80\0"s, 0, "it is not in its shortest spelling"},
      {"\xFF\x80\0"s, 0, "it is not in its shortest spelling"},
      {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"s, 0, "it is larger than 64 bits"},
      {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x81\x01"s, 0, "it is larger than 64 bits"},
      {"\x80"s, 0, "it is cut off"},
      {""s, 0, "it is cut off"},
  };
  for (const auto& each : cases) {
    Cursor in(each.bytes);
    EXPECT_EQ(in.varint("it"), each.value) << toHex(each.bytes);
    EXPECT_EQ(in.fault(), each.fault) << toHex(each.bytes);
  }
}

TEST(VerifyEncoding, ACursorKeepsItsFirstFaultAndReadsNothingMore) {
  Cursor in("\1\2\3abc");
  EXPECT_EQ(in.bigEndian(2, "a number"), 0x0102u);
  EXPECT_EQ(in.string(1, 5, "a name"), "abc");
  EXPECT_EQ(in.left(), 0u);
  in.take(1, "this");
  in.take(1, "that");
  EXPECT_EQ(in.fault(), "this is cut off");
  Cursor longer("\3abcd");
  longer.string(1, 2, "a name");
  EXPECT_EQ(longer.fault(), "a name is longer than it may be");
  EXPECT_EQ(longer.byte("more"), 0);
}

TEST(VerifyEncoding, Base64IsThatOfTheStandard) {
  for (const auto& [plain, coded] :
       {std::pair{"", ""}, std::pair{"f", "Zg=="}, std::pair{"fo", "Zm8="},
        std::pair{"foo", "Zm9v"}, std::pair{"foob", "Zm9vYg=="}, std::pair{"\xFB\xFF", "+/8="}}) {
    EXPECT_EQ(toBase64(plain), coded);
    EXPECT_EQ(fromBase64(coded), plain);
  }
  for (const std::string wrong : {"Zg", "Zg=", "Zh==", "Zm9=", "Zm8", "Zm8=\n",
                                  "Z===", "====", "Zm_-", "Zg==Zg==", "Zm 8", "=Zm8"}) {
    EXPECT_EQ(fromBase64(wrong), std::nullopt) << wrong;
  }
}

TEST(VerifyEncoding, DecimalAndHexadecimalHaveOneSpelling) {
  EXPECT_EQ(fromDecimal("0"), 0u);
  EXPECT_EQ(fromDecimal("18446744073709551615"), UINT64_MAX);
  for (const std::string wrong :
       {"", "00", "01", "+1", "-1", " 1", "1 ", "1x", "18446744073709551616"}) {
    EXPECT_EQ(fromDecimal(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(fromHex("00ff"), "\0\xFF"s);
  for (const std::string wrong : {"0", "0G", "FF", "0x"}) EXPECT_EQ(fromHex(wrong), std::nullopt);
}

TEST(VerifyEncoding, OnlyTextOfANoteIsTextOfANote) {
  for (const std::string good : {"", "a\nb", "\xE2\x80\x94", "\xF0\x9F\x8E\xAB"}) {
    EXPECT_TRUE(isNoteText(good)) << visible(good);
  }
  for (const std::string wrong : {"\t", "\r\n", "\x80", "\xC0\xAF", "\xED\xA0\x80", "\xE2\x80",
                                  "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\x1B"}) {
    EXPECT_FALSE(isNoteText(wrong)) << visible(wrong);
  }
}

TEST(VerifyEncoding, NoForeignTextReachesATerminalOrADocumentRaw) {
  EXPECT_EQ(visible("a\x1B[2J\xC2\x9B\xFFz\n"), "a\\x1b[2J\\xc2\\x9b\\xffz\\x0a");
  JsonObject object;
  object.add("a\"b", "\x01\\\n\xFF").add("n", std::uint64_t{7}).add("ok", false);
  EXPECT_EQ(object.text(), R"({"a\"b": "\\x01\\\\x0a\\xff", "n": 7, "ok": false})");
  EXPECT_EQ(jsonString("\x01\\\n"), R"("\u0001\\\n")");
}

TEST(VerifyEncoding, TimesAreInUtc) {
  EXPECT_EQ(utcTime(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(utcTime(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(utcTime(951'782'400'123'456), "2000-02-29T00:00:00.123456Z");
  EXPECT_EQ(utcTime(INT64_MAX), "9223372036854775807 microseconds since 1970 UTC");
  EXPECT_EQ(utcTime(INT64_MIN), "-9223372036854775808 microseconds since 1970 UTC");
}

}  // namespace
}  // namespace docket::client::verify
