// The process is killed while it folds; what is on disk must be a position with exactly its rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "projections/engine.h"
#include "tests/projections/fixtures.h"

namespace docket::projections {
namespace {

using namespace testing;

constexpr std::uint64_t kEvents = 40'000;
// So small that some of the rows are flushed while they are folded.
constexpr std::size_t kWriteBufferBytes = 64 << 10;

// The death test runs this program again: both must speak of the same folder.
class EngineCrash : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  EngineCrash() {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    if (const char* given = std::getenv("DOCKET_CRASH_TEST_FOLDER")) {
      path_ = given;
    } else {
      own_ = std::make_unique<TemporaryFolder>();
      path_ = own_->path();
      setenv("DOCKET_CRASH_TEST_FOLDER", path_.c_str(), 1);
    }
  }
  ~EngineCrash() override {
    if (own_) unsetenv("DOCKET_CRASH_TEST_FOLDER");
  }
  std::filesystem::path log() const { return path_ / "log"; }
  std::filesystem::path views() const { return path_ / "views"; }

  // In the child. Does not return.
  [[noreturn]] void foldAndDieAt(std::uint64_t position) {
    TestLog log(this->log());
    const auto engine = openEngine(
        views(), log,
        only(std::make_unique<Journal>(
            "journal",
            [=](const eventstore::Envelope& envelope) -> tl::expected<void, std::string> {
              if (envelope.position.value == position) kill(getpid(), SIGKILL);
              return {};
            })),
        kWriteBufferBytes);
    engine->start();
    atHead(*engine, log, "journal");
    std::_Exit(1);  // it should not have come this far
  }

  // Dies during a rebuild of what was folded before.
  [[noreturn]] void rebuildAndDieAt(std::uint64_t position) {
    TestLog log(this->log());
    bool first = true;
    const auto engine = openEngine(
        views(), log,
        only(std::make_unique<Journal>(
            "journal",
            [&, position](const eventstore::Envelope& envelope) -> tl::expected<void, std::string> {
              if (!first && envelope.position.value == position) kill(getpid(), SIGKILL);
              return {};
            })),
        kWriteBufferBytes);
    engine->start();
    atHead(*engine, log, "journal");
    first = false;
    if (!engine->rebuild("journal")) std::_Exit(2);
    awaitRebuild(*engine, "journal");
    std::_Exit(1);
  }

  std::unique_ptr<TemporaryFolder> own_;
  std::filesystem::path path_;
};

TEST_P(EngineCrash, RowsAndCheckpointAgreeAndTheRestIsFoldedAgain) {
  if (own_) TestLog(log()).comments(kEvents);
  EXPECT_EXIT(foldAndDieAt(GetParam()), ::testing::KilledBySignal(SIGKILL), "");

  TestLog log(this->log());
  const auto engine =
      openEngine(views(), log, only(std::make_unique<Journal>()), kWriteBufferBytes);
  const auto found = engine->snapshot("journal");
  EXPECT_LE(found->next.value, GetParam());
  EXPECT_EQ(faultInJournal(*found->rows, found->next.value), "");
  if (GetParam() == kEvents - 1) {
    EXPECT_GT(found->next.value, 0u) << "nothing was flushed: no test";
  }
  engine->start();
  ASSERT_TRUE(atHead(*engine, log, "journal"));
  const auto view = engine->snapshot("journal");
  EXPECT_EQ(faultInJournal(*view->rows, kEvents), "");

  const auto fresh = openEngine(path_ / "fresh", log, only(std::make_unique<Journal>()));
  fresh->start();
  ASSERT_TRUE(atHead(*fresh, log, "journal"));
  EXPECT_EQ(digestOf(*engine, "journal"), digestOf(*fresh, "journal"));
}

INSTANTIATE_TEST_SUITE_P(Positions, EngineCrash, ::testing::Values(0, 63, 12'345, kEvents - 1));

class RebuildCrash : public EngineCrash {};

TEST_P(RebuildCrash, TheOldRowsServeAndTheLeftoverIsDropped) {
  if (own_) TestLog(log()).comments(kEvents);
  EXPECT_EXIT(rebuildAndDieAt(GetParam()), ::testing::KilledBySignal(SIGKILL), "");

  TestLog log(this->log());
  const auto engine =
      openEngine(views(), log, only(std::make_unique<Journal>()), kWriteBufferBytes);
  EXPECT_EQ(statusOf(*engine, "journal").generation, 1u);
  const auto found = engine->snapshot("journal");
  EXPECT_GT(found->next.value, 0u);
  EXPECT_EQ(faultInJournal(*found->rows, found->next.value), "");
  engine->start();
  ASSERT_TRUE(atHead(*engine, log, "journal"));
  ASSERT_TRUE(engine->rebuild("journal"));
  awaitRebuild(*engine, "journal");
  const auto view = engine->snapshot("journal");
  EXPECT_EQ(faultInJournal(*view->rows, kEvents), "");
}

INSTANTIATE_TEST_SUITE_P(Positions, RebuildCrash, ::testing::Values(100, 30'000));

}  // namespace
}  // namespace docket::projections
