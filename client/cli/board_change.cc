#include "client/cli/board_change.h"

namespace docket::client::cli {

CLI::App* addBoardChange(CLI::App& parent, const std::string& name, const std::string& help,
                         BoardChange& change) {
  auto* command = parent.add_subcommand(name, help);
  command->add_option("KEY", change.board, "The board")->required();
  addCommandOptions(*command, change.command);
  return command;
}

void sendBoardCommand(Cli& cli, const CommandOptions& options, const std::string& did,
                      const WriteBoardCommand& write) {
  CommandMessage<api::BoardCommand> message(options);
  write(*message);
  printDone(cli, cli.execute(message.reader()), did, message.reader().getHeader());
}

capnp::Response<api::Views::BoardRulesResults> askBoardRules(Cli& cli, const std::string& key) {
  auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.desk().boardRulesRequest();
    request.setKey(asText(key));
    return request.send();
  });
  cli.check(answer);
  return answer;
}

CLI::Validator placeNumber() {
  return wholeNumber(1, 1000);
}

}  // namespace docket::client::cli
