#include "client/simulate/shift.h"

#include <algorithm>
#include <array>

namespace docket::client::simulate {
namespace {

constexpr Seconds kShiftLength = 8 * kHour;

// Monday is 0. The epoch was a Thursday.
int weekday(Seconds at) {
  const Seconds days = at >= 0 ? at / kDay : -((-at + kDay - 1) / kDay);
  return static_cast<int>(((days + 3) % 7 + 7) % 7);
}

Seconds midnight(Seconds at) {
  return at - ((at % kDay) + kDay) % kDay;
}

// Quiet nights, a steep morning, a dip at lunch; Monday is the worst, the weekend a trickle.
constexpr std::array<double, 24> kHours{0.10, 0.06, 0.05, 0.05, 0.08, 0.20, 0.60, 1.60,
                                        2.60, 2.80, 2.50, 2.10, 1.30, 1.90, 2.10, 1.80,
                                        1.40, 0.90, 0.50, 0.35, 0.30, 0.25, 0.18, 0.12};
constexpr std::array<double, 7> kDays{1.5, 1.3, 1.25, 1.25, 1.1, 0.25, 0.2};

constexpr double kWeekSum = [] {
  double hours = 0;
  double days = 0;
  for (const double hour : kHours) hours += hour;
  for (const double day : kDays) days += day;
  return hours * days;
}();

}  // namespace

bool Shift::covers(Seconds at) const {
  if (!weekends && weekday(at) >= 5) return false;
  const Seconds start = midnight(at) + startHour * kHour;
  return at >= start && at < start + kShiftLength;
}

Seconds Shift::nextCovered(Seconds at) const {
  if (covers(at)) return at;
  Seconds start = midnight(at) + startHour * kHour;
  while (start < at || !covers(start)) start += kDay;
  return start;
}

Seconds Shift::finish(Seconds at, Seconds work) const {
  for (;;) {
    at = nextCovered(at);
    const Seconds end = midnight(at) + startHour * kHour + kShiftLength;
    if (at + work <= end) return at + work;
    work -= end - at;
    at = end;
  }
}

double arrivalWeight(Seconds at) {
  const auto hour = static_cast<std::size_t>((at - midnight(at)) / kHour);
  return kHours[hour] * kDays[static_cast<std::size_t>(weekday(at))] * (168.0 / kWeekSum);
}

Arrivals::Arrivals(Seconds from, Seconds to, double perDay)
    : at_(from), to_(to), perWeight_(perDay / 24) {}

Arrivals::Arrivals(Seconds from, Seconds to, std::uint64_t count)
    : at_(from), to_(to), perWeight_(0), left_(count) {
  for (Seconds hour = from; hour < to; hour += kHour) {
    weightLeft_ += arrivalWeight(hour) * static_cast<double>(std::min(kHour, to - hour)) / kHour;
  }
}

// How much weight (hours of weight 1) passes until the next one.
double Arrivals::nextGap(Random& random) {
  if (perWeight_ > 0) return random.exponential() / perWeight_;
  // Given that `left_` arrivals fall into what is left, the first of them is the least of as many
  // uniform ones.
  const double share =
      1 - exponent(naturalLog(1.0 - random.uniform()) / static_cast<double>(left_));
  --left_;
  const double gap = weightLeft_ * share;
  weightLeft_ -= gap;
  return gap;
}

Seconds Arrivals::next(Random& random) {
  if (perWeight_ <= 0 && left_ == 0) return to_;
  const bool counted = perWeight_ <= 0;
  double gap = nextGap(random);
  while (at_ < to_) {
    const double weight = arrivalWeight(at_);
    const Seconds hourEnd = at_ - ((at_ % kHour) + kHour) % kHour + kHour;
    const double rest = weight * static_cast<double>(hourEnd - at_) / kHour;
    if (gap < rest) {
      at_ += static_cast<Seconds>(gap / weight * kHour);
      break;
    }
    gap -= rest;
    at_ = hourEnd;
  }
  // Rounding must not lose one of a given number.
  if (counted) at_ = std::min(at_, to_ - 1);
  return at_;
}

}  // namespace docket::client::simulate
