#include "server/stopped_log.h"

#include <cstdio>

namespace docket::server {
namespace {

constexpr std::chrono::seconds kProgressPeriod{2};

}  // namespace

int failed(const eventstore::StoreError& error) {
  using Code = eventstore::StoreErrorCode;
  std::fprintf(stderr, "docketd: %s\n", error.message.c_str());
  return error.code == Code::corrupt || error.code == Code::behindAnchor ? 4 : 1;
}

tl::expected<std::unique_ptr<eventstore::Log>, int> openStoppedLog(const Config& config) {
  auto log =
      eventstore::Log::open({.directory = config.data / "log", .create = false, .readOnly = true});
  if (!log) return tl::make_unexpected(failed(log.error()));
  return std::move(*log);
}

void ProgressLine::operator()(std::uint64_t done, std::uint64_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (now - saidAt_ < kProgressPeriod) return;
  saidAt_ = now;
  std::fprintf(stderr, "docketd: %s %ju of %ju events\n", done_, static_cast<std::uintmax_t>(done),
               static_cast<std::uintmax_t>(all));
}

}  // namespace docket::server
