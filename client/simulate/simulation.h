// Plays a simulated desk on a board of a server, in order, and checks every answer against the
// model.
//
// Threads: that of the connection. A stopped run is simply run again with the same options.
#pragma once

#include <capnp/message.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/connection.h"
#include "client/simulate/desk_model.h"

namespace docket::client::simulate {

struct SimulationReport {
  std::uint64_t tickets = 0;
  std::uint64_t commands = 0;        // sent and answered
  std::uint64_t done = 0;            // new in the log
  std::uint64_t alreadyThere = 0;    // done by an earlier run
  std::uint64_t refused = 0;         // by a WIP limit, as the model knew
  std::uint64_t outcomeUnknown = 0;  // given to a server that went away or could not say
  bool boardCreated = false;
  bool stopped = false;
};

struct SimulationError {
  enum class Code {
    refused,      // the board is not fit for it; nothing was sent
    disagreed,    // an answer was not the one that the model expected
    unreachable,  // the connection was lost
    unavailable,  // the server takes no commands now
    integrity,    // the server's data is not what it must be
  };
  Code code;
  std::string message;  // one sentence
  // With `refused`: what the server said, when it was the server; holds an api::Refusal.
  std::shared_ptr<capnp::MallocMessageBuilder> refusal = nullptr;
};

struct SimulationOptions {
  std::string board;
  DeskOptions desk;
  std::function<bool()> shouldStop;
  std::function<void(const SimulationReport&, Seconds now)> onProgress;
};

// Makes the board from the it-support template if it is absent, sets its limits and plays the desk.
// `report` counts also when the answer is an error.
[[nodiscard]] tl::expected<void, SimulationError> simulate(Connection& connection,
                                                           const SimulationOptions& options,
                                                           SimulationReport& report);

}  // namespace docket::client::simulate
