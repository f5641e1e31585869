// Rebuilding every view from the log, against a raw scan of the same log.
//
// `rebuild/ceiling`: RocksDB iterating over the log's event records, bytes touched, nothing
// decoded. `rebuild/read`: the log's own reader, contiguity and payload hashes checked.
// `rebuild/decode`: the same with each event decoded.
// `rebuild/views`: an empty views folder until every view stands at the head.
#include <benchmark/benchmark.h>
#include <rocksdb/db.h>

#include <cstring>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/ratio_main.h"
#include "bench/scratch.h"
#include "domain/board.h"
#include "domain/codec/codec.h"
#include "eventstore/log.h"
#include "projections/engine.h"

namespace docket::bench {
namespace {

namespace codec = domain::codec;

constexpr std::uint64_t kTickets = 20'000;
constexpr eventstore::Timestamp kStart{std::chrono::microseconds{1'700'000'000'000'000}};

void append(eventstore::Log& log, std::vector<eventstore::Unit>& units) {
  for (const auto& result : log.append(units, kStart)) {
    if (!result) throw std::runtime_error("append failed");
  }
  units.clear();
}

template <class Event>
eventstore::Unit unitOf(std::string_view kind, const std::string& id, const Event& event,
                        eventstore::Timestamp occurredAt) {
  static std::uint64_t counter = 0;
  eventstore::Unit unit;
  ++counter;
  std::memcpy(unit.commandId.bytes.data(), &counter, sizeof counter);
  unit.actor = "agent-" + std::to_string(counter % 12);
  auto encoded = codec::encode(event);
  unit.events.push_back({{std::string(kind), id},
                         std::string(encoded.type),
                         encoded.schemaVersion,
                         occurredAt,
                         std::move(encoded.payload)});
  return unit;
}

// A desk's log: each ticket is opened, assigned, moved, commented and resolved.
std::unique_ptr<eventstore::Log> makeLog(const std::filesystem::path& directory) {
  using namespace domain;
  auto opened = eventstore::Log::open({directory});
  if (!opened) throw std::runtime_error(opened.error().message);
  eventstore::Log& log = **opened;
  std::vector<eventstore::Unit> units;
  const BoardKey board{"OPS"};
  BoardTemplate made = *boardTemplate("it-support");
  units.push_back(
      unitOf(codec::kBoardStream, board.value,
             BoardEvent{BoardCreated{board, "Operations", "it-support", std::move(made.columns), 1,
                                     std::move(made.lanes), std::move(made.rules)}},
             kStart));
  const Place inbox{ColumnId{"inbox"}, ColumnCategory::queue};
  const Place active{ColumnId{"in-progress"}, ColumnCategory::active};
  const Place finished{ColumnId{"done"}, ColumnCategory::resolved};
  for (std::uint64_t number = 1; number <= kTickets; ++number) {
    const TicketId id{board, number};
    const auto at = kStart + std::chrono::minutes(number);
    const std::vector<TicketEvent> life = {
        TicketOpened{id,
                     inbox,
                     TicketType::incident,
                     ServiceClass::standard,
                     Tier::first,
                     "Mail does not arrive",
                     "Since this morning, on the phone only.",
                     SubjectId{"requester-" + std::to_string(number % 500)},
                     {},
                     "",
                     {},
                     SubjectId{"agent-1"}},
        TicketAssigned{{}, SubjectId{"agent-" + std::to_string(number % 12)}},
        TicketMoved{inbox, active, 0, ""},
        CommentAdded{"Asked for the time of the last mail that came through.", true, false},
        TicketResolved{active, finished, "The account was added again on the phone.",
                       ResolutionKind::fix}};
    for (const TicketEvent& event : life) {
      units.push_back(unitOf(codec::kTicketStream, id.text(), event, at));
    }
    if (units.size() >= 1000) append(log, units);
  }
  append(log, units);
  return std::move(*opened);
}

// Made once and shared: RocksDB's own lock lets only one Log open it.
struct Fixture {
  Scratch scratch{"rebuild"};
  std::unique_ptr<eventstore::Log> log = makeLog(scratch.path() / "log");
};
Fixture& fixture() {
  static Fixture shared;
  return shared;
}

std::int64_t events(const benchmark::State& state) {
  return static_cast<std::int64_t>(fixture().log->head().value) * state.iterations();
}

void scanCeiling(benchmark::State& state) {
  const std::string path = (fixture().scratch.path() / "log").string();
  std::vector<std::string> names;
  rocksdb::DB::ListColumnFamilies({}, path, &names);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  std::size_t groups = names.size();
  for (const std::string& name : names) {
    if (name == "groups") groups = families.size();
    rocksdb::ColumnFamilyOptions options;
    families.emplace_back(name, options);
  }
  // The stream index is written with a merge operator; a read-only look at `groups` needs none, but
  // only if that family is opened by itself.
  families = {families.at(groups), {rocksdb::kDefaultColumnFamilyName, {}}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  if (auto status = rocksdb::DB::OpenForReadOnly({}, path, families, &handles, &raw);
      !status.ok()) {
    throw std::runtime_error(status.ToString());
  }
  std::unique_ptr<rocksdb::DB> db(raw);
  for (auto _ : state) {
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}, handles[0]));
    std::uint64_t sum = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      for (const char byte : it->value().ToStringView()) sum += static_cast<unsigned char>(byte);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(events(state));
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
}

void read(benchmark::State& state, bool decode) {
  for (auto _ : state) {
    auto reader = fixture().log->readAll();
    std::uint64_t seen = 0;
    for (;;) {
      auto next = reader.next();
      if (!next) throw std::runtime_error(next.error().message);
      if (*next == nullptr) break;
      ++seen;
      if (!decode) continue;
      auto event =
          codec::decode((*next)->envelope.type, (*next)->envelope.schemaVersion, (*next)->payload);
      if (!event) throw std::runtime_error(event.error().message);
      benchmark::DoNotOptimize(event);
    }
    if (seen != fixture().log->head().value) throw std::runtime_error("short read");
  }
  state.SetItemsProcessed(events(state));
}

void rebuildViews(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    Scratch views("rebuild-views");
    state.ResumeTiming();
    auto engine = projections::Engine::open({views.path() / "views"}, *fixture().log,
                                            projections::allProjections());
    if (!engine) throw std::runtime_error(engine.error().message);
    (*engine)->start();
    for (const auto& status : (*engine)->status()) {
      std::promise<bool> caughtUp;
      (*engine)->whenAt(status.name, fixture().log->head(),
                        [&](bool done) { caughtUp.set_value(done); });
      if (!caughtUp.get_future().get()) throw std::runtime_error(status.name + " stopped");
    }
    state.PauseTiming();
    engine->reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(events(state));
}

BENCHMARK(scanCeiling)->Name("rebuild/ceiling")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, read, false)
    ->Name("rebuild/read")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, decode, true)
    ->Name("rebuild/decode")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(rebuildViews)
    ->Name("rebuild/views")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace
}  // namespace docket::bench

int main(int argc, char** argv) {
  return docket::bench::runWithRatios(argc, argv);
}
