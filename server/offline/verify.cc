#include "server/offline/verify.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "eventstore/log.h"
#include "eventstore/publisher.h"
#include "server/offline/stopped_log.h"

namespace docket::server::offline {
namespace {

// Every checkpoint that the log must agree with: the one that was published last, those of key
// rotations, and those that were given.
tl::expected<std::vector<eventstore::KnownRoot>, eventstore::StoreError> knownRoots(
    const Config& config, const VerifyOptions& options) {
  using Code = eventstore::StoreErrorCode;
  auto keys = eventstore::loadVerifierKeys(config.keyDirectory());
  if (!keys) return tl::unexpected(keys.error());
  std::vector<eventstore::VerifierKey> givenKeys;
  if (!options.key.empty()) {
    const auto key = eventstore::parseVerifierKey(options.key);
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
  for (std::filesystem::directory_iterator entry(config.keyDirectory() / "retired", none), end;
       !none && entry != end; entry.increment(none)) {
    if (entry->path().extension() != ".checkpoint") continue;
    if (auto own = add(entry->path(), *keys); !own) return tl::unexpected(own.error());
  }
  for (const std::filesystem::path& path : options.checkpoints) {
    if (auto given = add(path, givenKeys.empty() ? *keys : givenKeys); !given) {
      return tl::unexpected(given.error());
    }
  }
  return roots;
}

}  // namespace

void declare(CLI::App& command, VerifyOptions& options) {
  command
      .add_option("--checkpoint", options.checkpoints,
                  "the log must be the one of this checkpoint, too")
      ->type_name("FILE");
  command
      .add_option("--key", options.key,
                  "the verifier key of these checkpoints (those in DATA/keys)")
      ->type_name("VKEY");
}

int verify(const Context& context, const VerifyOptions& options) {
  const auto log = openLogToRead(context);
  if (!log) return log.error();
  auto roots = knownRoots(context.config, options);
  if (!roots) return failed(roots.error());
  noteStopSignals();
  eventstore::VerifyOptions verifying;
  verifying.knownRoots = std::move(*roots);
  verifying.progress = Progress("verified");
  const auto report = (*log)->verify(verifying);
  if (!report) return failed(report.error());
  const std::size_t checkpoints = verifying.knownRoots.size();
  const std::string root = eventstore::toHex(report->root.bytes);
  print(context,
        {{"log", (*log)->storeId()},
         {"events", report->events},
         {"commands", report->commands},
         {"checkpoints", checkpoints},
         {"root", root}},
        "The log is well: " + std::to_string(report->events) + " events of " +
            std::to_string(report->commands) + " commands, root " + root + "; it agrees with " +
            std::to_string(checkpoints) + " checkpoints");
  return kExitDone;
}

}  // namespace docket::server::offline
