// Which commands are in the log, and where: a row of runs that together cover the events [0, end).
//
// Each segment of the log becomes a run. When eight neighbours are of about the same size, they are
// merged into one, a slice at a time, so that a new segment waits for a slice at most. So the row
// is short, and a command is written about once for every eightfold of the log's length. A run's
// file takes the place of those it was merged from in one step: its name.
//
// Any thread may look things up; add and mergeSome are called by one thread at a time. Internal to
// the event store.
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/command_run.h"
#include "eventstore/error.h"
#include "eventstore/sip_hash.h"
#include "eventstore/tail.h"
#include "eventstore/types.h"

namespace docket::eventstore {

class RunMerge;

struct CommandIndexOptions {
  std::filesystem::path directory;
  rocksdb::Env* env = nullptr;
  std::string storeId;
  SipHash::Key hashKey{};
  bool readOnly = false;
};

class CommandIndex {
 public:
  using Runs = std::vector<std::shared_ptr<const CommandRun>>;  // in the order of positions

  // Opens the runs that cover exactly [0, end), the last one with `rootAtEnd`; removes what a crash
  // left over, unless read-only. Errors: corrupt (they do not), io.
  [[nodiscard]] static tl::expected<std::unique_ptr<CommandIndex>, StoreError> open(
      const CommandIndexOptions& options, Position end, const Digest& rootAtEnd);
  // One that holds nothing, whatever stands in its directory: for a log that is only read and whose
  // index cannot be used.
  [[nodiscard]] static std::unique_ptr<CommandIndex> ofNothing(const CommandIndexOptions& options) {
    return std::unique_ptr<CommandIndex>(new CommandIndex(options));
  }

  ~CommandIndex();
  CommandIndex(const CommandIndex&) = delete;
  CommandIndex& operator=(const CommandIndex&) = delete;

  std::uint64_t hash(const CommandId& id) const { return hash_(id.bytes); }

  // Asks the processor to have at hand what find() will look at first.
  void prefetch(std::uint64_t hash) const;
  // The places of all commands whose ids have the hash of `id`: mostly none or one.
  [[nodiscard]] tl::expected<std::vector<CommandPlace>, StoreError> find(const CommandId& id) const;

  // Adds a segment, durably. REQUIRES: it begins where the row ends.
  [[nodiscard]] tl::expected<void, StoreError> add(const TailSegment& segment,
                                                   const Digest& rootAtEnd);

  // Does a slice of merging, if there is any to do; false: there is none. Sizes are judged by the
  // number of events of a segment.
  [[nodiscard]] tl::expected<bool, StoreError> mergeSome(std::uint64_t segmentEvents);

  // The row as of now; its runs stay readable.
  Runs runs() const;

 private:
  explicit CommandIndex(CommandIndexOptions options);
  std::filesystem::path pathOf(Position begin, Position end) const;
  std::shared_ptr<const Runs> row() const;
  void replace(const Runs& merged, std::shared_ptr<const CommandRun> by);

  const CommandIndexOptions options_;
  const SipHash hash_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Runs> runs_;  // never null
  std::unique_ptr<RunMerge> merge_;   // under way
};

}  // namespace docket::eventstore
