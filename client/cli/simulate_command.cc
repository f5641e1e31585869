// `docket simulate`: a synthetic service desk, played on a board.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/progress.h"
#include "client/cli/stop_signal.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"
#include "client/simulate/simulation.h"

namespace docket::client::cli {
namespace {

using simulate::Seconds;
using simulate::SimulationError;
using simulate::SimulationReport;

constexpr std::uint64_t kCallsAnUpdate = 256;
constexpr std::int64_t kMicroseconds = 1'000'000;

struct SimulateArguments {
  std::string board;
  std::uint64_t seed = 1;
  std::uint32_t days = 28;
  double perDay = simulate::DeskOptions{}.perDay;
  std::optional<std::uint64_t> tickets;
  std::string until;
};

std::string checkPerDay(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const bool fits = !text.empty() && *end == '\0' && number >= 0.1 && number <= 1e6;
  return fits ? "" : "must be a number, 0.1 to 1000000";
}

// Now, rounded down to the hour, unless an instant is given.
Seconds untilOf(const SimulateArguments& arguments) {
  const Seconds now = nowMicroseconds() / kMicroseconds;
  if (arguments.until.empty()) return now - now % simulate::kHour;
  const Seconds until = parseInstant(arguments.until).value() / kMicroseconds;
  if (until > now) throw CliFailure(ExitCode::usage, "--until must not lie in the future.");
  return until;
}

void print(const SimulateArguments& arguments, const simulate::DeskOptions& desk,
           const SimulationReport& report, const std::string& error, Output& output) {
  if (output.isJson()) {
    output.json(
        {{"board", arguments.board},
         {"seed", desk.seed},
         {"days", desk.days},
         {"until", isoUtc(desk.until * kMicroseconds)},
         {"board_created", report.boardCreated},
         {"tickets", report.tickets},
         {"commands", report.commands},
         {"new", report.done},
         {"already_there", report.alreadyThere},
         {"refused_by_limit", report.refused},
         {"outcome_unknown", report.outcomeUnknown},
         {"stopped", report.stopped},
         {"error", error.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(error)}});
    return;
  }
  output.line(output.paint(Colour::bold, "Simulated desk") + " on board " +
              visible(arguments.board) + (report.boardCreated ? " (made for it)" : "") + ", seed " +
              std::to_string(desk.seed));
  const auto row = [&](std::string_view name, std::uint64_t count, std::string_view remark) {
    std::string line = "  " + std::string(name);
    line.resize(18, ' ');
    const std::string number = grouped(count);
    line.append(number.size() < 11 ? 11 - number.size() : 0, ' ');
    output.line(line + number + "  " + std::string(remark));
  };
  row("tickets", report.tickets, "opened by simulated people");
  row("commands", report.commands, "answered as the model foretold");
  row("new", report.done, "events in the log");
  row("already there", report.alreadyThere, "from an earlier run");
  row("refused", report.refused, "by a WIP limit, as foretold");
  if (report.outcomeUnknown > 0) {
    row("outcome unknown", report.outcomeUnknown, "sent, and not answered for certain");
  }
}

// Ends a simulation that could not go on.
[[noreturn]] void judge(const SimulateArguments& arguments, const simulate::DeskOptions& desk,
                        const SimulationReport& report, const SimulationError& error, Cli& cli) {
  ExitCode code = ExitCode::refused;
  switch (error.code) {
    case SimulationError::Code::refused:
      if (error.refusal) cli.refuse(error.refusal->getRoot<api::Refusal>().asReader());
      cli.refuse("board-not-fit", error.message, "Give another --board.");
    case SimulationError::Code::disagreed:
    case SimulationError::Code::unavailable:
      break;
    case SimulationError::Code::unreachable:
      code = ExitCode::unreachable;
      break;
    case SimulationError::Code::integrity:
      code = ExitCode::integrity;
      break;
  }
  print(arguments, desk, report, error.message, cli.output());
  throw CliFailure(code, error.message);
}

void simulateDesk(const SimulateArguments& arguments, Cli& cli) {
  simulate::SimulationOptions options;
  options.board = arguments.board;
  options.desk = {arguments.seed, untilOf(arguments), arguments.days, arguments.perDay,
                  arguments.tickets};
  const StopOnSignal stopOnSignal;
  options.shouldStop = [] { return StopOnSignal::asked(); };

  Progress progress("Simulating " + visible(arguments.board));
  const Seconds start =
      options.desk.until - static_cast<Seconds>(options.desk.days) * simulate::kDay;
  std::uint64_t calls = 0;
  options.onProgress = [&](const SimulationReport& soFar, Seconds now) {
    if (calls++ % kCallsAnUpdate != 0) return;
    progress.update({static_cast<std::uint64_t>(now - start),
                     static_cast<std::uint64_t>(options.desk.until - start),
                     grouped(soFar.done) + " events"});
  };
  SimulationReport report;
  const auto played = simulate::simulate(cli.connection(), options, report);
  progress.finish();
  if (report.done > 0) {
    cli.noteDone(grouped(report.done) + " commands of the simulated desk were done");
  }
  if (!played) judge(arguments, options.desk, report, played.error(), cli);
  print(arguments, options.desk, report, "", cli.output());
  if (report.stopped) {
    throw CliFailure(StopOnSignal::exitCode(),
                     "Stopped. Run it again with the same --seed, --days, --tickets or --per-day, "
                     "and --until " +
                         isoUtc(options.desk.until * kMicroseconds) + " to go on.");
  }
}

}  // namespace

void addSimulateCommands(CLI::App& app, Cli& cli) {
  auto arguments = std::make_shared<SimulateArguments>();
  auto* command = app.add_subcommand("simulate", "Play a synthetic service desk on a board");
  command->add_option("--board", arguments->board, "The board; made from it-support if absent")
      ->required();
  command->add_option("--seed", arguments->seed, "Same seed, same desk")
      ->capture_default_str()
      ->check(wholeNumber(0));
  command->add_option("--days", arguments->days, "How long it goes on")
      ->check(wholeNumber(1, 3650))
      ->capture_default_str();
  auto* tickets = command->add_option("--tickets", arguments->tickets, "Exactly so many tickets")
                      ->check(wholeNumber(1, 100'000'000));
  command->add_option("--per-day", arguments->perDay, "Tickets a day, on average")
      ->check(CLI::Validator(checkPerDay, ""))
      ->capture_default_str()
      ->excludes(tickets);
  command
      ->add_option("--until", arguments->until,
                   "The simulated now; default: the last full hour (a repeat needs the same one)")
      ->type_name("TIME")
      ->check(CLI::Validator(checkInstant, ""));
  addExample(*command, "docket simulate --board SIM --days 30 --tickets 500");
  cli.run(command, [arguments, &cli] { simulateDesk(*arguments, cli); });
}

}  // namespace docket::client::cli
