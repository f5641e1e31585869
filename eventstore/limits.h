// The limits of what the log takes, in one place: the writer refuses by them, the decoder checks by
// them.
#pragma once

#include <cstddef>
#include <optional>

#include "eventstore/bytes.h"
#include "eventstore/envelope.h"

namespace docket::eventstore {

inline constexpr std::size_t kMaxStreamPartBytes = 200;
inline constexpr std::size_t kMaxTypeBytes = 100;
inline constexpr std::size_t kMaxActorBytes = 200;
inline constexpr std::size_t kMaxUnitEvents = 10'000;
inline constexpr std::size_t kMaxSubjectBytes = 200;

// What an envelope takes besides the text of its five strings, at most: twelve varints (seven
// numbers and five lengths), two ids and a hash, three single bytes, and the fixed time.
inline constexpr std::size_t kEnvelopeFixedBytes = 12 * kMaxVarintBytes + (16 + 16 + 32) + 3 + 8;
inline constexpr std::size_t kLongestEnvelopeBytes =
    kEnvelopeFixedBytes + 2 * kMaxStreamPartBytes + kMaxTypeBytes + 2 * kMaxActorBytes;
// Why `unit` breaks a stated limit, if it does: names the field and the limit.
struct Unit;
std::optional<StoreError> checkLimits(const Unit& unit);

// So the envelope limit holds by construction, and no event is refused for the sum of its parts.
static_assert(kLongestEnvelopeBytes <= kMaxEnvelopeBytes);

}  // namespace docket::eventstore
