// Working time over 20 years: a desk in Berlin, two windows a working day, 200 holidays.
//
// `elapsed/ceiling`, `deadline/ceiling`: two binary searches among the weeks of 1970 to 2099, the
// least that an answer from sums costs. `elapsed/walk`: the plain way, adding up window after
// window of the 20 years, from a list that is already in UTC. `compile`: once for each version of a
// calendar.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/ratio_main.h"
#include "domain/working_time.h"

namespace docket::bench {
namespace {

using namespace domain;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr days kYears20{7'305};
constexpr sys_days kStart = std::chrono::year(2026) / 1 / 1;
constexpr std::size_t kInstants = 4'096;  // a power of two
constexpr unsigned kSeed = 20260101;

Calendar desk(int holidayCount, bool yearly = false) {
  Calendar calendar;
  calendar.id = CalendarId{"desk"};
  calendar.name = "Desk";
  calendar.timeZone = "Europe/Berlin";
  for (std::size_t day = 0; day < 5; ++day) {
    calendar.weeklyHours[day] = {{8h, 12h}, {13h, 18h}};
  }
  for (int i = 0; i < holidayCount; ++i) {
    calendar.holidays.push_back(sys_days(kStart + i * kYears20 / holidayCount));
  }
  if (yearly) {
    for (unsigned month = 1; month <= 12; ++month) {
      calendar.yearlyHolidays.push_back(std::chrono::month(month) / std::chrono::day(6));
    }
  }
  return calendar;
}

WorkingTime compiled(const Calendar& calendar) {
  auto made = WorkingTime::compile(calendar);
  if (!made) throw std::runtime_error(made.error().front().rule);
  return std::move(*made);
}

// Instants of the first month: an interval of 20 years begins at each.
const std::vector<Timestamp>& starts() {
  static const std::vector<Timestamp> kStarts = [] {
    std::mt19937_64 random(kSeed);
    std::vector<Timestamp> made;
    for (std::size_t i = 0; i < kInstants; ++i) {
      made.push_back(kStart + microseconds(random() % microseconds(days(30)).count()));
    }
    return made;
  }();
  return kStarts;
}

Timestamp startOf(std::size_t round) {
  return starts()[round % kInstants];
}

// --- What ours is held against
// ---------------------------------------------------------------------

void searchTwice(benchmark::State& state) {
  std::vector<sys_seconds> weeks;
  for (sys_seconds at = kCalendarBegin; at < kCalendarEnd; at += days(7)) weeks.push_back(at);
  std::size_t round = 0;
  for (auto _ : state) {
    const Timestamp from = startOf(round++);
    benchmark::DoNotOptimize(std::ranges::upper_bound(weeks, from));
    benchmark::DoNotOptimize(std::ranges::upper_bound(weeks, from + kYears20));
  }
  state.SetItemsProcessed(state.iterations());
}

struct Window {
  sys_seconds from;
  sys_seconds to;
};

std::vector<Window> windowsInUtc(const Calendar& calendar) {
  const HoursByDate hours(calendar);
  std::vector<Window> windows;
  for (const OffsetSpan& span : offsetsOf(calendar.timeZone)) {
    auto date = std::chrono::local_days(
        std::chrono::floor<days>(span.begin + span.offset).time_since_epoch());
    for (;; date += days(1)) {
      const sys_seconds midnight(date.time_since_epoch() - span.offset);
      if (midnight >= span.end) break;
      for (const DayWindow& window : hours.on(date)) {
        const Window cut{std::max(midnight + window.from, span.begin),
                         std::min(midnight + window.to, span.end)};
        if (cut.from < cut.to) windows.push_back(cut);
      }
    }
  }
  return windows;
}

microseconds walk(const std::vector<Window>& windows, Timestamp from, Timestamp to) {
  microseconds sum{0};
  auto window = std::ranges::upper_bound(windows, from, {}, &Window::to);
  for (; window != windows.end() && window->from < to; ++window) {
    sum += std::min<Timestamp>(window->to, to) - std::max<Timestamp>(window->from, from);
  }
  return sum;
}

void elapsedByWalking(benchmark::State& state) {
  const Calendar calendar = desk(200);
  const std::vector<Window> windows = windowsInUtc(calendar);
  const WorkingTime ours = compiled(calendar);
  for (const Timestamp from : starts()) {
    if (walk(windows, from, from + kYears20) != ours.elapsed(from, from + kYears20)) {
      throw std::runtime_error("walking and counting differ");
    }
  }
  std::size_t round = 0;
  for (auto _ : state) {
    const Timestamp from = startOf(round++);
    benchmark::DoNotOptimize(walk(windows, from, from + kYears20));
  }
  state.SetItemsProcessed(state.iterations());
}

// --- Ours
// ------------------------------------------------------------------------------------------

// Pauses of two days, a week and more apart.
std::vector<Pause> pausesOf(std::int64_t count) {
  std::vector<Pause> pauses;
  for (int i = 0; i < count; ++i) {
    const Timestamp from = kStart + days(40 + 9 * i) + 10h;
    pauses.push_back({from, from + days(2), "customer"});
  }
  return pauses;
}

void elapsed(benchmark::State& state, int pauseCount) {
  const WorkingTime ours = compiled(desk(200));
  const std::vector<Pause> pauses = pausesOf(pauseCount);
  std::size_t round = 0;
  for (auto _ : state) {
    const Timestamp from = startOf(round++);
    benchmark::DoNotOptimize(ours.elapsed(from, from + kYears20, pauses));
  }
  state.SetItemsProcessed(state.iterations());
}

void deadline(benchmark::State& state, int pauseCount) {
  const WorkingTime ours = compiled(desk(200));
  const std::vector<Pause> pauses = pausesOf(pauseCount);
  const microseconds target = ours.elapsed(kStart, kStart + kYears20, pauses) / 2;
  std::size_t round = 0;
  for (auto _ : state) benchmark::DoNotOptimize(ours.deadline(startOf(round++), target, pauses));
  state.SetItemsProcessed(state.iterations());
}

void ledger(benchmark::State& state) {
  const WorkingTime ours = compiled(desk(200));
  const std::vector<Pause> pauses = pausesOf(10);
  std::size_t round = 0;
  for (auto _ : state) {
    const Timestamp from = startOf(round++);
    benchmark::DoNotOptimize(ours.ledger(from, from + kYears20, pauses, std::nullopt));
  }
  state.SetItemsProcessed(state.iterations());
}

void compile(benchmark::State& state, int holidayCount, bool yearly) {
  const Calendar calendar = desk(holidayCount, yearly);
  for (auto _ : state) benchmark::DoNotOptimize(WorkingTime::compile(calendar));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(searchTwice)->Name("elapsed/ceiling");
BENCHMARK(elapsedByWalking)->Name("elapsed/walk");
BENCHMARK_CAPTURE(elapsed, none, 0)->Name("elapsed/ours");
BENCHMARK_CAPTURE(elapsed, ten, 10)->Name("elapsed/ours_10_pauses");
BENCHMARK(searchTwice)->Name("deadline/ceiling");
BENCHMARK_CAPTURE(deadline, none, 0)->Name("deadline/ours");
BENCHMARK_CAPTURE(deadline, ten, 10)->Name("deadline/ours_10_pauses");
BENCHMARK(ledger)->Name("ledger/ours_10_pauses");
BENCHMARK_CAPTURE(compile, plain, 0, false)->Name("compile/no_holidays");
BENCHMARK_CAPTURE(compile, holidays, 200, false)->Name("compile/200_holidays");
BENCHMARK_CAPTURE(compile, yearly, 200, true)->Name("compile/200_and_12_yearly");

}  // namespace
}  // namespace docket::bench

int main(int argc, char** argv) {
  return docket::bench::runWithRatios(argc, argv);
}
