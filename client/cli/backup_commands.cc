// backup create, list, verify, restore, prune.
#include <kj/timer.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/docketd.h"
#include "client/cli/json_shapes.h"
#include "client/cli/progress.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

struct BackupOptions {
  std::string directory;
  std::optional<std::uint64_t> id;
  std::uint64_t keep = 0;
  std::string to;
  std::optional<std::uint64_t> position;
  std::string asOf;
  std::string checkpoint;
};

[[noreturn]] void runDocketd(const Cli& cli, const std::string& action,
                             const std::string& directory,
                             const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"backup", action, directory};
  words.insert(words.end(), more.begin(), more.end());
  becomeDocketd(cli, std::move(words));
}

auto askStatus(Cli& cli) {
  return cli.ask([](Connection& connection) {
    return connection.administrator().backupStatusRequest().send();
  });
}

void printMade(Cli& cli, api::BackupFacts::Reader facts) {
  cli.noteDone("backup " + std::to_string(facts.getId()) + " was made");
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"backup", toJson(facts)}, {"keys_included", false}});
    return;
  }
  output.line("Made backup " + output.paint(Colour::bold, std::to_string(facts.getId())) + ", " +
              std::to_string(facts.getHead()) + " events, root " +
              visible(textOf(facts.getRoot())) + ".");
  output.line(
      "The keys in DATA/keys are not in it, so that erasing a person stays final: back them up "
      "apart (docs/OPERATIONS.md).");
}

// Looks until the backup `number` has ended.
void waitFor(Cli& cli, std::uint64_t number) {
  Progress progress("Backing up");
  while (true) {
    const auto answer = askStatus(cli);
    const auto status = answer.getStatus();
    if (status.getNumber() != number) {
      progress.finish();
      throw CliFailure(ExitCode::refused,
                       "what became of the backup is not known: the server was restarted, or "
                       "another backup was begun after it; docket backup list shows what is there");
    }
    if (status.isDone()) {
      progress.finish();
      return printMade(cli, status.getDone());
    }
    if (status.isFailed()) {
      progress.finish();
      cli.refuse(status.getFailed());
    }
    progress.update({0, 0, grouped(status.getCopiedBytes() >> 20) + " MiB copied"});
    cli.ask([](Connection& connection) {
      return connection.timer().afterDelay(100 * kj::MILLISECONDS).then([] { return true; });
    });
  }
}

void create(Cli& cli, const BackupOptions& options) {
  if (!cli.options().data.empty()) {
    runDocketd(cli, "create", options.directory, {"--data", cli.options().data});
  }
  // Whether a lost request began one is not known: never repeated by itself.
  const auto answer = cli.ask(
      [&](Connection& connection) {
        auto request = connection.administrator().backupRequest();
        request.setDirectory(asText(options.directory));
        return request.send();
      },
      Cli::Repeat::never);
  cli.check(answer);
  waitFor(cli, answer.getNumber());
}

std::vector<std::string> chosen(const BackupOptions& options) {
  if (!options.id) return {};
  return {"--id", std::to_string(*options.id)};
}

[[noreturn]] void restore(Cli& cli, const BackupOptions& options) {
  std::vector<std::string> words = chosen(options);
  const auto add = [&](const char* flag, const std::string& value) {
    words.insert(words.end(), {flag, value});
  };
  add("--to", options.to);
  if (options.position) add("--at-position", std::to_string(*options.position));
  if (const auto instant = parseInstant(options.asOf)) {
    add("--recorded-until", std::to_string(*instant));
  }
  if (!options.checkpoint.empty()) add("--checkpoint", options.checkpoint);
  runDocketd(cli, "restore", options.directory, words);
}

}  // namespace

void addBackupCommands(CLI::App& app, Cli& cli) {
  auto* backup = app.add_subcommand("backup", "Copies of the log, and the way back from them");
  backup->require_subcommand(1);
  auto options = std::make_shared<BackupOptions>();
  const auto add = [&](const char* name, const char* what) {
    auto* command = backup->add_subcommand(name, what);
    command->add_option("DIR", options->directory, "Where the backups of this log are")->required();
    return command;
  };
  const auto addId = [&](CLI::App* command) {
    command->add_option("--id", options->id, "This one; else the latest")
        ->type_name("N")
        ->check(wholeNumber(1, 4'294'967'295));
  };
  auto* createCommand =
      add("create",
          "Add a backup while the server goes on; DIR is an absolute path on the server's machine");
  addExample(*createCommand, "docket backup create /srv/backups");
  cli.run(createCommand, [&cli, options] { create(cli, *options); });

  auto* listCommand = add("list", "The finished backups");
  addExample(*listCommand, "docket backup list /srv/backups");
  cli.run(listCommand, [&cli, options] { runDocketd(cli, "list", options->directory); });

  auto* verifyCommand =
      add("verify", "Check all files of a backup, restore it aside and walk the whole log there");
  addId(verifyCommand);
  addExample(*verifyCommand, "docket backup verify /srv/backups");
  cli.run(verifyCommand,
          [&cli, options] { runDocketd(cli, "verify", options->directory, chosen(*options)); });

  auto* restoreCommand = add("restore", "Make a new data directory of a backup");
  addId(restoreCommand);
  restoreCommand->add_option("--to", options->to, "The data directory to make")
      ->type_name("NEWDATA")
      ->required();
  auto* position = restoreCommand->add_option("--at-position", options->position,
                                              "Only the whole commands below this position");
  position->type_name("POSITION")->check(wholeNumber(0));
  restoreCommand
      ->add_option("--as-of", options->asOf, "Only what was recorded at this instant or before")
      ->type_name("TIME")
      ->check(CLI::Validator(checkInstant, ""))
      ->excludes(position);
  restoreCommand
      ->add_option("--checkpoint", options->checkpoint,
                   "Say whether the restored log has the root of this checkpoint")
      ->type_name("FILE");
  addExample(*restoreCommand, "docket backup restore /srv/backups --to /var/lib/docket-restored");
  cli.run(restoreCommand, [&cli, options] { restore(cli, *options); });

  auto* pruneCommand = add("prune", "Remove all backups but the latest ones");
  pruneCommand->add_option("--keep", options->keep, "How many undamaged ones stay")
      ->type_name("N")
      ->required()
      ->check(wholeNumber(1, 4'294'967'295));
  addExample(*pruneCommand, "docket backup prune /srv/backups --keep 7");
  cli.run(pruneCommand, [&cli, options] {
    runDocketd(cli, "prune", options->directory, {"--keep", std::to_string(options->keep)});
  });
}

}  // namespace docket::client::cli
