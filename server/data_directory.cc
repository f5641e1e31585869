#include "server/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

namespace docket::server {
namespace {

std::string reason(int error) {
  return std::error_code(error, std::generic_category()).message();
}

// Up to a few bytes of a file; none with errno set if it cannot be read.
std::optional<std::string> readSmall(int fd) {
  std::array<char, 64> buffer;
  const ssize_t size = ::pread(fd, buffer.data(), buffer.size(), 0);
  if (size < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::optional<std::uint64_t> parseLine(const std::string& text) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || std::string(end, last) != "\n") return std::nullopt;
  return number;
}

tl::expected<void, std::string> makeDirectory(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) return {};
  if (std::filesystem::exists(status)) {
    return tl::make_unexpected(path.string() + " is not a directory");
  }
  error.clear();  // that it is not there is no error
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  // Nobody else has any business in there.
  if (!error && ::mkdir(path.c_str(), 0700) != 0) error = {errno, std::generic_category()};
  if (!error) return {};
  return tl::make_unexpected("cannot make the data directory " + path.string() + ": " +
                             error.message());
}

tl::expected<int, std::string> lockDirectory(const std::filesystem::path& path) {
  const std::filesystem::path file = path / "LOCK";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return tl::make_unexpected("cannot write in the data directory " + path.string() + ": " +
                               reason(errno));
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const auto holder = readSmall(fd);
    const auto pid = holder ? parseLine(*holder) : std::nullopt;
    ::close(fd);
    if (error != EWOULDBLOCK) {
      return tl::make_unexpected("cannot lock the data directory " + path.string() + ": " +
                                 reason(error));
    }
    return tl::make_unexpected("the data directory " + path.string() +
                               " is in use by another Docket server" +
                               (pid ? " (pid " + std::to_string(*pid) + ")" : ""));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    const int error = errno;
    ::close(fd);
    return tl::make_unexpected("cannot write in the data directory " + path.string() + ": " +
                               reason(error));
  }
  return fd;
}

// Puts VERSION there in one step: a crash leaves none, or a whole one.
bool writeVersion(const std::filesystem::path& path) {
  const std::filesystem::path draft = path / "VERSION.new";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const std::string text = std::to_string(kLayoutVersion) + "\n";
  bool good = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  good = good && ::fsync(fd) == 0;
  ::close(fd);
  return good && ::rename(draft.c_str(), (path / "VERSION").c_str()) == 0;
}

// A place that nobody has finished setting up may hold what an interrupted first start leaves, and
// nothing of anybody else's.
tl::expected<void, std::string> checkNew(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == "LOCK" || name == "VERSION.new" || name == "log" || name == "lost+found") continue;
    return tl::make_unexpected(path.string() +
                               " is not empty and no data directory of Docket: it " + "holds " +
                               name + " and no VERSION");
  }
  if (!error) return {};
  return tl::make_unexpected("cannot read the data directory " + path.string() + ": " +
                             error.message());
}

// True: the version is there and known; false: there is none yet.
tl::expected<bool, std::string> checkVersion(const std::filesystem::path& path) {
  const std::filesystem::path file = path / "VERSION";
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return false;
  if (fd < 0) return tl::make_unexpected("cannot read " + file.string() + ": " + reason(errno));
  const auto text = readSmall(fd);
  ::close(fd);
  const auto version = text ? parseLine(*text) : std::nullopt;
  if (!version || *version == 0) {
    return tl::make_unexpected(file.string() + " does not hold a version of Docket's data layout");
  }
  if (*version > kLayoutVersion) {
    return tl::make_unexpected("the data directory " + path.string() + " has layout version " +
                               std::to_string(*version) +
                               ", and this program knows layouts up to " +
                               std::to_string(kLayoutVersion) + ": use a newer Docket");
  }
  return true;
}

}  // namespace

tl::expected<DataDirectory, std::string> DataDirectory::open(const std::filesystem::path& path) {
  if (auto made = makeDirectory(path); !made) return tl::make_unexpected(made.error());
  // Before anything is written: it may be somebody else's folder.
  auto versioned = checkVersion(path);
  if (!versioned) return tl::make_unexpected(versioned.error());
  if (!*versioned) {
    if (auto empty = checkNew(path); !empty) return tl::make_unexpected(empty.error());
  }
  auto lock = lockDirectory(path);
  if (!lock) return tl::make_unexpected(lock.error());
  DataDirectory directory(path, *lock);
  // Again, now that nobody else can be setting it up.
  versioned = checkVersion(path);
  if (!versioned) return tl::make_unexpected(versioned.error());
  directory.isNew_ = !*versioned;
  return directory;
}

tl::expected<void, std::string> DataDirectory::complete() {
  if (!isNew_) return {};
  if (!writeVersion(path_)) {
    return tl::make_unexpected("cannot write in the data directory " + path_.string() + ": " +
                               reason(errno));
  }
  isNew_ = false;
  return {};
}

DataDirectory::DataDirectory(std::filesystem::path path, int lockFd)
    : path_(std::move(path)), lockFd_(lockFd) {}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lockFd_(std::exchange(other.lockFd_, -1)),
      isNew_(other.isNew_) {}

DataDirectory::~DataDirectory() {
  if (lockFd_ >= 0) ::close(lockFd_);
}

}  // namespace docket::server
