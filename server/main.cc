// docketd: wires the parts together, serves until told to stop, takes them apart in order.
#include <utility>  // Asio 1.74 in C++20 needs it before its own headers

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

#include "eventstore/log.h"
#include "eventstore/publisher.h"
#include "eventstore/tiles.h"
#include "projections/engine.h"
#include "server/command_path.h"
#include "server/config.h"
#include "server/data_directory.h"
#include "server/exit_code.h"
#include "server/http_server.h"
#include "server/metrics.h"
#include "server/offline/commands.h"
#include "server/printable.h"
#include "server/rpc_server.h"
#include "server/subject_keys.h"

namespace docket::server {
namespace {

constexpr std::chrono::seconds kAnchorPeriod{1};

// Ends the start-up: main prints the sentence and exits with the code.
struct StartFailure {
  int exitCode;
  std::string message;
};

StartFailure failure(const eventstore::StoreError& error) {
  return {exitCodeOf(error), error.message};
}

template <class Value>
Value orFail(tl::expected<Value, std::string> result) {
  if (!result) throw StartFailure{kExitRefused, result.error()};
  if constexpr (!std::is_void_v<Value>) return std::move(*result);
}

eventstore::Timestamp systemClock() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void setUpLogging(const Config& config) {
  std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};
  if (!config.logFile.empty()) {
    // spdlog would make the folders on the way.
    const auto folder = std::filesystem::absolute(config.logFile).parent_path();
    if (std::error_code error; !std::filesystem::is_directory(folder, error)) {
      throw StartFailure{kExitRefused, "there is no folder " + folder.string() +
                                           " for the log file " + config.logFile.string()};
    }
    try {
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.logFile.string()));
    } catch (const spdlog::spdlog_ex&) {
      throw StartFailure{kExitRefused, "cannot write the log file " + config.logFile.string()};
    }
  }
  auto logger = std::make_shared<spdlog::logger>("docketd", sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::from_str(config.logLevel));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

std::unique_ptr<eventstore::Log> openLog(DataDirectory& data) {
  using Code = eventstore::StoreErrorCode;
  auto log = eventstore::Log::open({.directory = data.log(), .create = data.isNew()});
  if (!log) {
    if (log.error().code == Code::notFound) {
      throw StartFailure{
          kExitIntegrity,
          "the log is missing: " + log.error().message +
              " (is a disk not mounted?); restore it, an empty one would hide the loss"};
    }
    throw failure(log.error());
  }
  if (data.isNew() && (*log)->head().value > 0) {
    throw StartFailure{kExitIntegrity, "the file VERSION is missing beside a log of " +
                                           std::to_string((*log)->head().value) + " events in " +
                                           data.log().parent_path().string() + "; restore it"};
  }
  orFail(data.complete());
  return std::move(*log);
}

std::unique_ptr<eventstore::CheckpointPublisher> openPublisher(const Config& config,
                                                               const DataDirectory& data,
                                                               const eventstore::Log& log) {
  auto publisher = eventstore::CheckpointPublisher::open(
      log, {.keys = data.keys(), .checkpoint = data.checkpoint(), .origin = config.origin});
  if (!publisher) throw failure(publisher.error());
  return std::move(*publisher);
}

std::unique_ptr<projections::Engine> openViews(const DataDirectory& data,
                                               const eventstore::Log& log) {
  auto engine =
      projections::Engine::open({.directory = data.views()}, log, projections::allProjections());
  if (!engine) {
    throw StartFailure{engine.error().isDamage ? kExitIntegrity : kExitRefused,
                       engine.error().message};
  }
  (*engine)->start();
  return std::move(*engine);
}

std::unique_ptr<eventstore::KeyStore> openKeys(const Config& config, const eventstore::Log& log) {
  const bool isThere = std::filesystem::exists(config.keyDirectory() / "subjects");
  auto keys = openKeyStore(config, true);
  if (!keys) throw failure(keys.error());
  if (!isThere && log.head().value > 0) {
    spdlog::warn("there was no key store in {}: a new one is begun; if one was lost, restore it",
                 config.keyDirectory().string());
  }
  return std::move(*keys);
}

// What the log has erased stays erased, whatever copy of the keys is there.
void destroyErasedKeys(eventstore::KeyStore& keys, const CommandPath& commands) {
  if (destroyKeys(keys, commands.erasedBefore())) return;
  throw StartFailure{kExitRefused,
                     "the key of a person who was erased cannot be destroyed in the key store; "
                     "the server's log says why"};
}

std::unique_ptr<CommandPath> openCommandPath(eventstore::Log& log, projections::Engine& engine,
                                             eventstore::KeyStore& keys) {
  try {
    return std::make_unique<CommandPath>(
        log, CommandPathOptions{}, systemClock,
        [&engine](eventstore::Position) { engine.logGrew(); },
        [&keys](std::span<const eventstore::Erasure> erasures) {
          return destroyKeys(keys, erasures);
        });
  } catch (const std::runtime_error& fault) {
    // The fold of the log met an event that cannot be read.
    throw StartFailure{kExitIntegrity, fault.what()};
  }
}

// Tells whoever started the server where it serves.
void announce(int fd, const RpcServer& rpc, const HttpServer* http) {
  const std::string line = "rpc=" + rpc.address().text() +
                           " http=" + (http != nullptr ? http->address().text() : "off") + "\n";
  if (::write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    spdlog::warn("nobody reads the ready descriptor");
  }
  ::close(fd);
}

// Ends `io` when the other end of `fd` is closed.
class ParentWatch {
 public:
  ParentWatch(boost::asio::io_context& io, int fd) : io_(io), descriptor_(io, fd) { read(); }

 private:
  void read() {
    descriptor_.async_read_some(boost::asio::buffer(buffer_),
                                [this](const boost::system::error_code& error, std::size_t) {
                                  if (!error) return read();
                                  if (error == boost::asio::error::operation_aborted) return;
                                  spdlog::info("the owner is gone, shutting down");
                                  io_.stop();
                                });
  }

  boost::asio::io_context& io_;
  boost::asio::posix::stream_descriptor descriptor_;
  std::array<char, 64> buffer_{};
};

void watchParent(boost::asio::io_context& io, int fd, std::optional<ParentWatch>& parent) {
  try {
    parent.emplace(io, fd);
  } catch (const boost::system::system_error&) {
    throw StartFailure{kExitRefused,
                       "cannot watch descriptor " + std::to_string(fd) +
                           ": --parent-death-fd needs the reading end of a pipe, or a socket"};
  }
}

// Writes the log's anchor and publishes its checkpoint about once a second.
class AnchorTimer {
 public:
  AnchorTimer(boost::asio::io_context& io, eventstore::Log& log,
              eventstore::CheckpointPublisher& publisher)
      : timer_(io), log_(log), publisher_(publisher) {
    wait();
  }

 private:
  void wait() {
    timer_.expires_after(kAnchorPeriod);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      const auto written = log_.writeAnchor();
      if (!written && !failed_)
        spdlog::error("writing the anchor failed: {}", written.error().message);
      failed_ = !written;
      const auto published = publisher_.publish();
      if (!published && !publishingFailed_)
        spdlog::error("publishing a checkpoint failed: {}", published.error().message);
      publishingFailed_ = !published;
      wait();
    });
  }

  boost::asio::steady_timer timer_;
  eventstore::Log& log_;
  eventstore::CheckpointPublisher& publisher_;
  bool failed_ = false;  // said once, not every second
  bool publishingFailed_ = false;
};

// A tile that reaches no further than the published checkpoint.
std::optional<std::string> publishedTile(const eventstore::Log& log,
                                         const eventstore::CheckpointPublisher& publisher,
                                         const std::string& path) {
  const auto name = eventstore::parseTilePath(path);
  if (!name || !eventstore::isWithin(*name, publisher.latest().checkpoint.size)) {
    return std::nullopt;
  }
  auto tile = eventstore::readTile(log, *name);
  if (tile) return std::move(*tile);
  spdlog::error("the tile {} cannot be read: {}", path, tile.error().message);
  return std::nullopt;
}

std::unique_ptr<HttpServer> startHttp(boost::asio::io_context& io, const Config& config,
                                      const Watched& watched,
                                      const eventstore::CheckpointPublisher& publisher) {
  if (!config.http) return nullptr;
  return orFail(HttpServer::start(
      io, {.listen = *config.http, .allowRemote = config.allowRemote},
      {.health = [watched] { return health(watched); },
       .metrics = [watched] { return metricsText(watched); },
       .checkpoint = [&publisher] { return publisher.latest().note; },
       .tile = [&log = watched.log, &publisher](
                   const std::string& path) { return publishedTile(log, publisher, path); }}));
}

// Takes the parts apart backwards along the path of a command, so that every answer still finds its
// way out; also when something after it fails to start.
class OrderlyEnd {
 public:
  OrderlyEnd(RpcServer& rpc, CommandPath& commands, projections::Engine& engine)
      : rpc_(rpc), commands_(commands), engine_(engine) {}
  OrderlyEnd(const OrderlyEnd&) = delete;
  OrderlyEnd& operator=(const OrderlyEnd&) = delete;
  ~OrderlyEnd() {
    rpc_.stopAccepting();
    commands_.stop();
    engine_.stop();
    rpc_.stop();
  }

 private:
  RpcServer& rpc_;
  CommandPath& commands_;
  projections::Engine& engine_;
};

void serve(const Config& config) {
  DataDirectory data = orFail(DataDirectory::open(config.data));
  setUpLogging(config);  // after: the log file may stand in the data directory
  const auto log = openLog(data);
  const auto publisher = openPublisher(config, data, *log);
  const auto engine = openViews(data, *log);
  const auto keys = openKeys(config, *log);
  const auto commands = openCommandPath(*log, *engine, *keys);
  destroyErasedKeys(*keys, *commands);
  const auto rpc =
      orFail(RpcServer::start({.listen = config.listen,
                               .allowRemote = config.allowRemote,
                               .connectionsMax = config.connectionsMax,
                               .connectionsPerAddressMax = config.connectionsPerAddressMax,
                               .dataDirectory = config.data},
                              *log, *publisher, *engine, *commands, systemClock));
  std::optional<OrderlyEnd> end;
  end.emplace(*rpc, *commands, *engine);

  boost::asio::io_context io{1};
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&io, &signals](const boost::system::error_code& cancelled, int) {
    if (cancelled) return;
    spdlog::info("shutting down; a second signal ends at once");
    signals.clear();  // back to the system's way: the next one kills
    io.stop();
  });
  const AnchorTimer anchor(io, *log, *publisher);
  const auto http = startHttp(
      io, config, {*log, *engine, *commands, *rpc, std::chrono::steady_clock::now()}, *publisher);
  std::optional<ParentWatch> parent;
  if (config.parentDeathFd) watchParent(io, *config.parentDeathFd, parent);

  spdlog::info("serving: rpc {}, http {}, head {}", rpc->address().text(),
               http ? http->address().text() : "off", log->head().value);
  if (config.readyFd) announce(*config.readyFd, *rpc, http.get());
  io.run();

  end.reset();
  if (!log->hasFailed()) {
    if (const auto published = publisher->publish(); !published) {
      spdlog::error("publishing the last checkpoint failed: {}", published.error().message);
    }
  }
  spdlog::info("stopped, head {}", log->head().value);
  if (log->hasFailed()) {
    // RocksDB may abort when a database is closed whose last write failed. There is nothing left to
    // write: the log is checked when it is opened again.
    spdlog::critical("the log had failed: ended without closing it");
    spdlog::shutdown();
    std::_Exit(kExitRefused);
  }
}

int run(int argc, char** argv) {
  offline::Work work;  // none: to serve
  const auto config = parseCommandLine(argc, argv, [&work](CLI::App& app, SettingFlags& flags) {
    offline::addCommands(app, flags, work);
  });
  if (!config) {
    const bool isMistake = config.error().exitCode != 0;
    if (isMistake) {
      std::fprintf(stderr, "docketd: %s\n", printable(config.error().text).c_str());
    } else {
      std::fputs(config.error().text.c_str(), stdout);
    }
    return config.error().exitCode;
  }
  if (config->checkOnly) {
    std::puts("The configuration is good.");
    return 0;
  }
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error of its write, not our end
  try {
    if (work) {
      setUpLogging(*config);
      return work(*config);
    }
    serve(*config);
    return 0;
  } catch (const StartFailure& failure) {
    std::fprintf(stderr, "docketd: %s\n", printable(failure.message).c_str());
    return failure.exitCode;
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "docketd: cannot start: %s\n", printable(fault.what()).c_str());
    return kExitRefused;
  }
}

}  // namespace
}  // namespace docket::server

int main(int argc, char** argv) {
  return docket::server::run(argc, argv);
}
