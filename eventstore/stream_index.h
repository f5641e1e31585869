// The stream index: where the events of a stream stand in the log, at one or two bytes an event.
//
// A stream's versions are cut into chunks of 256; the value of a chunk is the positions of its
// events in order, as varints: the first one whole, each later one as the distance to the one
// before, or a zero, which no distance is, and then whole. New bytes are added to the end of a
// chunk by a merge operator that only concatenates, so no one reads a chunk in order to extend it:
// what is added begins with a whole position. Internal to the event store.
#pragma once

#include <rocksdb/merge_operator.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/types.h"

namespace docket::eventstore {

inline constexpr std::uint64_t kChunkVersions = 256;

inline std::uint32_t chunkOf(Version version) {
  return static_cast<std::uint32_t>(version.value / kChunkVersions);
}
inline bool opensChunk(Version version) {
  return version.value % kChunkVersions == 0;
}

// Appends the entry of the event at `position`. `before` is the position of the stream's event
// before it; it does not count if this one opens a chunk.
void addIndexEntry(std::string& out, Version version, Position before, Position position);

// Appends an entry that does not depend on the one before it. REQUIRES: it does not open a chunk.
void addRestart(std::string& out, Position position);

// Reads a chunk. False unless it holds 1 to 256 positions, each above the one before.
[[nodiscard]] bool readChunk(std::string_view value, std::vector<Position>& positions);

std::shared_ptr<rocksdb::MergeOperator> concatenatingMergeOperator();

}  // namespace docket::eventstore
