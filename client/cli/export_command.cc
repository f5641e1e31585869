// `docket export`: tickets and their events as XES, CSV or lines of JSON.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/json_shapes.h"
#include "client/cli/progress.h"
#include "client/cli/stop_signal.h"
#include "client/cli/text_layout.h"
#include "client/export/csv_writer.h"
#include "client/export/output_file.h"
#include "client/export/ticket_reader.h"
#include "client/export/xes_writer.h"

namespace docket::client::cli {
namespace {

using exports::BoardToRead;
using exports::CsvColumns;
using exports::CsvWriter;
using exports::Detail;
using exports::OutputFile;
using exports::TicketHistory;
using exports::TicketReader;
using exports::XesWriter;

// Whether the reader of standard output is still there is looked at once in so many tickets.
constexpr std::uint64_t kTicketsAFlush = 64;

struct ExportArguments {
  std::string format;
  std::string board;  // empty: all
  std::string output;
};

struct ExportReport {
  std::uint64_t tickets = 0;
  std::uint64_t events = 0;
  std::uint64_t replacedCharacters = 0;
};

void checkBoard(Cli& cli, const std::string& key) {
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.desk().boardRequest();
    request.setKey(asText(key));
    request.setCardsPerColumn(0);
    request.initFreshness().setHead();
    return request.send();
  });
  cli.check(answer);
}

// By key.
std::vector<BoardToRead> boardsToRead(Cli& cli, const std::string& key) {
  if (!key.empty()) checkBoard(cli, key);
  const auto answer = cli.ask([](Connection& connection) {
    auto request = connection.desk().boardsRequest();
    request.initFreshness().setHead();
    return request.send();
  });
  cli.check(answer);
  std::vector<BoardToRead> boards;
  for (const auto board : answer.getBoards()) {
    std::string name(textOf(board.getKey()));
    if (key.empty() || name == key) boards.push_back({std::move(name), board.getTickets()});
  }
  std::sort(boards.begin(), boards.end(),
            [](const BoardToRead& a, const BoardToRead& b) { return a.key < b.key; });
  return boards;
}

// One line for each event, also for the one with which an import opened a ticket.
class JsonLinesWriter {
 public:
  explicit JsonLinesWriter(exports::Sink sink) : sink_(std::move(sink)) {}

  void write(const TicketHistory& ticket) {
    std::string lines;
    for (const auto entry : ticket.entries) {
      Json line{{"ticket", ticket.id}, {"external_key", ticket.externalKey}};
      line.update(toJson(entry));
      lines += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
      ++events_;
    }
    sink_(lines);
  }

  std::uint64_t events() const { return events_; }

 private:
  exports::Sink sink_;
  std::uint64_t events_ = 0;
};

// One export: everything below `end`.
class Export {
 public:
  Export(Cli& cli, const ExportArguments& arguments, std::vector<BoardToRead> boards,
         std::uint64_t end)
      : cli_(cli), arguments_(arguments), boards_(std::move(boards)), end_(end) {
    for (const BoardToRead& board : boards_) ticketsInAll_ += board.tickets;
  }

  // `sink` takes what is written, `takesMore` says whether it is worth going on.
  ExportReport run(const exports::Sink& sink, const std::function<bool()>& takesMore) {
    takesMore_ = takesMore;
    if (arguments_.format == "xes") return asXes(sink);
    return arguments_.format == "csv" ? asCsv(sink) : asJsonLines(sink);
  }

 private:
  ExportReport asXes(const exports::Sink& sink) {
    XesWriter writer(sink);
    writer.begin();
    const std::uint64_t tickets = forEach("Exporting", Detail::eventsAndTicket, writer);
    writer.end();
    return {tickets, writer.events(), writer.replacedCharacters()};
  }

  ExportReport asCsv(const exports::Sink& sink) {
    struct {
      CsvColumns columns;
      void write(const TicketHistory& ticket) { columns.add(ticket); }
      std::uint64_t events() const { return 0; }
    } looking;
    forEach("Looking for columns", Detail::events, looking);
    CsvWriter writer(std::move(looking.columns), sink);
    writer.begin();
    const std::uint64_t tickets = forEach("Exporting", Detail::events, writer);
    return {tickets, writer.events(), 0};
  }

  ExportReport asJsonLines(const exports::Sink& sink) {
    JsonLinesWriter writer(sink);
    const std::uint64_t tickets = forEach("Exporting", Detail::eventsAndTicket, writer);
    return {tickets, writer.events(), 0};
  }

  template <class Writer>
  std::uint64_t forEach(const char* title, Detail detail, Writer& writer) {
    Progress progress(title);
    TicketReader reader(cli_.connection(), boards_, end_, detail);
    std::uint64_t tickets = 0;
    while (takesMore_()) {
      auto ticket = reader.next();
      if (StopOnSignal::asked()) throw CliFailure(StopOnSignal::exitCode(), "Stopped.");
      if (!ticket) fail(ticket.error());
      if (!*ticket) break;
      writer.write(**ticket);
      ++tickets;
      progress.update(
          {tickets, std::max(tickets, ticketsInAll_), std::to_string(writer.events()) + " events"});
    }
    return tickets;
  }

  [[noreturn]] void fail(const exports::ReadFailure& failure) {
    if (failure.refusal) cli_.refuse(failure.refusal->getRoot<api::Refusal>().asReader());
    if (failure.connection->code == ClientError::Code::disconnected) {
      throw CliFailure(ExitCode::unreachable,
                       "The connection was lost and the export is not whole; run it again.");
    }
    cli_.fail(*failure.connection);
  }

  Cli& cli_;
  const ExportArguments& arguments_;
  const std::vector<BoardToRead> boards_;
  const std::uint64_t end_;
  std::uint64_t ticketsInAll_ = 0;
  std::function<bool()> takesMore_;
};

void orFail(const tl::expected<void, exports::OutputError>& done) {
  if (done) return;
  throw CliFailure(done.error().isTaken ? ExitCode::usage : ExitCode::refused,
                   done.error().message);
}

void printReport(Cli& cli, const ExportArguments& arguments, const ExportReport& report,
                 std::uint64_t end) {
  if (report.replacedCharacters > 0) {
    cli.output().errorLine("docket: " + std::to_string(report.replacedCharacters) +
                           " characters that XML cannot carry were written as U+FFFD; jsonl "
                           "keeps them.");
  }
  if (arguments.output.empty()) return;
  if (cli.output().isJson()) {
    cli.output().json({{"exported",
                        {{"format", arguments.format},
                         {"board", arguments.board},
                         {"file", arguments.output},
                         {"tickets", report.tickets},
                         {"events", report.events},
                         {"replaced_characters", report.replacedCharacters},
                         {"next", end}}}});
    return;
  }
  cli.output().line("Wrote " + visible(arguments.output) + ": " + std::to_string(report.events) +
                    " events of " + std::to_string(report.tickets) + " tickets, as of position " +
                    std::to_string(end));
}

void exportTickets(Cli& cli, const ExportArguments& arguments) {
  const StopOnSignal stopOnSignal;
  std::unique_ptr<OutputFile> file;
  if (!arguments.output.empty()) {
    auto created = OutputFile::create(arguments.output);
    if (!created) orFail(tl::make_unexpected(created.error()));
    file = std::move(*created);
  } else if (cli.output().isJson()) {
    throw CliFailure(ExitCode::usage,
                     "--json needs -o FILE here: the export itself goes to standard output.");
  }
  // What is recorded from here on is not in the export.
  const std::uint64_t end =
      cli.ask([](Connection& connection) { return connection.docket().infoRequest().send(); })
          .getInfo()
          .getHead();
  Export run(cli, arguments, boardsToRead(cli, arguments.board), end);
  ExportReport report;
  if (file) {
    report = run.run([&](std::string_view bytes) { file->write(bytes); },
                     [&] { return !file->failed(); });
    orFail(file->commit());
  } else {
    std::uint64_t tickets = 0;
    report = run.run([&](std::string_view bytes) { cli.output().text(bytes); },
                     [&] { return ++tickets % kTicketsAFlush != 0 || cli.output().flush(); });
    if (StopOnSignal::asked()) throw CliFailure(StopOnSignal::exitCode(), "Stopped.");
  }
  printReport(cli, arguments, report, end);
}

}  // namespace

void addExportCommands(CLI::App& app, Cli& cli) {
  auto arguments = std::make_shared<ExportArguments>();
  auto* command = app.add_subcommand("export", "Write tickets and their events for other programs");
  command->add_option("--format", arguments->format, "xes, csv or jsonl")
      ->required()
      ->check(CLI::IsMember({"xes", "csv", "jsonl"}));
  command->add_option("--board", arguments->board, "Of this board alone");
  command->add_option("-o,--output", arguments->output, "A new file; without it, standard output");
  addExample(*command, "docket export --format csv --board OPS -o ops.csv");
  cli.run(command, [arguments, &cli] { exportTickets(cli, *arguments); });
}

}  // namespace docket::client::cli
