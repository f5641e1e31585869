#include "server/offline/export.h"

#include <CLI/CLI.hpp>
#include <string>

#include "eventstore/publisher.h"
#include "eventstore/tiles.h"
#include "server/offline/stopped_log.h"

namespace docket::server::offline {

void declare(CLI::App& command, ExportOptions& options) {
  command.add_option("DIR", options.directory, "where to")->required();
  command.add_flag("--payloads", options.payloads, "the payloads too");
}

int exportLog(const Context& context, const ExportOptions& options) {
  const auto stopped = openStoppedLog(context, Access::read);
  if (!stopped) return stopped.error();
  const auto publisher =
      eventstore::CheckpointPublisher::open(*stopped->log, publishingOf(context, stopped->data));
  if (!publisher) return failed(publisher.error());
  const auto keys = eventstore::loadVerifierKeys(stopped->data.keys());
  if (!keys) return failed(keys.error());

  noteStopSignals();
  const auto report = eventstore::exportTiles(*stopped->log, (*publisher)->latest(), *keys,
                                              {.directory = options.directory,
                                               .payloads = options.payloads,
                                               .progress = Progress("exported")});
  if (!report) return failed(report.error());
  const eventstore::Checkpoint& checkpoint = report->checkpoint;
  const std::string root = eventstore::toHex(checkpoint.root.bytes);
  print(context,
        {{"directory", options.directory.string()},
         {"origin", checkpoint.origin},
         {"size", checkpoint.size},
         {"root", root},
         {"files_written", report->filesWritten}},
        "Exported " + std::to_string(checkpoint.size) + " events of " + checkpoint.origin + " to " +
            options.directory.string() + " (" + std::to_string(report->filesWritten) +
            " files written), root " + root);
  return kExitDone;
}

}  // namespace docket::server::offline
