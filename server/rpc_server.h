// The RPC edge: a thread with a KJ event loop, its own accept loop, one RPC system a connection.
//
// What strangers send can fail only their own connection. Commands go to the command path and their
// answers come back from its threads, so the order of the end matters:
//   stopAccepting(); CommandPath::stop(); Engine::stop(); stop().
//
// Threads: all public methods from any thread, stop() from one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "eventstore/log.h"
#include "eventstore/publisher.h"
#include "projections/engine.h"
#include "server/address.h"
#include "server/command_path.h"

namespace docket::server {

struct RpcOptions {
  Address listen;
  bool allowRemote = false;  // listen on an address that other machines reach
  std::size_t connectionsMax = 512;
  std::size_t connectionsPerAddressMax = 256;
  std::chrono::milliseconds freshnessDeadline{10'000};
  std::filesystem::path dataDirectory = {};  // no backup may lie in it
};

class RpcServer {
 public:
  // Serves when it returns. The error is one sentence.
  [[nodiscard]] static tl::expected<std::unique_ptr<RpcServer>, std::string> start(
      const RpcOptions& options, const eventstore::Log& log,
      eventstore::CheckpointPublisher& publisher, projections::Engine& engine,
      CommandPath& commands, std::function<eventstore::Timestamp()> clock);
  ~RpcServer();  // stops
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // Where it listens, with the port that was picked if port 0 was asked for.
  const Address& address() const;

  // Open now.
  std::size_t connections() const;

  // Takes no more connections. Those that there are go on.
  void stopAccepting();

  // Sends the answers that are ready, closes every connection, ends the thread. Repeatable.
  // REQUIRES: the command path and the engine have stopped: they answer into this thread's loop.
  void stop();

 private:
  class Impl;
  explicit RpcServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::server
