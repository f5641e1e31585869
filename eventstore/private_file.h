// Small files that hold secrets: nobody but their owner may read them. The caller wipes what it
// wrote or read of them (Wiped in secret.h);
// what was read before a read failed is wiped here. Internal to the event store.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "eventstore/error.h"

namespace docket::eventstore {

// Replaces the file as a whole, with mode 0600 from its first byte on: after a crash there is the
// old content or the new, nothing between. On return the new content is durable.
[[nodiscard]] tl::expected<void, StoreError> replacePrivateFile(const std::filesystem::path& path,
                                                                std::string_view content);

// The content of a file of at most `maxBytes`; a longer one is cut there. Errors: notFound, invalid
// (group or others may read or write it), readOnly (we may not read it), io.
[[nodiscard]] tl::expected<std::string, StoreError> readPrivateFile(
    const std::filesystem::path& path, std::size_t maxBytes);

}  // namespace docket::eventstore
