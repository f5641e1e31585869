// Backups of a log: incremental copies in a directory of their own, each of them verified by
// restoring it, and restored whole or up to a position or an instant.
//
// A backup is made by Log::backUp while the log goes on; everything here works without the log that
// was backed up. What is in a backup is the log and nothing that can be made from it (views, index)
// and no keys: those are kept apart, so that destroying a key is final.
//
// A backup directory belongs to one log, told by its store id, and is locked while it is worked on.
// docs/FORMATS.md describes what is in it.
//
// Errors, beside those named: notFound (no such directory or backup), locked, readOnly, noSpace,
// corrupt (the message names the first thing wrong), interrupted (the caller said stop), invalid,
// io. A failure leaves the backups before it as they were; what it left behind is cleared away by
// the next Log::backUp.
//
// Threads: any; one at a time may write to a backup directory.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "eventstore/error.h"
#include "eventstore/log.h"
#include "eventstore/types.h"

namespace docket::eventstore {

// Numbers the backups of a directory, from 1; never used twice while a later one is there.
struct BackupId {
  std::uint32_t value = 0;
  auto operator<=>(const BackupId&) const = default;
};

// What a backup holds.
struct BackupDescription {
  BackupId id;
  std::string storeId;
  Position head;               // all events below it, and none from it on
  Digest root;                 // of the Merkle tree over their envelopes
  Timestamp lastRecorded;      // of the last event; of an empty log the epoch
  Timestamp madeAt;            // by the clock of whoever asked for it
  std::uint64_t newBytes = 0;  // what it added to the directory
  Digest files;                // of RocksDB's list of the backup's files and their checksums

  bool operator==(const BackupDescription&) const = default;
};

// Called now and then with bytes done so far and bytes in all (0: not known); false stops the work.
using BackupProgress = std::function<bool(std::uint64_t, std::uint64_t)>;

struct BackupOptions {
  std::filesystem::path directory;  // made if it is missing
  // The backup must neither lie in here nor around it: a backup dies with the disk it is on.
  std::filesystem::path dataDirectory;
  Timestamp now;
  BackupProgress progress = {};  // bytes copied; the total is not known beforehand
};

// --- Looking
// --------------------------------------------------------------------------------------

struct BackupEntry {
  BackupDescription description;
  std::uint64_t bytes = 0;  // with all that it shares with others
  bool damaged = false;     // a file is missing or has another size than it should
};

// The finished backups of a directory, the oldest first. Reads no content: see verifyBackup.
[[nodiscard]] tl::expected<std::vector<BackupEntry>, StoreError> listBackups(
    const std::filesystem::path& directory);

struct VerifyBackupOptions {
  std::optional<BackupId> id = std::nullopt;  // none: the latest
  BackupProgress progress = {};               // events verified, events in all
};

// Compares every file of the backup with its checksum, restores it into a scratch directory beside
// the backup directory, walks the whole log there (Log::verify) and compares store id, head and
// root with the description. Needs the space of the whole log for as long as it takes.
[[nodiscard]] tl::expected<BackupDescription, StoreError> verifyBackup(
    const std::filesystem::path& directory, const VerifyBackupOptions& options = {});

struct PruneReport {
  std::vector<BackupId> removed;
  std::vector<BackupId> damaged;  // of those that stay, as BackupEntry::damaged says
};

// Removes what is older than the latest `keep` undamaged backups, damaged ones too. A damaged one
// never counts as kept: one among the kept or after them stays, since it may be all that is left of
// the newest events, and is named. With fewer than `keep` undamaged ones nothing is removed.
// REQUIRES (else invalid): keep is at least 1.
[[nodiscard]] tl::expected<PruneReport, StoreError> pruneBackups(
    const std::filesystem::path& directory, std::uint32_t keep);

// --- Restoring
// --------------------------------------------------------------------------------------

// Up to where: the whole units of which every event is below the position, or was recorded at the
// instant or before it.
using RestoreLimit = std::variant<std::monostate, Position, Timestamp>;

struct RestoreOptions {
  std::filesystem::path directory;            // of the backups
  std::optional<BackupId> id = std::nullopt;  // none: the latest
  std::filesystem::path target;  // of the log; must not exist, or be an empty directory
  RestoreLimit limit = {};
  // Roots that left the machine: the report says how the restored log stands to them.
  std::vector<KnownRoot> knownRoots = {};
  BackupProgress progress = {};  // events copied, events in all; only with a limit
};

// How a log stands to a root that left the machine.
enum class Standing {
  holds,    // the log reaches it and has that root there
  behind,   // the log ends before it
  differs,  // the log had another root at that size: it is not that log, or it was changed
};

struct RestoreReport {
  BackupDescription backup;
  Position head;                    // of the restored log
  Digest root;                      // at that head
  Timestamp lastRecorded;           // of its last event
  std::vector<Standing> standings;  // of `knownRoots`, in their order
};

// Makes a log at `target` that opens: the backup's log, or its beginning up to the limit. The
// store id is the same, every record is byte-equal (the last one is cut where a unit ends), and the
// root is the one that the log had at that size; all is checked before the log gets its name. Until
// then it stands beside `target` under another name, and is removed after a failure.
//
// With a limit it needs the space of the whole backup beside that of the result.
[[nodiscard]] tl::expected<RestoreReport, StoreError> restoreBackup(const RestoreOptions& options);

}  // namespace docket::eventstore
