#include "server/proof_commands.h"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>

#include "eventstore/log.h"
#include "eventstore/publisher.h"
#include "eventstore/tiles.h"
#include "server/data_directory.h"

namespace docket::server {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
constexpr std::chrono::seconds kProgressPeriod{2};

volatile std::sig_atomic_t stopAsked = 0;

int failed(const std::string& sentence) {
  std::fprintf(stderr, "docketd: %s\n", sentence.c_str());
  return 1;
}

int failed(const eventstore::StoreError& error) {
  using Code = eventstore::StoreErrorCode;
  failed(error.message);
  return error.code == Code::corrupt || error.code == Code::behindAnchor ? 4 : 1;
}

// A data directory that no server uses, and its log.
struct StoppedLog {
  DataDirectory data;
  std::unique_ptr<eventstore::Log> log;
  eventstore::PublisherOptions publishing;
};

// Answers the exit code in `code` if there is none.
std::optional<StoppedLog> openStopped(const Config& config, int& code) {
  // A place without a server's data is not made one by looking at it.
  if (std::error_code error; !std::filesystem::exists(config.data / "VERSION", error)) {
    code = failed(config.data.string() + " is no data directory of Docket");
    return std::nullopt;
  }
  auto data = DataDirectory::open(config.data);
  if (!data) {
    code = failed(data.error());
    return std::nullopt;
  }
  auto log = eventstore::Log::open({.directory = data->log(), .create = false, .readOnly = true});
  if (!log) {
    code = failed(log.error());
    return std::nullopt;
  }
  eventstore::PublisherOptions publishing{data->keys(), data->checkpoint(), config.origin};
  return StoppedLog{std::move(*data), std::move(*log), std::move(publishing)};
}

void print(const Config& config, const std::string& sentence, const Json& json) {
  std::puts((config.json ? json.dump() : sentence).c_str());
}

}  // namespace

int exportLog(const Config& config) {
  int code = 0;
  const auto stopped = openStopped(config, code);
  if (!stopped) return code;
  const auto publisher = eventstore::CheckpointPublisher::open(*stopped->log, stopped->publishing);
  if (!publisher) return failed(publisher.error());
  const auto keys = eventstore::loadVerifierKeys(stopped->publishing.keys);
  if (!keys) return failed(keys.error());

  std::signal(SIGINT, [](int) { stopAsked = 1; });
  std::signal(SIGTERM, [](int) { stopAsked = 1; });
  eventstore::ExportOptions options{.directory = config.exportTo, .payloads = config.payloads};
  options.progress = [saidAt = Clock::now()](std::uint64_t done, std::uint64_t all) mutable {
    if (Clock::now() - saidAt >= kProgressPeriod) {
      saidAt = Clock::now();
      std::fprintf(stderr, "docketd: exported %ju of %ju events\n",
                   static_cast<std::uintmax_t>(done), static_cast<std::uintmax_t>(all));
    }
    return stopAsked == 0;
  };
  const auto report =
      eventstore::exportTiles(*stopped->log, (*publisher)->latest(), *keys, options);
  if (!report) return failed(report.error());
  const eventstore::Checkpoint& checkpoint = report->checkpoint;
  const std::string root = eventstore::toHex(checkpoint.root.bytes);
  print(config,
        "Exported " + std::to_string(checkpoint.size) + " events of " + checkpoint.origin + " to " +
            config.exportTo.string() + " (" + std::to_string(report->filesWritten) +
            " files written), root " + root,
        {{"directory", config.exportTo.string()},
         {"origin", checkpoint.origin},
         {"size", checkpoint.size},
         {"root", root},
         {"files_written", report->filesWritten}});
  return 0;
}

int rotateKey(const Config& config) {
  int code = 0;
  const auto stopped = openStopped(config, code);
  if (!stopped) return code;
  const auto key = eventstore::rotateSigningKey(*stopped->log, stopped->publishing);
  if (!key) return failed(key.error());
  const std::string text = eventstore::toText(*key);
  print(config, "The signing key was replaced; verifiers need " + text,
        {{"origin", key->name}, {"verifier_key", text}});
  return 0;
}

}  // namespace docket::server
