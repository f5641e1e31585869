// `docketd verify`: walks a stopped log, or a copy of one, without changing anything.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "server/offline/command.h"

namespace docket::server::offline {

struct VerifyOptions {
  std::vector<std::filesystem::path> checkpoints;  // the log must agree with them
  std::string key;                                 // their verifier key; empty: those in DATA/keys
};
void declare(CLI::App& command, VerifyOptions& options);

// 0 the log is well, 4 it is not, 1 it could not be looked at.
[[nodiscard]] int verify(const Context& context, const VerifyOptions& options);

}  // namespace docket::server::offline
