#include "eventstore/key_database.h"

#include <rocksdb/table.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "eventstore/bytes.h"
#include "eventstore/database.h"
#include "eventstore/keys.h"
#include "eventstore/rocks_settings.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using rocksdb::Status;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::string_view kFormat = "1";

rocksdb::Options keyOptions(bool create) {
  rocksdb::Options options;
  setSafely(options);
  options.create_if_missing = create;
  options.paranoid_file_checks = true;
  options.memtable_protection_bytes_per_key = 8;
  options.write_buffer_size = 8 * kMiB;
  options.max_open_files = 64;
  options.max_background_jobs = 1;
  // Keys look random: nothing to gain, and a search of the files must see them as they are.
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

void require(const Status& status) {
  if (!status.ok()) std::abort();  // a batch only fails on misuse
}

std::string encodeNumber(std::uint64_t value) {
  std::byte bytes[kMaxVarintBytes];
  return std::string(asText({bytes, static_cast<std::size_t>(putVarint(bytes, value) - bytes)}));
}

std::string encodeMasters(const std::vector<MasterKeyId>& masters) {
  std::string text;
  for (const MasterKeyId& id : masters) text += asText(id.bytes);
  return text;
}

// The tables and write-ahead logs in a folder, by name; RocksDB never uses a name twice.
std::set<std::string> dataFiles(const fs::path& directory) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".sst" || extension == ".log") names.insert(entry.path().filename().string());
  }
  return names;
}

std::uint64_t eightBytes(const char* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

// The beginnings of both halves of each needle. Eight bytes of a random key are met by chance once
// in 10^19 places.
std::unordered_set<std::uint64_t> beginnings(std::span<const std::vector<std::byte>> needles) {
  std::unordered_set<std::uint64_t> all;
  for (const auto& needle : needles) {
    const std::string_view bytes = asText(needle);
    all.insert(eightBytes(bytes.data()));
    all.insert(eightBytes(bytes.data() + bytes.size() / 2));
  }
  return all;
}

bool holdsAny(std::string_view content, const std::unordered_set<std::uint64_t>& wanted) {
  for (std::size_t i = 0; i + sizeof(std::uint64_t) <= content.size(); ++i) {
    if (wanted.contains(eightBytes(content.data() + i))) return true;
  }
  return false;
}

}  // namespace

bool KeyDatabase::isThere(const fs::path& directory) {
  std::error_code ignored;
  return fs::exists(directory / "CURRENT", ignored) || !dataFiles(directory).empty();
}

tl::expected<KeyDatabase, StoreError> KeyDatabase::open(const fs::path& directory, bool create,
                                                        rocksdb::Env* env) {
  std::error_code ignored;
  const bool hasCurrent = fs::exists(directory / "CURRENT", ignored);
  if (!hasCurrent && !create) {
    return tl::unexpected(
        StoreError{StoreErrorCode::notFound, directory.string() + " holds no key store"});
  }
  if (create) {
    if (auto made = makeDirectory(directory); !made) return tl::unexpected(made.error());
  }
  auto lock = lockDirectory(directory, LockKind::exclusive);
  if (!lock) return tl::unexpected(lock.error());
  KeyDatabase database(directory, std::move(*lock), env);
  if (!hasCurrent && !dataFiles(directory).empty()) {
    return tl::unexpected(database.corrupt("its file CURRENT is missing"));
  }
  if (auto opened = database.openRocks(create); !opened) return tl::unexpected(opened.error());
  if (auto read = database.readFacts(); !read) return tl::unexpected(read.error());
  return database;
}

tl::expected<void, StoreError> KeyDatabase::openRocks(bool create) {
  rocksdb::DB* opened = nullptr;
  rocksdb::Options options = keyOptions(create);
  if (env_ != nullptr) options.env = env_;
  const Status status = rocksdb::DB::Open(options, directory_.string(), &opened);
  if (!status.ok()) {
    return tl::unexpected(
        toStoreError(status, "cannot open the key store in " + directory_.string()));
  }
  db_.reset(opened);
  return {};
}

// Notes the format in an empty database: it may have been made by a start that went no further.
tl::expected<void, StoreError> KeyDatabase::readFacts() {
  const auto format = fact(keys::kSubjectsFormat);
  if (!format) return tl::unexpected(format.error());
  if (!*format) {
    rocksdb::ReadOptions options = verifiedRead();
    const std::unique_ptr<rocksdb::Iterator> any(db_->NewIterator(options));
    any->SeekToFirst();
    if (any->Valid() || !any->status().ok()) {
      return tl::unexpected(corrupt("it has entries and no format"));
    }
    rocksdb::WriteBatch batch;
    require(batch.Put(toSlice(keys::kSubjectsFormat), toSlice(kFormat)));
    require(batch.Put(toSlice(keys::kSubjectsCount), encodeNumber(0)));
    return write(batch);
  }
  if (**format != kFormat) {
    return tl::unexpected(
        StoreError{StoreErrorCode::newerFormat, "the key store in " + directory_.string() +
                                                    " has format version " + **format +
                                                    "; this Docket reads version 1"});
  }
  const auto count = fact(keys::kSubjectsCount);
  const auto masters = fact(keys::kSubjectsMasters);
  const auto unswept = fact(keys::kSubjectsUnswept);
  for (const auto* read : {&count, &masters, &unswept}) {
    if (!*read) return tl::unexpected(read->error());
  }
  const std::string countText = count->value_or("");
  const std::string mastersText = masters->value_or("");
  ByteReader number(asBytes(countText));
  ByteReader ids(asBytes(mastersText));
  for (MasterKeyId id; ids.takeArray(id.bytes);) masters_.push_back(id);
  if (!number.takeVarint(count_) || number.left() != 0 || ids.left() != 0) {
    return tl::unexpected(corrupt("its count or its list of master keys cannot be read"));
  }
  unswept_ = unswept->has_value();
  return {};
}

tl::expected<std::optional<std::string>, StoreError> KeyDatabase::fact(std::string_view key) const {
  if (!db_) return tl::unexpected(closedError());
  std::string value;
  const Status status = db_->Get(verifiedRead(), toSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) {
    return tl::unexpected(
        toStoreError(status, "cannot read the key store in " + directory_.string()));
  }
  return value;
}

tl::expected<std::optional<KeyEntry>, StoreError> KeyDatabase::find(
    std::string_view subject) const {
  const auto value = fact(keys::subject(subject));
  if (!value) return tl::unexpected(value.error());
  if (!*value) return std::nullopt;
  auto entry = decodeEntry(**value);
  if (!entry) return tl::unexpected(corrupt("the entry of a subject cannot be read"));
  return entry;
}

tl::expected<void, StoreError> KeyDatabase::walk(const OnEntry& onEntry) const {
  if (!db_) return tl::unexpected(closedError());
  rocksdb::ReadOptions options = verifiedRead();
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> each(db_->NewIterator(options));
  std::uint64_t seen = 0;
  for (each->Seek(toSlice(keys::kSubjectPrefix)); each->Valid(); each->Next()) {
    const auto subject = keys::parseSubject(toText(each->key()));
    if (!subject) break;
    const auto entry = decodeEntry(toText(each->value()));
    if (!entry) return tl::unexpected(corrupt("the entry of a subject cannot be read"));
    if (auto taken = onEntry(*subject, *entry); !taken) return taken;
    ++seen;
  }
  if (!each->status().ok()) {
    return tl::unexpected(
        toStoreError(each->status(), "cannot read the key store in " + directory_.string()));
  }
  // A damaged table can end a scan early; a key that is overlooked may lose its master key.
  if (seen != count_) {
    return tl::unexpected(corrupt("it holds " + std::to_string(seen) + " entries where " +
                                  std::to_string(count_) + " were made"));
  }
  return {};
}

tl::expected<void, StoreError> KeyDatabase::put(std::span<const Put> puts, Sweep sweep) {
  if (!db_) return tl::unexpected(closedError());
  rocksdb::WriteBatch batch;
  std::uint64_t count = count_;
  for (const Put& put : puts) {
    require(batch.Put(keys::subject(put.subject), encodeEntry(put.entry)));
    if (put.isNew) ++count;
  }
  if (count != count_) require(batch.Put(toSlice(keys::kSubjectsCount), encodeNumber(count)));
  if (sweep == Sweep::needed) require(batch.Put(toSlice(keys::kSubjectsUnswept), "1"));
  if (auto written = write(batch); !written) return written;
  count_ = count;
  unswept_ = unswept_ || sweep == Sweep::needed;
  return {};
}

tl::expected<void, StoreError> KeyDatabase::noteMasters(std::vector<MasterKeyId> masters) {
  if (masters == masters_) return {};
  if (!db_) return tl::unexpected(closedError());
  rocksdb::WriteBatch batch;
  require(batch.Put(toSlice(keys::kSubjectsMasters), encodeMasters(masters)));
  if (auto written = write(batch); !written) return written;
  masters_ = std::move(masters);
  return {};
}

tl::expected<void, StoreError> KeyDatabase::write(rocksdb::WriteBatch& batch) {
  const Status status = db_->Write(syncedWrite(), &batch);
  if (status.ok()) return {};
  return tl::unexpected(
      toStoreError(status, "cannot write to the key store in " + directory_.string()));
}

tl::expected<void, StoreError> KeyDatabase::sweep(std::span<const std::vector<std::byte>> needles) {
  if (!db_) return tl::unexpected(closedError());
  // With something in it the write-ahead log is flushed and given up; an empty one would stay.
  rocksdb::WriteBatch mark;
  require(mark.Put(toSlice(keys::kSubjectsUnswept), "1"));
  if (auto marked = write(mark); !marked) return marked;
  const std::set<std::string> before = dataFiles(directory_);
  if (auto compacted = compactIntoNewFiles(); !compacted) return compacted;
  for (const std::string& name : dataFiles(directory_)) {
    if (!before.contains(name)) continue;
    return tl::unexpected(
        StoreError{StoreErrorCode::io,
                   "the file " + (directory_ / name).string() +
                       " is still there after compacting and may hold what was overwritten"});
  }
  if (auto searched = search(needles); !searched) return searched;
  rocksdb::WriteBatch batch;
  require(batch.Delete(toSlice(keys::kSubjectsUnswept)));
  if (auto written = write(batch); !written) return written;
  unswept_ = false;
  return {};
}

// Closing waits until RocksDB has deleted what it no longer needs, and opening begins a new
// write-ahead log; that is what makes the outcome certain and not a matter of a moment.
tl::expected<void, StoreError> KeyDatabase::compactIntoNewFiles() {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  if (const Status compacted = db_->CompactRange(options, nullptr, nullptr); !compacted.ok()) {
    return tl::unexpected(
        toStoreError(compacted, "cannot compact the key store in " + directory_.string()));
  }
  const Status closed = db_->Close();
  db_.reset();  // whatever it answered, it takes nothing more
  if (!closed.ok()) {
    return tl::unexpected(
        toStoreError(closed, "cannot close the key store in " + directory_.string()));
  }
  return openRocks(false);
}

tl::expected<void, StoreError> KeyDatabase::search(
    std::span<const std::vector<std::byte>> needles) const {
  if (needles.empty()) return {};
  const auto wanted = beginnings(needles);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    if (!file) return tl::unexpected(systemError(errno, "cannot search", entry.path()));
    const std::string content((std::istreambuf_iterator<char>(file)), {});
    if (!holdsAny(content, wanted)) continue;
    return tl::unexpected(
        StoreError{StoreErrorCode::io,
                   "the file " + entry.path().string() + " still holds a key that was destroyed"});
  }
  if (error) return tl::unexpected(systemError(error.value(), "cannot search", directory_));
  return {};
}

StoreError KeyDatabase::corrupt(std::string_view what) const {
  return {StoreErrorCode::corrupt,
          "the key store in " + directory_.string() + " is damaged: " + std::string(what)};
}

StoreError KeyDatabase::closedError() const {
  return {StoreErrorCode::failed, "the key store in " + directory_.string() +
                                      " could not be closed and opened again after compacting"};
}

}  // namespace docket::eventstore
