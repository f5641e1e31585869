#include "eventstore/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "eventstore/files.h"
#include "eventstore/secret.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOwnerOnly = 0600;

tl::unexpected<StoreError> failed(std::string_view what, const fs::path& path) {
  return tl::unexpected(systemError(errno, what, path));
}

tl::expected<void, StoreError> writeDraft(const fs::path& draft, std::string_view content) {
  // A draft that a crash left may have been made with other rights: begin anew.
  ::unlink(draft.c_str());
  const FileDescriptor file(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (!file) return failed("cannot write", draft);
  while (!content.empty()) {
    const ssize_t written = ::write(file.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot write", draft);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.number()) != 0) return failed("cannot sync", draft);
  return {};
}

}  // namespace

tl::expected<void, StoreError> replacePrivateFile(const fs::path& path, std::string_view content) {
  const fs::path draft = path.string() + ".tmp";
  if (auto written = writeDraft(draft, content); !written) return written;
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed("cannot replace", path);
  return syncDirectory(fs::absolute(path).parent_path());
}

tl::expected<std::string, StoreError> readPrivateFile(const fs::path& path, std::size_t maxBytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return failed("cannot read", path);
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) return failed("cannot read", path);
  if ((status.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 07777));
    return tl::unexpected(
        StoreError{StoreErrorCode::invalid, path.string() + " holds a secret and has mode " + mode +
                                                ", so that others may use it; make it 0600, and "
                                                "rotate the key if somebody may have read it"});
  }
  std::string content(maxBytes, '\0');
  std::size_t size = 0;
  while (size < maxBytes) {
    const ssize_t got = ::read(file.number(), content.data() + size, maxBytes - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const Wiped wiped(content);  // what was read before it failed
      return failed("cannot read", path);
    }
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

}  // namespace docket::eventstore
