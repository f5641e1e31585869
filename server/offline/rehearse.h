// `docketd rehearse`: a rehearsal of a stopped log, or a copy of one, without changing anything.
#pragma once

#include "server/offline/command.h"

namespace docket::server::offline {

struct RehearseOptions {
  bool isStrict = false;  // fails for events of a newer program, too
};
void declare(CLI::App& command, RehearseOptions& options);

// Prints what was found, also when it is not well. 0 this program understands the history (or,
// unless strict, takes what it does not know for that of a newer program), 4 something is damaged,
// 1 the log could not be looked at, a view would stop, or strict and something is not understood.
[[nodiscard]] int rehearse(const Context& context, const RehearseOptions& options);

}  // namespace docket::server::offline
