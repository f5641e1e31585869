#include "eventstore/backup.h"

#include <system_error>
#include <utility>

#include "eventstore/anchor.h"
#include "eventstore/backup_directory.h"
#include "eventstore/database.h"
#include "eventstore/files.h"
#include "eventstore/log_prefix.h"
#include "eventstore/open_check.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using Done = tl::expected<void, StoreError>;

// A directory that is removed with all that is in it, unless it has got another name by then.
class Scratch {
 public:
  explicit Scratch(fs::path path) : path_(std::move(path)) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;  // what stays is cleared away or refused by whoever comes next
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
};

StoreError damaged(const BackupDirectory& directory, BackupId id, const std::string& what) {
  return {StoreErrorCode::corrupt, "backup " + std::to_string(id.value) + " in " +
                                       directory.path().string() + " is damaged: " + what};
}

// What a restored log says of itself names a directory that is gone by the time it is read.
tl::unexpected<StoreError> in(const BackupDirectory& directory, BackupId id, StoreError error) {
  error.message = "backup " + std::to_string(id.value) + " in " + directory.path().string() + ": " +
                  error.message;
  return tl::unexpected(std::move(error));
}

// The whole log of the backup at `target`, with an anchor for what the description promises:
// opening then refuses a log that does not reach it or has another root there.
Done restoreFiles(const BackupDirectory& directory, const BackupDescription& description,
                  const fs::path& target) {
  if (auto listed = directory.checkFiles(description); !listed) return listed;
  if (auto made = makeDirectory(target); !made) return made;
  const auto engine = directory.looking();
  if (!engine) return tl::unexpected(engine.error());
  const rocksdb::Status restored = (*engine)->RestoreDBFromBackup(
      description.id.value, target.string(), target.string(), rocksdb::RestoreOptions());
  if (!restored.ok()) {
    return tl::unexpected(backupError(restored, directory.doing("restore", description.id)));
  }
  return storeAnchor(target, {description.head, description.root});
}

// What was expected of the log that has just been opened.
Done compare(const BackupDirectory& directory, BackupId id, const Log& log, Position head,
             const Digest& root) {
  const Log::TreeHead has = log.treeHead();
  if (log.storeId() != directory.storeId()) {
    return tl::unexpected(damaged(directory, id, "it is of log " + log.storeId()));
  }
  if (has.size != head.value || has.root != root) {
    return tl::unexpected(damaged(directory, id,
                                  "its log has " + std::to_string(has.size) + " events and root " +
                                      toHex(has.root.bytes) + "; " + std::to_string(head.value) +
                                      " and " + toHex(root.bytes) + " were expected"));
  }
  return {};
}

tl::expected<Standing, StoreError> standingOf(const Log& log, const KnownRoot& known) {
  if (known.size > log.head().value) return Standing::behind;
  const auto root = log.rootAt({known.size});
  if (!root) return tl::unexpected(root.error());
  return *root == known.root ? Standing::holds : Standing::differs;
}

// --- Restoring
// --------------------------------------------------------------------------------------

Done refuse(std::string message) {
  return tl::unexpected(StoreError{StoreErrorCode::invalid, std::move(message)});
}

Done checkTarget(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status)) return refuse(target.string() + " is not a directory");
  if (fs::is_empty(target, error)) return {};
  if (error) return tl::unexpected(systemError(error.value(), "cannot read", target));
  return refuse(target.string() + " is not empty: a log is restored into a new directory only");
}

Done checkLeftOver(const fs::path& work) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(work, error))) return {};
  return refuse(work.string() + " was left by a restore that was cut short: remove it first");
}

struct Restored {
  Position head;
  Digest root;
  Timestamp lastRecorded;
};

// Where a log of `head` events is to be cut.
tl::expected<Position, StoreError> cutAt(const Database& whole, Position head,
                                         const RestoreLimit& limit) {
  if (const auto* instant = std::get_if<Timestamp>(&limit)) {
    const auto after = firstRecordedAfter(whole, head, *instant);
    if (!after) return after;
    return unitEndBefore(whole, head, *after);
  }
  return unitEndBefore(whole, head, std::get<Position>(limit));
}

tl::expected<Restored, StoreError> restorePrefix(const BackupDirectory& directory,
                                                 const BackupDescription& description,
                                                 const RestoreOptions& options,
                                                 const fs::path& wholePath, const fs::path& work) {
  const Scratch whole(wholePath);
  if (auto restored = restoreFiles(directory, description, whole.path()); !restored) {
    return tl::unexpected(std::move(restored.error()));
  }
  const auto database =
      Database::open({.directory = whole.path(), .create = false, .readOnly = true});
  if (!database) return in(directory, description.id, database.error());
  const auto head = checkOpening(**database, false);
  if (!head) return in(directory, description.id, head.error());
  const auto end = cutAt(**database, head->next, options.limit);
  if (!end) return in(directory, description.id, end.error());
  const auto copied = copyPrefix(**database, *end, work, options.progress);
  if (!copied) return in(directory, description.id, copied.error());
  return Restored{copied->next, copied->frontier.root(), copied->lastRecordedAt};
}

tl::expected<Restored, StoreError> restoreWhole(const BackupDirectory& directory,
                                                const BackupDescription& description,
                                                const fs::path& work) {
  if (auto restored = restoreFiles(directory, description, work); !restored) {
    return tl::unexpected(std::move(restored.error()));
  }
  return Restored{description.head, description.root, description.lastRecorded};
}

// Opens the log as a server would, which makes its index, and compares it.
tl::expected<std::vector<Standing>, StoreError> checkRestored(const BackupDirectory& directory,
                                                              BackupId id, const fs::path& work,
                                                              const Restored& restored,
                                                              const std::vector<KnownRoot>& known) {
  const auto log = Log::open({.directory = work, .create = false});
  if (!log) return in(directory, id, log.error());
  if (auto same = compare(directory, id, **log, restored.head, restored.root); !same) {
    return tl::unexpected(std::move(same.error()));
  }
  std::vector<Standing> standings;
  for (const KnownRoot& root : known) {
    const auto standing = standingOf(**log, root);
    if (!standing) return in(directory, id, standing.error());
    standings.push_back(*standing);
  }
  return standings;
}

// Where the latest `keep` undamaged backups begin; 0, and none is removed, if there are fewer.
std::size_t firstKept(const std::vector<BackupEntry>& entries, std::uint32_t keep) {
  std::uint32_t found = 0;
  for (std::size_t i = entries.size(); i > 0; --i) {
    if (!entries[i - 1].damaged && ++found == keep) return i - 1;
  }
  return 0;
}

}  // namespace

tl::expected<std::vector<BackupEntry>, StoreError> listBackups(const fs::path& directory) {
  const auto opened = BackupDirectory::open(directory, LockKind::shared);
  if (!opened) return tl::unexpected(opened.error());
  return opened->list();
}

tl::expected<BackupDescription, StoreError> verifyBackup(const fs::path& directory,
                                                         const VerifyBackupOptions& options) {
  const auto opened = BackupDirectory::open(directory, LockKind::exclusive);
  if (!opened) return tl::unexpected(opened.error());
  const auto description = opened->find(options.id);
  if (!description) return description;
  {
    const auto engine = opened->looking();
    if (!engine) return tl::unexpected(engine.error());
    const rocksdb::Status sound = (*engine)->VerifyBackup(description->id.value, true);
    if (!sound.ok()) {
      return tl::unexpected(backupError(sound, opened->doing("verify", description->id)));
    }
  }
  if (auto removed = removeTree(opened->scratch()); !removed) {
    return tl::unexpected(std::move(removed.error()));
  }
  const Scratch scratch(opened->scratch());
  if (auto restored = restoreFiles(*opened, *description, scratch.path()); !restored) {
    return tl::unexpected(std::move(restored.error()));
  }
  const auto log = Log::open({.directory = scratch.path(), .create = false});
  if (!log) return in(*opened, description->id, log.error());
  if (auto same = compare(*opened, description->id, **log, description->head, description->root);
      !same) {
    return tl::unexpected(std::move(same.error()));
  }
  const auto verified = (*log)->verify({.progress = options.progress});
  if (!verified) return in(*opened, description->id, verified.error());
  return description;
}

tl::expected<PruneReport, StoreError> pruneBackups(const fs::path& directory, std::uint32_t keep) {
  if (keep == 0) {
    return tl::unexpected(
        StoreError{StoreErrorCode::invalid, "at least one backup has to be kept"});
  }
  auto opened = BackupDirectory::open(directory, LockKind::exclusive);
  if (!opened) return tl::unexpected(opened.error());
  const auto entries = opened->list();
  if (!entries) return tl::unexpected(entries.error());
  PruneReport report;
  const std::size_t kept = firstKept(*entries, keep);
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const BackupId id = (*entries)[i].description.id;
    if (i < kept) {
      if (auto gone = opened->remove(id); !gone) return tl::unexpected(std::move(gone.error()));
      report.removed.push_back(id);
    } else if ((*entries)[i].damaged) {
      report.damaged.push_back(id);
    }
  }
  if (auto cleared = opened->clearUnfinished(); !cleared) {
    return tl::unexpected(std::move(cleared.error()));
  }
  return report;
}

tl::expected<RestoreReport, StoreError> restoreBackup(const RestoreOptions& options) {
  const fs::path work = options.target.string() + ".restoring";
  const fs::path whole = options.target.string() + ".whole";
  for (const Done& checked :
       {checkTarget(options.target), checkLeftOver(work), checkLeftOver(whole)}) {
    if (!checked) return tl::unexpected(checked.error());
  }
  const auto directory = BackupDirectory::open(options.directory, LockKind::shared);
  if (!directory) return tl::unexpected(directory.error());
  const auto description = directory->find(options.id);
  if (!description) return tl::unexpected(description.error());
  const auto* position = std::get_if<Position>(&options.limit);
  if (position != nullptr && *position > description->head) {
    return tl::unexpected(refuse("backup " + std::to_string(description->id.value) +
                                 " ends at position " + std::to_string(description->head.value) +
                                 ", before position " + std::to_string(position->value))
                              .error());
  }
  const Scratch scratch(work);
  const bool all = std::holds_alternative<std::monostate>(options.limit);
  const auto restored = all ? restoreWhole(*directory, *description, work)
                            : restorePrefix(*directory, *description, options, whole, work);
  if (!restored) return tl::unexpected(restored.error());
  auto standings = checkRestored(*directory, description->id, work, *restored, options.knownRoots);
  if (!standings) return tl::unexpected(std::move(standings.error()));
  if (auto published = publishDirectory(work, options.target); !published) {
    return tl::unexpected(std::move(published.error()));
  }
  return RestoreReport{*description, restored->head, restored->root, restored->lastRecorded,
                       std::move(*standings)};
}

}  // namespace docket::eventstore
