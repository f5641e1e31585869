#include "eventstore/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include "eventstore/anchor.h"
#include "eventstore/keys.h"
#include "eventstore/records.h"
#include "eventstore/rocks_settings.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using rocksdb::Status;

constexpr std::size_t kMiB = std::size_t{1} << 20;

// In the order of enum Family.
constexpr std::array<std::string_view, kFamilyCount> kFamilyNames = {
    keys::kMetaFamily, keys::kGroupsFamily, keys::kTreeFamily};

// Memory: 96 MiB of memtables, 48 MiB of block cache with the indexes and filters in it, and the
// tables of at most 512 open files.
rocksdb::DBOptions databaseOptions(bool readOnly, rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_missing_column_families = !readOnly;
  options.create_if_missing = !readOnly;
  setSafely(options);
  options.db_write_buffer_size = 96 * kMiB;
  options.max_total_wal_size = 128 * kMiB;
  options.max_open_files = 512;
  options.max_background_jobs = 2;
  options.bytes_per_sync = kMiB;
  return options;
}

rocksdb::ColumnFamilyOptions familyOptions(Family family,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  table.verify_compression = true;

  rocksdb::ColumnFamilyOptions options;
  options.compression = rocksdb::kLZ4Compression;
  options.paranoid_file_checks = true;
  options.memtable_protection_bytes_per_key = 8;
  options.max_write_buffer_number = 3;
  switch (family) {
    case Family::meta:
      options.write_buffer_size = kMiB;
      break;
    case Family::groups:
      options.write_buffer_size = 32 * kMiB;
      table.filter_policy.reset();  // only ever sought by order
      break;
    case Family::tree:
      options.write_buffer_size = 4 * kMiB;
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::ReadOptions readOptions(Access access) {
  rocksdb::ReadOptions options = verifiedRead();
  options.fill_cache = access == Access::point;
  return options;
}

bool isThere(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// True if a log was here: making a new one over its remains would hide that it is lost.
bool hasRemains(const fs::path& directory) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".sst" || path.filename() == kAnchorFileName) return true;
  }
  return false;
}

// The format version in the log's meta family; 0 if none.
unsigned storedFormat(const std::string& directory, rocksdb::Env* env) {
  std::string text;
  unsigned format = 0;
  if (readMeta(env, directory, keys::kFormat, text).ok()) {
    std::from_chars(text.data(), text.data() + text.size(), format);
  }
  return format;
}

StoreErrorCode codeOf(const Status& status, std::string_view text) {
  const auto says = [&](std::string_view words) {
    return text.find(words) != std::string_view::npos;
  };
  if (status.IsCorruption() || status.IsNotSupported()) return StoreErrorCode::corrupt;
  if (status.IsInvalidArgument()) return StoreErrorCode::corrupt;
  if (status.IsIOError()) {
    if (says("lock hold by current process") || says("lock file")) return StoreErrorCode::locked;
    if (says("Read-only file system") || says("Permission denied")) return StoreErrorCode::readOnly;
    // What RocksDB asks for by name is part of the log: if it is gone, the log is damaged.
    if (says("No such file or directory")) return StoreErrorCode::corrupt;
  }
  return StoreErrorCode::io;
}

}  // namespace

StoreError toStoreError(const Status& status, const std::string& doing) {
  const std::string text = status.ToString();
  return {codeOf(status, text), doing + ": " + text};
}

Status readMeta(rocksdb::Env* env, const std::string& directory, std::string_view key,
                std::string& value) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const Status status = rocksdb::DB::OpenForReadOnly(
      databaseOptions(true, env), directory,
      {{std::string(keys::kMetaFamily), familyOptions(Family::meta, nullptr)}}, &handles, &opened);
  if (!status.ok()) return status;
  const std::unique_ptr<rocksdb::DB> db(opened);
  const Status got = db->Get(readOptions(Access::point), handles[0], toSlice(key), &value);
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return got;
}

StoreError newerFormatError(const fs::path& directory, unsigned format) {
  return {StoreErrorCode::newerFormat,
          "the log in " + directory.string() + " has format version " + std::to_string(format) +
              "; this Docket reads versions up to " + std::to_string(kFormatVersion)};
}

StoreError olderFormatError(const fs::path& directory, unsigned format) {
  return {StoreErrorCode::olderFormat,
          "the log in " + directory.string() + " has format version " + std::to_string(format) +
              ", from before the first release; this Docket reads version " +
              std::to_string(kFormatVersion)};
}

tl::expected<std::unique_ptr<Database>, StoreError> Database::open(const LogOptions& options) {
  std::unique_ptr<Database> database(new Database);
  database->directory_ = options.directory;
  database->env_ = options.env != nullptr ? options.env : rocksdb::Env::Default();
  const fs::path& directory = database->directory_;
  const bool mayCreate = options.create && !options.readOnly;
  if (mayCreate) {
    if (auto made = makeDirectory(directory, options.env); !made)
      return tl::unexpected(made.error());
  } else if (!isThere(directory)) {
    return tl::unexpected(
        StoreError{StoreErrorCode::notFound, "there is no directory " + directory.string()});
  }
  auto lock = lockDirectory(directory, options.readOnly ? LockKind::shared : LockKind::exclusive);
  if (!lock) return tl::unexpected(lock.error());
  database->lock_ = std::move(*lock);

  if (isThere(directory / "CURRENT")) {
    if (auto checked = database->checkFamilies(options); !checked) {
      return tl::unexpected(checked.error());
    }
  } else if (hasRemains(directory)) {
    return tl::unexpected(database->corrupt("its file CURRENT is missing"));
  } else if (!mayCreate) {
    return tl::unexpected(
        StoreError{StoreErrorCode::notFound, directory.string() + " holds no log"});
  }
  if (!options.readOnly) {
    if (auto writable = checkWritable(directory); !writable) {
      return tl::unexpected(writable.error());
    }
  }
  if (auto opened = database->openRocks(options); !opened) return tl::unexpected(opened.error());
  return database;
}

// A log with column families that are not ours comes from a newer version, or is not a log.
tl::expected<void, StoreError> Database::checkFamilies(const LogOptions& options) const {
  std::vector<std::string> names;
  const Status status =
      rocksdb::DB::ListColumnFamilies(databaseOptions(true, env_), directory_.string(), &names);
  if (!status.ok()) return tl::unexpected(readError(status));
  const auto known = [](const std::string& name) {
    return std::find(kFamilyNames.begin(), kFamilyNames.end(), name) != kFamilyNames.end();
  };
  const auto foreign = std::find_if_not(names.begin(), names.end(), known);
  if (foreign != names.end()) {
    const unsigned format = storedFormat(directory_.string(), env_);
    if (format > kFormatVersion) return tl::unexpected(newerFormatError(directory_, format));
    if (format != 0 && format < kFormatVersion) {
      return tl::unexpected(olderFormatError(directory_, format));
    }
    return tl::unexpected(corrupt("it has an unknown column family \"" + *foreign + "\""));
  }
  // A MANIFEST that seems to end early; RocksDB would take it as it is and delete the tables that
  // it does not name.
  if (names.size() < kFamilyCount && hasRemains(directory_)) {
    return tl::unexpected(corrupt("its MANIFEST does not name all column families"));
  }
  if (names.size() < kFamilyCount && (options.readOnly || !options.create)) {
    return tl::unexpected(
        StoreError{StoreErrorCode::notFound, directory_.string() + " holds no log"});
  }
  return {};
}

tl::expected<void, StoreError> Database::openRocks(const LogOptions& options) {
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(48 * kMiB);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    families.emplace_back(std::string(kFamilyNames[i]),
                          familyOptions(static_cast<Family>(i), cache));
  }
  const rocksdb::DBOptions settings = databaseOptions(options.readOnly, env_);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const Status status =
      options.readOnly
          ? rocksdb::DB::OpenForReadOnly(settings, directory_.string(), families, &handles, &opened)
          : rocksdb::DB::Open(settings, directory_.string(), families, &handles, &opened);
  if (!status.ok()) {
    return tl::unexpected(toStoreError(status, "cannot open the log in " + directory_.string()));
  }
  db_.reset(opened);
  std::copy(handles.begin(), handles.end(), handles_.begin());
  return {};
}

Database::~Database() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

tl::expected<bool, StoreError> Database::get(Family family, std::string_view key,
                                             rocksdb::PinnableSlice& value) const {
  value.Reset();
  const Status status = db_->Get(readOptions(Access::point), handle(family), toSlice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return tl::unexpected(readError(status));
  return true;
}

std::unique_ptr<rocksdb::Iterator> Database::iterate(Family family, Access access) const {
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(readOptions(access), handle(family)));
}

tl::expected<void, StoreError> Database::writeSynced(rocksdb::WriteBatch& batch) {
  const Status status = db_->Write(syncedWrite(), &batch);
  if (!status.ok()) {
    return tl::unexpected(
        toStoreError(status, "cannot write to the log in " + directory_.string()));
  }
  return {};
}

tl::expected<void, StoreError> Database::verifyTables() const {
  const Status status = db_->VerifyFileChecksums({});
  if (!status.ok()) return tl::unexpected(readError(status));
  return {};
}

StoreError Database::readError(const Status& status) const {
  return toStoreError(status, "cannot read the log in " + directory_.string());
}

StoreError Database::corrupt(std::string_view what) const {
  return {StoreErrorCode::corrupt,
          "the log in " + directory_.string() + " is damaged: " + std::string(what)};
}

}  // namespace docket::eventstore
