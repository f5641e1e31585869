// The log as it grows: what an append, a single synced command, an opening after kill -9, a scan, a
// stream, a verification and a byte of disk cost at EVENTS events, each beside its ceiling in the
// same run.
//
//   log_bench [EVENTS] [--groups-of N] [--json FILE] [--directory DIR] [--cold-memory]
//
// Payloads are 200 random bytes: nothing can be saved on them. A command writes one event, the
// worst case for the index of commands. Every group is synced before the next one is committed.
// Ceilings: for appends, raw RocksDB with an entry and an index entry for each payload; for one
// command, write and fdatasync of as many bytes; for the scan, raw iteration over the same tables.
#include <fcntl.h>
#include <rocksdb/db.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/scratch.h"
#include "eventstore/log.h"

namespace {

namespace es = docket::eventstore;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr std::size_t kPayloadBytes = 200;
constexpr std::uint64_t kEventsOfStream = 10;
constexpr std::uint64_t kOpenStreams = 10'000;
constexpr std::uint64_t kWindowEvents = 100'000;
constexpr std::size_t kWindowsOfMillion = 10;
constexpr std::size_t kPoolUnits = 20'000;
constexpr std::size_t kGroupsAhead = 4;
constexpr int kSingles = 1'000;
constexpr es::Timestamp kNow{std::chrono::microseconds{1'700'000'000'000'000}};

struct Settings {
  std::uint64_t events = 1'000'000;
  std::size_t groupEvents = 1'000;
  bool coldMemory = false;
  fs::path directory;
  std::string json;
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "log_bench: %s\n", why.c_str());
  std::exit(1);
}

template <typename T>
T require(tl::expected<T, es::StoreError> result) {
  if (!result) fail(result.error().message);
  return std::move(*result);
}

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

// This process' resident memory in MiB, of file pages too: now and at most.
double residentMiB() {
  std::ifstream status("/proc/self/statm");
  double pages = 0;
  status >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}
double residentMiBMax() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Processor time of this process, all threads, in seconds.
double processorSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Units made beforehand, so that making them costs next to nothing while the clock runs. Tickets
// live for ten events each, ten thousand of them at a time.
class Source {
 public:
  explicit Source(std::uint64_t seed) : random_(seed), pool_(kPoolUnits) {
    for (es::Unit& unit : pool_) {
      unit.fingerprint.bytes[0] = std::byte{1};
      unit.actor = "agent-7";
      std::vector<std::byte> payload(kPayloadBytes);
      for (std::size_t i = 0; i < kPayloadBytes; i += 8) putWord(payload.data() + i);
      unit.conditions.resize(1);
      unit.events.push_back({{"ticket", ""}, "TicketMoved", 1, kNow, std::move(payload)});
    }
  }

  // The next `count` units.
  std::span<const es::Unit> take(std::size_t count) {
    if (at_ + count > pool_.size()) at_ = 0;
    const std::span<es::Unit> units(pool_.data() + at_, count);
    at_ += count;
    for (es::Unit& unit : units) {
      putWord(unit.commandId.bytes.data());
      putWord(unit.commandId.bytes.data() + 8);
      putWord(unit.fingerprint.bytes.data());
      putWord(unit.fingerprint.bytes.data() + 8);
      const std::uint64_t generation = made_ / (kOpenStreams * kEventsOfStream);
      const std::uint64_t ticket = generation * kOpenStreams + random_() % kOpenStreams;
      unit.events[0].stream.id = "OPS-" + std::to_string(ticket);
      unit.conditions[0] = {unit.events[0].stream, es::AnyVersion{}};
      ++made_;
    }
    return units;
  }
  std::uint64_t made() const { return made_; }

 private:
  void putWord(std::byte* at) {
    const std::uint64_t word = random_();
    std::memcpy(at, &word, sizeof word);
  }

  std::mt19937_64 random_;
  std::vector<es::Unit> pool_;
  std::size_t at_ = 0;
  std::uint64_t made_ = 0;
};

// Throughput window by window.
struct Growth {
  std::vector<double> perSecond;  // of each window
  double processorMicrosAnEvent = 0;

  // Of the windows [begin, end) together: their events by their time.
  double rate(std::size_t begin, std::size_t end) const {
    double seconds = 0;
    for (std::size_t i = begin; i < end; ++i) seconds += 1 / perSecond[i];
    return static_cast<double>(end - begin) / seconds;
  }
  // Before any work is due that appending leaves behind: a burst.
  double first() const { return rate(0, 1); }
  // The million that begins when the log has 100,000 events, and the one with which it ends; fewer
  // if the run is shorter.
  double early() const {
    const std::size_t windows = perSecond.size();
    return rate(windows > 1 ? 1 : 0, std::min(1 + kWindowsOfMillion, windows));
  }
  double last() const {
    const std::size_t windows = perSecond.size();
    return rate(windows - std::min(kWindowsOfMillion, windows), windows);
  }
  double whole() const { return rate(0, perSecond.size()); }
  Json json() const {
    return {{"first_100_thousand_per_s", first()},
            {"million_after_100_thousand_per_s", early()},
            {"last_million_per_s", last()},
            {"last_to_million_after_100_thousand", last() / early()},
            {"last_to_first_100_thousand", last() / first()},
            {"whole_per_s", whole()},
            {"processor_us_an_event", processorMicrosAnEvent},
            {"windows_per_s", perSecond}};
  }
};

using AppendGroup = std::function<void(std::span<const es::Unit>)>;
Growth grow(const Settings& settings, const char* who, Source& source, const AppendGroup& append) {
  Growth growth;
  const double processorBefore = processorSeconds();
  for (std::uint64_t done = 0; done < settings.events; done += kWindowEvents) {
    const auto begin = Clock::now();
    for (std::uint64_t i = 0; i < kWindowEvents; i += settings.groupEvents) {
      append(source.take(settings.groupEvents));
    }
    growth.perSecond.push_back(static_cast<double>(kWindowEvents) / secondsSince(begin));
    if ((done / kWindowEvents) % 10 == 0) {
      std::fprintf(stderr, "%s %9ju events  %8.0f/s  %4.0f MiB\n", who,
                   static_cast<std::uintmax_t>(done + kWindowEvents), growth.perSecond.back(),
                   residentMiB());
    }
  }
  growth.processorMicrosAnEvent =
      (processorSeconds() - processorBefore) * 1e6 / static_cast<double>(settings.events);
  return growth;
}

// --- Ceilings ------------------------------------------------------------------------------------

class RawStore {
 public:
  explicit RawStore(const fs::path& directory) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    rocksdb::DB* raw = nullptr;
    const auto status = rocksdb::DB::Open(
        options, directory.string(), {{"default", options}, {"index", options}}, &handles_, &raw);
    if (!status.ok()) fail(status.ToString());
    db_.reset(raw);
  }
  ~RawStore() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }

  void append(std::span<const es::Unit> units) {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    rocksdb::WriteBatch batch;
    for (const es::Unit& unit : units) {
      const es::NewEvent& event = unit.events[0];
      const std::uint64_t key = __builtin_bswap64(position_);
      batch.Put({reinterpret_cast<const char*>(&key), sizeof key},
                {reinterpret_cast<const char*>(event.payload.data()), event.payload.size()});
      const std::uint64_t place[2] = {std::hash<std::string>{}(event.stream.id), key};
      batch.Put(handles_[1], {reinterpret_cast<const char*>(place), sizeof place},
                {reinterpret_cast<const char*>(&position_), sizeof position_});
      ++position_;
    }
    if (!db_->Write(synced, &batch).ok()) fail("the ceiling's write failed");
  }

 private:
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<rocksdb::DB> db_;
  std::uint64_t position_ = 0;
};

// Appends bytes to a file and waits for the disk.
class RawFile {
 public:
  explicit RawFile(const fs::path& path)
      : file_(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)) {
    if (file_ < 0) fail("cannot make " + path.string());
  }
  ~RawFile() { ::close(file_); }
  void append(std::size_t bytes) {
    const std::vector<char> data(bytes, 'x');
    if (::write(file_, data.data(), bytes) != static_cast<ssize_t>(bytes) || ::fdatasync(file_)) {
      fail("the ceiling's write failed");
    }
  }

 private:
  int file_;
};

// --- What is measured ----------------------------------------------------------------------------

void appendSynced(es::Log& log, std::span<const es::Unit> units) {
  for (const auto& result : log.append(units, kNow)) {
    if (!result) fail("an append failed");
  }
}

// Makes groups while another thread syncs those before them. As in the server, making does not wait
// for a sync; there the open group grows meanwhile, here, where groups are of one size, some wait.
class Pipeline {
 public:
  explicit Pipeline(es::Log& log) : log_(log), committer_([this] { run(); }) {}
  ~Pipeline() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    committer_.join();
  }

  void append(std::span<const es::Unit> units) {
    es::StagedGroup group = log_.stage(kNow);
    for (const es::Unit& unit : units) group.add(unit);
    group.close();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() < kGroupsAhead; });
    waiting_.push_back(std::move(group));
    changed_.notify_all();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return !waiting_.empty() || ended_; });
      if (waiting_.empty()) return;
      es::StagedGroup group = std::move(waiting_.front());
      waiting_.pop_front();
      changed_.notify_all();
      lock.unlock();
      for (const auto& result : log_.commit(std::move(group))) {
        if (!result) fail("an append failed");
      }
      lock.lock();
    }
  }

  es::Log& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<es::StagedGroup> waiting_;
  bool ended_ = false;
  std::thread committer_;
};

// One client, one event: turn by turn with a write and fdatasync of the same number of bytes.
Json measureSingles(const Settings& settings, es::Log& log, Source& source) {
  // What the commit adds to the write-ahead log: payload, envelope, command and head.
  constexpr std::size_t kCommitBytes = kPayloadBytes + 110 + 17 + 120;
  RawFile file(settings.directory / "singles");
  std::vector<double> ours;
  std::vector<double> ceiling;
  for (int i = 0; i < kSingles; ++i) {
    auto begin = Clock::now();
    appendSynced(log, source.take(1));
    ours.push_back(secondsSince(begin) * 1e6);
    begin = Clock::now();
    file.append(kCommitBytes);
    ceiling.push_back(secondsSince(begin) * 1e6);
  }
  return {{"median_us", median(ours)},
          {"p99_us", quantile(ours, 0.99)},
          {"fdatasync_median_us", median(ceiling)},
          {"fdatasync_p99_us", quantile(ceiling, 0.99)},
          {"ratio", median(ours) / median(ceiling)}};
}

Json measureScan(const es::Log& log, bool verify) {
  es::ReadOptions options;
  options.verifyPayloads = verify;
  const auto begin = Clock::now();
  es::LogReader reader = log.readAll(options);
  std::uint64_t events = 0;
  while (true) {
    const auto next = reader.next();
    if (!next) fail(next.error().message);
    if (*next == nullptr) break;
    ++events;
  }
  return {{"events", events}, {"per_s", static_cast<double>(events) / secondsSince(begin)}};
}

Json measureStreams(const es::Log& log, std::uint64_t made) {
  std::mt19937_64 random(5);
  std::vector<double> micros;
  std::uint64_t events = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t generation = made / (kOpenStreams * kEventsOfStream);
    const std::uint64_t ticket = random() % std::max<std::uint64_t>(1, generation * kOpenStreams);
    const auto begin = Clock::now();
    es::LogReader reader = log.readStream({"ticket", "OPS-" + std::to_string(ticket)});
    while (true) {
      const auto next = reader.next();
      if (!next) fail(next.error().message);
      if (*next == nullptr) break;
      ++events;
    }
    micros.push_back(secondsSince(begin) * 1e6);
  }
  return {{"median_us", median(micros)},
          {"p99_us", quantile(micros, 0.99)},
          {"events_a_stream", static_cast<double>(events) / 2'000}};
}

// An inclusion proof of a random event in the log of a random size, and a consistency proof between
// two random sizes.
Json measureProofs(const es::Log& log) {
  constexpr int kProofs = 2'000;
  std::mt19937_64 random(6);
  std::vector<double> inclusion;
  std::vector<double> consistency;
  for (int i = 0; i < kProofs; ++i) {
    const es::Position size{1 + random() % log.head().value};
    const es::Position event{random() % size.value};
    auto begin = Clock::now();
    require(log.inclusionProof(event, size));
    inclusion.push_back(secondsSince(begin) * 1e6);
    begin = Clock::now();
    require(log.consistencyProof(event, size));
    consistency.push_back(secondsSince(begin) * 1e6);
  }
  return {{"inclusion_median_us", median(inclusion)},
          {"inclusion_p99_us", quantile(inclusion, 0.99)},
          {"consistency_median_us", median(consistency)},
          {"consistency_p99_us", quantile(consistency, 0.99)}};
}

// The ceiling of a scan: RocksDB hands out the same records, and nobody looks inside.
Json measureRawScan(const fs::path& directory, std::uint64_t events) {
  const rocksdb::Options options;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(
      options, directory.string(), {{"default", options}, {"groups", options}, {"tree", options}},
      &handles, &raw);
  if (!status.ok()) fail(status.ToString());
  const std::unique_ptr<rocksdb::DB> db(raw);
  rocksdb::ReadOptions reading;
  reading.fill_cache = false;
  reading.ignore_range_deletions = true;
  const auto begin = Clock::now();
  std::uint64_t bytes = 0;
  {
    const std::unique_ptr<rocksdb::Iterator> each(db->NewIterator(reading, handles[1]));
    for (each->SeekToFirst(); each->Valid(); each->Next()) bytes += each->value().size();
    if (!each->status().ok()) fail(each->status().ToString());
  }
  const double seconds = secondsSince(begin);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return {{"per_s", static_cast<double>(events) / seconds}, {"bytes", bytes}};
}

Json measureVerify(const es::Log& log) {
  const auto begin = Clock::now();
  const auto report = require(log.verify());
  return {{"events", report.events},
          {"per_s", static_cast<double>(report.events) / secondsSince(begin)}};
}

std::uint64_t bytesBelow(const fs::path& directory, bool recursive) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    if (!recursive && entry.path().parent_path() != directory) continue;
    bytes += entry.file_size();
  }
  return bytes;
}

Json measureSpace(const fs::path& log, std::uint64_t events) {
  const auto perEvent = [&](std::uint64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(events);
  };
  const std::uint64_t all = bytesBelow(log, true);
  const std::uint64_t own = bytesBelow(log, false);
  return {{"bytes_an_event", perEvent(all)},
          {"of_which_log", perEvent(own)},
          {"of_which_index", perEvent(all - own)},
          {"ratio_to_payload", perEvent(all) / static_cast<double>(kPayloadBytes)}};
}

// --- The run -------------------------------------------------------------------------------------

using Report = std::function<void(const Json&)>;

// Runs `work` in a process of its own, which is killed with SIGKILL as soon as it has reported. No
// thread of RocksDB may run here before: a child would have none of them.
Json reportOfKilled(const std::function<void(const Report&)>& work) {
  int channel[2];
  if (::pipe(channel) != 0) fail("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(channel[0]);
    work([&](const Json& json) {
      const std::string text = json.dump();
      if (::write(channel[1], text.data(), text.size()) < 0) std::exit(1);
      ::close(channel[1]);
      while (true) ::pause();
    });
  }
  ::close(channel[1]);
  std::string text;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::read(channel[0], buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(channel[0]);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  if (text.empty()) fail("a child gave up");
  return Json::parse(text);
}

// Has the machine give as much memory as a run leaves in the page cache, and gives it back to the
// kernel. On a virtual machine whose host gives memory at first use, a run would otherwise begin in
// memory that the one before it freed and end in memory that costs more than what is written to it:
// its last windows would measure the host.
void touchMemory(const Settings& settings) {
  if (settings.coldMemory) return;
  constexpr std::uint64_t kBytesOfEvent = 700;  // log, write-ahead log, index
  const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_AVPHYS_PAGES));
  const std::uint64_t half = pages / 2 * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t bytes = std::min(settings.events * kBytesOfEvent, half);
  const pid_t child = ::fork();
  if (child == 0) {
    ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
           0);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  std::fprintf(stderr, "touched %ju MiB of memory beforehand\n",
               static_cast<std::uintmax_t>(bytes >> 20));
}

Json growLog(const Settings& settings, const fs::path& directory) {
  touchMemory(settings);
  return reportOfKilled([&](const Report& report) {
    Source source(7);
    auto log = require(es::Log::open({directory}));
    Json json;
    json["one_command_at_the_start"] = measureSingles(settings, *log, source);
    {
      Pipeline pipeline(*log);
      json["append"] = grow(settings, "docket ", source, [&](std::span<const es::Unit> units) {
                         pipeline.append(units);
                       }).json();
    }
    json["one_command_at_the_end"] = measureSingles(settings, *log, source);
    json["resident_mib_max"] = residentMiBMax();
    json["made"] = source.made();
    report(json);
  });
}

Json growCeiling(const Settings& settings) {
  touchMemory(settings);
  const fs::path directory = settings.directory / "ceiling";
  Json json = reportOfKilled([&](const Report& report) {
    Source source(7);
    RawStore store(directory);
    report(grow(settings, "ceiling", source, [&](std::span<const es::Unit> units) {
             store.append(units);
           }).json());
  });
  fs::remove_all(directory);
  return json;
}

Json run(const Settings& settings) {
  const fs::path directory = settings.directory / "log";
  Json report;
  report["events"] = settings.events;
  report["group_events"] = settings.groupEvents;
  report["payload_bytes"] = kPayloadBytes;
  report["cold_memory"] = settings.coldMemory;
  report["ceiling_append"] = growCeiling(settings);
  const Json grown = growLog(settings, directory);
  const auto made = grown.at("made").get<std::uint64_t>();
  report.update(grown);

  const auto begin = Clock::now();
  auto log = require(es::Log::open({directory}));
  report["open_after_kill_ms"] = secondsSince(begin) * 1e3;
  report["scan_payloads_checked"] = measureScan(*log, true);
  report["scan_payloads_trusted"] = measureScan(*log, false);
  report["ceiling_scan"] = measureRawScan(directory, log->head().value);
  report["stream"] = measureStreams(*log, made);
  report["proof"] = measureProofs(*log);
  report["verify"] = measureVerify(*log);
  report["space"] = measureSpace(directory, log->head().value);
  report["resident_mib_max_reading"] = residentMiBMax();
  return report;
}

void print(const Json& report) {
  const auto rate = [&](const char* who, const char* what) {
    return report.at(who).at(what).get<double>();
  };
  const double ours = rate("append", "whole_per_s");
  const double most = rate("ceiling_append", "whole_per_s");
  std::printf("\nappend, whole run        %12.0f /s   ceiling %12.0f /s   ratio %5.2f\n", ours,
              most, ours / most);
  const auto printRates = [&](const char* name, const char* key) {
    const double rateOfOurs = rate("append", key);
    const double rateOfCeiling = rate("ceiling_append", key);
    std::printf("%-24s %12.0f /s   ceiling %12.0f /s   ratio %5.2f\n", name, rateOfOurs,
                rateOfCeiling, rateOfOurs / rateOfCeiling);
  };
  printRates("append, first 100,000", "first_100_thousand_per_s");
  printRates("append, million from then", "million_after_100_thousand_per_s");
  printRates("append, last million", "last_million_per_s");
  std::printf("growth, at least 0.90    %12.2f      last million by the million from 100,000 on\n",
              rate("append", "last_to_million_after_100_thousand"));
  std::printf("growth, against a burst  %12.2f      last million by the first 100,000\n",
              rate("append", "last_to_first_100_thousand"));
  std::printf("growth, the ceiling's    %12.2f      and %.2f\n",
              rate("ceiling_append", "last_to_million_after_100_thousand"),
              rate("ceiling_append", "last_to_first_100_thousand"));
  std::printf("processor time           %12.2f us an event; ceiling %8.2f\n",
              rate("append", "processor_us_an_event"),
              rate("ceiling_append", "processor_us_an_event"));
  for (const char* when : {"one_command_at_the_start", "one_command_at_the_end"}) {
    std::printf("%-24s %12.0f us   fdatasync %10.0f us  ratio %5.2f\n", when,
                rate(when, "median_us"), rate(when, "fdatasync_median_us"), rate(when, "ratio"));
  }
  std::printf("open after kill -9       %12.0f ms\n",
              report.at("open_after_kill_ms").get<double>());
  std::printf("scan, payloads checked   %12.0f /s   trusted %12.0f /s   raw records %.0f /s\n",
              rate("scan_payloads_checked", "per_s"), rate("scan_payloads_trusted", "per_s"),
              rate("ceiling_scan", "per_s"));
  std::printf("a stream of %4.1f events  %12.0f us   p99 %10.0f us\n",
              rate("stream", "events_a_stream"), rate("stream", "median_us"),
              rate("stream", "p99_us"));
  std::printf("inclusion proof          %12.0f us   p99 %10.0f us\n",
              rate("proof", "inclusion_median_us"), rate("proof", "inclusion_p99_us"));
  std::printf("consistency proof        %12.0f us   p99 %10.0f us\n",
              rate("proof", "consistency_median_us"), rate("proof", "consistency_p99_us"));
  std::printf("verify                   %12.0f /s\n", rate("verify", "per_s"));
  std::printf(
      "space                    %12.0f bytes an event: log %.0f, index %.1f; %.2f of payload\n",
      rate("space", "bytes_an_event"), rate("space", "of_which_log"),
      rate("space", "of_which_index"), rate("space", "ratio_to_payload"));
  std::printf("resident memory          %12.0f MiB at most appending, %.0f reading\n",
              report.at("resident_mib_max").get<double>(),
              report.at("resident_mib_max_reading").get<double>());
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool hasValue = i + 1 < argc;
    if (argument == "--json" && hasValue) {
      settings.json = argv[++i];
    } else if (argument == "--cold-memory") {
      settings.coldMemory = true;
    } else if (argument == "--groups-of" && hasValue) {
      settings.groupEvents = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--directory" && hasValue) {
      ::setenv("DOCKET_BENCH_DIR", argv[++i], 1);
    } else {
      settings.events = std::strtoull(argument.c_str(), nullptr, 10);
    }
  }
  if (settings.events < kWindowEvents || settings.groupEvents == 0 ||
      kWindowEvents % settings.groupEvents != 0) {
    std::fprintf(stderr,
                 "usage: log_bench [EVENTS] [--groups-of N] [--json FILE] [--directory DIR] "
                 "[--cold-memory]\n"
                 "EVENTS is at least %ju and N divides it\n",
                 static_cast<std::uintmax_t>(kWindowEvents));
    return 2;
  }
  settings.events = settings.events / kWindowEvents * kWindowEvents;
  const docket::bench::Scratch scratch("log");
  settings.directory = scratch.path();
  const Json report = run(settings);
  print(report);
  if (!settings.json.empty()) std::ofstream(settings.json) << report.dump(2) << '\n';
  return 0;
}
