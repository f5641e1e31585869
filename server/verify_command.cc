#include "server/verify_command.h"

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "eventstore/log.h"
#include "server/stopped_log.h"

namespace docket::server {
int verify(const Config& config) {
  const auto log = openStoppedLog(config);
  if (!log) return log.error();
  eventstore::VerifyOptions options;
  options.progress = [line = ProgressLine("verified")](std::uint64_t done,
                                                       std::uint64_t all) mutable {
    line(done, all);
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
