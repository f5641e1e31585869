#include "client/cli/ticket_change.h"

namespace docket::client::cli {

CLI::App* addTicketChange(CLI::App& parent, const std::string& name, const std::string& help,
                          TicketChange& change) {
  auto* command = parent.add_subcommand(name, help);
  command->add_option("TICKET", change.ticket, "The ticket, as OPS-42")->required();
  addCommandOptions(*command, change.command);
  return command;
}

void sendTicketCommand(Cli& cli, const CommandOptions& options, const std::string& did,
                       const WriteTicketCommand& write) {
  CommandMessage<api::TicketCommand> message(options);
  write(*message);
  printDone(cli, cli.execute(message.reader()), did, message.reader().getHeader());
}

void addTextChange(CLI::App& command, const std::string& name, const std::string& help,
                   TextChange& change) {
  auto* to = command.add_option("--" + name, change.to, help)->type_name("TEXT");
  command.add_flag("--no-" + name, change.none, "It has none any more")->excludes(to);
}

void setText(api::OptionalText::Builder out, const TextChange& change) {
  if (change.none) {
    out.setTo("");
  } else if (change.to) {
    out.setTo(asText(*change.to));
  }
}

void setTexts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts) {
  for (capnp::uint i = 0; i < out.size(); ++i) out.set(i, asText(texts[i]));
}

}  // namespace docket::client::cli
