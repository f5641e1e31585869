#include <gtest/gtest.h>

#include <cmath>

#include "client/simulate/random.h"
#include "client/simulate/shift.h"

namespace docket::client::simulate {
namespace {

// Frozen: computed by another program from the published definitions of both generators.
TEST(Random, IsXoshiro256StarStarSeededThroughSplitmix64) {
  Random random(42);
  EXPECT_EQ(random.next(), 1546998764402558742ULL);
  EXPECT_EQ(random.next(), 6990951692964543102ULL);
  EXPECT_EQ(random.next(), 12544586762248559009ULL);
}

TEST(Random, LogarithmAndExponentAreClose) {
  for (const double x :
       {1e-300, 1e-9, 0.3, 0.70710678118654746, 0.999, 1.0, 1.5, 2.0, 1e3, 1e300}) {
    EXPECT_NEAR(naturalLog(x), std::log(x), 1e-13 * std::max(1.0, std::abs(std::log(x)))) << x;
  }
  for (const double x : {-700.0, -3.3, -1e-9, 0.0, 0.34, 0.35, 1.0, 12.5, 700.0}) {
    EXPECT_NEAR(exponent(x) / std::exp(x), 1, 1e-12) << x;
  }
}

TEST(Random, DistributionsHaveTheirMeans) {
  Random random(7);
  double uniforms = 0;
  double exponentials = 0;
  double normals = 0;
  int below = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    uniforms += random.uniform();
    exponentials += random.exponential();
    normals += random.normal();
    below += random.lognormal(10, 0.8) < 10 ? 1 : 0;
  }
  EXPECT_NEAR(uniforms / kCount, 0.5, 0.01);
  EXPECT_NEAR(exponentials / kCount, 1, 0.02);
  EXPECT_NEAR(normals / kCount, 0, 0.02);
  EXPECT_NEAR(static_cast<double>(below) / kCount, 0.5, 0.01);
}

constexpr Seconds kMonday = 4 * kDay;  // 5 January 1970

TEST(Shift, CoversItsHoursOnly) {
  const Shift weekdays{8, false};
  EXPECT_FALSE(weekdays.covers(kMonday + 8 * kHour - 1));
  EXPECT_TRUE(weekdays.covers(kMonday + 8 * kHour));
  EXPECT_FALSE(weekdays.covers(kMonday + 16 * kHour));
  EXPECT_FALSE(weekdays.covers(kMonday + 5 * kDay + 9 * kHour));
  EXPECT_EQ(weekdays.nextCovered(kMonday + 4 * kDay + 17 * kHour), kMonday + 7 * kDay + 8 * kHour);
  EXPECT_EQ(weekdays.finish(kMonday + 15 * kHour, 2 * kHour), kMonday + kDay + 9 * kHour);
  EXPECT_TRUE((Shift{8, true}).covers(kMonday + 5 * kDay + 9 * kHour));
}

TEST(Arrivals, FollowTheWeekAndTheRate) {
  Random random(3);
  constexpr Seconds kEnd = kMonday + 280 * kDay;
  Arrivals arrivals(kMonday, kEnd, 20.0);
  int count = 0;
  int weekend = 0;
  for (Seconds at = arrivals.next(random); at < kEnd; at = arrivals.next(random)) {
    ++count;
    if ((at - kMonday) / kDay % 7 >= 5) ++weekend;
  }
  EXPECT_NEAR(count, 5600, 300);
  EXPECT_LT(weekend, count / 10);
}

TEST(Arrivals, AGivenNumberIsMetExactly) {
  for (const std::uint64_t wanted : {0U, 1U, 7U, 1000U}) {
    Random random(wanted);
    Arrivals arrivals(kMonday, kMonday + 10 * kDay, wanted);
    std::uint64_t count = 0;
    Seconds before = kMonday;
    for (Seconds at = arrivals.next(random); at < kMonday + 10 * kDay; at = arrivals.next(random)) {
      EXPECT_GE(at, before);
      before = at;
      ++count;
    }
    EXPECT_EQ(count, wanted);
  }
}

}  // namespace
}  // namespace docket::client::simulate
