#include "projections/row_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "projections/memory_rows.h"
#include "tests/projections/fixtures.h"

namespace docket::projections {
namespace {

using testing::MapRows;
using testing::TemporaryFolder;
using Pairs = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<RowStore> openStore(const TemporaryFolder& folder) {
  auto store = RowStore::open(folder.path(), std::size_t{1} << 20);
  EXPECT_TRUE(store) << store.error().message;
  return std::move(*store);
}

Pairs scanned(const RowReader& rows, std::string_view prefix, std::string_view from = {},
              bool backward = false, std::size_t limit = 1000) {
  Pairs pairs;
  rows.scanFrom(prefix, from, backward, [&](std::string_view key, std::string_view value) {
    pairs.emplace_back(key, value);
    return pairs.size() < limit;
  });
  return pairs;
}

// A change of a random history: few keys, so that they meet.
struct Change {
  int what;
  std::string key;
  std::string value;
};

std::string someKey() {
  return *rc::gen::element<std::string>("a", "a\x01", "a\xff", "ab", "b", "b\xff\xff", "\xff",
                                        "\xff\xff", "c");
}

// The batch and a map, told the same, must answer the same at every moment: over what is stored,
// what is changed, and after a rollback.
RC_GTEST_PROP(BatchRows, BehaveLikeAMapThroughCommitsAndRollbacks, ()) {
  const TemporaryFolder folder;
  const auto store = openStore(folder);
  auto generation = store->create("test", 1);
  RC_ASSERT(generation.has_value());
  BatchRows rows(*generation);
  MapRows model;
  MapRows beforeEvent = model;
  rows.beginEvent();
  const auto steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const std::string key = someKey();
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
      case 2:
        rows.put(key, std::to_string(i));
        model.put(key, std::to_string(i));
        break;
      case 3:
        rows.erase(key);
        model.erase(key);
        break;
      case 4:
        RC_ASSERT(rows.get(key) == model.get(key));
        break;
      case 5:
        rows.rollbackEvent();
        model = beforeEvent;
        break;
      case 6:
        rows.beginEvent();
        beforeEvent = model;
        break;
      default:
        RC_ASSERT(rows.commit("checkpoint").has_value());
        beforeEvent = model;
        break;
    }
    const std::string prefix = *rc::gen::element<std::string>("", "a", "b\xff", "\xff", "zz");
    const std::string from = *rc::gen::element<std::string>("", "a", "a\xff", "b", "\xff");
    const bool backward = *rc::gen::arbitrary<bool>();
    const std::size_t limit = *rc::gen::inRange<std::size_t>(1, 5);
    RC_ASSERT(scanned(rows, prefix, from, backward, limit) ==
              scanned(model, prefix, from, backward, limit));
  }
  RC_ASSERT(rows.commit("checkpoint").has_value());
  const SnapshotRows snapshot(*generation);
  for (const bool backward : {false, true}) {
    for (const std::string from : {"", "a\x01", "b", "\xff\xff", "\xff\xff\xff"}) {
      RC_ASSERT(scanned(snapshot, "", from, backward) == scanned(model, "", from, backward));
    }
  }
}

RC_GTEST_PROP(MemoryRows, BehaveLikeAMap, ()) {
  MemoryRows rows;
  MapRows model;
  const auto steps = *rc::gen::inRange(1, 40);
  for (int i = 0; i < steps; ++i) {
    const std::string key = someKey();
    if (*rc::gen::inRange(0, 4) == 0) {
      rows.erase(key);
      model.erase(key);
    } else {
      rows.put(key, std::to_string(i));
      model.put(key, std::to_string(i));
    }
    RC_ASSERT(rows.get(key) == model.get(key));
    const std::string prefix = *rc::gen::element<std::string>("", "a", "b\xff", "\xff", "zz");
    const std::string from = *rc::gen::element<std::string>("", "a", "a\xff", "b", "\xff");
    const bool backward = *rc::gen::arbitrary<bool>();
    const std::size_t limit = *rc::gen::inRange<std::size_t>(1, 5);
    RC_ASSERT(scanned(rows, prefix, from, backward, limit) ==
              scanned(model, prefix, from, backward, limit));
  }
}

TEST(SnapshotRows, StayAsTheyWereOverChangesAndADrop) {
  const TemporaryFolder folder;
  auto store = openStore(folder);
  auto generation = store->create("test", 1);
  ASSERT_TRUE(generation);
  BatchRows rows(*generation);
  rows.put("a", "1");
  ASSERT_TRUE(rows.commit("first"));
  auto snapshot = std::make_unique<SnapshotRows>(*generation);
  rows.put("a", "2");
  rows.put("b", "2");
  ASSERT_TRUE(rows.commit("second"));
  ASSERT_TRUE((*generation)->flush());
  ASSERT_TRUE((*generation)->drop());
  EXPECT_EQ(scanned(*snapshot, ""), (Pairs{{"a", "1"}}));
  EXPECT_EQ(snapshot->checkpoint(), "first");
  EXPECT_EQ((*generation)->checkpoint(), "second");
}

TEST(SnapshotRows, OutliveTheStore) {
  const TemporaryFolder folder;
  auto store = openStore(folder);
  auto generation = store->create("test", 1);
  ASSERT_TRUE(generation);
  auto rows = std::make_unique<BatchRows>(*generation);
  rows->put("a", "1");
  ASSERT_TRUE(rows->commit("first"));
  const SnapshotRows snapshot(*generation);
  rows.reset();
  generation->reset();
  store.reset();
  EXPECT_EQ(snapshot.get("a"), "1");
}

TEST(RowStore, KeepsItsMetaAndFlushedGenerations) {
  const TemporaryFolder folder;
  {
    const auto store = openStore(folder);
    auto kept = store->create("board", 3);
    auto dropped = store->create("board", 4);
    ASSERT_TRUE(kept && dropped);
    BatchRows rows(*kept);
    rows.put("a", "1");
    ASSERT_TRUE(rows.commit("checkpoint"));
    ASSERT_TRUE((*kept)->flush());
    ASSERT_TRUE((*dropped)->drop());
    EXPECT_EQ(store->serving("board").value(), std::nullopt);
    ASSERT_TRUE(store->setServing("board", 3));
    ASSERT_TRUE(store->setOrigin("here"));
  }
  const auto store = openStore(folder);
  EXPECT_EQ(store->serving("board").value(), 3u);
  EXPECT_EQ(store->serving("queue").value(), std::nullopt);
  EXPECT_EQ(store->origin().value(), "here");
  const auto found = store->takeGenerations();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]->view(), "board");
  EXPECT_EQ(found[0]->number(), 3u);
  EXPECT_EQ(SnapshotRows(found[0]).get("a"), "1");
}

TEST(RowStoreDeathTest, ARowUnderAReservedKeyIsABrokenProjection) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const TemporaryFolder folder;
  const auto store = openStore(folder);
  auto generation = store->create("test", 1);
  ASSERT_TRUE(generation);
  BatchRows rows(*generation);
  EXPECT_DEATH(rows.put(std::string_view("\0checkpoint", 11), "x"), "");
  EXPECT_DEATH(rows.put("", "x"), "");
}

}  // namespace
}  // namespace docket::projections
