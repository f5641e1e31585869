// The keys of subjects: one data key each, wrapped under a master key from a file of its own. What
// a person may want forgotten is sealed with that person's key (sealing.h); destroying the key is
// what erases it, from every copy of the log at once.
//
// A database apart from the log: the log is copied, proved and kept for ever, keys are not. A
// subject is opaque bytes here, 1 to 200 of them.
//
// Threads: all methods from any thread. destroy() and rotateMaster() let nobody else in until they
// are done; their callbacks must not call back into the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "eventstore/error.h"
#include "eventstore/master_key.h"
#include "eventstore/secret.h"
#include "eventstore/types.h"

namespace docket::eventstore {

// What is known of a subject's key.
struct NoKey {};  // there never was one
struct KeyDestroyed {
  Position erasedAt;  // of the event that says so
};
using SubjectKey = std::variant<NoKey, SecretKey, KeyDestroyed>;

struct Erasure {
  std::string subject;
  Position at;  // of the event that says so
};

struct KeyStoreOptions {
  std::filesystem::path directory;       // DATA/keys/subjects
  std::filesystem::path masterKeyFile;   // DATA/keys/master.key, better on another medium
  bool create = true;                    // make what is missing; else notFound
  std::size_t keysPerRewrapping = 1000;  // in one write of a rotation
};

struct KeyCounts {
  std::uint64_t living = 0;
  std::uint64_t destroyed = 0;
  std::uint64_t toRewrap = 0;  // living ones that are not wrapped under the current master key
  std::uint64_t masters = 0;   // keys in the file; more than one: a rotation is not finished
};

struct SubjectEntry {
  std::string subject;
  std::optional<Position> erasedAt;  // none: its key lives
};

// The steps of a rotation. After each of them, and between any two, the store opens and every key
// is there: the new master key is in the file before it is used, an old one until nothing needs it.
enum class RotationStep {
  masterAdded,   // the new key stands first in the master key file
  mastersNoted,  // and the store knows that entries may need it
  rewrapped,     // some more keys are wrapped under it; said after each write
  swept,         // what was wrapped under the old ones is in no file of the store any more
  oldForgotten,  // the store needs the new one alone
  oldRemoved,    // and the file holds no other
};
struct RotationProgress {
  RotationStep step;
  std::uint64_t done;  // keys rewrapped
  std::uint64_t all;   // keys that have to be
};
struct RotationReport {
  MasterKeyId current;
  std::uint64_t rewrapped = 0;
  std::uint64_t mastersRemoved = 0;
};

class KeyStore {
 public:
  // Opens or makes the store, and the master key file if both are missing. Ends an erasure that was
  // interrupted. Errors: notFound, locked, readOnly, newerFormat, corrupt, invalid (others may read
  // the master key file), keyMissing (the file is gone, or lacks a master key that the store
  // needs), io.
  [[nodiscard]] static tl::expected<std::unique_ptr<KeyStore>, StoreError> open(
      const KeyStoreOptions& options);
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  // The subject's key; made, durably, if there is none yet. Errors: erased, invalid, keyMissing,
  // corrupt, io.
  [[nodiscard]] tl::expected<SecretKey, StoreError> ensure(std::string_view subject);

  // Errors: invalid, keyMissing (its master key is not in the file), corrupt (its tag is wrong),
  // io.
  [[nodiscard]] tl::expected<SubjectKey, StoreError> find(std::string_view subject) const;

  // Destroys the keys of these subjects and leaves a tombstone for each, also where there was no
  // key. When it returns, no file of the store holds a byte of the wrapped keys: the tombstones are
  // synced, everything is compacted into new files, the old ones are gone, and the files that are
  // left have been searched. One that is destroyed already keeps its tombstone; of one that is
  // named twice the first counts. Repeatable after an error. Costs reading and writing the whole
  // store, once for all of them; nothing, if there is nothing to destroy. Errors: invalid, corrupt,
  // io, failed.
  //
  // What the medium itself still holds of deleted files is beyond the reach of a program: it is
  // wrapped, and worth nothing once the master key has been rotated.
  [[nodiscard]] tl::expected<void, StoreError> destroy(std::span<const Erasure> erasures);

  using OnProgress = std::function<bool(const RotationProgress&)>;  // false stops the work
  // Makes `master` the current one, wraps every key anew under it, and takes all other masters out
  // of the file. Given the current one it finishes a rotation that was interrupted. Errors:
  // interrupted, readOnly (the file cannot be replaced), invalid, corrupt, io, failed; all leave a
  // store that opens and a rotation that can be repeated.
  [[nodiscard]] tl::expected<RotationReport, StoreError> rotateMaster(
      const MasterKey& master, const OnProgress& progress = {});
  // The same with the key that is current: what an interrupted rotation still has to do.
  [[nodiscard]] tl::expected<RotationReport, StoreError> finishRotation(
      const OnProgress& progress = {});

  // Both walk the whole store.
  [[nodiscard]] tl::expected<KeyCounts, StoreError> counts() const;
  [[nodiscard]] tl::expected<std::vector<SubjectEntry>, StoreError> subjects() const;

 private:
  class Impl;
  explicit KeyStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::eventstore
