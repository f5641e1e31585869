#include <capnp/message.h>
#include <gtest/gtest.h>

#include "client/cli/command_builder.h"
#include "client/cli/refusal_text.h"

namespace docket::client::cli {
namespace {

TEST(CommandText, CommandIdsAre32HexadecimalDigits) {
  const auto id = parseCommandId("000102030405060708090a0b0c0d0eFF");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->bytes[1], 1);
  EXPECT_EQ(id->bytes[15], 0xFF);
  EXPECT_EQ(hex(kj::arrayPtr(id->bytes, sizeof id->bytes)), "000102030405060708090a0b0c0d0eff");
  for (const char* wrong :
       {"", "00", "g00102030405060708090a0b0c0d0eff", "000102030405060708090a0b0c0d0eff00"}) {
    EXPECT_FALSE(parseCommandId(wrong)) << wrong;
    EXPECT_FALSE(checkCommandId(wrong).empty()) << wrong;
  }
}

TEST(CommandText, HeaderCarriesWhatWasGivenAndARandomIdOtherwise) {
  CommandOptions options;
  CommandMessage<api::TicketCommand> first(options);
  CommandMessage<api::TicketCommand> second(options);
  EXPECT_EQ(first.reader().getHeader().getId().size(), 16U);
  EXPECT_NE(hex(first.reader().getHeader().getId()), hex(second.reader().getHeader().getId()));
  EXPECT_TRUE(first.reader().getHeader().getExpected().isAny());
  EXPECT_TRUE(first.reader().getHeader().getOccurredAt().isNone());

  options.expected = 7;
  options.commandId = "000102030405060708090a0b0c0d0eff";
  options.occurredAt = "1970-01-01T00:00:01Z";
  options.onBehalfOf = "anna";
  CommandMessage<api::BoardCommand> given(options);
  const auto header = given.reader().getHeader();
  EXPECT_EQ(hex(header.getId()), options.commandId);
  EXPECT_EQ(header.getExpected().getVersion(), 7U);
  EXPECT_EQ(header.getOccurredAt().getAt(), 1'000'000);
  EXPECT_EQ(std::string(header.getOnBehalfOf().cStr()), "anna");
}

TEST(CommandText, TheSubjectStandsWhereItBelongs) {
  capnp::MallocMessageBuilder answer;
  auto done = answer.initRoot<api::Done>();
  done.setSubject("OPS-9");
  done.setVersion(3);
  done.setPosition(128);
  capnp::MallocMessageBuilder command;
  const auto header = command.initRoot<api::CommandHeader>().asReader();
  const std::pair<const char*, const char*> cases[] = {
      {"Opened {}", "Opened OPS-9: version 3, position 128\n"},
      {"Moved {} to done", "Moved OPS-9 to done: version 3, position 128\n"},
      {"Defined calendar x", "Defined calendar x: version 3, position 128\n"}};
  for (const auto& [did, expected] : cases) {
    Cli cli;
    testing::internal::CaptureStdout();
    printDone(cli, done.asReader(), did, header);
    cli.output().flush();
    EXPECT_EQ(testing::internal::GetCapturedStdout(), expected);
  }
}

TEST(CommandText, WholeNumbersAreJudgedInOneSentence) {
  EXPECT_EQ(wholeNumber(0)("18446744073709551615"), "");
  for (const char* wrong : {"-1", "", "x", "1.5", "18446744073709551616", " 1"}) {
    std::string text(wrong);
    EXPECT_EQ(wholeNumber(0)(text), "must be a whole number, 0 or more") << wrong;
  }
  EXPECT_EQ(wholeNumber(1, 1000)("1000"), "");
  EXPECT_EQ(wholeNumber(1, 1000)("1001"), "must be a whole number, 1 to 1000");
}

TEST(RefusalText, NamesOptionsForTheFieldsOfTheWire) {
  EXPECT_EQ(inOptionNames("The field header.id must be 16 bytes."),
            "--command-id must be 16 bytes.");
  EXPECT_EQ(inOptionNames("Correct header.occurredAt and credential.name."),
            "Correct --occurred-at and --as.");
  EXPECT_EQ(inOptionNames("The field policy.reservations.type must be one of a, b."),
            "--reserve type=TYPE must be one of a, b.");
  EXPECT_EQ(inOptionNames("Correct classification.changeKind and send the command again."),
            "Correct --change-kind and send the command again.");
  EXPECT_EQ(inOptionNames("The field title is empty."), "The field title is empty.");
}

}  // namespace
}  // namespace docket::client::cli
