// The log of a data directory, opened for reading only: its database, its anchor, and the proof
// that no server uses it.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "client/verify/bytes.h"
#include "client/verify/problem.h"

namespace docket::client::verify {

enum class Family { standard, groups, tree };

// Threads: one. Keeps servers out of the data directory while it lives, if there is a DATA/LOCK.
class LogFiles {
 public:
  static Result<std::unique_ptr<LogFiles>> open(const std::filesystem::path& directory);
  ~LogFiles();
  LogFiles(const LogFiles&) = delete;
  LogFiles& operator=(const LogFiles&) = delete;

  const std::filesystem::path& logDirectory() const { return log_; }
  // Of a whole data directory: where its checkpoint would be.
  const std::optional<std::filesystem::path>& dataDirectory() const { return data_; }

  // The value, or nullopt.
  Result<std::optional<std::string>> get(Family family, Bytes key);

  // Walks a family in the order of its keys. A RocksDB iterator that says "end, all is well" is not
  // believed by itself: who walks must know what has to come.
  std::unique_ptr<rocksdb::Iterator> walk(Family family);
  // At the end of a walk.
  Result<void> ended(const rocksdb::Iterator& walk) const;

 private:
  LogFiles() = default;
  Result<void> findDirectories(const std::filesystem::path& directory);
  Result<void> keepServersOut();
  Result<void> openDatabase();
  tl::unexpected<Problem> problemOf(const rocksdb::Status& status) const;

  std::filesystem::path log_;
  std::optional<std::filesystem::path> data_;
  int lock_ = -1;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace docket::client::verify
