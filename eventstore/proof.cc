#include "eventstore/proof.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "eventstore/base64.h"
#include "eventstore/merkle.h"

namespace docket::eventstore {
namespace {

// The largest power of two below `size`, where RFC 6962 splits a tree. REQUIRES: size > 1.
std::uint64_t splitOf(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

// The walk of a verification from a leaf or an old tree up to the root: which side the next hash
// is on. `node` and `last` are the indexes, at the level reached, of the node at hand and of the
// level's last node.
struct Climb {
  std::uint64_t node;
  std::uint64_t last;

  bool isAtTop() const { return last == 0; }
  bool nextIsLeft() const { return (node & 1) == 1 || node == last; }
  void up() {
    node >>= 1;
    last >>= 1;
  }
  // A last node without a sibling is its own parent: on to where it has one.
  void skipLonely() {
    while ((node & 1) == 0 && node != 0) up();
  }
};

std::string hashLines(std::span<const Digest> proof) {
  std::string lines;
  for (const Digest& hash : proof) lines += toBase64(hash.bytes) + "\n";
  return lines;
}

}  // namespace

std::vector<LeafRange> inclusionRanges(std::uint64_t index, std::uint64_t size) {
  std::vector<LeafRange> ranges;
  LeafRange at{0, size};
  while (at.end - at.begin > 1) {
    const std::uint64_t middle = at.begin + splitOf(at.end - at.begin);
    if (index < middle) {
      ranges.push_back({middle, at.end});
      at.end = middle;
    } else {
      ranges.push_back({at.begin, middle});
      at.begin = middle;
    }
  }
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

std::vector<LeafRange> consistencyRanges(std::uint64_t oldSize, std::uint64_t newSize) {
  std::vector<LeafRange> ranges;
  if (oldSize == 0 || oldSize == newSize) return ranges;
  LeafRange at{0, newSize};
  while (at.end != oldSize) {
    const std::uint64_t middle = at.begin + splitOf(at.end - at.begin);
    if (oldSize <= middle) {
      ranges.push_back({middle, at.end});
      at.end = middle;
    } else {
      ranges.push_back({at.begin, middle});
      at.begin = middle;
    }
  }
  // The old tree itself need not be told: its root is known.
  if (at.begin != 0) ranges.push_back(at);
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

std::vector<NodeName> nodesOf(const LeafRange& range) {
  std::vector<NodeName> nodes;
  for (std::uint64_t begin = range.begin; begin < range.end;) {
    const std::uint64_t width = std::bit_floor(range.end - begin);
    const auto level = static_cast<unsigned>(std::countr_zero(width));
    nodes.push_back({level, begin >> level});
    begin += width;
  }
  return nodes;
}

Digest foldNodes(std::span<const Digest> nodes) {
  if (nodes.empty()) std::abort();
  Digest root = nodes.back();
  for (std::size_t i = nodes.size() - 1; i > 0; --i) root = nodeHash(nodes[i - 1], root);
  return root;
}

bool verifyInclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                     std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return false;
  Climb climb{index, size - 1};
  Digest hash = leaf;
  for (const Digest& other : proof) {
    if (climb.isAtTop()) return false;
    if (climb.nextIsLeft()) {
      hash = nodeHash(other, hash);
      climb.skipLonely();
    } else {
      hash = nodeHash(hash, other);
    }
    climb.up();
  }
  return climb.isAtTop() && hash == root;
}

bool verifyConsistency(std::uint64_t oldSize, const Digest& oldRoot, std::uint64_t newSize,
                       const Digest& newRoot, std::span<const Digest> proof) {
  if (oldSize > newSize) return false;
  if (oldSize == 0 && oldRoot != emptyRoot()) return false;
  if (oldSize == newSize) return proof.empty() && oldRoot == newRoot;
  if (oldSize == 0) return proof.empty();
  const bool startsAtOldRoot = std::has_single_bit(oldSize);
  if (!startsAtOldRoot && proof.empty()) return false;
  Digest oldHash = startsAtOldRoot ? oldRoot : proof.front();
  Digest newHash = oldHash;
  Climb climb{oldSize - 1, newSize - 1};
  while ((climb.node & 1) == 1) climb.up();
  for (const Digest& other : proof.subspan(startsAtOldRoot ? 0 : 1)) {
    if (climb.isAtTop()) return false;
    if (climb.nextIsLeft()) {
      oldHash = nodeHash(other, oldHash);
      newHash = nodeHash(other, newHash);
      climb.skipLonely();
    } else {
      newHash = nodeHash(newHash, other);
    }
    climb.up();
  }
  return climb.isAtTop() && oldHash == oldRoot && newHash == newRoot;
}

std::string inclusionProofText(std::uint64_t index, std::span<const std::byte> envelope,
                               std::span<const Digest> proof, std::string_view note) {
  return "c2sp.org/tlog-proof@v1\nextra " + toBase64(envelope) + "\nindex " +
         std::to_string(index) + "\n" + hashLines(proof) + "\n" + std::string(note);
}

std::string consistencyProofText(std::uint64_t oldSize, std::uint64_t newSize,
                                 std::span<const Digest> proof, std::string_view note) {
  return "docket/tlog-consistency@v1\nold " + std::to_string(oldSize) + "\nnew " +
         std::to_string(newSize) + "\n" + hashLines(proof) + "\n" + std::string(note);
}

}  // namespace docket::eventstore
