#include "eventstore/event_index.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <system_error>
#include <utility>

#include "eventstore/bytes.h"
#include "eventstore/file_checksum.h"
#include "eventstore/keys.h"
#include "eventstore/limits.h"
#include "eventstore/rocks_notes.h"
#include "eventstore/stream_index.h"
#include "eventstore/tree.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using rocksdb::Status;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::uint8_t kReachFormat = 2;
constexpr std::string_view kDistrustName = "DAMAGED";  // a file that says that it is

rocksdb::Options indexOptions(bool readOnly, rocksdb::Env* env) {
  rocksdb::BlockBasedTableOptions table;
  // A filter of a whole table grows beyond what a shard of the cache can hold, and is then read
  // from the file at every look-up; so filters are in parts, and shards are few.
  table.block_cache = rocksdb::NewLRUCache(48 * kMiB, /*num_shard_bits=*/2);
  table.partition_filters = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.pin_top_level_index_and_filter = true;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  table.verify_compression = true;

  rocksdb::Options options;
  options.env = env;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.create_if_missing = !readOnly;
  options.paranoid_checks = true;
  options.paranoid_file_checks = true;
  options.file_checksum_gen_factory = fileChecksums();
  options.max_bgerror_resume_count = 0;
  options.compression = rocksdb::kLZ4Compression;
  options.merge_operator = concatenatingMergeOperator();
  // Every segment holds keys from all over. Merging levels would write all of the index again for
  // every few segments; merging runs of a size writes an entry about once for every doubling.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.level0_file_num_compaction_trigger = 8;
  // A segment is one batch and one flush: a memtable never fills by itself.
  options.write_buffer_size = 128 * kMiB;
  options.max_open_files = 256;
  options.max_background_jobs = 2;
  options.bytes_per_sync = kMiB;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = notesToOurLog();
  return options;
}

rocksdb::ReadOptions pointRead() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.ignore_range_deletions = true;
  return options;
}

void require(const Status& status) {
  if (!status.ok()) std::abort();  // a batch only fails on misuse
}

std::string encodeReach(const IndexReach& reach) {
  std::byte bytes[1 + 2 * kMaxVarintBytes + 32 + sizeof(SipHash::Key) + sizeof(Digest)];
  std::byte* at = bytes;
  *at++ = std::byte{kReachFormat};
  at = putString(at, reach.storeId);
  at = putBytes(at, reach.hashKey.data(), reach.hashKey.size());
  at = putVarint(at, reach.end.value);
  at = putBytes(at, reach.root.bytes.data(), reach.root.bytes.size());
  return std::string(asText({bytes, static_cast<std::size_t>(at - bytes)}));
}

std::optional<IndexReach> decodeReach(std::string_view value) {
  ByteReader reader(asBytes(value));
  IndexReach reach;
  std::uint8_t format = 0;
  std::string_view storeId;
  if (!reader.takeByte(format) || format != kReachFormat) return std::nullopt;
  if (!reader.takeString(storeId) || !reader.takeArray(reach.hashKey) ||
      !reader.takeVarint(reach.end.value) || !reader.takeArray(reach.root.bytes) ||
      reader.left() != 0) {
    return std::nullopt;
  }
  reach.storeId = storeId;
  return reach;
}

// The numbers of a segment's streams in the order of their keys, as RocksDB's memtables like them.
std::vector<std::uint32_t> sortedStreams(const TailSegment& segment) {
  std::vector<std::uint32_t> numbers(segment.streamCount());
  std::iota(numbers.begin(), numbers.end(), 0u);
  std::sort(numbers.begin(), numbers.end(), [&](std::uint32_t a, std::uint32_t b) {
    return segment.streamKey(a) < segment.streamKey(b);
  });
  return numbers;
}

// Puts a run of versions into the chunks that it belongs to.
void putRun(rocksdb::WriteBatch& batch, std::string_view streamKey, const StreamRun& run) {
  std::string bytes;
  for (std::size_t i = 0; i < run.positions.size(); ++i) {
    const Version version{run.first.value + i};
    // The distance of a run's first entry is to a position that the run does not have, so the first
    // of a run is written whole behind a zero, which no distance is.
    if (i == 0 && !opensChunk(version)) {
      addRestart(bytes, run.positions[i]);
    } else {
      addIndexEntry(bytes, version, i == 0 ? Position{} : run.positions[i - 1], run.positions[i]);
    }
    const bool last = i + 1 == run.positions.size();
    if (!last && !opensChunk(version.next())) continue;
    const keys::Key key = keys::chunk(streamKey, chunkOf(version));
    const bool whole = chunkOf(version) != chunkOf(run.first) || opensChunk(run.first);
    require(whole ? batch.Put(toSlice(key.view()), bytes)
                  : batch.Merge(toSlice(key.view()), bytes));
    bytes.clear();
  }
}

}  // namespace

EventIndex::EventIndex(const Database& log, IndexReach reach)
    : log_(log), reach_(std::move(reach)), tail_(reach_.end) {}

EventIndex::~EventIndex() = default;

tl::expected<std::unique_ptr<rocksdb::DB>, StoreError> EventIndex::openRocks(
    const fs::path& directory, bool readOnly, rocksdb::Env* env) {
  rocksdb::DB* opened = nullptr;
  const rocksdb::Options options = indexOptions(readOnly, env);
  const Status status = readOnly
                            ? rocksdb::DB::OpenForReadOnly(options, directory.string(), &opened)
                            : rocksdb::DB::Open(options, directory.string(), &opened);
  if (!status.ok()) {
    return tl::unexpected(toStoreError(status, "cannot open the index in " + directory.string()));
  }
  return std::unique_ptr<rocksdb::DB>(opened);
}

tl::expected<std::unique_ptr<EventIndex>, StoreError> EventIndex::open(const Database& log,
                                                                       const std::string& storeId,
                                                                       Position head,
                                                                       bool readOnly) {
  const fs::path directory = log.directory() / kIndexDirectoryName;
  auto stored = openStored(log, storeId, head, readOnly);
  if (stored) return stored;
  const StoreErrorCode why = stored.error().code;
  // A disk that does not answer, or too many open files, is no reason to begin anew.
  if (!readOnly && why != StoreErrorCode::notFound && why != StoreErrorCode::corrupt) return stored;
  if (why != StoreErrorCode::notFound || head.value != 0) {
    spdlog::warn("the index of the log in {} is made again from the log: {}",
                 log.directory().string(), stored.error().message);
  }
  std::unique_ptr<EventIndex> index(new EventIndex(log, {storeId, newHashKey(), {}, emptyRoot()}));
  if (readOnly) {
    if (stored.error().code != StoreErrorCode::notFound) index->unusable_ = stored.error().message;
    index->commands_ = CommandIndex::ofNothing(index->commandOptions(readOnly));
    return index;
  }
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) {
    return tl::unexpected(systemError(error.value(), "cannot remove the old index", directory));
  }
  if (auto made = makeDirectory(directory, log.env()); !made) return tl::unexpected(made.error());
  auto db = openRocks(directory, false, log.env());
  if (!db) return tl::unexpected(db.error());
  index->db_ = std::move(*db);
  rocksdb::WriteBatch nothing;
  if (auto begun = index->write(nothing, {}, emptyRoot()); !begun) {
    return tl::unexpected(begun.error());
  }
  if (auto opened = index->openCommands(readOnly); !opened) return tl::unexpected(opened.error());
  return index;
}

// The index as it is, if it can be used. Errors: notFound, and whatever is wrong with it.
tl::expected<std::unique_ptr<EventIndex>, StoreError> EventIndex::openStored(
    const Database& log, const std::string& storeId, Position head, bool readOnly) {
  const fs::path directory = log.directory() / kIndexDirectoryName;
  std::error_code ignored;
  if (!fs::exists(directory / "CURRENT", ignored)) {
    return tl::unexpected(StoreError{StoreErrorCode::notFound, "there is none"});
  }
  if (fs::exists(directory / kDistrustName, ignored)) {
    return tl::unexpected(StoreError{StoreErrorCode::corrupt, "it was found to be damaged"});
  }
  auto db = openRocks(directory, readOnly, log.env());
  if (!db) return tl::unexpected(db.error());
  EventIndex first(log, {});
  first.db_ = std::move(*db);
  const auto reach = first.readReach();
  if (!reach) return tl::unexpected(reach.error());
  if (!*reach) {
    return tl::unexpected(StoreError{StoreErrorCode::notFound, "there is nothing in it"});
  }
  const auto foreign = [] {
    return tl::unexpected(StoreError{StoreErrorCode::corrupt, "it is of another history"});
  };
  if ((*reach)->storeId != storeId || (*reach)->end > head) return foreign();
  const auto frontier = readFrontier(log, (*reach)->end);
  if (!frontier) return tl::unexpected(frontier.error());
  if (frontier->root() != (*reach)->root) return foreign();
  std::unique_ptr<EventIndex> index(new EventIndex(log, **reach));
  index->db_ = std::move(first.db_);
  if (auto opened = index->openCommands(readOnly); !opened) return tl::unexpected(opened.error());
  return index;
}

CommandIndexOptions EventIndex::commandOptions(bool readOnly) const {
  CommandIndexOptions options;
  options.directory = log_.directory() / kIndexDirectoryName / kCommandsDirectoryName;
  options.env = log_.env();
  options.storeId = reach_.storeId;
  options.hashKey = reach_.hashKey;
  options.readOnly = readOnly;
  return options;
}

void EventIndex::distrust() const {
  const fs::path path = log_.directory() / kIndexDirectoryName / kDistrustName;
  if (auto written = replaceFile(path, "made again at the next opening\n", log_.env()); !written) {
    spdlog::warn("{}", written.error().message);
  }
}

tl::expected<void, StoreError> EventIndex::openCommands(bool readOnly) {
  auto commands = CommandIndex::open(commandOptions(readOnly), reach_.end, reach_.root);
  if (!commands) return tl::unexpected(commands.error());
  commands_ = std::move(*commands);
  return {};
}

// None if nothing was ever stored.
tl::expected<std::optional<IndexReach>, StoreError> EventIndex::readReach() const {
  rocksdb::PinnableSlice value;
  const auto found = get(keys::kIndexReach, value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  auto reach = decodeReach(toText(value));
  if (!reach) return tl::unexpected(damaged("its record of how far it reaches cannot be read"));
  return reach;
}

tl::expected<void, StoreError> EventIndex::store(const TailSegment& segment,
                                                 const Digest& rootAtEnd) {
  // The commands first: how far the index reaches is said by what is written last.
  if (auto added = commands_->add(segment, rootAtEnd); !added) return added;
  rocksdb::WriteBatch batch;
  for (const std::uint32_t stream : sortedStreams(segment)) {
    putRun(batch, segment.streamKey(stream), segment.streamRun(stream));
  }
  return write(batch, segment.end(), rootAtEnd);
}

// Writes the batch together with how far the index then reaches.
tl::expected<void, StoreError> EventIndex::write(rocksdb::WriteBatch& batch, Position end,
                                                 const Digest& rootAtEnd) {
  require(batch.Put(toSlice(keys::kIndexReach),
                    encodeReach({reach_.storeId, reach_.hashKey, end, rootAtEnd})));
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  Status status = db_->Write(options, &batch);
  if (status.ok()) status = db_->Flush({});
  if (status.ok()) return {};
  return tl::unexpected(
      toStoreError(status, "cannot write to the index of the log in " + log_.directory().string()));
}

tl::expected<std::optional<StreamTip>, StoreError> EventIndex::findTip(std::string_view streamKey,
                                                                       Position head) const {
  const auto lastBelow = [&](Version first, const std::vector<Position>& positions) {
    const auto end = std::lower_bound(positions.begin(), positions.end(), head);
    if (end == positions.begin()) return std::optional<StreamTip>();
    const auto count = static_cast<std::uint64_t>(end - positions.begin());
    return std::optional<StreamTip>({{first.value + count - 1}, *std::prev(end)});
  };
  // The tail first: what leaves it meanwhile is in the index already.
  if (const auto tip = tail_.findTip(streamKey, head)) return tip;

  // Most streams are short or new, and a point look-up has a Bloom filter where a search has none.
  auto positions = readStoredChunk(streamKey, 0);
  if (!positions) return tl::unexpected(positions.error());
  if (positions->size() < kChunkVersions) return lastBelow({0}, *positions);
  const Position firstOfAll = positions->front();

  const std::unique_ptr<rocksdb::Iterator> each(db_->NewIterator(pointRead()));
  each->SeekForPrev(toSlice(keys::chunk(streamKey, ~std::uint32_t{0}).view()));
  for (; each->Valid(); each->Prev()) {
    const auto chunk = keys::parseChunk(toText(each->key()), streamKey);
    if (!chunk) break;
    if (!readChunk(toText(each->value()), *positions)) return tl::unexpected(damaged("a chunk"));
    const Version first{*chunk * kChunkVersions};
    if (const auto tip = lastBelow(first, *positions)) return tip;
  }
  if (!each->status().ok()) return tl::unexpected(log_.readError(each->status()));
  if (firstOfAll < head) return tl::unexpected(damaged("it has lost the end of a stream"));
  return std::nullopt;
}

tl::expected<std::vector<Position>, StoreError> EventIndex::readStoredChunk(
    std::string_view streamKey, std::uint32_t chunk) const {
  std::vector<Position> positions;
  rocksdb::PinnableSlice value;
  const auto found = get(keys::chunk(streamKey, chunk).view(), value);
  if (!found) return tl::unexpected(found.error());
  if (*found && !readChunk(toText(value), positions)) {
    return tl::unexpected(damaged("a chunk of stream positions cannot be read"));
  }
  return positions;
}

tl::expected<bool, StoreError> EventIndex::holdsAny(std::string_view streamKey) const {
  if (!db_) return false;
  const std::unique_ptr<rocksdb::Iterator> each(db_->NewIterator(pointRead()));
  each->Seek(toSlice(keys::chunk(streamKey, 0).view()));
  if (each->Valid()) return keys::parseChunk(toText(each->key()), streamKey).has_value();
  if (!each->status().ok()) return tl::unexpected(log_.readError(each->status()));
  return false;
}

tl::expected<bool, StoreError> EventIndex::get(std::string_view key,
                                               rocksdb::PinnableSlice& value) const {
  if (!db_) return false;
  value.Reset();
  const Status status = db_->Get(pointRead(), db_->DefaultColumnFamily(), toSlice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return tl::unexpected(log_.readError(status));
  return true;
}

tl::expected<EventIndex::Snapshot, StoreError> EventIndex::snapshot() const {
  Snapshot taken;
  taken.reach = {reach_.storeId, reach_.hashKey, {}, emptyRoot()};
  if (!db_) return taken;
  while (true) {
    taken.runs = commands_->runs();
    taken.entries = std::shared_ptr<const rocksdb::Snapshot>(
        db_->GetSnapshot(), [this](const rocksdb::Snapshot* held) { db_->ReleaseSnapshot(held); });
    rocksdb::ReadOptions options = pointRead();
    options.snapshot = taken.entries.get();
    std::string value;
    const Status status = db_->Get(options, toSlice(keys::kIndexReach), &value);
    if (!status.ok() && !status.IsNotFound()) return tl::unexpected(log_.readError(status));
    if (status.ok()) {
      const auto reach = decodeReach(value);
      if (!reach) return tl::unexpected(damaged("its record of how far it reaches cannot be read"));
      taken.reach = *reach;
    }
    // A segment's run is there a moment before its streams are, and is merged only after that.
    while (!taken.runs.empty() && taken.runs.back()->header().end > taken.reach.end) {
      taken.runs.pop_back();
    }
    const Position runsEnd = taken.runs.empty() ? Position{} : taken.runs.back()->header().end;
    if (runsEnd == taken.reach.end) return taken;  // else a segment was stored in between
  }
}

tl::expected<void, StoreError> EventIndex::walk(const Snapshot& snapshot, const OnPlace& onPlace,
                                                const OnCommand& onCommand) const {
  if (!snapshot.entries) return {};
  rocksdb::ReadOptions options = pointRead();
  options.snapshot = snapshot.entries.get();
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> each(db_->NewIterator(options));
  std::string stream;             // whose chunks are being walked
  std::uint64_t nextVersion = 0;  // the stream's next chunk must begin with it
  std::vector<Position> positions;
  for (each->SeekToFirst(); each->Valid(); each->Next()) {
    const std::string_view key = toText(each->key());
    if (key == keys::kIndexReach) continue;
    const auto streamKey = keys::streamOfChunk(key);
    if (!streamKey || !readChunk(toText(each->value()), positions)) {
      return tl::unexpected(
          damaged("the entry " + toHex(asBytes(key).data(), key.size()) + " cannot be read"));
    }
    if (*streamKey != stream) {
      stream = *streamKey;
      nextVersion = 0;
    }
    if (*keys::parseChunk(key, stream) * kChunkVersions != nextVersion) {
      return tl::unexpected(damaged("it lacks a chunk of a stream"));
    }
    for (const Position position : positions) onPlace(stream, {nextVersion++}, position);
  }
  if (!each->status().ok()) return tl::unexpected(log_.readError(each->status()));
  for (const auto& run : snapshot.runs) {
    CommandRun::Cursor cursor(*run);
    while (true) {
      const auto record = cursor.next();
      if (!record) return tl::unexpected(record.error());
      if (!*record) break;
      onCommand(**record);
    }
  }
  return {};
}

tl::expected<void, StoreError> EventIndex::verifyTables() const {
  if (!db_) return {};
  const Status status = db_->VerifyFileChecksums({});
  if (!status.ok()) return tl::unexpected(log_.readError(status));
  for (const auto& run : commands_->runs()) {
    if (auto verified = run->verify(); !verified) return verified;
  }
  return {};
}

StoreError EventIndex::damaged(std::string_view what) const {
  return log_.corrupt(
      "its index: " + std::string(what) +
      "; the folder index may be deleted while the log is closed, it is made again");
}

}  // namespace docket::eventstore
