// The place where a server keeps everything, and who may use it.
//
//   DATA/VERSION   the layout's version, a decimal number and a newline
//   DATA/LOCK      locked while a server runs, with its process id in it
//   DATA/log       the truth
//   DATA/views     derived; may be deleted while no server runs
//   DATA/keys      the keys of people, and the key that signs checkpoints; backed up apart
//   DATA/checkpoint  the last checkpoint that was published
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <tl/expected.hpp>

namespace docket::server {

inline constexpr std::uint64_t kLayoutVersion = 1;

// Holds the lock while it lives.
class DataDirectory {
 public:
  // Makes the directory if it is missing. Refuses a newer layout, and a folder that holds something
  // else. The error is one sentence.
  [[nodiscard]] static tl::expected<DataDirectory, std::string> open(
      const std::filesystem::path& path);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  // Nobody has finished setting it up: only then may a log be made in it. Where the log of a
  // finished one is missing, it is lost (a disk that is not mounted, say), and an empty one would
  // hide that.
  bool isNew() const { return isNew_; }
  // The log is there: writes VERSION if it is new.
  [[nodiscard]] tl::expected<void, std::string> complete();

  std::filesystem::path log() const { return path_ / "log"; }
  std::filesystem::path views() const { return path_ / "views"; }
  std::filesystem::path keys() const { return path_ / "keys"; }
  std::filesystem::path checkpoint() const { return path_ / "checkpoint"; }

 private:
  DataDirectory(std::filesystem::path path, int lockFd);

  std::filesystem::path path_;
  int lockFd_;
  bool isNew_ = false;
};

}  // namespace docket::server
