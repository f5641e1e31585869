#include "projections/row_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/iterator.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <charconv>
#include <cstdlib>

#include "projections/row_codec.h"

#include "eventstore/rocks_notes.h"

namespace docket::projections {
namespace {

namespace fs = std::filesystem;
using rocksdb::Slice;
using rocksdb::Status;

constexpr std::size_t kMiB = std::size_t{1} << 20;

// --- Every key that is not a row
// ------------------------------------------------------------------ In a generation. Rows never
// begin with a zero byte.
constexpr std::string_view kCheckpointKey{"\0checkpoint", 11};
constexpr std::string_view kFirstRowKey = "\x01";
// In the default column family.
constexpr std::string_view kOriginKey = "origin";
std::string servingKey(std::string_view view) {
  return "serving/" + std::string(view);
}

// "board.3"
std::string familyName(std::string_view view, std::uint64_t number) {
  return std::string(view) + "." + std::to_string(number);
}

Slice toSlice(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view toText(const Slice& slice) {
  return {slice.data(), slice.size()};
}

// The first key after all that begin with `prefix`; empty: there is none.
std::string afterPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

// Where a scan of `prefix` begins: never among the reserved keys.
std::string_view firstKey(std::string_view prefix) {
  return prefix.empty() ? kFirstRowKey : prefix;
}

RowStoreError storeError(const fs::path& directory, std::string_view doing, const Status& status) {
  const std::string text = status.ToString();
  const auto says = [&](std::string_view words) { return text.find(words) != std::string::npos; };
  const std::string where = std::string(doing) + " the views in " + directory.string();
  if (status.IsIOError() && (says("lock hold by current process") || says("lock file"))) {
    return {where + ": another process has them open (" + text + ")"};
  }
  const bool missingFile = says("No such file");
  if (status.IsCorruption() || status.IsInvalidArgument() || status.IsNotSupported() ||
      missingFile) {
    return {where + ": they are damaged (" + text +
                "); stop the server and delete that directory, it is made again from the log",
            true};
  }
  return {where + ": " + text};
}

rocksdb::ReadOptions readOptions(const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  // Without this a damaged file can end a scan early and say that all is well.
  options.ignore_range_deletions = true;
  return options;
}

rocksdb::WriteOptions rowWriteOptions() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;  // see the header: a flush is a prefix of the writes
  options.protection_bytes_per_key = 8;
  return options;
}

[[noreturn]] void throwDamaged(std::string_view view, const Status& status) {
  throw ViewDamaged("the rows of view \"" + std::string(view) + "\" cannot be read (" +
                    status.ToString() +
                    "); stop the server and delete the directory of the views, it is made again "
                    "from the log");
}

}  // namespace

// --- RowStore
// -------------------------------------------------------------------------------------

struct RowStore::Settings {
  rocksdb::DBOptions database;
  rocksdb::ColumnFamilyOptions family;

  explicit Settings(std::size_t writeBufferBytes) {
    database.create_if_missing = true;
    database.paranoid_checks = true;
    // All memtables together; with the block cache below this bounds the memory of the views.
    database.db_write_buffer_size = 4 * writeBufferBytes;
    // A closed WAL that is damaged, or gone, makes open fail; only a torn tail is forgiven.
    database.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    // Closing must leave what a crash would leave: whoever wants rows durable calls flush().
    database.avoid_flush_during_shutdown = true;
    database.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
    database.max_open_files = 512;
    database.max_background_jobs = 2;
    database.info_log = eventstore::notesToOurLog();
    database.stats_dump_period_sec = 0;
    database.stats_persist_period_sec = 0;

    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(64 * kMiB);
    table.cache_index_and_filter_blocks = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    family.write_buffer_size = writeBufferBytes;
    family.max_write_buffer_number = 3;
    family.compression = rocksdb::kLZ4Compression;
    family.paranoid_file_checks = true;
    family.memtable_protection_bytes_per_key = 8;
  }
};

RowStore::RowStore(fs::path directory, std::unique_ptr<Settings> settings)
    : directory_(std::move(directory)), settings_(std::move(settings)) {}

RowStore::~RowStore() = default;

tl::expected<std::unique_ptr<RowStore>, RowStoreError> RowStore::open(
    const fs::path& directory, std::size_t writeBufferBytes) {
  std::error_code failed;
  fs::create_directories(directory, failed);
  if (failed) {
    return tl::unexpected(RowStoreError{"cannot make the directory of the views " +
                                        directory.string() + ": " + failed.message()});
  }
  std::unique_ptr<RowStore> store(
      new RowStore(directory, std::make_unique<Settings>(writeBufferBytes)));
  const Settings& settings = *store->settings_;

  std::vector<std::string> names{rocksdb::kDefaultColumnFamilyName};
  if (fs::exists(directory / "CURRENT", failed)) {
    const Status listed =
        rocksdb::DB::ListColumnFamilies(settings.database, directory.string(), &names);
    if (!listed.ok()) return tl::unexpected(storeError(directory, "cannot open", listed));
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, settings.family);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const Status status =
      rocksdb::DB::Open(settings.database, directory.string(), families, &handles, &opened);
  if (!status.ok()) return tl::unexpected(storeError(directory, "cannot open", status));
  store->db_.reset(opened);

  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t dot = names[i].rfind('.');
    std::uint64_t number = 0;
    if (dot != std::string::npos) {
      std::from_chars(names[i].data() + dot + 1, names[i].data() + names[i].size(), number);
      store->found_.push_back(
          std::make_shared<Generation>(store->db_, handles[i], names[i].substr(0, dot), number));
    } else {
      // RocksDB keeps a handle of its own for the default column family.
      store->db_->DestroyColumnFamilyHandle(handles[i]);
    }
  }
  return store;
}

std::vector<std::shared_ptr<Generation>> RowStore::takeGenerations() {
  return std::exchange(found_, {});
}

tl::expected<std::shared_ptr<Generation>, RowStoreError> RowStore::create(std::string_view view,
                                                                          std::uint64_t number) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  const Status status =
      db_->CreateColumnFamily(settings_->family, familyName(view, number), &handle);
  if (!status.ok()) {
    return tl::unexpected(storeError(directory_, "cannot add a generation to", status));
  }
  return std::make_shared<Generation>(db_, handle, view, number);
}

tl::expected<std::optional<std::string>, RowStoreError> RowStore::get(std::string_view key) const {
  std::string value;
  const Status status =
      db_->Get(readOptions(nullptr), db_->DefaultColumnFamily(), toSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected(storeError(directory_, "cannot read", status));
  return value;
}

tl::expected<void, RowStoreError> RowStore::put(std::string_view key, std::string_view value) {
  rocksdb::WriteOptions options;
  options.sync = true;
  options.protection_bytes_per_key = 8;
  const Status status = db_->Put(options, db_->DefaultColumnFamily(), toSlice(key), toSlice(value));
  if (!status.ok()) return tl::unexpected(storeError(directory_, "cannot write to", status));
  return {};
}

tl::expected<std::string, RowStoreError> RowStore::origin() const {
  auto stored = get(kOriginKey);
  if (!stored) return tl::unexpected(stored.error());
  return stored->value_or(std::string());
}

tl::expected<void, RowStoreError> RowStore::setOrigin(std::string_view origin) {
  return put(kOriginKey, origin);
}

tl::expected<std::optional<std::uint64_t>, RowStoreError> RowStore::serving(
    std::string_view view) const {
  auto stored = get(servingKey(view));
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored) return std::nullopt;
  RowParser parser(**stored);
  const std::uint64_t number = parser.number();
  if (!parser.whole()) return std::nullopt;  // as if never said: a new generation is made
  return number;
}

tl::expected<void, RowStoreError> RowStore::setServing(std::string_view view,
                                                       std::uint64_t number) {
  return put(servingKey(view), RowWriter().number(number).take());
}

// --- Generation
// -----------------------------------------------------------------------------------

// Walks the rows that begin with a prefix, either way. The bounds are kept here because RocksDB
// only borrows them.
class Generation::Walk {
 public:
  Walk(const Generation& generation, const rocksdb::Snapshot* snapshot, std::string_view prefix,
       std::string_view from, bool backward)
      : view_(generation.view_),
        backward_(backward),
        first_(firstKey(prefix)),
        end_(afterPrefix(prefix)),
        lower_(first_),
        upper_(end_) {
    rocksdb::ReadOptions options = readOptions(snapshot);
    options.iterate_lower_bound = &lower_;
    if (!end_.empty()) options.iterate_upper_bound = &upper_;
    rows_.reset(generation.db_->NewIterator(options, generation.handle_));
    if (backward) {
      from.empty() ? rows_->SeekToLast() : rows_->SeekForPrev(toSlice(from));
    } else {
      from < first_ ? rows_->SeekToFirst() : rows_->Seek(toSlice(from));
    }
    check();
  }

  bool valid() const { return rows_->Valid(); }
  std::string_view key() const { return toText(rows_->key()); }
  std::string_view value() const { return toText(rows_->value()); }
  void step() {
    backward_ ? rows_->Prev() : rows_->Next();
    check();
  }

 private:
  void check() const {
    if (!rows_->Valid() && !rows_->status().ok()) throwDamaged(view_, rows_->status());
  }

  const std::string& view_;
  bool backward_;
  std::string first_;
  std::string end_;
  Slice lower_;
  Slice upper_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

Generation::Generation(std::shared_ptr<rocksdb::DB> db, rocksdb::ColumnFamilyHandle* handle,
                       std::string_view view, std::uint64_t number)
    : db_(std::move(db)), handle_(handle), view_(view), number_(number) {}

Generation::~Generation() {
  db_->DestroyColumnFamilyHandle(handle_);
}

std::optional<std::string> Generation::get(std::string_view key,
                                           const rocksdb::Snapshot* snapshot) const {
  std::string value;
  const Status status = db_->Get(readOptions(snapshot), handle_, toSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) throwDamaged(view_, status);
  return value;
}

std::optional<std::string> Generation::checkpoint() const {
  return get(kCheckpointKey, nullptr);
}

tl::expected<void, RowStoreError> Generation::flush() {
  const Status status = db_->Flush(rocksdb::FlushOptions(), handle_);
  if (!status.ok()) return tl::unexpected(storeError(db_->GetName(), "cannot flush", status));
  return {};
}

tl::expected<void, RowStoreError> Generation::drop() {
  const Status status = db_->DropColumnFamily(handle_);
  if (!status.ok()) {
    return tl::unexpected(storeError(db_->GetName(), "cannot drop a generation of", status));
  }
  return {};
}

// --- SnapshotRows
// ---------------------------------------------------------------------------------

SnapshotRows::SnapshotRows(std::shared_ptr<const Generation> generation)
    : generation_(std::move(generation)), snapshot_(generation_->db_->GetSnapshot()) {}

SnapshotRows::~SnapshotRows() {
  generation_->db_->ReleaseSnapshot(snapshot_);
}

std::optional<std::string> SnapshotRows::get(std::string_view key) const {
  return generation_->get(key, snapshot_);
}

std::optional<std::string> SnapshotRows::checkpoint() const {
  return generation_->get(kCheckpointKey, snapshot_);
}

void SnapshotRows::scan(std::string_view prefix, const Visit& visit) const {
  scanFrom(prefix, {}, false, visit);
}

void SnapshotRows::scanFrom(std::string_view prefix, std::string_view from, bool backward,
                            const Visit& visit) const {
  Generation::Walk walk(*generation_, snapshot_, prefix, from, backward);
  for (; walk.valid(); walk.step()) {
    if (!visit(walk.key(), walk.value())) return;
  }
}

// --- BatchRows
// ------------------------------------------------------------------------------------

BatchRows::BatchRows(std::shared_ptr<Generation> generation) : generation_(std::move(generation)) {}

std::optional<std::string> BatchRows::get(std::string_view key) const {
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    Entry read{generation_->get(key, nullptr), false};
    found = entries_.emplace(std::string(key), std::move(read)).first;
  }
  return found->second.value;
}

void BatchRows::set(std::string_view key, std::optional<std::string> value) {
  if (key.empty() || key.front() == '\0') std::abort();  // the projection would hit our own keys
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    // What the store holds is not read for this: to take the change back is to forget the entry.
    found = entries_.emplace(std::string(key), Entry{}).first;
    undo_.emplace_back(found, std::nullopt);
  } else {
    undo_.emplace_back(found, found->second);
  }
  found->second = Entry{std::move(value), true};
}

void BatchRows::put(std::string_view key, std::string_view value) {
  set(key, std::string(value));
}

void BatchRows::erase(std::string_view key) {
  set(key, std::nullopt);
}

void BatchRows::rollbackEvent() {
  for (auto change = undo_.rbegin(); change != undo_.rend(); ++change) {
    if (change->second) {
      change->first->second = std::move(*change->second);
    } else {
      entries_.erase(change->first);
    }
  }
  undo_.clear();
}

void BatchRows::scan(std::string_view prefix, const Visit& visit) const {
  scanFrom(prefix, {}, false, visit);
}

void BatchRows::scanFrom(std::string_view prefix, std::string_view from, bool backward,
                         const Visit& visit) const {
  // The batch's own changes under the prefix, in the order of the walk; where both have a key, the
  // batch's is the one that counts.
  std::vector<Entries::const_iterator> own;
  for (auto at = entries_.lower_bound(prefix);
       at != entries_.end() && at->first.compare(0, prefix.size(), prefix) == 0; ++at) {
    const bool inRange = from.empty() || (backward ? at->first <= from : at->first >= from);
    if (at->second.changed && inRange) own.push_back(at);
  }
  if (backward) own = {own.rbegin(), own.rend()};

  Generation::Walk stored(*generation_, nullptr, prefix, from, backward);
  auto mine = own.begin();
  while (stored.valid() || mine != own.end()) {
    const bool takeMine =
        mine != own.end() && (!stored.valid() || (backward ? (*mine)->first >= stored.key()
                                                           : (*mine)->first <= stored.key()));
    if (!takeMine) {
      if (!visit(stored.key(), stored.value())) return;
      stored.step();
      continue;
    }
    if (stored.valid() && stored.key() == (*mine)->first) stored.step();
    const auto& [key, entry] = **mine;
    ++mine;
    if (entry.value && !visit(key, *entry.value)) return;
  }
}

tl::expected<void, RowStoreError> BatchRows::commit(std::string_view checkpoint) {
  rocksdb::WriteBatch batch(0, 0, 8, 0);
  rocksdb::ColumnFamilyHandle* const handle = generation_->handle_;
  Status status;
  for (const auto& [key, entry] : entries_) {
    if (!entry.changed) continue;
    status = entry.value ? batch.Put(handle, toSlice(key), toSlice(*entry.value))
                         : batch.Delete(handle, toSlice(key));
    if (!status.ok()) break;
  }
  if (status.ok()) status = batch.Put(handle, toSlice(kCheckpointKey), toSlice(checkpoint));
  if (status.ok()) status = generation_->db_->Write(rowWriteOptions(), &batch);
  undo_.clear();
  entries_.clear();
  if (!status.ok()) {
    return tl::unexpected(storeError(generation_->db_->GetName(), "cannot write to", status));
  }
  return {};
}

}  // namespace docket::projections
