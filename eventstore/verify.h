// The whole log, walked and compared with itself: nothing is taken from an index, a record of the
// head or a stored node that is not made again from the events.
//
// Checked are, for every event: its record, envelope, place, payload hash, unit and recorded time;
// then every stored node of the Merkle tree, the head, the anchor and the roots that the caller
// brings; then that the index holds each event's stream, version and place and each command, and
// nothing else; then every table's file checksum. Internal to the event store; the public door is
// Log::verify.
#pragma once

#include <functional>
#include <tl/expected.hpp>

#include "eventstore/database.h"
#include "eventstore/event_index.h"
#include "eventstore/log.h"
#include "eventstore/records.h"

namespace docket::eventstore {

// `head` is asked once, after the index has been looked at: nothing in the index is then beyond it.
[[nodiscard]] tl::expected<VerifyReport, StoreError> verifyLog(const Database& database,
                                                               const EventIndex& index,
                                                               const std::function<Head()>& head,
                                                               const VerifyOptions& options);

}  // namespace docket::eventstore
