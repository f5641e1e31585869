// The keys of a data directory: opened for the server, rotated while it is stopped, destroyed when
// the log says that a person is erased.
#pragma once

#include <memory>
#include <span>
#include <tl/expected.hpp>

#include "eventstore/key_store.h"
#include "server/config.h"

namespace docket::server {

[[nodiscard]] tl::expected<std::unique_ptr<eventstore::KeyStore>, eventstore::StoreError>
openKeyStore(const Config& config, bool create);

// Destroys the keys of these subjects; false, and a line in the server's log, if it cannot be done.
[[nodiscard]] bool destroyKeys(eventstore::KeyStore& keys,
                               std::span<const eventstore::Erasure> erasures);

// `docketd --rotate-master-key`: wraps all keys under a new master key; if a rotation was
// interrupted, goes on with that one. Prints what was done: a line (or JSON) on standard output, or
// one sentence on standard error, where progress is said too. Answers the exit code: 0 done, 4 the
// keys are damaged, 1 it could not be done.
[[nodiscard]] int rotateMasterKey(const Config& config);

}  // namespace docket::server
