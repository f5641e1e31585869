#include "client/export/ticket_history.h"

#include <algorithm>

namespace docket::client::exports {

std::vector<api::HistoryEntry::Reader> TicketHistory::events() const {
  return {entries.begin() + (openedByImport ? 1 : 0), entries.end()};
}

void putInOrder(TicketHistory& ticket) {
  auto& entries = ticket.entries;
  // Opening and first event of an import are one command.
  ticket.openedByImport =
      !entries.empty() && !entries[0].getImported() &&
      std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
        return entry.getImported() && textOf(entry.getFacts().getCommandId()) ==
                                          textOf(entries[0].getFacts().getCommandId());
      });
  std::vector<api::HistoryEntry::Reader> imported;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(imported),
               [](const auto& entry) { return entry.getImported(); });
  std::stable_sort(imported.begin(), imported.end(),
                   [](const auto& a, const auto& b) { return a.getSequence() < b.getSequence(); });
  auto next = imported.begin();
  for (auto& entry : entries) {
    if (entry.getImported()) entry = *next++;
  }
}

}  // namespace docket::client::exports
