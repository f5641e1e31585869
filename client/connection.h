// A connection to a Docket server: the way in for programs in C++.
//
// Threads: a Connection belongs to the thread that made it (it runs that thread's KJ event loop)
// and so do all capabilities, requests and answers that come from it. Commands and answers are the
// builders and readers generated from server/api/docket.capnp: the public contract.
#pragma once

#include <capnp/capability.h>
#include <kj/async.h>
#include <kj/timer.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "server/api/docket.capnp.h"

namespace docket::client {

struct ClientError {
  enum class Code {
    unreachable,   // nobody listens there, or the address is wrong
    disconnected,  // the connection broke: whether a command was done is unknown; repeat it with
                   // its id
    tooLarge,      // the server would not take a message of this size; nothing was sent
    refused,       // login was refused
    protocol,      // the peer is no Docket server, or of another protocol version
  };
  Code code;
  std::string message;  // one sentence
};

struct ConnectOptions {
  std::string address = "127.0.0.1:7410";
  std::string subject;  // who logs in; empty: the operating system's user name
  std::chrono::milliseconds timeout{5000};
};

class Connection {
 public:
  [[nodiscard]] static tl::expected<std::unique_ptr<Connection>, ClientError> open(
      const ConnectOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  api::Docket::Client docket();  // the bootstrap capability
  api::Desk::Client desk();
  api::BoardManager::Client boards();
  api::Auditor::Client auditor();
  api::Administrator::Client administrator();
  api::ServerInfo::Reader info() const;  // as it was when the connection was made

  kj::WaitScope& waitScope();
  kj::Timer& timer();

  // Whether the server would take a command of this size (`totalSize().wordCount` of its reader):
  // tooLarge names the size and the limit.
  [[nodiscard]] tl::expected<void, ClientError> checkSize(std::uint64_t commandWords) const;

  // Runs `send` (which makes and sends a request) and waits for its answer; a KJ exception becomes
  // a ClientError.
  template <class Send>
  auto call(Send&& send)
      -> tl::expected<decltype(send().wait(std::declval<kj::WaitScope&>())), ClientError>;

 private:
  class Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  static ClientError fromException(const kj::Exception& exception);
  std::unique_ptr<Impl> impl_;
};

// 16 random bytes for a command that a person gives.
struct CommandIdBytes {
  unsigned char bytes[16];
};
CommandIdBytes randomCommandId();

template <class Send>
auto Connection::call(Send&& send)
    -> tl::expected<decltype(send().wait(std::declval<kj::WaitScope&>())), ClientError> {
  using Answer = decltype(send().wait(std::declval<kj::WaitScope&>()));
  tl::expected<Answer, ClientError> result = tl::make_unexpected(ClientError{});
  auto exception = kj::runCatchingExceptions([&] { result = send().wait(waitScope()); });
  KJ_IF_MAYBE (fault, exception) {
    return tl::make_unexpected(fromException(*fault));
  }
  return result;
}

}  // namespace docket::client
