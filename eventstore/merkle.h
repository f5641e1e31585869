// The Merkle tree of RFC 6962 section 2.1: its hashes, and the frontier that grows it leaf by leaf.
//
// A node is named by its level and index: node (level, index) is the root of the complete subtree
// over the leaves [index * 2^level, (index + 1) * 2^level). Leaves are level 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "eventstore/types.h"

namespace docket::eventstore {

// SHA-256 of a zero byte and the entry.
Digest leafHash(std::span<const std::byte> entry);
// SHA-256 of a one byte and both children.
Digest nodeHash(const Digest& left, const Digest& right);
// The root of the tree without leaves: SHA-256 of nothing.
Digest emptyRoot();

// The roots of the largest complete subtrees that make up a tree, left to right, that is from the
// highest level to the lowest: one for each bit of the size that is set. All that is needed to add
// leaves and to know the root. A plain value, not thread-safe.
class Frontier {
 public:
  Frontier() = default;
  // The frontier of a tree of `size` leaves. REQUIRES: nodes.size() is the number of bits set in
  // `size`.
  Frontier(std::uint64_t size, std::vector<Digest> nodes);

  // Adds a leaf and calls `completed(level, index, hash)` for each node that it completes, from the
  // leaf itself upwards.
  template <typename Completed>
  void add(const Digest& leaf, const Completed& completed) {
    Digest hash = leaf;
    std::uint64_t index = size_;
    completed(0u, index, hash);
    for (unsigned level = 1; index % 2 == 1; ++level) {
      hash = nodeHash(nodes_.back(), hash);
      nodes_.pop_back();
      index /= 2;
      completed(level, index, hash);
    }
    nodes_.push_back(hash);
    ++size_;
  }
  void add(const Digest& leaf) {
    add(leaf, [](unsigned, std::uint64_t, const Digest&) {});
  }

  std::uint64_t size() const { return size_; }
  const std::vector<Digest>& nodes() const { return nodes_; }
  Digest root() const;

  bool operator==(const Frontier&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> nodes_;
};

}  // namespace docket::eventstore
