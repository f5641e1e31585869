#include "server/backup_command.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/backup.h"
#include "eventstore/checkpoint.h"
#include "eventstore/log.h"
#include "eventstore/signed_note.h"
#include "server/data_directory.h"

namespace docket::server {
namespace {

using eventstore::BackupDescription;
using eventstore::StoreError;
using eventstore::StoreErrorCode;
using eventstore::Timestamp;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr int kRefused = 1;
constexpr int kIntegrity = 4;
constexpr std::chrono::seconds kProgressPeriod{2};
constexpr std::size_t kMaxCheckpointBytes = 16 * 1024;
constexpr const char* kKeysAreApart =
    "The keys in DATA/keys are not in it, so that erasing a person stays final: back them up apart "
    "(docs/OPERATIONS.md).";

int failed(const StoreError& error) {
  std::fprintf(stderr, "docketd: %s\n", error.message.c_str());
  const bool isIntegrity =
      error.code == StoreErrorCode::corrupt || error.code == StoreErrorCode::behindAnchor;
  return isIntegrity ? kIntegrity : kRefused;
}

int failed(const std::string& sentence) {
  std::fprintf(stderr, "docketd: %s\n", sentence.c_str());
  return kRefused;
}

// "backed up 12 MiB", "restored 5 of 7 events": every two seconds.
eventstore::BackupProgress progress(const char* what, const char* unit, std::uint64_t scale) {
  return [=, saidAt = Clock::now()](std::uint64_t done, std::uint64_t all) mutable {
    if (Clock::now() - saidAt < kProgressPeriod) return true;
    saidAt = Clock::now();
    const std::string of = all == 0 ? "" : " of " + std::to_string(all / scale);
    std::fprintf(stderr, "docketd: %s %" PRIu64 "%s %s\n", what, done / scale, of.c_str(), unit);
    return true;
  };
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

void print(const Config& config, const Json& document, const std::string& text) {
  std::puts(config.json ? document.dump(2).c_str() : text.c_str());
}

std::string named(const BackupDescription& backup) {
  return "backup " + std::to_string(backup.id.value) + ", " + std::to_string(backup.head.value) +
         " events, root " + eventstore::toHex(backup.root.bytes);
}

// --- create, list, verify, prune ----------------------------------------------------------------

int create(const Config& config) {
  std::error_code error;
  if (!std::filesystem::is_directory(config.data / "log", error)) {
    return failed("there is no log in " + config.data.string());
  }
  auto data = DataDirectory::open(config.data);
  if (!data) return failed(data.error());
  const auto log = eventstore::Log::open({.directory = data->log(), .create = false});
  if (!log) return failed(log.error());
  const auto made = (*log)->backUp(
      {.directory = config.backup->directory,
       .dataDirectory = config.data,
       .now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()),
       .progress = progress("backed up", "MiB", 1 << 20)});
  if (!made) return failed(made.error());
  print(config, {{"backup", toJson(*made)}, {"keys_included", false}},
        "Made " + named(*made) + ".\n" + kKeysAreApart);
  return 0;
}

int list(const Config& config) {
  const auto entries = eventstore::listBackups(config.backup->directory);
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
  print(config, {{"backups", std::move(documents)}}, text);
  return 0;
}

int verify(const Config& config) {
  eventstore::VerifyBackupOptions options;
  if (config.backup->id) options.id = eventstore::BackupId{*config.backup->id};
  options.progress = progress("verified", "events", 1);
  const auto verified = eventstore::verifyBackup(config.backup->directory, options);
  if (!verified) return failed(verified.error());
  print(config, {{"verified", toJson(*verified)}},
        "The backup is well, restored and verified whole: " + named(*verified));
  return 0;
}

int prune(const Config& config) {
  const auto removed = eventstore::pruneBackups(config.backup->directory, config.backup->keep);
  if (!removed) return failed(removed.error());
  Json ids = Json::array();
  std::string text;
  for (const eventstore::BackupId id : *removed) {
    ids.push_back(id.value);
    text += (text.empty() ? "Removed backup " : ", ") + std::to_string(id.value);
  }
  print(config, {{"removed", std::move(ids)}}, text.empty() ? "There is nothing to remove." : text);
  return 0;
}

// --- restore ------------------------------------------------------------------------------------

// The size and root that a checkpoint names. Who signed it is for docket-verify to say.
tl::expected<eventstore::KnownRoot, std::string> readCheckpoint(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string content(kMaxCheckpointBytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.empty()) return tl::make_unexpected("cannot read the checkpoint " + path.string());
  const auto checkpoint =
      eventstore::parseNote(content).and_then([](const eventstore::SignedNote& note) {
        return eventstore::parseCheckpointText(note.text);
      });
  if (!checkpoint) {
    return tl::make_unexpected(path.string() + " is no checkpoint: " + checkpoint.error());
  }
  return eventstore::KnownRoot{checkpoint->size, checkpoint->root, path.string()};
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

int restore(const Config& config) {
  const BackupWork& work = *config.backup;
  std::vector<eventstore::KnownRoot> known;
  if (!work.checkpoint.empty()) {
    auto checkpoint = readCheckpoint(work.checkpoint);
    if (!checkpoint) return failed(checkpoint.error());
    known.push_back(std::move(*checkpoint));
  }
  auto data = DataDirectory::open(work.restoreTo);
  if (!data) return failed(data.error());
  if (!data->isNew()) {
    return failed(work.restoreTo.string() +
                  " is a data directory already: a log is restored into a new one only");
  }
  eventstore::RestoreOptions options{.directory = work.directory,
                                     .target = data->log(),
                                     .knownRoots = known,
                                     .progress = progress("restored", "events", 1)};
  if (work.id) options.id = eventstore::BackupId{*work.id};
  if (work.position) options.limit = eventstore::Position{*work.position};
  if (work.recordedUntilMicros) {
    options.limit = Timestamp(std::chrono::microseconds(*work.recordedUntilMicros));
  }
  const auto report = eventstore::restoreBackup(options);
  if (!report) return failed(report.error());
  if (auto completed = data->complete(); !completed) return failed(completed.error());

  Json document = {{"data", work.restoreTo.string()},
                   {"backup", report->backup.id.value},
                   {"log", report->backup.storeId},
                   {"head", report->head.value},
                   {"root", eventstore::toHex(report->root.bytes)},
                   {"last_recorded", lastRecordedJson(report->head, report->lastRecorded)},
                   {"checkpoint", nullptr}};
  std::string text = "Restored " + std::to_string(report->head.value) + " of the " +
                     std::to_string(report->backup.head.value) + " events of backup " +
                     std::to_string(report->backup.id.value) + " into " + work.restoreTo.string();
  if (report->head.value != 0) text += ", the last recorded " + instantText(report->lastRecorded);
  text += ".\nIts root is " + eventstore::toHex(report->root.bytes) + ".\n";
  bool differs = false;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const eventstore::Standing standing = report->standings[i];
    differs |= standing == eventstore::Standing::differs;
    document["checkpoint"] = {{"size", known[i].size}, {"standing", nameOf(standing)}};
    text += sentenceOf(standing, known[i], report->head) + "\n";
  }
  print(config, {{"restored", std::move(document)}, {"keys_included", false}},
        text + kKeysAreApart);
  return differs ? kIntegrity : 0;
}

}  // namespace

int backup(const Config& config) {
  spdlog::set_level(spdlog::level::err);  // a restored log has no index yet: no news here
  switch (config.backup->action) {
    case BackupWork::Action::create:
      return create(config);
    case BackupWork::Action::list:
      return list(config);
    case BackupWork::Action::verify:
      return verify(config);
    case BackupWork::Action::restore:
      return restore(config);
    case BackupWork::Action::prune:
      return prune(config);
  }
  return kRefused;
}

}  // namespace docket::server
