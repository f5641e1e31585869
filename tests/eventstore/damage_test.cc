// Damage to stored bytes: whatever is done to them, a read says so or gives what was written; it is
// never silently short.
#include <algorithm>
#include <string>
#include <vector>

#include "eventstore/keys.h"
#include "eventstore/records.h"
#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// Indexes every group as it is written, so that the stored index is what is read and opening looks
// at no more of the log than it must.
class LogDamage : public LogTest {
 protected:
  LogDamage() { eventsPerIndexing_ = 1; }

  fs::path index() const { return directory() / "index"; }

  // Brings all that is in the log into the stored index.
  void settle() {
    close();
    open();
    close();
  }

  // 40 groups of 25 events, on streams of 1,000/8 events each.
  void fill() {
    open();
    for (std::uint64_t group = 0; group < 40; ++group) {
      std::vector<NewEvent> events;
      for (std::uint64_t i = 0; i < 25; ++i) {
        const std::uint64_t number = group * 25 + i;
        events.push_back(
            event("s/" + std::to_string(number % 8), "payload " + std::to_string(number * 7'919)));
      }
      append(unit(group + 1, std::move(events)));
    }
    whole_ = all();
    ofThree_ = ofStream("s/3");
    ASSERT_EQ(whole_.size(), 1'000u);
    ASSERT_EQ(ofThree_.size(), 125u);
    settle();
  }

  static bool complains(const std::vector<std::string>& read) {
    return !read.empty() && read.back().starts_with("ERROR");
  }

  // Opens the damaged log and reads all of it. True if the damage was said, at opening or on
  // reading. What is read before that must be what was written.
  bool isFound() {
    const auto opened = tryOpen(true, true);
    if (!opened) {
      EXPECT_EQ(opened.error().code, StoreErrorCode::corrupt) << opened.error().message;
      return true;
    }
    bool found = false;
    for (const Direction direction : {Direction::forward, Direction::backward}) {
      found |= readsRight((*opened)->readAll({.direction = direction}), whole_, direction);
      found |= readsRight((*opened)->readStream(stream("s/3"), {.direction = direction}), ofThree_,
                          direction);
    }
    return found;
  }

  // True if the read ended with an error; fails the test if it was short or gave something else.
  bool readsRight(LogReader reader, std::vector<std::string> written, Direction direction) {
    if (direction == Direction::backward) std::reverse(written.begin(), written.end());
    std::vector<std::string> read = lines(std::move(reader));
    const bool said = complains(read);
    if (said) read.pop_back();
    EXPECT_TRUE(said || read.size() == written.size()) << "short: " << read.size();
    written.resize(std::min(read.size(), written.size()));
    EXPECT_EQ(read, written);
    return said;
  }

  std::vector<std::string> whole_;
  std::vector<std::string> ofThree_;
};

TEST_F(LogDamage, AFlippedBitInATableIsFoundOrHarmless) {
  fill();
  RawLog(directory()).compact();
  RawLog(index()).compact();
  std::vector<fs::path> tables = filesOf(directory(), ".sst");
  for (const fs::path& table : filesOf(index(), ".sst")) tables.push_back(table);
  int found = 0;
  int tried = 0;
  for (const fs::path& table : tables) {
    const std::string good = readFile(table);
    for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 24) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 16);
      writeFile(table, bad);
      ++tried;
      found += isFound();
    }
    writeFile(table, good);
  }
  EXPECT_FALSE(isFound());
  // The rest are bytes that these reads do not look at: filters, properties, the commands.
  EXPECT_GT(found, tried / 3);
  EXPECT_GT(tried, 40);
}

// Someone who can also make RocksDB's checksums match: envelopes are held by the tree, payloads by
// their hashes. A fingerprint is held by nothing; with another one the repeat of a command would be
// taken for a reuse of its id, and refused.
TEST_F(LogDamage, AFlippedBitInTheLastGroupRecordIsAlwaysFound) {
  open();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    append(unit(i, {event("s/1", "first payload"), event("s/2", "second")}));
  }
  close();
  const std::string key(keys::group(Position{4}).view());
  const std::string good = RawLog(directory()).get(keys::kGroupsFamily, key);
  constexpr std::size_t kFingerprintAt = 5;
  for (std::size_t at = 0; at < good.size(); at += at == 4 ? 17 : 1) {
    ASSERT_TRUE(at < kFingerprintAt || at >= kFingerprintAt + sizeof(Fingerprint));
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    RawLog(directory()).put(keys::kGroupsFamily, key, bad);
    const auto opened = tryOpen();
    EXPECT_TRUE(!opened || complains(lines((*opened)->readAll()))) << "byte " << at;
  }
}

TEST_F(LogDamage, AMissingGroupRecordIsAnErrorAndNoEnd) {
  fill();
  RawLog(directory()).remove(keys::kGroupsFamily, keys::group(Position{500}).view());
  open();
  const auto forward = all();
  EXPECT_EQ(forward.size(), 501u);
  EXPECT_THAT(forward.back(), HasSubstr("position 500"));
  EXPECT_TRUE(complains(forward));
  EXPECT_TRUE(complains(all({.direction = Direction::backward})));
  EXPECT_TRUE(complains(all({.from = 500, .limit = 1})));
  EXPECT_TRUE(complains(ofStream("s/3")));
  EXPECT_FALSE(complains(all({.from = 525, .limit = 100})));
}

TEST_F(LogDamage, AnErrorIsSaidAgainWhenAskedAgain) {
  fill();
  RawLog(directory()).remove(keys::kGroupsFamily, keys::group(Position{0}).view());
  open();
  LogReader reader = log().readAll();
  for (int i = 0; i < 3; ++i) {
    const auto next = reader.next();
    ASSERT_FALSE(next.has_value());
    EXPECT_EQ(next.error().code, StoreErrorCode::corrupt);
  }
}

TEST_F(LogDamage, AMissingLastGroupIsFoundAtOpening) {
  fill();
  RawLog(directory()).remove(keys::kGroupsFamily, keys::group(Position{975}).view());
  EXPECT_EQ(tryOpen().error().code, StoreErrorCode::corrupt);
}

TEST_F(LogDamage, AGroupBeyondTheHeadIsFoundAtOpening) {
  fill();
  {
    RawLog raw(directory());
    raw.put(keys::kGroupsFamily, keys::group(Position{1'000}).view(),
            raw.get(keys::kGroupsFamily, keys::group(Position{975}).view()));
  }
  EXPECT_EQ(tryOpen().error().code, StoreErrorCode::corrupt);
}

TEST_F(LogDamage, AHeadThatIsNotTheRightOneIsFoundAtOpening) {
  fill();
  const std::string good = RawLog(directory()).get(keys::kMetaFamily, keys::kHead);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    RawLog(directory()).put(keys::kMetaFamily, keys::kHead, bad);
    const auto opened = tryOpen();
    ASSERT_FALSE(opened.has_value()) << "byte " << at;
    EXPECT_TRUE(opened.error().code == StoreErrorCode::corrupt ||
                opened.error().code == StoreErrorCode::behindAnchor)
        << opened.error().message;
  }
  RawLog(directory()).remove(keys::kMetaFamily, keys::kHead);
  EXPECT_EQ(tryOpen().error().code, StoreErrorCode::corrupt);
  RawLog(directory()).remove(keys::kMetaFamily, keys::kFormat);
  EXPECT_EQ(tryOpen().error().code, StoreErrorCode::corrupt);
}

// --- The index ---------------------------------------------------------------------------------

TEST_F(LogDamage, AnIndexThatEndsEarlyIsFoundByAReadIfTheRecordHasMore) {
  fill();
  const std::string key(keys::chunk(keys::stream("s", "3").view(), 0).view());
  {
    RawLog raw(index());
    std::string chunk = raw.get(keys::kMetaFamily, key);
    chunk.pop_back();
    raw.put(keys::kMetaFamily, key, chunk);
  }
  open();
  EXPECT_TRUE(complains(ofStream("s/3")));
  EXPECT_TRUE(complains(ofStream("s/3", {.direction = Direction::backward})));
  EXPECT_FALSE(complains(ofStream("s/4")));
}

TEST_F(LogDamage, AMissingChunkIsAnErrorAndNoEnd) {
  open();
  append(unit(1, std::vector<NewEvent>(900, event("s/1"))));
  append(unit(2, {event("other/1")}));
  settle();
  for (const std::uint32_t chunk : {0u, 1u, 2u}) {
    const std::string key(keys::chunk(keys::stream("s", "1").view(), chunk).view());
    const std::string good = RawLog(index()).get(keys::kMetaFamily, key);
    for (const bool shortened : {false, true}) {
      if (shortened) {
        RawLog(index()).put(keys::kMetaFamily, key, good.substr(0, good.size() - 1));
      } else {
        RawLog(index()).remove(keys::kMetaFamily, key);
      }
      open();
      EXPECT_TRUE(complains(ofStream("s/1"))) << chunk;
      EXPECT_TRUE(complains(ofStream("s/1", {.from = chunk * 256}))) << chunk;
      close();
    }
    RawLog(index()).put(keys::kMetaFamily, key, good);
  }
  open();
  EXPECT_EQ(ofStream("s/1").size(), 900u);
}

TEST_F(LogDamage, ADamagedCommandIndexIsSaidAndNotTakenForUnknown) {
  fill();
  for (const fs::path& run : filesOf(index() / "commands", ".run")) {
    std::string bytes = readFile(run);
    bytes[kRunPageBytes + 100] ^= 1;   // records
    bytes[bytes.size() - 2'000] ^= 1;  // the filter
    writeFile(run, bytes);
  }
  open();
  EXPECT_EQ(log().findCommand(commandId(1)).error().code, StoreErrorCode::corrupt);
  EXPECT_EQ(storeError(tryAppend(unit(1, {event("s/1")})))->code, StoreErrorCode::corrupt);
  // The log takes no more, and the next opening makes the index again.
  EXPECT_EQ(storeError(tryAppend(unit(777, {event("s/1")})))->code, StoreErrorCode::failed);
  close();
  open();
  EXPECT_TRUE(append(unit(1, {event("s/0")})).repeated);
  EXPECT_FALSE(append(unit(777, {event("s/1")})).repeated);
}

TEST_F(LogDamage, ARebuiltIndexIsMergedAsOneThatGrew) {
  fill();
  fs::remove_all(index());
  open();
  close();
  EXPECT_LT(filesOf(index() / "commands", ".run").size(), 15u);
  EXPECT_GT(filesOf(index() / "commands", ".run").size(), 0u);
}

TEST_F(LogDamage, ACommandEntryThatPointsElsewhereIsSaid) {
  fill();
  changeCommands(index(), [](auto& records, const auto& hash) {
    for (CommandRecord& record : records) {
      if (record.hash == hash(commandId(1))) ++record.place.first.value;
    }
  });
  open();
  EXPECT_EQ(log().findCommand(commandId(1)).error().code, StoreErrorCode::corrupt);
}

TEST_F(LogDamage, AnIndexThatIsGoneOrUnreadableIsMadeAgain) {
  fill();
  const auto reads = [&](const std::string& how) {
    open();
    EXPECT_EQ(all(), whole_) << how;
    EXPECT_EQ(ofStream("s/3"), ofThree_) << how;
    EXPECT_TRUE(tryAppend(unit(1, {event("s/0")}))->repeated || how.empty()) << how;
    close();
  };
  fs::remove_all(index());
  reads("removed");
  for (const fs::path& manifest : filesOf(index(), "")) {
    if (!manifest.filename().string().starts_with("MANIFEST")) continue;
    writeFile(manifest, "no manifest");
  }
  reads("unreadable");
  RawLog(index()).put(keys::kMetaFamily, keys::kIndexReach, "x");
  reads("without its reach");
}

TEST_F(LogDamage, AnIndexOfAnotherHistoryIsMadeAgain) {
  open();
  append(unit(1, {event("a/1")}));
  settle();
  const fs::path older = directory().string() + ".older";
  fs::copy(directory(), older, fs::copy_options::recursive);
  open();
  append(unit(2, {event("a/1"), event("b/1")}));
  settle();
  // An older log beside a newer index: the index is ahead.
  fs::rename(index(), older / "newer-index");
  fs::remove_all(directory());
  fs::rename(older, directory());
  fs::remove_all(index());
  fs::rename(directory() / "newer-index", index());
  open();
  EXPECT_TRUE(ofStream("b/1").empty());
  EXPECT_FALSE(tryAppend(unit(2, {event("c/1"), event("a/1")}))->repeated);
  settle();
  open();
  EXPECT_EQ(ofStream("a/1").size(), 2u);
  EXPECT_TRUE(ofStream("b/1").empty());
}

TEST_F(LogDamage, AManifestThatEndsEarlyIsRefusedAndNoTableIsDeleted) {
  fill();
  RawLog(directory()).compact();
  const auto isManifest = [](const fs::path& path) {
    return path.filename().string().starts_with("MANIFEST");
  };
  const std::vector<fs::path> files = filesOf(directory(), "");
  const auto manifest = std::find_if(files.begin(), files.end(), isManifest);
  ASSERT_NE(manifest, files.end());
  fs::resize_file(*manifest, 6);  // in the header of the first record: a torn end, for RocksDB
  const std::vector<fs::path> tables = filesOf(directory(), ".sst");
  for (const bool readOnly : {true, false}) {
    const auto opened = tryOpen(true, readOnly);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, StoreErrorCode::corrupt) << opened.error().message;
    EXPECT_EQ(filesOf(directory(), ".sst"), tables);
  }
}

TEST_F(LogDamage, AMissingTableIsRefused) {
  fill();
  RawLog(directory()).compact();
  fs::remove_all(directory() / "index");
  for (const fs::path& table : filesOf(directory(), ".sst")) {
    const std::string good = readFile(table);
    fs::remove(table);
    const auto opened = tryOpen();
    ASSERT_FALSE(opened.has_value()) << table;
    EXPECT_EQ(opened.error().code, StoreErrorCode::corrupt) << opened.error().message;
    writeFile(table, good);
  }
}

}  // namespace
}  // namespace docket::eventstore::testing
