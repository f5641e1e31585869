// A ticket as an export sees it: all its events, in the order in which they are exported.
//
// Threads: that of the connection that the answers came from; they end before it does.
#pragma once

#include <capnp/capability.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/docket.capnp.h"

namespace docket::client::exports {

// Where an export goes, piece by piece.
using Sink = std::function<void(std::string_view)>;

inline std::string_view textOf(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}

struct TicketHistory {
  std::string id;           // "OPS-42"
  std::string externalKey;  // of its case in the source; empty: opened here, or not asked for
  std::string type;         // "incident"; empty: not asked for, or not known to the server
  std::vector<api::HistoryEntry::Reader> entries;

  // Its first event is no event of the source: an import opened the ticket with it, for the first
  // one that it recorded. What the source says of the case as a whole is its foreign attributes.
  bool openedByImport = false;

  // The entries that are events of the ticket's story: all but such an opening.
  std::vector<api::HistoryEntry::Reader> events() const;

  // What the entries are read from.
  std::vector<capnp::Response<api::Views::HistoryResults>> pages;
};

// Finds out whether an import opened the ticket, and puts its imported events in the order of their
// sequence (history that is recorded later may belong before what is there). All others keep their
// places in the log.
void putInOrder(TicketHistory& ticket);

}  // namespace docket::client::exports
