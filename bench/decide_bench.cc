// Deciding: from a command to the units that are staged for it, on a desk with 10,000 open tickets.
//
// `move/ceiling`: encoding the one event of a move, and nothing else. `move/no_policy` and
// `move/five_policies`: the writer's whole decision on a move and what follows from it, without
// promises and with three clocks running on each ticket. `comment/...`: the same of an internal
// comment, which no clock minds. `calendar/five_policies`: a calendar is redefined and all clocks
// are looked at again, per ticket. Nothing is appended.
#include <benchmark/benchmark.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/ratio_main.h"
#include "bench/scratch.h"
#include "domain/codec/codec.h"
#include "server/decider.h"

namespace docket::bench {
namespace {

using namespace domain;
using namespace std::chrono_literals;

constexpr std::uint64_t kTickets = 10'000;
constexpr std::size_t kTicketsATurn = 500;
const BoardKey kOps{"OPS"};
// A Monday at 9:00 UTC.
constexpr Timestamp kNow = std::chrono::sys_days(std::chrono::year(2026) / 3 / 2) + 9h;

Calendar hours(std::chrono::seconds closing) {
  Calendar calendar;
  calendar.id = CalendarId{"hours"};
  calendar.name = "Hours";
  calendar.timeZone = "Europe/Berlin";
  for (std::size_t day = 0; day < 5; ++day) calendar.weeklyHours[day] = {{8h, closing}};
  return calendar;
}

// A decider whose events are in memory only.
class Desk {
 public:
  explicit Desk(int policies)
      : scratch_("decide"), log_(openLog(scratch_)), decider_(*log_, 10 * kTickets) {
    perform(BoardCommand{CreateBoard{kOps, "Operations", "it-support", {}}});
    perform(DeskCommand{SetCalendar{hours(17h)}});
    for (int i = 0; i < policies; ++i) perform(DeskCommand{SetPromisePolicy{policy(i)}});
    for (std::uint64_t i = 0; i < kTickets; ++i) {
      OpenTicket open;
      open.board = kOps;
      open.title = "Printer";
      perform(TicketCommand{std::move(open)});
    }
  }

  std::size_t perform(Command command) {
    server::CommandRequest request;
    std::memcpy(request.id.bytes.data(), &++lastId_, sizeof lastId_);
    request.actor = SubjectId{"agent-7"};
    request.command = std::move(command);
    auto accepted = decider_.decide(request, kNow, 1);
    if (!accepted) throw std::runtime_error(describe(accepted.error().front()).message);
    auto own = decider_.followUps(kNow, 1);
    if (!own) throw std::runtime_error("no follow-ups");
    return accepted->unit.events.size() + own->size();
  }

  // Until no clock is due.
  void lookAtClocks() {
    while (decider_.nextTimer().value_or(kNow + 1us) <= kNow) {
      if (!decider_.dueTimers(kNow, 1, kTicketsATurn)) throw std::runtime_error("no clocks");
    }
  }

 private:
  static std::unique_ptr<eventstore::Log> openLog(const Scratch& scratch) {
    auto log = eventstore::Log::open({scratch.path() / "log"});
    if (!log) throw std::runtime_error(log.error().message);
    return std::move(*log);
  }

  // One for all tickets, the others for priorities that none has.
  static PromisePolicy policy(int number) {
    PromisePolicy made;
    made.id = PromisePolicyId{"policy-" + std::to_string(number)};
    made.name = made.id.value;
    made.calendar = CalendarId{"hours"};
    if (number > 0) made.selector.priority = static_cast<Priority>(number);
    made.targets = {{PromiseKind::firstResponse, 30min, 50, true},
                    {PromiseKind::resolution, 16h, 75, true},
                    {PromiseKind::nextUpdate, 4h, 0, true}};
    return made;
  }

  Scratch scratch_;
  std::unique_ptr<eventstore::Log> log_;
  server::Decider decider_;
  std::uint64_t lastId_ = 0;
};

TicketId ticket(std::uint64_t round) {
  return {kOps, 1 + round % kTickets};
}

void encodeMove(benchmark::State& state) {
  const Place inbox{ColumnId{"inbox"}, ColumnCategory::queue};
  const Place work{ColumnId{"in-progress"}, ColumnCategory::active};
  for (auto _ : state) {
    benchmark::DoNotOptimize(codec::encode(TicketEvent{TicketMoved{inbox, work, 1, {}}}));
  }
  state.SetItemsProcessed(state.iterations());
}

void encodeComment(benchmark::State& state) {
  CommentAdded comment;
  comment.text = "Ordered";
  for (auto _ : state) benchmark::DoNotOptimize(codec::encode(TicketEvent{comment}));
  state.SetItemsProcessed(state.iterations());
}

void move(benchmark::State& state, int policies) {
  Desk desk(policies);
  std::uint64_t round = 0;
  for (auto _ : state) {
    // All of them there, then all of them back.
    const char* const to = round / kTickets % 2 == 0 ? "in-progress" : "inbox";
    desk.perform(TicketCommand{MoveTicket{ticket(round), ColumnId{to}, {}, {}}});
    ++round;
  }
  state.SetItemsProcessed(state.iterations());
}

void comment(benchmark::State& state, int policies) {
  Desk desk(policies);
  std::uint64_t round = 0;
  for (auto _ : state) {
    desk.perform(TicketCommand{AddComment{ticket(round++), "Ordered", false}});
  }
  state.SetItemsProcessed(state.iterations());
}

void calendar(benchmark::State& state) {
  Desk desk(5);
  std::uint64_t round = 0;
  for (auto _ : state) {
    desk.perform(DeskCommand{SetCalendar{hours(round++ % 2 == 0 ? 18h : 17h)}});
    desk.lookAtClocks();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTickets));
}

BENCHMARK(encodeMove)->Name("move/ceiling");
BENCHMARK_CAPTURE(move, none, 0)->Name("move/no_policy");
BENCHMARK_CAPTURE(move, five, 5)->Name("move/five_policies");
BENCHMARK(encodeComment)->Name("comment/ceiling");
BENCHMARK_CAPTURE(comment, none, 0)->Name("comment/no_policy");
BENCHMARK_CAPTURE(comment, five, 5)->Name("comment/five_policies");
BENCHMARK(calendar)->Name("calendar/five_policies");

}  // namespace
}  // namespace docket::bench

int main(int argc, char** argv) {
  return docket::bench::runWithRatios(argc, argv);
}
