// Inclusion and consistency proofs of RFC 9162 sections 2.1.3 and 2.1.4: which hashes they are made
// of, how they are verified, and the files that carry them away.
//
// Pure functions over plain values. What reads the hashes from a log is Log::inclusionProof and
// Log::consistencyProof.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/types.h"

namespace docket::eventstore {

// The leaves [begin, end), whose root is one hash of a proof. `begin` is a multiple of the smallest
// power of two that is not below the number of leaves.
struct LeafRange {
  std::uint64_t begin;
  std::uint64_t end;
  bool operator==(const LeafRange&) const = default;
};

// The ranges whose roots prove that leaf `index` is in a tree of `size` leaves, from the leaf to
// the root. REQUIRES: index < size.
std::vector<LeafRange> inclusionRanges(std::uint64_t index, std::uint64_t size);

// The ranges whose roots prove that a tree of `newSize` leaves begins with one of `oldSize`, in the
// order of RFC 9162; none when the sizes are equal or `oldSize` is 0. REQUIRES: oldSize <= newSize.
std::vector<LeafRange> consistencyRanges(std::uint64_t oldSize, std::uint64_t newSize);

// A complete subtree, named as in merkle.h.
struct NodeName {
  unsigned level;
  std::uint64_t index;
  bool operator==(const NodeName&) const = default;
};
// The complete subtrees that make up a range, left to right; foldNodes of their hashes is its root.
std::vector<NodeName> nodesOf(const LeafRange& range);
// REQUIRES: at least one.
Digest foldNodes(std::span<const Digest> nodes);

[[nodiscard]] bool verifyInclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                   std::span<const Digest> proof, const Digest& root);

// A tree of no leaves is the beginning of any other, by an empty proof.
[[nodiscard]] bool verifyConsistency(std::uint64_t oldSize, const Digest& oldRoot,
                                     std::uint64_t newSize, const Digest& newRoot,
                                     std::span<const Digest> proof);

// A file `.tlog-proof` (C2SP tlog-proof): that `envelope` is the leaf `index` of the tree of the
// checkpoint in `note`.
std::string inclusionProofText(std::uint64_t index, std::span<const std::byte> envelope,
                               std::span<const Digest> proof, std::string_view note);

// A file `.tlog-consistency`: that the tree of the checkpoint in `note`, of `newSize` leaves,
// begins with the one of `oldSize`.
std::string consistencyProofText(std::uint64_t oldSize, std::uint64_t newSize,
                                 std::span<const Digest> proof, std::string_view note);

}  // namespace docket::eventstore
