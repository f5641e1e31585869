// A server over its wire for tests: a real log, engine and command path in a temporary directory,
// and a plain Cap'n Proto client.
#pragma once

#include <capnp/rpc-twoparty.h>
#include <gtest/gtest.h>
#include <kj/async-io.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/api/docket.capnp.h"
#include "server/mapping.h"
#include "server/rpc_server.h"
#include "tests/server/temporary_directory.h"

namespace docket::server::testing {

// A server whose clock moves a second with every look.
class TestServer {
 public:
  explicit TestServer(std::size_t connectionsMax = 512) {
    auto log = eventstore::Log::open({.directory = directory_.path() / "log"});
    if (!log) throw std::runtime_error(log.error().message);
    log_ = std::move(*log);
    auto publisher = eventstore::CheckpointPublisher::open(
        *log_, {directory_.path() / "keys", directory_.path() / "checkpoint", "example.org/log"});
    if (!publisher) throw std::runtime_error(publisher.error().message);
    publisher_ = std::move(*publisher);
    auto engine = projections::Engine::open({.directory = directory_.path() / "views"}, *log_,
                                            projections::allProjections());
    if (!engine) throw std::runtime_error(engine.error().message);
    engine_ = std::move(*engine);
    engine_->start();
    const auto clock = [this] {
      return eventstore::Timestamp{std::chrono::seconds(1'700'000'000 + ++ticks_)};
    };
    commands_ = std::make_unique<CommandPath>(*log_, CommandPathOptions{}, clock,
                                              [this](eventstore::Position) { engine_->logGrew(); });
    RpcOptions options;
    options.listen = *parseAddress("127.0.0.1:0");
    options.connectionsMax = connectionsMax;
    options.freshnessDeadline = std::chrono::milliseconds(200);
    auto rpc = RpcServer::start(options, *log_, *publisher_, *engine_, *commands_, clock);
    if (!rpc) throw std::runtime_error(rpc.error());
    rpc_ = std::move(*rpc);
  }
  ~TestServer() {
    rpc_->stopAccepting();
    commands_->stop();
    engine_->stop();
    rpc_->stop();
  }
  const Address& address() const { return rpc_->address(); }
  eventstore::Log& log() { return *log_; }
  eventstore::CheckpointPublisher& publisher() { return *publisher_; }
  projections::Engine& engine() { return *engine_; }
  CommandPath& commands() { return *commands_; }

 private:
  TemporaryDirectory directory_;
  std::atomic<std::int64_t> ticks_{0};
  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<eventstore::CheckpointPublisher> publisher_;
  std::unique_ptr<projections::Engine> engine_;
  std::unique_ptr<CommandPath> commands_;
  std::unique_ptr<RpcServer> rpc_;
};

// One connection. Several of a thread share its loop.
class Client {
 public:
  Client(kj::AsyncIoContext& io, const Address& address)
      : io_(io),
        stream_(io.provider->getNetwork()
                    .parseAddress(address.text().c_str())
                    .wait(io.waitScope)
                    ->connect()
                    .wait(io.waitScope)),
        network_(*stream_, capnp::rpc::twoparty::Side::CLIENT),
        rpc_(capnp::makeRpcClient(network_)) {}

  api::Docket::Client bootstrap() {
    capnp::MallocMessageBuilder message;
    auto peer = message.initRoot<capnp::rpc::twoparty::VatId>();
    peer.setSide(capnp::rpc::twoparty::Side::SERVER);
    return rpc_.bootstrap(peer).castAs<api::Docket>();
  }
  api::Session::Client login(const char* name = "ada") {
    auto request = bootstrap().loginRequest();
    request.initCredential().setName(name);
    return request.send().getSession();
  }
  api::Desk::Client desk() { return login().deskRequest().send().getDesk(); }
  api::BoardManager::Client boards() { return login().boardsRequest().send().getBoards(); }
  api::Auditor::Client auditor() { return login().auditorRequest().send().getAuditor(); }
  api::Administrator::Client administrator() {
    return login().administratorRequest().send().getAdministrator();
  }

 private:
  kj::AsyncIoContext& io_;
  kj::Own<kj::AsyncIoStream> stream_;
  capnp::TwoPartyVatNetwork network_;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc_;
};

class Rpc : public ::testing::Test {
 protected:
  kj::WaitScope& scope() { return io_.waitScope; }

  void header(api::CommandHeader::Builder header) {
    auto id = header.initId(16);
    std::memset(id.begin(), 0, id.size());
    id[0] = 1;
    const unsigned number = ++lastId_;
    std::memcpy(id.begin() + 4, &number, sizeof number);
  }

  // Makes the board OPS: a queue, an active column with a limit of one, a resolved one.
  void createBoard() {
    auto request = client_->boards().executeRequest();
    header(request.initCommand().initHeader());
    auto create = request.getCommand().initCreate();
    create.setKey("OPS");
    auto columns = create.initColumns(3);
    const char* const names[] = {"Inbox", "Doing", "Done"};
    const char* const categories[] = {"queue", "active", "resolved"};
    for (unsigned i = 0; i < 3; ++i) {
      columns[i].setName(names[i]);
      columns[i].setCategory(categories[i]);
    }
    columns[0].setDefaultDrop(true);
    columns[1].setWipLimit(1);
    const auto answer = request.send().wait(scope());
    ASSERT_TRUE(answer.getOutcome().isDone());
  }

  auto open(const std::string& title) {
    auto request = client_->desk().executeRequest();
    header(request.initCommand().initHeader());
    auto ticket = request.getCommand().initOpen();
    ticket.setBoard("OPS");
    ticket.setType("incident");
    ticket.setClass("standard");
    ticket.setTitle(title);
    ticket.setRequester("bob");
    return request.send().wait(scope());
  }

  auto move(const char* ticket, const char* column) {
    auto request = client_->desk().executeRequest();
    header(request.initCommand().initHeader());
    request.getCommand().initMove().setTicket(ticket);
    request.getCommand().getMove().setColumn(column);
    return request.send().wait(scope());
  }

  static std::string code(api::Refusal::Reader refusal) {
    if (refusal.getViolations().size() == 0) return "";
    return refusal.getViolations()[0].getCode().cStr();
  }
  static std::string field(api::Outcome::Reader outcome) {
    if (!outcome.isRefused()) return "";
    const auto violation = outcome.getRefused().getViolations()[0];
    std::string all = violation.getMessage().cStr();
    for (const auto fact : violation.getFacts()) all += std::string(" ") + fact.getValue().cStr();
    return all;
  }

  // Behind a pointer, because its end may throw and a fixture's may not.
  std::unique_ptr<kj::AsyncIoContext> ownedIo_ =
      std::make_unique<kj::AsyncIoContext>(kj::setupAsyncIo());
  kj::AsyncIoContext& io_ = *ownedIo_;
  std::unique_ptr<TestServer> server_ = std::make_unique<TestServer>();
  std::unique_ptr<Client> client_ = std::make_unique<Client>(io_, server_->address());
  unsigned lastId_ = 0;
};

}  // namespace docket::server::testing
