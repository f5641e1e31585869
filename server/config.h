// What docketd was told: flags, and a TOML file of the same settings. Flags win.
//
// Plain values; parsing has no effect besides reading the file. server/README.md lists the
// settings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "server/address.h"

namespace docket::server {

// Work on the backups of a stopped server instead of serving (docket backup).
struct BackupWork {
  enum class Action { create, list, verify, restore, prune };
  Action action = Action::list;
  std::filesystem::path directory;
  std::optional<std::uint32_t> id;                  // verify, restore; none: the latest
  std::uint32_t keep = 0;                           // prune
  std::filesystem::path restoreTo;                  // a new data directory
  std::optional<std::uint64_t> position;            // restore what is below it
  std::optional<std::int64_t> recordedUntilMicros;  // restore what was recorded until then
  std::filesystem::path checkpoint;                 // to compare the restored log with
};

struct Config {
  std::filesystem::path data;
  Address listen{.ip = "127.0.0.1", .port = 7410, .isLoopback = true};
  std::optional<Address> http = Address{.ip = "127.0.0.1", .port = 7411, .isLoopback = true};
  bool allowRemote = false;  // by file only: it should be written down somewhere
  std::size_t connectionsMax = 512;
  std::size_t connectionsPerAddressMax = 256;
  std::string logLevel = "info";  // "trace", "debug", "info", "warn", "error", "off"
  std::filesystem::path logFile;  // empty: standard error only
  std::string origin;             // of the log's checkpoints; fixed with the signing key
  // Better on another medium than the data. Empty: DATA/keys/master.key.
  std::filesystem::path masterKeyFile;

  // By flag only.
  bool checkOnly = false;
  bool verify = false;               // walk the log of a stopped server instead of serving
  std::optional<BackupWork> backup;  // likewise
  std::vector<std::filesystem::path> checkpoints;  // with --verify: the log must agree with them
  std::string key;                                 // the verifier key of these
  std::filesystem::path exportTo;    // not empty: write the log of a stopped server there as tiles
  bool payloads = false;             // with exportTo: the payloads too
  bool rotateKey = false;            // replace the signing key of a stopped server
  bool rotateMasterKey = false;      // likewise the master key: server/key_commands.h
  bool rehearse = false;             // decode and fold the log of a stopped server, likewise
  bool strict = false;               // a rehearsal fails for events of a newer program, too
  bool json = false;                 // of what these print
  std::optional<int> readyFd;        // told the addresses once the server serves
  std::optional<int> parentDeathFd;  // the server ends when this one is closed at its other end

  std::filesystem::path keyDirectory() const { return data / "keys"; }
};

// Why there is nothing to run: a mistake, or help or the version was asked for (exit code 0).
struct ConfigExit {
  int exitCode = 2;
  std::string text;
};

[[nodiscard]] tl::expected<Config, ConfigExit> parseCommandLine(int argc, const char* const* argv);

// Sets what the file says in `config`. The error is one sentence with file, line and key.
[[nodiscard]] tl::expected<void, std::string> readConfigFile(const std::filesystem::path& path,
                                                             Config& config);

}  // namespace docket::server
