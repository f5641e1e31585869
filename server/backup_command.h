// docketd --backup: makes, lists, verifies, restores and prunes backups of a stopped server.
#pragma once

#include "server/config.h"

namespace docket::server {

// Does what `config.backup` says, says on standard error how far it is, prints one line or a JSON
// document (docs/CLI.md). Answers the exit code: 0 done, 1 it cannot be done, 4 the log or a backup
// is not what it must be. REQUIRES: config.backup.
int backup(const Config& config);

}  // namespace docket::server
