// ticket request-approval, approve, reject, check add, check done: what must be decided or done
// before a ticket goes on.
#include <memory>
#include <vector>

#include "client/cli/ticket_change.h"

namespace docket::client::cli {
namespace {

constexpr std::uint64_t kNumberMax = 1'000'000;

struct RequestOptions : TicketChange {
  std::vector<std::string> approvers;
  std::uint32_t needed = 0;
  std::string question;
};

struct DecideOptions : TicketChange {
  std::uint32_t number = 0;
  std::string note;
};

struct AddCheckOptions : TicketChange {
  std::string text;
  bool optional = false;
  std::string gate;
};

CLI::Option* addNumber(CLI::App& command, std::uint32_t& number, const char* help) {
  return command.add_option("NUMBER", number, help)->required()->check(wholeNumber(1, kNumberMax));
}

void addRequest(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<RequestOptions>();
  auto* command =
      addTicketChange(ticket, "request-approval", "Ask for an approval of a ticket", *options);
  command
      ->add_option("--question", options->question, "What is to be decided; - reads standard input")
      ->required();
  command
      ->add_option("--approver", options->approvers,
                   "Who decides; may be repeated; else whoever has the role approver")
      ->allow_extra_args(false);
  command
      ->add_option("--needed", options->needed,
                   "How many must approve; else one, or two of an emergency change")
      ->check(wholeNumber(1, 100));
  addExample(
      *command,
      "docket ticket request-approval OPS-42 --question \"Reboot at noon?\" --approver dora");
  cli.run(command, [&cli, options] {
    const std::string question = textOrStandardInput(options->question);
    sendTicketCommand(cli, options->command, "Asked for an approval of {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initRequestApproval();
                        body.setTicket(asText(options->ticket));
                        setTexts(
                            body.initApprovers(static_cast<capnp::uint>(options->approvers.size())),
                            options->approvers);
                        body.setNeeded(options->needed);
                        body.setQuestion(asText(question));
                      });
  });
}

void decide(Cli& cli, const DecideOptions& options, bool approves) {
  const std::string note = textOrStandardInput(options.note);
  sendTicketCommand(cli, options.command,
                    (approves ? "Approved request " : "Rejected request ") +
                        std::to_string(options.number) + " of {}",
                    [&](api::TicketCommand::Builder builder) {
                      auto body = builder.initDecideApproval();
                      body.setTicket(asText(options.ticket));
                      body.setNumber(options.number);
                      body.setVerdict(approves ? "approved" : "rejected");
                      body.setNote(asText(note));
                    });
}

void addDecisions(CLI::App& ticket, Cli& cli) {
  auto approve = std::make_shared<DecideOptions>();
  auto* command = addTicketChange(ticket, "approve", "Approve what was asked", *approve);
  addNumber(*command, approve->number, "Which request: ticket show counts them");
  command->add_option("--note", approve->note, "What goes with it; - reads standard input");
  addExample(*command, "docket ticket approve OPS-42 1 --note \"After hours, please\"");
  cli.run(command, [&cli, approve] { decide(cli, *approve, true); });

  auto reject = std::make_shared<DecideOptions>();
  command = addTicketChange(ticket, "reject", "Reject what was asked", *reject);
  addNumber(*command, reject->number, "Which request: ticket show counts them");
  command->add_option("--note", reject->note, "Why; - reads standard input")->required();
  addExample(*command, "docket ticket reject OPS-42 1 --note \"Not before the audit\"");
  cli.run(command, [&cli, reject] { decide(cli, *reject, false); });
}

void addChecks(CLI::App& ticket, Cli& cli) {
  auto* check = ticket.add_subcommand("check", "What must be done on the way: add, done");
  check->require_subcommand(1);

  auto add = std::make_shared<AddCheckOptions>();
  auto* command = addTicketChange(*check, "add", "Add a check to a ticket's list", *add);
  command->add_option("TEXT", add->text, "What is to be done; - reads standard input")->required();
  command->add_flag("--optional", add->optional, "It holds nothing up");
  command->add_option("--gate", add->gate, "Before what it must be done: resolve (else) or close");
  addExample(*command, "docket ticket check add OPS-42 \"Tell the users\" --gate close");
  cli.run(command, [&cli, add] {
    const std::string text = textOrStandardInput(add->text);
    sendTicketCommand(cli, add->command, "Added a check to {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initAddCheck();
                        body.setTicket(asText(add->ticket));
                        body.setText(asText(text));
                        body.setOptional(add->optional);
                        body.setGate(asText(add->gate));
                      });
  });

  auto done = std::make_shared<DecideOptions>();
  command = addTicketChange(*check, "done", "Say that a check was done", *done);
  addNumber(*command, done->number, "Which check: ticket show counts them");
  command->add_option("--note", done->note, "What came of it; - reads standard input");
  addExample(*command, "docket ticket check done OPS-42 1");
  cli.run(command, [&cli, done] {
    const std::string note = textOrStandardInput(done->note);
    sendTicketCommand(cli, done->command,
                      "Completed check " + std::to_string(done->number) + " of {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initCompleteCheck();
                        body.setTicket(asText(done->ticket));
                        body.setNumber(done->number);
                        body.setNote(asText(note));
                      });
  });
}

}  // namespace

void addTicketGateCommands(CLI::App& ticket, Cli& cli) {
  addRequest(ticket, cli);
  addDecisions(ticket, cli);
  addChecks(ticket, cli);
}

}  // namespace docket::client::cli
