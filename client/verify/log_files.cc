#include "client/verify/log_files.h"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>

#include "client/verify/file.h"
#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

namespace fs = std::filesystem;

constexpr int kOpenFilesMax = 128;
constexpr std::size_t kReadAhead = 2 << 20;
constexpr std::uint64_t kLayoutVersion = 1;
const std::vector<std::string> kFamilies = {"default", "groups", "tree"};

// RocksDB would write a file of its own otherwise.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Slice sliceOf(Bytes bytes) {
  return {bytes.data(), bytes.size()};
}

rocksdb::ReadOptions readOptions() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  // With range deletions looked for, RocksDB 7.8 can take a damaged block for the end.
  options.ignore_range_deletions = true;
  options.fill_cache = false;
  return options;
}

// Whether a program that writes has the lock that RocksDB takes on a database.
bool isLockedByWriter(const fs::path& lock) {
  const int fd = open(lock.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock asked = {};
  asked.l_type = F_WRLCK;
  asked.l_whence = SEEK_SET;
  const bool known = fcntl(fd, F_GETLK, &asked) == 0;
  close(fd);
  return known && asked.l_type != F_UNLCK;
}

}  // namespace

Result<std::unique_ptr<LogFiles>> LogFiles::open(const fs::path& directory) {
  std::unique_ptr<LogFiles> files(new LogFiles());
  if (auto found = files->findDirectories(directory); !found) {
    return tl::make_unexpected(found.error());
  }
  if (auto alone = files->keepServersOut(); !alone) return tl::make_unexpected(alone.error());
  if (auto opened = files->openDatabase(); !opened) return tl::make_unexpected(opened.error());
  return files;
}

LogFiles::~LogFiles() {
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  db_.reset();
  if (lock_ >= 0) close(lock_);
}

Result<void> LogFiles::findDirectories(const fs::path& directory) {
  std::error_code error;
  const std::string name = visible(directory.string());
  if (fs::exists(directory / "CURRENT", error)) {
    log_ = directory;
    return {};
  }
  if (!fs::is_directory(directory / "log", error)) {
    return unreadable(name + " is neither a data directory nor the directory of a log");
  }
  const auto version = readFile(directory / "VERSION", 64);
  if (!version) return tl::make_unexpected(version.error());
  const auto number = version->ends_with('\n')
                          ? fromDecimal(std::string_view(*version).substr(0, version->size() - 1))
                          : std::nullopt;
  if (!number) return broken(name + "/VERSION is not a decimal number and a line feed");
  if (*number != kLayoutVersion) {
    return unreadable(name + " has the layout version " + std::to_string(*number) +
                      ", and this program knows version 1 alone");
  }
  data_ = directory;
  log_ = directory / "log";
  return {};
}

Result<void> LogFiles::keepServersOut() {
  const std::string name = visible((data_ ? *data_ : log_).string());
  if (data_) {
    lock_ = ::open((*data_ / "LOCK").c_str(), O_RDONLY | O_CLOEXEC);
    if (lock_ >= 0 && flock(lock_, LOCK_SH | LOCK_NB) != 0) {
      return unreadable("a server uses the data directory " + name + "; stop it, or verify a copy");
    }
  }
  if (isLockedByWriter(log_ / "LOCK")) {
    return unreadable("a program uses the log in " + visible(log_.string()) +
                      "; stop it, or verify a copy");
  }
  return {};
}

Result<void> LogFiles::openDatabase() {
  rocksdb::Options options;
  options.info_log = std::make_shared<NoLog>();
  options.max_open_files = kOpenFilesMax;
  // A write-ahead log that is damaged before its last record is refused, not cut short.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  std::vector<std::string> there;
  rocksdb::Status status = rocksdb::DB::ListColumnFamilies(options, log_.string(), &there);
  if (!status.ok()) return problemOf(status);
  std::sort(there.begin(), there.end());
  if (there != kFamilies) {
    std::string names;
    for (const std::string& family : there) names += " " + visible(family);
    return broken("the log in " + visible(log_.string()) + " has the column families" + names +
                  ", not default groups tree");
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& family : kFamilies) families.emplace_back(family, options);
  rocksdb::DB* db = nullptr;
  status = rocksdb::DB::OpenForReadOnly(options, log_.string(), families, &handles_, &db);
  if (!status.ok()) return problemOf(status);
  db_.reset(db);
  return {};
}

// A file that the database needs and has not is damage; one that may not be read is not.
tl::unexpected<Problem> LogFiles::problemOf(const rocksdb::Status& status) const {
  const std::string sentence =
      "the database in " + visible(log_.string()) + ": " + visible(status.ToString());
  const bool fileMissing = status.IsPathNotFound() || status.IsNotFound() ||
                           status.ToString().find("No such file") != std::string::npos;
  if (status.IsIOError() && !fileMissing) return unreadable(sentence);
  return broken(sentence);
}

Result<std::optional<std::string>> LogFiles::get(Family family, Bytes key) {
  std::string value;
  const rocksdb::Status status =
      db_->Get(readOptions(), handles_[static_cast<std::size_t>(family)], sliceOf(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return problemOf(status);
  return value;
}

std::unique_ptr<rocksdb::Iterator> LogFiles::walk(Family family) {
  rocksdb::ReadOptions options = readOptions();
  options.readahead_size = kReadAhead;
  std::unique_ptr<rocksdb::Iterator> walk(
      db_->NewIterator(options, handles_[static_cast<std::size_t>(family)]));
  walk->SeekToFirst();
  return walk;
}

Result<void> LogFiles::ended(const rocksdb::Iterator& walk) const {
  if (!walk.status().ok()) return problemOf(walk.status());
  return {};
}

}  // namespace docket::client::verify
