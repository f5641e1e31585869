#include "server/verify_command.h"

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "eventstore/log.h"
#include "eventstore/publisher.h"
#include "server/stopped_log.h"

namespace docket::server {
namespace {

// Every checkpoint that the log must agree with: the one that was published last, those of key
// rotations, and those that were given.
tl::expected<std::vector<eventstore::KnownRoot>, eventstore::StoreError> knownRoots(
    const Config& config) {
  using Code = eventstore::StoreErrorCode;
  auto keys = eventstore::loadVerifierKeys(config.data / "keys");
  if (!keys) return tl::unexpected(keys.error());
  std::vector<eventstore::VerifierKey> givenKeys;
  if (!config.key.empty()) {
    const auto key = eventstore::parseVerifierKey(config.key);
    if (!key) return tl::unexpected(eventstore::StoreError{Code::invalid, "--key: " + key.error()});
    givenKeys.push_back(*key);
    keys->push_back(*key);
  }
  std::vector<eventstore::KnownRoot> roots;
  const auto add = [&roots](const std::filesystem::path& path,
                            const std::vector<eventstore::VerifierKey>& of) {
    return eventstore::readCheckpoint(path, of).map([&](const auto& read) {
      roots.push_back(
          {read.checkpoint.size, read.checkpoint.root, "the checkpoint " + path.string()});
    });
  };
  // A log from before its first checkpoint has none.
  if (auto own = add(config.data / "checkpoint", *keys);
      !own && own.error().code != Code::notFound) {
    return tl::unexpected(own.error());
  }
  std::error_code none;
  for (std::filesystem::directory_iterator entry(config.data / "keys" / "retired", none), end;
       !none && entry != end; entry.increment(none)) {
    if (entry->path().extension() != ".checkpoint") continue;
    if (auto own = add(entry->path(), *keys); !own) return tl::unexpected(own.error());
  }
  for (const std::filesystem::path& path : config.checkpoints) {
    if (auto given = add(path, givenKeys.empty() ? *keys : givenKeys); !given) {
      return tl::unexpected(given.error());
    }
  }
  return roots;
}

}  // namespace

int verify(const Config& config) {
  const auto log = openStoppedLog(config);
  if (!log) return log.error();
  eventstore::VerifyOptions options;
  auto roots = knownRoots(config);
  if (!roots) return failed(roots.error());
  options.knownRoots = std::move(*roots);
  options.progress = [line = ProgressLine("verified")](std::uint64_t done,
                                                       std::uint64_t all) mutable {
    line(done, all);
    return true;
  };
  const auto report = (*log)->verify(options);
  if (!report) return failed(report.error());
  const std::size_t checkpoints = options.knownRoots.size();
  const std::string root = eventstore::toHex(report->root.bytes);
  const std::string text = config.json ? nlohmann::ordered_json{{"log", (*log)->storeId()},
                                                                {"events", report->events},
                                                                {"commands", report->commands},
                                                                {"checkpoints", checkpoints},
                                                                {"root", root}}
                                             .dump()
                                       : "The log is well: " + std::to_string(report->events) +
                                             " events of " + std::to_string(report->commands) +
                                             " commands, root " + root + "; it agrees with " +
                                             std::to_string(checkpoints) + " checkpoints";
  std::puts(text.c_str());
  return 0;
}

}  // namespace docket::server
