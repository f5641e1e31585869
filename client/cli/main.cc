// The `docket` command: reads and changes what a Docket server holds (docs/CLI.md).
#include <kj/exception.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "client/cli/cli.h"
#include "client/cli/text_layout.h"

using docket::client::cli::Cli;
using docket::client::cli::ExitCode;

namespace {

// The libraries below may log what this program has already said in a sentence of its own.
class QuietLibrary : public kj::ExceptionCallback {
 public:
  void logMessage(kj::LogSeverity, const char*, int, int, kj::String&&) override {}
};

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
      "Ends with 0: done, 1: refused, 2: usage, 3: cannot reach the server, 4: integrity failure.");
  cli.addOptions(app);
  addBoardCommands(app, cli);
  addTicketCommands(app, cli);
  addAuditCommands(app, cli);
  addProjectionCommands(app, cli);
#ifdef DOCKET_WITH_IMPORT
  addImportCommands(app, cli);
#endif
#ifdef DOCKET_WITH_SIMULATE
  addSimulateCommands(app, cli);
#endif
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    std::fprintf(stderr, "docket: %s\nSee docket --help, or --help after a command.\n",
                 docket::client::cli::visible(wrong.what()).c_str());
    return asNumber(ExitCode::usage);
  }
  return asNumber(cli.finish());
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that went away is an error of writing, not the end of a half-said sentence.
  std::signal(SIGPIPE, SIG_IGN);
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
