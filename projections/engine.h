// Runs the projections: follows the log, writes rows and checkpoint in one write, rebuilds.
//
// Threads: one projector thread of the engine's own folds events, and one more while a rebuild
// runs. All public methods may be called from any thread. Rows live in DATA/views and may be
// deleted while the server is stopped; they are rebuilt from the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/log.h"
#include "projections/projection.h"

namespace docket::projections {

using eventstore::Position;

struct ProjectionStatus {
  std::string name;
  std::uint32_t schemaVersion = 0;
  std::uint64_t generation = 0;
  Position next;  // the first position not folded yet
  Position head;  // of the log
  bool rebuilding = false;
  Position rebuildNext;      // meaningful while rebuilding
  std::string stoppedBy;     // not empty: why this projection stands still
  Position stoppedAt;        // the poison event, meaningful if stoppedBy
  std::string rebuildError;  // not empty: why the last rebuild came to nothing
};

// The rows of one view at one position. Keep it short-lived.
struct ViewSnapshot {
  Position next;  // folded up to, this position excluded
  std::shared_ptr<const RowReader> rows;
};

struct EngineError {
  std::string message;
  bool isDamage = false;  // the views are not what was written; deleting them mends it
};

struct EngineOptions {
  std::filesystem::path directory;  // DATA/views; made if missing
  // Memory for the rows of one generation that are not on disk yet; up to four times this in all.
  std::size_t writeBufferBytes = std::size_t{16} << 20;
  // Events that the projector folds before it writes; a rebuild takes four times as many.
  std::uint64_t batchEvents = 4096;
};

class Engine {
 public:
  // Opens (or makes) the views. A projection whose stored schema version differs, or whose
  // checkpoint lies beyond the log's head, starts a new generation from the beginning. Damaged
  // views are an error that says to delete the directory.
  [[nodiscard]] static tl::expected<std::unique_ptr<Engine>, EngineError> open(
      const EngineOptions& options, const eventstore::Log& log,
      std::vector<std::unique_ptr<Projection>> projections);
  ~Engine();  // stops
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Starts the projector thread. A projection that stood still at a poison event tries it once
  // more: this program may know better than the one that stopped. REQUIRES: not started before.
  void start();
  // Stops after the batch in hand; waiters not yet served are told false.
  void stop();

  // The log's head has moved: fold on. Cheap.
  void logGrew();

  // Calls `done(true)` once `view` has folded all positions below `next`, or `done(false)` when the
  // engine stops first or the view stands still. May call at once, on this thread, or later on the
  // projector thread.
  using Done = std::function<void(bool)>;
  void whenAt(std::string_view view, Position next, Done done);

  // Fails for an unknown name.
  [[nodiscard]] tl::expected<ViewSnapshot, EngineError> snapshot(std::string_view view) const;

  std::vector<ProjectionStatus> status() const;

  // Starts building a new generation of `view` from the log beside the serving one; when it has
  // caught up the switch is atomic and the old one is dropped. Refused while one is running, of
  // this or another view, and unless the engine runs.
  [[nodiscard]] tl::expected<void, EngineError> rebuild(std::string_view view);

  // SHA-256 over all rows of the serving generation, in key order (chained row by row, see
  // README.md); hexadecimal. O(rows).
  struct DigestResult {
    Position next;
    std::uint64_t rows = 0;
    std::string sha256;
  };
  [[nodiscard]] tl::expected<DigestResult, EngineError> digest(std::string_view view) const;

 private:
  class Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Every projection of this program: the one list.
std::vector<std::unique_ptr<Projection>> allProjections();

}  // namespace docket::projections
