// The writer's memory of where streams end, so that a busy stream is looked up on disk once.
//
// Bounded: when the younger half is full the older half is forgotten, which costs a look-up later
// and nothing else. One thread. Internal to the event store.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "eventstore/tail.h"

namespace docket::eventstore {

class StreamHeads {
 public:
  static constexpr std::size_t kHalfCapacity = 100'000;

  std::optional<StreamTip> find(std::string_view streamKey) {
    if (const auto young = young_.find(streamKey); young != young_.end()) return young->second;
    const auto old = old_.find(streamKey);
    if (old == old_.end()) return std::nullopt;
    const StreamTip tip = old->second;
    put(streamKey, tip);
    return tip;
  }

  void put(std::string_view streamKey, StreamTip tip) {
    if (const auto young = young_.find(streamKey); young != young_.end()) {
      young->second = tip;
      return;
    }
    if (young_.size() >= kHalfCapacity) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_.emplace(streamKey, tip);
  }

 private:
  TextMap<StreamTip> young_;
  TextMap<StreamTip> old_;
};

}  // namespace docket::eventstore
