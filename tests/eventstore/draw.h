// Numbers that a step of a property test draws from; RapidCheck makes them smaller when it looks
// for the simplest failure. When they run out, zeros follow.
#pragma once

#include <cstdint>
#include <vector>

namespace docket::eventstore::testing {

class Draw {
 public:
  explicit Draw(const std::vector<std::uint8_t>& numbers) : numbers_(numbers) {}
  std::uint64_t below(std::uint64_t end) {
    return next_ < numbers_.size() ? numbers_[next_++] % end : 0;
  }

 private:
  const std::vector<std::uint8_t>& numbers_;
  std::size_t next_ = 0;
};

}  // namespace docket::eventstore::testing
