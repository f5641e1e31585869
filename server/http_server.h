// The HTTP edge, so far for those who watch the process, GET /healthz and GET /metrics, and for
// those who watch the log, GET /checkpoint and GET /tile/… (C2SP tlog-tiles).
//
// Threads: everything runs on the io_context it is given, which one thread runs; except the pages
// of tiles, which read the log and are made on a thread of this server's own.
#pragma once

#include <utility>  // Asio 1.74 in C++20 needs it before its own headers

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "server/address.h"
#include "server/metrics.h"

namespace docket::server {

struct HttpOptions {
  Address listen;
  bool allowRemote = false;
  std::size_t connectionsMax = 64;
  std::chrono::milliseconds timeout{10'000};  // for one request and its answer
};

// Where the pages come from.
struct HttpPages {
  std::function<Health()> health;
  std::function<std::string()> metrics;
  std::function<std::string()> checkpoint;
  // The tile with this path ("tile/0/000"); none if there is none. On another thread.
  std::function<std::optional<std::string>(const std::string&)> tile;
};

class HttpServer {
 public:
  // Serves as soon as `io` runs. The error is one sentence.
  [[nodiscard]] static tl::expected<std::unique_ptr<HttpServer>, std::string> start(
      boost::asio::io_context& io, const HttpOptions& options, HttpPages pages);
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Where it listens, with the port that was picked if port 0 was asked for.
  const Address& address() const;

  // Takes no more connections and closes those that there are.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace docket::server
