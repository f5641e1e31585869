#include "server/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace docket::server {

std::string Address::text() const {
  return (isV6 ? "[" + ip + "]" : ip) + ":" + std::to_string(port);
}

tl::expected<Address, std::string> parseAddress(std::string_view text) {
  const auto refused = [] {
    return tl::make_unexpected(
        std::string("must be an IP address and a port such as 127.0.0.1:7410 or [::1]:7410"));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refused();
  const std::string_view portText = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] =
      std::from_chars(portText.data(), portText.data() + portText.size(), port);
  if (error != std::errc{} || end != portText.data() + portText.size()) return refused();

  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  sockaddr_storage system{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(system);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) != 1) {
      return refused();
    }
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(system);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) != 1) return refused();
  }
  return fromSystem(system);
}

Address fromSystem(const sockaddr_storage& system) {
  Address address;
  char text[INET6_ADDRSTRLEN] = {};
  if (system.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(system);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    address.isV6 = true;
    address.port = ntohs(v6.sin6_port);
    address.isLoopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
  } else {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(system);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    address.port = ntohs(v4.sin_port);
    address.isLoopback = (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  address.ip = text;
  return address;
}

socklen_t toSystem(const Address& address, sockaddr_storage& system) {
  system = {};
  if (address.isV6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(system);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    inet_pton(AF_INET6, address.ip.c_str(), &v6.sin6_addr);
    return sizeof(sockaddr_in6);
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(system);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  inet_pton(AF_INET, address.ip.c_str(), &v4.sin_addr);
  return sizeof(sockaddr_in);
}

std::string listenFailure(const Address& address, int error) {
  std::string why = std::error_code(error, std::generic_category()).message();
  if (error == EADDRINUSE) why = "the port is in use by another program";
  if (error == EADDRNOTAVAIL) why = "this machine has no such address";
  if (error == EACCES) why = "this user may not use that port";
  return "cannot listen on " + address.text() + ": " + why;
}

std::string remoteRefused(const Address& address) {
  return "will not listen on " + address.text() +
         ": other machines reach it and nobody has to prove who they are yet; set "
         "allow_remote = true in the configuration file if that is meant";
}

}  // namespace docket::server
