// Where to listen: an IP address and a port. Names are not looked up, "localhost" aside: what a
// server listens on must not depend on a name service.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace docket::server {

struct Address {
  std::string ip;  // as inet_ntop prints it
  std::uint16_t port = 0;
  bool isV6 = false;
  bool isLoopback = false;

  std::string text() const;  // "127.0.0.1:7410", "[::1]:7410"
  bool operator==(const Address&) const = default;
};

// Reads "127.0.0.1:7410", "[::1]:7410" or "localhost:7410". The error is a part of a sentence:
// "must be …".
[[nodiscard]] tl::expected<Address, std::string> parseAddress(std::string_view text);

// A socket's address, in this form and in the system's.
Address fromSystem(const sockaddr_storage& system);
socklen_t toSystem(const Address& address, sockaddr_storage& system);

// Why listening did not work, as one sentence.
std::string listenFailure(const Address& address, int error);

// Why listening beyond this machine was refused, the same way.
std::string remoteRefused(const Address& address);

}  // namespace docket::server
