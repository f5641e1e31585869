// A Docket server of a test's own: on loopback, on a thread of its own, answering what the test
// says.
//
// Threads: made and ended by the test's thread. `decide` is called on the server's thread; what the
// server saw is read by the test after stop().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/api/docket.capnp.h"

namespace docket::tests {

struct FakeServerOptions {
  std::uint32_t protocolVersion = api::PROTOCOL_VERSION;
  std::uint32_t maxCommandBytes = 48 * 1024;
  std::uint32_t maxBatch = 1000;
  bool refuseLogin = false;
  bool closeAtOnce = false;  // as something that speaks another protocol
  // The outcome of one command of a call: the call's number from 0, the command's text (of a
  // comment) or case (of recorded history).
  enum class Answer { done, overloaded, refused, logUnavailable, corrupt };
  std::function<Answer(std::size_t call, const std::string& text)> decide = {};
  // Ends all connections in place of answering this call; none when negative.
  std::int64_t loseConnectionAtCall = -1;
};

class FakeServer {
 public:
  explicit FakeServer(FakeServerOptions options);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  const std::string& address() const;

  // Ends the server; afterwards calls() may be read.
  void stop();
  // The texts of the commands of every executeMany, in the order in which they came.
  const std::vector<std::vector<std::string>>& calls() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::tests
