#include "server/verify_command.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "eventstore/log.h"

namespace docket::server {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kProgressPeriod{2};

int failed(const eventstore::StoreError& error) {
  using Code = eventstore::StoreErrorCode;
  std::fprintf(stderr, "docketd: %s\n", error.message.c_str());
  return error.code == Code::corrupt || error.code == Code::behindAnchor ? 4 : 1;
}

}  // namespace

int verify(const Config& config) {
  const auto log =
      eventstore::Log::open({.directory = config.data / "log", .create = false, .readOnly = true});
  if (!log) return failed(log.error());
  eventstore::VerifyOptions options;
  options.progress = [saidAt = Clock::now()](std::uint64_t done, std::uint64_t all) mutable {
    if (Clock::now() - saidAt < kProgressPeriod) return true;
    saidAt = Clock::now();
    std::fprintf(stderr, "docketd: verified %ju of %ju events\n", static_cast<std::uintmax_t>(done),
                 static_cast<std::uintmax_t>(all));
    return true;
  };
  const auto report = (*log)->verify(options);
  if (!report) return failed(report.error());
  const std::string root = eventstore::toHex(report->root.bytes);
  const std::string text = config.json ? nlohmann::ordered_json{{"log", (*log)->storeId()},
                                                                {"events", report->events},
                                                                {"commands", report->commands},
                                                                {"root", root}}
                                             .dump()
                                       : "The log is well: " + std::to_string(report->events) +
                                             " events of " + std::to_string(report->commands) +
                                             " commands, root " + root;
  std::puts(text.c_str());
  return 0;
}

}  // namespace docket::server
