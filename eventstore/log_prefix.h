// The beginning of a log as a log of its own: how a restore goes back to a position or an instant.
// Internal to the event store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <tl/expected.hpp>

#include "eventstore/database.h"
#include "eventstore/error.h"
#include "eventstore/records.h"

namespace docket::eventstore {

// Where the last unit ends that has all its events below `limit`. Costs two records.
// REQUIRES: `head` is the head of the log in `source`.
[[nodiscard]] tl::expected<Position, StoreError> unitEndBefore(const Database& source,
                                                               Position head, Position limit);

// The first position recorded after `instant`; `head` if there is none. Recorded times never go
// back, so this is a binary search.
[[nodiscard]] tl::expected<Position, StoreError> firstRecordedAfter(const Database& source,
                                                                    Position head,
                                                                    Timestamp instant);

// Copies the events below `end` to a new log in `target`, with store id and format, and writes its
// anchor. Records that end at or before `end` are copied byte by byte; the one that goes beyond is
// written anew with the events below `end`. The tree grows again from every envelope on the way and
// must come to the root that the source has at `end`. Answers the head of the new log; its last
// commit group is the events at its end that were copied in one write and have one recorded time.
//
// `progress` as in Log::verify. REQUIRES: a unit ends at `end`; `target` is empty or missing.
[[nodiscard]] tl::expected<Head, StoreError> copyPrefix(
    const Database& source, Position end, const std::filesystem::path& target,
    const std::function<bool(std::uint64_t, std::uint64_t)>& progress);

}  // namespace docket::eventstore
