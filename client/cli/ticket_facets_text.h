// What belongs to a ticket, drawn for a person: promises with their clocks, approvals, checks and
// links. Each is a paragraph that begins with an empty line, or nothing.
#pragma once

#include <cstdint>
#include <string>

#include "client/cli/output.h"
#include "server/api/docket.capnp.h"

namespace docket::client::cli {

std::string promisesText(capnp::List<api::Clock>::Reader clocks, const Output& output);
std::string approvalsText(capnp::List<api::Approval>::Reader approvals, const Output& output);
std::string checksText(capnp::List<api::Check>::Reader checks, const Output& output);
std::string linksText(capnp::List<api::Link>::Reader links, const Output& output);

}  // namespace docket::client::cli
