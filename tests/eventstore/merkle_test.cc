// RFC 6962's hashes against the published reference vectors, which stand outside this tree.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eventstore/merkle.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

using Json = nlohmann::json;

std::vector<std::byte> fromHexText(const std::string& hex) {
  std::vector<std::byte> out(hex.size() / 2);
  EXPECT_TRUE(fromHex(hex, out.data(), out.size())) << hex;
  return out;
}

Digest digestOf(const std::string& hex) {
  Digest digest;
  EXPECT_TRUE(fromHex(hex, digest.bytes.data(), digest.bytes.size())) << hex;
  return digest;
}

class MerkleVectors : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("DOCKET_SHARED");
    const std::filesystem::path folder =
        shared != nullptr ? std::filesystem::path(shared)
                          : std::filesystem::path(DOCKET_SOURCE_DIR).parent_path() / "shared";
    const std::filesystem::path path = folder / "cases/merkle_vectors.json";
    std::ifstream file(path);
    if (!file) GTEST_SKIP() << path << " is not here; set DOCKET_SHARED to the folder above cases";
    vectors_ = Json::parse(file);
  }
  Json vectors_;
};

TEST_F(MerkleVectors, HashesAreThoseOfTheReference) {
  const Json& hashing = vectors_["hashing"];
  EXPECT_EQ(emptyRoot(), digestOf(hashing["empty_root"]));
  ASSERT_FALSE(hashing["leaf"].empty());
  for (const Json& leaf : hashing["leaf"]) {
    EXPECT_EQ(leafHash(fromHexText(leaf["data_hex"])), digestOf(leaf["hash"]));
  }
  // A node's children are digests; the reference hashes shorter ones too, which ours cannot hold.
  for (const Json& node : hashing["node"]) {
    const std::string left = node["left_hex"];
    if (left.size() != 64) continue;
    EXPECT_EQ(nodeHash(digestOf(left), digestOf(node["right_hex"])), digestOf(node["hash"]));
  }
}

TEST_F(MerkleVectors, TheFrontierHasTheReferenceRootAtEverySize) {
  const Json& tree = vectors_["reference_tree"];
  Frontier frontier;
  EXPECT_EQ(frontier.root(), emptyRoot());
  for (const Json& leaf : tree["leaves_hex"]) {
    frontier.add(leafHash(fromHexText(leaf)));
    EXPECT_EQ(frontier.root(), digestOf(tree["roots_by_size_1_to_8"][frontier.size() - 1]))
        << frontier.size();
    EXPECT_EQ(Frontier(frontier.size(), frontier.nodes()), frontier);
  }
  EXPECT_EQ(frontier.size(), 8u);
}

}  // namespace
}  // namespace docket::eventstore::testing
