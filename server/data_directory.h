// The place where a server keeps everything, and who may use it.
//
//   DATA/VERSION   the layout's version, a decimal number and a newline
//   DATA/LOCK      locked while a server runs, with its process id in it
//   DATA/log       the truth
//   DATA/views     derived; may be deleted while no server runs
//   DATA/keys      data keys, to come
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
  // Makes the directory if it is missing. The error is one sentence.
  [[nodiscard]] static tl::expected<DataDirectory, std::string> open(
      const std::filesystem::path& path);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  std::filesystem::path log() const { return path_ / "log"; }
  std::filesystem::path views() const { return path_ / "views"; }

 private:
  DataDirectory(std::filesystem::path path, int lockFd);

  std::filesystem::path path_;
  int lockFd_;
};

}  // namespace docket::server
