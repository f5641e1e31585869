// A data directory, or a log directory alone, that no server uses: its log is read as
// docs/FORMATS.md describes it. Nothing is written there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "client/verify/checkpoint.h"
#include "client/verify/note.h"
#include "client/verify/problem.h"
#include "client/verify/progress.h"

namespace docket::client::verify {

struct DataReport {
  std::string storeId;
  std::uint64_t events = 0;
  Digest root;
  std::uint64_t streams = 0;
  std::uint64_t commands = 0;
  std::uint64_t anchorHead = 0;
  std::vector<Checkpoint> checkpoints;  // DATA/checkpoint, if it is there, and `others`
};

// Walks the whole log and compares everything with everything: records, envelopes, units, payloads,
// what must hold from event to event, the stored nodes of the tree, the head, the anchor,
// DATA/checkpoint and the roots of `others`. Stops at the first thing wrong. Not looked at: what is
// derived (the index, the views).
Result<DataReport> verifyData(const std::filesystem::path& directory,
                              std::span<const VerifierKey> keys, std::vector<Checkpoint> others,
                              Progress& progress);

}  // namespace docket::client::verify
