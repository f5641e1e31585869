#include "server/key_commands.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace docket::server {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kProgressPeriod{2};

int failed(const eventstore::StoreError& error) {
  std::fprintf(stderr, "docketd: %s\n", error.message.c_str());
  return error.code == eventstore::StoreErrorCode::corrupt ? 4 : 1;
}

std::filesystem::path masterKeyFile(const Config& config) {
  return config.masterKeyFile.empty() ? config.keyDirectory() / "master.key" : config.masterKeyFile;
}

}  // namespace

tl::expected<std::unique_ptr<eventstore::KeyStore>, eventstore::StoreError> openKeyStore(
    const Config& config, bool create) {
  return eventstore::KeyStore::open({.directory = config.keyDirectory() / "subjects",
                                     .masterKeyFile = masterKeyFile(config),
                                     .create = create});
}

bool destroyKeys(eventstore::KeyStore& keys, std::span<const eventstore::Erasure> erasures) {
  const auto destroyed = keys.destroy(erasures);
  if (!destroyed) {
    spdlog::critical("the key of an erased subject is not destroyed yet: {}",
                     destroyed.error().message);
  }
  return destroyed.has_value();
}

int rotateMasterKey(const Config& config) {
  const auto keys = openKeyStore(config, false);
  if (!keys) return failed(keys.error());
  const auto counts = (*keys)->counts();
  if (!counts) return failed(counts.error());
  const auto progress = [saidAt = Clock::now()](const eventstore::RotationProgress& at) mutable {
    if (Clock::now() - saidAt < kProgressPeriod) return true;
    saidAt = Clock::now();
    std::fprintf(stderr, "docketd: rewrapped %ju of %ju keys\n",
                 static_cast<std::uintmax_t>(at.done), static_cast<std::uintmax_t>(at.all));
    return true;
  };
  // A third master key before the second has taken over would only make the work longer.
  const bool wasInterrupted = counts->masters > 1;
  const auto report = wasInterrupted
                          ? (*keys)->finishRotation(progress)
                          : (*keys)->rotateMaster(eventstore::MasterKey::random(), progress);
  if (!report) return failed(report.error());
  const std::string current = eventstore::toHex(report->current.bytes);
  const std::string file = masterKeyFile(config).string();
  const std::string text =
      config.json
          ? nlohmann::ordered_json{{"master_key", current},
                                   {"file", file},
                                   {"rewrapped", report->rewrapped},
                                   {"removed", report->mastersRemoved},
                                   {"was_interrupted", wasInterrupted}}
                .dump()
          : std::string(wasInterrupted ? "Finished the rotation that was interrupted. " : "") +
                "All keys are wrapped under master key " + current +
                " now: " + std::to_string(report->rewrapped) + " rewrapped, " +
                std::to_string(report->mastersRemoved) + " old master keys taken out of " + file +
                ". Back that file up.";
  std::puts(text.c_str());
  return 0;
}

}  // namespace docket::server
