#include "server/offline/backup.h"

#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include "eventstore/backup.h"
#include "eventstore/publisher.h"
#include "server/offline/stopped_log.h"

namespace docket::server::offline {
namespace {

using eventstore::BackupDescription;
using eventstore::Timestamp;

constexpr std::uint32_t kMostBackups = 4'294'967'295;
constexpr const char* kKeysAreApart =
    "The keys in DATA/keys are not in it, so that erasing a person stays final: back them up apart "
    "(docs/OPERATIONS.md).";

void addDirectory(CLI::App& command, std::filesystem::path& directory) {
  command.add_option("DIR", directory, "where the backups of this log are")->required();
}

void addId(CLI::App& command, std::optional<std::uint32_t>& id) {
  command.add_option("--id", id, "this one (the latest)")->type_name("N");
}

std::optional<eventstore::BackupId> idOf(const std::optional<std::uint32_t>& id) {
  if (!id) return std::nullopt;
  return eventstore::BackupId{*id};
}

// A restored log has no index yet, and says so when it is opened: no news here.
void silenceWarnings() {
  spdlog::set_level(spdlog::level::err);
}

std::string instantText(Timestamp time) {
  const std::int64_t micros = time.time_since_epoch().count();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t whole = seconds.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 48> full{};
  std::snprintf(full.data(), full.size(), "%s.%06dZ", text.data(),
                static_cast<int>(micros - whole * 1'000'000));
  return full.data();
}

Json lastRecordedJson(eventstore::Position head, Timestamp lastRecorded) {
  return head.value == 0 ? Json(nullptr) : Json(instantText(lastRecorded));
}

Json toJson(const BackupDescription& backup) {
  return {{"id", backup.id.value},
          {"log", backup.storeId},
          {"head", backup.head.value},
          {"root", eventstore::toHex(backup.root.bytes)},
          {"last_recorded", lastRecordedJson(backup.head, backup.lastRecorded)},
          {"made_at", instantText(backup.madeAt)},
          {"new_bytes", backup.newBytes}};
}

std::string named(const BackupDescription& backup) {
  return "backup " + std::to_string(backup.id.value) + ", " + std::to_string(backup.head.value) +
         " events, root " + eventstore::toHex(backup.root.bytes);
}

const char* nameOf(eventstore::Standing standing) {
  switch (standing) {
    case eventstore::Standing::holds:
      return "holds";
    case eventstore::Standing::behind:
      return "behind";
    case eventstore::Standing::differs:
      return "differs";
  }
  return "";
}

std::string sentenceOf(eventstore::Standing standing, const eventstore::KnownRoot& known,
                       eventstore::Position head) {
  const std::string checkpoint =
      "the checkpoint " + known.source + " of size " + std::to_string(known.size);
  switch (standing) {
    case eventstore::Standing::holds:
      return "It reaches " + checkpoint + " and has its root there.";
    case eventstore::Standing::behind:
      return "It is BEHIND " + checkpoint + ": the events from position " +
             std::to_string(head.value) + " on are not in it.";
    case eventstore::Standing::differs:
      return "It does NOT have the root of " + checkpoint + ": it is not the log that was signed.";
  }
  return "";
}

}  // namespace

// --- create, list, verify, prune ----------------------------------------------------------------

void declare(CLI::App& command, CreateBackupOptions& options) {
  addDirectory(command, options.directory);
}

int createBackup(const Context& context, const CreateBackupOptions& options) {
  const auto stopped = openStoppedLog(context, Access::write);
  if (!stopped) return stopped.error();
  noteStopSignals();
  const auto made = stopped->log->backUp(
      {.directory = options.directory,
       .dataDirectory = context.config.data,
       .now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()),
       .progress = Progress("backed up", "MiB", 1 << 20)});
  if (!made) return failed(made.error());
  print(context, {{"backup", toJson(*made)}, {"keys_included", false}},
        "Made " + named(*made) + ".\n" + kKeysAreApart);
  return kExitDone;
}

void declare(CLI::App& command, ListBackupsOptions& options) {
  addDirectory(command, options.directory);
}

int listBackups(const Context& context, const ListBackupsOptions& options) {
  const auto entries = eventstore::listBackups(options.directory);
  if (!entries) return failed(entries.error());
  Json documents = Json::array();
  std::string text = entries->empty() ? "There is no finished backup."
                                      : "  ID  MADE                                   HEAD         "
                                        "  BYTES       NEW BYTES  STATE";
  for (const eventstore::BackupEntry& entry : *entries) {
    const BackupDescription& backup = entry.description;
    Json document = toJson(backup);
    document["bytes"] = entry.bytes;
    document["damaged"] = entry.damaged;
    documents.push_back(std::move(document));
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(),
                  "\n%4" PRIu32 "  %s %15" PRIu64 " %15" PRIu64 " %15" PRIu64 "  %s",
                  backup.id.value, instantText(backup.madeAt).c_str(), backup.head.value,
                  entry.bytes, backup.newBytes, entry.damaged ? "damaged" : "complete");
    text += line.data();
  }
  print(context, {{"backups", std::move(documents)}}, text);
  return kExitDone;
}

void declare(CLI::App& command, VerifyBackupOptions& options) {
  addDirectory(command, options.directory);
  addId(command, options.id);
}

int verifyBackup(const Context& context, const VerifyBackupOptions& options) {
  silenceWarnings();
  noteStopSignals();
  const auto verified = eventstore::verifyBackup(
      options.directory, {.id = idOf(options.id), .progress = Progress("verified")});
  if (!verified) return failed(verified.error());
  print(context, {{"verified", toJson(*verified)}},
        "The backup is well, restored and verified whole: " + named(*verified));
  return kExitDone;
}

void declare(CLI::App& command, PruneBackupsOptions& options) {
  addDirectory(command, options.directory);
  command.add_option("--keep", options.keep, "how many of the latest that are not damaged stay")
      ->type_name("N")
      ->required()
      ->check(CLI::Range(std::uint32_t{1}, kMostBackups));
}

int pruneBackups(const Context& context, const PruneBackupsOptions& options) {
  const auto pruned = eventstore::pruneBackups(options.directory, options.keep);
  if (!pruned) return failed(pruned.error());
  Json removed = Json::array();
  std::string text;
  for (const eventstore::BackupId id : pruned->removed) {
    removed.push_back(id.value);
    text += (text.empty() ? "Removed backup " : ", ") + std::to_string(id.value);
  }
  if (text.empty()) text = "There is nothing to remove.";
  Json damaged = Json::array();
  for (const eventstore::BackupId id : pruned->damaged) {
    text += (damaged.empty() ? "\nDamaged, not counted and left alone: backup " : ", ") +
            std::to_string(id.value);
    damaged.push_back(id.value);
  }
  print(context, {{"removed", std::move(removed)}, {"damaged", std::move(damaged)}}, text);
  return kExitDone;
}

// --- restore ------------------------------------------------------------------------------------

void declare(CLI::App& command, RestoreBackupOptions& options) {
  addDirectory(command, options.directory);
  addId(command, options.id);
  command.add_option("--to", options.to, "the data directory to make")
      ->type_name("NEWDATA")
      ->required();
  auto* position = command.add_option("--at-position", options.position,
                                      "only the whole commands below this position");
  position->type_name("P");
  command
      .add_option("--recorded-until", options.recordedUntilMicros,
                  "only what was recorded until then, in microseconds since 1970 UTC")
      ->type_name("MICROS")
      ->excludes(position);
  command
      .add_option("--checkpoint", options.checkpoint,
                  "say whether the restored log has the root of this checkpoint")
      ->type_name("FILE");
}

namespace {

// The root that the restored log is compared with, if one was named. There are no keys beside a
// backup: who signed the checkpoint is for docket-verify to say.
tl::expected<std::vector<eventstore::KnownRoot>, eventstore::StoreError> knownRoots(
    const RestoreBackupOptions& options) {
  std::vector<eventstore::KnownRoot> roots;
  if (options.checkpoint.empty()) return roots;
  const auto checkpoint = eventstore::readCheckpointOfAnybody(options.checkpoint);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  roots.push_back({checkpoint->size, checkpoint->root, options.checkpoint.string()});
  return roots;
}

int report(const Context& context, const RestoreBackupOptions& options,
           const std::vector<eventstore::KnownRoot>& known,
           const eventstore::RestoreReport& restored) {
  const std::string root = eventstore::toHex(restored.root.bytes);
  Json document = {{"data", options.to.string()},
                   {"backup", restored.backup.id.value},
                   {"log", restored.backup.storeId},
                   {"head", restored.head.value},
                   {"root", root},
                   {"last_recorded", lastRecordedJson(restored.head, restored.lastRecorded)},
                   {"checkpoint", nullptr}};
  std::string text = "Restored " + std::to_string(restored.head.value) + " of the " +
                     std::to_string(restored.backup.head.value) + " events of backup " +
                     std::to_string(restored.backup.id.value) + " into " + options.to.string();
  if (restored.head.value != 0) {
    text += ", the last recorded " + instantText(restored.lastRecorded);
  }
  text += ".\nIts root is " + root + ".\n";
  bool differs = false;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const eventstore::Standing standing = restored.standings[i];
    differs |= standing == eventstore::Standing::differs;
    document["checkpoint"] = {{"size", known[i].size}, {"standing", nameOf(standing)}};
    text += sentenceOf(standing, known[i], restored.head) + "\n";
  }
  print(context, {{"restored", std::move(document)}, {"keys_included", false}},
        text + kKeysAreApart);
  return differs ? kExitIntegrity : kExitDone;
}

}  // namespace

int restoreBackup(const Context& context, const RestoreBackupOptions& options) {
  silenceWarnings();
  const auto known = knownRoots(options);
  if (!known) return failed(known.error());
  auto data = DataDirectory::open(options.to);
  if (!data) return failed(data.error());
  if (!data->isNew()) {
    return failed(options.to.string() +
                  " is a data directory already: a log is restored into a new one only");
  }
  noteStopSignals();
  eventstore::RestoreOptions restoring{.directory = options.directory,
                                       .id = idOf(options.id),
                                       .target = data->log(),
                                       .knownRoots = *known,
                                       .progress = Progress("restored")};
  if (options.position) restoring.limit = eventstore::Position{*options.position};
  if (options.recordedUntilMicros) {
    restoring.limit = Timestamp(std::chrono::microseconds(*options.recordedUntilMicros));
  }
  const auto restored = eventstore::restoreBackup(restoring);
  if (!restored) return failed(restored.error());
  if (auto completed = data->complete(); !completed) return failed(completed.error());
  return report(context, options, *known, *restored);
}

}  // namespace docket::server::offline
