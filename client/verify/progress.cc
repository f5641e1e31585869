#include "client/verify/progress.h"

#include <cinttypes>
#include <cstdio>

namespace docket::client::verify {

void Progress::look(std::uint64_t done, std::uint64_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::seconds(2)) return;
  last_ = now;
  std::fprintf(stderr, "%s%" PRIu64 " of %" PRIu64 " events checked%s", terminal_ ? "\r" : "", done,
               all, terminal_ ? "" : "\n");
  std::fflush(stderr);
  shown_ = true;
}

Progress::~Progress() {
  if (shown_ && terminal_) std::fputs("\r\033[K", stderr);
}

}  // namespace docket::client::verify
