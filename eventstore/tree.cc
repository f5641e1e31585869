#include "eventstore/tree.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/keys.h"
#include "eventstore/lookup.h"

namespace docket::eventstore {
namespace {

constexpr std::uint64_t kLeavesOfStored = std::uint64_t{1} << kLowestStoredLevel;

// The frontier over the envelopes [begin, end) alone, taken as a tree of their own.
tl::expected<Frontier, StoreError> hashEnvelopes(const Database& database, Position begin,
                                                 Position end) {
  RecordCursor cursor(database, Access::point);
  Frontier frontier;
  for (Position position = begin; position < end; position = position.next()) {
    if (auto moved = cursor.moveTo(position); !moved) return tl::unexpected(moved.error());
    frontier.add(leafHash(cursor.envelopeBytes(position)));
  }
  return frontier;
}

tl::expected<Digest, StoreError> readStored(const Database& database, unsigned level,
                                            std::uint64_t index) {
  const auto damaged = [&](std::string_view what) {
    return tl::unexpected(database.corrupt("node " + std::to_string(index) + " of level " +
                                           std::to_string(level) + " of its Merkle tree " +
                                           std::string(what)));
  };
  rocksdb::PinnableSlice value;
  const auto found = database.get(Family::tree, keys::node(level, index).view(), value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return damaged("is missing");
  Digest hash;
  if (value.size() != hash.bytes.size()) return damaged("has another size than it should");
  std::copy_n(reinterpret_cast<const std::byte*>(value.data()), value.size(), hash.bytes.begin());
  return hash;
}

// The leaves of blocks of 256, each block read once: a proof asks for many nodes of two or three.
class BlockReader {
 public:
  explicit BlockReader(const Database& database) : cursor_(database, Access::point) {}

  // The root of a complete subtree below the stored levels.
  tl::expected<Digest, StoreError> node(const NodeName& name) {
    const std::uint64_t begin = name.index << name.level;
    const std::uint64_t end = begin + (std::uint64_t{1} << name.level);
    std::vector<Digest>& leaves = blocks_[begin / kLeavesOfStored];
    for (std::uint64_t next = begin / kLeavesOfStored * kLeavesOfStored + leaves.size(); next < end;
         ++next) {
      if (auto moved = cursor_.moveTo({next}); !moved) return tl::unexpected(moved.error());
      leaves.push_back(leafHash(cursor_.envelopeBytes({next})));
    }
    Frontier frontier;
    for (std::uint64_t leaf = begin; leaf < end; ++leaf) {
      frontier.add(leaves[leaf % kLeavesOfStored]);
    }
    return frontier.root();
  }

 private:
  RecordCursor cursor_;
  std::map<std::uint64_t, std::vector<Digest>> blocks_;  // each from its first leaf on
};

}  // namespace

tl::expected<Digest, StoreError> readNode(const Database& database, unsigned level,
                                          std::uint64_t index) {
  if (level >= kLowestStoredLevel) return readStored(database, level, index);
  const auto frontier = hashEnvelopes(database, {index << level}, {(index + 1) << level});
  if (!frontier) return tl::unexpected(frontier.error());
  return frontier->root();
}

tl::expected<Frontier, StoreError> readFrontier(const Database& database, Position size) {
  std::vector<Digest> nodes;
  for (unsigned level = 63; level >= kLowestStoredLevel; --level) {
    if ((size.value >> level & 1) == 0) continue;
    const auto node = readStored(database, level, (size.value >> level) - 1);
    if (!node) return tl::unexpected(node.error());
    nodes.push_back(*node);
  }
  const auto rest = hashEnvelopes(database, {size.value / kLeavesOfStored * kLeavesOfStored}, size);
  if (!rest) return tl::unexpected(rest.error());
  nodes.insert(nodes.end(), rest->nodes().begin(), rest->nodes().end());
  return Frontier(size.value, std::move(nodes));
}

tl::expected<std::vector<Digest>, StoreError> readRanges(const Database& database,
                                                         std::span<const LeafRange> ranges) {
  BlockReader blocks(database);
  std::vector<Digest> roots;
  for (const LeafRange& range : ranges) {
    std::vector<Digest> nodes;
    for (const NodeName& name : nodesOf(range)) {
      const auto node = name.level >= kLowestStoredLevel
                            ? readStored(database, name.level, name.index)
                            : blocks.node(name);
      if (!node) return tl::unexpected(node.error());
      nodes.push_back(*node);
    }
    roots.push_back(foldNodes(nodes));
  }
  return roots;
}

}  // namespace docket::eventstore
