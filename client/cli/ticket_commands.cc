// ticket open, show, history, and all that changes a ticket.
#include <functional>
#include <memory>
#include <utility>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/ticket_text.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

using Message = CommandMessage<api::TicketCommand>;
using Writer = std::function<void(api::TicketCommand::Builder)>;

// One subcommand that changes a ticket: what is written on its command line, kept until it runs.
struct Change {
  CommandOptions command;
  std::string ticket;
  std::string first;   // what stands after the ticket
  std::string second;  // --reason, --note, …
  bool flag = false;
};

struct OpenOptions {
  std::string board;
  std::string title;
  std::string type = "incident";
  std::string serviceClass = "standard";
  std::string description;
  std::string requester;
  std::string due;
  std::string column;
  CommandOptions command;
};

struct EscalateOptions {
  std::string ticket;
  std::uint8_t tier = 2;
  std::string note;
  CommandOptions command;
};

void send(Cli& cli, const CommandOptions& options, const std::string& did, const Writer& write) {
  Message message(options);
  write(*message);
  printDone(cli, cli.execute(message.reader()), did, message.reader().getHeader());
}

CLI::App* addChange(CLI::App& parent, const std::string& name, const std::string& help,
                    Change& change) {
  auto* command = parent.add_subcommand(name, help);
  command->add_option("TICKET", change.ticket, "The ticket, as OPS-42")->required();
  addCommandOptions(*command, change.command);
  return command;
}

// --- Reading
// --------------------------------------------------------------------------------------

auto askTicket(Cli& cli, const std::string& id) {
  auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.desk().ticketRequest();
    request.setId(asText(id));
    return request.send();
  });
  cli.check(answer);
  return answer;
}

void show(Cli& cli, const std::string& id) {
  const auto answer = askTicket(cli, id);
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"ticket", toJson(answer.getTicket())}, {"next", answer.getNext()}});
  } else {
    output.text(ticketText(answer.getTicket(), nowMicroseconds(), output));
  }
}

// All pages: the history of a ticket is read to its end, however long it is.
void history(Cli& cli, const std::string& id) {
  Output& output = cli.output();
  Json entries = Json::array();
  std::uint64_t fromVersion = 0;
  std::uint64_t next = 0;
  for (bool more = true; more;) {
    const auto answer = cli.ask([&](Connection& connection) {
      auto request = connection.desk().historyRequest();
      request.setId(asText(id));
      request.setFromVersion(fromVersion);
      return request.send();
    });
    cli.check(answer);
    for (const auto entry : answer.getEntries()) {
      fromVersion = entry.getFacts().getVersion() + 1;
      if (output.isJson()) {
        entries.push_back(toJson(entry));
      } else {
        output.text(historyText(entry, output));
      }
    }
    next = answer.getNext();
    more = answer.getMore();
    if (more && answer.getEntries().size() == 0) {
      throw CliFailure(ExitCode::unreachable, "the server promised more history and sent none");
    }
  }
  if (output.isJson()) {
    output.json({{"ticket", id}, {"entries", std::move(entries)}, {"next", next}});
  }
}

// --- Changing
// -------------------------------------------------------------------------------------

void open(Cli& cli, const OpenOptions& options) {
  const std::string title = textOrStandardInput(options.title);
  const std::string description =
      options.title == "-" ? options.description : textOrStandardInput(options.description);
  send(cli, options.command, "Opened", [&](api::TicketCommand::Builder command) {
    auto body = command.initOpen();
    body.setBoard(asText(options.board));
    body.setColumn(asText(options.column));
    body.setType(asText(options.type));
    body.setClass(asText(options.serviceClass));
    body.setTitle(asText(title));
    body.setDescription(asText(description));
    body.setRequester(asText(options.requester));
    setTime(body.initDue(), options.due);
  });
}

void addOpen(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<OpenOptions>();
  auto* command = ticket.add_subcommand("open", "Open a ticket");
  command->add_option("--board", options->board, "Its home board")->required();
  command->add_option("--title", options->title, "One line; - reads standard input")->required();
  command
      ->add_option("--type", options->type,
                   "incident, service-request, problem, change, task, defect, enhancement")
      ->capture_default_str();
  command
      ->add_option("--class", options->serviceClass, "expedite, fixed-date, standard, intangible")
      ->capture_default_str();
  command->add_option("--description", options->description, "- reads standard input");
  command->add_option("--requester", options->requester, "The subject who asks");
  command->add_option("--due", options->due, "When it must be done")
      ->type_name("TIME")
      ->check(CLI::Validator(checkInstant, ""));
  command->add_option("--column", options->column, "Where it starts; else the first queue column");
  addCommandOptions(*command, options->command, Subject::isNew);
  cli.run(command, [&cli, options] { open(cli, *options); });
}

void addMove(CLI::App& ticket, Cli& cli) {
  auto change = std::make_shared<Change>();
  auto* command = addChange(ticket, "move", "Move a ticket to a column", *change);
  command->add_option("COLUMN", change->first, "Id or name of the column")->required();
  command->add_option("--override", change->second, "Exceed a WIP limit, for this reason")
      ->type_name("REASON");
  cli.run(command, [&cli, change] {
    send(cli, change->command, "Moved", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initMove();
      body.setTicket(asText(change->ticket));
      body.setColumn(asText(change->first));
      body.setOverrideReason(asText(change->second));
    });
  });
}

void addPull(CLI::App& ticket, Cli& cli) {
  auto change = std::make_shared<Change>();
  auto* command = ticket.add_subcommand("pull", "Take the next ticket of a board's queue");
  command->add_option("KEY", change->ticket, "The board")->required();
  command->add_option("--column", change->first, "Where it goes; else the first active column");
  command->add_option("--agent", change->second, "Who gets it; else whoever asks");
  addCommandOptions(*command, change->command, Subject::isNew);
  cli.run(command, [&cli, change] {
    Message message(change->command);
    auto body = (*message).initPull();
    body.setBoard(asText(change->ticket));
    body.setColumn(asText(change->first));
    body.setAgent(asText(change->second));
    const auto done = cli.execute(message.reader());
    printDone(cli, done, "Pulled", message.reader().getHeader());
    if (!cli.output().isJson()) show(cli, std::string(textOf(done.getSubject())));
  });
}

void addAssign(CLI::App& ticket, Cli& cli) {
  auto change = std::make_shared<Change>();
  auto* command = addChange(ticket, "assign", "Give a ticket to somebody, or to nobody", *change);
  auto* subject = command->add_option("SUBJECT", change->first, "Who gets it");
  command->add_flag("--nobody", change->flag, "Take it from whoever has it")->excludes(subject);
  cli.run(command, [&cli, change] {
    if (change->first.empty() && !change->flag) {
      throw CliFailure(ExitCode::usage, "say who gets the ticket, or --nobody");
    }
    send(cli, change->command, "Assigned", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initAssign();
      body.setTicket(asText(change->ticket));
      body.setAssignee(asText(change->first));
    });
  });
}

void addEscalate(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<EscalateOptions>();
  auto* command = ticket.add_subcommand("escalate", "Move a ticket to another tier of support");
  command->add_option("TICKET", options->ticket, "The ticket, as OPS-42")->required();
  command->add_option("TIER", options->tier, "2 or 3")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return text == "2" || text == "3" ? std::string() : std::string("is 2 or 3");
          },
          ""));
  command->add_option("--note", options->note, "What was found and tried");
  addCommandOptions(*command, options->command);
  cli.run(command, [&cli, options] {
    send(cli, options->command, "Escalated", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initEscalate();
      body.setTicket(asText(options->ticket));
      body.setTier(options->tier);
      body.setNote(asText(options->note));
    });
  });
}

void addBlocking(CLI::App& ticket, Cli& cli) {
  auto block = std::make_shared<Change>();
  auto* command = addChange(ticket, "block", "Say that work on a ticket has stopped", *block);
  command
      ->add_option("--kind", block->first,
                   "dependency, supplier, environment, information, approval, defect, other")
      ->required();
  command->add_option("--reason", block->second, "Why; - reads standard input")->required();
  cli.run(command, [&cli, block] {
    const std::string reason = textOrStandardInput(block->second);
    send(cli, block->command, "Blocked", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initBlock();
      body.setTicket(asText(block->ticket));
      body.setKind(asText(block->first));
      body.setReason(asText(reason));
    });
  });

  auto unblock = std::make_shared<Change>();
  command = addChange(ticket, "unblock", "Say that work can go on", *unblock);
  command->add_option("--note", unblock->first, "What cleared it");
  cli.run(command, [&cli, unblock] {
    send(cli, unblock->command, "Unblocked", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initUnblock();
      body.setTicket(asText(unblock->ticket));
      body.setNote(asText(unblock->first));
    });
  });
}

void addComment(CLI::App& ticket, Cli& cli) {
  auto change = std::make_shared<Change>();
  auto* command = addChange(ticket, "comment", "Add a comment", *change);
  command->add_option("TEXT", change->first, "The comment; - reads standard input")->required();
  command->add_flag("--public", change->flag, "The requester may read it");
  cli.run(command, [&cli, change] {
    const std::string text = textOrStandardInput(change->first);
    send(cli, change->command, "Commented on", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initComment();
      body.setTicket(asText(change->ticket));
      body.setText(asText(text));
      body.setPublic(change->flag);
    });
  });
}

void addOutcome(CLI::App& ticket, Cli& cli) {
  auto resolve = std::make_shared<Change>();
  auto* command = addChange(ticket, "resolve", "Say that a ticket is done", *resolve);
  command->add_option("--resolution", resolve->first, "What was done; - reads standard input")
      ->required();
  command->add_option("--column", resolve->second, "Where it goes; else the first resolved column");
  cli.run(command, [&cli, resolve] {
    const std::string resolution = textOrStandardInput(resolve->first);
    send(cli, resolve->command, "Resolved", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initResolve();
      body.setTicket(asText(resolve->ticket));
      body.setColumn(asText(resolve->second));
      body.setResolution(asText(resolution));
    });
  });

  auto reopen = std::make_shared<Change>();
  command = addChange(ticket, "reopen", "Bring a finished ticket back", *reopen);
  command->add_option("--reason", reopen->first, "Why")->required();
  command->add_option("--column", reopen->second, "Where it goes; else the default drop");
  cli.run(command, [&cli, reopen] {
    send(cli, reopen->command, "Reopened", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initReopen();
      body.setTicket(asText(reopen->ticket));
      body.setColumn(asText(reopen->second));
      body.setReason(asText(reopen->first));
    });
  });
}

void addReading(CLI::App& ticket, Cli& cli) {
  auto id = std::make_shared<std::string>();
  auto* command = ticket.add_subcommand("show", "A ticket as it stands");
  command->add_option("TICKET", *id, "The ticket, as OPS-42")->required();
  cli.run(command, [&cli, id] { show(cli, *id); });

  auto historyId = std::make_shared<std::string>();
  command = ticket.add_subcommand("history", "All that happened to a ticket, in order");
  command->add_option("TICKET", *historyId, "The ticket, as OPS-42")->required();
  cli.run(command, [&cli, historyId] { history(cli, *historyId); });
}

}  // namespace

void addTicketCommands(CLI::App& app, Cli& cli) {
  auto* ticket = app.add_subcommand("ticket",
                                    "Tickets: open, show, history, move, pull, assign, escalate, "
                                    "block, comment, resolve, reopen");
  ticket->require_subcommand(1);
  addOpen(*ticket, cli);
  addReading(*ticket, cli);
  addMove(*ticket, cli);
  addPull(*ticket, cli);
  addAssign(*ticket, cli);
  addEscalate(*ticket, cli);
  addBlocking(*ticket, cli);
  addComment(*ticket, cli);
  addOutcome(*ticket, cli);
}

}  // namespace docket::client::cli
