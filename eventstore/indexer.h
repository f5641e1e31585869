// Brings the log's events into its index: at opening, what the index lacks; afterwards, by a thread
// of its own that lets others go first, a segment whenever the tail has become long enough.
// Internal to the event store.
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
// index lacks: two segments at most, the whole log if the index is lost; that is logged.
[[nodiscard]] tl::expected<std::unique_ptr<EventIndex>, StoreError> openIndex(
    const Database& database, const std::string& storeId, Position head, const LogOptions& options);

class Indexer {
 public:
  // Both must outlive the indexer. All events below `durable` are.
  Indexer(const Database& database, EventIndex& index, std::uint64_t eventsPerSegment,
          Position durable);
  // Ends after the segment at hand.
  ~Indexer();
  Indexer(const Indexer&) = delete;
  Indexer& operator=(const Indexer&) = delete;

  // To be called before each group by the thread that stages: hands a long enough tail over. Waits
  // if the segment before it is still being stored, so that memory stays bounded. The error is that
  // of an earlier segment.
  [[nodiscard]] tl::expected<void, StoreError> keepUp();

  // All events below `head` are durable now: a segment is not stored before its events are.
  void madeDurable(Position head);

 private:
  void run();
  bool canStore() const { return segment_ && segment_->end() <= durable_; }
  tl::expected<void, StoreError> store(const TailSegment& segment);
  bool mergeSome();

  const Database& database_;
  EventIndex& index_;
  const std::uint64_t eventsPerSegment_;

  std::mutex mutex_;
  std::condition_variable changed_;
  Position durable_;
  std::shared_ptr<const TailSegment> segment_;  // to be stored
  std::optional<StoreError> failure_;
  bool ending_ = false;
  std::thread thread_;  // started with the first segment
};

}  // namespace docket::eventstore
