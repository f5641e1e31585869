#include "client/verify/command_ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>

namespace docket::client::verify {
namespace {

std::string idOf(std::uint64_t number) {
  // Spread over the order of bytes, so that runs interleave.
  std::string id(16, '\0');
  number *= 0x9E3779B97F4A7C15u;
  for (std::size_t i = 0; i < 8; ++i) id[i] = static_cast<char>(number >> 8 * i & 255);
  return id;
}

// `numbers` as the ids of commands, in order, with room for `inMemory` of them.
std::optional<CommandIds::Twice> twiceAmong(const std::vector<std::uint64_t>& numbers,
                                            std::size_t inMemory) {
  CommandIds ids(inMemory);
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_TRUE(ids.add(idOf(numbers[i]), i));
  EXPECT_EQ(ids.count(), numbers.size());
  const auto found = ids.findTwice();
  EXPECT_TRUE(found) << found.error().sentence;
  return *found;
}

class CommandIdsTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  std::vector<std::uint64_t> numbers_ = std::vector<std::uint64_t>(30'000);
  void SetUp() override { std::iota(numbers_.begin(), numbers_.end(), 1); }
};

TEST_P(CommandIdsTest, ManyDifferentIdsHaveNoneTwice) {
  EXPECT_FALSE(twiceAmong(numbers_, GetParam()));
  EXPECT_FALSE(twiceAmong({}, GetParam()));
}

TEST_P(CommandIdsTest, OneThatComesAgainIsFoundWhereverItStands) {
  for (const auto& [first, again] : {std::pair<std::size_t, std::size_t>{0, 29'999},
                                     {0, 1},
                                     {12'345, 12'400},
                                     {9'999, 10'000},
                                     {29'998, 29'999}}) {
    auto numbers = numbers_;
    numbers[again] = numbers[first];
    const auto twice = twiceAmong(numbers, GetParam());
    ASSERT_TRUE(twice);
    EXPECT_EQ(twice->first, first);
    EXPECT_EQ(twice->again, again);
    EXPECT_EQ(std::string(twice->id.data(), 16), idOf(numbers[first]));
  }
}

TEST_P(CommandIdsTest, OfSeveralTheFirstToComeAgainIsTold) {
  auto numbers = numbers_;
  numbers[20'000] = numbers[7];
  numbers[15'000] = numbers[14'000];
  numbers[15'001] = numbers[14'000];
  const auto twice = twiceAmong(numbers, GetParam());
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->first, 14'000u);
  EXPECT_EQ(twice->again, 15'000u);
}

// All in memory; two runs in a file; runs longer and shorter than what is read of them at a time.
INSTANTIATE_TEST_SUITE_P(Room, CommandIdsTest, ::testing::Values(1 << 20, 20'000, 5'000, 777));

}  // namespace
}  // namespace docket::client::verify
