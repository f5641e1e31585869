// The bytes of a file, unpacked on the way: plain, gzip, xz and zstd, told apart by content.
//
// Nothing but the current block is in memory. Not thread-safe. What gzip packs is checked for being
// complete, not against its checksum (libarchive does not look at it); xz and zstd are checked
// fully.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "client/import/import_error.h"

namespace docket::client::imports {

class ByteSource {
 public:
  [[nodiscard]] static tl::expected<ByteSource, ImportError> open(const std::string& path);
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;
  ~ByteSource();

  // The next block; empty at the end. The view lives until the next call. An error is final: bytes
  // handed out before it are good.
  [[nodiscard]] tl::expected<std::string_view, ImportError> read();

  // What read() will hand out first, without taking it. Empty: the file is.
  [[nodiscard]] tl::expected<std::string_view, ImportError> peek();

  const std::string& path() const;
  std::uint64_t packedBytesRead() const;  // of the file as it lies on disk
  std::uint64_t packedBytes() const;      // its size

 private:
  struct State;
  explicit ByteSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace docket::client::imports
