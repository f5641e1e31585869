// A checkpoint (C2SP tlog-checkpoint): a signed note that says which root the log has at a size.
//
//   <origin>
//   <size, decimal>
//   <base64 of the root>
//
// Pure functions over plain values; a refusal is a few words on what is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "eventstore/signed_note.h"
#include "eventstore/types.h"

namespace docket::eventstore {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;

  bool operator==(const Checkpoint&) const = default;
};

// The note's text, and back. Exactly these three lines: what other logs may add is refused.
std::string checkpointText(const Checkpoint& checkpoint);
[[nodiscard]] tl::expected<Checkpoint, std::string> parseCheckpointText(std::string_view text);

// A decimal number with no sign, no leading zeros and nothing around it; false if it is not one.
bool parseDecimal(std::string_view text, std::uint64_t& value);

// The checkpoint in `note`, if at least one of `keys` has signed it, none of them wrongly, and its
// origin is that key's name.
[[nodiscard]] tl::expected<Checkpoint, std::string> openCheckpoint(
    std::string_view note, std::span<const VerifierKey> keys);

}  // namespace docket::eventstore
