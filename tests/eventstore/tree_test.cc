// The Merkle tree of the log: its root at every size is RFC 6962's over the envelopes, after
// restarts too, and damage to it is found.
#include <string>
#include <vector>

#include "eventstore/keys.h"
#include "eventstore/merkle.h"
#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

using ::testing::HasSubstr;

// The definition of RFC 6962 section 2.1, as it is written there.
Digest rootOf(std::span<const Digest> leaves) {
  if (leaves.empty()) return sha256({});
  if (leaves.size() == 1) return leaves[0];
  std::size_t split = 1;
  while (2 * split < leaves.size()) split *= 2;
  return nodeHash(rootOf(leaves.subspan(0, split)), rootOf(leaves.subspan(split)));
}

class LogTree : public LogTest {
 protected:
  // Groups of many sizes, so that stored nodes are completed first, last and within a group.
  void fill() {
    open();
    std::uint64_t command = 0;
    for (const std::size_t size : {1u, 2u, 253u, 1u, 255u, 300u, 7u, 513u}) {
      append(unit(++command, std::vector<NewEvent>(size, event("s/1"))));
    }
  }

  std::vector<Digest> leaves() {
    std::vector<Digest> leaves;
    LogReader reader = log().readAll();
    for (auto next = reader.next(); next && *next != nullptr; next = reader.next()) {
      leaves.push_back(leafHash((*next)->envelopeBytes));
    }
    return leaves;
  }
};

TEST_F(LogTree, TheEmptyLogHasTheEmptyRoot) {
  open();
  EXPECT_EQ(log().treeHead().size, 0u);
  EXPECT_EQ(log().treeHead().root, sha256({}));
}

TEST_F(LogTree, TheRootAtEverySizeIsTheOneOfTheDefinition) {
  fill();
  for (const bool reopened : {false, true}) {
    if (reopened) reopen();
    const std::vector<Digest> hashes = leaves();
    ASSERT_EQ(hashes.size(), log().head().value);
    EXPECT_EQ(log().treeHead().root, rootOf(hashes));
    for (std::size_t size = 0; size <= hashes.size(); size += size < 10 ? 1 : 31) {
      EXPECT_EQ(log().rootAt({size}).value(), rootOf({hashes.data(), size})) << size;
    }
  }
}

TEST_F(LogTree, EveryNodeIsTheRootOfItsLeaves) {
  fill();
  const std::vector<Digest> hashes = leaves();
  for (unsigned level = 0; level < 11; ++level) {
    const std::size_t width = std::size_t{1} << level;
    const std::size_t count = hashes.size() / width;
    for (std::size_t index = 0; index < count; index += 1 + count / 5) {
      EXPECT_EQ(log().treeNode(level, index).value(), rootOf({&hashes[index * width], width}))
          << level << " " << index;
    }
    EXPECT_EQ(log().treeNode(level, count).error().code, StoreErrorCode::invalid);
  }
  EXPECT_EQ(log().treeNode(64, 0).error().code, StoreErrorCode::invalid);
  EXPECT_EQ(log().rootAt({hashes.size() + 1}).error().code, StoreErrorCode::invalid);
}

TEST_F(LogTree, AMissingOrDamagedNodeIsSaid) {
  fill();
  close();
  const std::string key(keys::node(10, 0).view());
  const std::string good = RawLog(directory()).get(keys::kTreeFamily, key);
  std::string bad = good;
  bad[5] = static_cast<char>(bad[5] ^ 1);
  for (const std::string& value : {bad, good.substr(1), std::string()}) {
    RawLog(directory()).put(keys::kTreeFamily, key, value);
    EXPECT_EQ(tryOpen().error().code, StoreErrorCode::corrupt);
  }
  RawLog(directory()).remove(keys::kTreeFamily, key);
  EXPECT_THAT(tryOpen().error().message, HasSubstr("level 10"));
}

// An envelope rewritten together with RocksDB's checksums, at the end of the log: its place, its
// size and its payload all agree, only the tree does not.
TEST_F(LogTree, AnEditedEnvelopeAfterTheLastStoredNodeIsFoundAtOpening) {
  open();
  append(unit(1, {event("s/1", "first", "Happened")}));
  append(unit(2, {event("s/1", "second")}));
  close();
  const std::string key(keys::group(Position{0}).view());
  std::string record = RawLog(directory()).get(keys::kGroupsFamily, key);
  record.replace(record.find("Happened"), 8, "HAPPENED");
  RawLog(directory()).put(keys::kGroupsFamily, key, record);
  const auto opened = tryOpen();
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("Merkle tree"));
}

}  // namespace
}  // namespace docket::eventstore::testing
