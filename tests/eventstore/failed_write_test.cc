// A disk that refuses: a failed write is final.
#include <string>
#include <vector>

#include "tests/eventstore/file_size_limit.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

using ::testing::ElementsAre;

class LogAppend : public LogTest {
 protected:
  void SetUp() override { open(); }
};

TEST_F(LogAppend, AFailedWriteIsFinalUntilReopening) {
  append(unit(1, {event("a/1", "kept")}));
  EXPECT_FALSE(log().hasFailed());
  const std::string large(40'000, 'x');
  const std::vector<Unit> group = {
      unit(2, {event("a/1", large)}),
      unit(2, {event("a/1", large)}),                              // repeats the one above
      unit(3, {event("b/1")}, {{stream("a/1"), Exactly{{0}}}}),    // refused for the first one
      unit(4, {event("b/1")}, {{stream("c/1"), StreamExists{}}}),  // refused for itself
      unit(1, {event("a/1", "kept")}),                             // repeats what is durable
      unit(5, {event("", "")}),                                    // breaks a limit
  };
  {
    const FileSizeLimit limit(8'192);
    const auto results = log().append(group, at(2));
    for (const std::size_t void_ : {0, 1, 2}) {
      ASSERT_NE(storeError(results[void_]), nullptr) << void_;
      EXPECT_EQ(storeError(results[void_])->code, StoreErrorCode::failed);
    }
    EXPECT_NE(conditionsFailed(results[3]), nullptr);
    EXPECT_TRUE(results[4]);
    EXPECT_EQ(storeError(results[5])->code, StoreErrorCode::invalid);
  }
  // The disk is well again, but nobody knows what of the group is on it.
  EXPECT_TRUE(log().hasFailed());
  EXPECT_EQ(log().head(), Position{1});
  EXPECT_THAT(all(), ElementsAre("0 a/1@0 Happened kept"));
  EXPECT_EQ(log().lastVersion(stream("a/1")).value(), Version{0});
  EXPECT_FALSE(log().findCommand(commandId(2)).value().has_value());
  EXPECT_EQ(storeError(tryAppend(unit(6, {event("b/1")})))->code, StoreErrorCode::failed);
  EXPECT_EQ(log().writeAnchor().error().code, StoreErrorCode::failed);

  reopen();
  EXPECT_FALSE(log().hasFailed());
  const std::uint64_t head = log().head().value;
  EXPECT_TRUE(head == 1 || head == 2) << head;  // the whole unit or nothing of it
  EXPECT_EQ(all().size(), head);
  EXPECT_EQ(append(group[0]).repeated, head == 2);
}

}  // namespace
}  // namespace docket::eventstore::testing
