// What the index does not hold yet: the streams and commands of the log's latest events, in memory.
//
// The tail is made again from the log when it is opened, so nothing in it needs to be durable, and
// events may be in it before they are. It
// has two segments: the active one takes new events; the frozen one, if there is one, is on its way
// into the index and does not change. Any thread may look things up; one thread adds. What is found
// may be above the head that the caller may see: callers compare positions. Internal to the event
// store.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "eventstore/types.h"

namespace docket::eventstore {

// Lets a map with std::string keys be asked with a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};
template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

// The last event of a stream.
struct StreamTip {
  Version version;
  Position position;
};

// What a command wrote: `count` events from `first` on.
struct CommandEntry {
  Position first;
  std::uint32_t count = 0;
  Fingerprint fingerprint;
  Version lastVersion;  // of its last event

  Position last() const { return {first.value + count - 1}; }
};

// A run of versions of one stream and where they stand.
struct StreamRun {
  Version first;
  std::vector<Position> positions;  // of first, first + 1, ...; none: no version at all

  Version end() const { return {first.value + positions.size()}; }
};

// The streams and commands of the events [begin, end).
struct TailSegment {
  Position begin;
  Position end;
  TextMap<StreamRun> streams;  // by keys::stream
  std::unordered_map<CommandId, CommandEntry> commands;

  // Whether `version` is the next one of the stream as far as the segment knows.
  bool continues(std::string_view streamKey, Version version) const;
  // REQUIRES: position is `end`, and versions of a stream come without gaps.
  void addEvent(std::string_view streamKey, Version version, Position position);
  void addCommand(const CommandId& id, const CommandEntry& entry) { commands.emplace(id, entry); }
};

class Tail {
 public:
  // An empty tail from `begin` on.
  explicit Tail(Position begin);

  // Calls `change(segment)` for the active segment while no one looks.
  template <typename Change>
  void extend(const Change& change) {
    const std::unique_lock lock(mutex_);
    change(*active_);
  }

  std::uint64_t activeEvents() const;
  // Freezes the active segment. REQUIRES: none is frozen.
  std::shared_ptr<const TailSegment> freeze();
  // To be called when the index holds the frozen segment.
  void dropFrozen();

  std::optional<CommandEntry> findCommand(const CommandId& id) const;
  // All that the tail knows of the stream; an empty run if nothing.
  StreamRun findStream(std::string_view streamKey) const;

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<TailSegment> active_;
  std::shared_ptr<const TailSegment> frozen_;
};

}  // namespace docket::eventstore
