// Log::verify: a log that is well passes, and whatever is changed in it is found and named.
#include <algorithm>
#include <string>
#include <vector>

#include "eventstore/keys.h"
#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class LogVerify : public LogTest {
 protected:
  // 700 events in groups of 7, three of them one command; in the index up to about event 600.
  void fill() {
    eventsPerIndexing_ = 300;
    open();
    for (std::uint64_t group = 0; group < 100; ++group) {
      std::vector<Unit> units;
      for (std::uint64_t i = 0; i < 4; ++i) {
        const std::string name = "s/" + std::to_string((group * 4 + i) % 9);
        const std::string payload = "payload " + std::to_string(group * 4 + i);
        units.push_back(unit(1 + group * 4 + i, {event(name, payload)}));
        if (i == 2) units.back().events.insert(units.back().events.end(), 3, event("s/0", payload));
      }
      for (const auto& result : log().append(units, at(1'000'000))) ASSERT_TRUE(result);
    }
    ASSERT_EQ(log().head(), Position{700});
  }

  fs::path index() const { return directory() / "index"; }

  tl::expected<VerifyReport, StoreError> verifyClosed(const VerifyOptions& options = {}) {
    close();
    auto opened = tryOpen(false, true);
    if (!opened) return tl::unexpected(opened.error());
    return (*opened)->verify(options);
  }

  std::string said(const VerifyOptions& options = {}) {
    const auto report = verifyClosed(options);
    if (report) return "nothing";
    EXPECT_EQ(report.error().code, StoreErrorCode::corrupt) << report.error().message;
    return report.error().message;
  }
};

TEST_F(LogVerify, AnEmptyLogIsWell) {
  open();
  EXPECT_EQ(log().verify()->events, 0u);
}

TEST_F(LogVerify, AWellLogIsReportedOpenAndClosedAndWithoutItsIndex) {
  fill();
  const Digest root = log().treeHead().root;
  const auto open = log().verify();
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_EQ(open->events, 700u);
  EXPECT_EQ(open->commands, 400u);
  EXPECT_EQ(open->root, root);
  const auto closed = verifyClosed();
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_EQ(closed->root, root);
  fs::remove_all(index());
  EXPECT_EQ(verifyClosed()->root, root);
}

TEST_F(LogVerify, SaysHowFarItIsAndStopsWhenAsked) {
  fill();
  std::vector<std::pair<std::uint64_t, std::uint64_t>> said;
  ASSERT_TRUE(log().verify({.progress = [&](std::uint64_t done, std::uint64_t all) {
    said.emplace_back(done, all);
    return true;
  }}));
  EXPECT_THAT(said, ::testing::ElementsAre(std::pair{0u, 700u}));
  const auto stopped =
      log().verify({.progress = [](std::uint64_t, std::uint64_t) { return false; }});
  EXPECT_EQ(stopped.error().code, StoreErrorCode::interrupted);
}

TEST_F(LogVerify, AFlippedBitInAnyTableIsFound) {
  fill();
  close();
  RawLog(directory()).compact();
  std::vector<fs::path> tables = filesOf(directory(), ".sst");
  for (const fs::path& table : filesOf(index(), ".sst")) tables.push_back(table);
  ASSERT_GE(tables.size(), 4u);
  for (const fs::path& table : tables) {
    const std::string good = readFile(table);
    for (std::size_t offset = 3; offset < good.size(); offset += 1 + good.size() / 20) {
      std::string bad = good;
      bad[offset] = static_cast<char>(bad[offset] ^ 32);
      writeFile(table, bad);
      EXPECT_FALSE(verifyClosed().has_value()) << table << " at " << offset;
    }
    writeFile(table, good);
  }
  EXPECT_TRUE(verifyClosed());
}

TEST_F(LogVerify, AnEditedPayloadIsNamed) {
  fill();
  close();
  const std::string key(keys::group(Position{70}).view());
  std::string record = RawLog(directory()).get(keys::kGroupsFamily, key);
  record.replace(record.rfind("payload"), 7, "PAYLOAD");
  RawLog(directory()).put(keys::kGroupsFamily, key, record);
  EXPECT_THAT(said(), HasSubstr("at position 76: the payload does not match its hash"));
}

TEST_F(LogVerify, AnEditedEnvelopeIsFoundByTheTree) {
  fill();
  close();
  const std::string key(keys::group(Position{70}).view());
  std::string record = RawLog(directory()).get(keys::kGroupsFamily, key);
  record.replace(record.find("tester"), 6, "TESTER");
  RawLog(directory()).put(keys::kGroupsFamily, key, record);
  EXPECT_THAT(said(), HasSubstr("the events 0 to 255 are not those of the Merkle tree"));
}

TEST_F(LogVerify, TwoSwappedGroupsAreFound) {
  fill();
  close();
  const std::string one(keys::group(Position{70}).view());
  const std::string other(keys::group(Position{77}).view());
  {
    RawLog raw(directory());
    const std::string record = raw.get(keys::kGroupsFamily, one);
    raw.put(keys::kGroupsFamily, one, raw.get(keys::kGroupsFamily, other));
    raw.put(keys::kGroupsFamily, other, record);
  }
  EXPECT_THAT(said(), HasSubstr("at position 70: the envelope is of position 77"));
}

TEST_F(LogVerify, AChangedMissingOrForeignTreeNodeIsNamed) {
  fill();
  close();
  const std::string key(keys::node(8, 1).view());
  const std::string good = RawLog(directory()).get(keys::kTreeFamily, key);
  RawLog(directory()).put(keys::kTreeFamily, key, std::string(32, 'x'));
  EXPECT_THAT(said(), HasSubstr("node 1 of level 8"));
  RawLog(directory()).remove(keys::kTreeFamily, key);
  EXPECT_THAT(said(), HasSubstr("node 1 of level 8"));
  RawLog(directory()).put(keys::kTreeFamily, key, good);
  EXPECT_EQ(said(), "nothing");
  RawLog(directory()).put(keys::kTreeFamily, keys::node(0, 1).view(), std::string(32, 'x'));
  EXPECT_THAT(said(), HasSubstr("4 stored nodes; 3 belong"));
}

TEST_F(LogVerify, ADeletedOrChangedCommandIsNamed) {
  fill();
  close();
  const auto find = [](std::vector<CommandRecord>& records, const CommandHash& hash) {
    return std::find_if(records.begin(), records.end(), [&](const CommandRecord& record) {
      return record.hash == hash(commandId(41));
    });
  };
  CommandRecord good;
  changeCommands(index(), [&](auto& records, const auto& hash) {
    const auto found = find(records, hash);
    if (found == records.end()) return;
    good = *found;
    records.erase(found);
  });
  ASSERT_EQ(good.place, (CommandPlace{{70}, 1}));
  EXPECT_THAT(said(), HasSubstr("at position 70: its index does not know command " +
                                toHex(commandId(41).bytes)));
  bool isFirst = true;
  const auto add = [&](const CommandRecord& record) {
    changeCommands(index(), [&](auto& records, const auto&) {
      if (std::exchange(isFirst, false)) records.push_back(record);
    });
  };
  add({good.hash, {{70}, 2}});
  EXPECT_THAT(said(), HasSubstr("at position 70: its index does not know command"));
  changeCommands(index(), [&](auto& records, const auto& hash) {
    if (const auto found = find(records, hash); found != records.end()) *found = good;
  });
  EXPECT_EQ(said(), "nothing");
}

TEST_F(LogVerify, ALostEndOfAStreamInTheIndexIsNamed) {
  fill();
  close();
  const std::string key(keys::chunk(keys::stream("s", "3").view(), 0).view());
  std::string chunk = RawLog(index()).get(keys::kMetaFamily, key);
  chunk.pop_back();
  RawLog(index()).put(keys::kMetaFamily, key, chunk);
  EXPECT_THAT(said(), HasSubstr("of stream s/3"));
}

TEST_F(LogVerify, AnEntryOfNoEventIsFound) {
  fill();
  close();
  bool isFirst = true;
  changeCommands(index(), [&](auto& records, const auto& hash) {
    if (std::exchange(isFirst, false)) records.push_back({hash(commandId(9'999)), {{70}, 1}});
  });
  EXPECT_THAT(said(), HasSubstr("entries that are of no event"));
}

TEST_F(LogVerify, AnIndexThatCannotBeOpenedIsNamedAndTheLogIsRead) {
  fill();
  const auto events = all();
  close();
  ASSERT_FALSE(filesOf(index() / "commands", ".run").empty());
  writeFile(index() / "CURRENT", "no manifest\n");
  const auto opened = tryOpen(false, true);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(lines((*opened)->readAll()), events);
  const auto report = (*opened)->verify({});
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, StoreErrorCode::corrupt);
  EXPECT_THAT(report.error().message, HasSubstr("its index: cannot open the index in"));
}

TEST_F(LogVerify, AKnownRootThatTheLogNeverHadIsNamed) {
  fill();
  const Digest root = log().rootAt({500}).value();
  EXPECT_EQ(said({.knownRoots = {{500, root, "the checkpoint of May"}}}), "nothing");
  EXPECT_THAT(said({.knownRoots = {{501, root, "the checkpoint of May"}}}),
              HasSubstr("do not have the root of the checkpoint of May"));
}

TEST_F(LogVerify, WhereHistoryWasChangedIsToldByTheRootsAround) {
  fill();
  const Digest good = log().rootAt({500}).value();
  EXPECT_THAT(said({.knownRoots = {{700, digest(2), "the checkpoint of July"},
                                   {600, digest(1), "the checkpoint of June"},
                                   {500, good, "the checkpoint of May"}}}),
              HasSubstr("its first 600 events do not have the root of the checkpoint of June: "
                        "history before position 600 was changed, though not the first 500 events, "
                        "which the checkpoint of May is of"));
}

TEST_F(LogVerify, ALogOlderThanAKnownRootIsBehindIt) {
  fill();
  const auto report = verifyClosed({.knownRoots = {{701, digest(1), "the checkpoint of today"}}});
  EXPECT_EQ(report.error().code, StoreErrorCode::behindAnchor);
  EXPECT_THAT(report.error().message, HasSubstr("has 700 events"));
  EXPECT_THAT(report.error().message, HasSubstr("the checkpoint of today is of 701"));
}

}  // namespace
}  // namespace docket::eventstore::testing
