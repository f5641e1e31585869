#include "server/config.h"

#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "eventstore/signed_note.h"

namespace docket::server {
namespace {

constexpr std::array<std::string_view, 6> kLogLevels = {"trace", "debug", "info",
                                                        "warn",  "error", "off"};
constexpr std::int64_t kConnectionsMax = 100'000;

using Set = tl::expected<void, std::string>;  // the error is a part of a sentence: "must be …"

Set mustBe(std::string what) {
  return tl::make_unexpected("must be " + std::move(what));
}

// --- Settings, wherever they come from ----------------------------------------------------------

Set setListen(Config& config, const std::string& text) {
  auto address = parseAddress(text);
  if (!address) return tl::make_unexpected(address.error());
  config.listen = *address;
  return {};
}

Set setHttp(Config& config, const std::string& text) {
  config.http.reset();
  if (text == "off") return {};
  auto address = parseAddress(text);
  if (!address) return tl::make_unexpected(address.error() + ", or \"off\"");
  config.http = *address;
  return {};
}

Set setLogLevel(Config& config, const std::string& text) {
  if (std::find(kLogLevels.begin(), kLogLevels.end(), text) == kLogLevels.end()) {
    return mustBe("one of trace, debug, info, warn, error, off");
  }
  config.logLevel = text;
  return {};
}

Set setOrigin(Config& config, const std::string& text) {
  if (!eventstore::isKeyName(text)) {
    return mustBe("1 to 200 printable ASCII characters without space and +, as in example.org/log");
  }
  config.origin = text;
  return {};
}

Set setConnections(std::size_t& setting, std::int64_t number) {
  if (number < 1 || number > kConnectionsMax) return mustBe("1 to 100000");
  setting = static_cast<std::size_t>(number);
  return {};
}

// --- The file -----------------------------------------------------------------------------------

Set setFromNode(Config& config, std::string_view key, const toml::node& node) {
  const auto text = [&node](auto set) -> Set {
    const auto value = node.value_exact<std::string>();
    return value ? set(*value) : mustBe("a text in quotes");
  };
  const auto number = [&node](std::size_t& setting) -> Set {
    const auto value = node.value_exact<std::int64_t>();
    return value ? setConnections(setting, *value) : mustBe("a whole number");
  };
  const auto path = [&text](std::filesystem::path& setting) {
    return text([&setting](const std::string& value) -> Set {
      setting = value;
      return {};
    });
  };
  if (key == "data") return path(config.data);
  if (key == "log_file") return path(config.logFile);
  if (key == "master_key_file") return path(config.masterKeyFile);
  if (key == "listen") return text([&](const std::string& v) { return setListen(config, v); });
  if (key == "http") return text([&](const std::string& v) { return setHttp(config, v); });
  if (key == "log_level") return text([&](const std::string& v) { return setLogLevel(config, v); });
  if (key == "origin") return text([&](const std::string& v) { return setOrigin(config, v); });
  if (key == "connections_max") return number(config.connectionsMax);
  if (key == "connections_per_address_max") return number(config.connectionsPerAddressMax);
  if (key == "allow_remote") {
    const auto value = node.value_exact<bool>();
    if (!value) return mustBe("true or false");
    config.allowRemote = *value;
    return {};
  }
  return tl::make_unexpected("is no setting that this version knows");
}

std::string at(const std::filesystem::path& path, toml::source_index line) {
  return path.string() + ", line " + std::to_string(line) + ": ";
}

// --- Flags --------------------------------------------------------------------------------------

void addServingFlags(CLI::App& app, SettingFlags& flags, Config& config) {
  app.add_option("--data", flags.data, "the data directory; made if it is missing")
      ->type_name("DIR");
  app.add_option("--listen", flags.listen, "where clients connect (127.0.0.1:7410)")
      ->type_name("ADDR");
  app.add_option("--http", flags.http, "where /healthz and /metrics are, or off (127.0.0.1:7411)")
      ->type_name("ADDR");
  addCommonFlags(app, flags);
  addOriginFlag(app, flags);
  addMasterKeyFlag(app, flags);
  app.add_flag("--check-config", config.checkOnly, "only say whether the configuration is good");
  app.add_option("--ready-fd", config.readyFd, "write the addresses there once the server serves")
      ->type_name("N")
      ->check(CLI::Range(0, 1'000'000));
  app.add_option("--parent-death-fd", config.parentDeathFd,
                 "end when the other end of this one is closed")
      ->type_name("N")
      ->check(CLI::Range(0, 1'000'000));
}

// A command would pass over what stands before its name: none of it may.
Set checkNothingBeforeCommand(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  if (commands.empty()) return {};
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0) continue;
    return tl::make_unexpected(option->get_name() + " stands before " +
                               commands.front()->get_name() +
                               ": what a command takes stands behind its name");
  }
  return {};
}

tl::expected<void, ConfigExit> applyFlags(const SettingFlags& flags, Config& config) {
  const auto apply = [&config](const char* flag, const std::optional<std::string>& value,
                               Set (*set)(Config&, const std::string&)) -> std::string {
    if (!value) return {};
    const Set done = set(config, *value);
    return done ? "" : std::string(flag) + " " + done.error();
  };
  for (const std::string& mistake :
       {apply("--listen", flags.listen, &setListen), apply("--http", flags.http, &setHttp),
        apply("--log-level", flags.logLevel, &setLogLevel),
        apply("--origin", flags.origin, &setOrigin)}) {
    if (!mistake.empty()) return tl::make_unexpected(ConfigExit{2, mistake});
  }
  if (flags.data) config.data = *flags.data;
  if (flags.logFile) config.logFile = *flags.logFile;
  // Not by CLI11: it would take the variable for a flag of serving where a command was given.
  const char* const masterKeyFile = std::getenv("DOCKET_MASTER_KEY_FILE");
  if (masterKeyFile != nullptr && *masterKeyFile != 0) config.masterKeyFile = masterKeyFile;
  if (flags.masterKeyFile) config.masterKeyFile = *flags.masterKeyFile;
  return {};
}

}  // namespace

tl::expected<void, std::string> readConfigFile(const std::filesystem::path& path, Config& config) {
  errno = 0;
  std::ifstream file(path);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  // An empty file is a good one, but streaming nothing sets the fail bit.
  if (!file || (content.fail() && file.bad()) || std::filesystem::is_directory(path)) {
    const int error = errno != 0 ? errno : EISDIR;
    return tl::make_unexpected("cannot read the configuration " + path.string() + ": " +
                               std::error_code(error, std::generic_category()).message());
  }
  toml::table table;
  try {
    table = toml::parse(content.str());
  } catch (const toml::parse_error& error) {
    return tl::make_unexpected(at(path, error.source().begin.line) +
                               std::string(error.description()));
  }
  for (const auto& [key, node] : table) {
    std::string name(key.str());
    std::replace(name.begin(), name.end(), '-', '_');
    if (const Set done = setFromNode(config, name, node); !done) {
      return tl::make_unexpected(at(path, key.source().begin.line) + "\"" + std::string(key.str()) +
                                 "\" " + done.error());
    }
  }
  return {};
}

void addCommonFlags(CLI::App& app, SettingFlags& flags) {
  app.add_option("--config", flags.config, "the same settings in TOML; flags win")
      ->type_name("FILE");
  app.add_option("--log-level", flags.logLevel, "trace, debug, info, warn, error or off (info)")
      ->type_name("LEVEL");
  app.add_option("--log-file", flags.logFile, "log there too, not only to standard error")
      ->type_name("FILE");
}

void addOriginFlag(CLI::App& app, SettingFlags& flags) {
  app.add_option("--origin", flags.origin,
                 "what the log's checkpoints call it, a URL without its schema; fixed at the first "
                 "start (docket.invalid/<store id>)")
      ->type_name("NAME");
}

void addMasterKeyFlag(CLI::App& app, SettingFlags& flags) {
  app.add_option("--master-key-file", flags.masterKeyFile,
                 "the master keys, better on another medium (DATA/keys/master.key); also "
                 "DOCKET_MASTER_KEY_FILE")
      ->type_name("FILE");
}

tl::expected<Config, ConfigExit> parseCommandLine(int argc, const char* const* argv,
                                                  const AddCommands& addCommands) {
  CLI::App app(
      "Docket's server: keeps the log of tickets, takes commands, answers queries. Serves, unless "
      "one of the subcommands is given: work on the data of a stopped server.",
      "docketd");
  SettingFlags flags;
  Config config;
  app.set_version_flag("--version", "docketd " DOCKET_VERSION);
  addServingFlags(app, flags, config);
  app.require_subcommand(0, 1);
  if (addCommands) addCommands(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return tl::make_unexpected(ConfigExit{0, app.help()});
  } catch (const CLI::CallForVersion&) {
    return tl::make_unexpected(ConfigExit{0, "docketd " DOCKET_VERSION "\n"});
  } catch (const CLI::ParseError& error) {
    return tl::make_unexpected(ConfigExit{2, error.what()});
  }
  if (auto checked = checkNothingBeforeCommand(app); !checked) {
    return tl::make_unexpected(ConfigExit{2, checked.error()});
  }
  if (flags.config) {
    if (auto read = readConfigFile(*flags.config, config); !read) {
      return tl::make_unexpected(ConfigExit{2, read.error()});
    }
  }
  if (auto applied = applyFlags(flags, config); !applied) {
    return tl::make_unexpected(applied.error());
  }
  if (flags.needsData && config.data.empty()) {
    return tl::make_unexpected(
        ConfigExit{2, "--data is required: the directory to keep the log in"});
  }
  return config;
}

}  // namespace docket::server
