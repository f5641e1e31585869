// Makes backups of the log that is being served, one at a time, on a thread of its own.
//
// Threads: any; stop() from one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <tl/expected.hpp>

#include "eventstore/backup.h"
#include "eventstore/log.h"

namespace docket::server {

class BackupRunner {
 public:
  using Clock = std::function<eventstore::Timestamp()>;
  using Outcome = tl::expected<eventstore::BackupDescription, eventstore::StoreError>;

  // The log must outlive it. No backup may lie in `dataDirectory`.
  BackupRunner(const eventstore::Log& log, std::filesystem::path dataDirectory, Clock clock);
  ~BackupRunner();  // stops
  BackupRunner(const BackupRunner&) = delete;
  BackupRunner& operator=(const BackupRunner&) = delete;

  // Begins one and answers its number: the first is 1. None: one is running, or this has stopped.
  [[nodiscard]] std::optional<std::uint64_t> start(const std::filesystem::path& directory);

  struct Status {
    std::uint64_t number = 0;  // of the one that was begun last; 0: none
    std::uint64_t copiedBytes = 0;
    std::optional<Outcome> outcome;  // none while it runs
  };
  Status status() const;

  // Stops the one that is running, waits for its end and starts no more. Repeatable.
  void stop();

 private:
  void run(const std::filesystem::path& directory);
  bool isRunning() const { return status_.number != 0 && !status_.outcome; }

  const eventstore::Log& log_;
  const std::filesystem::path dataDirectory_;
  const Clock clock_;
  mutable std::mutex mutex_;
  Status status_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace docket::server
