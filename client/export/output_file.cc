#include "client/export/output_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace docket::client::exports {
namespace {

OutputError cannotWrite(const std::string& path, int error) {
  return {false, "'" + path + "' cannot be written: " + std::strerror(error) + "."};
}

OutputError taken(const std::string& path) {
  return {true, "'" + path + "' is there already; remove it or name another."};
}

// As a file that is made in the ordinary way: what the user's mask leaves of 0666.
void useOrdinaryMode(int file) {
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(file, 0666 & ~mask);
}

// Never in place of another file. 0, or what is wrong.
int renameToNew(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system that cannot rename so. A link does not replace anything either.
  if (link(from.c_str(), to.c_str()) != 0) return errno;
  unlink(from.c_str());
  return 0;
}

}  // namespace

tl::expected<std::unique_ptr<OutputFile>, OutputError> OutputFile::create(const std::string& path) {
  std::error_code absent;
  const auto status = std::filesystem::symlink_status(path, absent);
  const auto target = std::filesystem::status(path, absent);
  if (std::filesystem::exists(target) && !std::filesystem::is_regular_file(target) &&
      !std::filesystem::is_directory(target)) {
    std::FILE* const file = std::fopen(path.c_str(), "we");
    if (file == nullptr) return tl::make_unexpected(cannotWrite(path, errno));
    return std::unique_ptr<OutputFile>(new OutputFile(path, "", file));
  }
  if (std::filesystem::exists(status)) return tl::make_unexpected(taken(path));
  const std::filesystem::path whole(path);
  std::string temporary =
      (whole.parent_path() / ("." + whole.filename().string() + ".XXXXXX")).string();
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return tl::make_unexpected(cannotWrite(path, errno));
  useOrdinaryMode(descriptor);
  return std::unique_ptr<OutputFile>(
      new OutputFile(path, std::move(temporary), fdopen(descriptor, "w")));
}

OutputFile::OutputFile(std::string path, std::string temporary, std::FILE* file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(file) {}

OutputFile::~OutputFile() {
  if (file_ != nullptr) std::fclose(file_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void OutputFile::write(std::string_view bytes) {
  if (error_ != 0) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) < bytes.size()) error_ = errno;
}

tl::expected<void, OutputError> OutputFile::commit() {
  if (error_ == 0 && std::fflush(file_) != 0) error_ = errno;
  if (error_ == 0 && !temporary_.empty() && fsync(fileno(file_)) != 0) error_ = errno;
  if (std::fclose(std::exchange(file_, nullptr)) != 0 && error_ == 0) error_ = errno;
  if (error_ != 0) return tl::make_unexpected(cannotWrite(path_, error_));
  if (temporary_.empty()) return {};
  const int renamed = renameToNew(temporary_, path_);
  if (renamed == EEXIST) return tl::make_unexpected(taken(path_));
  if (renamed != 0) return tl::make_unexpected(cannotWrite(path_, renamed));
  temporary_.clear();
  return {};
}

}  // namespace docket::client::exports
