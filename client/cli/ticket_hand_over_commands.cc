// ticket offer, accept, return: a hand-over to another board (R7). It is offered, then taken or
// returned, never pushed.
#include <memory>

#include "client/cli/ticket_change.h"

namespace docket::client::cli {
namespace {

struct OfferOptions : TicketChange {
  std::string to;
  std::string reason;
};

struct AcceptOptions : TicketChange {
  std::string board;
  std::string column;
  std::string agent;
  std::string overrideReason;
};

struct ReturnOptions : TicketChange {
  std::string board;
  std::string reason;
};

void addOffer(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<OfferOptions>();
  auto* command = addTicketChange(ticket, "offer", "Offer a ticket to another board", *options);
  command->add_option("BOARD", options->to, "Who is to take it on")->required();
  command->add_option("--reason", options->reason, "Why; - reads standard input")->required();
  addExample(*command, "docket ticket offer OPS-42 DEV --reason \"A defect in the client\"");
  cli.run(command, [&cli, options] {
    const std::string reason = textOrStandardInput(options->reason);
    sendTicketCommand(cli, options->command, "Offered {} to board " + options->to,
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initOfferHandOver();
                        body.setTicket(asText(options->ticket));
                        body.setTo(asText(options->to));
                        body.setReason(asText(reason));
                      });
  });
}

void addAccept(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<AcceptOptions>();
  auto* command =
      addTicketChange(ticket, "accept", "Take a ticket that was offered to a board", *options);
  command->add_option("--board", options->board, "The board that takes it")->required();
  command->add_option("--column", options->column, "Where it goes; else its first queue column");
  command->add_option("--agent", options->agent, "Who gets it; else nobody yet");
  command->add_option("--override", options->overrideReason, "Exceed a WIP limit, for this reason")
      ->type_name("REASON");
  addExample(*command, "docket ticket accept OPS-42 --board DEV --agent carl");
  cli.run(command, [&cli, options] {
    sendTicketCommand(cli, options->command, "Accepted {} on board " + options->board,
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initAcceptHandOver();
                        body.setTicket(asText(options->ticket));
                        body.setBy(asText(options->board));
                        body.setColumn(asText(options->column));
                        body.setAgent(asText(options->agent));
                        body.setOverrideReason(asText(options->overrideReason));
                      });
  });
}

void addReturn(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<ReturnOptions>();
  auto* command = addTicketChange(
      ticket, "return", "End a hand-over: the ticket is its home's alone again", *options);
  command->add_option("--board", options->board, "The board that was offered it or has it")
      ->required();
  command->add_option("--reason", options->reason, "Why; - reads standard input")->required();
  addExample(*command, "docket ticket return OPS-42 --board DEV --reason \"Fixed in 4.2\"");
  cli.run(command, [&cli, options] {
    const std::string reason = textOrStandardInput(options->reason);
    sendTicketCommand(cli, options->command, "Returned {} from board " + options->board,
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initReturnHandOver();
                        body.setTicket(asText(options->ticket));
                        body.setBy(asText(options->board));
                        body.setReason(asText(reason));
                      });
  });
}

}  // namespace

void addTicketHandOverCommands(CLI::App& ticket, Cli& cli) {
  addOffer(ticket, cli);
  addAccept(ticket, cli);
  addReturn(ticket, cli);
}

}  // namespace docket::client::cli
