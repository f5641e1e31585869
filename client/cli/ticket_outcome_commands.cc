// ticket resolve, close, cancel, reopen, rate, recommit: how a ticket ends, and what was promised.
#include <memory>

#include "client/cli/duration_text.h"
#include "client/cli/option_values.h"
#include "client/cli/ticket_change.h"

namespace docket::client::cli {
namespace {

struct ResolveOptions : TicketChange {
  std::string resolution;
  std::string kind;
  std::string column;
};

struct CloseOptions : TicketChange {
  std::string column;
};

struct ReasonOptions : TicketChange {
  std::string reason;
  std::string column;
};

struct RateOptions : TicketChange {
  std::uint16_t score = 0;
  std::string comment;
};

struct RecommitOptions : TicketChange {
  std::string kind;
  std::string target;
  std::string reason;
};

void addResolve(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<ResolveOptions>();
  auto* command = addTicketChange(ticket, "resolve", "Say that a ticket is done", *options);
  command->add_option("--resolution", options->resolution, "What was done; - reads standard input")
      ->required();
  command->add_option("--kind", options->kind,
                      "fix, workaround, answer, not-reproducible or no-action");
  command->add_option("--column", options->column, "Where it goes; else the first resolved column");
  addExample(*command, "docket ticket resolve OPS-42 --resolution \"New cable\" --kind fix");
  cli.run(command, [&cli, options] {
    const std::string resolution = textOrStandardInput(options->resolution);
    sendTicketCommand(cli, options->command, "Resolved {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initResolve();
                        body.setTicket(asText(options->ticket));
                        body.setColumn(asText(options->column));
                        body.setResolution(asText(resolution));
                        body.setKind(asText(options->kind));
                      });
  });
}

void addClose(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<CloseOptions>();
  auto* command = addTicketChange(ticket, "close",
                                  "Close a resolved ticket: only a manager reopens it", *options);
  command->add_option("--column", options->column, "Where it goes; else the first closed column");
  addExample(*command, "docket ticket close OPS-42");
  cli.run(command, [&cli, options] {
    sendTicketCommand(cli, options->command, "Closed {}", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initClose();
      body.setTicket(asText(options->ticket));
      body.setColumn(asText(options->column));
    });
  });
}

void addCancel(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<ReasonOptions>();
  auto* command = addTicketChange(ticket, "cancel", "End a ticket that will not be done", *options);
  command->add_option("--reason", options->reason, "Why; - reads standard input")->required();
  addExample(*command, "docket ticket cancel OPS-42 --reason \"Asked for by mistake\"");
  cli.run(command, [&cli, options] {
    const std::string reason = textOrStandardInput(options->reason);
    sendTicketCommand(cli, options->command, "Cancelled {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initCancel();
                        body.setTicket(asText(options->ticket));
                        body.setReason(asText(reason));
                      });
  });
}

void addReopen(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<ReasonOptions>();
  auto* command = addTicketChange(ticket, "reopen", "Bring a finished ticket back", *options);
  command->add_option("--reason", options->reason, "Why; - reads standard input")->required();
  command->add_option("--column", options->column, "Where it goes; else the default drop");
  addExample(*command, "docket ticket reopen OPS-42 --reason \"It drops again\"");
  cli.run(command, [&cli, options] {
    const std::string reason = textOrStandardInput(options->reason);
    sendTicketCommand(cli, options->command, "Reopened {}",
                      [&](api::TicketCommand::Builder builder) {
                        auto body = builder.initReopen();
                        body.setTicket(asText(options->ticket));
                        body.setColumn(asText(options->column));
                        body.setReason(asText(reason));
                      });
  });
}

void addRate(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<RateOptions>();
  auto* command = addTicketChange(ticket, "rate", "Record how content the requester is", *options);
  command->add_option("SCORE", options->score, "1 (bad) to 5 (good)")
      ->required()
      ->check(wholeNumber(1, 5));
  command->add_option("--comment", options->comment, "What they said; - reads standard input");
  addExample(*command, "docket ticket rate OPS-42 4 --comment \"Quick\"");
  cli.run(command, [&cli, options] {
    const std::string comment = textOrStandardInput(options->comment);
    sendTicketCommand(cli, options->command, "Rated {}", [&](api::TicketCommand::Builder builder) {
      auto body = builder.initRate();
      body.setTicket(asText(options->ticket));
      body.setScore(static_cast<std::uint8_t>(options->score));
      body.setComment(asText(comment));
    });
  });
}

void addRecommit(CLI::App& ticket, Cli& cli) {
  auto options = std::make_shared<RecommitOptions>();
  auto* command = addTicketChange(
      ticket, "recommit", "Promise otherwise; what was promised first stays on record", *options);
  command
      ->add_option("KIND", options->kind,
                   "first-response, time-to-own, resolution, next-update or supplier")
      ->required();
  command
      ->add_option("DURATION", options->target,
                   "Of working time since the promise began, as 4h or \"2h 30min\"; d is 24 hours "
                   "of it")
      ->required()
      ->check(CLI::Validator(checkDuration, ""));
  command->add_option("--reason", options->reason, "Why; - reads standard input")->required();
  addExample(*command,
             "docket ticket recommit OPS-42 resolution 16h --reason \"The part comes on Monday\"");
  cli.run(command, [&cli, options] {
    const std::string reason = textOrStandardInput(options->reason);
    const auto target = parseDuration(options->target).value();
    sendTicketCommand(
        cli, options->command,
        "Promised " + options->kind + " of {} within " + durationText(target) + " of working time",
        [&](api::TicketCommand::Builder builder) {
          auto body = builder.initRecommit();
          body.setTicket(asText(options->ticket));
          body.setKind(asText(options->kind));
          body.setTarget(static_cast<std::uint64_t>(target.count()));
          body.setReason(asText(reason));
        });
  });
}

}  // namespace

void addTicketOutcomeCommands(CLI::App& ticket, Cli& cli) {
  addResolve(ticket, cli);
  addClose(ticket, cli);
  addCancel(ticket, cli);
  addReopen(ticket, cli);
  addRate(ticket, cli);
  addRecommit(ticket, cli);
}

}  // namespace docket::client::cli
