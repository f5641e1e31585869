// Writes tickets as CSV (RFC 4180, lines end with a line feed): a row an event.
//
// The columns are the source's own, with their names as they were, one that came several times
// included. What an XES log says of a case stands in columns `case:…`, what is nested in
// columns `outer/inner`; types are not told. Docket's own facts stand behind them in columns
// `docket:…`, if the export has an event that the source's columns say nothing of.
//
// A header needs all columns, so the tickets are gone through twice: CsvColumns, then CsvWriter.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "client/export/ticket_history.h"

namespace docket::client::exports {

struct CsvCell {
  std::string column;  // its header
  std::string_view value;
};

// Columns of one kind, in the order of the source. The nth cell of a name in a row belongs to the
// nth column of that name.
class ColumnOrder {
 public:
  void add(const std::vector<CsvCell>& row);
  const std::vector<std::string>& names() const { return names_; }
  // The row's values, one for each column; empty where it has none.
  std::vector<std::string_view> inOrder(const std::vector<CsvCell>& row) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> ids_;  // the names, each with its number among equals
  std::unordered_map<std::string, std::size_t> places_;  // by id
};

class CsvColumns {
 public:
  void add(const TicketHistory& ticket);

 private:
  friend class CsvWriter;
  ColumnOrder ofCase_;
  ColumnOrder ofEvent_;
  bool withDocket_ = false;
};

class CsvWriter {
 public:
  CsvWriter(CsvColumns columns, Sink sink) : columns_(std::move(columns)), sink_(std::move(sink)) {}

  void begin();
  // REQUIRES: its columns are known: it was added before.
  void write(const TicketHistory& ticket);

  std::uint64_t events() const { return events_; }

 private:
  bool withDocket() const;
  void writeRow(const std::vector<std::string_view>& fields);

  CsvColumns columns_;
  Sink sink_;
  std::string out_;  // of the ticket under way
  std::uint64_t events_ = 0;
};

}  // namespace docket::client::exports
