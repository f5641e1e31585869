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

StreamPlaces::StreamPlaces(const Database& database, const StreamId& stream, Position head,
                           const ReadOptions& options)
    : database_(&database),
      iterator_(database.iterate(Family::streams, Access::point)),
      streamText_(stream.text()),
      streamKey_(keys::stream(stream.kind, stream.id)),
      head_(head),
      backward_(options.direction == Direction::backward),
      from_(options.from) {}

tl::expected<std::optional<StreamPlace>, StoreError> StreamPlaces::next() {
  if (done_) return std::nullopt;
  if (!started_) {
    started_ = true;
    auto began = backward_ ? beginBackward() : beginForward();
    if (!began) return tl::unexpected(began.error());
    if (!*began) return end();
  }
  if (index_ == positions_.size()) {  // forward, at the end of a chunk
    if (lastChunk_) return end();
    auto loaded = load(chunk_ + 1);
    if (!loaded) return tl::unexpected(loaded.error());
    if (!*loaded) return end();  // nothing of this chunk is below the head
    index_ = 0;
  }

  StreamPlace place;
  place.version = {chunk_ * kChunkVersions + index_};
  place.position = positions_[index_];
  place.isTip = lastChunk_ && index_ + 1 == positions_.size();
  if (!backward_) {
    ++index_;
  } else if (index_ != 0) {
    --index_;
  } else if (chunk_ == 0) {
    done_ = true;
  } else {
    auto loaded = load(chunk_ - 1);
    if (!loaded) return tl::unexpected(loaded.error());
    if (!*loaded) return tl::unexpected(damaged("lacks a chunk"));
    index_ = positions_.size() - 1;
  }
  return place;
}

// Each `begin` answers false if there is nothing to give.
tl::expected<bool, StoreError> StreamPlaces::beginForward() {
  const Version from{from_.value_or(0)};
  if (from.value / kChunkVersions > kLastChunk) return false;
  auto loaded = load(chunkOf(from));
  if (!loaded || !*loaded) return loaded;
  index_ = from.value % kChunkVersions;
  return index_ < positions_.size();
}

tl::expected<bool, StoreError> StreamPlaces::beginBackward() {
  const std::uint64_t fromChunk = from_.value_or(~std::uint64_t{0}) / kChunkVersions;
  const auto bound = static_cast<std::uint32_t>(std::min<std::uint64_t>(fromChunk, kLastChunk));
  iterator_->SeekForPrev(toSlice(keys::chunk(streamKey_.view(), bound).view()));
  const auto found = chunkAtIterator();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return load(0);  // there is none, unless the index has lost its beginning
  std::uint32_t chunk = **found;
  auto loaded = load(chunk);
  while (loaded && !*loaded && chunk != 0) loaded = load(--chunk);
  if (!loaded || !*loaded) return loaded;
  index_ = positions_.size() - 1;
  if (from_ && *from_ / kChunkVersions == chunk) {
    index_ = std::min<std::size_t>(index_, *from_ % kChunkVersions);
  }
  return true;
}

// Loads one chunk, as far as it is below the head. False if nothing of it is.
tl::expected<bool, StoreError> StreamPlaces::load(std::uint32_t chunk) {
  iterator_->Seek(toSlice(keys::chunk(streamKey_.view(), chunk).view()));
  const auto found = chunkAtIterator();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return false;
  if (**found != chunk) return tl::unexpected(damaged("lacks a chunk"));
  if (!readChunk(toText(iterator_->value()), positions_)) {
    return tl::unexpected(damaged("has a chunk that cannot be read"));
  }
  chunk_ = chunk;
  const bool full = positions_.size() == kChunkVersions;

  iterator_->Next();
  const auto after = chunkAtIterator();
  if (!after) return tl::unexpected(after.error());
  lastChunk_ = !*after;
  if (!lastChunk_ && (!full || **after != chunk + 1)) {
    return tl::unexpected(damaged("has a gap"));
  }

  const auto visible = std::lower_bound(positions_.begin(), positions_.end(), head_);
  if (visible != positions_.end()) {
    positions_.erase(visible, positions_.end());
    lastChunk_ = true;
  }
  return !positions_.empty();
}

// The number of the chunk that the iterator stands at; none if it has left the stream.
tl::expected<std::optional<std::uint32_t>, StoreError> StreamPlaces::chunkAtIterator() const {
  if (iterator_->Valid()) return keys::parseChunk(toText(iterator_->key()), streamKey_.view());
  if (!iterator_->status().ok()) return tl::unexpected(database_->readError(iterator_->status()));
  return std::nullopt;
}

StoreError StreamPlaces::damaged(std::string_view what) const {
  return database_->corrupt("the index of stream " + streamText_ + " " + std::string(what));
}

std::optional<StreamPlace> StreamPlaces::end() {
  done_ = true;
  return std::nullopt;
}

// --- The reader
// -----------------------------------------------------------------------------------

LogReader::Impl::Impl(const Database& database, Position head, const ReadOptions& options)
    : database_(database),
      head_(head),
      options_(options),
      all_(std::in_place, head, options),
      cursor_(database, Access::scan) {}

LogReader::Impl::Impl(const Database& database, const StreamId& stream, Position head,
                      const ReadOptions& options)
    : database_(database), head_(head), options_(options), cursor_(database, Access::point) {
  if (stream.kind.size() <= kMaxStreamPartBytes && stream.id.size() <= kMaxStreamPartBytes) {
    stream_.emplace(database, stream, head, options);
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
