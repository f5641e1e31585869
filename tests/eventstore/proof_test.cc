// Inclusion and consistency proofs: of every small tree against the definition, of large ones by
// chance, of a real log; and that nothing else is taken for a proof.
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "eventstore/merkle.h"
#include "eventstore/proof.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

using Json = nlohmann::json;
using Proof = std::vector<Digest>;

constexpr std::size_t kLeaves = 70;

Digest leafOf(std::uint64_t index) {
  return leafHash(bytes("leaf " + std::to_string(index)));
}

std::vector<Digest> leavesOf(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leafOf(i));
  return leaves;
}

// RFC 9162 sections 2.1.1, 2.1.3.1 and 2.1.4.1, as they are written there.
std::size_t splitOf(std::size_t size) {
  std::size_t split = 1;
  while (2 * split < size) split *= 2;
  return split;
}
Digest rootOf(std::span<const Digest> leaves) {
  if (leaves.empty()) return emptyRoot();
  if (leaves.size() == 1) return leaves[0];
  const std::size_t split = splitOf(leaves.size());
  return nodeHash(rootOf(leaves.first(split)), rootOf(leaves.subspan(split)));
}
Proof pathOf(std::size_t index, std::span<const Digest> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t split = splitOf(leaves.size());
  Proof path = index < split ? pathOf(index, leaves.first(split))
                             : pathOf(index - split, leaves.subspan(split));
  path.push_back(rootOf(index < split ? leaves.subspan(split) : leaves.first(split)));
  return path;
}
Proof subproofOf(std::size_t size, std::span<const Digest> leaves, bool isWhole) {
  if (size == leaves.size()) return isWhole ? Proof{} : Proof{rootOf(leaves)};
  const std::size_t split = splitOf(leaves.size());
  Proof proof = size <= split ? subproofOf(size, leaves.first(split), isWhole)
                              : subproofOf(size - split, leaves.subspan(split), false);
  proof.push_back(rootOf(size <= split ? leaves.subspan(split) : leaves.first(split)));
  return proof;
}

Proof rootsOf(const std::vector<LeafRange>& ranges, std::span<const Digest> leaves) {
  Proof proof;
  for (const LeafRange& range : ranges) {
    proof.push_back(rootOf(leaves.subspan(range.begin, range.end - range.begin)));
  }
  return proof;
}

TEST(Proof, InclusionIsThatOfTheDefinitionAndVerifies) {
  const std::vector<Digest> all = leavesOf(kLeaves);
  for (std::size_t size = 1; size <= kLeaves; ++size) {
    const std::span<const Digest> leaves(all.data(), size);
    const Digest root = rootOf(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      const Proof proof = rootsOf(inclusionRanges(index, size), leaves);
      ASSERT_EQ(proof, pathOf(index, leaves)) << index << " of " << size;
      ASSERT_TRUE(verifyInclusion(all[index], index, size, proof, root)) << index << " " << size;
    }
  }
}

TEST(Proof, ConsistencyIsThatOfTheDefinitionAndVerifies) {
  const std::vector<Digest> all = leavesOf(kLeaves);
  for (std::size_t size = 0; size <= kLeaves; ++size) {
    const std::span<const Digest> leaves(all.data(), size);
    for (std::size_t old = 0; old <= size; ++old) {
      const Proof proof = rootsOf(consistencyRanges(old, size), leaves);
      if (old != 0) {
        ASSERT_EQ(proof, subproofOf(old, leaves, true)) << old << " " << size;
      }
      ASSERT_TRUE(verifyConsistency(old, rootOf(leaves.first(old)), size, rootOf(leaves), proof))
          << old << " of " << size;
    }
  }
}

// What a forger may try: another leaf, place, size, root; a hash changed, dropped, doubled, added.
TEST(Proof, NothingElseIsTakenForOne) {
  const std::vector<Digest> all = leavesOf(kLeaves);
  for (std::size_t size = 1; size <= 20; ++size) {
    const std::span<const Digest> leaves(all.data(), size);
    const Digest root = rootOf(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      const Proof good = pathOf(index, leaves);
      const auto takes = [&](const Proof& proof) {
        return verifyInclusion(all[index], index, size, proof, root);
      };
      EXPECT_FALSE(verifyInclusion(all[index + 1], index, size, good, root));
      EXPECT_FALSE(verifyInclusion(all[index], index, size, good, digest(1)));
      for (std::size_t other = 0; other < size + 3; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(verifyInclusion(all[index], other, size, good, root)) << other;
      }
      for (std::size_t i = 0; i < good.size(); ++i) {
        Proof bad = good;
        bad[i].bytes[31] ^= std::byte{1};
        EXPECT_FALSE(takes(bad));
        bad = good;
        bad.erase(bad.begin() + static_cast<long>(i));
        EXPECT_FALSE(takes(bad));
        bad = good;
        bad.insert(bad.begin() + static_cast<long>(i), good[i]);
        EXPECT_FALSE(takes(bad));
      }
      Proof longer = good;
      longer.push_back(root);
      EXPECT_FALSE(takes(longer));
    }
    for (std::size_t old = 0; old <= size; ++old) {
      const Proof good = rootsOf(consistencyRanges(old, size), leaves);
      const Digest oldRoot = rootOf(leaves.first(old));
      const auto takes = [&](const Proof& proof) {
        return verifyConsistency(old, oldRoot, size, root, proof);
      };
      EXPECT_FALSE(verifyConsistency(old, digest(1), size, root, good)) << old << " " << size;
      if (old != 0) {
        EXPECT_FALSE(verifyConsistency(old, oldRoot, size, digest(1), good)) << old << " " << size;
      }
      for (std::size_t i = 0; i < good.size(); ++i) {
        Proof bad = good;
        bad[i].bytes[0] ^= std::byte{1};
        EXPECT_FALSE(takes(bad));
        bad = good;
        bad.erase(bad.begin() + static_cast<long>(i));
        EXPECT_FALSE(takes(bad)) << old << " " << size;
        bad = good;
        bad.insert(bad.begin() + static_cast<long>(i), good[i]);
        EXPECT_FALSE(takes(bad));
      }
      Proof longer = good;
      longer.push_back(root);
      EXPECT_FALSE(takes(longer));
    }
    EXPECT_FALSE(verifyConsistency(size + 1, root, size, root, {}));
  }
}

// Roots in a tree whose leaves are all the same, except `odd`: any size, without its leaves.
class LargeTree {
 public:
  explicit LargeTree(std::uint64_t odd) : odd_(odd) {
    same_[0] = leafOf(0);
    for (unsigned level = 1; level < 64; ++level) {
      same_[level] = nodeHash(same_[level - 1], same_[level - 1]);
    }
  }
  Digest leaf(std::uint64_t index) const { return node({0, index}); }
  Digest node(const NodeName& name) const {
    if (odd_ >> name.level != name.index) return same_[name.level];
    if (name.level == 0) return leafOf(1);
    return nodeHash(node({name.level - 1, 2 * name.index}),
                    node({name.level - 1, 2 * name.index + 1}));
  }
  Digest root(const LeafRange& range) const {
    if (range.begin == range.end) return emptyRoot();
    std::vector<Digest> nodes;
    for (const NodeName& name : nodesOf(range)) nodes.push_back(node(name));
    return foldNodes(nodes);
  }
  Proof roots(const std::vector<LeafRange>& ranges) const {
    Proof proof;
    for (const LeafRange& range : ranges) proof.push_back(root(range));
    return proof;
  }

 private:
  std::uint64_t odd_;
  std::array<Digest, 64> same_;
};

TEST(Proof, LargeTreesVerify) {
  const char* given = std::getenv("DOCKET_TEST_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::printf("seed %llu (DOCKET_TEST_SEED)\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 300; ++i) {
    const std::uint64_t size = (random() >> 1 >> random() % 50) + 2;
    const std::uint64_t index = random() % size;
    const std::uint64_t old = random() % size + 1;
    const LargeTree tree(index);
    const Digest root = tree.root({0, size});
    const Proof inclusion = tree.roots(inclusionRanges(index, size));
    ASSERT_LE(inclusion.size(), 64u);
    ASSERT_TRUE(verifyInclusion(tree.leaf(index), index, size, inclusion, root)) << size;
    ASSERT_FALSE(verifyInclusion(tree.leaf(index), index ^ 1, size, inclusion, root)) << size;
    const Proof consistency = tree.roots(consistencyRanges(old, size));
    ASSERT_TRUE(verifyConsistency(old, tree.root({0, old}), size, root, consistency)) << size;
    ASSERT_FALSE(verifyConsistency(old, leafOf(2), size, root, consistency)) << size;
  }
}

TEST(Proof, TheReferenceVectorsAreOurs) {
  const char* shared = std::getenv("DOCKET_SHARED");
  const std::filesystem::path folder =
      shared != nullptr ? std::filesystem::path(shared)
                        : std::filesystem::path(DOCKET_SOURCE_DIR).parent_path() / "shared";
  std::ifstream file(folder / "cases/merkle_vectors.json");
  if (!file) GTEST_SKIP() << "no merkle_vectors.json; set DOCKET_SHARED to the folder above cases";
  const Json tree = Json::parse(file)["reference_tree"];
  std::vector<Digest> leaves;
  for (const std::string leaf : tree["leaves_hex"]) {
    std::vector<std::byte> data(leaf.size() / 2);
    ASSERT_TRUE(fromHex(leaf, data.data(), data.size()));
    leaves.push_back(leafHash(data));
  }
  const auto hex = [](const Proof& proof) {
    Json out = Json::array();
    for (const Digest& hash : proof) out.push_back(toHex(hash.bytes));
    return out;
  };
  ASSERT_FALSE(tree["inclusion"].empty());
  for (const Json& each : tree["inclusion"]) {
    EXPECT_EQ(hex(rootsOf(inclusionRanges(each["index_0based"], each["tree_size"]), leaves)),
              each["path"]);
  }
  ASSERT_FALSE(tree["consistency"].empty());
  for (const Json& each : tree["consistency"]) {
    EXPECT_EQ(hex(rootsOf(consistencyRanges(each["size1"], each["size2"]), leaves)), each["proof"]);
  }
}

class LogProof : public LogTest {};

// 70,000 events: stored nodes of nine levels and more, and blocks that are not full.
TEST_F(LogProof, EveryProofOfALogVerifiesAgainstItsRoots) {
  open();
  std::uint64_t command = 0;
  for (const std::size_t size :
       {1u, 299u, 9'700u, 9'999u, 10'000u, 10'000u, 10'000u, 10'000u, 10'000u, 3u}) {
    append(unit(++command, std::vector<NewEvent>(size, event("s/1", ""))));
  }
  std::vector<Digest> leaves;
  LogReader reader = log().readAll();
  for (auto next = reader.next(); next && *next != nullptr; next = reader.next()) {
    leaves.push_back(leafHash((*next)->envelopeBytes));
  }
  const std::uint64_t head = log().head().value;
  ASSERT_EQ(leaves.size(), head);
  const std::uint64_t sizes[] = {1,   2,      255,    256,    257,    511,
                                 512, 65'535, 65'536, 65'600, 65'793, head};
  for (const std::uint64_t size : sizes) {
    const std::span<const Digest> tree(leaves.data(), size);
    for (std::uint64_t leaf = 0; leaf < size; leaf += 1 + size / 7) {
      const auto proof = log().inclusionProof({leaf}, {size});
      ASSERT_TRUE(proof) << proof.error().message;
      EXPECT_EQ(*proof, pathOf(leaf, tree)) << leaf << " of " << size;
    }
    for (const std::uint64_t old : sizes) {
      if (old > size) continue;
      const auto proof = log().consistencyProof({old}, {size});
      ASSERT_TRUE(proof) << proof.error().message;
      EXPECT_EQ(*proof, subproofOf(old, tree, true)) << old << " of " << size;
      EXPECT_TRUE(verifyConsistency(old, log().rootAt({old}).value(), size,
                                    log().rootAt({size}).value(), *proof));
    }
  }
  EXPECT_EQ(log().inclusionProof({5}, {5}).error().code, StoreErrorCode::invalid);
  EXPECT_EQ(log().inclusionProof({5}, {head + 1}).error().code, StoreErrorCode::invalid);
  EXPECT_EQ(log().consistencyProof({6}, {5}).error().code, StoreErrorCode::invalid);
  EXPECT_EQ(log().consistencyProof({6}, {head + 1}).error().code, StoreErrorCode::invalid);
  EXPECT_TRUE(log().consistencyProof({0}, {head}).value().empty());
}

TEST(Proof, FilesHoldWhatTheirFormatSays) {
  const Proof proof{digest(1), digest(2)};
  std::array<std::byte, 32> zeros{};
  EXPECT_EQ(inclusionProofText(7, bytes("foo"), {}, "note\n"),
            "c2sp.org/tlog-proof@v1\nextra Zm9v\nindex 7\n\nnote\n");
  const Digest zero{zeros};
  EXPECT_EQ(consistencyProofText(7, 9, std::vector<Digest>{zero, zero}, "note\n"),
            "docket/tlog-consistency@v1\nold 7\nnew 9\n"
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nnote\n");
}

}  // namespace
}  // namespace docket::eventstore::testing
