// Synced append: the log against raw RocksDB.
//
// `append/ceiling/N`: one synced WriteBatch with an entry for each of N payloads and an index entry
// of 24 bytes for each (stream, version, position), and nothing else: no command id, no envelope,
// no hash. `append/docket/N`: Log::append of N units of one event each: versions, conditions,
// command ids, envelopes, payload hashes and Merkle tree, and the index as it falls due.
#include <benchmark/benchmark.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/ratio_main.h"
#include "bench/scratch.h"
#include "eventstore/log.h"

namespace docket::bench {
namespace {

constexpr std::size_t kPayloadBytes = 200;
constexpr std::uint64_t kStreams = 10'000;
constexpr eventstore::Timestamp kNow{std::chrono::microseconds{1'700'000'000'000'000}};

// Incompressible, so that compression flatters neither side.
std::vector<std::byte> randomPayload(std::mt19937_64& random) {
  std::vector<std::byte> payload(kPayloadBytes);
  for (std::size_t i = 0; i < kPayloadBytes; i += 8) {
    const std::uint64_t word = random();
    std::memcpy(payload.data() + i, &word, 8);
  }
  return payload;
}

eventstore::Unit makeUnit(std::mt19937_64& random) {
  eventstore::Unit unit;
  const std::uint64_t id[2] = {random(), random()};
  std::memcpy(unit.commandId.bytes.data(), id, sizeof id);
  unit.fingerprint.bytes[0] = std::byte{1};
  unit.actor = "agent-7";
  const eventstore::StreamId stream{"ticket", "OPS-" + std::to_string(random() % kStreams)};
  unit.conditions.push_back({stream, eventstore::AnyVersion{}});
  unit.events.push_back({stream, "TicketMoved", 1, kNow, randomPayload(random)});
  return unit;
}

void appendDocket(benchmark::State& state) {
  Scratch scratch("append-docket");
  auto log = eventstore::Log::open({scratch.path() / "log"});
  if (!log) throw std::runtime_error(log.error().message);
  std::mt19937_64 random(7);
  const auto count = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<eventstore::Unit> units;
    for (std::size_t i = 0; i < count; ++i) units.push_back(makeUnit(random));
    state.ResumeTiming();
    for (const auto& result : (*log)->append(units, kNow)) {
      if (!result) throw std::runtime_error("append failed");
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count) * state.iterations());
}

void appendCeiling(benchmark::State& state) {
  Scratch scratch("append-ceiling");
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::Open(options, scratch.path().string(),
                                        {{"default", options}, {"index", options}}, &handles, &raw);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  std::unique_ptr<rocksdb::DB> db(raw);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  std::mt19937_64 random(7);
  const auto count = static_cast<std::size_t>(state.range(0));
  std::uint64_t position = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<eventstore::Unit> units;
    for (std::size_t i = 0; i < count; ++i) units.push_back(makeUnit(random));
    state.ResumeTiming();
    rocksdb::WriteBatch batch;
    for (const eventstore::Unit& unit : units) {
      const auto& [stream, type, version, occurred, payload] = unit.events[0];
      const std::uint64_t key = __builtin_bswap64(position);
      batch.Put({reinterpret_cast<const char*>(&key), sizeof key},
                {reinterpret_cast<const char*>(payload.data()), payload.size()});
      const std::uint64_t place[2] = {std::hash<std::string>{}(stream.id), key};
      batch.Put(handles[1], {reinterpret_cast<const char*>(place), sizeof place},
                {reinterpret_cast<const char*>(&position), sizeof position});
      ++position;
    }
    if (!db->Write(synced, &batch).ok()) throw std::runtime_error("write failed");
  }
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  state.SetItemsProcessed(static_cast<std::int64_t>(count) * state.iterations());
}

BENCHMARK(appendCeiling)
    ->Name("append/ceiling")
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000)
    ->UseRealTime();
BENCHMARK(appendDocket)->Name("append/docket")->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->UseRealTime();

}  // namespace
}  // namespace docket::bench

int main(int argc, char** argv) {
  return docket::bench::runWithRatios(argc, argv);
}
