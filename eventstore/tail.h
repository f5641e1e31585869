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
#include <vector>

#include "eventstore/growing_map.h"
#include "eventstore/types.h"

namespace docket::eventstore {

// Of a stream's key, for tables in memory: keyed anew in every process, because ids are chosen by
// people.
std::uint64_t hashOfStream(std::string_view streamKey);

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
class TailSegment {
 public:
  explicit TailSegment(Position begin) : begin_(begin), end_(begin) {}

  Position begin() const { return begin_; }
  Position end() const { return end_; }
  std::uint64_t events() const { return end_.value - begin_.value; }

  // Whether `version` is the next one of the stream (keys::stream) as far as the segment knows.
  bool continues(std::string_view streamKey, Version version) const;
  // Adds the event at `end`; `hash` is hashOfStream(streamKey). REQUIRES: versions of a stream come
  // without gaps.
  void addEvent(std::string_view streamKey, std::uint64_t hash, Version version);
  // `hash` is that of the id in the command index. REQUIRES: the id is new.
  void addCommand(const CommandId& id, std::uint64_t hash, const CommandEntry& entry);

  const CommandEntry* findCommand(const CommandId& id, std::uint64_t hash) const;
  void prefetchCommand(std::uint64_t hash) const { commands_.prefetch(hash); }
  // The stream's last event below `head`.
  std::optional<StreamTip> findTip(std::string_view streamKey, Position head) const;
  // Adds what the segment knows of the stream to the end of `run`.
  void addTo(StreamRun& run, std::string_view streamKey) const;

  std::uint32_t streamCount() const { return static_cast<std::uint32_t>(streams_.size()); }
  std::string_view streamKey(std::uint32_t number) const { return streams_.keyOf(number); }
  StreamRun streamRun(std::uint32_t number) const;

  // Calls back with the hash and the entry of each command.
  template <typename OnCommand>
  void forEachCommand(const OnCommand& onCommand) const {
    for (std::uint32_t i = 0; i < commands_.size(); ++i)
      onCommand(commands_.hashOf(i), commands_[i]);
  }
  std::size_t commandCount() const { return commands_.size(); }

 private:
  // Events are told by their number in the segment; those of a stream are linked from the last one
  // back, so that an event costs four bytes.
  static constexpr std::uint32_t kNoEvent = ~std::uint32_t{0};
  struct Stream {
    Version last;
    std::uint32_t lastEvent = kNoEvent;
    std::uint32_t count = 0;
  };

  Position begin_;
  Position end_;
  GrowingMap<Stream> streams_;
  std::vector<std::uint32_t> before_;  // the event before, of the same stream
  GrowingMap<CommandEntry> commands_;
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

  // `hash` is that of the id in the command index.
  std::optional<CommandEntry> findCommand(const CommandId& id, std::uint64_t hash) const;
  // Asks the processor to have at hand what findCommand() will look at first.
  void prefetchCommand(std::uint64_t hash) const;
  // The stream's last event below `head`, if the tail knows of any.
  std::optional<StreamTip> findTip(std::string_view streamKey, Position head) const;
  // All that the tail knows of the stream; an empty run if nothing.
  StreamRun findStream(std::string_view streamKey) const;

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<TailSegment> active_;
  std::shared_ptr<const TailSegment> frozen_;
};

}  // namespace docket::eventstore
