// When agents work and when people ask for help. All in UTC seconds since the epoch; pure.
#pragma once

#include <cstdint>

#include "client/simulate/random.h"

namespace docket::client::simulate {

using Seconds = std::int64_t;

inline constexpr Seconds kMinute = 60;
inline constexpr Seconds kHour = 60 * kMinute;
inline constexpr Seconds kDay = 24 * kHour;

// One shift of eight hours a day.
struct Shift {
  int startHour = 8;      // 0 to 15
  bool weekends = false;  // Monday to Friday otherwise

  bool covers(Seconds at) const;
  // The first instant at or after `at` that it covers.
  Seconds nextCovered(Seconds at) const;
  // When `work` seconds begun at `at` are done, counting only what it covers.
  Seconds finish(Seconds at, Seconds work) const;
};

// Arrivals: a Poisson process whose rate follows the hour and the weekday; the weights of a week's
// 168 hours sum to 168.
class Arrivals {
 public:
  Arrivals(Seconds from, Seconds to, double perDay);
  // Exactly `count` arrivals, spread like those of the process.
  Arrivals(Seconds from, Seconds to, std::uint64_t count);

  // The next arrival; none any more when it is beyond the end (then `to` or later).
  Seconds next(Random& random);

 private:
  double nextGap(Random& random);

  Seconds at_;
  Seconds to_;
  double perWeight_;        // arrivals an hour of weight 1; 0 when a number is given
  std::uint64_t left_ = 0;  // of a given number
  double weightLeft_ = 0;
};

// Of the hour that `at` lies in.
double arrivalWeight(Seconds at);

}  // namespace docket::client::simulate
