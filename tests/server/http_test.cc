#include "server/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace docket::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Address kAnyPort{.ip = "127.0.0.1", .port = 0, .isV6 = false, .isLoopback = true};

// Sends bytes and gives everything that comes back until the server closes.
std::string converse(const Address& address, const std::string& request) {
  sockaddr_storage system{};
  const socklen_t size = toSystem(address, system);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&system), size), 0);
  EXPECT_EQ(::send(fd, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;) {
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return answer;
}

class Http : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server =
        HttpServer::start(io_, {.listen = kAnyPort, .timeout = timeout_},
                          {.health = [this] { return health_; },
                           .metrics = [] { return std::string("docket_x 1\n"); },
                           .checkpoint = [] { return std::string("a note\n"); },
                           .tile = [this](const std::string& path) { return tile(path); }});
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    thread_ = std::thread([this] { io_.run(); });
  }
  void TearDown() override {
    io_.stop();
    thread_.join();
  }
  std::string ask(const std::string& lineAndHeaders) {
    return converse(server_->address(), lineAndHeaders + "\r\nConnection: close\r\n\r\n");
  }

  // On the server's worker.
  std::optional<std::string> tile(const std::string& path) {
    tileThread_ = std::this_thread::get_id();
    if (path != "tile/0/000") return std::nullopt;
    return std::string("\0\r\n\xff", 4);
  }

  std::thread::id tileThread_;
  std::chrono::milliseconds timeout_{10'000};
  Health health_{true, "{\"status\":\"ok\"}\n"};
  boost::asio::io_context io_{1};
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

TEST_F(Http, TilesAreBytesThatMayBeKeptAndAreMadeOnAnotherThread) {
  const std::string answer = ask("GET /tile/0/000 HTTP/1.1\r\nHost: x");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(answer, HasSubstr("application/octet-stream"));
  EXPECT_THAT(answer, HasSubstr("immutable"));
  EXPECT_THAT(answer, EndsWith(std::string("\r\n\r\n\0\r\n\xff", 8)));
  EXPECT_NE(tileThread_, thread_.get_id());
  EXPECT_NE(tileThread_, std::this_thread::get_id());
  // The connection stays usable after it.
  const std::string two =
      converse(server_->address(),
               "GET /tile/0/000 HTTP/1.1\r\nHost: x\r\n\r\n"
               "GET /tile/0/001 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(two, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(two, HasSubstr("HTTP/1.1 404 Not Found"));
}

TEST_F(Http, AnswersByPathAndMethod) {
  const struct {
    const char* request;
    const char* status;
    const char* body;
  } cases[] = {
      {"GET /healthz HTTP/1.1\r\nHost: x", "HTTP/1.1 200 OK", "\r\n\r\n{\"status\":\"ok\"}\n"},
      {"GET /healthz?a=b HTTP/1.1\r\nHost: x", "HTTP/1.1 200 OK", "{\"status\":\"ok\"}\n"},
      {"HEAD /healthz HTTP/1.1\r\nHost: x", "HTTP/1.1 200 OK", "\r\n\r\n"},
      {"GET /metrics HTTP/1.1\r\nHost: x", "HTTP/1.1 200 OK", "docket_x 1\n"},
      {"GET /checkpoint HTTP/1.1\r\nHost: x", "HTTP/1.1 200 OK", "\r\n\r\na note\n"},
      {"HEAD /tile/0/000 HTTP/1.1\r\nHost: x", "HTTP/1.1 200 OK", "\r\n\r\n"},
      {"GET /tile/0/001 HTTP/1.1\r\nHost: x", "HTTP/1.1 404 Not Found", "Not Found\n"},
      {"GET /payloads/000 HTTP/1.1\r\nHost: x", "HTTP/1.1 404 Not Found", "Not Found\n"},
      {"POST /tile/0/000 HTTP/1.1\r\nHost: x", "HTTP/1.1 405 Method Not Allowed", "Not Allowed\n"},
      {"GET / HTTP/1.1\r\nHost: x", "HTTP/1.1 404 Not Found", "Not Found\n"},
      {"POST /metrics HTTP/1.1\r\nHost: x", "HTTP/1.1 405 Method Not Allowed", "Not Allowed\n"},
      {"nonsense", "HTTP/1.1 400 Bad Request", "Bad Request\n"},
  };
  for (const auto& expected : cases) {
    const std::string answer = ask(expected.request);
    EXPECT_THAT(answer, StartsWith(expected.status)) << expected.request;
    EXPECT_THAT(answer, EndsWith(expected.body)) << expected.request;
  }
}

TEST_F(Http, HeadGivesTheLengthWithoutTheBody) {
  EXPECT_THAT(ask("HEAD /healthz HTTP/1.1\r\nHost: x"), HasSubstr("Content-Length: 16\r\n"));
}

TEST_F(Http, TooLargeRequestsAreRefused) {
  EXPECT_THAT(ask("GET /healthz HTTP/1.1\r\nX: " + std::string(9'000, 'x')),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(ask("GET /healthz HTTP/1.1\r\nContent-Length: 100000"), StartsWith("HTTP/1.1 413"));
}

TEST_F(Http, PortInUseIsOneSentence) {
  boost::asio::io_context io;
  const auto second = HttpServer::start(io, {.listen = server_->address()}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "cannot listen on " + server_->address().text() +
                                ": the port is in use by another program");
}

TEST_F(Http, RemoteAddressNeedsLeave) {
  boost::asio::io_context io;
  const auto remote = HttpServer::start(io, {.listen = *parseAddress("0.0.0.0:0")}, {});
  ASSERT_FALSE(remote);
  EXPECT_THAT(remote.error(), HasSubstr("allow_remote"));
}

class HttpWhenDegraded : public Http {
 protected:
  HttpWhenDegraded() { health_ = {false, "{\"status\":\"degraded\"}\n"}; }
};

TEST_F(HttpWhenDegraded, HealthIs503) {
  const std::string answer = ask("GET /healthz HTTP/1.1\r\nHost: x");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("degraded"));
}

class HttpInAHurry : public Http {
 protected:
  HttpInAHurry() { timeout_ = std::chrono::milliseconds(1); }
};

TEST_F(HttpInAHurry, PeerThatSendsHalfARequestIsClosed) {
  EXPECT_EQ(converse(server_->address(), "GET /healthz HT"), "");
}

}  // namespace
}  // namespace docket::server
