// LogReader: walks all events or one stream, trusting nothing it reads until it has been compared.
#include "eventstore/reader.h"

#include <algorithm>
#include <utility>

namespace docket::eventstore {

// --- Where to go next
// -----------------------------------------------------------------------------

AllPlaces::AllPlaces(Position head, const ReadOptions& options)
    : head_(head), backward_(options.direction == Direction::backward) {
  const std::uint64_t last = head.value == 0 ? 0 : head.value - 1;
  if (backward_) {
    at_ = {std::min(options.from.value_or(last), last)};
    done_ = head.value == 0;
  } else {
    at_ = {options.from.value_or(0)};
    done_ = at_ >= head_;
  }
}

std::optional<Position> AllPlaces::next() {
  if (done_) return std::nullopt;
  const Position place = at_;
  if (backward_) {
    done_ = at_.value == 0;
    --at_.value;
  } else {
    at_ = at_.next();
    done_ = at_ == head_;
  }
  return place;
}

StreamPlaces::StreamPlaces(const Database& database, const EventIndex& index,
                           const StreamId& stream, Position head, const ReadOptions& options)
    : database_(&database),
      index_(&index),
      streamText_(stream.text()),
      streamKey_(keys::stream(stream.kind, stream.id)),
      head_(head),
      backward_(options.direction == Direction::backward),
      from_(options.from) {}

tl::expected<std::optional<StreamPlace>, StoreError> StreamPlaces::next() {
  if (!started_) {
    started_ = true;
    if (auto begun = begin(); !begun) return tl::unexpected(begun.error());
  }
  if (done_) return std::nullopt;
  const std::uint32_t chunk = chunkOf(next_);
  if (positions_.empty() || chunk != chunk_) {
    if (auto loaded = load(chunk); !loaded) return tl::unexpected(loaded.error());
  }
  const StreamPlace place{next_, positions_[next_.value % kChunkVersions], next_ == tip_};
  if (backward_) {
    done_ = next_.value == 0;
    --next_.value;
  } else {
    done_ = next_ == tip_;
    next_ = next_.next();
  }
  return place;
}

tl::expected<void, StoreError> StreamPlaces::begin() {
  run_ = index_->tail().findStream(streamKey_.view());
  const auto tip = index_->findTip(streamKey_.view(), head_);
  if (!tip) return tl::unexpected(tip.error());
  if (!*tip) {
    done_ = true;
    // No tip means no stream, unless the index has lost its beginning.
    const auto rest = index_->holdsAny(streamKey_.view());
    if (!rest) return tl::unexpected(rest.error());
    if (!*rest && (run_.positions.empty() || run_.first.value == 0)) return {};
    const auto first = index_->readStoredChunk(streamKey_.view(), 0);
    if (!first) return tl::unexpected(first.error());
    if (first->empty()) return tl::unexpected(damaged("lacks its beginning"));
    return {};
  }
  tip_ = (*tip)->version;
  if (backward_) {
    next_ = {std::min(from_.value_or(tip_.value), tip_.value)};
  } else {
    next_ = {from_.value_or(0)};
    done_ = next_ > tip_;
  }
  return {};
}

// Puts together what the index and the tail know of a chunk, which must reach the tip or be full.
tl::expected<void, StoreError> StreamPlaces::load(std::uint32_t chunk) {
  const Version first{chunk * kChunkVersions};
  const std::uint64_t wanted = std::min(kChunkVersions, tip_.value - first.value + 1);
  chunk_ = chunk;
  positions_.clear();
  if (first < run_.first || run_.positions.empty()) {
    auto stored = index_->readStoredChunk(streamKey_.view(), chunk);
    if (!stored) return tl::unexpected(stored.error());
    positions_ = std::move(*stored);
  }
  while (positions_.size() < wanted) {
    const Version version{first.value + positions_.size()};
    if (version < run_.first || version >= run_.end()) {
      return tl::unexpected(damaged("does not know version " + std::to_string(version.value)));
    }
    const Position position = run_.positions[version.value - run_.first.value];
    if (!positions_.empty() && position <= positions_.back()) {
      return tl::unexpected(damaged("has its versions out of order"));
    }
    positions_.push_back(position);
  }
  return {};
}

StoreError StreamPlaces::damaged(std::string_view what) const {
  return database_->corrupt("the index of stream " + streamText_ + " " + std::string(what));
}

// --- The reader
// -----------------------------------------------------------------------------------

LogReader::Impl::Impl(const Database& database, Position head, const ReadOptions& options)
    : database_(database),
      head_(head),
      options_(options),
      all_(std::in_place, head, options),
      cursor_(database, Access::scan) {}

LogReader::Impl::Impl(const Database& database, const EventIndex& index, const StreamId& stream,
                      Position head, const ReadOptions& options)
    : database_(database), head_(head), options_(options), cursor_(database, Access::point) {
  if (stream.kind.size() <= kMaxStreamPartBytes && stream.id.size() <= kMaxStreamPartBytes) {
    stream_.emplace(database, index, stream, head, options);
    streamId_ = stream;
  }  // else no such stream can be: there is nothing to give
}

tl::expected<const RecordedEvent*, StoreError> LogReader::Impl::next() {
  if (failure_) return tl::unexpected(*failure_);
  while (given_ < options_.limit) {
    auto found = readNext();
    if (!found) {
      failure_ = found.error();
      return tl::unexpected(std::move(found.error()));
    }
    if (!*found) return nullptr;
    if (!isWanted(event_.envelope.type)) continue;
    if (options_.verifyPayloads) {
      if (auto verified = cursor_.verifyPayload(event_.envelope); !verified) {
        failure_ = verified.error();
        return tl::unexpected(std::move(verified.error()));
      }
    }
    ++given_;
    return &event_;
  }
  return nullptr;
}

// Reads the next event into event_, whatever its type; false at the end.
tl::expected<bool, StoreError> LogReader::Impl::readNext() {
  StreamPlace place;
  if (all_) {
    const auto position = all_->next();
    if (!position) return false;
    place.position = *position;
  } else if (stream_) {
    const auto next = stream_->next();
    if (!next) return tl::unexpected(next.error());
    if (!*next) return false;
    place = **next;
  } else {
    return false;
  }
  if (auto moved = cursor_.moveTo(place.position); !moved) return tl::unexpected(moved.error());
  Envelope& envelope = event_.envelope;
  if (auto read = cursor_.readEnvelope(place.position, envelope); !read) {
    return tl::unexpected(read.error());
  }
  event_.envelopeBytes = cursor_.envelopeBytes(place.position);
  event_.payload = cursor_.payload(place.position);
  if (event_.payload.size() != envelope.payloadSize) {
    return tl::unexpected(database_.corrupt("at position " + std::to_string(place.position.value) +
                                            ": the payload has another size than it should"));
  }
  if (stream_) {
    if (auto checked = checkStreamEvent(place); !checked) return tl::unexpected(checked.error());
  }
  return true;
}

// The event must be the one that the index promised, and if it is the stream's last one, no other
// may follow in the same record.
tl::expected<void, StoreError> LogReader::Impl::checkStreamEvent(const StreamPlace& place) const {
  const auto damaged = [&](Position position) {
    return tl::unexpected(database_.corrupt("the index of stream " + streamId_.text() +
                                            " does not agree with the event at position " +
                                            std::to_string(position.value)));
  };
  const Envelope& envelope = event_.envelope;
  if (!isOfStream(envelope) || envelope.version != place.version) return damaged(place.position);
  if (!place.isTip) return {};
  const Position end = std::min(cursor_.end(), head_);
  for (Position position = place.position.next(); position < end; position = position.next()) {
    Envelope other;
    if (auto read = cursor_.readEnvelope(position, other); !read) return read;
    if (isOfStream(other)) return damaged(position);
  }
  return {};
}

bool LogReader::Impl::isOfStream(const Envelope& envelope) const {
  return envelope.streamKind == streamId_.kind && envelope.streamId == streamId_.id;
}

bool LogReader::Impl::isWanted(std::string_view type) const {
  const auto& types = options_.types;
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

LogReader::LogReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogReader::~LogReader() = default;
LogReader::LogReader(LogReader&&) noexcept = default;
LogReader& LogReader::operator=(LogReader&&) noexcept = default;

tl::expected<const RecordedEvent*, StoreError> LogReader::next() {
  return impl_->next();
}
Position LogReader::snapshotHead() const {
  return impl_->head();
}

}  // namespace docket::eventstore
