#include "server/http_server.h"

#include <spdlog/spdlog.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <set>

#include "server/background_worker.h"

namespace docket::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Response = http::response<http::string_body>;

constexpr std::size_t kHeaderBytesMax = 8 * 1024;
constexpr std::size_t kBodyBytesMax = 4 * 1024;
constexpr std::chrono::milliseconds kAcceptPause{100};

constexpr const char* kJson = "application/json";
constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kBytes = "application/octet-stream";
constexpr const char* kMetrics = "text/plain; version=0.0.4; charset=utf-8";

Response page(http::status status, const char* contentType, std::string body) {
  Response response{status, 11};
  response.set(http::field::content_type, contentType);
  response.set(http::field::cache_control, "no-store");
  response.body() = std::move(body);
  return response;
}

Response mistake(http::status status) {
  return page(status, kText, std::string(http::obsolete_reason(status)) + "\n");
}

// What is asked for, without a query.
template <class Request>
std::string pathOf(const Request& request) {
  const beast::string_view target = request.target();
  return std::string(target.substr(0, target.find('?')));
}

// A tile never changes, so it may be kept for ever.
Response tilePage(std::optional<std::string> tile) {
  if (!tile) return mistake(http::status::not_found);
  Response response = page(http::status::ok, kBytes, std::move(*tile));
  response.set(http::field::cache_control, "public, max-age=31536000, immutable");
  return response;
}

bool isTile(const std::string& path) {
  return path.rfind("/tile/", 0) == 0;
}

// The answer, or none if it is a tile's.
template <class Request>
std::optional<Response> answer(const Request& request, const std::string& path,
                               const HttpPages& pages) {
  const bool isKnown =
      path == "/healthz" || path == "/metrics" || path == "/checkpoint" || isTile(path);
  if (!isKnown) return mistake(http::status::not_found);
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    Response refused = mistake(http::status::method_not_allowed);
    refused.set(http::field::allow, "GET, HEAD");
    return refused;
  }
  if (isTile(path)) return std::nullopt;
  if (path == "/metrics") return page(http::status::ok, kMetrics, pages.metrics());
  if (path == "/checkpoint") return page(http::status::ok, kText, pages.checkpoint());
  Health health = pages.health();
  return page(health.isGood ? http::status::ok : http::status::service_unavailable, kJson,
              std::move(health.json));
}

http::status statusFor(const beast::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return http::status::request_header_fields_too_large;
  }
  if (error == http::error::body_limit) return http::status::payload_too_large;
  return http::status::bad_request;
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  Impl(asio::io_context& io, HttpOptions options, HttpPages pages)
      : options_(std::move(options)),
        pages_(std::move(pages)),
        io_(io),
        acceptor_(io),
        pause_(io),
        worker_(options_.connectionsMax) {}

  tl::expected<void, std::string> listen();
  void accept();
  void stop();

  const HttpOptions options_;
  const HttpPages pages_;
  Address address_;

 private:
  class Session;

  asio::io_context& io_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::set<Session*> sessions_;
  BackgroundWorker worker_;
};

// One connection. Lives as long as an operation on it is under way.
class HttpServer::Impl::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Impl> server, tcp::socket socket)
      : server_(std::move(server)),
        stream_(std::move(socket)),
        buffer_(kHeaderBytesMax + kBodyBytesMax) {
    server_->sessions_.insert(this);
  }
  ~Session() { server_->sessions_.erase(this); }

  void read() {
    parser_.emplace();
    parser_->header_limit(kHeaderBytesMax);
    parser_->body_limit(kBodyBytesMax);
    stream_.expires_after(server_->options_.timeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       self->received(error);
                     });
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().close(ignored);
  }

 private:
  void received(beast::error_code error) {
    if (!error) {
      const auto& request = parser_->get();
      const std::string path = pathOf(request);
      auto response = answer(request, path, server_->pages_);
      if (!response) return readTile(path.substr(1));
      return reply(std::move(*response));
    }
    const bool isMistake =
        error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message;
    if (isMistake) send(mistake(statusFor(error)), false, false);
  }

  // Answers the request at hand.
  void reply(Response response) {
    const auto& request = parser_->get();
    response.version(request.version());
    send(std::move(response), request.keep_alive(), request.method() == http::verb::head);
  }

  // Has the worker make the page, and comes back to this thread with it. This session may end on
  // this thread only, so the worker must not keep it: it hands it on.
  void readTile(std::string path) {
    auto kept = std::make_shared<std::shared_ptr<Session>>(shared_from_this());
    const bool posted = server_->worker_.post([kept, path = std::move(path)] {
      Impl& server = *(*kept)->server_;
      std::optional<std::string> tile = server.pages_.tile(path);
      asio::post(server.io_, [self = std::move(*kept), tile = std::move(tile)]() mutable {
        self->reply(tilePage(std::move(tile)));
      });
    });
    if (!posted) reply(mistake(http::status::service_unavailable));
  }

  void send(Response response, bool keepAlive, bool headOnly) {
    response_ = std::move(response);
    response_.set(http::field::server, "docketd");
    response_.keep_alive(keepAlive);
    response_.prepare_payload();
    if (headOnly) response_.body().clear();  // the length stays that of the page
    stream_.expires_after(server_->options_.timeout);
    serializer_.emplace(response_);
    http::async_write(stream_, *serializer_,
                      [self = shared_from_this(), keepAlive](beast::error_code error, std::size_t) {
                        if (error) return;
                        if (keepAlive) return self->read();
                        beast::error_code ignored;
                        self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
                      });
  }

  const std::shared_ptr<Impl> server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  Response response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

tl::expected<void, std::string> HttpServer::Impl::listen() {
  const Address& wanted = options_.listen;
  const tcp::endpoint endpoint(asio::ip::make_address(wanted.ip), wanted.port);
  beast::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return tl::make_unexpected(listenFailure(wanted, error.value()));
  address_ = wanted;
  address_.port = acceptor_.local_endpoint().port();
  return {};
}

void HttpServer::Impl::accept() {
  acceptor_.async_accept([self = shared_from_this()](beast::error_code error, tcp::socket socket) {
    if (!self->acceptor_.is_open()) return;
    if (!error) {
      if (self->sessions_.size() < self->options_.connectionsMax) {
        std::make_shared<Session>(self, std::move(socket))->read();
      }
      return self->accept();
    }
    // No file descriptors left, most likely. The backlog keeps whoever waits.
    spdlog::warn("cannot accept an HTTP connection now: {}", error.message());
    self->pause_.expires_after(kAcceptPause);
    self->pause_.async_wait([self](beast::error_code cancelled) {
      if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
  });
}

void HttpServer::Impl::stop() {
  beast::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  worker_.stop();
  for (Session* session : sessions_) session->close();
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() {
  impl_->stop();
}

tl::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::start(
    boost::asio::io_context& io, const HttpOptions& options, HttpPages pages) {
  if (!options.listen.isLoopback && !options.allowRemote) {
    return tl::make_unexpected(remoteRefused(options.listen));
  }
  auto impl = std::make_shared<Impl>(io, options, std::move(pages));
  if (auto listening = impl->listen(); !listening) return tl::make_unexpected(listening.error());
  impl->accept();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

const Address& HttpServer::address() const {
  return impl_->address_;
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace docket::server
