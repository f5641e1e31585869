// Sends the cases of a source as recorded history, in order, and counts what became of them.
//
// Threads: that of the connection. A stopped or failed import is simply run again: every event has
// the same command id each time, so what is there already stays as it is and the rest follows in
// order.
#pragma once

#include <capnp/message.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/connection.h"
#include "client/import/board_columns.h"
#include "client/import/byte_source.h"
#include "client/import/map_file.h"
#include "client/import/source_case.h"
#include "client/import/time_reader.h"

namespace docket::client::imports {

struct ImportReport {
  std::uint64_t cases = 0;  // with at least one event that was sent
  // Read and sound: recorded + alreadyThere + refused ones + skipped + outcomeUnknown.
  std::uint64_t events = 0;
  std::uint64_t recorded = 0;        // new in the log
  std::uint64_t alreadyThere = 0;    // had been recorded before
  std::uint64_t refused = 0;         // rows, by the reader, the map or the server
  std::uint64_t skipped = 0;         // read but not sent: a dry run, or stopped
  std::uint64_t outcomeUnknown = 0;  // given to a server that went away or could not say
  // Elements of the file that describe the log as a whole: they belong to no ticket.
  std::uint64_t notKept = 0;
  TimeNotes times;
  bool stopped = false;              // asked to
  std::optional<ImportError> error;  // the file broke off, or the server takes nothing (any more)
};

struct ImportOptions {
  bool dryRun = false;
  std::function<bool()> shouldStop;  // asked before every event
  std::function<void(const RefusedRow&)> onRefused;
  std::function<void(const ImportReport&)> onProgress;  // often
};

// The command that records one event.
void fillRecordHistory(api::TicketCommand::Builder command, const std::string& board,
                       const ImportMap& map, const SourceCase& sourceCase, const SourceEvent& event,
                       std::string_view column);

// Runs the import to its end. `connection` may be null for a dry run.
[[nodiscard]] ImportReport runImport(ByteSource& source, const ImportMap& map,
                                     const BoardColumns& board, const StateColumns& states,
                                     Connection* connection, const ImportOptions& options);

// The columns of a board as the server tells them.
[[nodiscard]] BoardColumns columnsOf(const std::string& key, api::Board::Reader board);

}  // namespace docket::client::imports
