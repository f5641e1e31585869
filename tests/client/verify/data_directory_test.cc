// A log that the store wrote, checked by code that shares nothing with it, whole and damaged.
#include "client/verify/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "client/verify/base64.h"
#include "client/verify/text.h"
#include "tests/eventstore/raw_log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::client::verify {
namespace {

namespace fs = std::filesystem;
namespace store = docket::eventstore::testing;
using store::RawLog;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string keyOf(std::uint64_t position) {
  std::string key;
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(position >> shift & 255);
  return key;
}

// A note over `size` and `root`, with a signature that nobody looks at.
Checkpoint checkpointOf(std::uint64_t size, const Digest& root, const std::string& source) {
  const std::string note = "log.example\n" + std::to_string(size) + "\n" + toBase64(root.view()) +
                           "\n\n— log.example AAAAAAA=\n";
  auto checkpoint = openCheckpoint(note, {}, source);
  EXPECT_TRUE(checkpoint) << checkpoint.error().sentence;
  return *checkpoint;
}

class VerifyData : public store::LogTest {
 protected:
  // 3,000 events: groups of one unit and of many, one unit of 700 events with payloads so large
  // that it goes over several records, events without payload; closed and opened on the way.
  void fill() {
    open();
    std::uint64_t command = 1;
    const auto one = [&](std::uint64_t n) {
      return store::event("s/" + std::to_string(n % 13),
                          n % 9 == 0 ? "" : "payload " + std::to_string(n * 7'919));
    };
    std::uint64_t number = 0;
    for (; number < 1'000; number += 20) {
      std::vector<eventstore::NewEvent> twenty;
      for (std::uint64_t i = 0; i < 20; ++i) twenty.push_back(one(number + i));
      append(store::unit(command++, std::move(twenty)), now_ += 7);
    }
    reopen();
    std::vector<eventstore::NewEvent> large;
    for (; number < 1'700; ++number) {
      large.push_back(store::event("large/1", std::string(200, 'x') + std::to_string(number)));
    }
    append(store::unit(command++, std::move(large)), now_ += 7);
    while (number < 3'000) {
      std::vector<eventstore::Unit> group;
      for (int i = 0; i < 100; ++i, ++number)
        group.push_back(store::unit(command++, {one(number)}));
      for (const auto& result : log().append(group, store::at(now_ += 7))) ASSERT_TRUE(result);
    }
    const auto head = log().treeHead();
    ASSERT_EQ(head.size, 3'000u);
    root_ = digestOf(head.root);
    rootAt2000_ = digestOf(*log().rootAt(eventstore::Position{2'000}));
    close();
  }

  static Digest digestOf(const eventstore::Digest& digest) {
    return Digest::of({reinterpret_cast<const char*>(digest.bytes.data()), 32});
  }

  Result<DataReport> verify(std::vector<Checkpoint> checkpoints = {}) {
    Progress progress(false);
    return verifyData(directory(), {}, std::move(checkpoints), progress);
  }

  // The sentence of the problem, with its exit code in front; empty if there is none.
  std::string problem(std::vector<Checkpoint> checkpoints = {}) {
    const auto verified = verify(std::move(checkpoints));
    if (verified) return "";
    return std::to_string(static_cast<int>(verified.error().kind)) + " " +
           verified.error().sentence;
  }

  // Keys of the records, in order, and the first position of the last that begins at or before.
  std::string recordOf(std::uint64_t position) {
    RawLog raw(directory());
    const auto keys = raw.keysOf("groups");
    return *std::prev(std::upper_bound(keys.begin(), keys.end(), keyOf(position)));
  }

  template <class Change>
  void changeValue(const std::string& family, const std::string& key, const Change& change) {
    RawLog raw(directory());
    std::string value = raw.get(family, key);
    change(value);
    raw.put(family, key, value);
  }

  std::int64_t now_ = 1'000'000;
  Digest root_;
  Digest rootAt2000_;
};

std::map<std::string, std::pair<std::string, fs::file_time_type>> contentOf(
    const fs::path& folder) {
  std::map<std::string, std::pair<std::string, fs::file_time_type>> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().string()] = {store::readFile(entry.path()), entry.last_write_time()};
  }
  return files;
}

TEST_F(VerifyData, AnEmptyLogHolds) {
  open();
  close();
  const auto verified = verify({checkpointOf(0, sha256({}), "it")});
  ASSERT_TRUE(verified) << verified.error().sentence;
  EXPECT_EQ(verified->events, 0u);
  EXPECT_EQ(verified->root, sha256({}));
}

TEST_F(VerifyData, AWholeLogHoldsWithTheRootThatTheStoreSays) {
  fill();
  const auto verified =
      verify({checkpointOf(2'000, rootAt2000_, "old"), checkpointOf(3'000, root_, "new")});
  ASSERT_TRUE(verified) << verified.error().sentence;
  EXPECT_EQ(verified->events, 3'000u);
  EXPECT_EQ(verified->root, root_);
  EXPECT_EQ(verified->streams, 14u);
  EXPECT_EQ(verified->commands, 50u + 1 + 1'300);
  EXPECT_EQ(verified->checkpoints.size(), 2u);
  EXPECT_EQ(verified->anchorHead, 3'000u);
}

TEST_F(VerifyData, NothingIsWrittenAndTheIndexIsNotNeeded) {
  fill();
  const auto before = contentOf(directory());
  EXPECT_EQ(problem(), "");
  EXPECT_EQ(contentOf(directory()), before);
  fs::remove_all(directory() / "index");
  EXPECT_EQ(problem(), "");
  EXPECT_FALSE(fs::exists(directory() / "index"));
}

TEST_F(VerifyData, ALogInTablesHoldsAsItDoesInTheWriteAheadLog) {
  fill();
  RawLog(directory()).compact();
  EXPECT_EQ(problem(), "");
}

TEST_F(VerifyData, ALogThatAProgramUsesIsNotLookedAt) {
  open();
  // The store is in this process, which RocksDB's lock does not tell apart; the server's does.
  const fs::path data = directory().parent_path();
  store::writeFile(data / "VERSION", "1\n");
  store::writeFile(data / "LOCK", "1\n");
  close();
  const int fd = ::open((data / "LOCK").c_str(), O_RDONLY);
  ASSERT_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
  Progress progress(false);
  auto verified = verifyData(data, {}, {}, progress);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().kind, ProblemKind::unreadable);
  EXPECT_THAT(verified.error().sentence, HasSubstr("a server uses the data directory"));
  ::close(fd);
  verified = verifyData(data, {}, {}, progress);
  EXPECT_TRUE(verified) << verified.error().sentence;
}

TEST_F(VerifyData, AWholeDataDirectoryIsHeldAgainstItsPublishedCheckpoint) {
  fill();
  const fs::path data = directory().parent_path();
  store::writeFile(data / "VERSION", "1\n");
  const auto publish = [&](std::uint64_t size, const Digest& root) {
    store::writeFile(data / "checkpoint", "log.example\n" + std::to_string(size) + "\n" +
                                              toBase64(root.view()) +
                                              "\n\n— log.example AAAAAAA=\n");
    Progress progress(false);
    const auto verified = verifyData(data, {}, {}, progress);
    return verified ? "" : verified.error().sentence;
  };
  EXPECT_EQ(publish(2'000, rootAt2000_), "");
  EXPECT_THAT(publish(1'999, rootAt2000_), HasSubstr("the first 1999 events have the root"));
  EXPECT_THAT(publish(3'001, root_),
              AllOf(HasSubstr("has 3000 events"), HasSubstr("is of 3001: events are lost")));
  store::writeFile(data / "VERSION", "2\n");
  EXPECT_THAT(publish(2'000, rootAt2000_), HasSubstr("layout version 2"));
}

TEST_F(VerifyData, CheckpointsOfAnotherHistoryOrALaterOneAreNamed) {
  fill();
  EXPECT_THAT(
      problem({checkpointOf(2'000, root_, "yesterday's")}),
      AllOf(HasSubstr("4 the first 2000 events have the root"), HasSubstr("yesterday's says")));
  EXPECT_THAT(problem({checkpointOf(3'001, root_, "today's")}),
              AllOf(HasSubstr("has 3000 events, but today's is of 3001: events are lost")));
}

TEST_F(VerifyData, AnEditedPayloadIsNamed) {
  fill();
  changeValue("groups", recordOf(1'234), [](std::string& record) {
    record[record.find(std::string(200, 'x') + "1234")] = 'y';
  });
  EXPECT_THAT(problem(),
              AllOf(HasSubstr("4 the payload at position 1234 of the log"), HasSubstr("SHA-256")));
}

TEST_F(VerifyData, AnEditedEnvelopeIsFoundByTheTree) {
  fill();
  changeValue("groups", recordOf(100),
              [](std::string& record) { record.replace(record.find("tester"), 6, "TESTER"); });
  EXPECT_THAT(problem(), HasSubstr("4 the tree node of level 8, index 0, is not the one"));
}

TEST_F(VerifyData, AnEditedEnvelopeAfterTheLastStoredNodeIsFoundByTheHead) {
  fill();
  changeValue("groups", recordOf(2'999),
              [](std::string& record) { record.replace(record.rfind("tester"), 6, "TESTER"); });
  // The anchor is at the head, and is compared first.
  EXPECT_THAT(problem(), HasSubstr("4 the first 3000 events have another root than the anchor"));
}

TEST_F(VerifyData, SwappedGroupsAreNamed) {
  fill();
  {
    RawLog raw(directory());
    const std::string a = raw.get("groups", keyOf(40));
    raw.put("groups", keyOf(40), raw.get("groups", keyOf(60)));
    raw.put("groups", keyOf(60), a);
  }
  EXPECT_THAT(problem(),
              HasSubstr("the envelope at position 40 of the log is the event of position "
                        "60"));
}

TEST_F(VerifyData, AMissingRecordIsNamed) {
  fill();
  RawLog(directory()).remove("groups", keyOf(40));
  EXPECT_THAT(problem(), HasSubstr("4 the group record of position 40 is missing"));
}

TEST_F(VerifyData, ALostEndIsNamed) {
  fill();
  const std::string last = recordOf(2'999);
  RawLog(directory()).remove("groups", last);
  EXPECT_THAT(problem(), AllOf(HasSubstr("4 the log ends at position 2"),
                               HasSubstr("its head says 3000: events are lost")));
}

TEST_F(VerifyData, ARecordBehindTheEndIsNamed) {
  fill();
  changeValue("groups", keyOf(40), [](std::string&) {});
  {
    RawLog raw(directory());
    raw.put("groups", keyOf(3'000), raw.get("groups", keyOf(40)));
  }
  EXPECT_THAT(problem(), HasSubstr("4 there is a group record at position 3000"));
}

TEST_F(VerifyData, AHeadThatIsNotTheRightOneIsFound) {
  fill();
  const std::string head = [&] { return RawLog(directory()).get("default", "head"); }();
  // Each byte in front of the frontier, and some of it.
  for (std::size_t at = 0; at < head.size(); at += at < 13 ? 1 : 37) {
    changeValue("default", "head", [&](std::string& value) {
      value = head;
      value[at] = static_cast<char>(value[at] ^ 1);
    });
    EXPECT_THAT(problem(), HasSubstr("4 ")) << at;
  }
  changeValue("default", "head", [&](std::string& value) { value = head; });
  EXPECT_EQ(problem(), "");
}

TEST_F(VerifyData, NodesOfTheTreeThatAreChangedMissingOrTooManyAreNamed) {
  fill();
  const std::string node = "\x08" + keyOf(3);
  const std::string good = [&] { return RawLog(directory()).get("tree", node); }();
  changeValue("tree", node,
              [](std::string& value) { value[31] = static_cast<char>(value[31] ^ 4); });
  EXPECT_THAT(problem(), HasSubstr("4 the tree node of level 8, index 3, is not the one that the "
                                   "events up to position 1023 give"));
  RawLog(directory()).remove("tree", node);
  EXPECT_THAT(problem(), HasSubstr("4 the tree node of level 8, index 3, is missing"));
  {
    RawLog raw(directory());
    raw.put("tree", node, good);
    raw.put("tree", "\x08" + keyOf(11), good);
  }
  EXPECT_THAT(problem(), AllOf(HasSubstr("4 the log stores "), HasSubstr("its events complete")));
}

TEST_F(VerifyData, AnAnchorThatIsWrongOrGoneIsNamed) {
  fill();
  const fs::path anchor = directory() / "ANCHOR";
  const std::string good = store::readFile(anchor);
  const auto write = [&](std::uint64_t head, const Digest& root) {
    const std::string summed =
        "docket anchor 2\nhead " + std::to_string(head) + "\nroot " + toHex(root.view()) + "\n";
    store::writeFile(anchor, summed + "sum " + toHex(sha256({summed}).view()) + "\n");
  };
  write(2'000, rootAt2000_);
  EXPECT_EQ(problem(), "");
  write(2'000, root_);
  EXPECT_THAT(problem(), HasSubstr("4 the first 2000 events have another root than the anchor"));
  write(3'001, root_);
  EXPECT_THAT(problem(), HasSubstr("its anchor says that 3001 events were acknowledged"));
  store::writeFile(anchor, good.substr(0, good.size() - 2) + "\n");
  EXPECT_THAT(problem(), HasSubstr("4 "));
  fs::remove(anchor);
  EXPECT_THAT(problem(), HasSubstr("4 the anchor "));
}

TEST_F(VerifyData, EntriesAndFamiliesThatTheFormatDoesNotHaveAreNamed) {
  fill();
  RawLog(directory()).put("default", "more", "x");
  EXPECT_THAT(problem(), HasSubstr("4 the log has an entry \"more\""));
  RawLog(directory()).remove("default", "more");
  RawLog(directory()).put("default", "format", "3");
  EXPECT_THAT(problem(), HasSubstr("1 the log has the format \"3\""));
  RawLog(directory()).put("default", "format", "2");
  EXPECT_EQ(problem(), "");
  { RawLog(directory(), {"events"}); }
  EXPECT_THAT(problem(), HasSubstr("4 the log in"));
}

// The counts that say which events a unit has are in no hash: they must not say something else.
TEST_F(VerifyData, UnitsThatAreCutElsewhereAreFound) {
  open();
  const std::vector<eventstore::Unit> group = {
      store::unit(1, {store::event("s/1"), store::event("s/1")}),
      store::unit(2, {store::event("s/1")}),
      store::unit(3, {store::event("s/1"), store::event("s/1")})};
  for (const auto& result : log().append(group, store::at(1'000'000))) ASSERT_TRUE(result);
  append(store::unit(4, {store::event("s/1")}));
  close();
  ASSERT_EQ(problem(), "");
  const std::string good = RawLog(directory()).get("groups", keyOf(0));
  ASSERT_EQ(good.substr(0, 5), std::string("\2\5\0\3\2", 5));
  const auto withUnitsOf = [&](char first, char second, char third) {
    changeValue("groups", keyOf(0), [&](std::string& record) {
      record[4] = first;
      record[4 + 17] = second;
      record[4 + 2 * 17] = third;
    });
    return problem();
  };
  EXPECT_EQ(withUnitsOf(2, 1, 2), "");
  EXPECT_THAT(withUnitsOf(1, 2, 2),
              AllOf(HasSubstr("4 the envelope at position 1 of the log begins"),
                    HasSubstr("which the unit before it is of already")));
  EXPECT_THAT(withUnitsOf(2, 2, 1), AllOf(HasSubstr("4 the envelope at position 3 of the log has"),
                                          HasSubstr(" in a unit of the command ")));
  EXPECT_THAT(withUnitsOf(2, 1, 1), HasSubstr("an event belongs to no unit"));
  EXPECT_THAT(withUnitsOf(2, 1, 3), HasSubstr("4 the group record at position 5 of the log begins "
                                              "with 0 events of an earlier unit, of which 1 are"));
}

// RocksDB's own checksums, and its habit of taking a damaged block for the end, both ways.
TEST_F(VerifyData, AFlippedBitInATableIsFoundOrHarmless) {
  fill();
  RawLog(directory()).compact();
  int found = 0;
  int tried = 0;
  for (const fs::path& table : store::filesOf(directory(), ".sst")) {
    const std::string good = store::readFile(table);
    for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 12) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 16);
      store::writeFile(table, bad);
      ++tried;
      const auto verified = verify();
      found += !verified;
      if (verified) {
        EXPECT_EQ(verified->root, root_) << table << " at " << at;
      }
    }
    store::writeFile(table, good);
  }
  EXPECT_EQ(problem(), "");
  EXPECT_GT(tried, 24);
  EXPECT_GT(found, tried / 2);
}

TEST_F(VerifyData, AMissingTableIsAFailureAndNotSomethingThatCouldNotBeLookedAt) {
  fill();
  RawLog(directory()).compact();
  fs::remove(store::filesOf(directory(), ".sst").front());
  EXPECT_THAT(problem(), HasSubstr("4 the database in "));
}

TEST_F(VerifyData, AFlippedBitInTheWriteAheadLogIsFound) {
  fill();
  for (const fs::path& wal : store::filesOf(directory(), ".log")) {
    std::string content = store::readFile(wal);
    if (content.empty()) continue;
    content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
    store::writeFile(wal, content);
  }
  EXPECT_THAT(problem(), HasSubstr("4 "));
}

TEST_F(VerifyData, AWriteAheadLogThatWasCutShortIsFound) {
  fill();
  for (const fs::path& wal : store::filesOf(directory(), ".log")) {
    fs::resize_file(wal, fs::file_size(wal) / 2);
  }
  EXPECT_THAT(problem(), AllOf(HasSubstr("4 "), HasSubstr("events are lost")));
}

TEST_F(VerifyData, WhatIsNoLogIsNotLookedAt) {
  EXPECT_THAT(problem(), HasSubstr("1 "));
  fs::create_directories(directory());
  EXPECT_THAT(problem(), HasSubstr("1 "));
}

}  // namespace
}  // namespace docket::client::verify
