#include "eventstore/backup_directory.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "eventstore/bytes.h"
#include "eventstore/database.h"
#include "eventstore/lines.h"
#include "eventstore/sha256.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTextBytes = 1024;
constexpr std::string_view kOwnFolder = "docket";
constexpr std::string_view kStoreFile = "STORE";
constexpr std::uint64_t kBytesPerProgress = std::uint64_t{1} << 20;

rocksdb::BackupEngineOptions engineOptions(const fs::path& directory) {
  rocksdb::BackupEngineOptions options(directory.string());
  options.share_table_files = true;
  options.share_files_with_checksum = true;
  options.sync = true;
  options.backup_log_files = true;  // what is synced but in no table yet
  options.callback_trigger_interval_size = kBytesPerProgress;
  return options;
}

std::string withSum(std::string text) {
  const std::string sum = toHex(sha256(asBytes(text)).bytes);
  return std::move(text) + "sum " + sum + "\n";
}

std::string storeText(const std::string& storeId) {
  return withSum("docket backups 1\nstore " + storeId + "\n");
}

template <typename Number>
bool parseNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// The value of the line "`name` value"; empty if it is not there.
std::string_view takeValue(std::string_view& text, std::string_view name) {
  return takeLine(text, std::string(name) + " ").value_or(std::string_view());
}

bool takeTime(std::string_view& text, std::string_view name, Timestamp& time) {
  std::int64_t micros = 0;
  if (!parseNumber(takeValue(text, name), micros)) return false;
  time = Timestamp(std::chrono::microseconds(micros));
  return true;
}

std::string micros(Timestamp time) {
  return std::to_string(time.time_since_epoch().count());
}

// Empty, but for what a file system or a first backup that was cut short may have left.
bool isUnclaimed(const fs::path& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const fs::path name = entry.path().filename();
    if (name != "lost+found" && name != kOwnFolder) return false;
  }
  return !error && !fs::exists(directory / kOwnFolder / kStoreFile, error);
}

}  // namespace

std::string descriptionText(const BackupDescription& description) {
  return withSum("docket backup 1\nid " + std::to_string(description.id.value) + "\nstore " +
                 description.storeId + "\nhead " + std::to_string(description.head.value) +
                 "\nroot " + toHex(description.root.bytes) + "\nrecorded " +
                 micros(description.lastRecorded) + "\nmade " + micros(description.madeAt) +
                 "\nadded " + std::to_string(description.newBytes) + "\nfiles " +
                 toHex(description.files.bytes) + "\n");
}

std::optional<BackupDescription> parseDescription(std::string_view text) {
  const std::string_view whole = text;
  BackupDescription description;
  if (takeValue(text, "docket") != "backup 1") return std::nullopt;
  if (!parseNumber(takeValue(text, "id"), description.id.value)) return std::nullopt;
  description.storeId = takeValue(text, "store");
  Digest& root = description.root;
  Digest& files = description.files;
  if (!parseNumber(takeValue(text, "head"), description.head.value) ||
      !fromHex(takeValue(text, "root"), root.bytes.data(), root.bytes.size()) ||
      !takeTime(text, "recorded", description.lastRecorded) ||
      !takeTime(text, "made", description.madeAt) ||
      !parseNumber(takeValue(text, "added"), description.newBytes) ||
      !fromHex(takeValue(text, "files"), files.bytes.data(), files.bytes.size())) {
    return std::nullopt;
  }
  // There is one right text, its sum included.
  if (descriptionText(description) != whole) return std::nullopt;
  return description;
}

StoreError backupError(const rocksdb::Status& status, const std::string& doing) {
  if (status.IsNoSpace()) return {StoreErrorCode::noSpace, doing + ": the disk is full"};
  if (status.IsIncomplete()) return {StoreErrorCode::interrupted, doing + ": it was stopped"};
  if (status.IsNotFound()) return {StoreErrorCode::corrupt, doing + ": " + status.ToString()};
  return toStoreError(status, doing);
}

tl::expected<BackupDirectory, StoreError> BackupDirectory::open(const fs::path& directory,
                                                                LockKind kind) {
  auto lock = lockDirectory(directory, kind);
  if (!lock && lock.error().code == StoreErrorCode::locked) {
    return tl::unexpected(StoreError{
        StoreErrorCode::locked, "another process works on the backups in " + directory.string()});
  }
  if (!lock) return tl::unexpected(std::move(lock.error()));
  // RocksDB looks into a backup by absolute paths only.
  BackupDirectory opened(fs::absolute(directory), std::move(*lock));
  if (auto read = opened.readStore(); !read) return tl::unexpected(std::move(read.error()));
  return opened;
}

tl::expected<BackupDirectory, StoreError> BackupDirectory::openFor(const fs::path& directory,
                                                                   const std::string& storeId) {
  if (auto made = makeDirectory(directory); !made) return tl::unexpected(std::move(made.error()));
  if (isUnclaimed(directory)) {
    const fs::path own = directory / kOwnFolder;
    auto written = makeDirectory(own).and_then(
        [&] { return replaceFile(own / kStoreFile, storeText(storeId)); });
    if (!written) return tl::unexpected(std::move(written.error()));
  }
  auto opened = open(directory, LockKind::exclusive);
  if (!opened && opened.error().code == StoreErrorCode::notFound) {
    return tl::unexpected(
        StoreError{StoreErrorCode::invalid, directory.string() +
                                                " is not empty and holds no backups: give a new "
                                                "directory or an empty one"});
  }
  if (!opened) return opened;
  if (opened->storeId() != storeId) {
    return tl::unexpected(
        StoreError{StoreErrorCode::invalid, directory.string() + " holds the backups of log " +
                                                opened->storeId() + ", and this is log " + storeId +
                                                ": every log needs a backup directory of its own"});
  }
  return opened;
}

tl::expected<void, StoreError> BackupDirectory::readStore() {
  const fs::path file = ownFolder() / kStoreFile;
  const auto text = readSmallFile(file, kMaxTextBytes);
  if (!text && text.error().code == StoreErrorCode::notFound) {
    return tl::unexpected(
        StoreError{StoreErrorCode::notFound, path_.string() + " holds no backups of a log"});
  }
  if (!text) return tl::unexpected(text.error());
  std::string_view rest = *text;
  if (takeValue(rest, "docket") == "backups 1") storeId_ = takeValue(rest, "store");
  if (storeText(storeId_) == *text) return {};
  return tl::unexpected(
      StoreError{StoreErrorCode::corrupt, file.string() + " is damaged: its sum does not match"});
}

tl::expected<std::vector<BackupId>, StoreError> BackupDirectory::described() const {
  std::vector<BackupId> ids;
  std::error_code error;
  fs::directory_iterator entry(ownFolder(), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    BackupId id;
    if (parseNumber(entry->path().filename().string(), id.value)) ids.push_back(id);
  }
  if (error) {
    return tl::unexpected(systemError(error.value(), "cannot read the directory", ownFolder()));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

tl::expected<BackupDescription, StoreError> BackupDirectory::read(BackupId id) const {
  const auto text = readSmallFile(descriptionOf(id), kMaxTextBytes);
  if (!text) return tl::unexpected(text.error());
  const auto description = parseDescription(*text);
  if (description && description->id == id && description->storeId == storeId_) {
    return *description;
  }
  return tl::unexpected(StoreError{
      StoreErrorCode::corrupt,
      descriptionOf(id).string() +
          (description ? " is of another backup or log" : " is damaged: its sum does not match")});
}

tl::expected<BackupDescription, StoreError> BackupDirectory::find(
    const std::optional<BackupId>& id) const {
  const auto ids = described();
  if (!ids) return tl::unexpected(ids.error());
  if (ids->empty()) {
    return tl::unexpected(
        StoreError{StoreErrorCode::notFound, path_.string() + " holds no finished backup"});
  }
  if (!id) return read(ids->back());
  if (std::binary_search(ids->begin(), ids->end(), *id)) return read(*id);
  return tl::unexpected(
      StoreError{StoreErrorCode::notFound, "there is no backup " + std::to_string(id->value) +
                                               " in " + path_.string() + "; the latest is " +
                                               std::to_string(ids->back().value)});
}

tl::expected<std::vector<BackupEntry>, StoreError> BackupDirectory::list() const {
  const auto ids = described();
  if (!ids) return tl::unexpected(ids.error());
  std::vector<BackupEntry> entries;
  if (ids->empty()) return entries;
  const auto engine = looking();
  if (!engine) return tl::unexpected(engine.error());
  for (const BackupId id : *ids) {
    const auto description = read(id);
    BackupEntry entry;
    rocksdb::BackupInfo info;
    entry.damaged = !description || !(*engine)->GetBackupInfo(id.value, &info).ok();
    if (description) entry.description = *description;
    entry.description.id = id;
    entry.bytes = info.size;
    entries.push_back(std::move(entry));
  }
  return entries;
}

tl::expected<void, StoreError> BackupDirectory::describe(const BackupDescription& description) {
  return replaceFile(descriptionOf(description.id), descriptionText(description));
}

tl::expected<Digest, StoreError> BackupDirectory::digestOfFiles(BackupId id) const {
  const fs::path meta = path_ / "meta" / std::to_string(id.value);
  std::error_code error;
  const auto size = fs::file_size(meta, error);
  if (error) return tl::unexpected(systemError(error.value(), "cannot read", meta));
  const auto text = readSmallFile(meta, static_cast<std::size_t>(size));
  if (!text) return tl::unexpected(text.error());
  return sha256(asBytes(*text));
}

tl::expected<void, StoreError> BackupDirectory::checkFiles(
    const BackupDescription& description) const {
  const auto digest = digestOfFiles(description.id);
  if (digest && *digest == description.files) return {};
  if (!digest && digest.error().code == StoreErrorCode::io) return tl::unexpected(digest.error());
  return tl::unexpected(
      StoreError{StoreErrorCode::corrupt,
                 (path_ / "meta" / std::to_string(description.id.value)).string() +
                     (digest ? " is damaged: it is not the list of files that was described"
                             : " is missing")});
}

tl::expected<void, StoreError> BackupDirectory::remove(BackupId id) {
  std::error_code error;
  fs::remove(descriptionOf(id), error);
  if (error) return tl::unexpected(systemError(error.value(), "cannot remove", descriptionOf(id)));
  const auto writing = engine();
  if (!writing) return tl::unexpected(writing.error());
  const rocksdb::Status removed = (*writing)->DeleteBackup(id.value);
  if (removed.ok() || removed.IsNotFound()) return {};
  return tl::unexpected(backupError(removed, doing("remove", id)));
}

tl::expected<void, StoreError> BackupDirectory::clearUnfinished() {
  const auto ids = described();
  if (!ids) return tl::unexpected(ids.error());
  const auto writing = engine();
  if (!writing) return tl::unexpected(writing.error());
  std::vector<rocksdb::BackupInfo> infos;
  (*writing)->GetBackupInfo(&infos);
  for (const rocksdb::BackupInfo& info : infos) {
    const BackupId id{info.backup_id};
    if (std::binary_search(ids->begin(), ids->end(), id)) continue;
    if (const auto removed = (*writing)->DeleteBackup(id.value); !removed.ok()) {
      return tl::unexpected(backupError(removed, doing("remove the unfinished", id)));
    }
  }
  if (auto removed = removeTree(scratch()); !removed) return removed;
  if (const auto collected = (*writing)->GarbageCollect(); !collected.ok()) {
    return tl::unexpected(
        backupError(collected, "cannot clear what unfinished backups left in " + path_.string()));
  }
  return {};
}

tl::expected<std::unique_ptr<rocksdb::BackupEngine>, StoreError> BackupDirectory::engine(
    rocksdb::Env* databaseEnv) const {
  rocksdb::BackupEngine* opened = nullptr;
  const rocksdb::Status status =
      rocksdb::BackupEngine::Open(engineOptions(path_), databaseEnv, &opened);
  if (!status.ok()) {
    return tl::unexpected(backupError(status, "cannot open the backups in " + path_.string()));
  }
  return std::unique_ptr<rocksdb::BackupEngine>(opened);
}

tl::expected<std::unique_ptr<rocksdb::BackupEngineReadOnly>, StoreError> BackupDirectory::looking()
    const {
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const rocksdb::Status status =
      rocksdb::BackupEngineReadOnly::Open(engineOptions(path_), rocksdb::Env::Default(), &opened);
  if (!status.ok()) {
    return tl::unexpected(backupError(status, "cannot open the backups in " + path_.string()));
  }
  return std::unique_ptr<rocksdb::BackupEngineReadOnly>(opened);
}

std::uint64_t BackupDirectory::bytesPerProgress() const {
  return kBytesPerProgress;
}

fs::path BackupDirectory::ownFolder() const {
  return path_ / kOwnFolder;
}

std::string BackupDirectory::doing(std::string_view verb, BackupId id) const {
  return "cannot " + std::string(verb) + " backup " + std::to_string(id.value) + " in " +
         path_.string();
}

}  // namespace docket::eventstore
