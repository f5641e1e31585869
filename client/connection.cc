#include "client/connection.h"

#include <capnp/message.h>
#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/debug.h>
#include <kj/timer.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <random>

namespace docket::client {
namespace {

constexpr unsigned kDefaultPort = 7410;

// An answer may be as large as the pages that were asked for; the default limits of Cap'n Proto
// stay.
capnp::ReaderOptions answerLimits() {
  capnp::ReaderOptions options;
  options.nestingLimit = 64;
  return options;
}

// What made connecting fail, in the words of the operating system, or as KJ puts it.
std::string reasonOf(const kj::Exception& exception) {
  const std::string_view description(exception.getDescription().cStr());
  for (const int code : {ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ECONNRESET, ETIMEDOUT, EACCES,
                         ENOENT, EADDRNOTAVAIL}) {
    std::string words = std::strerror(code);
    if (description.find(words) != std::string_view::npos) {
      words[0] = static_cast<char>(words[0] >= 'A' && words[0] <= 'Z' ? words[0] + 32 : words[0]);
      return words;
    }
  }
  return std::string(description.substr(0, description.find('\n')));
}

std::string systemUser() {
  std::string buffer(4096, '\0');
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr) {
    return entry.pw_name;
  }
  return "uid-" + std::to_string(geteuid());
}

ClientError unreachable(const std::string& address, const std::string& reason) {
  return {ClientError::Code::unreachable, "cannot reach a Docket server at " + address + ": " +
                                              reason + "; start one with docketd --data DIR"};
}

// What is wrong with "HOST:PORT" as it is written; empty when nothing is.
std::string wrongWith(const std::string& address) {
  if (address.empty()) return "it is empty";
  if (address.starts_with("unix:") || address.starts_with("unix-abstract:")) return {};
  std::size_t colon = std::string::npos;
  if (address[0] == '[') {
    const auto close = address.find(']');
    if (close == std::string::npos) return "its '[' is never closed";
    if (close + 1 < address.size()) colon = close + 1;
    if (colon != std::string::npos && address[colon] != ':') return "only :PORT may follow its ']'";
  } else if (std::count(address.begin(), address.end(), ':') == 1) {
    colon = address.find(':');
    if (colon == 0) return "it names no host";
  }
  if (colon == std::string::npos) return {};
  const std::string_view port = std::string_view(address).substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool isNumber = error == std::errc() && end == port.data() + port.size();
  return isNumber && number >= 1 && number <= 65535 ? "" : "the port must be 1 to 65535";
}

std::string hostOf(const std::string& address) {
  if (address[0] == '[') return address.substr(1, address.find(']') - 1);
  if (std::count(address.begin(), address.end(), ':') != 1) return address;
  return address.substr(0, address.find(':'));
}

ClientError noAnswer(const ConnectOptions& options) {
  const auto ms = options.timeout.count();
  return {ClientError::Code::unreachable,
          "the server at " + options.address + " does not answer (" +
              (ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms") +
              ")"};
}

ClientError noDocketServer(const std::string& address, const std::string& reason) {
  return {ClientError::Code::protocol,
          "what answers at " + address + " is no Docket server of " + "this protocol: " + reason};
}

std::string refusalText(api::Refusal::Reader refusal) {
  const auto violations = refusal.getViolations();
  if (violations.size() == 0) return "the server gave no reason";
  return violations[0].getMessage().cStr();
}

ClientError tooLarge(std::uint64_t bytes, std::uint64_t bytesMax) {
  return {ClientError::Code::tooLarge, "the command has " + std::to_string(bytes) +
                                           " bytes and the server takes at most " +
                                           std::to_string(bytesMax) + "; nothing was sent"};
}

}  // namespace

class Connection::Impl {
 public:
  Impl() : io(kj::setupAsyncIo()) {}

  // Members end in reverse order: capabilities, RPC, stream, loop.
  kj::AsyncIoContext io;
  kj::Own<kj::AsyncIoStream> stream;
  kj::Own<capnp::TwoPartyVatNetwork> network;
  kj::Own<capnp::RpcSystem<capnp::rpc::twoparty::VatId>> rpc;
  capnp::MallocMessageBuilder info;
  kj::Maybe<api::Session::Client> session;
  kj::Maybe<api::Desk::Client> desk;
  kj::Maybe<api::BoardManager::Client> boards;
  kj::Maybe<api::Auditor::Client> auditor;
  kj::Maybe<api::Administrator::Client> administrator;

  tl::expected<void, ClientError> connect(const ConnectOptions& options);
  tl::expected<void, ClientError> greet(const ConnectOptions& options);
  api::Docket::Client bootstrap();

  // Waits for `promise`, but not longer than `timeout`.
  template <class T>
  auto waitFor(kj::Promise<T> promise, std::chrono::milliseconds timeout) {
    auto late = io.provider->getTimer()
                    .afterDelay(timeout.count() * kj::MILLISECONDS)
                    .then([timeout]() -> kj::Promise<T> {
                      return KJ_EXCEPTION(OVERLOADED, "no answer within the time allowed");
                    });
    return promise.exclusiveJoin(kj::mv(late)).wait(io.waitScope);
  }
};

tl::expected<void, ClientError> Connection::Impl::connect(const ConnectOptions& options) {
  if (const std::string wrong = wrongWith(options.address); !wrong.empty()) {
    return tl::make_unexpected(ClientError{
        ClientError::Code::unreachable,
        "'" + options.address + "' is not an address of a server: " + wrong + "; write HOST:PORT"});
  }
  kj::Own<kj::NetworkAddress> address;
  auto fault = kj::runCatchingExceptions([&] {
    address = waitFor(io.provider->getNetwork().parseAddress(options.address, kDefaultPort),
                      options.timeout);
  });
  KJ_IF_MAYBE (exception, fault) {
    if (exception->getType() == kj::Exception::Type::OVERLOADED) {
      return tl::make_unexpected(noAnswer(options));
    }
    return tl::make_unexpected(
        ClientError{ClientError::Code::unreachable,
                    "there is no host '" + hostOf(options.address) + "'; write HOST:PORT"});
  }
  fault = kj::runCatchingExceptions([&] { stream = waitFor(address->connect(), options.timeout); });
  KJ_IF_MAYBE (exception, fault) {
    if (exception->getType() == kj::Exception::Type::OVERLOADED) {
      return tl::make_unexpected(noAnswer(options));
    }
    return tl::make_unexpected(unreachable(options.address, reasonOf(*exception)));
  }
  network = kj::heap<capnp::TwoPartyVatNetwork>(*stream, capnp::rpc::twoparty::Side::CLIENT,
                                                answerLimits());
  rpc = kj::heap<capnp::RpcSystem<capnp::rpc::twoparty::VatId>>(capnp::makeRpcClient(*network));
  return {};
}

api::Docket::Client Connection::Impl::bootstrap() {
  capnp::MallocMessageBuilder message(4);
  auto server = message.initRoot<capnp::rpc::twoparty::VatId>();
  server.setSide(capnp::rpc::twoparty::Side::SERVER);
  return rpc->bootstrap(server).castAs<api::Docket>();
}

tl::expected<void, ClientError> Connection::Impl::greet(const ConnectOptions& options) {
  tl::expected<void, ClientError> result;
  auto docket = bootstrap();
  auto fault = kj::runCatchingExceptions([&] {
    // Both are sent before the first answer comes: one round trip.
    auto infoPromise = docket.infoRequest().send();
    auto login = docket.loginRequest();
    login.initCredential().setName(options.subject.empty() ? systemUser() : options.subject);
    auto loginPromise = login.send();
    auto told = waitFor(kj::Promise<capnp::Response<api::Docket::InfoResults>>(kj::mv(infoPromise)),
                        options.timeout);
    if (told.getInfo().getProtocolVersion() != api::PROTOCOL_VERSION) {
      result = tl::make_unexpected(noDocketServer(
          options.address, "it speaks version " +
                               std::to_string(told.getInfo().getProtocolVersion()) +
                               ", this program speaks " + std::to_string(api::PROTOCOL_VERSION)));
      return;
    }
    info.setRoot(told.getInfo());
    auto answer =
        waitFor(kj::Promise<capnp::Response<api::Docket::LoginResults>>(kj::mv(loginPromise)),
                options.timeout);
    if (answer.hasRefusal() || !answer.hasSession()) {
      result = tl::make_unexpected(
          ClientError{ClientError::Code::refused, refusalText(answer.getRefusal())});
      return;
    }
    session = answer.getSession();
  });
  KJ_IF_MAYBE (exception, fault) {
    switch (exception->getType()) {
      case kj::Exception::Type::DISCONNECTED:
        return tl::make_unexpected(ClientError{
            ClientError::Code::protocol,
            "the server at " + options.address +
                " closed the connection at once: it may have too many connections, or be no "
                "Docket server"});
      case kj::Exception::Type::OVERLOADED:
        return tl::make_unexpected(noAnswer(options));
      case kj::Exception::Type::UNIMPLEMENTED:
      case kj::Exception::Type::FAILED:
        break;
    }
    // What the library makes of bytes that are no message helps nobody.
    return tl::make_unexpected(noDocketServer(options.address, "its answer cannot be read"));
  }
  return result;
}

tl::expected<std::unique_ptr<Connection>, ClientError> Connection::open(
    const ConnectOptions& options) {
  auto impl = std::make_unique<Impl>();
  if (auto connected = impl->connect(options); !connected) {
    return tl::make_unexpected(connected.error());
  }
  if (auto greeted = impl->greet(options); !greeted) return tl::make_unexpected(greeted.error());
  return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Connection::~Connection() = default;

namespace {

// The capability that `request` answers, kept for the next call.
template <class Client, class Request>
Client kept(kj::Maybe<Client>& place, Request&& request) {
  KJ_IF_MAYBE (client, place) {
    return *client;
  }
  Client made = request();
  place = made;
  return made;
}

}  // namespace

api::Docket::Client Connection::docket() {
  return impl_->bootstrap();
}

api::Desk::Client Connection::desk() {
  return kept(impl_->desk,
              [&] { return KJ_ASSERT_NONNULL(impl_->session).deskRequest().send().getDesk(); });
}

api::BoardManager::Client Connection::boards() {
  return kept(impl_->boards,
              [&] { return KJ_ASSERT_NONNULL(impl_->session).boardsRequest().send().getBoards(); });
}

api::Auditor::Client Connection::auditor() {
  return kept(impl_->auditor, [&] {
    return KJ_ASSERT_NONNULL(impl_->session).auditorRequest().send().getAuditor();
  });
}

api::Administrator::Client Connection::administrator() {
  return kept(impl_->administrator, [&] {
    return KJ_ASSERT_NONNULL(impl_->session).administratorRequest().send().getAdministrator();
  });
}

api::ServerInfo::Reader Connection::info() const {
  return impl_->info.getRoot<api::ServerInfo>().asReader();
}

kj::WaitScope& Connection::waitScope() {
  return impl_->io.waitScope;
}

kj::Timer& Connection::timer() {
  return impl_->io.provider->getTimer();
}

tl::expected<void, ClientError> Connection::checkSize(std::uint64_t commandWords) const {
  const std::uint64_t bytes = commandWords * sizeof(capnp::word);
  const std::uint64_t bytesMax = info().getMaxCommandBytes();
  if (bytes > bytesMax) return tl::make_unexpected(tooLarge(bytes, bytesMax));
  return {};
}

ClientError Connection::fromException(const kj::Exception& exception) {
  const std::string why = reasonOf(exception);
  switch (exception.getType()) {
    case kj::Exception::Type::DISCONNECTED:
      return {ClientError::Code::disconnected,
              "the connection to the server was lost: whether a command was done is unknown; "
              "repeat it with its id"};
    case kj::Exception::Type::UNIMPLEMENTED:
      return {ClientError::Code::protocol, "the server does not know this call: " + why};
    case kj::Exception::Type::OVERLOADED:
      return {ClientError::Code::protocol, "the server did not take the call: " + why};
    case kj::Exception::Type::FAILED:
      break;
  }
  return {ClientError::Code::protocol, "the server failed: " + why};
}

CommandIdBytes randomCommandId() {
  CommandIdBytes id{};
  std::random_device device;
  std::uniform_int_distribution<unsigned> byte(0, 255);
  for (auto& out : id.bytes) out = static_cast<unsigned char>(byte(device));
  return id;
}

}  // namespace docket::client
