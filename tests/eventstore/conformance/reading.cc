// Reads: both ways, by all, stream and type, with limits and cursors.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/eventstore/conformance/conformance_reading.h"

namespace docket::eventstore::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(ConformanceReading, EveryCombinationGivesWhatWasWritten) {
  const std::vector<std::optional<std::uint64_t>> starts = {
      std::nullopt,     0, 1, 96, 97, 255, 256, 257, 511, 512, 513, 749, 750, 1'499, 1'500, 5'000,
      ~std::uint64_t{0}};
  const std::vector<std::uint64_t> limits = {0, 1, 2, 300, ~std::uint64_t{0}};
  const std::vector<std::vector<std::string>> filters = {{}, {"Type1"}, {"Type0", "Type2"}, {"No"}};
  for (const bool settled : {false, true}) {
    if (settled) store().settle();
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

TEST_P(ConformanceReading, LastVersionIsFoundOnBothSidesOfAChunkBorder) {
  reopen();
  EXPECT_EQ(store().lastVersion(stream("long/1")).value(), Version{749});
  EXPECT_EQ(store().lastVersion(stream("mid/3")).value(), Version{74});
  EXPECT_EQ(store().lastVersion(stream("no/such")).value(), std::nullopt);
}

TEST_P(ConformanceReading, PayloadsAreAlignedForReadingInPlace) {
  Cursor reader = store().readAll();
  while (const RecordedEvent* next = reader.next().value()) {
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(next->payload.data()) % 8, 0u)
        << next->envelope.position.value;
  }
}

TEST_P(ConformanceReading, AReaderSeesItsSnapshotOnly) {
  Cursor allForward = store().readAll();
  Cursor ofOne = store().readStream(stream("long/1"));
  append(unit(100'000, {event("long/1"), event("mid/3")}));
  Cursor later = store().readAll();
  EXPECT_EQ(allForward.snapshotHead(), Position{kEvents});
  EXPECT_EQ(later.snapshotHead(), Position{kEvents + 2});
  EXPECT_EQ(lines(std::move(allForward)).size(), kEvents);
  EXPECT_EQ(lines(std::move(ofOne)).size(), 750u);
  EXPECT_EQ(lines(std::move(later)).size(), kEvents + 2);
}

TEST_P(ConformanceReading, TheEndIsSaidAgainWhenAskedAgain) {
  Cursor reader = store().readStream(stream("mid/3"), {.from = 70});
  int given = 0;
  while (reader.next().value() != nullptr) ++given;
  EXPECT_EQ(given, 5);
  EXPECT_EQ(reader.next().value(), nullptr);
  EXPECT_EQ(reader.next().value(), nullptr);
}

TEST_P(ConformanceReading, ANameThatNoStreamCanHaveReadsAsEmpty) {
  EXPECT_THAT(lines(store().readStream({std::string(500, 'k'), "1"})), IsEmpty());
  EXPECT_THAT(lines(store().readStream({"", ""})), IsEmpty());
  EXPECT_EQ(store().lastVersion({"k", std::string(500, 'i')}).value(), std::nullopt);
}

// A reader that stops after any number of events, and goes on behind the last one that it had, has
// seen everything once.
TEST_P(ConformanceReading, ACursorResumesExactlyFromEveryPosition) {
  for (const char* name : {"", "long/1", "mid/3"}) {
    for (const Direction direction : {Direction::forward, Direction::backward}) {
      for (const std::vector<std::string>& types :
           {std::vector<std::string>{}, std::vector<std::string>{"Type1"}}) {
        for (const std::uint64_t page : {1, 7, 256}) {
          // Every position is where some page begins: with one event a page, or by these offsets.
          SCOPED_TRACE(std::string(name) + " pages of " + std::to_string(page));
          EXPECT_EQ(inPages(name, {std::nullopt, direction, page, types, true}),
                    expected(name, {std::nullopt, direction, ~std::uint64_t{0}, types, true}));
        }
      }
    }
  }
}

TEST_P(Conformance, StreamsOfEveryLengthEndWhereTheyEnd) {
  std::uint64_t number = 1;
  for (const std::size_t size : {1, 2, 255, 256, 257, 512, 513}) {
    const std::string name = "a/" + std::to_string(size);
    append(unit(number++, std::vector<NewEvent>(size, event(name, ""))));
    for (const Direction direction : {Direction::forward, Direction::backward}) {
      EXPECT_EQ(ofStream(name, {.direction = direction}).size(), size);
    }
    EXPECT_EQ(store().lastVersion(stream(name)).value(), Version{size - 1});
    // And one event at a time behind it.
    const Committed committed =
        append(unit(number++, {event(name, "")}, {{stream(name), Exactly{{size - 1}}}}));
    EXPECT_EQ(committed.lastVersion, Version{size});
    EXPECT_EQ(ofStream(name).size(), size + 1);
  }
}

}  // namespace
}  // namespace docket::eventstore::testing
