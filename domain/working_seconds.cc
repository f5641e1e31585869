#include "domain/working_seconds.h"

#include <algorithm>
#include <functional>

namespace docket::domain {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::microseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr days kWeek{7};

local_seconds wallClock(sys_seconds at, seconds offset) {
  return local_seconds(at.time_since_epoch() + offset);
}

sys_seconds instant(local_seconds wallClock, seconds offset) {
  return sys_seconds(wallClock.time_since_epoch() - offset);
}

local_days mondayOf(local_seconds time) {
  const local_days date = std::chrono::floor<days>(time);
  return date - (std::chrono::weekday(date) - std::chrono::Monday);
}

// The last of `entries` whose `key` is not after `value`; null when there is none. `isBefore` is
// std::less_equal or, where the value itself is too late, std::less.
template <class Entries, class Value, class Key, class IsBefore>
auto lastBefore(const Entries& entries, const Value& value, Key key, IsBefore isBefore) {
  const auto after = std::ranges::partition_point(
      entries, [&](const auto& entry) { return isBefore(std::invoke(key, entry), value); });
  return after == entries.begin() ? nullptr : &*std::prev(after);
}

}  // namespace

WorkingSeconds::WorkingSeconds(const HoursByDate& hours, std::span<const OffsetSpan> offsets) {
  const std::vector<local_days> special = hours.specialDates();
  const auto hasSpecialDate = [&](local_days monday) {
    const auto found = std::ranges::lower_bound(special, monday);
    return found != special.end() && *found < monday + kWeek;
  };
  for (const OffsetSpan& offset : offsets) {
    const local_seconds end = wallClock(offset.end, offset.offset);
    local_days monday = mondayOf(wallClock(offset.begin, offset.offset));
    for (; monday < end; monday += kWeek) {
      const bool isWhole = instant(monday, offset.offset) >= offset.begin && monday + kWeek <= end;
      addWeek(hours, monday, offset, isWhole && !hasSpecialDate(monday));
    }
  }
  windows_.shrink_to_fit();
  slices_.shrink_to_fit();
}

// Adds the part of a week that has this offset.
void WorkingSeconds::addWeek(const HoursByDate& hours, local_days monday, const OffsetSpan& offset,
                             bool isPlain) {
  const sys_seconds begin = std::max(instant(monday, offset.offset), offset.begin);
  const sys_seconds end = std::min(instant(monday + kWeek, offset.offset), offset.end);
  Slice slice{begin, total_, static_cast<std::uint32_t>(windows_.size()), 0};
  if (isPlain && plainWeek_) {
    slice.windowsBegin = plainWeek_->windowsBegin;
    slice.windowsCount = plainWeek_->windowsCount;
  } else {
    ShortSeconds worked{0};
    for (local_days date = monday; date < monday + kWeek; date += days(1)) {
      for (const DayWindow& window : hours.on(date)) {
        const sys_seconds from = std::max(instant(date + window.from, offset.offset), begin);
        const sys_seconds to = std::min(instant(date + window.to, offset.offset), end);
        if (from >= to) continue;
        windows_.push_back({ShortSeconds(from - begin), ShortSeconds(to - begin), worked});
        worked += ShortSeconds(to - from);
      }
    }
    slice.windowsCount = static_cast<std::uint32_t>(windows_.size()) - slice.windowsBegin;
    if (isPlain) plainWeek_ = slice;
  }
  slices_.push_back(slice);
  if (slice.windowsCount > 0) {
    const Window& last = windowsOf(slice).back();
    total_ += last.workedBefore + (last.to - last.from);
  }
}

std::span<const WorkingSeconds::Window> WorkingSeconds::windowsOf(const Slice& slice) const {
  return std::span(windows_).subspan(slice.windowsBegin, slice.windowsCount);
}

microseconds WorkingSeconds::until(Timestamp at) const {
  if (at >= kCalendarEnd) return total_;
  const Slice* const slice = lastBefore(slices_, at, &Slice::begin, std::less_equal{});
  if (slice == nullptr) return microseconds(0);
  const microseconds since = at - slice->begin;
  const Window* const window =
      lastBefore(windowsOf(*slice), since, &Window::from, std::less_equal{});
  if (window == nullptr) return slice->workedBefore;
  const microseconds inWindow = std::min<microseconds>(since, window->to) - window->from;
  return slice->workedBefore + window->workedBefore + inWindow;
}

std::optional<Timestamp> WorkingSeconds::earliest(microseconds count) const {
  if (count <= microseconds(0) || count > total_) return std::nullopt;
  const Slice& slice = *lastBefore(slices_, count, &Slice::workedBefore, std::less{});
  const microseconds inSlice = count - slice.workedBefore;
  const Window& window = *lastBefore(windowsOf(slice), inSlice, &Window::workedBefore, std::less{});
  return slice.begin + window.from + (inSlice - window.workedBefore);
}

std::optional<Timestamp> WorkingSeconds::latest(microseconds count) const {
  if (count < microseconds(0) || count >= total_) return std::nullopt;
  const Slice& slice = *lastBefore(slices_, count, &Slice::workedBefore, std::less_equal{});
  const microseconds inSlice = count - slice.workedBefore;
  const Window& window =
      *lastBefore(windowsOf(slice), inSlice, &Window::workedBefore, std::less_equal{});
  return slice.begin + window.from + (inSlice - window.workedBefore);
}

}  // namespace docket::domain
