// A docketd of a test's own, on a free port.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace docket::tests {

class ServerProcess {
 public:
  // Starts the docketd at `program` on `data` and waits until it serves. Throws std::runtime_error
  // when it ends instead.
  ServerProcess(const std::filesystem::path& program, const std::filesystem::path& data);
  // Kills it if it still runs.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }
  // As a power cut would, for this process. Returns when it is gone.
  void kill9();
  // SIGTERM; returns its exit status.
  int terminate();

 private:
  int waitForEnd();

  pid_t pid_ = -1;
  std::string address_;
};

}  // namespace docket::tests
