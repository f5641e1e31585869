#include "eventstore/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;

StoreErrorCode codeOf(int errorNumber) {
  switch (errorNumber) {
    case ENOENT:
    case ENOTDIR:
      return StoreErrorCode::notFound;
    case EROFS:
    case EACCES:
    case EPERM:
      return StoreErrorCode::readOnly;
    default:
      return StoreErrorCode::io;
  }
}

tl::expected<FileDescriptor, StoreError> openPath(const fs::path& path, int flags,
                                                  std::string_view what) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!file) return tl::unexpected(systemError(errno, what, path));
  return file;
}

tl::expected<void, StoreError> syncDirectory(const fs::path& directory) {
  return openPath(directory, O_RDONLY | O_DIRECTORY, "cannot open the directory")
      .and_then([&](const FileDescriptor& file) -> tl::expected<void, StoreError> {
        if (::fsync(file.number()) != 0) {
          return tl::unexpected(systemError(errno, "cannot sync the directory", directory));
        }
        return {};
      });
}

tl::expected<void, StoreError> writeAndSync(const fs::path& path, std::string_view content) {
  auto file = openPath(path, O_WRONLY | O_CREAT | O_TRUNC, "cannot write");
  if (!file) return tl::unexpected(file.error());
  while (!content.empty()) {
    const ssize_t written = ::write(file->number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return tl::unexpected(systemError(errno, "cannot write", path));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file->number()) != 0) {
    return tl::unexpected(systemError(errno, "cannot sync", path));
  }
  return {};
}

}  // namespace

StoreError systemError(int errorNumber, std::string_view what, const fs::path& path) {
  std::string message(what);
  message += ' ';
  message += path.string();
  message += ": ";
  message += std::generic_category().message(errorNumber);
  return {codeOf(errorNumber), std::move(message)};
}

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : number_(std::exchange(other.number_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

tl::expected<FileDescriptor, StoreError> lockDirectory(const fs::path& directory, LockKind kind) {
  auto file = openPath(directory, O_RDONLY | O_DIRECTORY, "cannot open the directory");
  if (!file) return file;
  const int operation = kind == LockKind::exclusive ? LOCK_EX : LOCK_SH;
  if (::flock(file->number(), operation | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) {
    return tl::unexpected(systemError(errno, "cannot lock the directory", directory));
  }
  return tl::unexpected(StoreError{StoreErrorCode::locked,
                                   directory.string() + " is in use by another Docket server"});
}

tl::expected<void, StoreError> makeDirectory(const fs::path& directory) {
  if (directory.empty() || fs::is_directory(directory)) return {};
  const fs::path parent = fs::absolute(directory).lexically_normal().parent_path();
  if (auto made = makeDirectory(parent); !made) return made;
  if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) {
    return tl::unexpected(systemError(errno, "cannot make the directory", directory));
  }
  return syncDirectory(parent);
}

tl::expected<void, StoreError> checkWritable(const fs::path& directory) {
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    return tl::unexpected(systemError(errno, "cannot write in", directory));
  }
  // For a superuser access() allows more than the disk does, so try.
  const FileDescriptor probe(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!probe && errno != EOPNOTSUPP && errno != EISDIR) {
    return tl::unexpected(systemError(errno, "cannot write in", directory));
  }
  return {};
}

tl::expected<void, StoreError> replaceFile(const fs::path& path, std::string_view content) {
  const fs::path draft = path.string() + ".tmp";
  if (auto written = writeAndSync(draft, content); !written) return written;
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    return tl::unexpected(systemError(errno, "cannot replace", path));
  }
  return syncDirectory(path.parent_path());
}

tl::expected<std::string, StoreError> readSmallFile(const fs::path& path, std::size_t maxBytes) {
  auto file = openPath(path, O_RDONLY, "cannot read");
  if (!file) return tl::unexpected(file.error());
  std::string content(maxBytes, '\0');
  std::size_t size = 0;
  while (size < maxBytes) {
    const ssize_t got = ::read(file->number(), content.data() + size, maxBytes - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(systemError(errno, "cannot read", path));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

}  // namespace docket::eventstore
