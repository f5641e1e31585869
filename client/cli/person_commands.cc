// person erase, hold, lift, show; keys rotate.
#include <memory>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/docketd.h"
#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/ticket_text.h"

namespace docket::client::cli {
namespace {

struct ReasonOptions {
  std::string subject;
  std::string reason;
  CommandOptions command;
};

using Init = api::SubjectReason::Builder (api::SubjectCommand::Builder::*)();

void execute(Cli& cli, const ReasonOptions& options, Init init, const std::string& did) {
  CommandMessage<api::SubjectCommand> message(options.command);
  auto command = ((*message).*init)();
  const std::string reason = textOrStandardInput(options.reason);
  command.setSubject(asText(options.subject));
  command.setReason(asText(reason));
  printDone(cli, cli.execute(message.reader()), did, message.reader().getHeader());
}

void show(Cli& cli, const std::string& subject) {
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.administrator().subjectRequest();
    request.setId(asText(subject));
    return request.send();
  });
  cli.check(answer);
  const auto person = answer.getSubject();
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"person", toJson(person)}, {"next", answer.getNext()}});
    return;
  }
  const std::string id = output.paint(Colour::bold, visible(textOf(person.getId())));
  if (!person.getRecorded()) {
    output.line("Nothing is recorded of " + id + ": neither erased nor under a legal hold.");
    return;
  }
  if (person.getErased()) {
    output.line(id + " was erased: what was sealed about them cannot be read any more.");
  } else if (person.getHeld()) {
    output.line(id + " is under a legal hold and cannot be erased.");
  } else {
    output.line(id + " is neither erased nor under a legal hold.");
  }
  for (const auto entry : person.getHistory()) output.text(historyText(entry, output));
}

void addReasonCommand(CLI::App& person, Cli& cli, const char* name, const char* what, Init init,
                      std::string did) {
  auto options = std::make_shared<ReasonOptions>();
  auto* command = person.add_subcommand(name, what);
  command->add_option("SUBJECT", options->subject, "The person's id")->required();
  command
      ->add_option("--reason", options->reason,
                   "Why, never who: it is kept for ever (- reads standard input)")
      ->required();
  addCommandOptions(*command, options->command);
  addExample(*command, std::string("docket person ") + name + " anna --reason \"Request 17\"");
  cli.run(command,
          [&cli, options, init, did = std::move(did)] { execute(cli, *options, init, did); });
}

}  // namespace

void addPersonCommands(CLI::App& app, Cli& cli) {
  auto* person =
      app.add_subcommand("person", "What is kept about a person: erase, hold, lift, show");
  person->require_subcommand(1);
  using Command = api::SubjectCommand::Builder;
  addReasonCommand(*person, cli, "erase",
                   "Destroy the key of everything sealed about a person; it cannot be undone",
                   &Command::initErase, "Erased {}");
  addReasonCommand(*person, cli, "hold", "Forbid erasing a person (legal hold)",
                   &Command::initPlaceHold, "Held {}");
  addReasonCommand(*person, cli, "lift", "Lift the legal hold on a person", &Command::initLiftHold,
                   "Released {}");
  auto subject = std::make_shared<std::string>();
  auto* showCommand = person->add_subcommand("show", "What the log says of a person");
  showCommand->add_option("SUBJECT", *subject, "The person's id")->required();
  addExample(*showCommand, "docket person show anna");
  cli.run(showCommand, [&cli, subject] { show(cli, *subject); });

  auto* keys = app.add_subcommand("keys", "The keys of a stopped data directory");
  keys->require_subcommand(1);
  auto* rotateCommand = keys->add_subcommand(
      "rotate", "Wrap all keys under a new master key, or finish a rotation that was interrupted");
  addExample(*rotateCommand, "docket keys rotate --data /var/lib/docket");
  cli.run(rotateCommand,
          [&cli] { becomeDocketdOnData(cli, "keys rotate", {"rotate-master-key"}); });
}

}  // namespace docket::client::cli
