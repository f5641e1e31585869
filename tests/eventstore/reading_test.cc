#include <algorithm>
#include <string>
#include <vector>

#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A log of 1,500 events in groups of different sizes: streams long/1 (every second event, so that
// it spans three chunks of the index), mid/0..9 and a large payload now and then, so that groups
// are cut into several records. What it should read as is kept beside it.
class LogReading : public LogTest {
 protected:
  static constexpr std::uint64_t kEvents = 1'500;

  void SetUp() override {
    open();
    std::vector<std::uint64_t> versions(11);
    std::uint64_t position = 0;
    std::uint64_t command = 1;
    while (position < kEvents) {
      std::vector<Unit> group;
      for (std::uint64_t i = 0; i < 1 + command % 40 && position < kEvents; ++i) {
        const std::size_t slot = position % 2 == 0 ? 10 : position / 2 % 10;
        const std::string name = slot == 10 ? "long/1" : "mid/" + std::to_string(slot);
        const std::string type = "Type" + std::to_string(position % 3);
        std::string payload = std::to_string(position);
        if (position % 97 == 0) payload.append(20'000, '.');
        group.push_back(unit(command++, {event(name, payload, type)}));
        written_.push_back({name, type, lineOf(position, name, versions[slot]++, type, payload)});
        ++position;
      }
      for (const AppendResult& result : log().append(group, at(1))) ASSERT_TRUE(result);
    }
    ASSERT_EQ(log().head(), Position{kEvents});
  }

  struct Written {
    std::string stream;
    std::string type;
    std::string line;
  };

  // What a read must give, worked out from what was written.
  std::vector<std::string> expected(const std::string& streamText, const ReadOptions& options) {
    std::vector<const Written*> chosen;
    for (const Written& each : written_) {
      if (streamText.empty() || each.stream == streamText) chosen.push_back(&each);
    }
    std::size_t begin = 0;
    if (options.direction == Direction::backward) {
      const std::size_t size = chosen.size();
      std::reverse(chosen.begin(), chosen.end());
      if (options.from && *options.from < size) begin = size - 1 - *options.from;
    } else {
      begin = std::min<std::size_t>(options.from.value_or(0), chosen.size());
    }
    std::vector<std::string> result;
    for (std::size_t i = begin; i < chosen.size() && result.size() < options.limit; ++i) {
      const auto& types = options.types;
      if (!types.empty() && std::count(types.begin(), types.end(), chosen[i]->type) == 0) continue;
      result.push_back(chosen[i]->line);
    }
    return result;
  }

  std::vector<Written> written_;
};

TEST_F(LogReading, EveryCombinationGivesWhatWasWritten) {
  const std::vector<std::optional<std::uint64_t>> starts = {
      std::nullopt,     0, 1, 96, 97, 255, 256, 257, 511, 512, 513, 749, 750, 1'499, 1'500, 5'000,
      ~std::uint64_t{0}};
  const std::vector<std::uint64_t> limits = {0, 1, 2, 300, ~std::uint64_t{0}};
  const std::vector<std::vector<std::string>> filters = {{}, {"Type1"}, {"Type0", "Type2"}, {"No"}};
  for (const bool settled : {false, true}) {
    if (settled) {  // from memory first, then from compacted tables
      close();
      RawLog(directory()).compact();
      open();
    }
    for (const char* name : {"", "long/1", "mid/3", "no/such"}) {
      for (const auto& from : starts) {
        for (const auto limit : limits) {
          for (const auto& types : filters) {
            for (const Direction direction : {Direction::forward, Direction::backward}) {
              const ReadOptions options{from, direction, limit, types, true};
              const auto got = *name == '\0' ? all(options) : ofStream(name, options);
              ASSERT_EQ(got, expected(name, options))
                  << "stream \"" << name << "\" from " << (from ? std::to_string(*from) : "none")
                  << " limit " << limit << " backward " << (direction == Direction::backward);
            }
          }
        }
      }
    }
  }
}

TEST_F(LogReading, LastVersionIsFoundOnBothSidesOfAChunkBorder) {
  reopen();
  EXPECT_EQ(log().lastVersion(stream("long/1")).value(), Version{749});
  EXPECT_EQ(log().lastVersion(stream("mid/3")).value(), Version{74});
  EXPECT_EQ(log().lastVersion(stream("no/such")).value(), std::nullopt);
}

TEST_F(LogReading, PayloadsAreAlignedForReadingInPlace) {
  LogReader reader = log().readAll();
  while (const RecordedEvent* next = reader.next().value()) {
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(next->payload.data()) % 8, 0u)
        << next->envelope.position.value;
  }
}

TEST_F(LogReading, AReaderSeesItsSnapshotOnly) {
  LogReader allForward = log().readAll();
  LogReader ofOne = log().readStream(stream("long/1"));
  append(unit(100'000, {event("long/1"), event("mid/3")}));
  LogReader later = log().readAll();
  EXPECT_EQ(allForward.snapshotHead(), Position{kEvents});
  EXPECT_EQ(later.snapshotHead(), Position{kEvents + 2});
  EXPECT_EQ(lines(std::move(allForward)).size(), kEvents);
  EXPECT_EQ(lines(std::move(ofOne)).size(), 750u);
  EXPECT_EQ(lines(std::move(later)).size(), kEvents + 2);
}

TEST_F(LogReading, TheEndIsSaidAgainWhenAskedAgain) {
  LogReader reader = log().readStream(stream("mid/3"), {.from = 70});
  int given = 0;
  while (reader.next().value() != nullptr) ++given;
  EXPECT_EQ(given, 5);
  EXPECT_EQ(reader.next().value(), nullptr);
  EXPECT_EQ(reader.next().value(), nullptr);
}

TEST_F(LogReading, ANameThatNoStreamCanHaveReadsAsEmpty) {
  EXPECT_THAT(lines(log().readStream({std::string(500, 'k'), "1"})), IsEmpty());
  EXPECT_THAT(lines(log().readStream({"", ""})), IsEmpty());
  EXPECT_EQ(log().lastVersion({"k", std::string(500, 'i')}).value(), std::nullopt);
}

TEST(LogStreams, AStreamOfExactlyOneChunkEndsThere) {
  for (const std::size_t size : {255, 256, 257, 512}) {
    TemporaryFolder folder;
    auto log = Log::open({folder.path() / "log"}).value();
    const Unit made = unit(1, std::vector<NewEvent>(size, event("a/1", "")));
    ASSERT_TRUE(log->append({&made, 1}, at(1)).at(0));
    for (const Direction direction : {Direction::forward, Direction::backward}) {
      EXPECT_EQ(lines(log->readStream(stream("a/1"), {.direction = direction})).size(), size);
    }
    EXPECT_EQ(log->lastVersion(stream("a/1")).value(), Version{size - 1});
    // And one event at a time across the border.
    const Unit one = unit(2, {event("a/1", "")}, {{stream("a/1"), Exactly{{size - 1}}}});
    EXPECT_EQ(log->append({&one, 1}, at(1)).at(0)->lastVersion, Version{size});
    EXPECT_EQ(lines(log->readStream(stream("a/1"))).size(), size + 1);
  }
}

}  // namespace
}  // namespace docket::eventstore::testing
