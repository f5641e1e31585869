// From a file and its map to cases in order, event by event, with every row that cannot be taken.
//
// XES is handed over trace by trace. The rows of a CSV case may be scattered, so a CSV file is
// grouped in memory (about as much as its unpacked size, and half as much again) and handed over at
// its end, cases in the order of their first rows.
#pragma once

#include <functional>
#include <tl/expected.hpp>

#include "client/import/byte_source.h"
#include "client/import/map_file.h"
#include "client/import/source_case.h"
#include "client/import/time_reader.h"

namespace docket::client::imports {

struct CaseSink {
  std::function<bool(const SourceCase&)> onCase;  // false: stop reading, without an error
  std::function<void(RefusedRow)> onRefused;
  std::function<bool()> onProgress;  // called often while reading; false: stop
  // Something describes the log as a whole (XES) and has no ticket to be kept with.
  std::function<void()> onPassedOver = {};
};

// XES when the first thing in the file is a "<", CSV for other text; an error for an empty file.
[[nodiscard]] tl::expected<Format, ImportError> sniffFormat(ByteSource& source);

// A case that comes again later in an XES file goes on counting its events: one ticket, file order.
// When the file breaks off, all complete cases (CSV: rows) before that are handed over, then the
// error is answered. A column that the map names and a CSV file lacks, or has several times, is an
// error before anything else.
[[nodiscard]] tl::expected<void, ImportError> readCases(ByteSource& source, const ImportMap& map,
                                                        const CaseSink& sink, TimeNotes& notes);

}  // namespace docket::client::imports
