// The writer's memory of where streams end, so that a busy stream is looked up on disk once.
//
// Bounded: when the younger half is full the older half is forgotten, which costs a look-up later
// and nothing else. One thread. Internal to the event store.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "eventstore/growing_map.h"
#include "eventstore/tail.h"

namespace docket::eventstore {

class StreamHeads {
 public:
  static constexpr std::size_t kHalfCapacity = 100'000;

  // Asks the processor to have at hand what find() will look at first.
  void prefetch(std::uint64_t hash) const { young_.prefetch(hash); }

  // The stream's tip, to read or to move on until the next call; nullptr if it is not remembered.
  // `hash` is hashOfStream(streamKey), here and below.
  StreamTip* find(std::string_view streamKey, std::uint64_t hash) {
    // One unit asks for the same stream several times.
    if (last_ != young_.kNone && young_.hashOf(last_) == hash && young_.keyOf(last_) == streamKey) {
      return &young_[last_];
    }
    last_ = young_.find(streamKey, hash);
    if (last_ != young_.kNone) return &young_[last_];
    const std::uint32_t old = old_.find(streamKey, hash);
    if (old == old_.kNone) return nullptr;
    return put(streamKey, hash, StreamTip(old_[old]));
  }

  // REQUIRES: it is not remembered.
  StreamTip* put(std::string_view streamKey, std::uint64_t hash, StreamTip tip) {
    if (young_.size() >= kHalfCapacity) old_ = std::exchange(young_, {});
    last_ = young_.add(streamKey, hash, tip);
    return &young_[last_];
  }

 private:
  GrowingMap<StreamTip> young_;
  GrowingMap<StreamTip> old_;
  std::uint32_t last_ = GrowingMap<StreamTip>::kNone;  // in young_
};

}  // namespace docket::eventstore
