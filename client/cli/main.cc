// The `docket` command: reads and changes what a Docket server holds (docs/CLI.md).
#include <fcntl.h>
#include <kj/exception.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "client/cli/cli.h"
#include "client/cli/text_layout.h"
#include "client/cli/usage_text.h"

using docket::client::cli::Cli;
using docket::client::cli::ExitCode;

namespace {

// The libraries below may log what this program has already said in a sentence of its own.
class QuietLibrary : public kj::ExceptionCallback {
 public:
  void logMessage(kj::LogSeverity, const char*, int, int, kj::String&&) override {}
};

// A stream that was closed before the program began must stay closed: else the next file or
// connection that is opened gets its number, and with it what is printed.
void keepStandardStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // Opened the wrong way round: reading or writing there fails.
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

int asNumber(ExitCode code) {
  return static_cast<int>(code);
}

int runProgram(int argc, char** argv) {
  Cli cli;
  CLI::App app("Docket: the system of record of an IT-support desk.", "docket");
  app.set_version_flag("--version", "docket " DOCKET_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Ends with 0: done, 1: refused or input that cannot be worked with, 2: usage, 3: cannot "
      "reach "
      "the server, 4: integrity failure.");
  cli.addOptions(app);
  addBoardCommands(app, cli);
  addTicketCommands(app, cli);
  addDeskCommands(app, cli);
  addAuditCommands(app, cli);
  addPersonCommands(app, cli);
  addBackupCommands(app, cli);
  addProjectionCommands(app, cli);
#ifdef DOCKET_WITH_IMPORT
  addImportCommands(app, cli);
#endif
#ifdef DOCKET_WITH_EXPORT
  addExportCommands(app, cli);
#endif
#ifdef DOCKET_WITH_SIMULATE
  addSimulateCommands(app, cli);
#endif
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const std::string what = docket::client::cli::usageText(app, wrong, words);
    std::fprintf(stderr, "docket: %s\n", docket::client::cli::visible(what).c_str());
    return asNumber(ExitCode::usage);
  }
  return asNumber(cli.finish());
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that went away is an error of writing, not the end of a half-said sentence.
  std::signal(SIGPIPE, SIG_IGN);
  keepStandardStreams();
  QuietLibrary quiet;
  try {
    return runProgram(argc, argv);
  } catch (const kj::Exception& fault) {
    std::fprintf(stderr, "docket: a fault in this program: %s\n", fault.getDescription().cStr());
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "docket: a fault in this program: %s\n", fault.what());
  }
  return asNumber(ExitCode::refused);
}
