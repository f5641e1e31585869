// Conditions: every kind of expectation against every state that a stream can be in.
#include <string>
#include <vector>

#include "tests/eventstore/conformance/conformance.h"

namespace docket::eventstore::testing {
namespace {

// How the stream under test came to be what it is when the condition is looked at.
struct State {
  std::string name;
  std::uint64_t before;   // events in the stream when the group begins
  std::uint64_t inGroup;  // events that earlier units of the same group add
};

const std::vector<State> kStates = {
    {"no stream", 0, 0},
    {"one event", 1, 0},
    {"many events", 300, 0},
    {"created earlier in the group", 0, 1},
    {"created long earlier in the group", 0, 3},
    {"written earlier in the group", 2, 1},
    {"many events and written earlier in the group", 257, 2},
};

std::vector<Expected> expectationsFor(std::uint64_t length) {
  std::vector<Expected> each = {AnyVersion{}, NoStream{}, StreamExists{}, Exactly{{length}},
                                Exactly{{~std::uint64_t{0}}}};
  if (length >= 1) each.push_back(Exactly{{length - 1}});
  if (length >= 2) each.push_back(Exactly{{length - 2}});
  if (length >= 1) each.push_back(Exactly{{0}});
  return each;
}

bool mustHold(const Expected& expected, std::uint64_t length) {
  if (std::holds_alternative<NoStream>(expected)) return length == 0;
  if (std::holds_alternative<StreamExists>(expected)) return length != 0;
  if (const auto* exactly = std::get_if<Exactly>(&expected)) {
    return length != 0 && exactly->version.value == length - 1;
  }
  return true;
}

struct Case {
  State state;
  Expected expected;
  bool written;  // by the unit under test; else only checked by it
  std::string stream;
};

std::vector<Case> everyCase() {
  std::vector<Case> cases;
  for (const State& state : kStates) {
    for (const Expected& expected : expectationsFor(state.before + state.inGroup)) {
      for (const bool written : {false, true}) {
        cases.push_back({state, expected, written, "case/" + std::to_string(cases.size())});
      }
    }
  }
  return cases;
}

TEST_P(Conformance, ConditionsHoldExactlyWhenTheStreamIsAsExpected) {
  for (const bool reopened : {false, true}) {
    store().remake();
    std::uint64_t number = 1;
    for (const Case& each : everyCase()) {
      if (each.state.before == 0) continue;
      append(unit(number++, std::vector<NewEvent>(each.state.before, event(each.stream, ""))));
    }
    if (reopened) reopen();
    for (const Case& each : everyCase()) {
      SCOPED_TRACE(each.state.name + ", expected " + textOf(each.expected) +
                   (each.written ? ", written" : ", only checked") +
                   (reopened ? ", after reopening" : ""));
      const std::uint64_t length = each.state.before + each.state.inGroup;
      std::vector<Unit> group;
      for (std::uint64_t i = 0; i < each.state.inGroup; ++i) {
        group.push_back(unit(number++, {event(each.stream, "")}));
      }
      const std::string target = each.written ? each.stream : "other/" + std::to_string(number);
      group.push_back(unit(number, {event(target, "")}, {{stream(each.stream), each.expected}}));
      const Position before = store().head();
      const AppendResult result = store().append(group, at(1)).back();
      const std::uint64_t added = each.state.inGroup + (mustHold(each.expected, length) ? 1 : 0);
      EXPECT_EQ(store().head(), Position{before.value + added});
      EXPECT_EQ(store().findCommand(commandId(number)).value().has_value(), result.has_value());
      ++number;
      if (mustHold(each.expected, length)) {
        ASSERT_TRUE(result) << ::testing::PrintToString(result);
        EXPECT_EQ(result->first, Position{before.value + each.state.inGroup});
        EXPECT_EQ(result->lastVersion, Version{each.written ? length : 0});
        continue;
      }
      const ConditionsFailed* failed = conditionsFailed(result);
      ASSERT_NE(failed, nullptr) << ::testing::PrintToString(result);
      ASSERT_EQ(failed->violations.size(), 1u);
      EXPECT_EQ(failed->violations[0].stream, stream(each.stream));
      EXPECT_EQ(textOf(failed->violations[0].expected), textOf(each.expected));
      EXPECT_EQ(failed->violations[0].actual,
                length == 0 ? std::nullopt : std::optional(Version{length - 1}));
    }
  }
}

TEST_P(Conformance, EveryViolatedConditionIsReported) {
  append(unit(1, {event("ticket/1"), event("ticket/1"), event("board/7")}));
  const AppendResult result = tryAppend(unit(2, {event("ticket/1")},
                                             {{stream("ticket/1"), Exactly{{0}}},
                                              {stream("board/7"), StreamExists{}},
                                              {stream("board/7"), NoStream{}},
                                              {stream("ticket/9"), StreamExists{}}}));
  const ConditionsFailed* failed = conditionsFailed(result);
  ASSERT_NE(failed, nullptr);
  ASSERT_EQ(failed->violations.size(), 3u);
  EXPECT_EQ(failed->violations[0].stream, stream("ticket/1"));
  EXPECT_EQ(failed->violations[0].actual, Version{1});
  EXPECT_EQ(failed->violations[1].stream, stream("board/7"));
  EXPECT_EQ(failed->violations[1].actual, Version{0});
  EXPECT_EQ(failed->violations[2].stream, stream("ticket/9"));
  EXPECT_EQ(failed->violations[2].actual, std::nullopt);
}

TEST_P(Conformance, ARefusedUnitLeavesNothingForTheNextOnesToSee) {
  const std::vector<Unit> group = {
      unit(1, {event("a/1")}, {{stream("b/1"), StreamExists{}}}),
      unit(2, {event("c/1")}, {{stream("a/1"), NoStream{}}}),
      unit(1, {event("a/1")},
           {{stream("c/1"), StreamExists{}}}),  // holds now: the id is still free
  };
  const auto results = store().append(group, at(1));
  EXPECT_NE(conditionsFailed(results[0]), nullptr);
  ASSERT_TRUE(results[1]) << ::testing::PrintToString(results[1]);
  ASSERT_TRUE(results[2]) << ::testing::PrintToString(results[2]);
  EXPECT_FALSE(results[2]->repeated);
  EXPECT_THAT(all(),
              ::testing::ElementsAre("0 c/1@0 Happened payload", "1 a/1@0 Happened payload"));
}

}  // namespace
}  // namespace docket::eventstore::testing
