// A first map, guessed from the file itself and written for a person to look over.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "client/import/board_columns.h"
#include "client/import/byte_source.h"
#include "client/import/map_file.h"

namespace docket::client::imports {

// Reads the whole file; keeps counts, not rows. The answer is a commented TOML map that imports
// every event of the file as it stands. The error says what the file seems to lack.
[[nodiscard]] tl::expected<std::string, ImportError> proposeMap(ByteSource& source, Format format,
                                                                const BoardColumns& board);

}  // namespace docket::client::imports
