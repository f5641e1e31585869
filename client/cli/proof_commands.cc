// audit checkpoint, prove, consistency; and what docketd does on a stopped directory: audit verify,
// export, rotate-key.
#include "client/cli/proof_commands.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/command_builder.h"
#include "client/cli/docketd.h"
#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"

namespace docket::client::cli {
namespace {

// --- Asked of a server --------------------------------------------------------------------------

struct ProofOptions {
  std::uint64_t position = 0;
  std::string old;  // a size, or a file with a checkpoint
  std::string file;
};

// Writes `content` where it was asked for: to a file, and says so, or to standard output. With
// --json the document holds it instead, unless a file does.
void deliver(Cli& cli, const std::string& file, std::string_view content, const char* field,
             Json document) {
  Output& output = cli.output();
  if (!file.empty()) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << content;
    out.close();
    if (!out) {
      throw CliFailure(ExitCode::refused, "cannot write " + file + ": " + std::strerror(errno));
    }
    document["file"] = file;
    if (!output.isJson()) output.line("Written to " + visible(file));
  } else if (output.isJson()) {
    document[field] = content;
  } else {
    output.text(content);
  }
  if (output.isJson()) output.json(document);
}

void checkpoint(Cli& cli, const ProofOptions& options) {
  const auto answer = cli.ask(
      [](Connection& connection) { return connection.auditor().checkpointRequest().send(); });
  cli.check(answer);
  const auto read = answer.getCheckpoint();
  deliver(cli, options.file, textOf(read.getNote()), "checkpoint",
          {{"origin", textOf(read.getOrigin())},
           {"size", read.getSize()},
           {"root", textOf(read.getRoot())},
           {"verifier_key", textOf(read.getVerifierKey())}});
}

void prove(Cli& cli, const ProofOptions& options) {
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.auditor().proveRequest();
    request.setPosition(options.position);
    return request.send();
  });
  cli.check(answer);
  deliver(cli, options.file, textOf(answer.getProof()), "proof",
          {{"position", options.position}, {"size", answer.getSize()}});
}

bool isNumber(std::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The size that is asked about: said, or on the second line of a checkpoint. Whether that
// checkpoint is what it claims is for who verifies the proof with it.
std::uint64_t oldSizeOf(const std::string& old) {
  if (isNumber(old)) return std::stoull(old);
  std::ifstream file(old);
  std::string origin;
  std::string size;
  if (!std::getline(file, origin) || !std::getline(file, size) || !isNumber(size)) {
    throw CliFailure(ExitCode::refused,
                     old + " is neither a number of events nor a file with a checkpoint");
  }
  return std::stoull(size);
}

void consistency(Cli& cli, const ProofOptions& options) {
  const std::uint64_t oldSize = oldSizeOf(options.old);
  const auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.auditor().consistencyRequest();
    request.setOldSize(oldSize);
    return request.send();
  });
  cli.check(answer);
  deliver(cli, options.file, textOf(answer.getProof()), "proof",
          {{"old_size", oldSize}, {"size", answer.getSize()}});
}

// --- On a stopped directory ---------------------------------------------------------------------

struct VerifyOptions {
  std::vector<std::string> checkpoints;
  std::string key;
};

[[noreturn]] void verify(const Cli& cli, const VerifyOptions& options) {
  std::vector<std::string> arguments{"verify"};
  for (const std::string& file : options.checkpoints) {
    arguments.insert(arguments.end(), {"--checkpoint", file});
  }
  if (!options.key.empty()) arguments.insert(arguments.end(), {"--key", options.key});
  becomeDocketdOnData(cli, "audit verify", arguments);
}

struct ExportOptions {
  std::string directory;
  bool payloads = false;
};

[[noreturn]] void exportTiles(const Cli& cli, const ExportOptions& options) {
  std::vector<std::string> arguments{"export", options.directory};
  if (options.payloads) arguments.push_back("--payloads");
  becomeDocketdOnData(cli, "audit export", arguments);
}

void addOnlineCommands(CLI::App& audit, Cli& cli) {
  auto options = std::make_shared<ProofOptions>();
  const auto addFile = [&options](CLI::App* command) {
    command->add_option("-o,--output", options->file, "Write it to this file")->type_name("FILE");
  };
  auto* note = audit.add_subcommand("checkpoint", "The log's latest checkpoint, signed");
  addFile(note);
  addExample(*note, "docket audit checkpoint -o checkpoint.txt");
  cli.run(note, [&cli, options] { checkpoint(cli, *options); });

  auto* one =
      audit.add_subcommand("prove", "Prove that an event is in the log: a .tlog-proof file");
  one->add_option("POSITION", options->position, "Of the event")->required()->check(wholeNumber(0));
  addFile(one);
  addExample(*one, "docket audit prove 1486 -o event.tlog-proof");
  cli.run(one, [&cli, options] { prove(cli, *options); });

  auto* two = audit.add_subcommand(
      "consistency", "Prove that the log only grew since a checkpoint: a .tlog-consistency file");
  two->add_option("OLD", options->old, "How many events there were, or a file with the checkpoint")
      ->required();
  addFile(two);
  addExample(*two, "docket audit consistency checkpoint.txt");
  cli.run(two, [&cli, options] { consistency(cli, *options); });
}

}  // namespace

void addProofCommands(CLI::App& audit, Cli& cli) {
  addOnlineCommands(audit, cli);

  auto verifying = std::make_shared<VerifyOptions>();
  auto* check = audit.add_subcommand(
      "verify", "Walk the whole log of a stopped data directory and say whether it is well");
  check
      ->add_option("--checkpoint", verifying->checkpoints,
                   "It must be the log of this checkpoint too")
      ->type_name("FILE");
  check
      ->add_option("--key", verifying->key,
                   "The verifier key of these checkpoints; without it those in DATA/keys")
      ->type_name("VKEY");
  addExample(*check, "docket audit verify --data /var/lib/docket --checkpoint checkpoint.txt");
  cli.run(check, [&cli, verifying] { verify(cli, *verifying); });

  auto exporting = std::make_shared<ExportOptions>();
  auto* tiles = audit.add_subcommand(
      "export", "Write the log of a stopped data directory as tiles that others can verify");
  tiles->add_option("DIR", exporting->directory, "Where; what was added since is added there")
      ->required();
  tiles->add_flag("--payloads", exporting->payloads, "The events' payloads too");
  addExample(*tiles, "docket audit export /srv/tiles --data /var/lib/docket");
  cli.run(tiles, [&cli, exporting] { exportTiles(cli, *exporting); });

  auto* rotate = audit.add_subcommand(
      "rotate-key", "Replace the signing key of a stopped data directory; both keys sign once");
  addExample(*rotate, "docket audit rotate-key --data /var/lib/docket");
  cli.run(rotate, [&cli] { becomeDocketdOnData(cli, "audit rotate-key", {"rotate-key"}); });
}

}  // namespace docket::client::cli
