// An export: a C2SP tlog-tiles directory with entry bundles and, if it has them, Docket's payload
// bundles (docs/FORMATS.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "client/verify/checkpoint.h"
#include "client/verify/problem.h"
#include "client/verify/progress.h"

namespace docket::client::verify {

struct TilesReport {
  std::uint64_t streams = 0;
  std::uint64_t commands = 0;
  std::uint64_t tiles = 0;  // that were compared
  std::uint64_t payloadsChecked = 0;
  std::uint64_t payloadsAbsent = 0;  // not in this export
};

struct TilesOptions {
  bool requirePayloads = false;  // a payload that is not in the export breaks it
};

// Walks the entries of `head`, which is DIR/checkpoint, and compares everything with everything:
// tiles, the root, what must hold from event to event, payloads, and the roots of `others`. Stops
// at the first thing wrong.
Result<TilesReport> verifyTiles(const std::filesystem::path& directory, const Checkpoint& head,
                                std::vector<Checkpoint> others, const TilesOptions& options,
                                Progress& progress);

}  // namespace docket::client::verify
