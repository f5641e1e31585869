// Reads a CSV file (RFC 4180) row by row.
//
// The first row names the columns. A name that comes several times is addressed as "Variant#1",
// "Variant#2", …; its header stays as it is. Fields are taken verbatim: no blank is trimmed. A byte
// order mark is passed over; empty lines are, too.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/import/byte_source.h"
#include "client/import/source_case.h"

namespace docket::client::imports {

struct CsvHeader {
  std::vector<std::string> names;      // as in the file
  std::vector<std::string> addresses;  // as a map calls them: each once
};

struct CsvRow {
  std::uint64_t line = 0;  // where it starts
  std::vector<std::string> fields;
};

struct CsvSink {
  std::function<bool(const CsvHeader&)> onHeader;  // false: stop reading, without an error
  std::function<bool(CsvRow&)> onRow;              // as many fields as the header, all UTF-8
  std::function<void(RefusedRow)> onRefused;       // another number of fields, or not UTF-8
};

// An error comes after all rows that are complete before it.
[[nodiscard]] tl::expected<void, ImportError> readCsv(ByteSource& source, char delimiter,
                                                      const CsvSink& sink);

}  // namespace docket::client::imports
