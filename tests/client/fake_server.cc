#include "tests/client/fake_server.h"

#include <capnp/message.h>
#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/debug.h>

#include <future>
#include <thread>
#include <utility>

namespace docket::tests {
namespace {

using Calls = std::vector<std::vector<std::string>>;

const char* codeOf(FakeServerOptions::Answer answer) {
  switch (answer) {
    case FakeServerOptions::Answer::overloaded:
      return "overloaded";
    case FakeServerOptions::Answer::logUnavailable:
      return "log-unavailable";
    case FakeServerOptions::Answer::corrupt:
      return "corrupt";
    case FakeServerOptions::Answer::done:
    case FakeServerOptions::Answer::refused:
      break;
  }
  return "field-invalid";
}

class FakeDesk final : public api::Desk::Server {
 public:
  FakeDesk(const FakeServerOptions& options, Calls& calls, std::function<void()> loseConnections)
      : options_(options), calls_(calls), loseConnections_(std::move(loseConnections)) {}

  kj::Promise<void> executeMany(ExecuteManyContext context) override {
    const std::size_t number = calls_.size();
    std::vector<std::string>& texts = calls_.emplace_back();
    const auto commands = context.getParams().getCommands();
    auto outcomes = context.getResults().initOutcomes(commands.size());
    for (capnp::uint i = 0; i < commands.size(); ++i) {
      const auto command = commands[i];
      texts.emplace_back(command.isRecordHistory()
                             ? command.getRecordHistory().getExternalKey().cStr()
                             : command.getComment().getText().cStr());
      answer(outcomes[i], number, texts.back());
    }
    if (options_.loseConnectionAtCall == static_cast<std::int64_t>(number)) {
      loseConnections_();
      return kj::NEVER_DONE;
    }
    return kj::READY_NOW;
  }

 private:
  void answer(api::Outcome::Builder outcome, std::size_t number, const std::string& text) {
    using Answer = FakeServerOptions::Answer;
    const Answer answer = options_.decide ? options_.decide(number, text) : Answer::done;
    if (answer == Answer::done) {
      outcome.initDone().setSubject(text.c_str());
      return;
    }
    auto violation = outcome.initRefused().initViolations(1)[0];
    violation.setCode(codeOf(answer));
    violation.setMessage(text.c_str());
  }

  const FakeServerOptions& options_;
  Calls& calls_;
  std::function<void()> loseConnections_;
};

class FakeSession final : public api::Session::Server {
 public:
  explicit FakeSession(kj::Own<FakeDesk> desk) : desk_(kj::mv(desk)) {}
  kj::Promise<void> desk(DeskContext context) override {
    context.getResults().setDesk(desk_);
    return kj::READY_NOW;
  }

 private:
  api::Desk::Client desk_;
};

class FakeDocket final : public api::Docket::Server {
 public:
  FakeDocket(const FakeServerOptions& options, std::function<kj::Own<FakeDesk>()> makeDesk)
      : options_(options), makeDesk_(std::move(makeDesk)) {}

  kj::Promise<void> info(InfoContext context) override {
    auto info = context.getResults().initInfo();
    info.setVersion("fake");
    info.setProtocolVersion(options_.protocolVersion);
    info.setMaxCommandBytes(options_.maxCommandBytes);
    info.setMaxBatch(options_.maxBatch);
    return kj::READY_NOW;
  }

  kj::Promise<void> login(LoginContext context) override {
    if (options_.refuseLogin) {
      auto violation = context.getResults().initRefusal().initViolations(1)[0];
      violation.setCode("login-refused");
      violation.setMessage("Nobody may come in.");
    } else {
      context.getResults().setSession(kj::heap<FakeSession>(makeDesk_()));
    }
    return kj::READY_NOW;
  }

 private:
  const FakeServerOptions& options_;
  std::function<kj::Own<FakeDesk>()> makeDesk_;
};

struct FakeConnection {
  kj::Own<kj::AsyncIoStream> stream;
  capnp::TwoPartyVatNetwork network;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc;
  FakeConnection(kj::Own<kj::AsyncIoStream> accepted, capnp::Capability::Client bootstrap)
      : stream(kj::mv(accepted)),
        network(*stream, capnp::rpc::twoparty::Side::SERVER),
        rpc(capnp::makeRpcServer(network, kj::mv(bootstrap))) {}
};

}  // namespace

class FakeServer::Impl {
 public:
  explicit Impl(FakeServerOptions options) : options_(std::move(options)) {
    std::promise<std::string> listening;
    auto address = listening.get_future();
    thread_ = std::thread([this, &listening] { serve(listening); });
    address_ = address.get();
  }
  ~Impl() { stop(); }

  void stop() {
    if (!thread_.joinable()) return;
    executor_->executeSync([this] { end_->fulfill(); });
    thread_.join();
  }

  FakeServerOptions options_;
  Calls calls_;
  std::string address_;

 private:
  void serve(std::promise<std::string>& listening) {
    auto io = kj::setupAsyncIo();
    auto end = kj::newPromiseAndFulfiller<void>();
    end_ = kj::mv(end.fulfiller);
    executor_ = kj::getCurrentThreadExecutor().addRef();
    auto bound = io.provider->getNetwork().parseAddress("127.0.0.1", 0).wait(io.waitScope);
    auto listener = bound->listen();
    auto accepting = acceptNext(*listener).eagerlyEvaluate(nullptr);
    listening.set_value("127.0.0.1:" + std::to_string(listener->getPort()));
    end.promise.wait(io.waitScope);
    accepting = nullptr;
    losing_ = nullptr;
    connections_.clear();
  }

  kj::Promise<void> acceptNext(kj::ConnectionReceiver& listener) {
    return listener.accept().then([this, &listener](kj::Own<kj::AsyncIoStream> stream) {
      if (!options_.closeAtOnce) {
        auto makeDesk = [this] {
          return kj::heap<FakeDesk>(options_, calls_, [this] { loseConnections(); });
        };
        connections_.push_back(std::make_unique<FakeConnection>(
            kj::mv(stream), kj::heap<FakeDocket>(options_, makeDesk)));
      }
      return acceptNext(listener);
    });
  }

  // In a turn of its own: the connections are being used now.
  void loseConnections() {
    losing_ = kj::evalLater([this] { connections_.clear(); }).eagerlyEvaluate(nullptr);
  }

  std::thread thread_;
  kj::Own<const kj::Executor> executor_;
  kj::Own<kj::PromiseFulfiller<void>> end_;
  std::vector<std::unique_ptr<FakeConnection>> connections_;
  kj::Promise<void> losing_ = nullptr;
};

FakeServer::FakeServer(FakeServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

FakeServer::~FakeServer() = default;

const std::string& FakeServer::address() const {
  return impl_->address_;
}

void FakeServer::stop() {
  impl_->stop();
}

const std::vector<std::vector<std::string>>& FakeServer::calls() const {
  return impl_->calls_;
}

}  // namespace docket::tests
