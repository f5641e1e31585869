// Where the events of a stream and of a command stand: the index of the log.
//
// The index is derived: it can be thrown away and is made again from the log. It is a RocksDB of
// its own beside the log, without a write-ahead log, that takes the log's events in segments of
// many thousands at a time, sorted, each segment in one write together with the position up to
// which the index then reaches. What it does not hold yet is in the tail, in memory. So a commit
// writes nothing but the events themselves, and no look-up reads the log to find its place.
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

#include "eventstore/database.h"
#include "eventstore/error.h"
#include "eventstore/tail.h"
#include "eventstore/types.h"

namespace docket::eventstore {

inline constexpr std::string_view kIndexDirectoryName = "index";

// How far an index reaches, and of which log it is.
struct IndexReach {
  std::string storeId;
  Position end;  // all events below are in the index
  Digest root;   // of the log's Merkle tree at `end`

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
  Tail& tail() { return tail_; }
  const Tail& tail() const { return tail_; }

  // Adds a segment, durably. REQUIRES: it begins where the index ends, and all its events are
  // durable in the log.
  [[nodiscard]] tl::expected<void, StoreError> store(const TailSegment& segment,
                                                     const Digest& rootAtEnd);

  // The last event of the stream (keys::stream) below `head`.
  [[nodiscard]] tl::expected<std::optional<StreamTip>, StoreError> findTip(
      std::string_view streamKey, Position head) const;

  // The positions of versions 256 * chunk, ... as far as the index reaches; empty if there are
  // none.
  [[nodiscard]] tl::expected<std::vector<Position>, StoreError> readStoredChunk(
      std::string_view streamKey, std::uint32_t chunk) const;
  // Whether the index holds anything at all of the stream: by search, not by point look-up.
  [[nodiscard]] tl::expected<bool, StoreError> holdsAny(std::string_view streamKey) const;

  struct CommandPlace {
    Position first;
    std::uint32_t count;
  };
  [[nodiscard]] tl::expected<std::optional<CommandPlace>, StoreError> findStoredCommand(
      const CommandId& id) const;

  // What is stored, as of one moment.
  struct Snapshot {
    IndexReach reach;
    std::shared_ptr<const rocksdb::Snapshot> entries;  // none: nothing stored
  };
  [[nodiscard]] tl::expected<Snapshot, StoreError> snapshot() const;

  using OnPlace = std::function<void(std::string_view streamKey, Version, Position)>;
  using OnCommand = std::function<void(std::string_view key, Position first, std::uint64_t events)>;
  // Calls back for every stored entry, and finds gaps and what cannot be read.
  [[nodiscard]] tl::expected<void, StoreError> walk(const Snapshot& snapshot,
                                                    const OnPlace& onPlace,
                                                    const OnCommand& onCommand) const;

  // Compares every table with the checksum of its file.
  [[nodiscard]] tl::expected<void, StoreError> verifyTables() const;

 private:
  EventIndex(const Database& log, IndexReach reach);
  static tl::expected<std::unique_ptr<rocksdb::DB>, StoreError> openRocks(
      const std::filesystem::path& directory, bool readOnly, rocksdb::Env* env);
  tl::expected<std::optional<IndexReach>, StoreError> readReach() const;
  tl::expected<bool, StoreError> get(std::string_view key, rocksdb::PinnableSlice& value) const;
  StoreError damaged(std::string_view what) const;

  const Database& log_;
  IndexReach reach_;
  std::string unusable_;
  std::unique_ptr<rocksdb::DB> db_;  // none: nothing stored
  Tail tail_;
};

}  // namespace docket::eventstore
