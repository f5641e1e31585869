// RocksDB as the log uses it: one set of settings, one mapping of its errors, its column families
// by name. Internal to the event store; safe to use from several threads.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "eventstore/error.h"
#include "eventstore/files.h"
#include "eventstore/log.h"

namespace docket::eventstore {

enum class Family { meta, groups, tree };
inline constexpr std::size_t kFamilyCount = 3;

// The one place where a RocksDB status becomes ours. `doing` is as in "reading the log in
// /data/log".
StoreError toStoreError(const rocksdb::Status& status, const std::string& doing);

// The refusal of a log that a newer Docket wrote.
StoreError newerFormatError(const std::filesystem::path& directory, unsigned format);
// The refusal of a log that was written before there was a first release.
StoreError olderFormatError(const std::filesystem::path& directory, unsigned format);

inline rocksdb::Slice toSlice(std::string_view text) {
  return {text.data(), text.size()};
}
inline rocksdb::Slice toSlice(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::string_view toText(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// The value of a key of the meta family in a database that nobody needs to have open, read through
// `env` without a claim to understand the rest.
rocksdb::Status readMeta(rocksdb::Env* env, const std::string& directory, std::string_view key,
                         std::string& value);

// What an iterator is for: single events are worth keeping in the block cache, a long scan is not.
enum class Access { point, scan };

class Database {
 public:
  // Opens or makes the RocksDB of a log and takes the lock on its directory. Looks at the format
  // version first where RocksDB would refuse a newer log with a message of its own.
  [[nodiscard]] static tl::expected<std::unique_ptr<Database>, StoreError> open(
      const LogOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  // Through which the log's files are read and written; never null.
  rocksdb::Env* env() const { return env_; }

  // False if there is no such key.
  [[nodiscard]] tl::expected<bool, StoreError> get(Family family, std::string_view key,
                                                   rocksdb::PinnableSlice& value) const;
  std::unique_ptr<rocksdb::Iterator> iterate(Family family, Access access) const;

  // Returns when the batch is on disk.
  [[nodiscard]] tl::expected<void, StoreError> writeSynced(rocksdb::WriteBatch& batch);

  // For what works on the database as a whole: backups.
  rocksdb::DB& rocks() const { return *db_; }

  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return handles_[static_cast<std::size_t>(family)];
  }

  // Compares every table with the checksum of its file. Reads all of them.
  [[nodiscard]] tl::expected<void, StoreError> verifyTables() const;

  // The error of an iterator that is not valid, or of a key that had to be there.
  StoreError readError(const rocksdb::Status& status) const;
  StoreError corrupt(std::string_view what) const;

 private:
  Database() = default;
  tl::expected<void, StoreError> checkFamilies(const LogOptions& options) const;
  tl::expected<void, StoreError> openRocks(const LogOptions& options);

  std::filesystem::path directory_;
  rocksdb::Env* env_ = nullptr;
  FileDescriptor lock_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> handles_{};
};

}  // namespace docket::eventstore
