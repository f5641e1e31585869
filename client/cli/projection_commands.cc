// projection list, rebuild; info.
#include <kj/timer.h>

#include <memory>
#include <optional>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/json_shapes.h"
#include "client/cli/progress.h"
#include "client/cli/table.h"
#include "client/cli/text_layout.h"

namespace docket::client::cli {
namespace {

auto askProjections(Cli& cli) {
  return cli.ask([](Connection& connection) {
    return connection.administrator().projectionsRequest().send();
  });
}

auto askDigest(Cli& cli, std::string_view name) {
  auto answer = cli.ask([&](Connection& connection) {
    auto request = connection.administrator().digestRequest();
    request.setName(asText(std::string(name)));
    request.initFreshness().setHead();
    return request.send();
  });
  cli.check(answer);
  return answer;
}

std::string stateOf(api::ProjectionStatus::Reader status) {
  if (status.getStoppedBy().size() > 0) {
    return "stopped at " + grouped(status.getStoppedAt()) + ": " +
           visible(textOf(status.getStoppedBy()));
  }
  if (status.getRebuilding()) {
    return "rebuilding, at " + grouped(status.getRebuildNext()) + " of " +
           grouped(status.getHead());
  }
  if (status.getNext() < status.getHead()) {
    return grouped(status.getHead() - status.getNext()) + " events behind";
  }
  return "follows";
}

void list(Cli& cli, bool withDigest) {
  const auto answer = askProjections(cli);
  Output& output = cli.output();
  Json documents = Json::array();
  Table table({{"PROJECTION"},
               {"SCHEMA", Align::right},
               {"GENERATION", Align::right},
               {"POSITION", Align::right},
               {"HEAD", Align::right},
               {"STATE", Align::left, true}});
  std::string digests;
  for (const auto status : answer.getProjections()) {
    Json document = toJson(status);
    const bool stopped = status.getStoppedBy().size() > 0;
    table.add({{visible(textOf(status.getName())), Colour::bold},
               {std::to_string(status.getSchemaVersion())},
               {std::to_string(status.getGeneration())},
               {grouped(status.getNext())},
               {grouped(status.getHead())},
               {stateOf(status), stopped ? Colour::red : Colour::green}});
    if (withDigest && !stopped) {
      const auto digest = askDigest(cli, textOf(status.getName()));
      document["digest"] = {{"sha256", std::string(textOf(digest.getSha256()))},
                            {"rows", digest.getRows()},
                            {"next", digest.getNext()}};
      digests += visible(textOf(digest.getSha256())) + "  " + visible(textOf(status.getName())) +
                 "  " + grouped(digest.getRows()) + " rows at position " +
                 grouped(digest.getNext()) + "\n";
    }
    documents.push_back(std::move(document));
  }
  if (output.isJson()) {
    output.json({{"projections", std::move(documents)}});
    return;
  }
  table.print(output);
  if (!digests.empty()) output.text("\n" + digests);
}

struct Rebuilt {
  std::uint64_t generation = 0;
  std::uint64_t next = 0;
};

// One look at how far the rebuild is; the result once it is over.
std::optional<Rebuilt> lookAt(Cli& cli, const std::string& name, Progress& progress) {
  const auto answer = askProjections(cli);
  for (const auto status : answer.getProjections()) {
    if (textOf(status.getName()) != name) continue;
    if (status.getStoppedBy().size() > 0) {
      progress.finish();
      throw CliFailure(ExitCode::integrity, "the projection " + name + " stopped at position " +
                                                std::to_string(status.getStoppedAt()) + ": " +
                                                std::string(textOf(status.getStoppedBy())));
    }
    if (!status.getRebuilding()) return Rebuilt{status.getGeneration(), status.getNext()};
    progress.update(
        {status.getRebuildNext(), status.getHead(), grouped(status.getRebuildNext()) + " events"});
    return std::nullopt;
  }
  throw CliFailure(ExitCode::refused, "there is no projection " + name + " any more");
}

void rebuild(Cli& cli, const std::string& name) {
  // A second start would only be refused as being under way: never repeated by itself.
  const auto answer = cli.ask(
      [&](Connection& connection) {
        auto request = connection.administrator().rebuildRequest();
        request.setName(asText(name));
        return request.send();
      },
      Cli::Repeat::never);
  cli.check(answer);
  Progress progress("Rebuilding " + name);
  std::optional<Rebuilt> rebuilt;
  while (!(rebuilt = lookAt(cli, name, progress))) {
    cli.ask([](Connection& connection) {
      return connection.timer().afterDelay(100 * kj::MILLISECONDS).then([] { return true; });
    });
  }
  progress.finish();
  cli.noteDone("the view " + name + " was rebuilt");
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"rebuilt",
                  {{"name", name}, {"generation", rebuilt->generation}, {"next", rebuilt->next}}}});
  } else {
    output.line("Rebuilt " + output.paint(Colour::bold, visible(name)) + ": generation " +
                std::to_string(rebuilt->generation) + " stands at position " +
                grouped(rebuilt->next));
  }
}

void info(Cli& cli) {
  const auto facts = cli.connection().info();
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"info", toJson(facts)}});
    return;
  }
  const auto line = [&](std::string_view label, const std::string& value) {
    output.line(output.paint(Colour::dim, fitted(label, 18)) + value);
  };
  line("server", "docketd " + visible(textOf(facts.getVersion())));
  line("protocol", std::to_string(facts.getProtocolVersion()));
  line("store", visible(textOf(facts.getStoreId())));
  line("head", grouped(facts.getHead()));
  line("command at most", grouped(facts.getMaxCommandBytes()) + " bytes");
  line("commands a call", grouped(facts.getMaxBatch()));
}

}  // namespace

void addProjectionCommands(CLI::App& app, Cli& cli) {
  auto* projection = app.add_subcommand("projection", "The views that are derived from the log");
  projection->require_subcommand(1);
  auto digest = std::make_shared<bool>(false);
  auto* listCommand = projection->add_subcommand("list", "All views and how far they are");
  listCommand->add_flag("--digest", *digest, "And a SHA-256 over the rows of each");
  addExample(*listCommand, "docket projection list --digest");
  cli.run(listCommand, [&cli, digest] { list(cli, *digest); });

  auto name = std::make_shared<std::string>();
  auto* rebuildCommand = projection->add_subcommand(
      "rebuild", "Build a view again from the log, beside the one that serves");
  rebuildCommand->add_option("NAME", *name, "The view, as projection list names it")->required();
  addExample(*rebuildCommand, "docket projection rebuild board");
  cli.run(rebuildCommand, [&cli, name] { rebuild(cli, *name); });

  auto* infoCommand = app.add_subcommand("info", "What the server is and where its log stands");
  addExample(*infoCommand, "docket info");
  cli.run(infoCommand, [&cli] { info(cli); });
}

}  // namespace docket::client::cli
