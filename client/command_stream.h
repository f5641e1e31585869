// Sends many ticket commands at speed: many a call, a bounded number of calls under way, outcomes
// handed back in the order in which the commands were given.
//
// Threads: as for the Connection it uses.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <tl/expected.hpp>

#include "client/connection.h"

namespace docket::client {

struct CommandStreamOptions {
  std::size_t commandsPerCall = 200;  // fewer when a call would pass about 512 KiB
  // One: while it is under way the next is filled, and commands are decided strictly in the order
  // given. With more, a call that met an overloaded server is sent again after later ones.
  std::size_t callsUnderWay = 1;
};

class CommandStream {
 public:
  // Sets every field of the command, the header's id included.
  using Fill = std::function<void(api::TicketCommand::Builder)>;
  using OnOutcome = std::function<void(api::Outcome::Reader)>;

  CommandStream(Connection& connection, CommandStreamOptions options);
  ~CommandStream();  // gives up what is not finished

  // Queues a command, sending when a call is full and waiting while too many are under way. `fill`
  // is called at once; `onOutcome` during this or a later send() or finish(). An outcome that says
  // "overloaded" is not handed back: the command is sent again, with its id, after a pause.
  [[nodiscard]] tl::expected<void, ClientError> send(const Fill& fill, OnOutcome onOutcome);

  // Sends what is left and waits for every outcome.
  [[nodiscard]] tl::expected<void, ClientError> finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::client
