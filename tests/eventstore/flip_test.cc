// Bit flips over every kind of file of a closed log: each is detected, or has no effect.
#include <rocksdb/db.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

#include "eventstore/stream_index.h"
#include "tests/eventstore/oracle.h"
#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"
#include "tests/eventstore/thorough.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kUnits = 150;

struct Tally {
  std::uint64_t files = 0;
  std::uint64_t flips = 0;
  std::uint64_t atOpening = 0;
  std::uint64_t byRead = 0;
  std::uint64_t byVerify = 0;
  std::uint64_t noEffect = 0;
};

class BitFlips : public LogTest {
 protected:
  BitFlips() : random_(seed_) { eventsPerIndexing_ = 400; }
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
  void TearDown() override { spdlog::set_level(spdlog::level::info); }

  // A log with tables of every family, a write-ahead log that is in none of them, and an index.
  void fill() {
    open();
    for (std::uint64_t number = 1; number <= kUnits; ++number) {
      places_[number] = append(numberedUnit(seed_, number));
      if (number == 50 || number == 100) reopen();
    }
    whole_ = all();
    for (int i = 0; i < 8; ++i) {
      const std::string name = "s/" + std::to_string(i);
      streams_[name] = ofStream(name);
    }
    close();
  }

  // The name of its column family for a table, else what RocksDB or we call the file.
  std::map<fs::path, std::string> kindsOfFiles() const {
    std::map<fs::path, std::string> kinds;
    for (const auto& entry : fs::recursive_directory_iterator(directory())) {
      if (!entry.is_regular_file() || entry.file_size() == 0) continue;
      const bool ofIndex = entry.path().parent_path() != directory();
      std::string name = entry.path().filename().string();
      if (entry.path().extension() == ".log") name = "write-ahead log";
      if (entry.path().parent_path().filename() == "commands") name = "command run";
      name = name.substr(0, name.find("-0"));
      kinds[entry.path()] = (ofIndex ? "index: " : "") + name;
    }
    for (const auto& [table, family] : tables()) {
      kinds[table] = table.parent_path() == directory() ? "table of " + family : "index: table";
    }
    return kinds;
  }

  std::map<fs::path, std::string> tables() const {
    std::map<fs::path, std::string> families;
    for (const fs::path& place : {directory(), directory() / "index"}) {
      RawLog raw(place, RawLog::Access::readOnly);
      for (const auto& table : raw.tables()) families[place / table.file] = table.family;
    }
    return families;
  }

  // Flips bits of the file, `count` of them spread over it, and puts it right again.
  void flipIn(const fs::path& path, std::size_t count, Tally& tally) {
    const std::string good = readFile(path);
    ++tally.files;
    const std::size_t stride = std::max<std::size_t>(1, good.size() / count);
    for (std::size_t at = random_() % stride; at < good.size(); at += stride) {
      std::string bad = good;
      const unsigned bit = static_cast<unsigned>(random_() % 8);
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      SCOPED_TRACE(path.string() + " byte " + std::to_string(at) + " bit " + std::to_string(bit));
      writeFile(path, bad);
      ++tally.flips;
      judge(directory(), true, tally);
      // Opening for writing replays and repairs, so it gets a copy.
      if (tally.flips % 5 == 0) {
        const fs::path copy = directory().string() + ".copy";
        fs::copy(directory(), copy, fs::copy_options::recursive);
        Tally unused;
        judge(copy, false, unused);
        fs::remove_all(copy);
      }
    }
    writeFile(path, good);
  }

  // What becomes of the flip. Anything but detection or no effect fails the test.
  void judge(const fs::path& place, bool readOnly, Tally& tally) {
    LogOptions options;
    options.directory = place;
    options.readOnly = readOnly;
    options.eventsPerIndexing = eventsPerIndexing_;
    const auto opened = Log::open(options);
    if (!opened) {
      ++tally.atOpening;
      return expectDamage(opened.error());
    }
    if (!readsRight(**opened)) {
      ++tally.byRead;
      return;
    }
    const auto verified = (*opened)->verify();
    if (verified) {
      EXPECT_EQ(verified->events, whole_.size());
      ++tally.noEffect;
    } else {
      ++tally.byVerify;
      expectDamage(verified.error());
    }
  }

  static void expectDamage(const StoreError& error) {
    EXPECT_TRUE(error.code == StoreErrorCode::corrupt || error.code == StoreErrorCode::behindAnchor)
        << ::testing::PrintToString(error);
  }

  // False if a read said that something is wrong; what is read before that must be right.
  bool readsRight(const Log& log) const {
    bool right = reads(log.readAll(), whole_);
    for (const auto& [name, written] : streams_) {
      right &= reads(log.readStream(stream(name)), written);
      const auto last = log.lastVersion(stream(name));
      right &= last.has_value();
      EXPECT_EQ(last.value_or(Version{written.size() - 1}), Version{written.size() - 1});
    }
    for (const auto& [number, committed] : places_) {
      const auto known = log.findCommand(commandId(number));
      right &= known.has_value();
      const bool agrees = !known || (*known && (*known)->committed.first == committed.first);
      EXPECT_TRUE(agrees) << "findCommand of " << number;
    }
    return right;
  }

  static bool reads(LogReader reader, const std::vector<std::string>& written) {
    std::vector<std::string> read = lines(std::move(reader));
    const bool said = !read.empty() && read.back().starts_with("ERROR");
    if (said) read.pop_back();
    EXPECT_TRUE(said || read.size() == written.size()) << "short, and nothing said";
    EXPECT_TRUE(read.size() <= written.size() &&
                std::equal(read.begin(), read.end(), written.begin()))
        << "something else than was written";
    return !said;
  }

  const std::uint64_t seed_ = testSeed();
  std::mt19937_64 random_;
  std::map<std::uint64_t, Committed> places_;
  std::vector<std::string> whole_;
  std::map<std::string, std::vector<std::string>> streams_;
};

TEST_F(BitFlips, AreDetectedOrWithoutEffectInEveryKindOfFile) {
  fill();
  std::map<std::string, Tally> tallies;
  for (const auto& [path, kind] : kindsOfFiles()) {
    flipIn(path, kThorough ? 400 : 8, tallies[kind]);
  }
  for (const char* kind : {"table of default", "table of groups", "table of tree",
                           "write-ahead log", "MANIFEST", "CURRENT", "OPTIONS", "IDENTITY",
                           "ANCHOR", "index: table", "index: MANIFEST", "index: CURRENT"}) {
    EXPECT_TRUE(tallies.contains(kind)) << kind;
  }
  std::printf("%-22s %5s %6s %10s %8s %10s %10s\n", "kind of file", "files", "flips", "at opening",
              "by read", "by verify", "no effect");
  for (const auto& [kind, tally] : tallies) {
    std::printf("%-22s %5llu %6llu %10llu %8llu %10llu %10llu\n", kind.c_str(),
                static_cast<unsigned long long>(tally.files),
                static_cast<unsigned long long>(tally.flips),
                static_cast<unsigned long long>(tally.atOpening),
                static_cast<unsigned long long>(tally.byRead),
                static_cast<unsigned long long>(tally.byVerify),
                static_cast<unsigned long long>(tally.noEffect));
  }
  // Where no flip may be harmless.
  for (const char* kind : {"write-ahead log", "ANCHOR", "table of groups"}) {
    EXPECT_EQ(tallies[kind].noEffect, 0u) << kind;
  }
}

}  // namespace
}  // namespace docket::eventstore::testing
