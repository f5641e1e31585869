// What docketd was told: flags, and a TOML file of the same settings. Flags win.
//
// Plain values; parsing has no effect besides reading the file. server/README.md lists the
// settings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "server/address.h"

namespace CLI {
class App;
}

namespace docket::server {

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
  std::optional<int> readyFd;        // told the addresses once the server serves
  std::optional<int> parentDeathFd;  // the server ends when this one is closed at its other end

  std::filesystem::path keyDirectory() const { return data / "keys"; }
  std::filesystem::path masterKeys() const {
    return masterKeyFile.empty() ? keyDirectory() / "master.key" : masterKeyFile;
  }
};

// Settings that were given as words; they win over those of the file that `config` names.
struct SettingFlags {
  std::optional<std::string> data, listen, http, config, logLevel, logFile, origin, masterKeyFile;
  bool needsData = true;
};
// --config, --log-level and --log-file: serving and every command takes them.
void addCommonFlags(CLI::App& app, SettingFlags& flags);
// What serving and some commands take.
void addOriginFlag(CLI::App& app, SettingFlags& flags);
void addMasterKeyFlag(CLI::App& app, SettingFlags& flags);

// Why there is nothing to run: a mistake, or help or the version was asked for (exit code 0).
struct ConfigExit {
  int exitCode = 2;
  std::string text;
};

// Adds the words that are something else than serving: server/offline/commands.h. They declare
// which settings they take, and all that they take stands behind them.
using AddCommands = std::function<void(CLI::App&, SettingFlags&)>;

[[nodiscard]] tl::expected<Config, ConfigExit> parseCommandLine(
    int argc, const char* const* argv, const AddCommands& addCommands = {});

// Sets what the file says in `config`. The error is one sentence with file, line and key.
[[nodiscard]] tl::expected<void, std::string> readConfigFile(const std::filesystem::path& path,
                                                             Config& config);

}  // namespace docket::server
