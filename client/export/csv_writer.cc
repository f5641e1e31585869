#include "client/export/csv_writer.h"

#include <array>

#include "client/utc_text.h"

namespace docket::client::exports {
namespace {

constexpr std::array<std::string_view, 14> kDocketColumns{
    "docket:ticket",      "docket:event",        "docket:version", "docket:position",
    "docket:occurred_at", "docket:recorded_at",  "docket:actor",   "docket:on_behalf_of",
    "docket:origin",      "docket:command_id",   "docket:summary", "docket:text",
    "docket:activity",    "docket:source_actor",
};

void addCells(capnp::List<api::Attribute>::Reader list, const std::string& prefix,
              std::vector<CsvCell>& row) {
  for (const auto one : list) {
    const std::string_view type = textOf(one.getType());
    const std::string_view value = textOf(one.getValue());
    const bool isContainer = type == "list" || type == "container" || type == "values";
    const std::string name = prefix + std::string(textOf(one.getKey()));
    if (!value.empty() || !isContainer) row.push_back({name, value});
    addCells(one.getChildren(), type == "values" ? prefix : name + "/", row);
  }
}

std::vector<CsvCell> cellsOfCase(const TicketHistory& ticket) {
  std::vector<CsvCell> row;
  if (ticket.openedByImport) addCells(ticket.entries.front().getForeign(), "case:", row);
  return row;
}

std::vector<CsvCell> cellsOf(api::HistoryEntry::Reader entry) {
  std::vector<CsvCell> row;
  if (entry.getImported()) addCells(entry.getForeign(), "", row);
  return row;
}

// Calls `visit` with each cell's id and itself.
template <class Visit>
void withIds(const std::vector<CsvCell>& row, const Visit& visit) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (const CsvCell& cell : row) {
    visit(std::to_string(seen[cell.column]++) + ' ' + cell.column, cell);
  }
}

void addField(std::string_view field, std::string& out) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::vector<std::string> docketFields(const TicketHistory& ticket,
                                      api::HistoryEntry::Reader entry) {
  const auto facts = entry.getFacts();
  const auto text = [](capnp::Text::Reader reader) { return std::string(textOf(reader)); };
  return {ticket.id,
          text(facts.getType()),
          std::to_string(facts.getVersion()),
          std::to_string(facts.getPosition()),
          isoUtc(facts.getOccurredAt()),
          isoUtc(facts.getRecordedAt()),
          text(facts.getActor()),
          text(facts.getOnBehalfOf()),
          text(facts.getOrigin()),
          text(facts.getCommandId()),
          text(facts.getSummary()),
          text(entry.getText()),
          text(entry.getActivity()),
          text(entry.getSourceActor())};
}

}  // namespace

void ColumnOrder::add(const std::vector<CsvCell>& row) {
  std::size_t behindLast = 0;
  withIds(row, [&](std::string id, const CsvCell& cell) {
    if (const auto known = places_.find(id); known != places_.end()) {
      behindLast = known->second + 1;
      return;
    }
    // New: behind the cell that stands before it in this row.
    const auto at = static_cast<std::ptrdiff_t>(behindLast);
    names_.insert(names_.begin() + at, cell.column);
    ids_.insert(ids_.begin() + at, std::move(id));
    for (std::size_t i = behindLast; i < ids_.size(); ++i) places_[ids_[i]] = i;
    ++behindLast;
  });
}

std::vector<std::string_view> ColumnOrder::inOrder(const std::vector<CsvCell>& row) const {
  std::vector<std::string_view> fields(names_.size());
  withIds(row,
          [&](const std::string& id, const CsvCell& cell) { fields[places_.at(id)] = cell.value; });
  return fields;
}

void CsvColumns::add(const TicketHistory& ticket) {
  ofCase_.add(cellsOfCase(ticket));
  for (const auto entry : ticket.events()) {
    const auto row = cellsOf(entry);
    ofEvent_.add(row);
    withDocket_ = withDocket_ || row.empty();
  }
}

bool CsvWriter::withDocket() const {
  return columns_.withDocket_ || columns_.ofEvent_.names().empty();
}

void CsvWriter::begin() {
  std::vector<std::string_view> header;
  for (const std::string& name : columns_.ofCase_.names()) header.push_back(name);
  for (const std::string& name : columns_.ofEvent_.names()) header.push_back(name);
  if (withDocket()) header.insert(header.end(), kDocketColumns.begin(), kDocketColumns.end());
  writeRow(header);
  sink_(out_);
}

void CsvWriter::write(const TicketHistory& ticket) {
  out_.clear();
  const auto caseCells = cellsOfCase(ticket);
  const auto caseFields = columns_.ofCase_.inOrder(caseCells);
  for (const auto entry : ticket.events()) {
    std::vector<std::string_view> fields = caseFields;
    const auto cells = cellsOf(entry);
    const auto ofEvent = columns_.ofEvent_.inOrder(cells);
    fields.insert(fields.end(), ofEvent.begin(), ofEvent.end());
    std::vector<std::string> docket;
    if (withDocket()) {
      docket = docketFields(ticket, entry);
      fields.insert(fields.end(), docket.begin(), docket.end());
    }
    writeRow(fields);
    ++events_;
  }
  sink_(out_);
}

void CsvWriter::writeRow(const std::vector<std::string_view>& fields) {
  const std::size_t start = out_.size();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out_ += ',';
    addField(fields[i], out_);
  }
  // A line with nothing on it would be no row.
  if (out_.size() == start) out_ += "\"\"";
  out_ += '\n';
}

}  // namespace docket::client::exports
