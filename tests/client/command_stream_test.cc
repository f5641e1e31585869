#include "client/command_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/client/fake_server.h"

namespace docket::tests {
namespace {

using client::ClientError;
using client::CommandStream;
using client::CommandStreamOptions;
using client::Connection;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using Answer = FakeServerOptions::Answer;

// A server, a connection to it and a stream of comments "0", "1", "2", …
class Desk {
 public:
  explicit Desk(FakeServerOptions server, CommandStreamOptions stream = {}) : server_(server) {
    auto opened = Connection::open({.address = server_.address(), .subject = "anna"});
    if (!opened) throw std::runtime_error(opened.error().message);
    connection_ = std::move(*opened);
    stream_ = std::make_unique<CommandStream>(*connection_, stream);
  }
  ~Desk() {
    stream_.reset();
    connection_.reset();
  }

  tl::expected<void, ClientError> send(const std::string& text) {
    return stream_->send(
        [&](api::TicketCommand::Builder command) { command.initComment().setText(text.c_str()); },
        [this](api::Outcome::Reader outcome) {
          outcomes.push_back(
              outcome.isDone()
                  ? std::string(outcome.getDone().getSubject().cStr())
                  : "refused " +
                        std::string(outcome.getRefused().getViolations()[0].getMessage().cStr()));
        });
  }
  tl::expected<void, ClientError> finish() { return stream_->finish(); }
  const std::vector<std::vector<std::string>>& callsSeen() {
    server_.stop();
    return server_.calls();
  }

  std::vector<std::string> outcomes;

 private:
  FakeServer server_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<CommandStream> stream_;
};

std::vector<std::string> numbers(int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(std::to_string(i));
  return texts;
}

TEST(CommandStream, FullCallsAreSentAndOutcomesComeInOrder) {
  for (const std::size_t underWay : {1U, 4U}) {
    Desk desk({}, {.commandsPerCall = 3, .callsUnderWay = underWay});
    for (const auto& text : numbers(10)) ASSERT_TRUE(desk.send(text));
    ASSERT_TRUE(desk.finish());
    EXPECT_EQ(desk.outcomes, numbers(10));
    EXPECT_THAT(desk.callsSeen(), ElementsAre(SizeIs(3), SizeIs(3), SizeIs(3), SizeIs(1)));
  }
}

TEST(CommandStream, FinishWithoutCommandsSendsNothing) {
  Desk desk({});
  ASSERT_TRUE(desk.finish());
  EXPECT_THAT(desk.callsSeen(), SizeIs(0));
}

TEST(CommandStream, MoreMayBeSentAfterFinish) {
  Desk desk({});
  ASSERT_TRUE(desk.send("first"));
  ASSERT_TRUE(desk.finish());
  ASSERT_TRUE(desk.send("second"));
  ASSERT_TRUE(desk.finish());
  EXPECT_THAT(desk.outcomes, ElementsAre("first", "second"));
}

TEST(CommandStream, ServersBatchLimitIsObeyed) {
  Desk desk({.maxBatch = 2}, {.commandsPerCall = 100});
  for (const auto& text : numbers(5)) ASSERT_TRUE(desk.send(text));
  ASSERT_TRUE(desk.finish());
  EXPECT_THAT(desk.callsSeen(), ElementsAre(SizeIs(2), SizeIs(2), SizeIs(1)));
}

TEST(CommandStream, LargeCommandsMakeSmallerCalls) {
  Desk desk({}, {.commandsPerCall = 1000});
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(desk.send(std::string(40'000, 'x')));
  ASSERT_TRUE(desk.finish());
  EXPECT_EQ(desk.outcomes.size(), 40U);
  for (const auto& call : desk.callsSeen()) EXPECT_LE(call.size(), 14U);
}

TEST(CommandStream, RefusalsAreHandedBackLikeOtherOutcomes) {
  Desk desk({.decide = [](std::size_t, const std::string& text) {
    return text == "1" ? Answer::refused : Answer::done;
  }});
  for (const auto& text : numbers(3)) ASSERT_TRUE(desk.send(text));
  ASSERT_TRUE(desk.finish());
  EXPECT_THAT(desk.outcomes, ElementsAre("0", "refused 1", "2"));
}

TEST(CommandStream, OverloadedCommandsAreSentAgainBeforeLaterOnes) {
  // The first call meets a full server in part, the repeat of it altogether.
  Desk desk({.decide =
                 [](std::size_t call, const std::string& text) {
                   const bool full = (call == 0 && text != "0") || call == 1;
                   return full ? Answer::overloaded : Answer::done;
                 }},
            {.commandsPerCall = 3});
  for (const auto& text : numbers(5)) ASSERT_TRUE(desk.send(text));
  ASSERT_TRUE(desk.finish());
  EXPECT_EQ(desk.outcomes, numbers(5));
  EXPECT_THAT(desk.callsSeen(), ElementsAre(ElementsAre("0", "1", "2"), ElementsAre("1", "2"),
                                            ElementsAre("1", "2"), ElementsAre("3", "4")));
}

TEST(CommandStream, TooLargeACommandIsNotSentAndStopsNoOther) {
  Desk desk({.maxCommandBytes = 1000});
  ASSERT_TRUE(desk.send("0"));
  const auto large = desk.send(std::string(2000, 'x'));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ClientError::Code::tooLarge);
  EXPECT_THAT(large.error().message, HasSubstr("1000"));
  ASSERT_TRUE(desk.send("1"));
  ASSERT_TRUE(desk.finish());
  EXPECT_THAT(desk.outcomes, ElementsAre("0", "1"));
  EXPECT_THAT(desk.callsSeen(), ElementsAre(ElementsAre("0", "1")));
}

TEST(CommandStream, LostConnectionIsReportedAndOnlyAnsweredOutcomesAreHandedBack) {
  Desk desk({.loseConnectionAtCall = 1}, {.commandsPerCall = 2});
  tl::expected<void, ClientError> result;
  for (const auto& text : numbers(6)) {
    if (result) result = desk.send(text);
  }
  if (result) result = desk.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ClientError::Code::disconnected);
  EXPECT_EQ(desk.outcomes, numbers(2));
  const auto after = desk.send("more");
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().code, ClientError::Code::disconnected);
  EXPECT_FALSE(desk.finish());
}

TEST(RandomCommandId, DiffersEveryTime) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto id = client::randomCommandId();
    ids.emplace(id.bytes, id.bytes + sizeof id.bytes);
  }
  EXPECT_EQ(ids.size(), 100U);
}

}  // namespace
}  // namespace docket::tests
