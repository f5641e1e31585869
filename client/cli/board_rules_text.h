// How a board is run, drawn for a person.
#pragma once

#include <string>

#include "client/cli/output.h"
#include "server/api/docket.capnp.h"

namespace docket::client::cli {

std::string boardRulesText(api::BoardRules::Reader rules, const Output& output);

// A line a finding: errors first, as the server orders them.
std::string findingsText(capnp::List<api::LintFinding>::Reader findings, const Output& output);

}  // namespace docket::client::cli
