// `docket import`: history from a file of another system, and a first map for it.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/progress.h"
#include "client/cli/stop_signal.h"
#include "client/cli/text_layout.h"
#include "client/import/importer.h"
#include "client/import/map_proposal.h"
#include "client/import/source_reader.h"

namespace docket::client::cli {
namespace {

using imports::BoardColumns;
using imports::ImportError;
using imports::ImportReport;
using imports::RefusedRow;

constexpr std::size_t kRefusedRowsListed = 10;
// Drawing costs more than an event does: the progress is told once in so many calls.
constexpr std::uint64_t kCallsAnUpdate = 64;

struct ImportArguments {
  std::string file;
  std::string board;
  std::string format;
  std::string map;
  std::string output;
  std::string refusedFile;
  bool proposeMap = false;
  bool dryRun = false;
};

[[noreturn]] void fail(const ImportError& error) {
  switch (error.code) {
    case ImportError::Code::usage:
      throw CliFailure(ExitCode::usage, error.message);
    case ImportError::Code::unreachable:
      throw CliFailure(ExitCode::unreachable, error.message);
    case ImportError::Code::integrity:
      throw CliFailure(ExitCode::integrity, error.message);
    case ImportError::Code::badInput:
    case ImportError::Code::brokenInput:
    case ImportError::Code::server:
      break;
  }
  throw CliFailure(ExitCode::refused, error.message);
}

template <class T>
T orFail(tl::expected<T, ImportError> value) {
  if (!value) fail(value.error());
  return std::move(*value);
}

// `expectsXes`: its map or its name says that it is XES.
imports::Format formatOf(const ImportArguments& arguments, imports::ByteSource& source,
                         bool expectsXes) {
  if (!arguments.format.empty()) return *imports::parseFormat(arguments.format);
  const imports::Format format = orFail(imports::sniffFormat(source));
  if (expectsXes && format != imports::Format::xes) {
    throw CliFailure(ExitCode::refused, "'" + arguments.file + "' is no XES: line 1 is not XML.");
  }
  return format;
}

bool isNamedXes(const std::string& path) {
  std::filesystem::path name(path);
  for (const char* packed : {".gz", ".xz", ".zst"}) {
    if (name.extension() == packed) name = name.stem();
  }
  return name.extension() == ".xes";
}

bool isSameFile(const std::string& a, const std::string& b) {
  std::error_code absent;  // one that is not there is no other
  return !a.empty() && !b.empty() && std::filesystem::equivalent(a, b, absent);
}

// What is written must never be what is read.
void checkOutputs(const ImportArguments& arguments) {
  for (const auto& [option, path] :
       {std::pair("-o", &arguments.output), std::pair("--refused", &arguments.refusedFile)}) {
    for (const auto& [input, what] :
         {std::pair(&arguments.file, "file to import"), std::pair(&arguments.map, "map")}) {
      if (isSameFile(*path, *input)) {
        throw CliFailure(ExitCode::usage, std::string(option) + " names the " + what + ", '" +
                                              *path + "', which it would overwrite; name another.");
      }
    }
  }
  std::error_code absent;
  const auto status = std::filesystem::status(arguments.output, absent);
  if (std::filesystem::is_regular_file(status) || std::filesystem::is_directory(status)) {
    throw CliFailure(ExitCode::usage,
                     "'" + arguments.output + "' is there already; remove it or name another.");
  }
}

BoardColumns readBoard(Cli& cli, const std::string& key) {
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.desk().boardRequest();
    request.setKey(asText(key));
    request.setCardsPerColumn(0);
    request.initFreshness().setHead();
    return request.send();
  });
  cli.check(answer);
  return imports::columnsOf(key, answer.getBoard());
}

void writeFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) {
    throw CliFailure(ExitCode::refused, "'" + path + "' cannot be written.");
  }
}

void propose(const ImportArguments& arguments, Cli& cli) {
  auto source = orFail(imports::ByteSource::open(arguments.file));
  const imports::Format format = formatOf(arguments, source, isNamedXes(arguments.file));
  const BoardColumns board =
      arguments.board.empty() ? imports::itSupportColumns() : readBoard(cli, arguments.board);
  const std::string map = orFail(imports::proposeMap(source, format, board));
  if (!arguments.output.empty()) writeFile(arguments.output, map);
  if (cli.output().isJson()) {
    cli.output().json({{"file", arguments.file},
                       {"format", imports::text(format)},
                       {"board", arguments.board},
                       {"written_to", arguments.output},
                       {"map", map}});
  } else if (arguments.output.empty()) {
    cli.output().text(map);
  } else {
    cli.output().line("Wrote " + visible(arguments.output) +
                      ". Look it over, then: docket import " + visible(arguments.file) + " --map " +
                      visible(arguments.output) + " --board " +
                      (arguments.board.empty() ? "KEY" : arguments.board));
  }
}

// Keeps the first refused rows for the report and writes all of them to a file when one is named.
class RefusedRows {
 public:
  explicit RefusedRows(const std::string& path) {
    if (path.empty()) return;
    file_.emplace(path, std::ios::binary | std::ios::trunc);
    if (!*file_) throw CliFailure(ExitCode::refused, "'" + path + "' cannot be written.");
    *file_ << "line\tcase\treason\n";
  }

  void add(const RefusedRow& row) {
    if (first_.size() < kRefusedRowsListed) first_.push_back(row);
    if (file_) {
      *file_ << row.line << '\t' << visible(row.externalKey) << '\t' << visible(row.reason) << '\n';
    }
  }

  // False: not all of them could be written.
  bool finish() { return !file_ || file_->flush().good(); }
  const std::vector<RefusedRow>& first() const { return first_; }

 private:
  std::vector<RefusedRow> first_;
  std::optional<std::ofstream> file_;
};

nlohmann::ordered_json asJson(const ImportArguments& arguments, const ImportReport& report,
                              const RefusedRows& refused) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const RefusedRow& row : refused.first()) {
    rows.push_back({{"line", row.line}, {"case", row.externalKey}, {"reason", row.reason}});
  }
  nlohmann::ordered_json document{{"file", arguments.file},
                                  {"board", arguments.board},
                                  {"dry_run", arguments.dryRun},
                                  {"cases", report.cases},
                                  {"events", report.events},
                                  {"new", report.recorded},
                                  {"already_there", report.alreadyThere},
                                  {"refused", report.refused},
                                  {"skipped", report.skipped},
                                  {"outcome_unknown", report.outcomeUnknown},
                                  {"log_elements_not_kept", report.notKept},
                                  {"ambiguous_times", report.times.ambiguous},
                                  {"nonexistent_times", report.times.nonexistent},
                                  {"stopped", report.stopped},
                                  {"refused_rows", std::move(rows)}};
  document["error"] = report.error ? nlohmann::ordered_json(report.error->message) : nullptr;
  return document;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

void printReport(const ImportArguments& arguments, const ImportReport& report,
                 const RefusedRows& refused, Output& output) {
  const auto row = [&](std::string_view name, std::uint64_t count, std::string_view remark = {}) {
    std::string line = "  " + std::string(name);
    line.resize(18, ' ');
    const std::string number = std::to_string(count);
    line.append(number.size() < 9 ? 9 - number.size() : 0, ' ');
    output.line(line + number + (remark.empty() ? "" : "  " + std::string(remark)));
  };
  output.line(
      output.paint(Colour::bold, arguments.dryRun ? "Dry run: nothing was sent" : "Import") + "  " +
      visible(arguments.file) + " -> " + visible(arguments.board));
  row("cases", report.cases);
  row("events", report.events, "read from the file and sound");
  row("new", report.recorded);
  row("already there", report.alreadyThere);
  row("refused", report.refused, report.refused == 0 ? "" : "rows");
  if (report.skipped > 0) row("not sent", report.skipped);
  if (report.outcomeUnknown > 0) {
    row("outcome unknown", report.outcomeUnknown, "sent, and not answered for certain");
  }
  if (report.notKept > 0) {
    row("not kept", report.notKept, "elements that describe the log as a whole, not its tickets");
  }
  if (report.times.ambiguous > 0) {
    row("ambiguous", report.times.ambiguous, "local times; the earlier instant was taken");
  }
  if (report.times.nonexistent > 0) {
    row("nonexistent", report.times.nonexistent,
        "local times; the instant of the change was taken");
  }
  for (const RefusedRow& one : refused.first()) {
    output.line(output.paint(Colour::red, "  line " + std::to_string(one.line)) +
                (one.externalKey.empty() ? "" : ", case " + visible(one.externalKey)) + ": " +
                visible(one.reason));
  }
  if (report.refused > refused.first().size()) {
    output.line("  … and " + std::to_string(report.refused - refused.first().size()) + " more" +
                (arguments.refusedFile.empty() ? "; --refused FILE lists all"
                                               : "; all are in " + visible(arguments.refusedFile)));
  }
}

// What to do after an import that could not go on.
std::string adviceFor(ImportError::Code code) {
  switch (code) {
    case ImportError::Code::brokenInput:
      return " Get a whole copy of the file and import it: what is recorded is not doubled.";
    case ImportError::Code::server:
    case ImportError::Code::integrity:
      return " Run the same command again when the server takes commands.";
    case ImportError::Code::unreachable:  // its sentence says it
    case ImportError::Code::usage:
    case ImportError::Code::badInput:
      break;
  }
  return {};
}

// Throws unless everything in the file is on the board now.
void judge(const ImportArguments& arguments, const ImportReport& report) {
  const std::string soFar =
      " What came before is kept: " + counted(report.recorded, "event", "events") + " recorded, " +
      std::to_string(report.alreadyThere) + " already there.";
  if (report.error) {
    ImportError error = *report.error;
    const bool end = !error.message.empty() && error.message.back() == '.';
    error.message += end ? "" : ".";
    if (error.code == ImportError::Code::unreachable) {
      error.message = "The connection was lost: run the same command again, nothing is done twice.";
    }
    const bool began = report.recorded + report.alreadyThere > 0;
    if (began) error.message += soFar;
    error.message += adviceFor(error.code);
    fail(error);
  }
  if (report.stopped) {
    throw CliFailure(StopOnSignal::exitCode(),
                     "Stopped." + soFar + " Run the same command again to go on.");
  }
  if (report.refused > 0 && arguments.dryRun) {
    throw CliFailure(ExitCode::refused, counted(report.refused, "row", "rows") +
                                            " would be refused; nothing was sent.");
  }
  if (report.refused > 0) {
    throw CliFailure(ExitCode::refused, counted(report.refused, "row was", "rows were") +
                                            " refused; all others are in.");
  }
}

void importFile(const ImportArguments& arguments, Cli& cli) {
  auto source = orFail(imports::ByteSource::open(arguments.file));
  if (arguments.map.empty()) {
    throw CliFailure(ExitCode::usage, "An import needs a map: docket import " + arguments.file +
                                          " --propose-map -o MAP.toml writes a first one.");
  }
  const imports::ImportMap map = orFail(imports::readMap(arguments.map));
  const imports::Format format = formatOf(arguments, source, map.format == imports::Format::xes);
  if (map.format != format) {
    throw CliFailure(ExitCode::usage, "The map '" + arguments.map + "' is for " +
                                          std::string(imports::text(map.format)) + ", but '" +
                                          arguments.file + "' is " +
                                          std::string(imports::text(format)) + ".");
  }
  const BoardColumns board = readBoard(cli, arguments.board);
  const auto states = orFail(imports::StateColumns::make(map, board));

  RefusedRows refused(arguments.refusedFile);
  const StopOnSignal stopOnSignal;
  Progress progress("Importing " + visible(arguments.file));
  std::uint64_t calls = 0;
  imports::ImportOptions options;
  options.dryRun = arguments.dryRun;
  options.shouldStop = [] { return StopOnSignal::asked(); };
  options.onRefused = [&](const RefusedRow& row) { refused.add(row); };
  options.onProgress = [&](const ImportReport& soFar) {
    if (calls++ % kCallsAnUpdate != 0) return;
    progress.update(
        {source.packedBytesRead(), source.packedBytes(),
         std::to_string(soFar.events) + " events, " + std::to_string(soFar.refused) + " refused"});
  };
  const ImportReport report = runImport(source, map, board, states, &cli.connection(), options);
  progress.finish();
  if (report.recorded > 0) {
    cli.noteDone(counted(report.recorded, "event was", "events were") + " recorded");
  }
  const bool refusedWritten = refused.finish();
  const bool usage = report.error && report.error->code == ImportError::Code::usage;
  if (cli.output().isJson()) {
    cli.output().json(asJson(arguments, report, refused));
  } else if (!usage) {
    printReport(arguments, report, refused, cli.output());
  }
  judge(arguments, report);
  if (!refusedWritten) {
    throw CliFailure(ExitCode::refused, "'" + arguments.refusedFile + "' cannot be written.");
  }
}

}  // namespace

void addImportCommands(CLI::App& app, Cli& cli) {
  auto arguments = std::make_shared<ImportArguments>();
  auto* command = app.add_subcommand("import", "Record the history in a file of another system");
  command->add_option("FILE", arguments->file, "XES or CSV; plain, gzip, xz or zstd")->required();
  command->add_option("--board", arguments->board, "The board that it lands on");
  command
      ->add_option("--format", arguments->format, "What the file is, when it is not to be guessed")
      ->check(CLI::IsMember({"xes", "csv"}));
  command->add_option("--map", arguments->map, "Which parts of the file are what (TOML)");
  command->add_flag("--propose-map", arguments->proposeMap,
                    "Write a first map for the file and import nothing");
  command->add_option("-o,--output", arguments->output, "Where the proposed map goes");
  command->add_option("--refused", arguments->refusedFile, "List every refused row in this file");
  command->add_flag("--dry-run", arguments->dryRun, "Read and check all, send nothing");
  addExample(*command, "docket import problems.xes.gz --board OPS --map problems.map.toml");
  cli.run(command, [arguments, &cli] {
    checkOutputs(*arguments);
    if (arguments->proposeMap) return propose(*arguments, cli);
    if (arguments->board.empty()) {
      throw CliFailure(ExitCode::usage, "An import needs --board KEY.");
    }
    if (!arguments->output.empty()) {
      throw CliFailure(ExitCode::usage, "-o goes with --propose-map only.");
    }
    importFile(*arguments, cli);
  });
}

}  // namespace docket::client::cli
