#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "eventstore/anchor.h"
#include "eventstore/files.h"
#include "eventstore/keys.h"
#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Runs `body` in a child process and answers its exit status; -1 if it did not exit by itself.
int inChildProcess(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class LogOpening : public LogTest {
 protected:
  void copyLog(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }
  StoreError refusal(bool create = true, bool readOnly = false) {
    const auto opened = tryOpen(create, readOnly);
    EXPECT_FALSE(opened.has_value());
    return opened ? StoreError{} : opened.error();
  }
};

TEST_F(LogOpening, WhatWasAppendedIsThereAfterReopening) {
  open();
  append(unit(1, {event("a/1", "x"), event("b/1", "y")}));
  append(unit(2, {event("a/1", "z")}));
  for (int i = 0; i < 3; ++i) {
    reopen();
    EXPECT_EQ(log().head(), Position{3});
    EXPECT_THAT(all(),
                ElementsAre("0 a/1@0 Happened x", "1 b/1@0 Happened y", "2 a/1@1 Happened z"));
  }
  EXPECT_EQ(append(unit(3, {event("a/1")})).lastVersion, Version{2});
}

TEST_F(LogOpening, WithoutCreateThereMustBeALog) {
  EXPECT_EQ(refusal(false).code, StoreErrorCode::notFound);
  EXPECT_EQ(refusal(true, true).code, StoreErrorCode::notFound);
  EXPECT_FALSE(fs::exists(directory()));
  fs::create_directory(directory());
  EXPECT_EQ(refusal(false).code, StoreErrorCode::notFound);
  EXPECT_EQ(refusal(true, true).code, StoreErrorCode::notFound);
  EXPECT_TRUE(fs::is_empty(directory()));
  open();
  close();
  EXPECT_TRUE(tryOpen(false));
}

TEST_F(LogOpening, ADirectoryIsMadeWithItsParents) {
  const fs::path deep = directory() / "x" / "y";
  EXPECT_TRUE(Log::open({deep}));
  EXPECT_TRUE(fs::exists(deep / "CURRENT"));
}

TEST_F(LogOpening, AFileInPlaceOfTheDirectoryIsRefused) {
  writeFile(directory(), "not a directory");
  EXPECT_EQ(refusal().code, StoreErrorCode::notFound);
  EXPECT_EQ(readFile(directory()), "not a directory");
}

TEST_F(LogOpening, AnOpenLogIsLockedInThisProcess) {
  open();
  const StoreError error = refusal();
  EXPECT_EQ(error.code, StoreErrorCode::locked);
  EXPECT_THAT(error.message, HasSubstr(directory().string()));
  EXPECT_THAT(error.message, HasSubstr("in use by another Docket server"));
  EXPECT_EQ(refusal(true, true).code, StoreErrorCode::locked);
  append(unit(1, {event("a/1")}));  // and goes on unharmed
}

TEST_F(LogOpening, AnOpenLogIsLockedForOtherProcesses) {
  open();
  close();
  int ready[2];
  int finish[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(finish), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = lockDirectory(directory(), LockKind::exclusive);
    char byte = lock ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
    ::close(finish[1]);
    ::_exit(::read(finish[0], &byte, 1) == 0 ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  EXPECT_EQ(refusal().code, StoreErrorCode::locked);
  for (const int descriptor : {finish[0], finish[1], ready[0], ready[1]}) ::close(descriptor);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(tryOpen());
}

TEST_F(LogOpening, ReadOnlyLooksAndChangesNothing) {
  open();
  append(unit(1, {event("a/1", "x")}));
  close();
  std::vector<fs::path> before;
  for (const auto& entry : fs::directory_iterator(directory())) before.push_back(entry.path());
  {
    const auto first = tryOpen(true, true);
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_TRUE(tryOpen(true, true)) << "two may look at the same time";
    EXPECT_THAT(lines((*first)->readAll()), ElementsAre("0 a/1@0 Happened x"));
    EXPECT_THAT(lines((*first)->readStream(stream("a/1"))), ElementsAre("0 a/1@0 Happened x"));
    const Unit more = unit(2, {event("a/1")});
    EXPECT_EQ(storeError((*first)->append({&more, 1}, at(1)).at(0))->code,
              StoreErrorCode::readOnly);
    EXPECT_EQ((*first)->writeAnchor().error().code, StoreErrorCode::readOnly);
    EXPECT_EQ(refusal().code, StoreErrorCode::locked) << "no writer while someone looks";
  }
  std::vector<fs::path> after;
  for (const auto& entry : fs::directory_iterator(directory())) after.push_back(entry.path());
  EXPECT_THAT(after, ::testing::UnorderedElementsAreArray(before));
}

// As a user without rights: the tests may be run by the superuser, whom permissions do not stop.
TEST_F(LogOpening, APlaceThatCannotBeWrittenIsSaidToBeReadOnly) {
  open();
  append(unit(1, {event("a/1")}));
  close();
  const auto withoutRights = [&](const fs::path& path, bool readOnly) {
    return inChildProcess([&] {
      if (::geteuid() == 0 && ::setuid(65534) != 0) return 100;
      const auto opened = Log::open({path, true, readOnly});
      return opened ? 99 : static_cast<int>(opened.error().code);
    });
  };
  fs::permissions(directory().parent_path(), fs::perms(0755));
  fs::permissions(directory(), fs::perms(0555));
  EXPECT_EQ(withoutRights(directory(), false), static_cast<int>(StoreErrorCode::readOnly));
  EXPECT_EQ(withoutRights(directory() / "new", false), static_cast<int>(StoreErrorCode::readOnly));
  EXPECT_EQ(withoutRights(directory(), true), 99);
  fs::permissions(directory(), fs::perms(0755));
}

TEST_F(LogOpening, ANewerFormatIsRefusedWithBothVersions) {
  open();
  append(unit(1, {event("a/1")}));
  close();
  RawLog(directory()).put(keys::kMetaFamily, keys::kFormat, "7");
  const StoreError error = refusal();
  EXPECT_EQ(error.code, StoreErrorCode::newerFormat);
  EXPECT_THAT(error.message, HasSubstr("version 7"));
  EXPECT_THAT(error.message, HasSubstr("up to 2"));
  EXPECT_EQ(refusal(true, true).code, StoreErrorCode::newerFormat);
}

TEST_F(LogOpening, ANewerFormatWithMoreColumnFamiliesIsRefusedAsSuch) {
  open();
  close();
  RawLog(directory(), {"proofs"}).put(keys::kMetaFamily, keys::kFormat, "3");
  EXPECT_EQ(refusal().code, StoreErrorCode::newerFormat);
  RawLog(directory()).put(keys::kMetaFamily, keys::kFormat, "2");
  EXPECT_EQ(refusal().code, StoreErrorCode::corrupt);
}

TEST_F(LogOpening, AFormatFromBeforeTheFirstReleaseIsRefusedWithBothVersions) {
  open();
  close();
  RawLog(directory()).put(keys::kMetaFamily, keys::kFormat, "1");
  const StoreError error = refusal();
  EXPECT_EQ(error.code, StoreErrorCode::olderFormat);
  EXPECT_THAT(error.message, HasSubstr("version 1"));
  EXPECT_THAT(error.message, HasSubstr("version 2"));
}

// --- The anchor
// -----------------------------------------------------------------------------------

TEST_F(LogOpening, TheAnchorSaysTheHead) {
  open();
  EXPECT_EQ(readAnchor(directory())->head, Position{0});
  append(unit(1, {event("a/1"), event("a/1")}));
  EXPECT_EQ(readAnchor(directory())->head, Position{0});
  ASSERT_TRUE(log().writeAnchor());
  EXPECT_EQ(readAnchor(directory())->head, Position{2});
  EXPECT_EQ(readAnchor(directory())->root, log().treeHead().root);
}

TEST_F(LogOpening, ClosingWritesTheAnchor) {
  open();
  append(unit(1, {event("a/1")}));
  close();
  EXPECT_EQ(readAnchor(directory())->head, Position{1});
}

TEST_F(LogOpening, AnAnchorThatHasNotMovedIsNotWrittenAgain) {
  open();
  append(unit(1, {event("a/1")}));
  ASSERT_TRUE(log().writeAnchor());
  const auto written = fs::last_write_time(directory() / "ANCHOR");
  fs::last_write_time(directory() / "ANCHOR", written - std::chrono::hours(1));
  ASSERT_TRUE(log().writeAnchor());
  EXPECT_EQ(fs::last_write_time(directory() / "ANCHOR"), written - std::chrono::hours(1));
}

TEST_F(LogOpening, ALogBehindItsAnchorIsRefused) {
  open();
  append(unit(1, {event("a/1"), event("a/1")}));
  close();
  const fs::path older = directory().string() + ".older";
  copyLog(directory(), older);
  open();
  append(unit(2, {event("a/1")}));
  close();
  const std::string anchor = readFile(directory() / "ANCHOR");
  copyLog(older, directory());
  EXPECT_TRUE(tryOpen()) << "with its own anchor the older log is well";
  writeFile(directory() / "ANCHOR", anchor);
  const StoreError error = refusal();
  EXPECT_EQ(error.code, StoreErrorCode::behindAnchor);
  EXPECT_THAT(error.message, HasSubstr("ends at position 2"));
  EXPECT_THAT(error.message, HasSubstr("below 3"));
}

// The case the anchor is for: synced events cut off the end of the write-ahead log.
TEST_F(LogOpening, ATruncatedWriteAheadLogIsFoundByTheAnchor) {
  open();
  for (std::uint64_t i = 1; i <= 20; ++i) append(unit(i, {event("a/1")}));
  close();
  const auto wals = filesOf(directory(), ".log");
  ASSERT_EQ(wals.size(), 1u);
  fs::resize_file(wals[0], fs::file_size(wals[0]) / 2);
  EXPECT_EQ(refusal().code, StoreErrorCode::behindAnchor);
}

TEST_F(LogOpening, AFlippedBitInTheWriteAheadLogIsRefused) {
  open();
  for (std::uint64_t i = 1; i <= 20; ++i) append(unit(i, {event("a/1")}));
  close();
  const fs::path wal = filesOf(directory(), ".log").at(0);
  const std::string good = readFile(wal);
  for (std::size_t at = 0; at < good.size(); at += good.size() / 40) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    writeFile(wal, bad);
    const auto opened = tryOpen(true, true);  // looking only, so that the file stays as it is
    EXPECT_FALSE(opened.has_value()) << "bit flipped in byte " << at;
  }
}

TEST_F(LogOpening, ADamagedAnchorIsRefused) {
  open();
  append(unit(1, {event("a/1")}));
  close();
  const std::string good = readFile(directory() / "ANCHOR");
  std::vector<std::string> bad = {"", "x", good + "\n", good.substr(0, good.size() - 1),
                                  std::string(5'000, 'x')};
  for (std::size_t i = 0; i < good.size(); ++i) {
    bad.push_back(good);
    bad.back()[i] = static_cast<char>(good[i] ^ 1);
  }
  for (const std::string& text : bad) {
    writeFile(directory() / "ANCHOR", text);
    EXPECT_EQ(refusal().code, StoreErrorCode::corrupt) << text;
  }
  fs::remove(directory() / "ANCHOR");
  EXPECT_EQ(refusal().code, StoreErrorCode::corrupt);
  writeFile(directory() / "ANCHOR", good);
  EXPECT_TRUE(tryOpen());
}

TEST_F(LogOpening, AnAnchorOfAnotherHistoryIsRefused) {
  open();
  append(unit(1, {event("a/1")}));
  append(unit(2, {event("a/1")}));
  close();
  Anchor anchor = readAnchor(directory()).value();
  anchor.head = {1};
  ASSERT_TRUE(storeAnchor(directory(), anchor));
  const StoreError error = refusal();
  EXPECT_EQ(error.code, StoreErrorCode::corrupt);
  EXPECT_THAT(error.message, HasSubstr("below position 1"));
}

TEST_F(LogOpening, ACreationCutShortIsTakenUpAgain) {
  open();
  close();
  fs::remove(directory() / "ANCHOR");  // it stopped before the anchor
  open();
  close();
  {
    RawLog raw(directory());  // it stopped before the meta records
    for (const auto key : {keys::kFormat, keys::kStoreId, keys::kHead}) {
      raw.remove(keys::kMetaFamily, key);
    }
  }
  fs::remove(directory() / "ANCHOR");
  EXPECT_EQ(refusal(false).code, StoreErrorCode::notFound);
  open();
  append(unit(1, {event("a/1")}));
}

TEST_F(LogOpening, NoNewLogIsMadeOverTheRemainsOfOne) {
  open();
  append(unit(1, {event("a/1")}));
  close();
  fs::remove(directory() / "CURRENT");
  EXPECT_EQ(refusal().code, StoreErrorCode::corrupt);
  EXPECT_FALSE(fs::exists(directory() / "CURRENT"));
}

TEST_F(LogOpening, DiskBytesGrowWithTheLog) {
  open();
  const std::uint64_t before = log().diskBytes();
  append(unit(1, {event("a/1", std::string(40'000, 'x'))}));
  EXPECT_GE(log().diskBytes(), before + 40'000);
}

}  // namespace
}  // namespace docket::eventstore::testing
