// `docketd --export` and `docketd --rotate-key`: work on the proofs of a stopped server's log.
#pragma once

#include "server/config.h"

namespace docket::server {

// Both print what they did on standard output (a line, or JSON), or one sentence on standard error,
// and answer the exit code: 0 done, 4 the log or its checkpoint is not well, 1 anything else.

// Writes the log as tiles to config.exportTo, or what was added since the last time. SIGINT stops
// it; it can be repeated.
[[nodiscard]] int exportLog(const Config& config);

[[nodiscard]] int rotateKey(const Config& config);

}  // namespace docket::server
