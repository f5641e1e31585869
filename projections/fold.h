// One generation being folded, and the step that folds a batch of the log into several of them.
// Used by the projector and by a rebuild alike. Internal to the projections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "eventstore/log.h"
#include "projections/projection.h"
#include "projections/row_store.h"

namespace docket::projections {

// Where a generation stands; stored beside its rows and in the same write.
struct Checkpoint {
  eventstore::Position next;        // the first position not folded yet
  std::uint32_t schemaVersion = 0;  // of the projection that made the rows
  // SHA-256 of the envelope before `next`, so that rows folded from another past are found out;
  // zero while nothing is folded.
  eventstore::Digest lastEnvelope;
  std::string stoppedBy;  // not empty: why the event at `next` cannot be folded
};

std::string encode(const Checkpoint& checkpoint);
// Throws ViewDamaged.
Checkpoint decodeCheckpoint(std::string_view bytes);

// Not thread-safe: at any time one thread folds it.
class Fold {
 public:
  // Takes up the generation where its checkpoint stands. Throws ViewDamaged.
  Fold(const Projection& projection, std::shared_ptr<Generation> generation);

  eventstore::Position next() const { return checkpoint_.next; }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  bool stopped() const { return !checkpoint_.stoppedBy.empty(); }
  const std::shared_ptr<Generation>& generation() const { return rows_.sharedGeneration(); }

  // Folds the event at next(), or what decoding it gave; or stops at it and leaves no trace of it
  // in the rows.
  void apply(const eventstore::RecordedEvent& event,
             const tl::expected<domain::codec::Event, domain::codec::DecodeError>& decoded);
  void stop(std::string reason);
  // Tries again: what stopped it may have been mended.
  void resume() { checkpoint_.stoppedBy.clear(); }

  // Writes rows and checkpoint. When the write fails the fold stops with the reason, and stands
  // where the last write left it.
  void commit();

 private:
  void advance(const eventstore::RecordedEvent& event);

  const Projection& projection_;
  BatchRows rows_;
  Checkpoint checkpoint_;
  Checkpoint written_;
  std::vector<std::byte> lastEnvelope_;  // bytes of the last event of this batch; empty: none yet
};

struct BatchLimits {
  std::uint64_t events = 4096;
  std::size_t bytes = 4 << 20;
};

// Reads the log and feeds folds. Thread-safe.
class Feeder {
 public:
  explicit Feeder(const eventstore::Log& log) : log_(log) {}

  // Folds one batch of the events from the folds' position up to `end`, this excluded, and commits.
  // Every event is decoded once. REQUIRES: the folds stand at one position before `end`, and none
  // is stopped. An error is about the log; what was folded before it is kept.
  [[nodiscard]] tl::expected<void, eventstore::StoreError> foldBatch(std::span<Fold* const> folds,
                                                                     eventstore::Position end,
                                                                     const BatchLimits& limits);

 private:
  void feed(const eventstore::RecordedEvent& event, std::span<Fold* const> folds);
  void warnOnce(const domain::codec::DecodeError& error, eventstore::Position position);

  const eventstore::Log& log_;
  std::mutex mutex_;
  std::set<std::pair<std::string, std::uint16_t>> warned_;  // guarded by mutex_
};

}  // namespace docket::projections
