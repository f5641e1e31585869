#include "client/connection.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/client/fake_server.h"

namespace docket::tests {
namespace {

using client::ClientError;
using client::Connection;
using testing::HasSubstr;

// A port on loopback that was free a moment ago.
std::string freeAddress() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  close(fd);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

auto openAt(const std::string& address) {
  client::ConnectOptions options;
  options.address = address;
  return Connection::open(options);
}

ClientError failureOf(const std::string& address) {
  const auto opened = openAt(address);
  EXPECT_FALSE(opened);
  return opened ? ClientError{} : opened.error();
}

TEST(Connection, NobodyListensIsUnreachableAndSaysWhatToDo) {
  const std::string address = freeAddress();
  const auto error = failureOf(address);
  EXPECT_EQ(error.code, ClientError::Code::unreachable);
  EXPECT_EQ(error.message, "cannot reach a Docket server at " + address +
                               ": connection refused; start one with docketd --data DIR");
}

TEST(Connection, WrongAddressIsNamed) {
  for (const char* address : {"127.0.0.1:notaport", "127.0.0.1:99999", "[::1", ""}) {
    const auto error = failureOf(address);
    EXPECT_EQ(error.code, ClientError::Code::unreachable) << address;
    EXPECT_EQ(error.message.find('\n'), std::string::npos) << error.message;
  }
  EXPECT_THAT(failureOf("127.0.0.1:notaport").message,
              HasSubstr("the port must be 1 to 65535; write HOST:PORT"));
  EXPECT_THAT(failureOf("127.0.0.1:0").message, HasSubstr("the port must be 1 to 65535"));
}

TEST(Connection, OtherProtocolVersionIsRefused) {
  FakeServer server({.protocolVersion = 999});
  const auto error = failureOf(server.address());
  EXPECT_EQ(error.code, ClientError::Code::protocol);
  EXPECT_THAT(error.message, HasSubstr("version 999"));
}

TEST(Connection, PeerThatClosesIsNoDocketServer) {
  FakeServer server({.closeAtOnce = true});
  const auto error = failureOf(server.address());
  EXPECT_EQ(error.code, ClientError::Code::protocol);
  EXPECT_THAT(error.message, HasSubstr("closed the connection at once"));
}

// The system takes the connection for a server that never does.
TEST(Connection, ServerThatIsFrozenDoesNotAnswer) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  listen(fd, 1);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  client::ConnectOptions options;
  options.address = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  options.timeout = std::chrono::milliseconds(20);
  const auto opened = Connection::open(options);
  close(fd);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ClientError::Code::unreachable);
  EXPECT_EQ(opened.error().message,
            "the server at " + options.address + " does not answer (20 ms)");
}

TEST(Connection, RefusedLoginGivesTheServersReason) {
  FakeServer server({.refuseLogin = true});
  const auto error = failureOf(server.address());
  EXPECT_EQ(error.code, ClientError::Code::refused);
  EXPECT_EQ(error.message, "Nobody may come in.");
}

TEST(Connection, InfoIsWhatTheServerSaid) {
  FakeServer server({.maxCommandBytes = 1234});
  const auto opened = openAt(server.address());
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->info().getMaxCommandBytes(), 1234U);
  EXPECT_TRUE((*opened)->checkSize(1232 / 8));
  EXPECT_FALSE((*opened)->checkSize(1240 / 8));
}

TEST(Connection, ServerThatGoesIsALostConnection) {
  FakeServer server({});
  const auto opened = openAt(server.address());
  ASSERT_TRUE(opened);
  server.stop();
  const auto answer =
      (*opened)->call([&] { return (*opened)->desk().executeManyRequest().send(); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ClientError::Code::disconnected);
  EXPECT_THAT(answer.error().message, HasSubstr("repeat it with its id"));
}

TEST(Connection, CallTheServerDoesNotKnowIsAProtocolError) {
  FakeServer server({});
  const auto opened = openAt(server.address());
  ASSERT_TRUE(opened);
  const auto answer =
      (*opened)->call([&] { return (*opened)->administrator().projectionsRequest().send(); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ClientError::Code::protocol);
}

}  // namespace
}  // namespace docket::tests
