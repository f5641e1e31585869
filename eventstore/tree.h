// The Merkle tree over the log's envelopes (RFC 6962; leaf = canonical envelope bytes), as stored.
//
// Of the tree, the nodes from level 8 up are stored, each in the commit that completes it; those
// below are computed from the at most 256 envelopes that they stand over. That is 0.25 bytes an
// event, and reading any node costs at most 256 hashes. Internal to the event store.
#pragma once

#include <cstdint>
#include <span>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/database.h"
#include "eventstore/error.h"
#include "eventstore/merkle.h"
#include "eventstore/proof.h"
#include "eventstore/types.h"

namespace docket::eventstore {

inline constexpr unsigned kLowestStoredLevel = 8;

// The root of the complete subtree `index` of `level`. Errors: corrupt, io.
// REQUIRES: all its leaves are below the head.
[[nodiscard]] tl::expected<Digest, StoreError> readNode(const Database& database, unsigned level,
                                                        std::uint64_t index);

// The frontier of the tree when it had `size` leaves. Costs at most 255 hashes of envelopes and a
// look-up for each bit set in `size`. REQUIRES: `size` is not above the head.
[[nodiscard]] tl::expected<Frontier, StoreError> readFrontier(const Database& database,
                                                              Position size);

// The roots of `ranges`, in order. Each block of 256 envelopes that they touch below level 8 is
// read once. REQUIRES: all ranges end at or below the head.
[[nodiscard]] tl::expected<std::vector<Digest>, StoreError> readRanges(
    const Database& database, std::span<const LeafRange> ranges);

}  // namespace docket::eventstore
