// Commands over RPC on loopback, client and server on the same machine, against an empty call.
//
// `rpc/ceiling/N`: Docket.info(), N calls under way. `rpc/execute/N`: one AddComment a call, N
// calls under way, each synced before its answer, views live. `rpc/executeMany/N`: N commands in
// one call, four calls under way.
#include <benchmark/benchmark.h>
#include <kj/debug.h>

#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/ratio_main.h"
#include "bench/scratch.h"
#include "client/connection.h"
#include "tests/system/server_process.h"

namespace docket::bench {
namespace {

constexpr std::uint64_t kTickets = 200;

class Fixture {
 public:
  Fixture() : server_(DOCKETD, scratch_.path() / "data") {
    client::ConnectOptions options;
    options.address = server_.address();
    options.subject = "bench";
    auto connection = client::Connection::open(options);
    if (!connection) throw std::runtime_error(connection.error().message);
    connection_ = std::move(*connection);
    auto created = connection_->call([&] {
      auto request = connection_->boards().executeRequest();
      auto command = request.initCommand();
      setId(command.initHeader());
      auto create = command.initCreate();
      create.setKey("OPS");
      create.setTemplate("it-support");
      return request.send();
    });
    if (!created || !created->getOutcome().isDone()) throw std::runtime_error("no board");
    for (std::uint64_t i = 0; i < kTickets; ++i) {
      auto opened = connection_->call([&] {
        auto request = connection_->desk().executeRequest();
        auto command = request.initCommand();
        setId(command.initHeader());
        auto open = command.initOpen();
        open.setBoard("OPS");
        open.setType("incident");
        open.setClass("standard");
        open.setTitle("Mail does not arrive");
        return request.send();
      });
      if (!opened || !opened->getOutcome().isDone()) throw std::runtime_error("no ticket");
    }
  }

  client::Connection& connection() { return *connection_; }

  void fillComment(api::TicketCommand::Builder command) {
    setId(command.initHeader());
    auto comment = command.initComment();
    comment.setTicket("OPS-" + std::to_string(next_++ % kTickets + 1));
    comment.setText("Asked for the time of the last mail that came through.");
  }

 private:
  static void setId(api::CommandHeader::Builder header) {
    const auto id = client::randomCommandId();
    header.setId(kj::arrayPtr(id.bytes, sizeof id.bytes));
  }

  Scratch scratch_{"rpc"};
  tests::ServerProcess server_;
  std::unique_ptr<client::Connection> connection_;
  std::uint64_t next_ = 0;
};

Fixture& fixture() {
  static Fixture shared;
  return shared;
}

// Keeps `depth` calls under way; `send` makes one and answers a promise for its end.
template <class Send>
void pump(benchmark::State& state, std::int64_t depth, std::int64_t itemsPerCall, Send send) {
  constexpr std::int64_t kCallsPerLane = 50;
  auto& scope = fixture().connection().waitScope();
  std::function<kj::Promise<void>(std::int64_t)> lane =
      [&](std::int64_t left) -> kj::Promise<void> {
    if (left == 0) return kj::READY_NOW;
    return send().then([&lane, left] { return lane(left - 1); });
  };
  for (auto _ : state) {
    kj::Vector<kj::Promise<void>> lanes;
    for (std::int64_t i = 0; i < depth; ++i) lanes.add(lane(kCallsPerLane));
    kj::joinPromises(lanes.releaseAsArray()).wait(scope);
  }
  state.SetItemsProcessed(state.iterations() * depth * kCallsPerLane * itemsPerCall);
}

void emptyCall(benchmark::State& state) {
  auto docket = fixture().connection().docket();
  pump(state, state.range(0), 1, [&] { return docket.infoRequest().send().ignoreResult(); });
}

void execute(benchmark::State& state) {
  auto desk = fixture().connection().desk();
  pump(state, state.range(0), 1, [&] {
    auto request = desk.executeRequest();
    fixture().fillComment(request.initCommand());
    return request.send().then([](capnp::Response<api::Desk::ExecuteResults>&& response) {
      KJ_REQUIRE(response.getOutcome().isDone());
    });
  });
}

void executeMany(benchmark::State& state) {
  auto desk = fixture().connection().desk();
  pump(state, 4, state.range(0), [&] {
    auto request = desk.executeManyRequest();
    auto commands = request.initCommands(static_cast<unsigned>(state.range(0)));
    for (auto command : commands) fixture().fillComment(command);
    return request.send().then([](capnp::Response<api::Desk::ExecuteManyResults>&& response) {
      for (auto outcome : response.getOutcomes()) KJ_REQUIRE(outcome.isDone());
    });
  });
}

BENCHMARK(emptyCall)->Name("rpc/ceiling")->Arg(1)->Arg(256)->UseRealTime();
BENCHMARK(execute)->Name("rpc/execute")->Arg(1)->Arg(256)->UseRealTime();
BENCHMARK(executeMany)->Name("rpc/executeMany")->Arg(100)->Arg(500)->UseRealTime();

}  // namespace
}  // namespace docket::bench

int main(int argc, char** argv) {
  return docket::bench::runWithRatios(argc, argv);
}
