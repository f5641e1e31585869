// A ticket and its history drawn for a person.
#pragma once

#include <cstdint>
#include <string>

#include "client/cli/output.h"
#include "server/api/docket.capnp.h"

namespace docket::client::cli {

std::string ticketText(api::Ticket::Reader ticket, std::int64_t now, const Output& output);

// One entry: a line of facts, then what people wrote and what the source said, indented.
std::string historyText(api::HistoryEntry::Reader entry, const Output& output);

}  // namespace docket::client::cli
