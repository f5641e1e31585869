#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "client/simulate/step_command.h"

namespace docket::client::simulate {
namespace {

DeskOptions options(std::uint64_t seed) {
  DeskOptions made;
  made.seed = seed;
  made.until = 1'700'000'000;
  made.days = 10;
  return made;
}

std::string bytesOfRun(const DeskOptions& desk) {
  DeskModel model(desk);
  const CommandIds ids("OPS", desk);
  std::string bytes;
  while (const auto step = model.next()) {
    capnp::MallocMessageBuilder message;
    fillCommand(message.initRoot<api::TicketCommand>(), "OPS", ids, *step);
    const auto words = capnp::messageToFlatArray(message);
    bytes.append(reinterpret_cast<const char*>(words.begin()), words.size() * sizeof(capnp::word));
  }
  return bytes;
}

TEST(SimulatedCommands, AreTheSameBytesForTheSameSeed) {
  const std::string once = bytesOfRun(options(5));
  EXPECT_GT(once.size(), 100'000U);
  EXPECT_TRUE(once == bytesOfRun(options(5)));
  EXPECT_FALSE(once == bytesOfRun(options(6)));
}

TEST(SimulatedCommands, HaveIdsOfTheirOwn) {
  std::set<CommandId> seen;
  std::size_t count = 0;
  for (const std::uint64_t seed : {1U, 2U}) {
    for (const char* board : {"OPS", "LAB"}) {
      const CommandIds ids(board, options(seed));
      for (std::uint64_t step = 0; step < 100; ++step, ++count) seen.insert(ids.of(step));
    }
  }
  DeskOptions longer = options(1);
  longer.days = 11;
  seen.insert(CommandIds("OPS", longer).of(std::uint64_t{0}));
  EXPECT_EQ(seen.size(), count + 1);
}

TEST(SimulatedCommands, ARefusedMoveNamesTheVersion) {
  Step step;
  step.ticket = 7;
  step.version = 3;
  step.at = 10;
  step.onBehalfOf = "agent-01";
  step.refusedByLimit = true;
  step.kind = MoveStep{kInProgress};
  capnp::MallocMessageBuilder message;
  const auto command = message.initRoot<api::TicketCommand>();
  fillCommand(command, "OPS", CommandIds("OPS", options(1)), step);
  const auto read = command.asReader();
  EXPECT_EQ(read.getHeader().getExpected().getVersion(), 3U);
  EXPECT_EQ(read.getHeader().getOccurredAt().getAt(), 10'000'000);
  EXPECT_STREQ(read.getHeader().getOnBehalfOf().cStr(), "agent-01");
  EXPECT_STREQ(read.getMove().getTicket().cStr(), "OPS-7");
  EXPECT_STREQ(read.getMove().getColumn().cStr(), "in-progress");
}

}  // namespace
}  // namespace docket::client::simulate
