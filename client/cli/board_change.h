// What the commands that change a board share, and the families they come in.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"

namespace docket::client::cli {

// The command line of a command on one board, kept until it runs. Each command adds its own.
struct BoardChange {
  std::string board;
  CommandOptions command;
};

// A subcommand with KEY and the options of every command.
CLI::App* addBoardChange(CLI::App& parent, const std::string& name, const std::string& help,
                         BoardChange& change);

// Sends what `write` makes of the command, and tells what was done: see printDone for `did`.
using WriteBoardCommand = std::function<void(api::BoardCommand::Builder)>;
void sendBoardCommand(Cli& cli, const CommandOptions& options, const std::string& did,
                      const WriteBoardCommand& write);

// How the board is run, as the server tells it. Refused: prints the refusal and throws.
capnp::Response<api::Views::BoardRulesResults> askBoardRules(Cli& cli, const std::string& key);

// A place in an order, counted from 1 on the command line and from 0 on the wire.
CLI::Validator placeNumber();

// --- The families
// ----------------------------------------------------------------------------------
void addBoardRulesCommands(CLI::App& board, Cli& cli);   // rules, lint, inbox, rule, roles
void addBoardLimitCommands(CLI::App& board, Cli& cli);   // limit, policy
void addBoardLayoutCommands(CLI::App& board, Cli& cli);  // column, lane

}  // namespace docket::client::cli
