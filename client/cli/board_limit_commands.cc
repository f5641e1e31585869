// board limit, policy: how much work there may be, and how the board treats it.
#include <memory>
#include <optional>
#include <vector>

#include "client/cli/board_change.h"
#include "client/cli/duration_text.h"
#include "client/cli/option_values.h"

namespace docket::client::cli {
namespace {

struct LimitOptions : BoardChange {
  std::vector<std::string> words;  // [COLUMN] LIMIT
  std::string lane;
  std::string person;
  bool eachPerson = false;
  std::string type;
  std::string serviceClass;
  bool wholeBoard = false;

  std::string column() const { return words.size() > 1 ? words.front() : std::string(); }
  const std::string& limit() const { return words.back(); }
};

struct PolicyOptions : BoardChange {
  std::string allowsOverride;  // "allowed", "never"; empty: as it is
  std::optional<std::uint32_t> expediteLimit;
  std::vector<std::string> reservations;
  std::string intangible;
  std::string fixedDateLead;
};

// --- limit
// ----------------------------------------------------------------------------------------

// How many of the ways to say what the limit is set on were used. A column and a lane are one: the
// cell where they meet.
int scopesNamed(const LimitOptions& options) {
  const bool place = !options.column().empty() || !options.lane.empty();
  return int{place} + int{!options.person.empty()} + int{options.eachPerson} +
         int{!options.type.empty()} + int{!options.serviceClass.empty()} + int{options.wholeBoard};
}

void writeScope(const LimitOptions& options, api::LimitScope::Builder scope) {
  const std::string column = options.column();
  if (!column.empty() && !options.lane.empty()) {
    auto cell = scope.initCell();
    cell.setColumn(asText(column));
    cell.setLane(asText(options.lane));
  } else if (!column.empty()) {
    scope.setColumn(asText(column));
  } else if (!options.lane.empty()) {
    scope.setLane(asText(options.lane));
  } else if (options.eachPerson || !options.person.empty()) {
    scope.setPerson(asText(options.person));
  } else if (!options.type.empty()) {
    scope.setType(asText(options.type));
  } else if (!options.serviceClass.empty()) {
    scope.setClass(asText(options.serviceClass));
  } else {
    scope.setBoard();
  }
}

std::string scopeText(const LimitOptions& options) {
  const std::string column = options.column();
  if (!column.empty() && !options.lane.empty()) return column + " in lane " + options.lane;
  if (!column.empty()) return column;
  if (!options.lane.empty()) return "lane " + options.lane;
  if (options.eachPerson) return "each person";
  if (!options.person.empty()) return options.person;
  if (!options.type.empty()) return "type " + options.type;
  if (!options.serviceClass.empty()) return "class " + options.serviceClass;
  return "all work under way";
}

void setLimit(Cli& cli, const LimitOptions& options) {
  if (scopesNamed(options) != 1) {
    throw CliFailure(ExitCode::usage,
                     "say what the limit is set on: a COLUMN, --lane, both of them for a cell, or "
                     "one of --person, --each-person, --type, --class, --board; see docket board "
                     "limit --help");
  }
  const auto limit = parseLimit(options.limit());
  sendBoardCommand(cli, options.command,
                   limit
                       ? "Limited " + scopeText(options) + " to " + options.limit() + " on board {}"
                       : "Took the limit off " + scopeText(options) + " of board {}",
                   [&](api::BoardCommand::Builder builder) {
                     auto body = builder.initSetLimit();
                     body.setBoard(asText(options.board));
                     if (limit) body.setLimit(*limit);
                     // A column alone is spelled as it was before there were other scopes.
                     if (!options.column().empty() && options.lane.empty()) {
                       body.setColumn(asText(options.words.front()));
                     } else {
                       writeScope(options, body.initScope());
                     }
                   });
}

// One or two words after the board: the library would call them LIMIT(1x).
class LimitHelp : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string name) const override {
    return "Usage: " + name + " [OPTIONS] KEY [COLUMN] LIMIT\n";
  }
};

void addLimit(CLI::App& board, Cli& cli) {
  auto options = std::make_shared<LimitOptions>();
  auto* command = addBoardChange(
      board, "limit",
      "Set or lift a WIP limit: on the cards in a column or cell, or on the work under way of all "
      "else",
      *options);
  command
      ->add_option("LIMIT", options->words,
                   "A number, or none; before it the COLUMN that it is for, by id or name")
      ->type_name("N|none")
      ->required()
      ->expected(1, 2);
  command->add_option("--lane", options->lane, "On a lane; with a column: on the cell");
  command->add_option("--person", options->person, "On what one person has");
  command->add_flag("--each-person", options->eachPerson,
                    "On what each person has for whom none is set");
  command->add_option("--type", options->type, "On a type of work");
  command->add_option("--class", options->serviceClass, "On a class of service");
  command->add_flag("--board", options->wholeBoard, "On all work of the board");
  addExample(*command, "docket board limit OPS in-progress 3");
  command->formatter(std::make_shared<LimitHelp>());
  cli.run(command, [&cli, options] {
    if (const std::string wrong = checkLimit(options->limit()); !wrong.empty()) {
      throw CliFailure(ExitCode::usage, "LIMIT " + wrong + "; see docket board limit --help");
    }
    setLimit(cli, *options);
  });
}

// --- policy
// ---------------------------------------------------------------------------------------

void writeReservations(const PolicyOptions& options, api::BoardPolicy::Builder policy) {
  if (options.reservations.empty()) return;
  std::vector<ReservationText> wanted;
  for (const std::string& text : options.reservations) {
    if (const auto reservation = parseReservation(text)) wanted.push_back(*reservation);
  }
  auto out = policy.initReservations(static_cast<capnp::uint>(wanted.size()));
  for (capnp::uint i = 0; i < out.size(); ++i) {
    out[i].setType(asText(wanted[i].type));
    out[i].setClass(asText(wanted[i].serviceClass));
    out[i].setCards(wanted[i].cards);
  }
}

void changePolicy(const PolicyOptions& options, api::BoardPolicy::Builder policy) {
  if (!options.allowsOverride.empty()) {
    policy.setAllowsOverride(options.allowsOverride == "allowed");
  }
  if (options.expediteLimit) policy.setExpediteLimit(*options.expediteLimit);
  writeReservations(options, policy);
  if (!options.intangible.empty()) {
    const ShareText share = parseShare(options.intangible).value_or(ShareText{});
    policy.setIntangibleMin(share.min);
    policy.setIntangibleOf(share.of);
  }
  if (!options.fixedDateLead.empty()) {
    const auto lead = parseDuration(options.fixedDateLead).value();
    policy.setFixedDateLeadTime(static_cast<std::uint64_t>(lead.count()));
  }
}

// A policy is set as a whole: what is not given is taken from the present one, and the command is
// refused when the board has changed since that was read.
void setPolicy(Cli& cli, PolicyOptions options) {
  const auto answer = askBoardRules(cli, options.board);
  const auto rules = answer.getRules();
  if (!options.command.expected) options.command.expected = rules.getVersion();
  sendBoardCommand(cli, options.command, "Changed the policy of board {}",
                   [&](api::BoardCommand::Builder builder) {
                     auto body = builder.initSetPolicy();
                     body.setBoard(asText(options.board));
                     body.setPolicy(rules.getPolicy());
                     changePolicy(options, body.getPolicy());
                   });
}

void addPolicy(CLI::App& board, Cli& cli) {
  auto options = std::make_shared<PolicyOptions>();
  auto* command = addBoardChange(
      board, "policy", "Change how a board treats its work; what is not given stays", *options);
  command
      ->add_option("--override", options->allowsOverride,
                   "Whether a WIP limit may be exceeded for a reason: allowed or never")
      ->check(CLI::IsMember({"allowed", "never"}));
  command
      ->add_option("--expedite-limit", options->expediteLimit,
                   "How much expedited work may be under way")
      ->check(wholeNumber(0, 10'000));
  command
      ->add_option("--reserve", options->reservations,
                   "A part of the board's limit kept for a kind of work: type=TYPE:CARDS or "
                   "class=CLASS:CARDS; may be repeated, replaces all; none: nothing is kept")
      ->allow_extra_args(false)
      ->check(CLI::Validator(checkReservation, ""));
  command
      ->add_option("--intangible", options->intangible,
                   "How many of the last pulls must be intangible work, as 1/5; none: it is pulled "
                   "last")
      ->check(CLI::Validator(checkShare, ""));
  command
      ->add_option("--fixed-date-lead", options->fixedDateLead,
                   "How long before its due date fixed-date work is started, while there is no "
                   "history, as 5d")
      ->type_name("DURATION")
      ->check(CLI::Validator(checkDuration, ""));
  addExample(*command, "docket board policy OPS --reserve type=incident:2 --intangible 1/5");
  cli.run(command, [&cli, options] {
    if (options->allowsOverride.empty() && !options->expediteLimit &&
        options->reservations.empty() && options->intangible.empty() &&
        options->fixedDateLead.empty()) {
      throw CliFailure(ExitCode::usage,
                       "say what is to change; see docket board policy --help, and docket board "
                       "rules KEY for how it is now");
    }
    setPolicy(cli, *options);
  });
}

}  // namespace

void addBoardLimitCommands(CLI::App& board, Cli& cli) {
  addLimit(board, cli);
  addPolicy(board, cli);
}

}  // namespace docket::client::cli
