// Groups made while the one before them is not durable yet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "tests/eventstore/file_size_limit.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogStaging : public LogTest {
 protected:
  void SetUp() override { open(); }

  StagedGroup stage(const std::vector<Unit>& units, std::int64_t nowMicros = 1'000'000) {
    StagedGroup group = log().stage(at(nowMicros));
    for (const Unit& unit : units) group.add(unit);
    group.close();
    return group;
  }
};

TEST_F(LogStaging, AGroupIsCheckedAgainstWhatIsStagedBeforeIt) {
  StagedGroup first = stage({unit(1, {event("a/1", "one"), event("a/1", "two")})});
  StagedGroup second = stage({
      unit(2, {event("a/1", "three")}, {{stream("a/1"), Exactly{{1}}}}),
      unit(3, {event("b/1")}, {{stream("a/1"), NoStream{}}}),
      unit(1, {event("a/1", "one"), event("a/1", "two")}),
  });
  ASSERT_TRUE(log().commit(std::move(first)).at(0));
  const auto results = log().commit(std::move(second));
  EXPECT_EQ(results[0]->lastVersion, Version{2});
  EXPECT_EQ(results[0]->first, Position{2});
  ASSERT_NE(conditionsFailed(results[1]), nullptr);
  EXPECT_EQ(conditionsFailed(results[1])->violations[0].actual, Version{2});
  EXPECT_TRUE(results[2]->repeated);
  EXPECT_EQ(results[2]->last, Position{1});
  EXPECT_EQ(results[2]->lastVersion, Version{1});
  EXPECT_THAT(
      all(), ElementsAre("0 a/1@0 Happened one", "1 a/1@1 Happened two", "2 a/1@2 Happened three"));
}

TEST_F(LogStaging, WhatIsStagedIsSeenByNobodyBeforeItIsDurable) {
  StagedGroup group = stage({unit(1, {event("a/1")})});
  EXPECT_EQ(log().head(), Position{0});
  EXPECT_THAT(all(), IsEmpty());
  EXPECT_THAT(ofStream("a/1"), IsEmpty());
  EXPECT_EQ(log().lastVersion(stream("a/1")).value(), std::nullopt);
  EXPECT_FALSE(log().findCommand(commandId(1)).value().has_value());
  EXPECT_EQ(log().treeHead().size, 0u);
  ASSERT_TRUE(log().commit(std::move(group)).at(0));
  EXPECT_EQ(ofStream("a/1").size(), 1u);
  EXPECT_TRUE(log().findCommand(commandId(1)).value().has_value());
}

TEST_F(LogStaging, WhatIsStagedAndNeverCommittedIsNotThereAfterOpening) {
  append(unit(1, {event("a/1", "kept")}));
  { const StagedGroup lost = stage({unit(2, {event("a/1", "lost")})}); }
  reopen();
  EXPECT_THAT(all(), ElementsAre("0 a/1@0 Happened kept"));
  EXPECT_FALSE(append(unit(2, {event("a/1", "new")})).repeated);
}

// Nothing may be acknowledged that rests on a group that was dropped.
TEST_F(LogStaging, CommittingAfterADroppedGroupEndsTheProcess) {
  { const StagedGroup dropped = stage({unit(1, {event("a/1")})}); }
  StagedGroup repeats = stage({unit(1, {event("a/1")})});
  EXPECT_DEATH((void)log().commit(std::move(repeats)), "");
}

TEST_F(LogStaging, AFailedCommitVoidsWhatWasStagedOnIt) {
  append(unit(1, {event("a/1")}));
  StagedGroup first = stage({unit(2, {event("a/1", std::string(40'000, 'x'))})});
  StagedGroup second = stage({
      unit(3, {event("c/1")}),
      unit(4, {event("b/1")}, {{stream("a/1"), Exactly{{0}}}}),    // refused for what is staged
      unit(5, {event("b/1")}, {{stream("d/1"), StreamExists{}}}),  // refused for itself
      unit(2, {event("a/1", std::string(40'000, 'x'))}),           // repeats what is staged
      unit(1, {event("a/1")}),                                     // repeats what is durable
  });
  const FileSizeLimit limit(8'192);
  const auto failed = [](const AppendResult& result) {
    return storeError(result) != nullptr && storeError(result)->code == StoreErrorCode::failed;
  };
  EXPECT_TRUE(failed(log().commit(std::move(first)).at(0)));
  const auto results = log().commit(std::move(second));
  EXPECT_TRUE(failed(results[0]));
  EXPECT_TRUE(failed(results[1]));
  EXPECT_NE(conditionsFailed(results[2]), nullptr);
  EXPECT_TRUE(failed(results[3]));
  EXPECT_TRUE(results[4]);
  EXPECT_TRUE(failed(log().commit(stage({unit(6, {event("a/1")})})).at(0)));
}

TEST_F(LogStaging, TheRecordedTimeOfAStagedGroupNeverGoesBack) {
  StagedGroup first = stage({unit(1, {event("a/1")})}, 9'000);
  StagedGroup second = stage({unit(2, {event("a/1")})}, 5'000);
  ASSERT_TRUE(log().commit(std::move(first)).at(0));
  ASSERT_TRUE(log().commit(std::move(second)).at(0));
  LogReader reader = log().readAll({.from = 1});
  EXPECT_EQ(reader.next().value()->envelope.recordedAt, at(9'000));
}

// Segments of the index fall due all the time, before and after their events are durable.
TEST_F(LogStaging, OneThreadStagesWhileAnotherCommits) {
  constexpr std::uint64_t kGroups = 400;
  eventsPerIndexing_ = 7;
  reopen();
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<StagedGroup> staged;
  std::thread committer([&] {
    for (std::uint64_t i = 0; i < kGroups; ++i) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return !staged.empty(); });
      StagedGroup group = std::move(staged.front());
      staged.pop_front();
      lock.unlock();
      changed.notify_all();
      for (const AppendResult& result : log().commit(std::move(group))) EXPECT_TRUE(result);
      EXPECT_EQ(log().head(), Position{3 * (i + 1)});
    }
  });
  for (std::uint64_t i = 0; i < kGroups; ++i) {
    const std::string mine = "s/" + std::to_string(i % 5);
    StagedGroup group = stage({
        unit(2 * i + 1, {event(mine), event("s/all")}),
        unit(2 * i + 2, {event(mine)}),
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return staged.size() < 3; });
    staged.push_back(std::move(group));
    changed.notify_all();
  }
  committer.join();
  EXPECT_EQ(all().size(), 3 * kGroups);
  EXPECT_EQ(ofStream("s/all").size(), kGroups);
  EXPECT_EQ(ofStream("s/2").size(), 2 * kGroups / 5);
  EXPECT_TRUE(log().findCommand(commandId(2 * kGroups)).value().has_value());
  const auto report = log().verify();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->commands, 2 * kGroups);
}

}  // namespace
}  // namespace docket::eventstore::testing
