// ticket show, history; and the families of commands that change a ticket.
#include <memory>
#include <utility>

#include "client/cli/cli.h"
#include "client/cli/json_shapes.h"
#include "client/cli/ticket_change.h"
#include "client/cli/ticket_text.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

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

void addReading(CLI::App& ticket, Cli& cli) {
  auto id = std::make_shared<std::string>();
  auto* command = ticket.add_subcommand("show", "A ticket as it stands");
  command->add_option("TICKET", *id, "The ticket, as OPS-42")->required();
  addExample(*command, "docket ticket show OPS-42");
  cli.run(command, [&cli, id] { showTicket(cli, *id); });

  auto historyId = std::make_shared<std::string>();
  command = ticket.add_subcommand("history", "All that happened to a ticket, in order");
  command->add_option("TICKET", *historyId, "The ticket, as OPS-42")->required();
  addExample(*command, "docket ticket history OPS-42");
  cli.run(command, [&cli, historyId] { history(cli, *historyId); });
}

}  // namespace

void showTicket(Cli& cli, const std::string& id) {
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.desk().ticketRequest();
    request.setId(asText(id));
    return request.send();
  });
  cli.check(answer);
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"ticket", toJson(answer.getTicket())}, {"next", answer.getNext()}});
  } else {
    output.text(ticketText(answer.getTicket(), nowMicroseconds(), output));
  }
}

void addTicketCommands(CLI::App& app, Cli& cli) {
  auto* ticket =
      app.add_subcommand("ticket", "Tickets: open, show, move, pull, hand over, resolve");
  ticket->require_subcommand(1);
  addReading(*ticket, cli);
  addTicketFormCommands(*ticket, cli);
  addTicketWorkCommands(*ticket, cli);
  addTicketHandOverCommands(*ticket, cli);
  addTicketGateCommands(*ticket, cli);
  addTicketOutcomeCommands(*ticket, cli);
}

}  // namespace docket::client::cli
