// Rehearsals of histories that this program wrote, that a newer one wrote, and that are damaged.
#include "server/offline/rehearsal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "domain/codec/codec.h"
#include "server/offline/rehearse.h"
#include "tests/server/golden_payload.h"
#include "tests/server/temporary_directory.h"

namespace docket::server::offline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = RehearsalFailure::Kind;

class RehearsalTest : public ::testing::Test {
 protected:
  RehearsalTest() {
    auto log = eventstore::Log::open({.directory = directory_.path() / "log"});
    if (!log) throw std::runtime_error(log.error().message);
    log_ = std::move(*log);
  }

  void append(const std::string& kind, const std::string& id, const std::string& type,
              std::uint16_t version, std::vector<std::byte> payload) {
    eventstore::Unit unit;
    unit.commandId.bytes.fill(std::byte{1});
    unit.commandId.bytes[0] = static_cast<std::byte>(log_->head().value);
    unit.actor = "ana";
    unit.events.push_back({{kind, id}, type, version, {}, std::move(payload)});
    std::vector<eventstore::Unit> units{unit};
    ASSERT_TRUE(log_->append(units, {}).at(0));
  }
  void append(const std::string& id, const domain::TicketEvent& event) {
    domain::codec::EncodedEvent encoded = domain::codec::encode(event);
    append("ticket", id, std::string(encoded.type), encoded.schemaVersion,
           std::move(encoded.payload));
  }
  void givenSoundHistory() {
    domain::TicketOpened opened;
    opened.id = {domain::BoardKey{"OPS"}, 1};
    append("OPS-1", opened);
    append("ticket", "OPS-1", "TicketPulled", 1, goldenPayload("TicketPulled.v1"));
    append("OPS-1", domain::TicketPulled{});
    append("OPS-1", domain::CommentAdded{"x", false});
  }

  Rehearsal rehearsed() {
    return rehearse(*log_, [](std::uint64_t, std::uint64_t) {});
  }

  // What `docketd rehearse --json` answers, and its document.
  int command(bool strict) {
    log_.reset();
    Context context{{}, true};
    context.config.data = directory_.path();
    ::testing::internal::CaptureStdout();
    const int code = rehearse(context, RehearseOptions{strict});
    document_ = nlohmann::json::parse(::testing::internal::GetCapturedStdout());
    return code;
  }

  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path().string()] = {std::istreambuf_iterator<char>(file), {}};
    }
    return files;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<eventstore::Log> log_;
  nlohmann::json document_;
};

TEST_F(RehearsalTest, ASoundHistoryIsCountedByTypeAndVersion) {
  givenSoundHistory();
  const Rehearsal rehearsal = rehearsed();
  EXPECT_EQ(rehearsal.events, 4u);
  EXPECT_EQ(rehearsal.decoded, 4u);
  EXPECT_EQ(rehearsal.upcast, 1u);
  EXPECT_THAT(rehearsal.failures, IsEmpty());
  EXPECT_FALSE(rehearsal.isDamaged());
  ASSERT_EQ(rehearsal.byVersion.size(), 4u);
  EXPECT_TRUE(rehearsal.byVersion.at({"TicketPulled", 1}).isUpcast);
  EXPECT_FALSE(rehearsal.byVersion.at({"TicketPulled", 2}).isUpcast);
  EXPECT_EQ(rehearsal.byVersion.at({"CommentAdded", 1}).events, 1u);
}

TEST_F(RehearsalTest, EveryKindOfFailureIsNamedOnceWithItsFirstPosition) {
  givenSoundHistory();                                           // 0 to 3
  append("ticket", "OPS-1", "TicketTeleported", 1, {});          // 4
  append("ticket", "OPS-1", "TicketTeleported", 2, {});          // 5
  append("ticket", "OPS-1", "CommentAdded", 1, {});              // 6: empty is no message
  append("ticket", "OPS-1", "TicketTeleported", 1, {});          // 7
  append("ticket", "OPS-1", "CommentAdded", 9, {});              // 8
  append("not a ticket", domain::CommentAdded{"x", false});      // 9
  append("ticket", "OPS-1", "CommentAdded", 1, {});              // 10
  append("OPS-1", domain::CommentAdded{"the last one", false});  // 11
  const Rehearsal rehearsal = rehearsed();
  EXPECT_EQ(rehearsal.events, 12u);
  EXPECT_EQ(rehearsal.decoded, 5u);
  EXPECT_TRUE(rehearsal.isDamaged());
  std::vector<std::string> said;
  for (const RehearsalFailure& failure : rehearsal.failures) {
    EXPECT_FALSE(failure.why.empty());
    said.push_back(std::string(text(failure.kind)) + " " + failure.type + " " +
                   std::to_string(failure.version) + " at " + std::to_string(failure.first.value) +
                   " x" + std::to_string(failure.count));
  }
  EXPECT_THAT(said, ::testing::ElementsAre(
                        "unknown-type TicketTeleported 1 at 4 x2",
                        "unknown-type TicketTeleported 2 at 5 x1", "damaged CommentAdded 1 at 6 x2",
                        "newer-version CommentAdded 9 at 8 x1", "damaged CommentAdded 1 at 9 x1"));
}

TEST_F(RehearsalTest, TheCommandSaysAllOfItAndItsExitCodeTellsDamageFromNews) {
  givenSoundHistory();
  EXPECT_EQ(command(true), 0);
  EXPECT_EQ(document_["events"], 4);
  EXPECT_EQ(document_["upcast"], 1);
  EXPECT_THAT(document_["failures"], IsEmpty());
  EXPECT_EQ(document_["types"].size(), 4u);
}

TEST_F(RehearsalTest, EventsOfANewerProgramFailOnlyAStrictOne) {
  append("ticket", "OPS-1", "TicketTeleported", 1, {});
  EXPECT_EQ(command(false), 0);
  EXPECT_EQ(command(true), 1);
  ASSERT_EQ(document_["failures"].size(), 1u);
  EXPECT_EQ(document_["failures"][0]["kind"], "unknown-type");
  EXPECT_EQ(document_["failures"][0]["first_position"], 0);
}

TEST_F(RehearsalTest, DamageFailsAny) {
  append("ticket", "OPS-1", "CommentAdded", 1, {});
  EXPECT_EQ(command(false), 4);
  EXPECT_THAT(document_["failures"][0]["why"].get<std::string>(), HasSubstr("it is empty"));
}

// The world looks at a stream's name alone, the board and queue views at its kind as well.
TEST_F(RehearsalTest, AViewThatWouldStopIsNamedOnce) {
  const auto comment =
      domain::codec::encode(domain::TicketEvent(domain::CommentAdded{"x", false})).payload;
  givenSoundHistory();
  append("board", "OPS-1", "CommentAdded", 1, comment);
  append("board", "OPS-1", "CommentAdded", 1, comment);
  const Rehearsal rehearsal = rehearsed();
  EXPECT_EQ(rehearsal.decoded, 6u);
  EXPECT_FALSE(rehearsal.isDamaged());
  ASSERT_EQ(rehearsal.failures.size(), 2u);
  for (const RehearsalFailure& failure : rehearsal.failures) {
    EXPECT_EQ(failure.kind, Kind::view);
    EXPECT_EQ(failure.first.value, 4u);
    EXPECT_EQ(failure.count, 1u);
  }
  EXPECT_THAT(rehearsal.failures[0].why, HasSubstr("the view board stops: "));
  EXPECT_THAT(rehearsal.failures[1].why, HasSubstr("the view queue stops: "));
  EXPECT_EQ(command(false), 1);
}

TEST_F(RehearsalTest, NothingIsWritten) {
  givenSoundHistory();
  log_.reset();
  const auto before = contents();
  EXPECT_EQ(command(false), 0);
  EXPECT_TRUE(contents() == before);
}

TEST_F(RehearsalTest, ALogThatIsNotThereIsNoRehearsal) {
  Context context;
  context.config.data = directory_.path() / "elsewhere";
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(rehearse(context, RehearseOptions{}), 1);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("elsewhere"));
}

}  // namespace
}  // namespace docket::server::offline
