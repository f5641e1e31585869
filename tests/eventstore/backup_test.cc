// Backups: what is in one, what a second one adds, what is found in a damaged one, and that a
// restored log is the log, whole or up to any position.
#include "eventstore/backup.h"

#include <atomic>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "eventstore/backup_create.h"
#include "eventstore/backup_directory.h"
#include "tests/eventstore/file_size_limit.h"
#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class LogBackup : public LogTest {
 protected:
  fs::path backups() const { return elsewhere_.path() / "backups"; }
  fs::path target() const { return elsewhere_.path() / "restored"; }

  BackupOptions options() const {
    return {.directory = backups(), .dataDirectory = directory(), .now = at(7'000'000)};
  }
  tl::expected<BackupDescription, StoreError> tryBackUp() { return log().backUp(options()); }
  BackupDescription backUp() {
    const auto made = tryBackUp();
    if (!made) ADD_FAILURE() << made.error().message;
    return made.value_or(BackupDescription{});
  }

  RestoreReport restore(const RestoreLimit& limit = {}, std::optional<BackupId> id = std::nullopt,
                        std::vector<KnownRoot> knownRoots = {}) {
    const auto report = restoreBackup({.directory = backups(),
                                       .id = id,
                                       .target = target(),
                                       .limit = limit,
                                       .knownRoots = std::move(knownRoots)});
    if (!report) ADD_FAILURE() << report.error().message;
    return report.value_or(RestoreReport{});
  }
  StoreError restoreRefused(const RestoreLimit& limit = {},
                            std::optional<BackupId> id = std::nullopt) {
    const auto report =
        restoreBackup({.directory = backups(), .id = id, .target = target(), .limit = limit});
    EXPECT_FALSE(report.has_value());
    return report ? StoreError{} : report.error();
  }
  std::unique_ptr<Log> openRestored() {
    auto opened = Log::open({.directory = target(), .create = false});
    if (!opened) ADD_FAILURE() << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }

  // Payloads that no compression makes smaller, so that bytes can be counted.
  std::string noise(std::size_t size) {
    std::string text(size, ' ');
    for (char& byte : text) byte = static_cast<char>(random_());
    return text;
  }
  void appendNoise(std::uint64_t events, std::size_t size) {
    for (std::uint64_t i = 0; i < events; ++i)
      append(unit(++command_, {event("n/1", noise(size))}));
  }

  // 50 events or so: units of 1 to 5 events, several a group, each group at a time of its own, and
  // among them one unit that goes over four records.
  void fillWithUnits() {
    for (std::uint64_t group = 0; group < 8; ++group) {
      std::vector<Unit> units;
      for (std::uint64_t i = 0; i <= group % 3; ++i) {
        std::vector<NewEvent> events(1 + (group + 2 * i) % 5, event("s/" + std::to_string(i)));
        units.push_back(unit(++command_, std::move(events)));
      }
      if (group == 6) {
        std::vector<NewEvent> large(7, event("large/1", std::string(15'000, 'x')));
        units.insert(units.begin() + 1, unit(++command_, std::move(large)));
      }
      appendCounted(units, timeOf(group));
    }
  }
  void appendCounted(const std::vector<Unit>& units, std::int64_t now) {
    for (const auto& result : log().append(units, at(now))) {
      ASSERT_TRUE(result);
      begins_.push_back(result->first.value);
    }
    head_ = log().head().value;
  }
  static std::int64_t timeOf(std::uint64_t group) {
    return 1'000'000 + 1'000 * static_cast<std::int64_t>(group / 2);  // two groups share one
  }
  // Where the last whole unit below `limit` ends.
  std::uint64_t unitEnd(std::uint64_t limit) const {
    std::uint64_t end = 0;
    for (const std::uint64_t begin : begins_) {
      if (begin <= limit) end = begin;
    }
    return limit >= head_ ? head_ : end;
  }

  std::uint64_t command_ = 0;
  std::uint64_t head_ = 0;             // after appendCounted
  std::vector<std::uint64_t> begins_;  // of its units
  std::mt19937 random_{7};
  TemporaryFolder elsewhere_;
};

std::vector<fs::path> filesUnder(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::uint64_t bytesUnder(const fs::path& directory) {
  std::uint64_t bytes = 0;
  for (const fs::path& file : filesUnder(directory)) bytes += fs::file_size(file);
  return bytes;
}

// --- Making --------------------------------------------------------------------------------------

TEST_F(LogBackup, NamesWhatItHolds) {
  open();
  fillWithUnits();
  const BackupDescription made = backUp();
  EXPECT_EQ(made.id, BackupId{1});
  EXPECT_EQ(made.storeId, log().storeId());
  EXPECT_EQ(made.head, log().head());
  EXPECT_EQ(made.root, log().treeHead().root);
  EXPECT_EQ(made.lastRecorded, at(timeOf(7)));
  EXPECT_EQ(made.madeAt, at(7'000'000));
  EXPECT_GT(made.newBytes, 0u);
  const auto listed = listBackups(backups());
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().description, made);
  EXPECT_FALSE(listed->front().damaged);
  EXPECT_EQ(verifyBackup(backups()).value(), made);
}

TEST_F(LogBackup, AnEmptyLogIsBackedUpAndRestored) {
  open();
  backUp();
  EXPECT_TRUE(verifyBackup(backups()));
  EXPECT_EQ(restore().head, Position{0});
  EXPECT_EQ(openRestored()->storeId(), log().storeId());
}

TEST_F(LogBackup, ADescriptionHasTheseBytes) {
  const BackupDescription description{.id = {3},
                                      .storeId = std::string(32, 'a'),
                                      .head = {12},
                                      .root = digest(1),
                                      .lastRecorded = at(-5),
                                      .madeAt = at(6),
                                      .newBytes = 7,
                                      .files = digest(2)};
  const std::string text = descriptionText(description);
  EXPECT_EQ(text.substr(0, text.find("sum ")),
            "docket backup 1\nid 3\nstore aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nhead 12\nroot " +
                toHex(digest(1).bytes) + "\nrecorded -5\nmade 6\nadded 7\nfiles " +
                toHex(digest(2).bytes) + "\n");
  EXPECT_EQ(parseDescription(text), description);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string bad = text;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_EQ(parseDescription(bad), std::nullopt) << i;
    EXPECT_EQ(parseDescription(text.substr(0, i)), std::nullopt) << i;
  }
}

TEST_F(LogBackup, HoldsAPrefixOfWhatIsAppendedMeanwhile) {
  open();
  appendNoise(100, 20'000);
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> appended = 0;
  std::thread writer([&] {
    for (std::uint64_t i = 0; !done.load(); ++i) {
      Unit next = unit(1'000'000 + i, {event("w/1", std::to_string(i)), event("w/2")});
      if (!log().append({&next, 1}, at(2'000'000)).front()) return;
      appended.fetch_add(1);
    }
  });
  std::vector<BackupDescription> made;
  for (int i = 0; i < 4; ++i) {
    // Each one is made while the log grows: the next begins when the log has grown again.
    const std::uint64_t before = appended.load();
    while (appended.load() == before) std::this_thread::yield();
    made.push_back(backUp());
  }
  done = true;
  writer.join();
  for (const BackupDescription& each : made) {
    EXPECT_GE(each.head, Position{100});
    EXPECT_EQ(each.head.value % 2, 0u) << "whole units";
    EXPECT_EQ(log().rootAt(each.head).value(), each.root);
    EXPECT_TRUE(verifyBackup(backups(), {.id = each.id}));
  }
  EXPECT_LT(made.front().head, made.back().head);
  restore();
  const auto restored = openRestored();
  EXPECT_EQ(lines(restored->readAll()), all({.limit = made.back().head.value}));
}

TEST_F(LogBackup, ASecondOneCopiesOnlyWhatIsNew) {
  open();
  appendNoise(200, 20'000);
  const BackupDescription first = backUp();
  EXPECT_GT(first.newBytes, 4'000'000u);
  appendNoise(10, 20'000);
  const std::uint64_t before = bytesUnder(backups());
  const BackupDescription second = backUp();
  EXPECT_GT(second.newBytes, 200'000u);
  EXPECT_LT(second.newBytes, 300'000u);
  // The description itself is written after its bytes were counted.
  EXPECT_NEAR(static_cast<double>(bytesUnder(backups()) - before),
              static_cast<double>(second.newBytes), 1'000);
  EXPECT_GT(listBackups(backups())->back().bytes, 4'000'000u);
  const BackupDescription third = backUp();
  EXPECT_LT(third.newBytes, 30'000u);
  EXPECT_EQ(third.head, second.head);
}

TEST_F(LogBackup, StoppedHalfWayLeavesTheEarlierOnesAndIsRepeated) {
  open();
  appendNoise(100, 20'000);
  const BackupDescription first = backUp();
  appendNoise(300, 20'000);
  for (int stopAt = 1; stopAt <= 5; ++stopAt) {
    int calls = 0;
    BackupOptions stopping = options();
    stopping.progress = [&](std::uint64_t, std::uint64_t) { return ++calls < stopAt; };
    const auto stopped = log().backUp(stopping);
    ASSERT_FALSE(stopped) << stopAt;
    EXPECT_EQ(stopped.error().code, StoreErrorCode::interrupted) << stopped.error().message;
    EXPECT_EQ(listBackups(backups())->size(), 1u);
  }
  EXPECT_TRUE(verifyBackup(backups(), {.id = first.id}));
  const BackupDescription second = backUp();
  EXPECT_EQ(second.head, log().head());
  EXPECT_TRUE(verifyBackup(backups()));
  // Nothing is left of the ones that were stopped.
  ASSERT_TRUE(pruneBackups(backups(), 1));
  EXPECT_LT(bytesUnder(backups()), 400u * 21'000);
}

TEST_F(LogBackup, OneWithoutADescriptionIsClearedAway) {
  open();
  appendNoise(50, 20'000);
  const BackupDescription first = backUp();
  fs::remove(backups() / "docket" / "1");
  fs::create_directories(backups() / "docket" / "verifying");
  writeFile(backups() / "docket" / "verifying" / "000001.sst", "left over");
  EXPECT_TRUE(listBackups(backups())->empty());
  EXPECT_EQ(verifyBackup(backups()).error().code, StoreErrorCode::notFound);
  const BackupDescription again = backUp();
  EXPECT_EQ(again.head, first.head);
  EXPECT_EQ(listBackups(backups())->size(), 1u);
  EXPECT_FALSE(fs::exists(backups() / "docket" / "verifying"));
  EXPECT_LT(bytesUnder(backups()), 50u * 21'000);
}

TEST_F(LogBackup, ADirectoryBelongsToOneLog) {
  open();
  backUp();
  TemporaryFolder folder;
  auto other = Log::open({.directory = folder.path() / "log"});
  ASSERT_TRUE(other);
  BackupOptions same = options();
  same.dataDirectory = folder.path();
  const auto refused = (*other)->backUp(same);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, StoreErrorCode::invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("holds the backups of log " + log().storeId()));
  EXPECT_EQ(listBackups(backups())->size(), 1u);
}

TEST_F(LogBackup, NoBackupIsMadeInTheDataOrAmongForeignFiles) {
  open();
  const auto refusal = [&](const fs::path& place) {
    BackupOptions there = options();
    there.directory = place;
    const auto refused = log().backUp(there);
    EXPECT_FALSE(refused.has_value()) << place;
    EXPECT_EQ(refused.error().code, StoreErrorCode::invalid);
    return refused ? "" : refused.error().message;
  };
  EXPECT_THAT(refusal(directory()), HasSubstr("lie in one another"));
  EXPECT_THAT(refusal(directory() / "a" / "b"), HasSubstr("lie in one another"));
  EXPECT_THAT(refusal(directory() / ".." / "log" / "a"), HasSubstr("lie in one another"));
  EXPECT_THAT(refusal(directory().parent_path()), HasSubstr("lie in one another"));
  fs::create_directory_symlink(directory(), elsewhere_.path() / "link");
  EXPECT_THAT(refusal(elsewhere_.path() / "link" / "a"), HasSubstr("lie in one another"));
  fs::create_directory(elsewhere_.path() / "foreign");
  writeFile(elsewhere_.path() / "foreign" / "letter", "Dear");
  EXPECT_THAT(refusal(elsewhere_.path() / "foreign"), HasSubstr("is not empty"));
  EXPECT_FALSE(fs::exists(directory() / "a"));
}

TEST_F(LogBackup, AFailingDiskLeavesTheEarlierOnes) {
  open();
  appendNoise(20, 20'000);
  backUp();
  appendNoise(100, 20'000);
  // The log's own tables are there already, so that only the backup's files can become too large.
  close();
  RawLog(directory()).compact();
  open();
  {
    const FileSizeLimit limit(20'000);
    const auto failed = tryBackUp();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, StoreErrorCode::io) << failed.error().message;
    EXPECT_THAT(failed.error().message, HasSubstr(backups().string()));
  }
  EXPECT_EQ(listBackups(backups())->size(), 1u);
  EXPECT_TRUE(verifyBackup(backups()));
}

TEST(BackupError, AFullDiskIsToldFromAFailingOne) {
  EXPECT_EQ(backupError(rocksdb::Status::NoSpace("x"), "cannot").code, StoreErrorCode::noSpace);
  EXPECT_EQ(backupError(rocksdb::Status::IOError("x"), "cannot").code, StoreErrorCode::io);
  EXPECT_EQ(backupError(rocksdb::Status::Corruption("x"), "cannot").code, StoreErrorCode::corrupt);
}

TEST_F(LogBackup, ALogThatIsOpenToLookMakesNone) {
  open();
  append(unit(1, {event("s/1")}));
  close();
  const auto looking = tryOpen(false, true);
  ASSERT_TRUE(looking);
  EXPECT_EQ((*looking)->backUp(options()).error().code, StoreErrorCode::readOnly);
  EXPECT_FALSE(fs::exists(backups()));
}

TEST_F(LogBackup, ALogThatHasFailedMakesNone) {
  open();
  append(unit(1, {event("s/1")}));
  {
    const FileSizeLimit limit(8'192);
    ASSERT_FALSE(tryAppend(unit(2, {event("s/1", std::string(40'000, 'x'))})));
  }
  EXPECT_EQ(tryBackUp().error().code, StoreErrorCode::failed);
  EXPECT_FALSE(fs::exists(backups()));
}

// A group that is in RocksDB but not synced yet may get into the files of a backup.
TEST_F(LogBackup, WaitsForWhatWasCopiedBeforeItWasSynced) {
  open();
  append(unit(1, {event("s/1")}));
  append(unit(2, {event("s/1")}));
  const std::string storeId = log().storeId();
  const Head before{.next = {1}, .lastGroup = {0}, .lastRecordedAt = {}, .frontier = {}};
  const Head after{.next = {2}, .lastGroup = {1}, .lastRecordedAt = {}, .frontier = {}};
  close();
  const auto database = Database::open({.directory = directory(), .create = false});
  ASSERT_TRUE(database);
  int asked = 0;
  const auto slow = [&]() -> tl::expected<Head, StoreError> {
    return ++asked < 5 ? before : after;
  };
  const auto made = createBackup({**database, storeId, slow}, options());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->head, Position{2});
  EXPECT_EQ(asked, 5);

  // The sync failed in the end: such a backup must not be.
  const auto failing = [&]() -> tl::expected<Head, StoreError> {
    if (++asked < 10) return before;
    return tl::unexpected(StoreError{StoreErrorCode::failed, "takes no more writes"});
  };
  const auto refused = createBackup({**database, storeId, failing}, options());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, StoreErrorCode::failed);
  EXPECT_EQ(listBackups(backups())->size(), 1u);
  EXPECT_FALSE(fs::exists(backups() / "meta" / "2"));
}

// --- Keeping -------------------------------------------------------------------------------------

TEST_F(LogBackup, PruningKeepsTheLatest) {
  open();
  for (int i = 0; i < 4; ++i) {
    appendNoise(20, 20'000);
    backUp();
  }
  EXPECT_EQ(pruneBackups(backups(), 0).error().code, StoreErrorCode::invalid);
  const auto removed = pruneBackups(backups(), 2);
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(removed->removed, (std::vector<BackupId>{{1}, {2}}));
  EXPECT_TRUE(removed->damaged.empty());
  EXPECT_EQ(listBackups(backups())->size(), 2u);
  EXPECT_TRUE(verifyBackup(backups(), {.id = BackupId{3}}));
  EXPECT_TRUE(verifyBackup(backups(), {.id = BackupId{4}}));
  EXPECT_TRUE(pruneBackups(backups(), 2)->removed.empty());
  const auto gone = verifyBackup(backups(), {.id = BackupId{1}});
  EXPECT_EQ(gone.error().code, StoreErrorCode::notFound);
  EXPECT_THAT(gone.error().message, HasSubstr("there is no backup 1 in"));
  EXPECT_EQ(backUp().id, BackupId{5});
}

TEST_F(LogBackup, PruningKeepsSoManyThatAreNotDamaged) {
  open();
  for (int i = 0; i < 6; ++i) {
    appendNoise(2, 1'000);
    backUp();
  }
  for (const char* damaged : {"2", "4", "6"}) {
    writeFile(backups() / "docket" / damaged, "scribbled over");
  }
  auto pruned = pruneBackups(backups(), 4);  // there are three
  ASSERT_TRUE(pruned) << pruned.error().message;
  EXPECT_TRUE(pruned->removed.empty());
  EXPECT_EQ(pruned->damaged, (std::vector<BackupId>{{2}, {4}, {6}}));
  pruned = pruneBackups(backups(), 2);
  ASSERT_TRUE(pruned) << pruned.error().message;
  EXPECT_EQ(pruned->removed, (std::vector<BackupId>{{1}, {2}}));
  EXPECT_EQ(pruned->damaged, (std::vector<BackupId>{{4}, {6}}));
  for (const std::uint32_t sound : {3u, 5u}) {
    EXPECT_TRUE(verifyBackup(backups(), {.id = BackupId{sound}})) << sound;
  }
  EXPECT_EQ(listBackups(backups())->size(), 4u);
}

TEST_F(LogBackup, WhatIsNoBackupDirectoryIsNotFound) {
  EXPECT_EQ(listBackups(backups()).error().code, StoreErrorCode::notFound);
  EXPECT_EQ(listBackups(elsewhere_.path()).error().code, StoreErrorCode::notFound);
  EXPECT_EQ(pruneBackups(backups(), 1).error().code, StoreErrorCode::notFound);
  EXPECT_EQ(verifyBackup(backups()).error().code, StoreErrorCode::notFound);
  EXPECT_EQ(restoreRefused().code, StoreErrorCode::notFound);
  EXPECT_FALSE(fs::exists(target()));
}

TEST_F(LogBackup, AFlippedBitInAnyFileIsFound) {
  open();
  fillWithUnits();
  append(unit(++command_, {event("n/1")}));
  backUp();
  int kinds = 0;
  for (const fs::path& file : filesUnder(backups())) {
    const std::string good = readFile(file);
    kinds += good.empty() ? 0 : 1;
    for (std::size_t offset = 0; offset < good.size(); offset += 1 + good.size() / 8) {
      std::string bad = good;
      bad[offset] = static_cast<char>(bad[offset] ^ 4);
      writeFile(file, bad);
      const auto verified = verifyBackup(backups());
      EXPECT_FALSE(verified.has_value()) << file << " at " << offset;
      if (!verified) {
        EXPECT_EQ(verified.error().code, StoreErrorCode::corrupt)
            << file << " at " << offset << ": " << verified.error().message;
      }
      EXPECT_FALSE(fs::exists(backups() / "docket" / "verifying"));
    }
    writeFile(file, good.substr(0, good.size() / 2));
    EXPECT_EQ(verifyBackup(backups()).has_value(), good.empty()) << file << " cut";
    fs::remove(file);
    EXPECT_FALSE(verifyBackup(backups()).has_value() && !good.empty()) << file << " removed";
    writeFile(file, good);
  }
  EXPECT_GE(kinds, 8);  // tables of three families, MANIFEST, CURRENT, OPTIONS, meta, STORE, 1
  const auto verified = verifyBackup(backups());
  EXPECT_TRUE(verified) << verified.error().message;
}

TEST_F(LogBackup, ALogChangedTogetherWithItsChecksumsIsFoundByItsRoot) {
  open();
  fillWithUnits();
  const BackupDescription made = backUp();
  BackupDescription forged = made;
  forged.root = digest(1);
  writeFile(backups() / "docket" / "1", descriptionText(forged));
  EXPECT_EQ(verifyBackup(backups()).error().code, StoreErrorCode::corrupt);
  EXPECT_EQ(restoreRefused().code, StoreErrorCode::corrupt);
  forged = made;
  forged.head = {made.head.value + 1};
  writeFile(backups() / "docket" / "1", descriptionText(forged));
  EXPECT_EQ(verifyBackup(backups()).error().code, StoreErrorCode::behindAnchor);
  forged.head = {made.head.value - 1};
  forged.root = log().rootAt(forged.head).value();
  writeFile(backups() / "docket" / "1", descriptionText(forged));
  EXPECT_THAT(verifyBackup(backups()).error().message, HasSubstr("were expected"));
  EXPECT_FALSE(fs::exists(target()));
}

// --- Restoring -----------------------------------------------------------------------------------

TEST_F(LogBackup, ARestoredLogIsTheLog) {
  open();
  fillWithUnits();
  const auto before = all();
  const BackupDescription made = backUp();
  append(unit(++command_, {event("s/later")}));
  const RestoreReport report = restore();
  EXPECT_EQ(report.backup, made);
  EXPECT_EQ(report.head, made.head);
  const auto restored = openRestored();
  EXPECT_EQ(lines(restored->readAll()), before);
  EXPECT_EQ(restored->storeId(), log().storeId());
  EXPECT_EQ(restored->treeHead().root, made.root);
  EXPECT_TRUE(restored->verify());
  EXPECT_EQ(restored->findCommand(commandId(1)).value()->committed.first, Position{0});
  EXPECT_EQ(filesUnder(elsewhere_.path()).size(),
            filesUnder(backups()).size() + filesUnder(target()).size());
}

TEST_F(LogBackup, AnEarlierOneIsRestoredByItsNumber) {
  open();
  append(unit(1, {event("s/1")}));
  backUp();
  append(unit(2, {event("s/1")}));
  backUp();
  EXPECT_EQ(restore({}, BackupId{1}).head, Position{1});
  EXPECT_EQ(openRestored()->head(), Position{1});
}

TEST_F(LogBackup, NothingIsRestoredOverSomething) {
  open();
  append(unit(1, {event("s/1")}));
  backUp();
  fs::create_directory(target());
  writeFile(target() / "letter", "Dear");
  EXPECT_THAT(restoreRefused().message, HasSubstr("is not empty"));
  fs::remove(target() / "letter");
  fs::create_directory(target().string() + ".restoring");
  EXPECT_THAT(restoreRefused().message, HasSubstr("was left by a restore"));
  fs::remove(target().string() + ".restoring");
  EXPECT_EQ(restore().head, Position{1});
  EXPECT_EQ(restoreRefused().code, StoreErrorCode::invalid);
}

TEST_F(LogBackup, BeyondItsEndOrOfUnknownNumberNothingIsRestored) {
  open();
  append(unit(1, {event("s/1")}));
  backUp();
  EXPECT_THAT(restoreRefused(Position{2}).message,
              HasSubstr("ends at position 1, before position 2"));
  EXPECT_EQ(restoreRefused({}, BackupId{9}).code, StoreErrorCode::notFound);
  EXPECT_FALSE(fs::exists(target()));
}

TEST_F(LogBackup, IsRestoredUpToEveryPosition) {
  open();
  fillWithUnits();
  backUp();
  const auto whole = all();
  for (std::uint64_t limit = 0; limit <= head_; ++limit) {
    const RestoreReport report = restore(Position{limit});
    const Position end{unitEnd(limit)};
    ASSERT_EQ(report.head, end) << "limit " << limit;
    auto restored = openRestored();
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored->head(), end);
    EXPECT_EQ(restored->storeId(), log().storeId());
    EXPECT_EQ(restored->treeHead().root, log().rootAt(end).value());
    EXPECT_EQ(report.root, restored->treeHead().root);
    EXPECT_EQ(lines(restored->readAll()),
              std::vector<std::string>(whole.begin(),
                                       whole.begin() + static_cast<std::ptrdiff_t>(end.value)));
    EXPECT_TRUE(restored->verify());
    // It goes on as a log does: known commands stay known, the next one is appended.
    Unit repeated = unit(1, {event("s/0")});
    Unit next = unit(9'999, {event("s/0"), event("t/0")});
    const auto results = restored->append(std::vector{repeated, next}, at(9'000'000));
    ASSERT_TRUE(results[0]);
    EXPECT_EQ(results[0]->repeated, end.value != 0);
    ASSERT_TRUE(results[1]);
    restored.reset();
    restored = openRestored();
    ASSERT_TRUE(restored);
    const auto verified = restored->verify();
    EXPECT_TRUE(verified) << verified.error().message;
    restored.reset();
    fs::remove_all(target());
  }
}

// Cut where a record ends, the stored bytes are the same; cut inside, they are what the log would
// have written.
TEST_F(LogBackup, RecordsOfARestoredPrefixAreByteEqual) {
  open();
  fillWithUnits();
  backUp();
  const std::uint64_t cut = begins_.back();
  restore(Position{cut});
  close();
  RawLog original(directory());
  RawLog copy(target());
  const auto keys = copy.keysOf("groups");
  ASSERT_GT(keys.size(), 8u);
  for (const std::string& key : keys) {
    if (key == keys.back()) continue;
    EXPECT_EQ(copy.get("groups", key), original.get("groups", key));
  }
  EXPECT_NE(copy.get("groups", keys.back()), original.get("groups", keys.back()))
      << "the last unit is not the only one of its record";
  for (const std::string& key : copy.keysOf("tree")) {
    EXPECT_EQ(copy.get("tree", key), original.get("tree", key));
  }
}

TEST_F(LogBackup, IsRestoredUpToAnInstant) {
  open();
  fillWithUnits();
  backUp();
  LogReader reader = log().readAll();
  std::vector<Timestamp> times;
  while (true) {
    const auto next = reader.next();
    ASSERT_TRUE(next);
    if (*next == nullptr) break;
    times.push_back((*next)->envelope.recordedAt);
  }
  for (const std::int64_t instant : {std::int64_t{0}, timeOf(0) - 1, timeOf(0), timeOf(2) - 1,
                                     timeOf(2), timeOf(4), timeOf(5), timeOf(7), timeOf(7) + 1}) {
    const RestoreReport report = restore(at(instant));
    const auto expected = static_cast<std::uint64_t>(
        std::count_if(times.begin(), times.end(), [&](Timestamp t) { return t <= at(instant); }));
    EXPECT_EQ(report.head.value, expected) << instant;
    EXPECT_EQ(openRestored()->head().value, expected);
    EXPECT_EQ(report.lastRecorded, expected == 0 ? Timestamp{} : times[expected - 1]);
    fs::remove_all(target());
  }
}

// More than one write of the copy, more than one stored level of the tree, groups of one event.
TEST_F(LogBackup, ALongPrefixIsRestored) {
  const char* given = std::getenv("DOCKET_SEED");
  const auto seed = static_cast<unsigned>(given ? std::atoi(given) : std::random_device{}());
  std::printf("DOCKET_SEED=%u\n", seed);
  random_.seed(seed);
  open();
  std::vector<std::uint64_t> heads;
  std::int64_t now = 1'000'000;
  while (log().head().value < 1'500) {
    std::vector<Unit> units;
    for (std::uint64_t i = random_() % 4 + 1; i != 0; --i) {
      std::vector<NewEvent> events;
      for (std::uint64_t j = random_() % 6 + 1; j != 0; --j) {
        events.push_back(
            event("s/" + std::to_string(random_() % 20), noise(random_() % 8 == 0 ? 40'000 : 900)));
      }
      units.push_back(unit(++command_, std::move(events)));
    }
    now += random_() % 3;
    appendCounted(units, now);
  }
  backUp();
  for (int i = 0; i < 6; ++i) {
    const Position limit{i == 0 ? head_ : random_() % head_};
    const RestoreReport report = restore(limit);
    ASSERT_EQ(report.head.value, unitEnd(limit.value)) << "limit " << limit.value;
    EXPECT_EQ(report.root, log().rootAt(report.head).value());
    const auto verified = openRestored()->verify();
    EXPECT_TRUE(verified) << verified.error().message;
    fs::remove_all(target());
  }
}

TEST_F(LogBackup, ARestoreThatIsStoppedLeavesNothing) {
  open();
  fillWithUnits();
  backUp();
  const auto stopped =
      restoreBackup({.directory = backups(),
                     .target = target(),
                     .limit = Position{40},
                     .progress = [](std::uint64_t done, std::uint64_t) { return done < 20; }});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, StoreErrorCode::interrupted);
  EXPECT_EQ(filesUnder(elsewhere_.path()), filesUnder(backups()));
  EXPECT_EQ(restore(Position{40}).head.value, unitEnd(40));
}

TEST_F(LogBackup, SaysHowItStandsToRootsThatLeftTheMachine) {
  open();
  fillWithUnits();
  const BackupDescription made = backUp();
  append(unit(++command_, {event("s/1")}));
  const auto now = log().treeHead();
  const RestoreReport report = restore({}, std::nullopt,
                                       {{made.head.value, made.root, "one"},
                                        {5, log().rootAt({5}).value(), "two"},
                                        {now.size, now.root, "three"},
                                        {6, digest(1), "four"}});
  EXPECT_EQ(report.standings,
            (std::vector{Standing::holds, Standing::holds, Standing::behind, Standing::differs}));
}

}  // namespace
}  // namespace docket::eventstore::testing
