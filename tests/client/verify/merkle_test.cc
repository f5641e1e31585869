// The tree and its proofs, against the test vectors of Certificate Transparency (RFC 6962) and
// against the recursive definitions.
#include "client/verify/merkle.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

std::string hex(const Digest& digest) {
  return toHex(digest.view());
}

const std::vector<std::string> kEntries = {"",
                                           "00",
                                           "10",
                                           "2021",
                                           "3031",
                                           "40414243",
                                           "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRoots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> someLeaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leafHash("entry " + std::to_string(i)));
  return leaves;
}

// The recursive definitions of RFC 6962 section 2.1.
using Leaves = std::span<const Digest>;
Digest rootOf(Leaves d) {
  if (d.empty()) return sha256({});
  if (d.size() == 1) return d[0];
  const std::size_t k = std::bit_floor(d.size() - 1);
  return nodeHash(rootOf(d.first(k)), rootOf(d.subspan(k)));
}
std::vector<Digest> pathOf(std::size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const std::size_t k = std::bit_floor(d.size() - 1);
  auto path = m < k ? pathOf(m, d.first(k)) : pathOf(m - k, d.subspan(k));
  path.push_back(rootOf(m < k ? d.subspan(k) : d.first(k)));
  return path;
}
std::vector<Digest> proofOf(std::size_t m, Leaves d, bool complete = true) {
  if (m == d.size()) return complete ? std::vector<Digest>{} : std::vector{rootOf(d)};
  const std::size_t k = std::bit_floor(d.size() - 1);
  auto path = m <= k ? proofOf(m, d.first(k), complete) : proofOf(m - k, d.subspan(k), false);
  path.push_back(rootOf(m <= k ? d.subspan(k) : d.first(k)));
  return path;
}

TEST(VerifyMerkle, RootsAreThoseOfCertificateTransparency) {
  Frontier tree;
  EXPECT_EQ(hex(tree.root()), kRoots[0]);
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    tree.add(leafHash(*fromHex(kEntries[i])));
    EXPECT_EQ(hex(tree.root()), kRoots[i + 1]) << i;
  }
}

TEST(VerifyMerkle, AGrowingTreeHasTheRootOfTheDefinitionAndTellsItsCompletedNodes) {
  const auto leaves = someLeaves(70);
  Frontier tree;
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    tree.add(leaves[size - 1]);
    ASSERT_EQ(tree.root(), rootOf(Leaves(leaves).first(size))) << size;
    ASSERT_EQ(tree.nodes().size(), static_cast<std::size_t>(std::popcount(size)));
    const auto completed = tree.completed();
    ASSERT_EQ(completed.size(), static_cast<std::size_t>(std::countr_zero(size)) + 1);
    for (std::size_t level = 0; level < completed.size(); ++level) {
      const std::size_t width = std::size_t{1} << level;
      ASSERT_EQ(completed[level], rootOf(Leaves(leaves).subspan(size - width, width)));
    }
  }
}

TEST(VerifyMerkle, EveryInclusionProofHoldsAndNoChangedOneDoes) {
  const auto leaves = someLeaves(20);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Digest root = rootOf(Leaves(leaves).first(size));
    for (std::size_t index = 0; index < size; ++index) {
      auto path = pathOf(index, Leaves(leaves).first(size));
      ASSERT_TRUE(inclusionHolds(leaves[index], index, size, path, root)) << index << " " << size;
      EXPECT_FALSE(inclusionHolds(leaves[index], size, size, path, root));
      EXPECT_FALSE(inclusionHolds(leafHash("other"), index, size, path, root));
      for (std::size_t other = 0; other < size; ++other) {
        EXPECT_EQ(inclusionHolds(leaves[index], other, size, path, root), other == index);
      }
      path.push_back(root);
      EXPECT_FALSE(inclusionHolds(leaves[index], index, size, path, root));
      path.pop_back();
      for (Digest& hash : path) {
        hash.bytes[0] = static_cast<char>(hash.bytes[0] ^ 1);
        EXPECT_FALSE(inclusionHolds(leaves[index], index, size, path, root));
        hash.bytes[0] = static_cast<char>(hash.bytes[0] ^ 1);
      }
      if (!path.empty()) path.pop_back();
      EXPECT_EQ(inclusionHolds(leaves[index], index, size, path, root), size == 1);
    }
  }
}

TEST(VerifyMerkle, EveryConsistencyProofHoldsAndNoChangedOneDoes) {
  const auto leaves = someLeaves(20);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Digest root = rootOf(Leaves(leaves).first(size));
    for (std::size_t old = 1; old <= size; ++old) {
      const Digest oldRoot = rootOf(Leaves(leaves).first(old));
      auto path = proofOf(old, Leaves(leaves).first(size));
      ASSERT_TRUE(consistencyHolds(old, oldRoot, size, root, path)) << old << " " << size;
      EXPECT_FALSE(consistencyHolds(old, leafHash("other"), size, root, path));
      EXPECT_FALSE(consistencyHolds(old, oldRoot, size, leafHash("other"), path));
      EXPECT_FALSE(consistencyHolds(size + 1, oldRoot, size, root, path));
      path.push_back(root);
      EXPECT_FALSE(consistencyHolds(old, oldRoot, size, root, path));
      path.pop_back();
      for (Digest& hash : path) {
        hash.bytes[9] = static_cast<char>(hash.bytes[9] ^ 128);
        EXPECT_FALSE(consistencyHolds(old, oldRoot, size, root, path));
        hash.bytes[9] = static_cast<char>(hash.bytes[9] ^ 128);
      }
      if (path.empty()) continue;
      path.pop_back();
      EXPECT_FALSE(consistencyHolds(old, oldRoot, size, root, path));
    }
  }
}

TEST(VerifyMerkle, EveryTreeGoesOnFromTheEmptyOne) {
  const Digest root = leafHash("x");
  EXPECT_TRUE(consistencyHolds(0, sha256({}), 1, root, {}));
  EXPECT_FALSE(consistencyHolds(0, root, 1, root, {}));
  EXPECT_FALSE(consistencyHolds(0, sha256({}), 1, root, std::vector{root}));
}

}  // namespace
}  // namespace docket::client::verify
