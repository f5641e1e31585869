// The `docket-verify` command: is this history what it must be? (docs/VERIFYING.md)
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>

#include "client/verify/commands.h"
#include "client/verify/text.h"

using namespace docket::client::verify;

namespace {

constexpr int kUnreadable = static_cast<int>(ProblemKind::unreadable);
constexpr int kUsage = static_cast<int>(ProblemKind::usage);

void addKeys(CLI::App* command, std::vector<std::string>& keys, bool required) {
  auto* option = command->add_option(
      "--key", keys,
      "a verifier key (NAME+ID+KEY), or a file with one; may be given several times");
  option->expected(1)->take_all()->allow_extra_args(false);
  option->required(required);
}

void addCheckpoints(CLI::App* command, std::vector<std::string>& checkpoints) {
  command
      ->add_option("--checkpoint", checkpoints,
                   "a checkpoint that must belong to this history; may be given several times")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

// False: standard output did not take it.
bool print(const std::string& command, const Result<Finding>& finding, int code, bool json) {
  if (!finding) {
    std::fprintf(stderr, "docket-verify: %s\n", visible(finding.error().sentence).c_str());
  }
  if (json) {
    JsonObject document;
    document.add("command", command).add("ok", finding.has_value());
    document.add("exitCode", static_cast<std::uint64_t>(code));
    if (finding) document.append(finding->json);
    if (!finding) document.add("problem", finding.error().sentence);
    std::printf("%s\n", document.text().c_str());
  } else if (finding) {
    for (const std::string& line : finding->lines) std::printf("%s\n", line.c_str());
  }
  return std::fflush(stdout) == 0 && !std::ferror(stdout);
}

int runProgram(int argc, char** argv) {
  bool json = false;
  std::string name;
  std::function<Result<Finding>(Progress&)> chosen;
  CLI::App app("Checks a Docket history without trusting Docket.", "docket-verify");
  app.set_version_flag("--version", "docket-verify " DOCKET_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_flag("--json", json, "print one JSON document");
  app.footer(
      "Ends with 0: all holds, 1: it could not be looked at, 2: usage, 4: it is not what it must "
      "be.");
  const auto choose = [&](CLI::App* sub, const auto& command) {
    sub->callback([&name, &chosen, &command, sub] {
      name = sub->get_name();
      chosen = [&command](Progress& progress) { return run(command, progress); };
    });
  };

  TilesCommand tiles;
  auto* tilesApp = app.add_subcommand("tiles", "Check an export, a tlog-tiles directory");
  tilesApp->add_option("DIR", tiles.directory, "the export")->required();
  addKeys(tilesApp, tiles.keys, true);
  addCheckpoints(tilesApp, tiles.checkpoints);
  tilesApp->add_flag("--require-payloads", tiles.requirePayloads,
                     "a payload that is not in the export is a failure");
  choose(tilesApp, tiles);

  ProofCommand proof;
  auto* proofApp = app.add_subcommand("proof", "Check the proof that an event is in the log");
  proofApp->add_option("FILE", proof.file, "a .tlog-proof")->required();
  addKeys(proofApp, proof.keys, true);
  proofApp->add_option("--payload", proof.payload, "a file that must be the event's payload");
  choose(proofApp, proof);

  ConsistencyCommand consistency;
  auto* consistencyApp =
      app.add_subcommand("consistency", "Check that a checkpoint goes on from an older one");
  consistencyApp->add_option("OLD", consistency.oldCheckpoint, "the older checkpoint")->required();
  consistencyApp->add_option("NEW", consistency.newCheckpoint, "the newer checkpoint")->required();
  addKeys(consistencyApp, consistency.keys, true);
  auto* byProof =
      consistencyApp->add_option("--proof", consistency.proof, "a .tlog-consistency file");
  auto* byTiles = consistencyApp->add_option("--tiles", consistency.tiles, "an export with both");
  auto* byData =
      consistencyApp->add_option("--data", consistency.data, "a data directory with both");
  byProof->excludes(byTiles)->excludes(byData);
  byTiles->excludes(byData);
  choose(consistencyApp, consistency);

  DataCommand data;
  auto* dataApp = app.add_subcommand(
      "data", "Check the log of a data directory that no server uses; nothing is written");
  dataApp->add_option("DIR", data.directory, "the data directory, or that of a log")->required();
  addKeys(dataApp, data.keys, false);
  addCheckpoints(dataApp, data.checkpoints);
  choose(dataApp, data);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    std::fprintf(stderr, "docket-verify: %s\n", visible(wrong.what()).c_str());
    return kUsage;
  }
  Result<Finding> finding = [&] {
    Progress progress(isatty(STDERR_FILENO) == 1);
    return chosen(progress);
  }();
  const int code = finding ? 0 : static_cast<int>(finding.error().kind);
  if (print(name, finding, code, json)) return code;
  std::fprintf(stderr, "docket-verify: the answer could not be written to standard output\n");
  return code == 0 ? kUnreadable : code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return runProgram(argc, argv);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "docket-verify: a fault in this program: %s\n", fault.what());
  }
  return kUnreadable;
}
