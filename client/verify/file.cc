#include "client/verify/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "client/verify/text.h"

namespace docket::client::verify {
namespace fs = std::filesystem;

Result<std::optional<std::string>> readIfThere(const fs::path& path, std::uint64_t sizeMax) {
  const std::string name = visible(path.string());
  std::error_code error;
  if (fs::is_directory(path, error)) return unreadable(name + " is a directory, not a file");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return unreadable(name + " cannot be opened: " + std::strerror(errno));
  }
  std::string content;
  char buffer[64 * 1024];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get())) {
    content.append(buffer, got);
    if (content.size() > sizeMax) {
      return broken(name + " is longer than the " + std::to_string(sizeMax) +
                    " bytes that such a file may have");
    }
  }
  if (std::ferror(file.get())) return unreadable(name + " cannot be read: " + std::strerror(errno));
  return content;
}

Result<std::string> readFile(const fs::path& path, std::uint64_t sizeMax) {
  auto content = readIfThere(path, sizeMax);
  if (!content) return tl::make_unexpected(content.error());
  if (!*content) return unreadable(visible(path.string()) + " is not there");
  return std::move(**content);
}

}  // namespace docket::client::verify
