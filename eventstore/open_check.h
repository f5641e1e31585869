// What is looked at before a log is trusted. Costs the size of the last commit group, not of the
// log. Internal to the event store.
#pragma once

#include <tl/expected.hpp>

#include "eventstore/database.h"
#include "eventstore/error.h"
#include "eventstore/records.h"

namespace docket::eventstore {

// Checks, in this order: the format version; that the head record agrees with the last commit
// group, whose envelopes and payloads are all read, and with the Merkle tree; that the log reaches
// its anchor and has the root there that the anchor names. Makes an empty log of a database without
// one, if `mayCreate`.
[[nodiscard]] tl::expected<Head, StoreError> checkOpening(Database& database, bool mayCreate);

}  // namespace docket::eventstore
