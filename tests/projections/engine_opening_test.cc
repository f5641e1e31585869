// What Engine::open makes of what it finds: nothing, its own rows, other rows, damage.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "projections/engine.h"
#include "projections/row_store.h"
#include "tests/projections/fixtures.h"

namespace docket::projections {
namespace {

namespace fs = std::filesystem;
using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

class EngineOpening : public ::testing::Test {
 protected:
  fs::path views() const { return folder_.path() / "views"; }
  fs::path logDirectory() const { return folder_.path() / "log"; }

  // Folds the whole log with `projections` and stops cleanly.
  void foldAll(TestLog& log, std::vector<std::unique_ptr<Projection>> projections) {
    const std::string name(projections.front()->name());
    const auto engine = openEngine(views(), log, std::move(projections));
    engine->start();
    ASSERT_TRUE(atHead(*engine, log, name));
  }

  // What open does not refuse: the status of the journal before it folds anything.
  ProjectionStatus reopened(TestLog& log, std::uint32_t schemaVersion = 1) {
    const auto engine = openEngine(
        views(), log, only(std::make_unique<Journal>("journal", nullptr, schemaVersion)));
    const ProjectionStatus status = statusOf(*engine, "journal");
    engine->start();
    EXPECT_TRUE(atHead(*engine, log, "journal"));
    const auto view = engine->snapshot("journal");
    EXPECT_EQ(view->next.value, log.head());
    EXPECT_EQ(faultInJournal(*view->rows, log.head()), "");
    return status;
  }

  std::string openError(TestLog& log) {
    auto engine = Engine::open({views()}, log.log(), only(std::make_unique<Journal>()));
    return engine ? "opened" : engine.error().message;
  }

  std::vector<std::string> generationsOnDisk() {
    std::vector<std::string> names;
    const auto store = RowStore::open(views(), std::size_t{1} << 20);
    if (!store) return {store.error().message};
    for (const auto& generation : (*store)->takeGenerations()) {
      names.push_back(generation->view() + "." + std::to_string(generation->number()));
    }
    return names;
  }

  TemporaryFolder folder_;
};

TEST_F(EngineOpening, AfterACleanStopNothingIsFoldedTwice) {
  TestLog log(logDirectory());
  log.comments(500);
  foldAll(log, only(std::make_unique<Journal>()));
  const ProjectionStatus status = reopened(log);
  EXPECT_EQ(status.next.value, 500u);
  EXPECT_EQ(status.generation, 1u);
}

TEST_F(EngineOpening, GrownLogIsCaughtUpWith) {
  TestLog log(logDirectory());
  log.comments(500);
  foldAll(log, only(std::make_unique<Journal>()));
  log.comments(500);
  EXPECT_EQ(reopened(log).next.value, 500u);
}

TEST_F(EngineOpening, ADeletedDirectoryIsMadeAgainWithTheSameRows) {
  TestLog log(logDirectory());
  log.board(kOps, boardCreated(kOps));
  for (std::uint64_t i = 1; i <= 50; ++i) log.ticket(ops(i), ticketOpened(ops(i)));
  std::vector<std::string> digests;
  for (int round = 0; round < 2; ++round) {
    const auto engine = openEngine(views(), log, allProjections());
    engine->start();
    ASSERT_TRUE(atHead(*engine, log, "board"));
    for (const std::string name : {"board", "queue", "audit"}) {
      digests.push_back(digestOf(*engine, name));
    }
    engine->stop();
    if (round == 0) fs::remove_all(views());
  }
  EXPECT_EQ(std::vector(digests.begin(), digests.begin() + 3),
            std::vector(digests.begin() + 3, digests.end()));
}

TEST_F(EngineOpening, AnotherSchemaVersionStartsANewGeneration) {
  TestLog log(logDirectory());
  log.comments(100);
  foldAll(log, only(std::make_unique<Journal>()));
  const ProjectionStatus status = reopened(log, 2);
  EXPECT_EQ(status.next.value, 0u);
  EXPECT_EQ(status.generation, 2u);
  EXPECT_EQ(status.schemaVersion, 2u);
  EXPECT_EQ(reopened(log, 2).next.value, 100u);
  EXPECT_EQ(generationsOnDisk(), std::vector<std::string>{"journal.2"});
}

TEST_F(EngineOpening, RowsBeyondTheLogsHeadStartANewGeneration) {
  {
    TestLog log(logDirectory());
    log.comments(100);
  }
  fs::copy(logDirectory(), folder_.path() / "backup", fs::copy_options::recursive);
  {
    TestLog log(logDirectory());
    log.comments(50);
    foldAll(log, only(std::make_unique<Journal>()));
  }
  fs::remove_all(logDirectory());
  fs::rename(folder_.path() / "backup", logDirectory());
  TestLog log(logDirectory());
  ASSERT_EQ(log.head(), 100u);
  const ProjectionStatus status = reopened(log);
  EXPECT_EQ(status.next.value, 0u);
  EXPECT_EQ(status.generation, 2u);
}

// The same log, taken back to an earlier state, that has since grown past where the views were.
TEST_F(EngineOpening, RowsOfAnotherPastStartANewGeneration) {
  {
    TestLog log(logDirectory());
    log.comments(100);
  }
  fs::copy(logDirectory(), folder_.path() / "backup", fs::copy_options::recursive);
  {
    TestLog log(logDirectory());
    log.comments(50);
    foldAll(log, only(std::make_unique<Journal>()));
  }
  fs::remove_all(logDirectory());
  fs::rename(folder_.path() / "backup", logDirectory());
  TestLog log(logDirectory());
  log.passTime(1h);
  log.comments(80);
  const ProjectionStatus status = reopened(log);
  EXPECT_EQ(status.next.value, 0u);
  EXPECT_EQ(status.generation, 2u);
}

TEST_F(EngineOpening, AnotherLogStartsANewGeneration) {
  {
    TestLog log(logDirectory());
    log.comments(100);
    foldAll(log, only(std::make_unique<Journal>()));
  }
  fs::remove_all(logDirectory());
  TestLog log(logDirectory());
  log.comments(100);  // the same events at the same times
  const ProjectionStatus status = reopened(log);
  EXPECT_EQ(status.next.value, 0u);
  EXPECT_EQ(status.generation, 2u);
}

TEST_F(EngineOpening, AViewThatJoinsLaterCatchesUpByItself) {
  TestLog log(logDirectory());
  log.comments(300);
  foldAll(log, only(std::make_unique<Journal>()));
  auto projections = only(std::make_unique<Journal>());
  projections.push_back(std::make_unique<Journal>("late"));
  const auto engine = openEngine(views(), log, std::move(projections));
  EXPECT_EQ(statusOf(*engine, "journal").next.value, 300u);
  EXPECT_EQ(statusOf(*engine, "late").next.value, 0u);
  log.comments(10);
  engine->start();
  ASSERT_TRUE(atHead(*engine, log, "late"));
  EXPECT_EQ(digestOf(*engine, "late"), digestOf(*engine, "journal"));
}

TEST_F(EngineOpening, WhatServesNothingIsDropped) {
  TestLog log(logDirectory());
  log.comments(10);
  auto projections = only(std::make_unique<Journal>());
  projections.push_back(std::make_unique<Journal>("gone"));
  foldAll(log, std::move(projections));
  {
    const auto store = RowStore::open(views(), std::size_t{1} << 20);
    ASSERT_TRUE((*store)->create("journal", 7));  // a rebuild that a crash cut short
  }
  const ProjectionStatus status = reopened(log);
  EXPECT_EQ(status.generation, 1u);
  EXPECT_EQ(status.next.value, 10u);
  EXPECT_EQ(generationsOnDisk(), std::vector<std::string>{"journal.1"});
}

TEST_F(EngineOpening, ADirectoryInUseIsRefused) {
  TestLog log(logDirectory());
  const auto engine = openEngine(views(), log, only(std::make_unique<Journal>()));
  EXPECT_THAT(openError(log), HasSubstr("another process has them open"));
}

TEST_F(EngineOpening, APlaceThatIsNoDirectoryIsRefused) {
  TestLog log(logDirectory());
  std::ofstream(views()) << "a file";
  EXPECT_THAT(openError(log), HasSubstr(views().string()));
}

// --- Damage
// ---------------------------------------------------------------------------------------

void flipByte(const fs::path& file, std::uint64_t offset) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(stream.get() ^ 0x40);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(byte);
}

std::vector<fs::path> filesNamed(const fs::path& directory, std::string_view part) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().filename().string().find(part) != std::string::npos) {
      files.push_back(entry.path());
    }
  }
  return files;
}

TEST_F(EngineOpening, DamageFoundAtOpenSaysWhatToDo) {
  TestLog log(logDirectory());
  log.comments(100);
  foldAll(log, only(std::make_unique<Journal>()));
  for (const fs::path& manifest : filesNamed(views(), "MANIFEST")) flipByte(manifest, 20);
  EXPECT_THAT(openError(log), AllOf(HasSubstr("damaged"), HasSubstr("stop the server and delete")));
  fs::remove_all(views());
  EXPECT_EQ(reopened(log).next.value, 0u);
}

TEST_F(EngineOpening, AMissingTableSaysWhatToDo) {
  TestLog log(logDirectory());
  log.comments(100);
  foldAll(log, only(std::make_unique<Journal>()));
  const auto tables = filesNamed(views(), ".sst");
  ASSERT_FALSE(tables.empty());
  for (const fs::path& table : tables) fs::remove(table);
  EXPECT_THAT(openError(log), HasSubstr("stop the server and delete"));
}

// A damaged block is met when it is read: the projection stops, queries throw, nothing is made up.
TEST_F(EngineOpening, DamageFoundLaterStopsTheProjectionAndAnswersNothingWrong) {
  TestLog log(logDirectory());
  log.comments(2000);
  foldAll(log, only(std::make_unique<Journal>()));
  std::uint64_t flipped = 0;
  for (const fs::path& table : filesNamed(views(), ".sst")) {
    flipByte(table, 10);
    ++flipped;
  }
  ASSERT_GT(flipped, 0u);
  auto engine = Engine::open({views()}, log.log(), only(std::make_unique<Journal>()));
  if (!engine) {
    EXPECT_THAT(engine.error().message, HasSubstr("delete"));
    return;
  }
  const auto view = (*engine)->snapshot("journal");
  if (!view) {
    EXPECT_THAT(view.error().message, HasSubstr("delete"));
  } else {
    EXPECT_THROW(faultInJournal(*view->rows, 2000), ViewDamaged);
  }
  EXPECT_THAT((*engine)->digest("journal").error().message, HasSubstr("delete"));
  (*engine)->start();
  log.comments(1);
  EXPECT_FALSE(atHead(**engine, log, "journal"));
  EXPECT_THAT(statusOf(**engine, "journal").stoppedBy, HasSubstr("delete"));
}

TEST_F(EngineOpening, ALogThatCannotBeReadStopsTheProjectorAndSaysSo) {
  for (int round = 0; round < 2; ++round) {
    // Opening flushes what the last run left in the WAL: the events are in tables then.
    TestLog log(logDirectory());
    if (round == 0) log.comments(20'000);
  }
  auto tables = filesNamed(logDirectory(), ".sst");
  ASSERT_FALSE(tables.empty());
  std::sort(tables.begin(), tables.end(), [](const fs::path& a, const fs::path& b) {
    return fs::file_size(a) > fs::file_size(b);
  });
  TestLog log(logDirectory());  // opening may read as much of the log as its index lacks
  flipByte(tables.front(), fs::file_size(tables.front()) / 2);
  auto projections = only(std::make_unique<Journal>());
  projections.push_back(std::make_unique<Journal>("other"));
  const auto engine = openEngine(views(), log, std::move(projections));
  engine->start();
  EXPECT_FALSE(atHead(*engine, log, "journal"));
  for (const ProjectionStatus& status : engine->status()) {
    EXPECT_THAT(status.stoppedBy, HasSubstr("the log cannot be read"));
    EXPECT_LT(status.next, status.head);
    const auto view = engine->snapshot(status.name);
    EXPECT_EQ(faultInJournal(*view->rows, view->next.value), "");
  }
  ASSERT_TRUE(engine->rebuild("journal"));
  awaitRebuild(*engine, "journal");
  EXPECT_THAT(statusOf(*engine, "journal").rebuildError, HasSubstr("the log cannot be read"));
  EXPECT_EQ(statusOf(*engine, "journal").generation, 1u);
}

}  // namespace
}  // namespace docket::projections
