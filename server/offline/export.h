// `docketd export`: writes a stopped server's log as tiles that others verify.
#pragma once

#include <filesystem>

#include "server/offline/command.h"

namespace docket::server::offline {

struct ExportOptions {
  std::filesystem::path directory;
  bool payloads = false;  // the payloads too
};
void declare(CLI::App& command, ExportOptions& options);

// Writes the log, or what was added since the last time; stopped by a signal, it can be repeated.
// 0 done, 4 the log or its checkpoint is not well, 1 anything else.
[[nodiscard]] int exportLog(const Context& context, const ExportOptions& options);

}  // namespace docket::server::offline
