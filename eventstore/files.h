// The few things the log does with files itself: its directory, the lock on it, small durable
// files. Files are read and written through `env`; null: the default. Internal to the event store.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "eventstore/error.h"

namespace rocksdb {
class Env;
}

namespace docket::eventstore {

// What a system call's failure means to a caller. `what` is as in "cannot make the directory".
StoreError systemError(int errorNumber, std::string_view what, const std::filesystem::path& path);

// A file descriptor that closes itself.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

enum class LockKind { shared, exclusive };

// Locks a directory against other processes, and against other holders in this one, until the
// descriptor is closed. Looking at a log takes the shared lock, writing to it the exclusive one.
[[nodiscard]] tl::expected<FileDescriptor, StoreError> lockDirectory(
    const std::filesystem::path& directory, LockKind kind);

// Makes `directory` and its parents, and makes their names durable.
[[nodiscard]] tl::expected<void, StoreError> makeDirectory(const std::filesystem::path& directory,
                                                           rocksdb::Env* env = nullptr);

// Makes the names in `directory` durable.
[[nodiscard]] tl::expected<void, StoreError> syncDirectory(const std::filesystem::path& directory,
                                                           rocksdb::Env* env = nullptr);

// Tries whether files can be made in `directory`, by making one that has no name.
[[nodiscard]] tl::expected<void, StoreError> checkWritable(const std::filesystem::path& directory);

// Replaces the file as a whole: after a crash there is the old content or the new, nothing between.
// On return the new content is durable.
[[nodiscard]] tl::expected<void, StoreError> replaceFile(const std::filesystem::path& path,
                                                         std::string_view content,
                                                         rocksdb::Env* env = nullptr);

// Removes a directory and all that is in it; it need not be there.
[[nodiscard]] tl::expected<void, StoreError> removeTree(const std::filesystem::path& directory);

// Gives a finished directory its name: all that is in `from` is made durable, then it is renamed to
// `to`, which may be an empty directory, and that is made durable too.
[[nodiscard]] tl::expected<void, StoreError> publishDirectory(const std::filesystem::path& from,
                                                              const std::filesystem::path& to);

// The content of a file of at most `maxBytes`; a longer one is cut there.
[[nodiscard]] tl::expected<std::string, StoreError> readSmallFile(const std::filesystem::path& path,
                                                                  std::size_t maxBytes,
                                                                  rocksdb::Env* env = nullptr);

}  // namespace docket::eventstore
