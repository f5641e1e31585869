// Brings the log's events into its index: at opening, what the index lacks; afterwards, by a thread
// of its own, a segment whenever the tail has become long enough. Internal to the event store.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tl/expected.hpp>

#include "eventstore/database.h"
#include "eventstore/event_index.h"
#include "eventstore/log.h"

namespace docket::eventstore {

// Opens the index of the log and brings it and its tail up to `head`. Costs a scan of what the
// index lacks: one segment after a crash, the whole log if the index is lost; that is logged.
[[nodiscard]] tl::expected<std::unique_ptr<EventIndex>, StoreError> openIndex(
    const Database& database, const std::string& storeId, Position head, const LogOptions& options);

class Indexer {
 public:
  // Both must outlive the indexer.
  Indexer(const Database& database, EventIndex& index, std::uint64_t eventsPerSegment);
  // Ends after the segment at hand.
  ~Indexer();
  Indexer(const Indexer&) = delete;
  Indexer& operator=(const Indexer&) = delete;

  // To be called after each commit by the thread that commits: hands a long enough tail over. Waits
  // if the segment before it is still being stored, so that memory stays bounded. The error is that
  // of an earlier segment.
  [[nodiscard]] tl::expected<void, StoreError> keepUp();

 private:
  void run();
  tl::expected<void, StoreError> store(const TailSegment& segment);

  const Database& database_;
  EventIndex& index_;
  const std::uint64_t eventsPerSegment_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const TailSegment> segment_;  // being stored
  std::optional<StoreError> failure_;
  bool ending_ = false;
  std::thread thread_;  // started with the first segment
};

}  // namespace docket::eventstore
