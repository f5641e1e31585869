// What the process tells those who watch it: health as JSON, metrics for Prometheus.
//
// Threads: any; everything asked here may be asked from any thread. No names, titles or ids of
// people or tickets go into either.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "eventstore/log.h"
#include "projections/engine.h"
#include "server/command_path.h"
#include "server/rpc_server.h"

namespace docket::server {

// Borrowed: all of it outlives the HTTP server.
struct Watched {
  const eventstore::Log& log;
  const projections::Engine& engine;
  const CommandPath& commands;
  const RpcServer& rpc;
  std::chrono::steady_clock::time_point startedAt;
};

struct Health {
  bool isGood = false;  // the log takes writes and no view stands still
  std::string json;
};

Health health(const Watched& watched);

// In the text exposition format, version 0.0.4.
std::string metricsText(const Watched& watched);

}  // namespace docket::server
