// The envelope's one spelling. Bytes from tests/client/verify/docket_history.py, which writes them
// by the format's description alone.
#include "client/verify/envelope.h"

#include <gtest/gtest.h>

#include <string>

#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

const std::string kFull = *fromHex(
    "0107ac02067469636b657403542d3102054d6f7665640300060a24181e40000104046d61726103626f6201020304"
    "05060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20ab0207239f59ed55e737c77147cf55ad0c1b"
    "030b6d7ee748a7426952f9b852d5a935e5");
const std::string kBare = *fromHex(
    "010000067469636b657403542d31000848617070656e65640100060a24181e400000010674657374657200000000"
    "00000000000000000000000100e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

TEST(VerifyEnvelope, EveryFieldIsRead) {
  const auto read = readEnvelope(kFull, {"it"});
  ASSERT_TRUE(read) << read.error().sentence;
  EXPECT_EQ(read->position, 300u);
  EXPECT_EQ(read->stream(), "ticket/T-1");
  EXPECT_EQ(read->version, 2u);
  EXPECT_EQ(read->type, "Moved");
  EXPECT_EQ(read->schemaVersion, 3u);
  EXPECT_EQ(read->recordedMicros, 1'700'000'000'000'000);
  EXPECT_EQ(read->occurredMicros, 1'699'999'999'999'999);
  EXPECT_EQ(originName(read->origin), "rule");
  EXPECT_EQ(read->actor, "mara");
  EXPECT_EQ(read->onBehalfOf, "bob");
  EXPECT_EQ(toHex(read->commandId), "0102030405060708090a0b0c0d0e0f10");
  EXPECT_EQ(toHex(read->correlationId), "1112131415161718191a1b1c1d1e1f20");
  EXPECT_EQ(read->causation, 299u);
  EXPECT_EQ(read->payloadSize, 7u);
  EXPECT_EQ(read->payloadHash, sha256({"payload"}));
  EXPECT_TRUE(checkPayload(*read, "payload", {"it"}));
  EXPECT_FALSE(checkPayload(*read, "payloaD", {"it"}));
  EXPECT_FALSE(checkPayload(*read, "payloads", {"it"}));
}

TEST(VerifyEnvelope, WhatIsLeftOutHasItsMeaning) {
  const auto read = readEnvelope(kBare, {"it"});
  ASSERT_TRUE(read) << read.error().sentence;
  EXPECT_EQ(read->correlationId, read->commandId);
  EXPECT_EQ(read->causation, std::nullopt);
  EXPECT_EQ(read->onBehalfOf, "");
  EXPECT_TRUE(checkPayload(*read, "", {"it"}));
}

TEST(VerifyEnvelope, EveryCutAndEveryAddedByteIsRefused) {
  for (std::size_t size = 0; size < kFull.size(); ++size) {
    EXPECT_FALSE(readEnvelope(Bytes(kFull).substr(0, size), {"it"})) << size;
  }
  EXPECT_FALSE(readEnvelope(kFull + '\0', {"it"}));
}

TEST(VerifyEnvelope, EachRuleHasItsSentence) {
  const struct {
    std::size_t at;
    char byte;
    const char* fault;
  } cases[] = {
      {0, 2, "its format is not 1"},
      {1, 8, "its flags have bits that mean nothing"},
      {4, 0, "its stream kind is shorter than it may be"},
      {4, 125, "its stream kind is cut off"},
      {6, '/', "its stream kind has a slash in it"},
      {11, 0, "its stream id is shorter than it may be"},
      {22, 0, "its schema version is not between 1 and 65535"},
      {32, 0, "its origin is not between 1 and 5"},
      {32, 6, "its origin is not between 1 and 5"},
  };
  for (const auto& each : cases) {
    std::string bytes = kFull;
    bytes[each.at] = each.byte;
    const auto read = readEnvelope(bytes, {"it"});
    ASSERT_FALSE(read) << each.fault;
    EXPECT_EQ(read.error().sentence, std::string("it is no canonical envelope: ") + each.fault);
    EXPECT_EQ(read.error().kind, ProblemKind::integrity);
  }
}

TEST(VerifyEnvelope, ACorrelationThatSaysNothingIsRefused) {
  const std::size_t commandAt = kFull.find("\1\2\3\4");
  for (const std::string& correlation : {std::string(16, '\0'), kFull.substr(commandAt, 16)}) {
    std::string bytes = kFull;
    bytes.replace(commandAt + 16, 16, correlation);
    const auto read = readEnvelope(bytes, {"it"});
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().sentence.find("must be left out"), std::string::npos);
  }
}

}  // namespace
}  // namespace docket::client::verify
