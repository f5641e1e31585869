// audit log, audit rehearse; the rest of audit is in proof_commands.cc.
#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/docketd.h"
#include "client/cli/json_shapes.h"
#include "client/cli/proof_commands.h"
#include "client/cli/table.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

constexpr std::uint64_t kPageMax = 1000;  // what one answer holds

struct LogOptions {
  std::string ticket;
  std::string board;
  std::string actor;
  std::string type;
  std::string from;
  std::string to;
  std::optional<std::uint64_t> after;
  bool newest = false;
  std::uint64_t limit = 100;
};

Table auditTable() {
  return Table({{"POSITION", Align::right},
                {"RECORDED"},
                {"ACTOR", Align::left, true},
                {"STREAM"},
                {"EVENT"},
                {"WHAT", Align::left, true}});
}

void addRow(Table& table, api::EventFacts::Reader facts) {
  std::string actor = visible(textOf(facts.getActor()));
  if (facts.getOnBehalfOf().size() > 0) actor += " for " + visible(textOf(facts.getOnBehalfOf()));
  // Nearly all are tickets, and their ids tell it.
  constexpr std::string_view kTicket = "ticket/";
  std::string_view stream = textOf(facts.getStream());
  if (stream.starts_with(kTicket)) stream.remove_prefix(kTicket.size());
  table.add({{std::to_string(facts.getPosition()), Colour::dim},
             {localTime(facts.getRecordedAt())},
             {actor, Colour::cyan},
             {visible(stream)},
             {visible(textOf(facts.getType()))},
             {visible(textOf(facts.getSummary()))}});
}

auto askPage(Cli& cli, const LogOptions& options, std::optional<std::uint64_t> after,
             std::uint64_t limit) {
  auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.auditor().logRequest();
    request.initFreshness().setHead();
    auto filter = request.initFilter();
    filter.setTicket(asText(options.ticket));
    filter.setBoard(asText(options.board));
    filter.setActor(asText(options.actor));
    filter.setType(asText(options.type));
    setTime(filter.initFrom(), options.from);
    setTime(filter.initTo(), options.to);
    if (after) filter.getAfter().setPosition(*after);
    filter.setNewestFirst(options.newest);
    filter.setLimit(static_cast<std::uint32_t>(limit));
    return request.send();
  });
  cli.check(answer);
  return answer;
}

// Page by page until there are as many as were asked for.
void log(Cli& cli, const LogOptions& options) {
  Output& output = cli.output();
  Json entries = Json::array();
  Table table = auditTable();
  std::uint64_t shown = 0;
  std::uint64_t next = 0;
  auto after = options.after;
  while (shown < options.limit) {
    const std::uint64_t page = std::min(kPageMax, options.limit - shown);
    const auto answer = askPage(cli, options, after, page);
    next = answer.getNext();
    for (const auto facts : answer.getEntries()) {
      after = facts.getPosition();
      if (output.isJson()) {
        entries.push_back(toJson(facts));
      } else {
        addRow(table, facts);
      }
    }
    shown += answer.getEntries().size();
    if (answer.getEntries().size() < page) break;
  }
  if (output.isJson()) {
    output.json({{"entries", std::move(entries)}, {"next", next}});
    return;
  }
  if (shown == 0) {
    output.line("Nothing matches.");
    return;
  }
  table.print(output);
  if (shown == options.limit) {
    output.line(output.paint(Colour::dim, "There may be more: --after " + std::to_string(*after) +
                                              ", or a larger --limit"));
  }
}

}  // namespace

void addAuditCommands(CLI::App& app, Cli& cli) {
  auto* audit = app.add_subcommand("audit", "What was done, by whom and when");
  audit->require_subcommand(1);
  auto options = std::make_shared<LogOptions>();
  auto* command = audit->add_subcommand("log", "Events in the order of the log");
  command->add_option("--ticket", options->ticket, "Of this ticket");
  command->add_option("--board", options->board, "Of this board and the tickets at home on it");
  command->add_option("--actor", options->actor, "By this subject, or on their behalf");
  command->add_option("--type", options->type, "Of this type, as TicketMoved");
  command->add_option("--from", options->from, "Recorded at this instant or later")
      ->type_name("TIME")
      ->check(CLI::Validator(checkInstant, ""));
  command->add_option("--to", options->to, "Recorded before this instant")
      ->type_name("TIME")
      ->check(CLI::Validator(checkInstant, ""));
  command
      ->add_option("--after", options->after, "Go on after this position (with --newest: below it)")
      ->type_name("POSITION")
      ->check(wholeNumber(0));
  command->add_flag("--newest", options->newest, "The newest first");
  command->add_option("--limit", options->limit, "How many")
      ->capture_default_str()
      ->check(wholeNumber(1, 10'000'000));
  addExample(*command, "docket audit log --ticket OPS-42 --newest --limit 20");
  cli.run(command, [&cli, options] { log(cli, *options); });
  auto* rehearsal = audit->add_subcommand(
      "rehearse",
      "Decode and fold the whole history of a stopped data directory with this version's code");
  auto strict = std::make_shared<bool>(false);
  rehearsal->add_flag("--strict", *strict, "Fail for events that only a newer version understands");
  addExample(*rehearsal, "docket audit rehearse --data /var/lib/docket");
  cli.run(rehearsal, [&cli, strict] {
    std::vector<std::string> words{"rehearse"};
    if (*strict) words.emplace_back("--strict");
    becomeDocketdOnData(cli, "audit rehearse", std::move(words));
  });
  addProofCommands(*audit, cli);
}

}  // namespace docket::client::cli
