#include "client/cli/docketd.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/private_server.h"

namespace docket::client::cli {

void becomeDocketd(const Cli& cli, std::vector<std::string> words) {
  words.insert(words.begin(), "docketd");
  if (cli.options().json) words.emplace_back("--json");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string program = programBeside();
  execv(program.c_str(), arguments.data());
  throw CliFailure(ExitCode::refused, "cannot start " + program + ": " + std::strerror(errno));
}

void becomeDocketdOnData(const Cli& cli, const std::string& command,
                         std::vector<std::string> words) {
  const std::string& data = cli.options().data;
  if (data.empty()) {
    throw CliFailure(ExitCode::usage,
                     command + " works on a stopped data directory: give --data DIR");
  }
  words.insert(words.end(), {"--data", data});
  becomeDocketd(cli, std::move(words));
}

}  // namespace docket::client::cli
