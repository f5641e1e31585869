// The keys of people in a data directory: opened, and destroyed when the log says that somebody is
// erased.
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

}  // namespace docket::server
