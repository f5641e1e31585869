// A docketd of one's own on a stopped data directory: started beside this program, reachable on
// loopback only, ended with the object that owns it.
//
// Threads: one.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <tl/expected.hpp>

namespace docket::client {

struct PrivateServerError {
  int exitCode = 1;     // what docketd ended with: 1, or 4 when the data is not what it must be
  std::string message;  // docketd's own sentence
};

// The docketd that stands beside this program.
std::string programBeside();

class PrivateServer {
 public:
  // Starts `program` (empty: the docketd that stands beside this program) on `dataDirectory` and
  // waits until it takes connections.
  [[nodiscard]] static tl::expected<std::unique_ptr<PrivateServer>, PrivateServerError> start(
      const std::string& dataDirectory, const std::string& program = {});

  // Asks the server to end (SIGTERM) and waits until it has: the directory is free afterwards.
  ~PrivateServer();
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  const std::string& address() const { return address_; }

 private:
  PrivateServer(pid_t process, int ownerFd, std::string address);
  pid_t process_;
  int ownerFd_;  // its end of the pipe that tells the server that this program lives
  std::string address_;
};

}  // namespace docket::client
