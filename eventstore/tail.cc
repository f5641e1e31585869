#include "eventstore/tail.h"

#include <cstdlib>
#include <mutex>
#include <utility>

namespace docket::eventstore {

void TailSegment::addEvent(std::string_view streamKey, Version version, Position position) {
  auto found = streams.find(streamKey);
  if (found == streams.end()) {
    found = streams.emplace(std::string(streamKey), StreamRun{version, {}}).first;
  }
  StreamRun& run = found->second;
  if (position != end || version != run.end()) std::abort();
  run.positions.push_back(position);
  end = position.next();
}

bool TailSegment::continues(std::string_view streamKey, Version version) const {
  const auto found = streams.find(streamKey);
  return found == streams.end() || found->second.end() == version;
}

Tail::Tail(Position begin) : active_(std::make_shared<TailSegment>()) {
  active_->begin = active_->end = begin;
}

std::uint64_t Tail::activeEvents() const {
  const std::shared_lock lock(mutex_);
  return active_->end.value - active_->begin.value;
}

std::shared_ptr<const TailSegment> Tail::freeze() {
  const std::unique_lock lock(mutex_);
  if (frozen_) std::abort();
  auto next = std::make_shared<TailSegment>();
  next->begin = next->end = active_->end;
  frozen_ = std::exchange(active_, std::move(next));
  return frozen_;
}

void Tail::dropFrozen() {
  std::shared_ptr<const TailSegment> dropped;  // freed after the lock
  const std::unique_lock lock(mutex_);
  dropped = std::move(frozen_);
  frozen_ = nullptr;
}

std::optional<CommandEntry> Tail::findCommand(const CommandId& id) const {
  const std::shared_lock lock(mutex_);
  for (const TailSegment* segment :
       {static_cast<const TailSegment*>(active_.get()), frozen_.get()}) {
    if (segment == nullptr) continue;
    if (const auto found = segment->commands.find(id); found != segment->commands.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

StreamRun Tail::findStream(std::string_view streamKey) const {
  StreamRun run;
  const std::shared_lock lock(mutex_);
  for (const TailSegment* segment :
       {frozen_.get(), static_cast<const TailSegment*>(active_.get())}) {
    if (segment == nullptr) continue;
    const auto found = segment->streams.find(streamKey);
    if (found == segment->streams.end()) continue;
    const StreamRun& more = found->second;
    if (run.positions.empty()) run.first = more.first;
    run.positions.insert(run.positions.end(), more.positions.begin(), more.positions.end());
  }
  return run;
}

}  // namespace docket::eventstore
