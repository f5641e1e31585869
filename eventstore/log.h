// The log: durable, ordered bytes. The truth from which all else is derived.
//
// Threads: one thread at a time may append; any number may read at the same time. head() and
// everything that readers give is durable: an event is synced before it can be seen.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "eventstore/envelope.h"
#include "eventstore/error.h"
#include "eventstore/types.h"

namespace rocksdb {
class Env;
}

namespace docket::eventstore {

// --- Writing
// --------------------------------------------------------------------------------------

// What a stream must look like for a unit to be written.
struct AnyVersion {};
struct NoStream {};
struct StreamExists {};
struct Exactly {
  Version version;  // of the last event in the stream
};
using Expected = std::variant<AnyVersion, NoStream, StreamExists, Exactly>;

// A stream that is only checked may stand here too; it need not be written.
struct Condition {
  StreamId stream;
  Expected expected;
};

// What is written together or not at all: the effect of one command.
struct Unit {
  CommandId commandId;
  Fingerprint fingerprint;  // of the command's content: tells a repeat from a reuse of the id
  CommandId correlationId;  // zero: the command's own id
  std::optional<Position> causation;  // before the unit's own events
  std::string actor;                  // 1 to 200 bytes
  std::string onBehalfOf;             // 0 to 200 bytes
  Origin origin = Origin::rpc;
  std::vector<Condition> conditions;
  std::vector<NewEvent> events;  // at least one
};

// What a command did, the first time or now. Same answer for every repeat.
struct Committed {
  Position first;
  Position last;
  Version lastVersion;    // of the event at `last`, in its own stream
  bool repeated = false;  // the command id was known: nothing was written now
};

struct Violation {
  StreamId stream;
  Expected expected;
  std::optional<Version> actual;  // none: the stream does not exist
};
struct ConditionsFailed {
  std::vector<Violation> violations;  // every one
};
// The command id is in the log with another fingerprint.
struct CommandIdReused {
  Position first;  // what it was first used for
};

using AppendFailure = std::variant<ConditionsFailed, CommandIdReused, StoreError>;
using AppendResult = tl::expected<Committed, AppendFailure>;

// --- Reading
// --------------------------------------------------------------------------------------

enum class Direction { forward, backward };

struct ReadOptions {
  // Where to begin, this position (or version, for a stream) included. Without it: the very
  // beginning, or the very end when reading backward.
  std::optional<std::uint64_t> from = std::nullopt;
  Direction direction = Direction::forward;
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::string> types = {};  // empty: all
  bool verifyPayloads = true;           // compare each payload with the hash in its envelope
};

// One event as read back; its views live until the reader's next step. `payload` starts at an
// address that is a multiple of 8.
struct RecordedEvent {
  Envelope envelope;
  std::span<const std::byte> envelopeBytes;
  std::span<const std::byte> payload;
};

// Walks events over one snapshot. A gap, a short read or a wrong hash is an error, never an end; an
// error is given again at every further step. One thread at a time; must not outlive its log.
class LogReader {
 public:
  ~LogReader();
  LogReader(LogReader&&) noexcept;
  LogReader& operator=(LogReader&&) noexcept;

  // The next event, or nullptr when the snapshot has no more (or the limit is reached).
  [[nodiscard]] tl::expected<const RecordedEvent*, StoreError> next();

  // The first position after the snapshot this reader walks.
  Position snapshotHead() const;

 private:
  friend class Log;
  class Impl;
  explicit LogReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct KnownCommand {
  Fingerprint fingerprint;
  Committed committed;  // with repeated = true
};

// A root that the log is known to have had: of a checkpoint that left the machine.
struct KnownRoot {
  std::uint64_t size;
  Digest root;
  std::string source;  // for messages: "the checkpoint in audit.txt"
};

struct VerifyOptions {
  std::vector<KnownRoot> knownRoots = {};
  // Called now and then with events checked and events in all; false stops the work.
  std::function<bool(std::uint64_t, std::uint64_t)> progress = {};
};

struct VerifyReport {
  std::uint64_t events = 0;
  std::uint64_t commands = 0;
  Digest root;
};

struct BackupOptions;      // backup.h
struct BackupDescription;  // the same

struct LogOptions {
  std::filesystem::path directory;  // DATA/log; made if `create`
  bool create = true;
  bool readOnly = false;  // for looking at a stopped log
  // How many events are indexed at a time. Until then their places are in memory, and are
  // made again from the log when it is opened.
  std::uint64_t eventsPerIndexing = 131'072;
  // Through which all files are read and written, for tests and for embedding; null: the default.
  // Must outlive the log. The directory must also be one of the machine's own file system, which
  // holds the lock.
  rocksdb::Env* env = nullptr;
};

class CommitGroup;
class Stager;

// A commit group in the making: decided and encoded, not durable. From Log::stage; one thread.
class StagedGroup {
 public:
  ~StagedGroup();
  StagedGroup(StagedGroup&&) noexcept;
  StagedGroup& operator=(StagedGroup&&) noexcept;

  // Decides one more unit; the answer is given by commit. Copies what it needs of it.
  void add(const Unit& unit);
  // Ends the group: no more units. To be called before it is handed to the thread that commits.
  void close();

 private:
  friend class Log;
  StagedGroup(Stager& stager, std::unique_ptr<CommitGroup> group);
  Stager* stager_;  // null once it is closed
  std::unique_ptr<CommitGroup> group_;
};

class Log {
 public:
  // Opens and checks the log's tail: format, head, anchor. Costs O(tail), not O(log).
  // Errors: notFound, locked, readOnly, newerFormat, corrupt, behindAnchor, io.
  [[nodiscard]] static tl::expected<std::unique_ptr<Log>, StoreError> open(
      const LogOptions& options);

  // Writes the anchor and closes.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Appends `units` as one commit group with one sync; one result per unit, in order. Units see
  // each other: a later one is checked against what the earlier ones leave. For each unit, in this
  // order: limits, command id (a repeat answers with the first result before any condition is
  // looked at), conditions. A unit that fails writes nothing and fails no other.
  //
  // Returns only when the group is durable. If the sync fails, every unit of the group that would
  // have been written is answered with `failed`, and so is every later call until the log is opened
  // again. So it is when the disk does not answer while a unit is decided: its own answer says why.
  //
  // `now` becomes the recorded time of the group, or the last recorded time if that is later.
  [[nodiscard]] std::vector<AppendResult> append(std::span<const Unit> units, Timestamp now);

  // The same in two steps, so that a group is made while the one before it is synced. stage()
  // begins a group, whose units are checked against everything staged before, durable or not;
  // commit() writes it. Groups are committed in the order in which they were staged, each of them;
  // an answer is given once all that it rests on is durable. One group is open at a time, from
  // stage() until StagedGroup::close(). One thread may stage while one other commits.
  [[nodiscard]] StagedGroup stage(Timestamp now);
  [[nodiscard]] std::vector<AppendResult> commit(StagedGroup group);

  // The position that the next event will get; all below it is durable.
  Position head() const;

  // The version of the last event of `stream`; none if there is no such stream.
  [[nodiscard]] tl::expected<std::optional<Version>, StoreError> lastVersion(
      const StreamId& stream) const;

  // What `id` did, if it is in the log.
  [[nodiscard]] tl::expected<std::optional<KnownCommand>, StoreError> findCommand(
      const CommandId& id) const;

  [[nodiscard]] LogReader readAll(const ReadOptions& options = {}) const;
  [[nodiscard]] LogReader readStream(const StreamId& stream, const ReadOptions& options = {}) const;

  // The Merkle tree (RFC 6962) over the canonical envelopes of all events below head().
  struct TreeHead {
    std::uint64_t size;
    Digest root;
  };
  [[nodiscard]] TreeHead treeHead() const;
  // Its root when it had `size` leaves. Errors: invalid (beyond the head), corrupt, io.
  [[nodiscard]] tl::expected<Digest, StoreError> rootAt(Position size) const;
  // The root of the complete subtree over the leaves [index * 2^level, (index + 1) * 2^level).
  // Errors: invalid (beyond the head), corrupt, io. Costs at most 256 hashes.
  [[nodiscard]] tl::expected<Digest, StoreError> treeNode(unsigned level,
                                                          std::uint64_t index) const;

  // The hashes that prove (RFC 9162, proof.h) that the envelope at `leaf` is in the tree of the
  // first `size` events, and that the tree of `newSize` begins with the one of `oldSize`. Each
  // costs at most three blocks of 256 envelopes and two look-ups for each doubling of the size.
  // Errors: invalid (beyond the head, or leaf not below size, or oldSize above newSize), corrupt,
  // io.
  [[nodiscard]] tl::expected<std::vector<Digest>, StoreError> inclusionProof(Position leaf,
                                                                             Position size) const;
  [[nodiscard]] tl::expected<std::vector<Digest>, StoreError> consistencyProof(
      Position oldSize, Position newSize) const;

  // Walks the whole log as of now and compares everything with everything: records, envelopes,
  // payload hashes, units, versions, Merkle tree, head, anchor, known roots, index, tables. May run
  // beside appends and reads. Costs a scan with three hashes an event; memory does not grow with
  // the log. The error names the first thing wrong. Errors: corrupt, behindAnchor (the log ends
  // before a known root), interrupted, io.
  [[nodiscard]] tl::expected<VerifyReport, StoreError> verify(
      const VerifyOptions& options = {}) const;

  // Writes the anchor (last acknowledged position and root) with a sync of its own, if the head has
  // moved since the last time. Any thread; called about once a second by the server.
  [[nodiscard]] tl::expected<void, StoreError> writeAnchor();

  // Adds a backup to a directory of them (backup.h) while the log goes on: its description names
  // exactly what the backup holds, all of it durable here. Tables that an earlier backup holds are
  // not copied again. One at a time; any thread. Errors: see backup.h; also failed, readOnly.
  [[nodiscard]] tl::expected<BackupDescription, StoreError> backUp(
      const BackupOptions& options) const;

  // True after a failed sync.
  bool hasFailed() const;

  // The log's own name, made at random when it was created; 32 hexadecimal digits.
  const std::string& storeId() const;

  // Bytes on disk, the index included, for metrics.
  std::uint64_t diskBytes() const;

 private:
  class Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::eventstore
