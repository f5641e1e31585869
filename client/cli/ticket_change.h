// What the commands that change a ticket share, and the families they come in.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"

namespace docket::client::cli {

// The command line of a command on one ticket, kept until it runs. Each command adds its own.
struct TicketChange {
  std::string ticket;
  CommandOptions command;
};

// A subcommand with TICKET and the options of every command.
CLI::App* addTicketChange(CLI::App& parent, const std::string& name, const std::string& help,
                          TicketChange& change);

// Sends what `write` makes of the command, and tells what was done: see printDone for `did`.
using WriteTicketCommand = std::function<void(api::TicketCommand::Builder)>;
void sendTicketCommand(Cli& cli, const CommandOptions& options, const std::string& did,
                       const WriteTicketCommand& write);

// --NAME TEXT and --no-NAME: one of them, or it stays as it is.
struct TextChange {
  std::optional<std::string> to;
  bool none = false;
};
void addTextChange(CLI::App& command, const std::string& name, const std::string& help,
                   TextChange& change);
void setText(api::OptionalText::Builder out, const TextChange& change);

void setTexts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts);

// Prints the ticket as `ticket show` does.
void showTicket(Cli& cli, const std::string& id);

// --- The families
// ----------------------------------------------------------------------------------
void addTicketFormCommands(CLI::App& ticket, Cli& cli);      // open, edit, classify, split, link
void addTicketWorkCommands(CLI::App& ticket, Cli& cli);      // commit, move, pull, assign, …
void addTicketHandOverCommands(CLI::App& ticket, Cli& cli);  // offer, accept, return
void addTicketGateCommands(CLI::App& ticket, Cli& cli);      // request-approval, check, …
void addTicketOutcomeCommands(CLI::App& ticket, Cli& cli);   // resolve, close, reopen, …

}  // namespace docket::client::cli
