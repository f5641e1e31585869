#include "server/rpc_server.h"

#include <capnp/rpc-twoparty.h>
#include <fcntl.h>
#include <kj/async-io.h>
#include <kj/async-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <future>
#include <map>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "server/background_worker.h"
#include "server/backup_runner.h"
#include "server/session.h"

namespace docket::server {
namespace {

// Bytes of one message, and of the commands under way on one connection. Enough for a text of 1 MiB
// to reach the check that refuses it by name.
constexpr kj::Duration kReadingLook = 1 * kj::SECONDS;
constexpr std::size_t kUnreadBytesMax = 16 * 1024 * 1024;
constexpr kj::Duration kUnreadTimeMax = 30 * kj::SECONDS;
constexpr std::size_t kMessageBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kMessageWordsMax = kMessageBytesMax / sizeof(capnp::word);
constexpr int kNestingMax = 32;
constexpr int kBacklog = 128;

// How long to wait before trying to accept again when the process or the machine has no room.
constexpr kj::Duration kAcceptPause = 100 * kj::MILLISECONDS;
// Accepted in a row before other work of the loop has its turn.
constexpr int kAcceptedInARow = 32;
// At the end: how long peers may take to read their last answers, and how often to look.
constexpr kj::Duration kDrainMax = 2 * kj::SECONDS;
constexpr kj::Duration kDrainPause = 2 * kj::MILLISECONDS;

capnp::ReaderOptions readerOptions() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = kMessageWordsMax;
  options.nestingLimit = kNestingMax;
  return options;
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// A socket that listens, and the address it got.
tl::expected<std::pair<Socket, Address>, std::string> listenOn(const Address& address) {
  const auto failed = [&address](int error) {
    return tl::make_unexpected(listenFailure(address, error));
  };
  Socket socket(
      ::socket(address.isV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return failed(errno);
  const int on = 1;
  // A restart must not wait for old connections of the last process to be forgotten.
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_storage system{};
  socklen_t size = toSystem(address, system);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&system), size) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return failed(errno);
  }
  size = sizeof system;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&system), &size) != 0) {
    return failed(errno);
  }
  return std::pair{std::move(socket), fromSystem(system)};
}

// Whether accept() may be tried again at once after `error`: it was about one connection only.
bool concernsOneConnection(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == EPERM ||
         error == ENETDOWN || error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET ||
         error == EHOSTUNREACH || error == EOPNOTSUPP || error == ENETUNREACH;
}

// Fails once a second's look finds that the peer does not take its answers: they would pile up
// here.
kj::Promise<void> endIfItDoesNotRead(capnp::TwoPartyVatNetwork& network, kj::Timer& timer) {
  return timer.afterDelay(kReadingLook).then([&network, &timer]() -> kj::Promise<void> {
    if (network.getCurrentQueueSize() > kUnreadBytesMax ||
        (network.getCurrentQueueCount() != 0 &&
         network.getOutgoingMessageWaitTime() > kUnreadTimeMax)) {
      spdlog::warn("a connection was closed: its peer does not read its answers");
      return KJ_EXCEPTION(DISCONNECTED, "the peer does not read its answers");
    }
    return endIfItDoesNotRead(network, timer);
  });
}

// The connections of the RPC thread. Lives on its loop.
class Connections : private kj::TaskSet::ErrorHandler {
 public:
  Connections(const RpcOptions& options, kj::AsyncIoContext& io, api::Docket::Client bootstrap,
              std::atomic<std::size_t>& count)
      : options_(options), io_(io), bootstrap_(kj::mv(bootstrap)), count_(count), tasks_(*this) {}

  void add(Socket socket, const std::string& ip);

  // Resolves when every answer that is ready has been handed to its peer, or at `deadline`.
  kj::Promise<void> drain(kj::TimePoint deadline);

 private:
  struct Connection {
    Connection(Connections& owner, std::string peer, kj::Own<kj::AsyncIoStream> ioStream)
        : connections(owner),
          ip(std::move(peer)),
          stream(kj::mv(ioStream)),
          network(*stream, capnp::rpc::twoparty::Side::SERVER, readerOptions()),
          rpc(capnp::makeRpcServer(network, owner.bootstrap_)) {
      rpc.setFlowLimit(kMessageWordsMax);
      connections.open_.emplace(this, this);
      ++connections.perAddress_[ip];
      ++connections.count_;
    }
    ~Connection() {
      connections.open_.erase(this);
      if (--connections.perAddress_[ip] == 0) connections.perAddress_.erase(ip);
      --connections.count_;
    }
    KJ_DISALLOW_COPY(Connection);

    Connections& connections;
    const std::string ip;
    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyVatNetwork network;
    capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc;
  };

  void taskFailed(kj::Exception&& exception) override {
    spdlog::debug("a connection failed: {}", exception.getDescription().cStr());
  }

  const RpcOptions& options_;
  kj::AsyncIoContext& io_;
  api::Docket::Client bootstrap_;
  std::atomic<std::size_t>& count_;
  std::map<Connection*, Connection*> open_;
  std::map<std::string, std::size_t> perAddress_;
  kj::TaskSet tasks_;  // one a connection; ends first, and the connections with it
};

void Connections::add(Socket socket, const std::string& ip) {
  const auto found = perAddress_.find(ip);
  const std::size_t fromThere = found == perAddress_.end() ? 0 : found->second;
  if (open_.size() >= options_.connectionsMax || fromThere >= options_.connectionsPerAddressMax) {
    spdlog::warn("a connection was closed at once: {} are open, {} from the same address",
                 open_.size(), fromThere);
    return;
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto stream = io_.lowLevelProvider->wrapSocketFd(
      socket.release(), kj::LowLevelAsyncIoProvider::TAKE_OWNERSHIP |
                            kj::LowLevelAsyncIoProvider::ALREADY_CLOEXEC |
                            kj::LowLevelAsyncIoProvider::ALREADY_NONBLOCK);
  auto connection = kj::heap<Connection>(*this, ip, kj::mv(stream));
  auto ended = connection->network.onDisconnect().exclusiveJoin(
      endIfItDoesNotRead(connection->network, io_.provider->getTimer()));
  tasks_.add(ended.attach(kj::mv(connection)));
}

kj::Promise<void> Connections::drain(kj::TimePoint deadline) {
  bool sending = false;
  for (const auto& [connection, same] : open_) {
    sending = sending || connection->network.getCurrentQueueCount() != 0;
  }
  kj::Timer& timer = io_.provider->getTimer();
  if (!sending || timer.now() >= deadline) return kj::READY_NOW;
  return timer.afterDelay(kDrainPause).then([this, deadline] { return drain(deadline); });
}

// Accepts until it is dropped.
class Acceptor {
 public:
  Acceptor(kj::AsyncIoContext& io, Socket listener, Connections& connections)
      : timer_(io.provider->getTimer()),
        listener_(std::move(listener)),
        observer_(io.unixEventPort, listener_.get(), kj::UnixEventPort::FdObserver::OBSERVE_READ),
        connections_(connections) {}

  kj::Promise<void> run() {
    for (int accepted = 0; accepted < kAcceptedInARow; ++accepted) {
      sockaddr_storage system{};
      socklen_t size = sizeof system;
      Socket socket(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&system), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
      const int error = errno;
      if (socket.get() >= 0) {
        add(std::move(socket), fromSystem(system).ip);
      } else if (error == EAGAIN || error == EWOULDBLOCK) {
        return observer_.whenBecomesReadable().then([this] { return run(); });
      } else if (!concernsOneConnection(error)) {
        // No file descriptors or memory left. The backlog keeps whoever waits.
        spdlog::warn("cannot accept a connection now: {}",
                     std::error_code(error, std::generic_category()).message());
        return timer_.afterDelay(kAcceptPause).then([this] { return run(); });
      }
    }
    return kj::evalLater([this] { return run(); });
  }

 private:
  void add(Socket socket, const std::string& ip) {
    auto fault = kj::runCatchingExceptions([&] { connections_.add(std::move(socket), ip); });
    KJ_IF_MAYBE (exception, fault) {
      spdlog::warn("a connection could not be taken: {}", exception->getDescription().cStr());
    }
  }

  kj::Timer& timer_;
  Socket listener_;
  kj::UnixEventPort::FdObserver observer_;
  Connections& connections_;
};

}  // namespace

class RpcServer::Impl {
 public:
  Impl(RpcOptions options, Address address, Socket listener, const eventstore::Log& log,
       eventstore::CheckpointPublisher& publisher, projections::Engine& engine,
       CommandPath& commands, std::function<eventstore::Timestamp()> clock)
      : options_(std::move(options)),
        address_(std::move(address)),
        log_(log),
        publisher_(publisher),
        engine_(engine),
        commands_(commands),
        clock_(std::move(clock)),
        backups_(log_, options_.dataDirectory, clock_) {
    std::promise<void> ready;
    auto serving = ready.get_future();
    thread_ = std::thread([this, &ready, socket = std::move(listener)]() mutable {
      bool isReady = false;
      try {
        run(std::move(socket), ready, isReady);
      } catch (...) {
        // What ends the loop later than at its start leaves nothing to serve with.
        if (isReady) throw;
        ready.set_exception(std::make_exception_ptr(
            std::runtime_error("the RPC thread cannot start: no descriptors or memory left")));
      }
    });
    try {
      serving.get();
    } catch (...) {
      thread_.join();
      throw;
    }
  }

  ~Impl() { stop(); }

  void stopAccepting() { ask(stopAccepting_); }

  void stop() {
    worker_.stop();  // it too answers into the loop
    backups_.stop();
    ask(stopAccepting_);
    ask(stop_);
    if (thread_.joinable()) thread_.join();
  }

  const RpcOptions options_;
  const Address address_;
  std::atomic<std::size_t> connections_{0};

 private:
  using Signal = std::optional<kj::Own<kj::CrossThreadPromiseFulfiller<void>>>;

  void ask(Signal& signal) {
    const std::scoped_lock lock(signalsMutex_);
    if (signal) (*signal)->fulfill();
    signal.reset();  // at most once: the loop may be gone after that
  }

  void run(Socket listener, std::promise<void>& ready, bool& isReady);

  const eventstore::Log& log_;
  eventstore::CheckpointPublisher& publisher_;
  projections::Engine& engine_;
  CommandPath& commands_;
  std::function<eventstore::Timestamp()> clock_;
  BackupRunner backups_;
  BackgroundWorker worker_;
  std::mutex signalsMutex_;
  Signal stopAccepting_;
  Signal stop_;
  std::thread thread_;
};

void RpcServer::Impl::run(Socket listener, std::promise<void>& ready, bool& isReady) {
  auto io = kj::setupAsyncIo();
  DeskCache deskCache;
  const RpcServices services{log_,
                             publisher_,
                             engine_,
                             commands_,
                             clock_,
                             backups_,
                             worker_,
                             deskCache,
                             io.provider->getTimer(),
                             options_.freshnessDeadline.count() * kj::MILLISECONDS};
  auto stopAccepting = kj::newPromiseAndCrossThreadFulfiller<void>();
  auto stop = kj::newPromiseAndCrossThreadFulfiller<void>();
  {
    const std::scoped_lock lock(signalsMutex_);
    stopAccepting_ = kj::mv(stopAccepting.fulfiller);
    stop_ = kj::mv(stop.fulfiller);
  }
  Connections connections(options_, io, makeBootstrap(services), connections_);
  {
    Acceptor acceptor(io, std::move(listener), connections);
    auto accepting = acceptor.run()
                         .catch_([](kj::Exception&& exception) -> kj::Promise<void> {
                           spdlog::error("no more connections can be accepted: {}",
                                         exception.getDescription().cStr());
                           return kj::NEVER_DONE;
                         })
                         .exclusiveJoin(kj::mv(stopAccepting.promise));
    isReady = true;
    ready.set_value();
    accepting.wait(io.waitScope);
  }
  stop.promise.wait(io.waitScope);
  // Outcomes that came before the stop are already in the loop's queue: let them turn into answers,
  // then let the answers leave.
  io.waitScope.poll();
  connections.drain(io.provider->getTimer().now() + kDrainMax).wait(io.waitScope);
}

RpcServer::RpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RpcServer::~RpcServer() = default;

tl::expected<std::unique_ptr<RpcServer>, std::string> RpcServer::start(
    const RpcOptions& options, const eventstore::Log& log,
    eventstore::CheckpointPublisher& publisher, projections::Engine& engine, CommandPath& commands,
    std::function<eventstore::Timestamp()> clock) {
  if (!options.listen.isLoopback && !options.allowRemote) {
    return tl::make_unexpected(remoteRefused(options.listen));
  }
  auto listener = listenOn(options.listen);
  if (!listener) return tl::make_unexpected(listener.error());
  auto impl = std::make_unique<Impl>(options, listener->second, std::move(listener->first), log,
                                     publisher, engine, commands, std::move(clock));
  return std::unique_ptr<RpcServer>(new RpcServer(std::move(impl)));
}

const Address& RpcServer::address() const {
  return impl_->address_;
}
std::size_t RpcServer::connections() const {
  return impl_->connections_;
}
void RpcServer::stopAccepting() {
  impl_->stopAccepting();
}
void RpcServer::stop() {
  impl_->stop();
}

}  // namespace docket::server
