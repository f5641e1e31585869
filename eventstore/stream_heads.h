// The writer's memory of where streams end, so that a busy stream is looked up on disk once.
//
// Bounded: when the younger half is full the older half is forgotten, which costs a look-up later
// and nothing else. One thread. Internal to the event store.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "eventstore/tail.h"

namespace docket::eventstore {

class StreamHeads {
 public:
  static constexpr std::size_t kHalfCapacity = 100'000;

  // The stream's tip, to read or to move on until the next call; nullptr if it is not remembered.
  StreamTip* find(std::string_view streamKey) {
    if (const auto young = young_.find(streamKey); young != young_.end()) return &young->second;
    const auto old = old_.find(streamKey);
    if (old == old_.end()) return nullptr;
    return put(streamKey, old->second);
  }

  // REQUIRES: it is not remembered.
  StreamTip* put(std::string_view streamKey, StreamTip tip) {
    if (young_.size() >= kHalfCapacity) {
      old_ = std::move(young_);
      young_.clear();
    }
    return &young_.emplace(streamKey, tip).first->second;
  }

 private:
  TextMap<StreamTip> young_;
  TextMap<StreamTip> old_;
};

}  // namespace docket::eventstore
