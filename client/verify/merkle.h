// The Merkle tree of RFC 6962 section 2.1 over SHA-256, and the proofs of RFC 9162 section 2.1.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "client/verify/bytes.h"

namespace docket::client::verify {

struct Digest {
  std::array<char, 32> bytes{};
  bool operator==(const Digest&) const = default;
  Bytes view() const { return {bytes.data(), bytes.size()}; }
  static Digest of(Bytes exactly32);  // REQUIRES: 32 bytes
};

// SHA-256 of the parts, one behind the other.
Digest sha256(std::initializer_list<Bytes> parts);
Digest leafHash(Bytes entry);
Digest nodeHash(const Digest& left, const Digest& right);

// A tree that grows leaf by leaf and keeps O(log size) nodes. Threads: one.
class Frontier {
 public:
  void add(const Digest& leaf);

  std::uint64_t size() const { return size_; }
  Digest root() const;  // of no leaves: SHA-256 of nothing

  // The roots of the complete subtrees that make up the tree, the largest first.
  std::span<const Digest> nodes() const { return nodes_; }

  // The nodes that the last leaf completed, from the leaf itself upward: element i is the node of
  // level i with the index (size >> i) - 1.
  std::span<const Digest> completed() const { return completed_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> nodes_;
  std::vector<Digest> completed_;
};

// RFC 9162 section 2.1.3.2: is `leaf` the leaf number `index` of the tree of `size` leaves and
// `root`?
bool inclusionHolds(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                    std::span<const Digest> path, const Digest& root);

// RFC 9162 section 2.1.4.2: is the tree (oldSize, oldRoot) a beginning of (newSize, newRoot)? Every
// tree begins with the empty one, of equal sizes the roots must be equal; both with an empty path.
bool consistencyHolds(std::uint64_t oldSize, const Digest& oldRoot, std::uint64_t newSize,
                      const Digest& newRoot, std::span<const Digest> path);

}  // namespace docket::client::verify
