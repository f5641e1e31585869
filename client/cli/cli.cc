#include "client/cli/cli.h"

#include <capnp/message.h>

#include <cstdlib>

#include "client/cli/command_builder.h"
#include "client/cli/json_shapes.h"
#include "client/cli/refusal_text.h"
#include "client/cli/text_layout.h"

namespace docket::client::cli {
namespace {

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

}  // namespace

Cli::Cli() {
  options_.server = environment("DOCKET_SERVER", options_.server);
  options_.subject = environment("DOCKET_SUBJECT", "");
}

Cli::~Cli() = default;

void Cli::addOptions(CLI::App& app) {
  auto* server =
      app.add_option("--server", options_.server, "Address of the server (or DOCKET_SERVER)")
          ->type_name("HOST:PORT")
          ->capture_default_str();
  app.add_option("--data", options_.data,
                 "Work on a stopped data directory: a server of its own runs for this command")
      ->type_name("DIR")
      ->excludes(server);
  app.add_option("--as", options_.subject,
                 "Who you are (or DOCKET_SUBJECT; else the system's user name)")
      ->type_name("SUBJECT");
  app.add_flag("--json", options_.json, "Print one JSON document (docs/CLI.md)");
}

void Cli::run(CLI::App* command, std::function<void()> action) {
  command->callback([this, action = std::move(action)] { action_ = action; });
}

ExitCode Cli::finish() {
  output_.useJson(options_.json);
  ExitCode code = ExitCode::done;
  try {
    if (action_) action_();
  } catch (const CliFailure& failure) {
    if (!failure.message.empty()) output_.errorLine("docket: " + visible(failure.message));
    code = failure.exitCode;
  }
  connection_.reset();
  server_.reset();
  return finishOutput(code);
}

ExitCode Cli::finishOutput(ExitCode code) {
  if (output_.flush()) return code;
  if (!whatWasDone_.empty()) {
    output_.errorLine("docket: " + visible(whatWasDone_) +
                      ", but the answer could not be written to standard output");
  } else if (output_.readerGone()) {
    return code;  // it has read what it wanted
  } else {
    output_.errorLine("docket: cannot write to standard output");
  }
  return code == ExitCode::done ? ExitCode::refused : code;
}

Connection& Cli::connection() {
  if (connection_) return *connection_;
  if (!options_.data.empty() && !server_) {
    auto started = PrivateServer::start(options_.data);
    if (!started) {
      const auto& error = started.error();
      throw CliFailure(error.exitCode == 4 ? ExitCode::integrity : ExitCode::refused,
                       error.message);
    }
    server_ = std::move(*started);
  }
  ConnectOptions connect;
  connect.address = server_ ? server_->address() : options_.server;
  connect.subject = options_.subject;
  auto opened = Connection::open(connect);
  if (!opened) fail(opened.error());
  connection_ = std::move(*opened);
  return *connection_;
}

Connection& Cli::reconnect() {
  connection_.reset();
  return connection();
}

void Cli::fail(const ClientError& error) {
  switch (error.code) {
    case ClientError::Code::tooLarge:
      refuse("command-too-large", error.message,
             "Shorten its texts, or put what is long into comments.");
    case ClientError::Code::refused:
      throw CliFailure(ExitCode::refused,
                       "the server refused the login: " + inOptionNames(error.message));
    case ClientError::Code::unreachable:
    case ClientError::Code::disconnected:
    case ClientError::Code::protocol:
      break;
  }
  throw CliFailure(ExitCode::unreachable, error.message);
}

void Cli::refuse(const std::string& code, const std::string& message, const std::string& wayOut) {
  capnp::MallocMessageBuilder built;
  auto violation = built.initRoot<api::Refusal>().initViolations(1)[0];
  violation.setCode(asText(code));
  violation.setMessage(asText(message));
  violation.setWayOut(asText(wayOut));
  refuse(built.getRoot<api::Refusal>().asReader());
}

void Cli::refuse(api::Refusal::Reader refusal) {
  if (output_.isJson()) {
    output_.json({{"refused", toJson(refusal)}});
  } else {
    output_.errorLine(refusalText(refusal, output_));
  }
  throw CliFailure(ExitCode::refused, "");
}

namespace {

// Sends `command` with what `request` makes, repeating it once, with its id, when the connection is
// lost. When it is lost again, the id is told.
template <class Reader, class Request>
auto sendCommand(Cli& cli, Reader command, Request request) {
  if (auto fits = cli.connection().checkSize(command.totalSize().wordCount); !fits) {
    cli.fail(fits.error());
  }
  const auto send = [&] {
    auto call = request(cli.connection());
    call.setCommand(command);
    return call.send();
  };
  auto answer = cli.connection().call(send);
  if (!answer && answer.error().code == ClientError::Code::disconnected) {
    const auto id = hex(command.getHeader().getId());
    try {
      cli.reconnect();
    } catch (const CliFailure& failure) {
      throw CliFailure(failure.exitCode,
                       "the connection was lost and whether the command was done "
                       "is unknown; repeat it with --command-id " +
                           id + " (" + failure.message + ")");
    }
    answer = cli.connection().call(send);
    if (!answer && answer.error().code == ClientError::Code::disconnected) {
      throw CliFailure(ExitCode::unreachable,
                       "the connection was lost twice and whether the command was done is unknown; "
                       "repeat it with --command-id " +
                           id);
    }
  }
  if (!answer) cli.fail(answer.error());
  return std::move(*answer);
}

}  // namespace

api::Done::Reader Cli::execute(api::TicketCommand::Reader command) {
  return doneOrRefuse(sendCommand(*this, command, [](Connection& c) {
                        return c.desk().executeRequest();
                      }).getOutcome());
}

api::Done::Reader Cli::execute(api::BoardCommand::Reader command) {
  return doneOrRefuse(sendCommand(*this, command, [](Connection& c) {
                        return c.boards().executeRequest();
                      }).getOutcome());
}

api::Done::Reader Cli::execute(api::DeskCommand::Reader command) {
  return doneOrRefuse(sendCommand(*this, command, [](Connection& c) {
                        return c.boards().defineRequest();
                      }).getOutcome());
}

api::Done::Reader Cli::execute(api::SubjectCommand::Reader command) {
  return doneOrRefuse(sendCommand(*this, command, [](Connection& c) {
                        return c.administrator().executeRequest();
                      }).getOutcome());
}

api::Done::Reader Cli::doneOrRefuse(api::Outcome::Reader outcome) {
  if (outcome.isRefused()) refuse(outcome.getRefused());
  done_ = std::make_unique<capnp::MallocMessageBuilder>();
  done_->setRoot(outcome.getDone());
  return done_->getRoot<api::Done>().asReader();
}

}  // namespace docket::client::cli
