#include "domain/text_rules.h"

#include <gtest/gtest.h>

namespace docket::domain {
namespace {

std::string got(std::string_view text, const TextRule& rule) {
  const auto refusal = checkText("field", text, rule);
  return refusal ? refusal->got : "";
}

TEST(TextRules, CharactersAreCountedNotBytes) {
  EXPECT_EQ(characterCount(""), 0U);
  EXPECT_EQ(characterCount("abc"), 3U);
  EXPECT_EQ(characterCount("äß€"), 3U);
  EXPECT_EQ(characterCount("\xF0\x9F\x96\xA8"), 1U);  // a printer
}

TEST(TextRules, WhatIsNotUtf8IsFound) {
  for (const std::string_view text : {
           std::string_view("\x80"),              // a continuation alone
           std::string_view("\xC3"),              // cut short
           std::string_view("a\xE2\x82"),         // cut short
           std::string_view("\xF0\x9F\x96"),      // cut short
           std::string_view("\xC0\xAF"),          // overlong
           std::string_view("\xE0\x80\xAF"),      // overlong
           std::string_view("\xF0\x80\x80\xAF"),  // overlong
           std::string_view("\xED\xA0\x80"),      // a surrogate
           std::string_view("\xF4\x90\x80\x80"),  // past U+10FFFF
           std::string_view("\xF5\x80\x80\x80"),  // no such lead
           std::string_view("\xC3\x28"),          // no continuation
       }) {
    EXPECT_EQ(characterCount(text), std::nullopt);
    EXPECT_TRUE(got(text, kSourceTitleRule).starts_with("a byte that is not UTF-8 at"));
  }
  EXPECT_EQ(characterCount("\xF4\x8F\xBF\xBF"), 1U);
  EXPECT_EQ(characterCount("\xED\x9F\xBF"), 1U);
}

TEST(TextRules, LengthIsBetweenItsBounds) {
  EXPECT_EQ(got("", kTitleRule), "0 characters");
  EXPECT_EQ(got("x", kTitleRule), "");
  EXPECT_EQ(got(std::string(300, 'x'), kTitleRule), "");
  EXPECT_EQ(got(std::string(301, 'x'), kTitleRule), "301 characters");
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "ü";
  EXPECT_EQ(got(umlauts, kTitleRule), "");
  EXPECT_EQ(got(umlauts + "ü", kTitleRule), "301 characters");
  EXPECT_EQ(got(std::string(1 << 20, 'x'), kTitleRule), "1048576 characters");
}

TEST(TextRules, ControlCharactersAreAllowedWhereTheRuleSaysSo) {
  EXPECT_EQ(got("a\nb\tc", kDescriptionRule), "");
  EXPECT_EQ(got("a\nb", kTitleRule), "a control character after 1 character");
  EXPECT_EQ(got("ab\x1B[2J", kDescriptionRule), "a control character after 2 characters");
  EXPECT_EQ(got("a\rb", kDescriptionRule), "a control character after 1 character");
  EXPECT_EQ(got(std::string_view("\0", 1), kDescriptionRule),
            "a control character after 0 characters");
  EXPECT_EQ(got("\x7F", kTitleRule), "a control character after 0 characters");
  EXPECT_EQ(got("\xC2\x9B", kTitleRule), "a control character after 0 characters");  // CSI in one
  EXPECT_EQ(got("\xC2\xA0x", kTitleRule), "");  // the first past the controls
  EXPECT_EQ(got("a\x1B\r\n", kSourceTitleRule), "");
}

TEST(TextRules, ATextThatMustBeThereIsNotBlank) {
  EXPECT_EQ(got("  ", kTitleRule), "only blanks");
  EXPECT_EQ(got(" \n\t", kReasonRule), "only blanks");
  EXPECT_EQ(got("  ", kDescriptionRule), "");
}

TEST(TextRules, TheRefusalNeverQuotesTheText) {
  const std::string secret = "hunter2\x01";
  const auto refusal = checkText("title", secret, kTitleRule);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->field, "title");
  EXPECT_EQ(refusal->got.find("hunter"), std::string::npos);
  EXPECT_EQ(refusal->rule.find("hunter"), std::string::npos);
}

TEST(TextRules, SubjectsAreShortAndPlain) {
  for (const char* id : {"a", "Anna.Berg-2_x@desk+1", "0"}) {
    EXPECT_FALSE(checkSubject("actor", SubjectId{id})) << id;
  }
  EXPECT_FALSE(checkSubject("actor", SubjectId{std::string(100, 'a')}));
  for (const char* id : {"", "anna berg", "änna", "a/b", "a\n", "a:b"}) {
    EXPECT_TRUE(checkSubject("actor", SubjectId{id})) << id;
  }
  EXPECT_TRUE(checkSubject("actor", SubjectId{std::string(101, 'a')}));
}

TEST(TextRules, BoardKeysAreTwoToTenCapitalsAndDigits) {
  for (const char* key : {"OP", "OPS", "A1", "ABCDEFGHIJ"}) EXPECT_TRUE(isBoardKey(key)) << key;
  for (const char* key : {"", "O", "ABCDEFGHIJK", "1A", "ops", "OP-S", "OÄ", "OP "}) {
    EXPECT_FALSE(isBoardKey(key)) << key;
  }
}

}  // namespace
}  // namespace docket::domain
