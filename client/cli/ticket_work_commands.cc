// ticket commit, move, pull, assign, escalate, block, unblock, comment, contact: the daily work.
#include <memory>

#include "client/cli/json_shapes.h"
#include "client/cli/ticket_change.h"

namespace docket::client::cli {
namespace {

constexpr const char* kOverrideHelp = "Exceed a WIP limit, for this reason";

struct MoveOptions : TicketChange {
  std::string column;
  std::string board;
  std::string overrideReason;
};

struct PullOptions {
  std::string board;
  std::string lane;
  std::string column;
  std::string agent;
  CommandOptions command;
};

struct AssignOptions : TicketChange {
  std::string assignee;
  bool nobody = false;
  TextChange team;
  std::string board;
};

struct EscalateOptions : TicketChange {
  std::uint8_t tier = 2;
  std::string note;
};

struct BlockOptions : TicketChange {
  std::string kind;
  std::string reason;
};

struct TextOptions : TicketChange {
  std::string text;
  bool isPublic = false;
};

struct ContactOptions : TicketChange {
  std::string channel;
  std::string direction = "inbound";
  std::string summary;
};

void addCommit(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<TicketChange>();
  auto* command = addTicketChange(
      ticket, "commit", "Promise that a waiting ticket will be done; it stays in the queue",
      *options);
  addExample(*command, "docket ticket commit OPS-42");
  cli.run(command, [&cli, options] {
    sendTicketCommand(cli, options->command, "Committed to {}",
                      [&](api::TicketCommand::Builder builder) {
                        builder.initCommit().setTicket(asText(options->ticket));
                      });
  });
}

void addMove(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<MoveOptions>();
  auto* command = addTicketChange(ticket, "move", "Move a ticket to a column", *options);
  command->add_option("COLUMN", options->column, "Id or name of the column")->required();
  command->add_option("--board", options->board, "On a board where it is a guest; else its home");
  command->add_option("--override", options->overrideReason, kOverrideHelp)->type_name("REASON");
  addExample(*command, "docket ticket move OPS-42 \"Waiting on Customer\"");
  cli.run(command, [&cli, options] {
    sendTicketCommand(cli, options->command, "Moved {} to " + options->column,
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initMove();
                        body.setTicket(asText(options->ticket));
                        body.setColumn(asText(options->column));
                        body.setOverrideReason(asText(options->overrideReason));
                        body.setBoard(asText(options->board));
                      });
  });
}

void addPull(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<PullOptions>();
  auto* command = ticket.add_subcommand("pull", "Take the next ticket of a board's queue");
  command->add_option("KEY", options->board, "The board")->required();
  command->add_option("--lane", options->lane, "Of this lane only");
  command->add_option("--column", options->column, "Where it goes; else the first active column");
  command->add_option("--agent", options->agent, "Who gets it; else whoever asks");
  addCommandOptions(*command, options->command, Subject::isNew);
  addExample(*command, "docket ticket pull OPS --lane standard");
  cli.run(command, [&cli, options] {
    CommandMessage<api::TicketCommand> message(options->command);
    auto body = (*message).initPull();
    body.setBoard(asText(options->board));
    body.setColumn(asText(options->column));
    body.setAgent(asText(options->agent));
    body.setLane(asText(options->lane));
    const auto done = cli.execute(message.reader());
    printDone(cli, done, "Pulled {}", message.reader().getHeader());
    if (!cli.output().isJson()) showTicket(cli, std::string(textOf(done.getSubject())));
  });
}

void writeAssign(const AssignOptions& options, api::AssignTicket::Builder body) {
  body.setTicket(asText(options.ticket));
  body.setAssignee(asText(options.assignee));
  body.setKeepAssignee(options.assignee.empty() && !options.nobody);
  setText(body.initTeam(), options.team);
  body.setBoard(asText(options.board));
}

void addAssign(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<AssignOptions>();
  auto* command =
      addTicketChange(ticket, "assign", "Give a ticket to somebody, or to nobody", *options);
  auto* subject = command->add_option("SUBJECT", options->assignee, "Who gets it");
  command->add_flag("--nobody", options->nobody, "Take it from whoever has it")->excludes(subject);
  addTextChange(*command, "team", "Whose it is from now on", options->team);
  command->add_option("--board", options->board, "On a board where it is a guest; else its home");
  addExample(*command, "docket ticket assign OPS-42 ben --team network");
  cli.run(command, [&cli, options] {
    const bool team = options->team.none || options->team.to.has_value();
    if (options->assignee.empty() && !options->nobody && !team) {
      throw CliFailure(ExitCode::usage,
                       "say who gets the ticket, or --nobody, or whose it is with --team");
    }
    sendTicketCommand(
        cli, options->command, "Assigned {}",
        [&](api::TicketCommand::Builder builder) { writeAssign(*options, builder.initAssign()); });
  });
}

void addEscalate(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<EscalateOptions>();
  auto* command =
      addTicketChange(ticket, "escalate", "Move a ticket to another tier of support", *options);
  command->add_option("TIER", options->tier, "2 or 3")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return text == "2" || text == "3" ? std::string() : std::string("is 2 or 3");
          },
          ""));
  command->add_option("--note", options->note,
                      "What was found and tried: tier 3 needs it; - reads standard input");
  addExample(*command, "docket ticket escalate OPS-42 3 --note \"Restarted twice, log attached\"");
  cli.run(command, [&cli, options] {
    const std::string note = textOrStandardInput(options->note);
    sendTicketCommand(cli, options->command,
                      "Escalated {} to tier " + std::to_string(options->tier),
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initEscalate();
                        body.setTicket(asText(options->ticket));
                        body.setTier(options->tier);
                        body.setNote(asText(note));
                      });
  });
}

void addBlocking(CLI::App& ticket, Cli& cli) {
  auto block = std::make_shared<BlockOptions>();
  auto* command = addTicketChange(ticket, "block", "Say that work on a ticket has stopped", *block);
  command
      ->add_option("--kind", block->kind,
                   "dependency, supplier, environment, information, approval, defect, other")
      ->required();
  command->add_option("--reason", block->reason, "Why; - reads standard input")->required();
  addExample(*command, "docket ticket block OPS-42 --kind supplier --reason \"Waits for a part\"");
  cli.run(command, [&cli, block] {
    const std::string reason = textOrStandardInput(block->reason);
    sendTicketCommand(cli, block->command, "Blocked {}", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initBlock();
      body.setTicket(asText(block->ticket));
      body.setKind(asText(block->kind));
      body.setReason(asText(reason));
    });
  });

  auto unblock = std::make_shared<TextOptions>();
  command = addTicketChange(ticket, "unblock", "Say that work can go on", *unblock);
  command->add_option("--note", unblock->text, "What cleared it; - reads standard input");
  addExample(*command, "docket ticket unblock OPS-42 --note \"The part came\"");
  cli.run(command, [&cli, unblock] {
    const std::string note = textOrStandardInput(unblock->text);
    sendTicketCommand(cli, unblock->command, "Unblocked {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initUnblock();
                        body.setTicket(asText(unblock->ticket));
                        body.setNote(asText(note));
                      });
  });
}

void addConversation(CLI::App& ticket, Cli& cli) {
  auto comment = std::make_shared<TextOptions>();
  auto* command = addTicketChange(ticket, "comment", "Add a comment", *comment);
  command->add_option("TEXT", comment->text, "The comment; - reads standard input")->required();
  command->add_flag("--public", comment->isPublic, "The requester may read it");
  addExample(*command, "docket ticket comment OPS-42 \"We look into it\" --public");
  cli.run(command, [&cli, comment] {
    const std::string text = textOrStandardInput(comment->text);
    sendTicketCommand(cli, comment->command, "Commented on {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initComment();
                        body.setTicket(asText(comment->ticket));
                        body.setText(asText(text));
                        body.setPublic(comment->isPublic);
                      });
  });

  auto contact = std::make_shared<ContactOptions>();
  command = addTicketChange(ticket, "contact",
                            "Record a contact with the customer; an inbound one brings a waiting "
                            "or finished ticket back to the default drop",
                            *contact);
  command->add_option("CHANNEL", contact->channel, "phone, mail, chat, portal, walk-in or other")
      ->required();
  command
      ->add_option("--direction", contact->direction,
                   "inbound (from the customer) or outbound (to the customer)")
      ->capture_default_str();
  command->add_option("--summary", contact->summary, "What was said; - reads standard input")
      ->required();
  addExample(*command, "docket ticket contact OPS-42 phone --summary \"It drops again\"");
  cli.run(command, [&cli, contact] {
    const std::string summary = textOrStandardInput(contact->summary);
    sendTicketCommand(cli, contact->command, "Recorded a contact on {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initContact();
                        body.setTicket(asText(contact->ticket));
                        body.setChannel(asText(contact->channel));
                        body.setDirection(asText(contact->direction));
                        body.setSummary(asText(summary));
                      });
  });
}

}  // namespace

void addTicketWorkCommands(CLI::App& ticket, Cli& cli) {
  addCommit(ticket, cli);
  addMove(ticket, cli);
  addPull(ticket, cli);
  addAssign(ticket, cli);
  addEscalate(ticket, cli);
  addBlocking(ticket, cli);
  addConversation(ticket, cli);
}

}  // namespace docket::client::cli
