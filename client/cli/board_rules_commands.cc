// board rules, lint, inbox, rule set, rule remove, roles: what a board asks for by itself, who may
// do what on it, and whether it is well made.
#include <memory>
#include <vector>

#include "client/cli/board_change.h"
#include "client/cli/board_rules_text.h"
#include "client/cli/json_shapes.h"
#include "client/cli/option_values.h"
#include "client/cli/table.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

struct RuleOptions : BoardChange {
  std::string id;
  std::string on;
  std::string type;
  // One of them.
  std::string offerTo;
  std::string team;
  std::string check;
  std::string moveTo;
  std::string returnReason;
};

struct RolesOptions : BoardChange {
  std::string subject;
  std::vector<std::string> grants;
  bool none = false;
};

// --- Reading
// --------------------------------------------------------------------------------------

void rules(Cli& cli, const std::string& key) {
  const auto answer = askBoardRules(cli, key);
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"rules", toJson(answer.getRules())}, {"next", answer.getNext()}});
  } else {
    output.text(boardRulesText(answer.getRules(), output));
  }
}

void lint(Cli& cli, const std::string& key) {
  const auto answer = askBoardRules(cli, key);
  const auto rules = answer.getRules();
  Output& output = cli.output();
  bool errors = false;
  for (const auto finding : rules.getFindings()) errors = errors || finding.getError();
  if (output.isJson()) {
    output.json({{"board", textOf(rules.getKey())},
                 {"version", rules.getVersion()},
                 {"findings", toJson<api::LintFinding>(rules.getFindings())},
                 {"next", answer.getNext()}});
  } else if (rules.getFindings().size() == 0) {
    output.line("Board " + visible(textOf(rules.getKey())) + " is well made: nothing to report.");
  } else {
    output.text(findingsText(rules.getFindings(), output));
  }
  if (errors) throw CliFailure(ExitCode::refused, "");
}

void printInbox(Output& output, const std::string& key, capnp::List<api::Offer>::Reader offers) {
  if (offers.size() == 0) {
    output.line("Nothing is offered to board " + visible(key) + ".");
    return;
  }
  const std::int64_t now = nowMicroseconds();
  Table table({{"TICKET"}, {"WAITS FOR", Align::right}, {"SINCE"}});
  for (const auto offer : offers) {
    table.add({{visible(textOf(offer.getTicket())), Colour::bold},
               {age(offer.getSince(), now)},
               {localTime(offer.getSince()), Colour::dim}});
  }
  table.print(output);
  output.line();
  output.line("Take one with docket ticket accept TICKET --board " + visible(key) +
              ", or send it back with docket ticket return.");
}

void inbox(Cli& cli, const std::string& key) {
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.desk().inboxRequest();
    request.setKey(asText(key));
    return request.send();
  });
  cli.check(answer);
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"board", key},
                 {"offers", toJson<api::Offer>(answer.getOffers())},
                 {"next", answer.getNext()}});
  } else {
    printInbox(output, key, answer.getOffers());
  }
}

void addReading(CLI::App& board, Cli& cli, const char* name, const char* help,
                void (*read)(Cli&, const std::string&)) {
  auto key = std::make_shared<std::string>();
  auto* command = board.add_subcommand(name, help);
  command->add_option("KEY", *key, "The board")->required();
  addExample(*command, std::string("docket board ") + name + " OPS");
  cli.run(command, [&cli, key, read] { read(cli, *key); });
}

// --- rule
// -----------------------------------------------------------------------------------------

void writeRule(const RuleOptions& options, api::SetRule::Builder body) {
  body.setBoard(asText(options.board));
  auto rule = body.initRule();
  rule.setId(asText(options.id));
  rule.setOnEntry(asText(options.on));
  rule.setType(asText(options.type));
  auto action = rule.getAction();
  if (!options.offerTo.empty()) action.setOfferHandOverTo(asText(options.offerTo));
  if (!options.team.empty()) action.setAssignToTeam(asText(options.team));
  if (!options.check.empty()) action.setAddRequiredCheck(asText(options.check));
  if (!options.moveTo.empty()) action.setMoveToColumn(asText(options.moveTo));
  if (!options.returnReason.empty()) action.setReturnHome(asText(options.returnReason));
}

void addRuleSet(CLI::App& rule, Cli& cli) {
  auto options = std::make_shared<RuleOptions>();
  auto* command = addBoardChange(
      rule, "set", "Say what happens when a ticket enters a column, once an entry", *options);
  command->add_option("ID", options->id, "The rule's name; one of that name is replaced")
      ->required();
  command->add_option("--on", options->on, "The column that is entered")->required();
  command->add_option("--type", options->type, "For this type of ticket; else for all");
  auto* action = command->add_option_group("Action", "What happens: exactly one of these");
  action->add_option("--offer-to", options->offerTo, "The ticket is offered to this board");
  action->add_option("--team", options->team, "It is assigned to this team");
  action->add_option("--check", options->check, "It gets this check, which must be done");
  action->add_option("--move-to", options->moveTo, "It goes on to this column");
  action->add_option("--return", options->returnReason,
                     "A guest goes back to its home, for this reason");
  action->require_option(1);
  addExample(*command,
             "docket board rule set OPS ask-dev --on requires-further-support --offer-to DEV");
  cli.run(command, [&cli, options] {
    sendBoardCommand(
        cli, options->command, "Set rule " + options->id + " of board {}",
        [&](api::BoardCommand::Builder builder) { writeRule(*options, builder.initSetRule()); });
  });
}

void addRuleRemove(CLI::App& rule, Cli& cli) {
  auto options = std::make_shared<RuleOptions>();
  auto* command = addBoardChange(rule, "remove", "Remove a rule of a board", *options);
  command->add_option("ID", options->id, "The rule's name")->required();
  addExample(*command, "docket board rule remove OPS ask-dev");
  cli.run(command, [&cli, options] {
    sendBoardCommand(cli, options->command, "Removed rule " + options->id + " of board {}",
                     [&](api::BoardCommand::Builder builder) {
                       auto body = builder.initRemoveRule();
                       body.setBoard(asText(options->board));
                       body.setId(asText(options->id));
                     });
  });
}

// --- roles
// ----------------------------------------------------------------------------------------

void writeRoles(const RolesOptions& options, api::SetRoles::Builder body) {
  body.setBoard(asText(options.board));
  body.setSubject(asText(options.subject));
  auto grants = body.initGrants(static_cast<capnp::uint>(options.grants.size()));
  for (capnp::uint i = 0; i < grants.size(); ++i) {
    const GrantText grant = parseGrant(options.grants[i]).value();
    grants[i].setRole(asText(grant.role));
    setTime(grants[i].initUntil(), grant.until);
  }
}

void addRoles(CLI::App& board, Cli& cli) {
  auto options = std::make_shared<RolesOptions>();
  auto* command =
      addBoardChange(board, "roles", "Give a person all the roles they have on a board", *options);
  command->add_option("PERSON", options->subject, "The person's id")->required();
  auto* grants =
      command
          ->add_option("--role", options->grants,
                       "requester, agent, manager, approver, auditor or administrator; ROLE@TIME "
                       "ends then; may be repeated, replaces all")
          ->type_name("ROLE[@TIME]")
          ->allow_extra_args(false)
          ->check(CLI::Validator(checkGrant, ""));
  command->add_flag("--none", options->none, "They have none any more")->excludes(grants);
  addExample(*command, "docket board roles OPS ben --role agent --role approver@2026-12-31T00:00Z");
  cli.run(command, [&cli, options] {
    if (options->grants.empty() && !options->none) {
      throw CliFailure(ExitCode::usage,
                       "say which roles with --role, or --none; docket board rules KEY shows them");
    }
    sendBoardCommand(
        cli, options->command, "Set the roles of " + options->subject + " on board {}",
        [&](api::BoardCommand::Builder builder) { writeRoles(*options, builder.initSetRoles()); });
  });
}

}  // namespace

void addBoardRulesCommands(CLI::App& board, Cli& cli) {
  addReading(board, cli, "rules", "How a board is run: lanes, limits, policy, rules, roles", rules);
  addReading(board, cli, "lint",
             "Whether a board is well made: errors (exit code 1) and warnings (0)", lint);
  addReading(board, cli, "inbox", "What is offered to a board, the longest first", inbox);
  auto* rule = board.add_subcommand("rule", "What a board does by itself: set, remove");
  rule->require_subcommand(1);
  addRuleSet(*rule, cli);
  addRuleRemove(*rule, cli);
  addRoles(board, cli);
}

}  // namespace docket::client::cli
