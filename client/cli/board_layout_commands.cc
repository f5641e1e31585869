// board column add, change, move, remove; board lane likewise.
#include <memory>
#include <optional>
#include <vector>

#include "client/cli/board_change.h"
#include "client/cli/option_values.h"

namespace docket::client::cli {
namespace {

constexpr const char* kCategories = "queue, active, waiting, resolved or closed";
constexpr const char* kWaitsFor =
    "Of a waiting column: customer, supplier or team; nothing: none of them";
constexpr const char* kColumnHelp = "Id or name of the column";
constexpr const char* kLaneHelp = "Id or name of the lane";

struct ColumnOptions : BoardChange {
  std::string column;
  std::string name;
  std::string category;
  std::string waitsFor;
  std::optional<std::uint32_t> limit;
  bool drop = false;
  std::uint32_t place = 0;  // from 1; 0: not said
};

struct LaneOptions : BoardChange {
  std::string lane;
  std::string name;
  std::vector<std::string> classes;
  bool noClasses = false;
  std::uint32_t place = 0;  // from 1; 0: not said
};

struct PlaceOptions : BoardChange {
  std::string id;
  std::uint32_t place = 0;  // from 1
};

// --- Columns
// --------------------------------------------------------------------------------------

void addColumnAdd(CLI::App& parent, Cli& cli) {
  auto options = std::make_shared<ColumnOptions>();
  auto* command = addBoardChange(parent, "add", "Add a column to a board", *options);
  command->add_option("NAME", options->name, "What people call it")->required();
  command->add_option("--category", options->category, kCategories)->required();
  command->add_option("--limit", options->limit, "Its WIP limit; else none")
      ->check(wholeNumber(0, 10'000));
  command->add_option("--waits-for", options->waitsFor, kWaitsFor);
  command->add_flag("--drop", options->drop, "Work that comes back by itself lands there");
  command->add_option("--at", options->place, "Its place from the left, from 1; else the last")
      ->type_name("PLACE")
      ->check(placeNumber());
  addExample(*command, "docket board column add OPS Review --category active --limit 3 --at 4");
  cli.run(command, [&cli, options] {
    sendBoardCommand(cli, options->command, "Added column '" + options->name + "' to board {}",
                     [&](api::BoardCommand::Builder builder) {
                       auto body = builder.initAddColumn();
                       body.setBoard(asText(options->board));
                       auto column = body.initColumn();
                       column.setName(asText(options->name));
                       column.setCategory(asText(options->category));
                       if (options->limit) column.setWipLimit(*options->limit);
                       column.setDefaultDrop(options->drop);
                       column.setWaitsFor(asText(options->waitsFor));
                       body.setAt(static_cast<std::int32_t>(options->place) - 1);
                     });
  });
}

void addColumnChange(CLI::App& parent, Cli& cli) {
  auto options = std::make_shared<ColumnOptions>();
  auto* command =
      addBoardChange(parent, "change", "Change a column; what is not given stays", *options);
  command->add_option("COLUMN", options->column, kColumnHelp)->required();
  command->add_option("--name", options->name, "What people call it; its id stays");
  command->add_option("--category", options->category, kCategories);
  command->add_option("--waits-for", options->waitsFor, kWaitsFor);
  command->add_flag("--drop", options->drop, "Work that comes back by itself lands there");
  addExample(*command, "docket board column change OPS review --name \"Peer review\"");
  cli.run(command, [&cli, options] {
    sendBoardCommand(cli, options->command, "Changed column " + options->column + " of board {}",
                     [&](api::BoardCommand::Builder builder) {
                       auto body = builder.initChangeColumn();
                       body.setBoard(asText(options->board));
                       body.setColumn(asText(options->column));
                       body.setName(asText(options->name));
                       body.setCategory(asText(options->category));
                       body.setWaitsFor(asText(options->waitsFor));
                       body.setMakeDefaultDrop(options->drop);
                     });
  });
}

// --- What columns and lanes have in common
// ---------------------------------------------------------

using InitRelocate = api::Relocate::Builder (api::BoardCommand::Builder::*)();
using InitOnBoard = api::OnBoard::Builder (api::BoardCommand::Builder::*)();

void addMove(CLI::App& parent, Cli& cli, const std::string& what, InitRelocate init) {
  const bool isColumn = what == "column";
  auto options = std::make_shared<PlaceOptions>();
  auto* command = addBoardChange(parent, "move", "Move a " + what + " to another place", *options);
  command->add_option(isColumn ? "COLUMN" : "LANE", options->id, isColumn ? kColumnHelp : kLaneHelp)
      ->required();
  command
      ->add_option("PLACE", options->place,
                   isColumn ? "From the left, from 1" : "From the top, from 1")
      ->required()
      ->check(placeNumber());
  addExample(*command,
             "docket board " + what + " move OPS " + (isColumn ? "review" : "standard") + " 2");
  cli.run(command, [&cli, options, what, init] {
    sendBoardCommand(cli, options->command,
                     "Moved " + what + " " + options->id + " to place " +
                         std::to_string(options->place) + " of board {}",
                     [&](api::BoardCommand::Builder builder) {
                       auto body = (builder.*init)();
                       body.setBoard(asText(options->board));
                       body.setId(asText(options->id));
                       body.setTo(options->place - 1);
                     });
  });
}

void addRemove(CLI::App& parent, Cli& cli, const std::string& what, InitOnBoard init) {
  const bool isColumn = what == "column";
  auto options = std::make_shared<PlaceOptions>();
  auto* command = addBoardChange(parent, "remove",
                                 isColumn ? "Remove a column in which no card stands, with its "
                                            "limits and rules"
                                          : "Remove a lane with its limits",
                                 *options);
  command->add_option(isColumn ? "COLUMN" : "LANE", options->id, isColumn ? kColumnHelp : kLaneHelp)
      ->required();
  addExample(*command,
             "docket board " + what + " remove OPS " + (isColumn ? "review" : "standard"));
  cli.run(command, [&cli, options, what, init] {
    sendBoardCommand(cli, options->command, "Removed " + what + " " + options->id + " of board {}",
                     [&](api::BoardCommand::Builder builder) {
                       auto body = (builder.*init)();
                       body.setBoard(asText(options->board));
                       body.setId(asText(options->id));
                     });
  });
}

// --- Lanes
// ----------------------------------------------------------------------------------------

void setClasses(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& classes) {
  for (capnp::uint i = 0; i < out.size(); ++i) out.set(i, asText(classes[i]));
}

CLI::Option* addClasses(CLI::App& command, LaneOptions& options) {
  return command
      .add_option("--class", options.classes,
                  "A class of service that belongs to it: expedite, fixed-date, standard, "
                  "intangible; may be repeated")
      ->allow_extra_args(false);
}

void addLaneAdd(CLI::App& parent, Cli& cli) {
  auto options = std::make_shared<LaneOptions>();
  auto* command = addBoardChange(parent, "add", "Add a lane to a board", *options);
  command->add_option("NAME", options->name, "What people call it")->required();
  addClasses(*command, *options);
  command->add_option("--at", options->place, "Its place from the top, from 1; else the last")
      ->type_name("PLACE")
      ->check(placeNumber());
  addExample(*command, "docket board lane add OPS Urgent --class expedite --at 1");
  cli.run(command, [&cli, options] {
    sendBoardCommand(cli, options->command, "Added lane '" + options->name + "' to board {}",
                     [&](api::BoardCommand::Builder builder) {
                       auto body = builder.initAddLane();
                       body.setBoard(asText(options->board));
                       auto lane = body.initLane();
                       lane.setName(asText(options->name));
                       setClasses(
                           lane.initClasses(static_cast<capnp::uint>(options->classes.size())),
                           options->classes);
                       body.setAt(static_cast<std::int32_t>(options->place) - 1);
                     });
  });
}

void addLaneChange(CLI::App& parent, Cli& cli) {
  auto options = std::make_shared<LaneOptions>();
  auto* command =
      addBoardChange(parent, "change", "Change a lane; what is not given stays", *options);
  command->add_option("LANE", options->lane, kLaneHelp)->required();
  command->add_option("--name", options->name, "What people call it; its id stays");
  auto* classes = addClasses(*command, *options);
  command->add_flag("--no-classes", options->noClasses, "No class belongs to it any more")
      ->excludes(classes);
  addExample(*command, "docket board lane change OPS standard --class standard --class intangible");
  cli.run(command, [&cli, options] {
    sendBoardCommand(cli, options->command, "Changed lane " + options->lane + " of board {}",
                     [&](api::BoardCommand::Builder builder) {
                       auto body = builder.initChangeLane();
                       body.setBoard(asText(options->board));
                       body.setLane(asText(options->lane));
                       body.setName(asText(options->name));
                       body.setSetClasses(options->noClasses || !options->classes.empty());
                       setClasses(
                           body.initClasses(static_cast<capnp::uint>(options->classes.size())),
                           options->classes);
                     });
  });
}

}  // namespace

void addBoardLayoutCommands(CLI::App& board, Cli& cli) {
  using Builder = api::BoardCommand::Builder;
  auto* column = board.add_subcommand("column", "A board's columns: add, change, move, remove");
  column->require_subcommand(1);
  addColumnAdd(*column, cli);
  addColumnChange(*column, cli);
  addMove(*column, cli, "column", &Builder::initMoveColumn);
  addRemove(*column, cli, "column", &Builder::initRemoveColumn);

  auto* lane = board.add_subcommand(
      "lane", "A board's lanes, each for some classes of service: add, change, move, remove");
  lane->require_subcommand(1);
  addLaneAdd(*lane, cli);
  addLaneChange(*lane, cli);
  addMove(*lane, cli, "lane", &Builder::initMoveLane);
  addRemove(*lane, cli, "lane", &Builder::initRemoveLane);
}

}  // namespace docket::client::cli
