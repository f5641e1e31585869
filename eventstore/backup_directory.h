// A directory of backups: the lock on it, whose it is, RocksDB's engine and our descriptions.
//
//   DIR/docket/STORE      whose backups these are; written first
//   DIR/docket/<id>       the description of a backup; written last, so that one without it is
//                         unfinished
//   DIR/docket/verifying  where a backup is restored to be verified
//   DIR/meta, private, shared_checksum    RocksDB's
//
// Internal to the event store. One thread at a time.
#pragma once

#include <rocksdb/utilities/backup_engine.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/backup.h"
#include "eventstore/error.h"
#include "eventstore/files.h"

namespace docket::eventstore {

// The text of a description, as stored; and back. Only what text() wrote is read.
std::string descriptionText(const BackupDescription& description);
std::optional<BackupDescription> parseDescription(std::string_view text);

// A status of RocksDB's about `directory`. `doing` is as in "cannot restore backup 3 of /backups".
StoreError backupError(const rocksdb::Status& status, const std::string& doing);

class BackupDirectory {
 public:
  // Those there are. Takes the lock: shared to look, exclusive to write.
  // Errors: notFound, locked, corrupt, io.
  [[nodiscard]] static tl::expected<BackupDirectory, StoreError> open(
      const std::filesystem::path& directory, LockKind kind);
  // The same for the log `storeId`, made if it is missing, to write. Errors: also invalid (the
  // directory holds something else, or the backups of another log), readOnly, noSpace.
  [[nodiscard]] static tl::expected<BackupDirectory, StoreError> openFor(
      const std::filesystem::path& directory, const std::string& storeId);

  const std::filesystem::path& path() const { return path_; }
  const std::string& storeId() const { return storeId_; }

  // The finished ones, the oldest first.
  [[nodiscard]] tl::expected<std::vector<BackupEntry>, StoreError> list() const;
  // The description of `id`, or of the latest. Errors: notFound, corrupt.
  [[nodiscard]] tl::expected<BackupDescription, StoreError> find(
      const std::optional<BackupId>& id) const;

  [[nodiscard]] tl::expected<void, StoreError> describe(const BackupDescription& description);
  // What the description names as `files`: the SHA-256 of DIR/meta/<id>.
  [[nodiscard]] tl::expected<Digest, StoreError> digestOfFiles(BackupId id) const;
  // Whether that still is the list of files that was described. Errors: corrupt, io.
  [[nodiscard]] tl::expected<void, StoreError> checkFiles(
      const BackupDescription& description) const;
  // The description goes first.
  [[nodiscard]] tl::expected<void, StoreError> remove(BackupId id);
  // Removes what unfinished backups and verifications left. REQUIRES: the exclusive lock.
  [[nodiscard]] tl::expected<void, StoreError> clearUnfinished();

  // A new engine of RocksDB's, for a database that is read through `databaseEnv`. The one that only
  // looks never changes a file.
  [[nodiscard]] tl::expected<std::unique_ptr<rocksdb::BackupEngine>, StoreError> engine(
      rocksdb::Env* databaseEnv = rocksdb::Env::Default()) const;
  [[nodiscard]] tl::expected<std::unique_ptr<rocksdb::BackupEngineReadOnly>, StoreError> looking()
      const;

  // How often an engine calls back while it copies.
  std::uint64_t bytesPerProgress() const;

  // Where something may be restored for a while. REQUIRES: the exclusive lock.
  std::filesystem::path scratch() const { return ownFolder() / "verifying"; }

  // "cannot verify backup 3 in /backups".
  std::string doing(std::string_view verb, BackupId id) const;

 private:
  BackupDirectory(std::filesystem::path path, FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path ownFolder() const;
  std::filesystem::path descriptionOf(BackupId id) const {
    return ownFolder() / std::to_string(id.value);
  }
  tl::expected<BackupDescription, StoreError> read(BackupId id) const;
  tl::expected<std::vector<BackupId>, StoreError> described() const;
  tl::expected<void, StoreError> readStore();

  std::filesystem::path path_;
  FileDescriptor lock_;
  std::string storeId_;
};

}  // namespace docket::eventstore
