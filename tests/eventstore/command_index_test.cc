#include "eventstore/command_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "eventstore/bytes.h"
#include "eventstore/merkle.h"
#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr SipHash::Key kKey{std::byte{1}, std::byte{2}, std::byte{3}};

// Test vector of the paper: the key 00 to 0f; message of 16 bytes 00 to 0f from the reference
// implementation's table of results.
TEST(SipHashOfSixteenBytes, IsThatOfTheReference) {
  SipHash::Key key;
  std::array<std::byte, 16> message;
  for (std::size_t i = 0; i < 16; ++i) key[i] = message[i] = static_cast<std::byte>(i);
  EXPECT_EQ(SipHash(key)(message), 0x3f2acc7f57c29bdbu);
  // The paper's own example: the message 00 to 0e.
  EXPECT_EQ(SipHash(key)(std::span<const std::byte>(message).first(15)), 0xa129ca6149be45e5u);
}

class CommandRuns : public ::testing::Test {
 protected:
  fs::path directory() const { return folder_.path() / "commands"; }
  rocksdb::Env* env() const { return rocksdb::Env::Default(); }

  tl::expected<std::unique_ptr<CommandIndex>, StoreError> tryOpen(std::uint64_t end) {
    return CommandIndex::open({directory(), env(), "the store", kKey, false}, {end}, digest(end));
  }
  void open(std::uint64_t end = 0) {
    auto opened = CommandIndex::open({directory(), env(), "the store", kKey, false}, {end},
                                     end == 0 ? emptyRoot() : digest(end));
    ASSERT_TRUE(opened) << opened.error().message;
    index_ = std::move(*opened);
  }

  // A segment of `events` one-event commands; the command at position p has id p + 1.
  TailSegment segment(std::uint64_t begin, std::uint64_t events) {
    TailSegment made({begin});
    for (std::uint64_t p = begin; p < begin + events; ++p) {
      made.addEvent("s", hashOfStream("s"), {p});
      made.addCommand(commandId(p + 1), index_->hash(commandId(p + 1)), {{p}, 1, {}, {}});
    }
    return made;
  }
  void add(std::uint64_t begin, std::uint64_t events) {
    const auto added = index_->add(segment(begin, events), digest(begin + events));
    ASSERT_TRUE(added) << added.error().message;
  }
  void mergeAll(std::uint64_t segmentEvents) {
    while (index_->mergeSome(segmentEvents).value()) {
    }
  }
  void expectAll(std::uint64_t end) {
    for (std::uint64_t p = 0; p < end; ++p) {
      const auto places = index_->find(commandId(p + 1));
      ASSERT_TRUE(places) << places.error().message;
      ASSERT_THAT(*places, ElementsAre(CommandPlace{{p}, 1})) << p;
    }
    for (std::uint64_t p = end; p < end + 500; ++p) {
      ASSERT_THAT(index_->find(commandId(p + 1)).value(), IsEmpty()) << p;
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<CommandIndex> index_;
};

TEST_F(CommandRuns, ARunFindsWhatIsInItAndNothingElse) {
  for (const std::uint64_t events : {1u, 254u, 255u, 256u, 5'000u}) {
    fs::remove_all(directory());
    open();
    add(0, events);
    expectAll(events);
    open(events);
    expectAll(events);
    EXPECT_TRUE(index_->runs().at(0)->verify());
  }
}

TEST_F(CommandRuns, EqualHashesAreAllFound) {
  open();
  const CommandRunHeader header{"the store", kKey, {0}, {2'000}, digest(2'000), 1'100};
  const auto writer = CommandRunWriter::create(directory() / "0-2000.run", header, env()).value();
  for (std::uint64_t i = 0; i < 1'100; ++i) {
    const std::uint64_t hash = i < 300 ? 5 : i < 1'000 ? std::uint64_t{1} << 63 : ~std::uint64_t{0};
    ASSERT_TRUE(writer->add({hash, {{i}, 1}}));
  }
  const auto run = writer->finish().value();
  const auto count = [&](std::uint64_t hash) {
    std::vector<CommandPlace> places;
    EXPECT_TRUE(run->find(hash, places));
    return places.size();
  };
  EXPECT_EQ(count(5), 300u);
  EXPECT_EQ(count(std::uint64_t{1} << 63), 700u);
  EXPECT_EQ(count(~std::uint64_t{0}), 100u);
  EXPECT_EQ(count(0), 0u);
  EXPECT_EQ(count(6), 0u);
}

TEST_F(CommandRuns, AreMergedByEightAndStayFindable) {
  open();
  std::uint64_t end = 0;
  for (int i = 0; i < 75; ++i, end += 100) {
    add(end, 100);
    mergeAll(100);
  }
  std::vector<std::uint64_t> spans;
  for (const auto& run : index_->runs()) spans.push_back(run->header().span());
  EXPECT_THAT(spans, ElementsAre(6'400, 800, 100, 100, 100));
  expectAll(end);
  EXPECT_EQ(filesOf(directory(), ".run").size(), 5u);
  open(end);
  expectAll(end);
}

TEST_F(CommandRuns, OfTwoFilesForOnePlaceTheMergedOneIsTaken) {
  open();
  for (std::uint64_t i = 0; i < 8; ++i) add(100 * i, 100);
  const fs::path copies = folder_.path() / "copies";
  fs::copy(directory(), copies);
  mergeAll(100);
  fs::copy(copies, directory(), fs::copy_options::overwrite_existing);  // as if not yet removed
  writeFile(directory() / "0-1600.run.tmp", "half of a run");
  open(800);
  EXPECT_EQ(index_->runs().size(), 1u);
  expectAll(800);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory()))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, ElementsAre("0-800.run"));
}

TEST_F(CommandRuns, ARunBeyondTheEndIsDroppedAndAGapIsRefused) {
  open();
  add(0, 100);
  add(100, 100);
  add(200, 100);
  const fs::path middle = directory() / "100-200.run";
  const std::string bytes = readFile(middle);
  fs::remove(middle);
  EXPECT_THAT(tryOpen(300).error().message, HasSubstr("reach position 100 and not 300"));
  writeFile(middle, bytes);
  ASSERT_TRUE(tryOpen(200));
  EXPECT_FALSE(fs::exists(directory() / "200-300.run"));
  EXPECT_THAT(tryOpen(250).error().message, HasSubstr("reach position 200 and not 250"));
}

TEST_F(CommandRuns, AnotherHistoryIsRefused) {
  open();
  add(0, 100);
  EXPECT_THAT(CommandIndex::open({directory(), env(), "the store", kKey, false}, {100}, digest(7))
                  .error()
                  .message,
              HasSubstr("another history"));
  EXPECT_THAT(CommandIndex::open({directory(), env(), "another", kKey, false}, {100}, digest(100))
                  .error()
                  .message,
              HasSubstr("of another index"));
}

TEST_F(CommandRuns, EveryFlippedByteIsFound) {
  open();
  add(0, 700);
  const fs::path path = directory() / "0-700.run";
  const std::string good = readFile(path);
  for (std::size_t at = 0; at < good.size(); at += 61) {
    std::string bad = good;
    bad[at] ^= 4;
    writeFile(path, bad);
    const auto run = CommandRun::open(path, env());
    EXPECT_TRUE(!run || !(*run)->verify()) << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{4096}, good.size() - 4096}) {
    writeFile(path, good.substr(0, size));
    EXPECT_FALSE(CommandRun::open(path, env())) << size;
  }
}

// A filter page and a record page that change places keep their own checksums' pages out.
TEST_F(CommandRuns, SwappedPagesAreFound) {
  open();
  add(0, 700);
  const fs::path path = directory() / "0-700.run";
  std::string bytes = readFile(path);
  std::swap_ranges(bytes.begin() + 4096, bytes.begin() + 8192, bytes.begin() + 8192);
  writeFile(path, bytes);
  EXPECT_FALSE(CommandRun::open(path, env()).value()->verify());
}

}  // namespace
}  // namespace docket::eventstore::testing
