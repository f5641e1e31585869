#include "eventstore/tail.h"

#include <cstdlib>
#include <mutex>
#include <utility>

#include "eventstore/bytes.h"
#include "eventstore/sip_hash.h"

namespace docket::eventstore {

std::uint64_t hashOfStream(std::string_view streamKey) {
  static const SipHash hash(newHashKey());
  return hash(asBytes(streamKey));
}

bool TailSegment::continues(std::string_view streamKey, Version version) const {
  const std::uint32_t known = streams_.find(streamKey, hashOfStream(streamKey));
  return known == streams_.kNone || streams_[known].last.next() == version;
}

void TailSegment::addEvent(std::string_view streamKey, std::uint64_t hash, Version version) {
  std::uint32_t number = streams_.find(streamKey, hash);
  if (number == streams_.kNone) {
    number = streams_.add(streamKey, hash, {});
  } else if (streams_[number].last.next() != version) {
    std::abort();
  }
  Stream& stream = streams_[number];
  before_.push_back(stream.lastEvent);
  stream = {version, static_cast<std::uint32_t>(before_.size() - 1), stream.count + 1};
  end_ = end_.next();
}

void TailSegment::addCommand(const CommandId& id, std::uint64_t hash, const CommandEntry& entry) {
  commands_.add(asText(id.bytes), hash, entry);
}

const CommandEntry* TailSegment::findCommand(const CommandId& id, std::uint64_t hash) const {
  const std::uint32_t number = commands_.find(asText(id.bytes), hash);
  return number == commands_.kNone ? nullptr : &commands_[number];
}

std::optional<StreamTip> TailSegment::findTip(std::string_view streamKey, Position head) const {
  const std::uint32_t number = streams_.find(streamKey, hashOfStream(streamKey));
  if (number == streams_.kNone) return std::nullopt;
  Version version = streams_[number].last;
  for (std::uint32_t event = streams_[number].lastEvent; event != kNoEvent;
       event = before_[event], --version.value) {
    const Position position{begin_.value + event};
    if (position < head) return StreamTip{version, position};
  }
  return std::nullopt;
}

StreamRun TailSegment::streamRun(std::uint32_t number) const {
  const Stream& stream = streams_[number];
  StreamRun run{{stream.last.value + 1 - stream.count}, std::vector<Position>(stream.count)};
  std::uint32_t event = stream.lastEvent;
  for (auto at = run.positions.rbegin(); at != run.positions.rend(); ++at) {
    *at = {begin_.value + event};
    event = before_[event];
  }
  return run;
}

void TailSegment::addTo(StreamRun& run, std::string_view streamKey) const {
  const std::uint32_t number = streams_.find(streamKey, hashOfStream(streamKey));
  if (number == streams_.kNone) return;
  StreamRun more = streamRun(number);
  if (run.positions.empty()) {
    run = std::move(more);
  } else {
    run.positions.insert(run.positions.end(), more.positions.begin(), more.positions.end());
  }
}

Tail::Tail(Position begin) : active_(std::make_shared<TailSegment>(begin)) {}

std::uint64_t Tail::activeEvents() const {
  const std::shared_lock lock(mutex_);
  return active_->events();
}

std::shared_ptr<const TailSegment> Tail::freeze() {
  const std::unique_lock lock(mutex_);
  if (frozen_) std::abort();
  frozen_ = std::exchange(active_, std::make_shared<TailSegment>(active_->end()));
  return frozen_;
}

void Tail::dropFrozen() {
  std::shared_ptr<const TailSegment> dropped;  // freed after the lock
  const std::unique_lock lock(mutex_);
  dropped = std::move(frozen_);
  frozen_ = nullptr;
}

std::optional<CommandEntry> Tail::findCommand(const CommandId& id, std::uint64_t hash) const {
  const std::shared_lock lock(mutex_);
  const CommandEntry* found = active_->findCommand(id, hash);
  if (found == nullptr && frozen_) found = frozen_->findCommand(id, hash);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

void Tail::prefetchCommand(std::uint64_t hash) const {
  const std::shared_lock lock(mutex_);
  active_->prefetchCommand(hash);
  if (frozen_) frozen_->prefetchCommand(hash);
}

std::optional<StreamTip> Tail::findTip(std::string_view streamKey, Position head) const {
  const std::shared_lock lock(mutex_);
  auto tip = active_->findTip(streamKey, head);
  if (!tip && frozen_) tip = frozen_->findTip(streamKey, head);
  return tip;
}

StreamRun Tail::findStream(std::string_view streamKey) const {
  StreamRun run;
  const std::shared_lock lock(mutex_);
  if (frozen_) frozen_->addTo(run, streamKey);
  active_->addTo(run, streamKey);
  return run;
}

}  // namespace docket::eventstore
