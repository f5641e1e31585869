// `docketd backup`: makes, lists, verifies, restores and prunes backups of a stopped server. The
// documents that they print: docs/CLI.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "server/offline/command.h"

// All answer: 0 done, 1 it cannot be done, 4 the log or a backup is not what it must be.
namespace docket::server::offline {

struct CreateBackupOptions {
  std::filesystem::path directory;  // here and below: of the backups
};
void declare(CLI::App& command, CreateBackupOptions& options);
[[nodiscard]] int createBackup(const Context& context, const CreateBackupOptions& options);

struct ListBackupsOptions {
  std::filesystem::path directory;
};
void declare(CLI::App& command, ListBackupsOptions& options);
[[nodiscard]] int listBackups(const Context& context, const ListBackupsOptions& options);

struct VerifyBackupOptions {
  std::filesystem::path directory;
  std::optional<std::uint32_t> id;  // none: the latest
};
void declare(CLI::App& command, VerifyBackupOptions& options);
[[nodiscard]] int verifyBackup(const Context& context, const VerifyBackupOptions& options);

struct RestoreBackupOptions {
  std::filesystem::path directory;
  std::filesystem::path to;         // a new data directory
  std::optional<std::uint32_t> id;  // none: the latest
  // What is below the position, or was recorded until the instant; at most one of the two.
  std::optional<std::uint64_t> position;
  std::optional<std::int64_t> recordedUntilMicros;  // since 1970 UTC
  std::filesystem::path checkpoint;  // not empty: say how the restored log stands to it
};
void declare(CLI::App& command, RestoreBackupOptions& options);
[[nodiscard]] int restoreBackup(const Context& context, const RestoreBackupOptions& options);

struct PruneBackupsOptions {
  std::filesystem::path directory;
  std::uint32_t keep = 0;  // how many of the latest undamaged stay, at least 1
};
void declare(CLI::App& command, PruneBackupsOptions& options);
[[nodiscard]] int pruneBackups(const Context& context, const PruneBackupsOptions& options);

}  // namespace docket::server::offline
