#include "client/import/byte_source.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace docket::client::imports {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

struct FreeArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

// libarchive's own words are for those who write programs.
std::string broken(const std::string& path, archive* reader) {
  const char* reason = archive_error_string(reader);
  // A gzip file that ends within its last eight bytes fails without a word.
  // xz makes no progress where there is nothing left to read.
  const std::string_view words(reason == nullptr ? "" : reason);
  const bool cut = words.empty() || words.find("runcated") != std::string_view::npos ||
                   words.find("No progress") != std::string_view::npos;
  return "'" + path + "' is " + (cut ? "cut off." : "damaged.");
}

}  // namespace

struct ByteSource::State {
  std::string path;
  std::uint64_t packedBytes = 0;
  Archive reader;
  bool atEnd = false;
  std::optional<std::string_view> peeked;
};

ByteSource::ByteSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

tl::expected<ByteSource, ImportError> ByteSource::open(const std::string& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status)) {
    return tl::make_unexpected(badInput("There is no file '" + path + "'."));
  }
  if (std::filesystem::is_directory(status)) {
    return tl::make_unexpected(badInput("'" + path + "' is a directory, not a file."));
  }
  auto state = std::make_unique<State>();
  state->path = path;
  const auto size = std::filesystem::file_size(path, failed);
  state->packedBytes = failed ? 0 : size;
  state->reader.reset(archive_read_new());
  archive* const reader = state->reader.get();
  archive_read_support_filter_gzip(reader);
  archive_read_support_filter_xz(reader);
  archive_read_support_filter_zstd(reader);
  archive_read_support_format_raw(reader);
  archive_read_support_format_empty(reader);
  if (archive_read_open_filename(reader, path.c_str(), kReadBytes) != ARCHIVE_OK) {
    return tl::make_unexpected(
        badInput("'" + path + "' cannot be read: " + std::strerror(archive_errno(reader)) + "."));
  }
  archive_entry* entry = nullptr;
  const int header = archive_read_next_header(reader, &entry);
  if (header == ARCHIVE_EOF) {
    state->atEnd = true;
  } else if (header != ARCHIVE_OK) {
    return tl::make_unexpected(brokenInput(broken(path, reader)));
  }
  return ByteSource(std::move(state));
}

tl::expected<std::string_view, ImportError> ByteSource::read() {
  if (state_->peeked) return *std::exchange(state_->peeked, std::nullopt);
  while (!state_->atEnd) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(state_->reader.get(), &block, &size, &offset);
    if (result == ARCHIVE_EOF) {
      state_->atEnd = true;
    } else if (result != ARCHIVE_OK) {
      state_->atEnd = true;
      return tl::make_unexpected(brokenInput(broken(state_->path, state_->reader.get())));
    } else if (size > 0) {
      return std::string_view(static_cast<const char*>(block), size);
    }
  }
  return std::string_view();
}

tl::expected<std::string_view, ImportError> ByteSource::peek() {
  if (!state_->peeked) {
    auto block = read();
    if (!block) return block;
    state_->peeked = *block;
  }
  return *state_->peeked;
}

const std::string& ByteSource::path() const {
  return state_->path;
}

std::uint64_t ByteSource::packedBytesRead() const {
  const la_int64_t count = archive_filter_bytes(state_->reader.get(), -1);
  return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

std::uint64_t ByteSource::packedBytes() const {
  return state_->packedBytes;
}

}  // namespace docket::client::imports
