// Counts the working time of a calendar. A count and its two inverses; every rule about elapsed
// time and deadlines is a sentence about these three (working_time.cc).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "domain/calendar.h"
#include "domain/types.h"
#include "domain/zone_offsets.h"

namespace docket::domain {

// The years of the calendar are cut into slices: the weeks by the wall clock, and a week in which
// the clocks change in two. Within a slice the wall clock runs evenly, so its windows are so many
// seconds from its beginning; an hour that the clocks skip is in no slice, and one that they repeat
// is in two. A slice knows the working time before it. Nearly all share the windows of the plain
// week.
//
// Immutable; safe to use from many threads. Size: about 170 KB, and 12 bytes for each window of a
// week that has a holiday, a shift, a dated break or a change of the clocks.
class WorkingSeconds {
 public:
  // `offsets` as offsetsOf gives them.
  WorkingSeconds(const HoursByDate& hours, std::span<const OffsetSpan> offsets);

  // Working time from 1970 until `at`; none is counted before 1970 and after 2099. Cost of this and
  // of its inverses: two binary searches, whatever lies between.
  std::chrono::microseconds until(Timestamp at) const;

  // The earliest instant until which `count` was worked: it ends a window or lies within one. None
  // when count <= 0 or more than there is.
  std::optional<Timestamp> earliest(std::chrono::microseconds count) const;

  // The latest instant until which `count` was worked: it begins a window or lies within one. None
  // when count < 0 or all there is.
  std::optional<Timestamp> latest(std::chrono::microseconds count) const;

  // All working time from 1970 to 2099.
  std::chrono::seconds total() const { return total_; }

 private:
  using ShortSeconds = std::chrono::duration<std::int32_t>;  // within a week

  // A window, in seconds from its slice's beginning, and the working time of the slice before it.
  struct Window {
    ShortSeconds from;
    ShortSeconds to;
    ShortSeconds workedBefore;
  };
  struct Slice {
    std::chrono::sys_seconds begin;
    std::chrono::seconds workedBefore;
    std::uint32_t windowsBegin;  // in windows_
    std::uint32_t windowsCount;
  };

  void addWeek(const HoursByDate& hours, std::chrono::local_days monday, const OffsetSpan& offset,
               bool isPlain);
  std::span<const Window> windowsOf(const Slice& slice) const;

  std::vector<Window> windows_;
  std::vector<Slice> slices_;  // in order, without a hole
  std::optional<Slice> plainWeek_;
  std::chrono::seconds total_{0};
};

}  // namespace docket::domain
