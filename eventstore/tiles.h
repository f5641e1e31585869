// The log as tiles (C2SP tlog-tiles): files that never change once they are full, from which an
// outsider makes every proof without asking.
//
// A hash tile holds up to 256 hashes of one tree level, every eighth level having tiles; a bundle
// holds up to 256 envelopes, or payloads. Pure functions over a log; safe beside appends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "eventstore/error.h"
#include "eventstore/log.h"
#include "eventstore/publisher.h"

namespace docket::eventstore {

inline constexpr unsigned kTileHeight = 8;
inline constexpr unsigned kTileWidth = 1u << kTileHeight;
inline constexpr unsigned kMaxTileLevel = 7;

enum class TileKind { hashes, entries, payloads };

struct TileName {
  TileKind kind = TileKind::hashes;
  unsigned level = 0;  // of hashes: tile (level, index) holds nodes of tree level 8 * level
  std::uint64_t index = 0;
  unsigned width = kTileWidth;  // 1 to 256; below 256 the tile is partial

  bool operator==(const TileName&) const = default;
};

// `tile/1/x001/234`, `tile/entries/067.p/12`, `payloads/000`; and back. One spelling for each.
std::string tilePath(const TileName& name);
std::optional<TileName> parseTilePath(std::string_view path);

// Whether all that the tile holds is in a tree of `size` leaves.
bool isWithin(const TileName& name, std::uint64_t size);

// Adds what a lowest tile or a bundle holds of one event.
void addToTile(TileKind kind, const RecordedEvent& event, std::string& tile);

// The tile's content. Reads at most 256 events or nodes.
// Errors: invalid (beyond the head), corrupt, io.
[[nodiscard]] tl::expected<std::string, StoreError> readTile(const Log& log, const TileName& name);

struct ExportOptions {
  std::filesystem::path directory;  // made if it is missing
  bool payloads = false;            // the events' payloads too
  // Called now and then with events looked at and events in all; false stops the work.
  std::function<bool(std::uint64_t, std::uint64_t)> progress = {};
};

struct ExportReport {
  Checkpoint checkpoint;
  std::uint64_t filesWritten = 0;
};

// Writes what `options.directory` lacks of the tiles of `latest`, the log's latest checkpoint, and
// that checkpoint last of all. What is there already must be of this log: its checkpoint, signed by
// one of `keys` (the current one first), is compared with it. An export that was stopped can be
// repeated. Costs, besides a look at each file, the events that were not exported yet. Errors:
// invalid (the directory holds something else, or another log), corrupt, interrupted, io.
[[nodiscard]] tl::expected<ExportReport, StoreError> exportTiles(const Log& log,
                                                                 const PublishedCheckpoint& latest,
                                                                 std::span<const VerifierKey> keys,
                                                                 const ExportOptions& options);

}  // namespace docket::eventstore
