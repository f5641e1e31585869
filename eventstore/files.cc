#include "eventstore/files.h"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using rocksdb::Status;

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

rocksdb::Env& orDefault(rocksdb::Env* env) {
  return env != nullptr ? *env : *rocksdb::Env::Default();
}

StoreError fileError(const Status& status, std::string_view what, const fs::path& path) {
  const std::string text = status.ToString();
  StoreErrorCode code = StoreErrorCode::io;
  if (status.IsNotFound() || status.IsPathNotFound()) code = StoreErrorCode::notFound;
  if (text.find("Read-only file system") != std::string::npos ||
      text.find("Permission denied") != std::string::npos) {
    code = StoreErrorCode::readOnly;
  }
  return {code, std::string(what) + " " + path.string() + ": " + text};
}

tl::expected<void, StoreError> orError(const Status& status, std::string_view what,
                                       const fs::path& path) {
  if (!status.ok()) return tl::unexpected(fileError(status, what, path));
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

tl::expected<void, StoreError> makeDirectory(const fs::path& directory, rocksdb::Env* env) {
  if (directory.empty() || fs::is_directory(directory)) return {};
  if (fs::exists(directory)) {
    return tl::unexpected(systemError(ENOTDIR, "cannot make the directory", directory));
  }
  const fs::path parent = fs::absolute(directory).lexically_normal().parent_path();
  if (auto made = makeDirectory(parent, env); !made) return made;
  const auto created = orError(orDefault(env).CreateDirIfMissing(directory.string()),
                               "cannot make the directory", directory);
  if (!created) return created;
  return syncDirectory(parent, env);
}

tl::expected<void, StoreError> syncDirectory(const fs::path& directory, rocksdb::Env* env) {
  std::unique_ptr<rocksdb::Directory> opened;
  Status status = orDefault(env).NewDirectory(directory.string(), &opened);
  if (status.ok()) status = opened->Fsync();
  return orError(status, "cannot sync the directory", directory);
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

tl::expected<void, StoreError> replaceFile(const fs::path& path, std::string_view content,
                                           rocksdb::Env* env) {
  rocksdb::Env& files = orDefault(env);
  const std::string draft = path.string() + ".tmp";
  const rocksdb::Slice bytes(content.data(), content.size());
  return orError(rocksdb::WriteStringToFile(&files, bytes, draft, /*should_sync=*/true),
                 "cannot write", draft)
      .and_then(
          [&] { return orError(files.RenameFile(draft, path.string()), "cannot replace", path); })
      .and_then([&] { return syncDirectory(path.parent_path(), env); });
}

tl::expected<void, StoreError> removeTree(const fs::path& directory) {
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) return tl::unexpected(systemError(error.value(), "cannot remove", directory));
  return {};
}

tl::expected<void, StoreError> publishDirectory(const fs::path& from, const fs::path& to) {
  const auto directory = openPath(from, O_RDONLY | O_DIRECTORY, "cannot open the directory");
  if (!directory) return tl::unexpected(directory.error());
  if (::syncfs(directory->number()) != 0) {
    return tl::unexpected(systemError(errno, "cannot sync", from));
  }
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return tl::unexpected(systemError(errno, "cannot rename to", to));
  }
  return syncDirectory(fs::absolute(to).lexically_normal().parent_path());
}

tl::expected<std::string, StoreError> readSmallFile(const fs::path& path, std::size_t maxBytes,
                                                    rocksdb::Env* env) {
  std::unique_ptr<rocksdb::SequentialFile> file;
  Status status = orDefault(env).NewSequentialFile(path.string(), &file, rocksdb::EnvOptions());
  std::string content;
  std::string buffer(maxBytes, '\0');
  while (status.ok() && content.size() < maxBytes) {
    rocksdb::Slice got;
    status = file->Read(maxBytes - content.size(), &got, buffer.data());
    if (status.ok() && got.empty()) break;
    content.append(got.data(), got.size());
  }
  if (!status.ok()) return tl::unexpected(fileError(status, "cannot read", path));
  return content;
}

}  // namespace docket::eventstore
