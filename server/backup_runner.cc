#include "server/backup_runner.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace docket::server {

BackupRunner::BackupRunner(const eventstore::Log& log, std::filesystem::path dataDirectory,
                           Clock clock)
    : log_(log), dataDirectory_(std::move(dataDirectory)), clock_(std::move(clock)) {}

BackupRunner::~BackupRunner() {
  stop();
}

std::optional<std::uint64_t> BackupRunner::start(const std::filesystem::path& directory) {
  const std::scoped_lock lock(mutex_);
  if (stopping_ || isRunning()) return std::nullopt;
  if (thread_.joinable()) thread_.join();  // it has given its outcome: nothing is left to do in it
  status_ = {status_.number + 1, 0, std::nullopt};
  thread_ = std::thread([this, directory] { run(directory); });
  return status_.number;
}

BackupRunner::Status BackupRunner::status() const {
  const std::scoped_lock lock(mutex_);
  return status_;
}

void BackupRunner::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void BackupRunner::run(const std::filesystem::path& directory) {
  const auto progress = [this](std::uint64_t copiedBytes, std::uint64_t) {
    const std::scoped_lock lock(mutex_);
    status_.copiedBytes = copiedBytes;
    return !stopping_;
  };
  Outcome outcome = log_.backUp({.directory = directory,
                                 .dataDirectory = dataDirectory_,
                                 .now = clock_(),
                                 .progress = progress});
  if (outcome) {
    spdlog::info("backup {} in {} holds the log up to position {}", outcome->id.value,
                 directory.string(), outcome->head.value);
  } else {
    spdlog::error("no backup was made: {}", outcome.error().message);
  }
  const std::scoped_lock lock(mutex_);
  status_.outcome = std::move(outcome);
}

}  // namespace docket::server
