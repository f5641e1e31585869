// The inside of LogReader: which place to read next, and the reading. Internal to the event store.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/database.h"
#include "eventstore/event_index.h"
#include "eventstore/keys.h"
#include "eventstore/limits.h"
#include "eventstore/log.h"
#include "eventstore/lookup.h"
#include "eventstore/stream_index.h"

namespace docket::eventstore {

// Every position below the head, in order.
class AllPlaces {
 public:
  AllPlaces(Position head, const ReadOptions& options);
  std::optional<Position> next();

 private:
  Position head_;
  Position at_;
  bool backward_;
  bool done_;
};

struct StreamPlace {
  Version version;
  Position position;
  bool isTip = false;  // it is the stream's last event below the head
};

// The places of one stream's events below the head, in order, from the index.
class StreamPlaces {
 public:
  StreamPlaces(const Database& database, const EventIndex& index, const StreamId& stream,
               Position head, const ReadOptions& options);
  [[nodiscard]] tl::expected<std::optional<StreamPlace>, StoreError> next();

 private:
  tl::expected<void, StoreError> begin();
  tl::expected<void, StoreError> load(std::uint32_t chunk);
  StoreError damaged(std::string_view what) const;

  const Database* database_;
  const EventIndex* index_;
  std::string streamText_;
  keys::Key streamKey_;
  Position head_;
  bool backward_;
  std::optional<std::uint64_t> from_;
  bool started_ = false;
  bool done_ = false;

  StreamRun run_;  // what the tail knew of the stream at the beginning
  Version tip_;    // the stream's last version below the head
  Version next_;   // to give
  std::uint32_t chunk_ = 0;
  std::vector<Position>
      positions_;  // of the versions of chunk_, as far as known; empty: not loaded
};

class LogReader::Impl {
 public:
  Impl(const Database& database, Position head, const ReadOptions& options);
  Impl(const Database& database, const EventIndex& index, const StreamId& stream, Position head,
       const ReadOptions& options);

  [[nodiscard]] tl::expected<const RecordedEvent*, StoreError> next();
  Position head() const { return head_; }

 private:
  tl::expected<bool, StoreError> readNext();
  tl::expected<void, StoreError> checkStreamEvent(const StreamPlace& place) const;
  bool isOfStream(const Envelope& envelope) const;
  bool isWanted(std::string_view type) const;

  const Database& database_;
  const Position head_;
  const ReadOptions options_;
  std::optional<AllPlaces> all_;        // this one, or
  std::optional<StreamPlaces> stream_;  // this one, or neither: nothing to give
  StreamId streamId_;
  RecordCursor cursor_;
  RecordedEvent event_;
  std::uint64_t given_ = 0;
  std::optional<StoreError> failure_;  // said again at every further step
};

}  // namespace docket::eventstore
