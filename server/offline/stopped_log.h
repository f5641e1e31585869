// The log of a data directory that no server uses. The error of these functions is the exit code of
// a failure that has been said.
#pragma once

#include <memory>
#include <tl/expected.hpp>

#include "eventstore/log.h"
#include "eventstore/publisher.h"
#include "server/data_directory.h"
#include "server/offline/command.h"

namespace docket::server::offline {

// The log, to be looked at only: nothing is written, the data directory is not locked, and it may
// be a copy of the log alone on a medium that cannot be written.
[[nodiscard]] tl::expected<std::unique_ptr<eventstore::Log>, int> openLogToRead(
    const Context& context);

// The data directory, locked. A place without a server's data is not made one.
[[nodiscard]] tl::expected<DataDirectory, int> lockData(const Context& context);

// Both: the directory is locked as long as the log is open.
struct StoppedLog {
  DataDirectory data;
  std::unique_ptr<eventstore::Log> log;
};
enum class Access { read, write };
[[nodiscard]] tl::expected<StoppedLog, int> openStoppedLog(const Context& context, Access access);

// Where the log's checkpoints and their keys are.
eventstore::PublisherOptions publishingOf(const Context& context, const DataDirectory& data);

}  // namespace docket::server::offline
