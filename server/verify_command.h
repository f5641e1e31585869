// `docketd --verify`: walks a stopped log, or a copy of one, without changing anything.
#pragma once

#include "server/config.h"

namespace docket::server {

// Prints what was found: a line (or JSON) on standard output, or one sentence on standard error,
// where progress is said too. Answers the exit code: 0 the log is well, 4 it is not, 1 it could not
// be looked at.
[[nodiscard]] int verify(const Config& config);

}  // namespace docket::server
