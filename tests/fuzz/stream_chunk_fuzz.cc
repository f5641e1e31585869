// Chunks of the stream index: what is accepted is 1 to 256 positions that rise, and these positions
// written by the index read the same.
#include <string>
#include <vector>

#include "eventstore/stream_index.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<eventstore::Position> positions;
  if (!eventstore::readChunk(fuzz::asText(data, size), positions)) return 0;
  ++fuzz::accepted;
  fuzz::require(!positions.empty() && positions.size() <= eventstore::kChunkVersions,
                "a chunk holds 1 to 256 positions");
  std::string written;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    fuzz::require(i == 0 || positions[i - 1] < positions[i], "positions of a stream rise");
    eventstore::addIndexEntry(written, {i}, i == 0 ? eventstore::Position{} : positions[i - 1],
                              positions[i]);
  }
  std::vector<eventstore::Position> again;
  fuzz::require(eventstore::readChunk(written, again) && again == positions,
                "what the index writes reads the same");
  return 0;
}
