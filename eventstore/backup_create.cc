#include "eventstore/backup_create.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "eventstore/backup_directory.h"
#include "eventstore/keys.h"
#include "eventstore/tree.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kSyncPoll{1};

// Whether `inner` is `outer` or lies in it.
bool liesIn(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

tl::expected<void, StoreError> checkApart(const BackupOptions& options) {
  std::error_code error;
  const fs::path backups = fs::weakly_canonical(options.directory, error);
  if (error) {
    return tl::unexpected(systemError(error.value(), "cannot resolve", options.directory));
  }
  const fs::path data = fs::weakly_canonical(options.dataDirectory, error);
  if (error) {
    return tl::unexpected(systemError(error.value(), "cannot resolve", options.dataDirectory));
  }
  if (!liesIn(backups, data) && !liesIn(data, backups)) return {};
  return tl::unexpected(StoreError{StoreErrorCode::invalid,
                                   "the backup directory " + backups.string() +
                                       " and the data directory " + data.string() +
                                       " lie in one another: give a directory elsewhere, best on "
                                       "another disk"});
}

std::uint64_t bytesIn(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    const std::uint64_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

class BackupMaking {
 public:
  BackupMaking(const BackupSource& source, const BackupOptions& options, BackupDirectory& directory)
      : source_(source), options_(options), directory_(directory) {}

  tl::expected<BackupDescription, StoreError> run() {
    const std::uint64_t bytesBefore = bytesIn(directory_.path());
    auto engine = directory_.engine(source_.database.env());
    if (!engine) return tl::unexpected(std::move(engine.error()));
    engine_ = std::move(*engine);
    if (auto copied = copy(); !copied) return tl::unexpected(std::move(copied.error()));
    auto described = describe(bytesBefore);
    if (described) return described;
    // Without a description it is not a backup; the next one would clear it away as well.
    if (const auto removed = engine_->DeleteBackup(id_.value); !removed.ok()) {
      spdlog::warn("{}: {}", directory_.doing("remove the unfinished", id_), removed.ToString());
    }
    return described;
  }

 private:
  tl::unexpected<StoreError> stopped() const {
    return tl::unexpected(StoreError{StoreErrorCode::interrupted, "the backup was stopped"});
  }
  bool goesOn() const { return !options_.progress || options_.progress(copied_, 0); }

  tl::expected<void, StoreError> copy() {
    if (!goesOn()) return stopped();
    rocksdb::CreateBackupOptions options;
    // Into tables first: the next backup shares them with this one, and the write-ahead log, which
    // is copied each time, stays short.
    options.flush_before_backup = true;
    options.progress_callback = [this] {
      copied_ += directory_.bytesPerProgress();
      if (!goesOn()) engine_->StopBackup();
    };
    const auto status = engine_->CreateNewBackupWithMetadata(options, &source_.database.rocks(),
                                                             source_.storeId, &id_.value);
    if (status.IsIncomplete()) return stopped();
    if (!status.ok()) {
      return tl::unexpected(
          backupError(status, "cannot make a backup in " + directory_.path().string()));
    }
    if (!goesOn()) {
      (void)engine_->DeleteBackup(id_.value);  // else the next backup does
      return stopped();
    }
    return {};
  }

  tl::expected<BackupDescription, StoreError> describe(std::uint64_t bytesBefore) {
    const auto head = headInBackup();
    if (!head) return tl::unexpected(head.error());
    if (auto durable = waitUntilDurable(head->next); !durable) {
      return tl::unexpected(std::move(durable.error()));
    }
    const auto frontier = readFrontier(source_.database, head->next);
    if (!frontier) return tl::unexpected(frontier.error());
    if (*frontier != head->frontier) {
      return tl::unexpected(source_.database.corrupt("what the backup holds at position " +
                                                     std::to_string(head->next.value) +
                                                     " is not what the log has there"));
    }
    const auto files = directory_.digestOfFiles(id_);
    if (!files) return tl::unexpected(files.error());
    const std::uint64_t bytesAfter = bytesIn(directory_.path());
    const BackupDescription description{.id = id_,
                                        .storeId = source_.storeId,
                                        .head = head->next,
                                        .root = head->frontier.root(),
                                        .lastRecorded = head->lastRecordedAt,
                                        .madeAt = options_.now,
                                        .newBytes = bytesAfter - std::min(bytesAfter, bytesBefore),
                                        .files = *files};
    if (auto stored = directory_.describe(description); !stored) {
      return tl::unexpected(std::move(stored.error()));
    }
    return description;
  }

  // Looks into the backup as it lies there: which head it has is decided by the moment at which the
  // write-ahead log was copied.
  tl::expected<Head, StoreError> headInBackup() const {
    rocksdb::BackupInfo info;
    rocksdb::Status status = engine_->GetBackupInfo(id_.value, &info, true);
    std::string value;
    if (status.ok()) {
      status = readMeta(info.env_for_open.get(), info.name_for_open, keys::kHead, value);
    }
    if (!status.ok()) return tl::unexpected(backupError(status, directory_.doing("read", id_)));
    if (const auto head = decodeHead(value)) return *head;
    return tl::unexpected(
        StoreError{StoreErrorCode::corrupt,
                   directory_.doing("read", id_) + ": its head record cannot be read"});
  }

  // A group may have been copied while it was being synced. It counts once the log has it for good;
  // if the log never gets it, neither may a restored one.
  tl::expected<void, StoreError> waitUntilDurable(Position head) const {
    for (;;) {
      const auto durable = source_.durableHead();
      if (!durable) return tl::unexpected(durable.error());
      if (durable->next >= head) return {};
      if (!goesOn()) return stopped();
      std::this_thread::sleep_for(kSyncPoll);
    }
  }

  const BackupSource& source_;
  const BackupOptions& options_;
  BackupDirectory& directory_;
  std::unique_ptr<rocksdb::BackupEngine> engine_;
  BackupId id_;
  std::uint64_t copied_ = 0;  // bytes
};

}  // namespace

tl::expected<BackupDescription, StoreError> createBackup(const BackupSource& source,
                                                         const BackupOptions& options) {
  if (auto apart = checkApart(options); !apart) return tl::unexpected(std::move(apart.error()));
  if (auto durable = source.durableHead(); !durable) {
    return tl::unexpected(std::move(durable.error()));
  }
  auto directory = BackupDirectory::openFor(options.directory, source.storeId);
  if (!directory) return tl::unexpected(std::move(directory.error()));
  if (auto cleared = directory->clearUnfinished(); !cleared) {
    return tl::unexpected(std::move(cleared.error()));
  }
  return BackupMaking(source, options, *directory).run();
}

}  // namespace docket::eventstore
