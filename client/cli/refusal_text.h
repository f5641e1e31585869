// A refusal in words for a person.
#pragma once

#include <string>

#include "client/cli/output.h"
#include "server/api/docket.capnp.h"

namespace docket::client::cli {

// Several lines, without a newline at the end: what was refused, its code and facts, the way out of
// each rule that was broken, and what happened since the expected version.
std::string refusalText(api::Refusal::Reader refusal, const Output& output);

// A sentence of the server with the names of the wire's fields in it, in the words of the command
// line: "header.id" is --command-id there.
std::string inOptionNames(std::string text);

// "OPS-42  v3  TicketMoved  2026-… by anna: moved to done": one event in a line.
std::string eventLine(api::EventFacts::Reader facts);

}  // namespace docket::client::cli
