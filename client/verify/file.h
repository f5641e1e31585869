// Reading whole files, of a bounded size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "client/verify/problem.h"

namespace docket::client::verify {

// The file's bytes, or nullopt if there is no such file. A file longer than `sizeMax` is broken,
// what cannot be read is unreadable.
Result<std::optional<std::string>> readIfThere(const std::filesystem::path& path,
                                               std::uint64_t sizeMax);

// As above, but a file that is not there is unreadable.
Result<std::string> readFile(const std::filesystem::path& path, std::uint64_t sizeMax);

}  // namespace docket::client::verify
