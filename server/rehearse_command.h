// `docketd --rehearse`: a rehearsal of a stopped log, or a copy of one, without changing anything.
#pragma once

#include "server/config.h"

namespace docket::server {

// Prints what was found on standard output, as text or JSON; progress and what keeps the log from
// being opened go to standard error. Answers the exit code: 0 this program understands the history
// (or, unless config.strict, takes what it does not know for that of a newer program), 4 something
// is damaged, 1 the log could not be looked at, a view would stop, or config.strict and something
// is not understood.
[[nodiscard]] int rehearse(const Config& config);

}  // namespace docket::server
