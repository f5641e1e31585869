// What every command group of the `docket` program shares: the options that all commands take, the
// way to a server, and how a command prints and fails.
//
// A group is one source with one function `addXxxCommands(CLI::App&, Cli&)`. It declares its
// subcommands and hands each one's work to Cli::run, which is called once everything on the command
// line has been parsed:
//
//   auto* list = board->add_subcommand("list", "All boards");
//   cli.run(list, [&cli] { listBoards(cli); });
//
// Threads: one; it is the thread of the Connection.
#pragma once

#include <capnp/message.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "client/cli/output.h"
#include "client/connection.h"
#include "client/private_server.h"

namespace docket::client::cli {

// What the program ends with.
enum class ExitCode {
  done = 0,
  refused = 1,      // the server said no, or what was given cannot be worked with
  usage = 2,        // the command line is wrong
  unreachable = 3,  // no server there, or the connection was lost
  integrity = 4,    // the data is not what it must be
};

// Ends the command. `message` is one sentence for standard error; empty when all has been said.
struct CliFailure : std::exception {
  CliFailure(ExitCode code, std::string text) : exitCode(code), message(std::move(text)) {}
  const char* what() const noexcept override { return message.c_str(); }
  ExitCode exitCode;
  std::string message;
};

// Options that stand before or after any command.
struct GlobalOptions {
  std::string server = "127.0.0.1:7410";  // --server, else DOCKET_SERVER
  std::string data;     // --data: a stopped data directory, served for this command
  std::string subject;  // --as, else DOCKET_SUBJECT; empty: the system's user
  bool json = false;
};

class Cli {
 public:
  Cli();
  ~Cli();
  Cli(const Cli&) = delete;
  Cli& operator=(const Cli&) = delete;

  // Declares the global options.
  void addOptions(CLI::App& app);

  const GlobalOptions& options() const { return options_; }
  Output& output() { return output_; }

  // `action` is what `command` does. It ends by returning, or by throwing CliFailure.
  void run(CLI::App* command, std::function<void()> action);

  // After parsing: does what was asked for; answers the program's exit code.
  ExitCode finish();

  // The connection, made at the first call: to --server, or to a server of its own on --data.
  // Throws CliFailure. The reference holds until reconnect().
  Connection& connection();

  // A new connection in place of a lost one; capabilities from the old one are dead.
  Connection& reconnect();

  // Runs `send`, which makes and sends a request on the connection it is given, and waits for the
  // answer. Throws CliFailure. With `Repeat::onceWhenLost` it is run again on a new connection when
  // the first was lost: right for queries and for commands that carry an id.
  enum class Repeat { never, onceWhenLost };
  template <class Send>
  auto ask(Send&& send, Repeat repeat = Repeat::onceWhenLost);

  // Sends a command built beforehand, header and id included, and answers what was done. Refused:
  // prints the refusal and throws. Lost connection: repeats once with the same id.
  api::Done::Reader execute(api::TicketCommand::Reader command);
  api::Done::Reader execute(api::BoardCommand::Reader command);
  api::Done::Reader execute(api::DeskCommand::Reader command);
  api::Done::Reader execute(api::SubjectCommand::Reader command);

  // Prints the refusal (human: standard error; JSON: a document on standard output) and throws.
  [[noreturn]] void refuse(api::Refusal::Reader refusal);
  // A query's answer: throws as above when it holds a refusal.
  template <class Answer>
  void check(const Answer& answer) {
    if (answer.hasRefusal()) refuse(answer.getRefusal());
  }

  // A refusal of the program's own, in the same form.
  [[noreturn]] void refuse(const std::string& code, const std::string& message,
                           const std::string& wayOut);

  // Notes what has been changed by now, as "OPS-9 was opened": it must be told even when the answer
  // cannot be printed.
  void noteDone(std::string what) { whatWasDone_ = std::move(what); }

  // A ClientError as the failure that it is for a command; a message too large is a refusal.
  [[noreturn]] void fail(const ClientError& error);

 private:
  ExitCode finishOutput(ExitCode code);
  api::Done::Reader doneOrRefuse(api::Outcome::Reader outcome);

  GlobalOptions options_;
  Output output_;
  std::string whatWasDone_;
  std::function<void()> action_;
  std::unique_ptr<PrivateServer> server_;  // outlives the connection to it
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<capnp::MallocMessageBuilder> done_;
};

template <class Send>
auto Cli::ask(Send&& send, Repeat repeat) {
  auto answer = connection().call([&] { return send(connection()); });
  if (!answer && answer.error().code == ClientError::Code::disconnected &&
      repeat == Repeat::onceWhenLost) {
    reconnect();
    answer = connection().call([&] { return send(connection()); });
  }
  if (!answer) fail(answer.error());
  return std::move(*answer);
}

// --- The groups
// -----------------------------------------------------------------------------------
void addBoardCommands(CLI::App& app, Cli& cli);       // board, queue
void addTicketCommands(CLI::App& app, Cli& cli);      // ticket
void addDeskCommands(CLI::App& app, Cli& cli);        // calendar, promise-policy, service
void addAuditCommands(CLI::App& app, Cli& cli);       // audit
void addPersonCommands(CLI::App& app, Cli& cli);      // person, keys
void addBackupCommands(CLI::App& app, Cli& cli);      // backup
void addProjectionCommands(CLI::App& app, Cli& cli);  // projection, info
void addImportCommands(CLI::App& app, Cli& cli);      // import
void addExportCommands(CLI::App& app, Cli& cli);      // export
void addSimulateCommands(CLI::App& app, Cli& cli);    // simulate

}  // namespace docket::client::cli
