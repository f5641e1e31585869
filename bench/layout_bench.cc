// How the layout of the log decides its speed: one RocksDB entry an event against one packed record
// a commit group, and three forms of the stream index, each appended with a sync per group and then
// scanned; and the real log beside them. Prints one table; ratios are to the first row of the same
// run.
//
//   layout_bench [EVENTS] [DIRECTORY]
#include <rocksdb/db.h>
#include <rocksdb/table.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "eventstore/bytes.h"
#include "eventstore/log.h"
#include "eventstore/stream_index.h"

namespace {

namespace es = docket::eventstore;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kGroupEvents = 1'000;
constexpr std::size_t kEventBytes = 180;
constexpr std::size_t kStreams = 20'000;
constexpr std::size_t kRecordBytes = 32 * 1024;

void require(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

std::string bigEndian(std::uint64_t value) {
  std::string key(8, '\0');
  es::putBigEndian64(reinterpret_cast<std::byte*>(key.data()), value);
  return key;
}

// Half noise, half text: about what envelopes with hashes and small payloads are to a compressor.
class Events {
 public:
  explicit Events(std::size_t bytes) : text_(bytes, 'x') {}
  const std::string& next() {
    for (std::size_t i = 0; i + 8 <= text_.size() / 2; i += 8) {
      const std::uint64_t noise = random_();
      std::memcpy(text_.data() + i, &noise, 8);
    }
    return text_;
  }
  std::uint64_t stream() { return random_() % kStreams; }

 private:
  std::mt19937_64 random_{1};  // the same events for every layout
  std::string text_;
};

enum class Body { entryPerEvent, packed };
enum class Index { entryPerEvent, chunked };

// A plain RocksDB with the durable settings of the log and one of the layouts.
class RawLayout {
 public:
  RawLayout(const fs::path& directory, Body body, Index index) : body_(body), index_(index) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.compression = rocksdb::kLZ4Compression;
    options.write_buffer_size = 32 << 20;
    options.paranoid_file_checks = true;
    options.memtable_protection_bytes_per_key = 8;
    rocksdb::ColumnFamilyOptions indexOptions(options);
    indexOptions.merge_operator = es::concatenatingMergeOperator();
    rocksdb::DB* db = nullptr;
    require(rocksdb::DB::Open(options, directory.string(),
                              {{"default", options}, {"index", indexOptions}}, &handles_, &db));
    db_.reset(db);
  }
  ~RawLayout() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }

  void append(std::size_t events) {
    Events source(kEventBytes);
    std::vector<std::uint64_t> versions(kStreams);
    std::vector<std::uint64_t> lastPositions(kStreams);
    rocksdb::WriteOptions synced;
    synced.sync = true;
    synced.protection_bytes_per_key = 8;
    rocksdb::WriteBatch batch(0, 0, 8, 0);
    std::string record;
    for (std::uint64_t position = 0; position < events;) {
      batch.Clear();
      std::uint64_t recordFirst = position;
      for (std::size_t i = 0; i < kGroupEvents; ++i, ++position) {
        const std::string& event = source.next();
        if (body_ == Body::entryPerEvent) {
          require(batch.Put(handles_[0], bigEndian(position), event));
        } else {
          record += event;
          if (record.size() + kEventBytes > kRecordBytes || i + 1 == kGroupEvents) {
            require(batch.Put(handles_[0], bigEndian(recordFirst), record));
            record.clear();
            recordFirst = position + 1;
          }
        }
        putIndex(batch, source.stream(), position, versions, lastPositions);
      }
      require(db_->Write(synced, &batch));
    }
  }

  std::size_t scan() {
    rocksdb::ReadOptions options;
    options.ignore_range_deletions = true;
    options.fill_cache = false;
    std::size_t count = 0;
    const std::unique_ptr<rocksdb::Iterator> each(db_->NewIterator(options, handles_[0]));
    for (each->SeekToFirst(); each->Valid(); each->Next()) {
      count += each->value().size() / kEventBytes;
    }
    require(each->status());
    return count;
  }

 private:
  void putIndex(rocksdb::WriteBatch& batch, std::uint64_t stream, std::uint64_t position,
                std::vector<std::uint64_t>& versions, std::vector<std::uint64_t>& lastPositions) {
    const std::uint64_t version = versions[stream]++;
    if (index_ == Index::entryPerEvent) {
      // 24 bytes: stream, version, position.
      require(batch.Put(handles_[1], bigEndian(stream) + bigEndian(version), bigEndian(position)));
    } else {
      std::string entry;
      es::addIndexEntry(entry, {version}, {lastPositions[stream]}, {position});
      require(batch.Merge(handles_[1], bigEndian(stream) + bigEndian(version / es::kChunkVersions),
                          entry));
    }
    lastPositions[stream] = position;
  }

  const Body body_;
  const Index index_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<rocksdb::DB> db_;
};

void appendToLog(es::Log& log, std::size_t events) {
  Events source(48);  // with an envelope of about 130 bytes: as large an event as the others
  std::vector<es::Unit> units(kGroupEvents);
  for (std::uint64_t position = 0; position < events;) {
    for (es::Unit& unit : units) {
      es::putBigEndian64(unit.commandId.bytes.data(), ++position * 0x9e3779b97f4a7c15);
      unit.actor = "user-1234";
      const auto payload = es::asBytes(source.next());
      unit.events = {{{"ticket", "OPS-" + std::to_string(source.stream())},
                      "TicketMoved",
                      1,
                      es::Timestamp(std::chrono::microseconds(position)),
                      {payload.begin(), payload.end()}}};
    }
    for (const auto& result :
         log.append(units, es::Timestamp(std::chrono::microseconds(position)))) {
      if (!result) std::exit(1);
    }
  }
}

std::size_t scanLog(es::Log& log, bool verify) {
  es::ReadOptions options;
  options.verifyPayloads = verify;
  es::LogReader reader = log.readAll(options);
  std::size_t count = 0;
  while (true) {
    const auto next = reader.next();
    if (!next) {
      std::fprintf(stderr, "%s\n", next.error().message.c_str());
      std::exit(1);
    }
    if (*next == nullptr) return count;
    ++count;
  }
}

template <typename Work>
double perSecond(std::size_t events, const Work& work) {
  const auto begin = Clock::now();
  work();
  return static_cast<double>(events) / std::chrono::duration<double>(Clock::now() - begin).count();
}

std::uint64_t bytesIn(const fs::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(directory)) bytes += entry.file_size();
  return bytes;
}

void printRow(const char* name, double append, double scan, double perEvent) {
  static double firstAppend = append;
  static double firstScan = scan;
  std::printf("%-44s %9.0f %6.2f %12.0f %6.2f %8.0f\n", name, append, append / firstAppend, scan,
              scan / firstScan, perEvent);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t asked = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500'000;
  const std::size_t events = asked / kGroupEvents * kGroupEvents;
  const fs::path folder = argc > 2 ? fs::path(argv[2]) : fs::temp_directory_path();
  const fs::path directory = folder / "docket-layout-bench";
  if (events == 0) {
    std::fprintf(stderr, "usage: layout_bench [EVENTS, at least %zu] [DIRECTORY]\n", kGroupEvents);
    return 2;
  }
  std::printf("%zu events of about %zu bytes, groups of %zu, one sync a group\n\n", events,
              kEventBytes, kGroupEvents);
  std::printf("%-44s %9s %6s %12s %6s %8s\n", "layout", "append/s", "ratio", "scan/s", "ratio",
              "B/event");

  struct Row {
    const char* name;
    Body body;
    Index index;
  };
  constexpr Row kRows[] = {
      {"entry an event, index entry an event", Body::entryPerEvent, Index::entryPerEvent},
      {"entry an event, chunked index", Body::entryPerEvent, Index::chunked},
      {"packed records, index entry an event", Body::packed, Index::entryPerEvent},
      {"packed records, chunked index", Body::packed, Index::chunked},
  };
  for (const Row& row : kRows) {
    fs::remove_all(directory);
    RawLayout layout(directory, row.body, row.index);
    const double append = perSecond(events, [&] { layout.append(events); });
    const double scan = perSecond(events, [&] {
      if (layout.scan() != events) std::exit(1);
    });
    printRow(row.name, append, scan,
             static_cast<double>(bytesIn(directory)) / static_cast<double>(events));
  }

  fs::remove_all(directory);
  {
    auto log = es::Log::open({directory});
    if (!log) {
      std::fprintf(stderr, "%s\n", log.error().message.c_str());
      return 1;
    }
    const double append = perSecond(events, [&] { appendToLog(**log, events); });
    const double bytes = static_cast<double>((*log)->diskBytes()) / static_cast<double>(events);
    const double verified = perSecond(events, [&] { scanLog(**log, true); });
    printRow("the log, a command an event, payloads checked", append, verified, bytes);
    const double decoded = perSecond(events, [&] { scanLog(**log, false); });
    printRow("the log, a command an event, payloads trusted", append, decoded, bytes);
  }
  fs::remove_all(directory);
  return 0;
}
