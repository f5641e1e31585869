// The commands of `docket audit` that are about proofs.
#pragma once

#include <CLI/CLI.hpp>

#include "client/cli/cli.h"

namespace docket::client::cli {

void addProofCommands(CLI::App& audit, Cli& cli);

}  // namespace docket::client::cli
