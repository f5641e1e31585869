// Finds a command id that comes twice among any number of them, in bounded memory: what does not
// fit is sorted and laid into a temporary file, which has no name any more once it is open.
//
// Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "client/verify/bytes.h"
#include "client/verify/problem.h"

namespace docket::client::verify {

class CommandIds {
 public:
  static constexpr std::size_t kInMemory = 1 << 20;  // entries of 24 bytes
  explicit CommandIds(std::size_t inMemory = kInMemory) : inMemory_(inMemory) {}

  // The command whose events begin at `position`. REQUIRES: 16 bytes; positions ascend.
  Result<void> add(Bytes id, std::uint64_t position);
  std::uint64_t count() const { return count_; }

  struct Twice {
    std::array<char, 16> id;
    std::uint64_t first;
    std::uint64_t again;
  };
  // Of all ids that come twice, the one that comes again first. To be called once, at the end.
  Result<std::optional<Twice>> findTwice();

 private:
  struct Entry {
    std::array<char, 16> id;
    std::uint64_t position;
    auto operator<=>(const Entry&) const = default;
  };
  class Run;  // a sorted part of the file, read from front to back
  Result<void> spill();

  std::size_t inMemory_;
  std::uint64_t count_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::size_t> runLengths_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
};

}  // namespace docket::client::verify
