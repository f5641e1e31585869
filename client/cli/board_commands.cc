// board create, list, show; queue; and the families of commands that change a board.
#include <memory>
#include <vector>

#include "client/cli/board_change.h"
#include "client/cli/board_text.h"
#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/json_shapes.h"
#include "client/cli/option_values.h"
#include "client/cli/table.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

// What the server gives at most.
constexpr std::uint64_t kCardsMax = 1000;  // a column
constexpr std::uint64_t kQueueMax = 1000;

struct CreateOptions {
  std::string key;
  std::string name;
  std::string templateName;
  std::vector<std::string> columns;
  CommandOptions command;
};

struct ShowOptions {
  std::string key;
  std::uint32_t cards = 10;
  bool lanes = false;
};

struct QueueOptions {
  std::string key;
  std::uint32_t limit = 50;
};

void create(Cli& cli, const CreateOptions& options) {
  CommandMessage<api::BoardCommand> message(options.command);
  auto board = (*message).initCreate();
  board.setKey(asText(options.key));
  board.setName(asText(options.name));
  const bool fromTemplate = options.columns.empty() && options.templateName.empty();
  board.setTemplate(fromTemplate ? capnp::Text::Reader("it-support")
                                 : asText(options.templateName));
  auto columns = board.initColumns(static_cast<capnp::uint>(options.columns.size()));
  for (capnp::uint i = 0; i < columns.size(); ++i) {
    const auto parsed = parseColumn(options.columns[i]).value();
    columns[i].setName(asText(parsed.name));
    columns[i].setCategory(asText(parsed.category));
    if (parsed.limit) columns[i].setWipLimit(*parsed.limit);
    columns[i].setDefaultDrop(parsed.drop);
    columns[i].setWaitsFor(asText(parsed.waitsFor));
  }
  printDone(cli, cli.execute(message.reader()), "Created board {}", message.reader().getHeader());
}

void list(Cli& cli) {
  const auto answer = cli.ask([](Connection& connection) {
    auto request = connection.desk().boardsRequest();
    request.initFreshness().setHead();
    return request.send();
  });
  cli.check(answer);
  Output& output = cli.output();
  if (output.isJson()) {
    output.json(
        {{"boards", toJson<api::BoardSummary>(answer.getBoards())}, {"next", answer.getNext()}});
    return;
  }
  if (answer.getBoards().size() == 0) {
    output.line("There is no board yet. Make one: docket board create KEY");
    return;
  }
  Table table({{"BOARD"},
               {"NAME", Align::left, true},
               {"TEMPLATE"},
               {"TICKETS", Align::right},
               {"UNFINISHED", Align::right}});
  for (const auto board : answer.getBoards()) {
    table.add({{visible(textOf(board.getKey())), Colour::bold},
               {visible(textOf(board.getName()))},
               {visible(textOf(board.getTemplate())), Colour::dim},
               {grouped(board.getTickets())},
               {grouped(board.getUnfinished())}});
  }
  table.print(output);
}

std::vector<BoardLane> askLanes(Cli& cli, const std::string& key) {
  const auto answer = askBoardRules(cli, key);
  std::vector<BoardLane> lanes;
  for (const auto lane : answer.getRules().getLanes()) {
    auto& made = lanes.emplace_back();
    made.name = textOf(lane.getName());
    for (const auto one : lane.getClasses()) made.classes.emplace_back(textOf(one));
  }
  return lanes;
}

void show(Cli& cli, const ShowOptions& options) {
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.desk().boardRequest();
    request.setKey(asText(options.key));
    request.setCardsPerColumn(options.cards);
    request.initFreshness().setHead();
    return request.send();
  });
  cli.check(answer);
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"board", toJson(answer.getBoard())}, {"next", answer.getNext()}});
  } else {
    const auto lanes = options.lanes ? askLanes(cli, options.key) : std::vector<BoardLane>();
    output.text(boardText(answer.getBoard(), answer.getNext(), nowMicroseconds(), output, lanes));
  }
}

void printQueue(Output& output, const std::string& key,
                capnp::List<api::QueueEntry>::Reader entries, std::uint64_t total) {
  if (entries.size() == 0) {
    output.line("Nothing waits on board " + visible(key) + ".");
    return;
  }
  const std::int64_t now = nowMicroseconds();
  Table table({{"#", Align::right},
               {""},
               {"TICKET"},
               {"TITLE", Align::left, true},
               {"TYPE"},
               {"CHOSEN BY", Align::left, true},
               {"OPENED", Align::right}});
  for (const auto entry : entries) {
    const auto card = entry.getCard();
    const bool blocked = entry.getRank() == 0;
    table.add({{blocked ? "-" : std::to_string(entry.getRank())},
               {classMark(textOf(card.getClass())), Colour::red},
               {visible(textOf(card.getId())), Colour::bold},
               {visible(textOf(card.getTitle()))},
               {visible(textOf(card.getType()))},
               {blocked ? "blocked: " + visible(textOf(card.getBlocked()))
                        : visible(textOf(entry.getRule())),
                blocked ? Colour::red : Colour::dim},
               {age(card.getOpenedAt(), now)}});
  }
  table.print(output);
  if (total > entries.size()) {
    output.line("and " + grouped(total - entries.size()) + " more (--limit)");
  }
}

void queue(Cli& cli, const QueueOptions& options) {
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.desk().queueRequest();
    request.setKey(asText(options.key));
    request.setLimit(options.limit);
    request.initFreshness().setHead();
    return request.send();
  });
  cli.check(answer);
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"board", options.key},
                 {"entries", toJson<api::QueueEntry>(answer.getEntries())},
                 {"total", answer.getTotal()},
                 {"next", answer.getNext()}});
  } else {
    printQueue(output, options.key, answer.getEntries(), answer.getTotal());
  }
}

void addCreate(CLI::App& board, Cli& cli) {
  auto options = std::make_shared<CreateOptions>();
  auto* command = board.add_subcommand("create", "Make a board (template it-support unless said)");
  command->add_option("KEY", options->key, "2 to 10 of A-Z and 0-9, a letter first")->required();
  command->add_option("--name", options->name, "What people call it; else its key");
  auto* from =
      command->add_option("--template", options->templateName, "it-support, development or basic");
  command
      ->add_option(
          "--column", options->columns,
          "A column, in order: NAME:CATEGORY[:LIMIT][:WAITS-FOR][:drop]; CATEGORY is queue, "
          "active, waiting, resolved or closed, WAITS-FOR customer, supplier or team")
      ->type_name("COLUMN")
      ->allow_extra_args(false)
      ->check(CLI::Validator(checkColumn, ""))
      ->excludes(from);
  addCommandOptions(*command, options->command, Subject::isNew);
  addExample(*command, "docket board create OPS --name \"Operations\" --template it-support");
  cli.run(command, [&cli, options] { create(cli, *options); });
}

}  // namespace

void addBoardCommands(CLI::App& app, Cli& cli) {
  auto* board = app.add_subcommand("board", "Boards: create, show, rules, limits, columns, roles");
  board->require_subcommand(1);
  addCreate(*board, cli);

  auto* listCommand = board->add_subcommand("list", "All boards");
  addExample(*listCommand, "docket board list");
  cli.run(listCommand, [&cli] { list(cli); });

  auto showOptions = std::make_shared<ShowOptions>();
  auto* showCommand = board->add_subcommand("show", "A board, column by column");
  showCommand->add_option("KEY", showOptions->key, "The board")->required();
  showCommand->add_option("--cards", showOptions->cards, "How many cards a column shows")
      ->capture_default_str()
      ->check(wholeNumber(0, kCardsMax));
  showCommand->add_flag("--lanes", showOptions->lanes, "Draw the cards of a column lane by lane");
  addExample(*showCommand, "docket board show OPS --cards 20");
  cli.run(showCommand, [&cli, showOptions] { show(cli, *showOptions); });

  addBoardRulesCommands(*board, cli);
  addBoardLimitCommands(*board, cli);
  addBoardLayoutCommands(*board, cli);

  auto queueOptions = std::make_shared<QueueOptions>();
  auto* queueCommand = app.add_subcommand("queue", "What a board pulls next, in order");
  queueCommand->add_option("KEY", queueOptions->key, "The board")->required();
  queueCommand->add_option("--limit", queueOptions->limit, "How many to show")
      ->capture_default_str()
      ->check(wholeNumber(1, kQueueMax));
  addExample(*queueCommand, "docket queue OPS --limit 10");
  cli.run(queueCommand, [&cli, queueOptions] { queue(cli, *queueOptions); });
}

}  // namespace docket::client::cli
