// A simulated step as the command that goes to the server.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/simulate/desk_model.h"
#include "server/api/docket.capnp.h"

namespace docket::client::simulate {

using CommandId = std::array<unsigned char, 16>;

// Command ids of one run on one board. The first 16 bytes of SHA-256("docket-simulate/1" NUL board
// NUL run NUL name), where the run is all options in words and the name a step's number: the same
// run repeated adds nothing, and another run shares no id with it.
class CommandIds {
 public:
  CommandIds(std::string_view board, const DeskOptions& options);
  CommandId of(std::uint64_t step) const;
  CommandId of(std::string_view name) const;

 private:
  std::string prefix_;
};

void fillCommand(api::TicketCommand::Builder command, const std::string& board,
                 const CommandIds& ids, const Step& step);

}  // namespace docket::client::simulate
