// What the commands of docketd share that walk the log of a stopped server without changing it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <tl/expected.hpp>

#include "eventstore/log.h"
#include "server/config.h"

namespace docket::server {

// Says `error` on standard error. Answers the exit code: 4 for damage, else 1.
[[nodiscard]] int failed(const eventstore::StoreError& error);

// The log of `config.data`, read-only. The error is the exit code of a failure that has been said.
[[nodiscard]] tl::expected<std::unique_ptr<eventstore::Log>, int> openStoppedLog(
    const Config& config);

// Says every two seconds on standard error how far a walk is: "docketd: verified 7 of 9 events".
class ProgressLine {
 public:
  explicit ProgressLine(const char* done) : done_(done) {}
  void operator()(std::uint64_t done, std::uint64_t all);

 private:
  const char* done_;  // "verified"
  std::chrono::steady_clock::time_point saidAt_ = std::chrono::steady_clock::now();
};

}  // namespace docket::server
