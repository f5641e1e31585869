// `docketd rotate-key` and `docketd rotate-master-key`: new keys for a stopped server.
#pragma once

#include "server/offline/command.h"

namespace docket::server::offline {

// Replaces the key that signs checkpoints. 0 done, 4 the log or its checkpoint is not well, 1
// anything else.
[[nodiscard]] int rotateKey(const Context& context, const NoOptions& options);

// Wraps all keys of subjects under a new master key; if a rotation was interrupted, goes on with
// that one. 0 done, 4 the keys are damaged or their master key is missing, 1 anything else.
[[nodiscard]] int rotateMasterKey(const Context& context, const NoOptions& options);

}  // namespace docket::server::offline
