// Says on standard error how far a long walk is: every two seconds, on a terminal in one line that
// is written over. Short work says nothing. Threads: one.
#pragma once

#include <chrono>
#include <cstdint>

namespace docket::client::verify {

class Progress {
 public:
  explicit Progress(bool terminal) : terminal_(terminal) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // To be called after every event.
  void tell(std::uint64_t done, std::uint64_t all) {
    if (done % kEventsBetweenLooks == 0) look(done, all);
  }

 private:
  static constexpr std::uint64_t kEventsBetweenLooks = 4096;
  void look(std::uint64_t done, std::uint64_t all);

  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace docket::client::verify
