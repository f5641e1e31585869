// Where the events of a stream and of a command stand: the index of the log.
//
// The index is derived: it can be thrown away and is made again from the log. It takes the log's
// events in segments of many thousands at a time. Streams go into a RocksDB of its own beside the
// log, without a write-ahead log, each segment in one write together with the position up to which
// the index then reaches; commands go into runs (command_index.h), because a RocksDB spends on each
// of them many times what a sorted file does. What the index does not hold yet is in the tail, in
// memory. So a commit writes nothing but the events themselves, and no look-up reads the log to
// find its place.
//
// Any thread may look things up; what is at or above the caller's head is not answered. Adding is
// the tail's part; `store` is called by one thread at a time. Internal to the event store.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/command_index.h"
#include "eventstore/database.h"
#include "eventstore/error.h"
#include "eventstore/sip_hash.h"
#include "eventstore/tail.h"
#include "eventstore/types.h"

namespace docket::eventstore {

inline constexpr std::string_view kIndexDirectoryName = "index";
inline constexpr std::string_view kCommandsDirectoryName = "commands";  // below it

// How far an index reaches, and of which log it is.
struct IndexReach {
  std::string storeId;
  SipHash::Key hashKey{};  // of the command index: drawn once, known to nobody outside
  Position end;            // all events below are in the index
  Digest root;             // of the log's Merkle tree at `end`

  bool operator==(const IndexReach&) const = default;
};

class EventIndex {
 public:
  // Opens the index of the log, or begins an empty one if there is none or what is there cannot be
  // read or is of another log or another history; then `reach().end` is 0. A read-only log with
  // an unusable index gets none: everything is in the tail then.
  [[nodiscard]] static tl::expected<std::unique_ptr<EventIndex>, StoreError> open(
      const Database& log, const std::string& storeId, Position head, bool readOnly);
  ~EventIndex();
  EventIndex(const EventIndex&) = delete;
  EventIndex& operator=(const EventIndex&) = delete;

  const IndexReach& reach() const { return reach_; }  // as opened
  // Why the index that was there could not be used, if the log was opened for reading only; empty
  // otherwise.
  const std::string& unusable() const { return unusable_; }
  // The index was found to be damaged: the next opening makes it again. Any thread.
  void distrust() const;
  Tail& tail() { return tail_; }
  const Tail& tail() const { return tail_; }

  // Adds a segment, durably. REQUIRES: it begins where the index ends, and all its events are
  // durable in the log.
  [[nodiscard]] tl::expected<void, StoreError> store(const TailSegment& segment,
                                                     const Digest& rootAtEnd);
  // As CommandIndex::mergeSome. By the thread that stores.
  [[nodiscard]] tl::expected<bool, StoreError> mergeSome(std::uint64_t segmentEvents) {
    return commands_->mergeSome(segmentEvents);
  }

  // The last event of the stream (keys::stream) below `head`.
  [[nodiscard]] tl::expected<std::optional<StreamTip>, StoreError> findTip(
      std::string_view streamKey, Position head) const;

  // The positions of versions 256 * chunk, ... as far as the index reaches; empty if there are
  // none.
  [[nodiscard]] tl::expected<std::vector<Position>, StoreError> readStoredChunk(
      std::string_view streamKey, std::uint32_t chunk) const;
  // Whether the index holds anything at all of the stream: by search, not by point look-up.
  [[nodiscard]] tl::expected<bool, StoreError> holdsAny(std::string_view streamKey) const;

  // Where commands with the hash of this id stand: at most one of them is it.
  [[nodiscard]] tl::expected<std::vector<CommandPlace>, StoreError> findStoredCommand(
      const CommandId& id) const {
    return commands_->find(id);
  }
  // Asks the processor to have at hand what looking up a command with this hash looks at first.
  void prefetchCommand(std::uint64_t hash) const {
    tail_.prefetchCommand(hash);
    commands_->prefetch(hash);
  }
  std::uint64_t commandHash(const CommandId& id) const { return commands_->hash(id); }

  // What is stored, as of one moment.
  struct Snapshot {
    IndexReach reach;
    std::shared_ptr<const rocksdb::Snapshot> entries;  // none: nothing stored
    CommandIndex::Runs runs;
  };
  [[nodiscard]] tl::expected<Snapshot, StoreError> snapshot() const;

  using OnPlace = std::function<void(std::string_view streamKey, Version, Position)>;
  using OnCommand = std::function<void(const CommandRecord&)>;
  // Calls back for every stored entry, and finds gaps and what cannot be read.
  [[nodiscard]] tl::expected<void, StoreError> walk(const Snapshot& snapshot,
                                                    const OnPlace& onPlace,
                                                    const OnCommand& onCommand) const;

  // Compares every table and every run with its checksums.
  [[nodiscard]] tl::expected<void, StoreError> verifyTables() const;

 private:
  EventIndex(const Database& log, IndexReach reach);
  static tl::expected<std::unique_ptr<EventIndex>, StoreError> openStored(
      const Database& log, const std::string& storeId, Position head, bool readOnly);
  CommandIndexOptions commandOptions(bool readOnly) const;
  tl::expected<void, StoreError> openCommands(bool readOnly);
  tl::expected<void, StoreError> write(rocksdb::WriteBatch& batch, Position end,
                                       const Digest& rootAtEnd);
  static tl::expected<std::unique_ptr<rocksdb::DB>, StoreError> openRocks(
      const std::filesystem::path& directory, bool readOnly, rocksdb::Env* env);
  tl::expected<std::optional<IndexReach>, StoreError> readReach() const;
  tl::expected<bool, StoreError> get(std::string_view key, rocksdb::PinnableSlice& value) const;
  StoreError damaged(std::string_view what) const;

  const Database& log_;
  IndexReach reach_;
  std::string unusable_;
  std::unique_ptr<rocksdb::DB> db_;         // none: nothing stored
  std::unique_ptr<CommandIndex> commands_;  // never null once open
  Tail tail_;
};

}  // namespace docket::eventstore
