#include <gtest/gtest.h>

#include <map>

#include "client/simulate/desk_model.h"

namespace docket::client::simulate {
namespace {

constexpr Seconds kUntil = 1'700'000'000 / kHour * kHour;

DeskOptions options(std::uint64_t seed) {
  DeskOptions made;
  made.seed = seed;
  made.until = kUntil + static_cast<Seconds>(seed) * 29 * kHour;  // other hours and weekdays, too
  return made;
}

// What the board looks like after all steps, told from the steps alone.
struct Outcome {
  std::map<std::uint64_t, std::string_view> column;
  std::map<std::uint64_t, std::string_view> serviceClass;
  std::map<std::uint64_t, std::uint64_t> version;
  std::map<std::uint64_t, std::string> requester;
  std::map<std::uint64_t, bool> blocked;
  std::uint64_t refused = 0;
  std::uint64_t steps = 0;
};

void follow(Outcome& outcome, const Step& step, const std::vector<ColumnLimit>& limits) {
  ++outcome.steps;
  std::string_view to;
  if (const auto* open = std::get_if<OpenStep>(&step.kind)) {
    ASSERT_EQ(step.ticket, outcome.column.size() + 1) << "numbers are gapless";
    outcome.serviceClass[step.ticket] = open->serviceClass;
    outcome.column[step.ticket] = kInbox;
    outcome.requester[step.ticket] = open->requester;
    // A change says its kind, too.
    outcome.version[step.ticket] = open->type == "change" ? 1 : 0;
    ASSERT_EQ(step.version, outcome.version[step.ticket]);
    return;
  }
  ASSERT_TRUE(outcome.column.contains(step.ticket));
  std::uint64_t& version = outcome.version[step.ticket];
  if (const auto* move = std::get_if<MoveStep>(&step.kind)) to = move->column;
  if (std::holds_alternative<PullStep>(step.kind)) to = kInProgress;
  if (std::holds_alternative<ResolveStep>(step.kind)) to = kDone;
  if (std::holds_alternative<ReopenStep>(step.kind)) to = kFollowUp;
  if (std::holds_alternative<BlockStep>(step.kind)) outcome.blocked[step.ticket] = true;
  if (std::holds_alternative<UnblockStep>(step.kind)) outcome.blocked.erase(step.ticket);
  std::uint32_t count = 0;
  for (const auto& [ticket, column] : outcome.column) count += column == to ? 1 : 0;
  std::uint32_t limit = UINT32_MAX;
  for (const ColumnLimit& one : limits) limit = one.column == to ? one.limit : limit;
  if (step.refusedByLimit) {
    ++outcome.refused;
    ASSERT_EQ(step.version, version);
    ASSERT_GE(count, limit) << "there was room in " << to;
    ASSERT_NE(outcome.serviceClass[step.ticket], "expedite");
    return;
  }
  // A customer's word brings the ticket back by itself.
  if (const auto* comment = std::get_if<CommentStep>(&step.kind);
      comment != nullptr && comment->isPublic &&
      step.onBehalfOf == outcome.requester[step.ticket]) {
    to = kFollowUp;
    ++version;
  }
  ASSERT_EQ(step.version, ++version);
  if (to.empty()) return;
  if (outcome.serviceClass[step.ticket] != "expedite") {
    ASSERT_LT(count, limit) << "no room in " << to;
  }
  if (to == kDone || to == kClosed) {
    ASSERT_FALSE(outcome.blocked.contains(step.ticket));
  }
  outcome.column[step.ticket] = to;
}

TEST(DeskModel, KeepsItsOwnRulesWhateverTheSeed) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DeskModel model(options(seed));
    const auto limits = model.limits();
    Outcome outcome;
    Seconds before = model.start();
    while (const auto step = model.next()) {
      ASSERT_EQ(step->number, outcome.steps);
      ASSERT_GE(step->at, before);
      ASSERT_LE(step->at, options(seed).until);
      before = step->at;
      ASSERT_NO_FATAL_FAILURE(follow(outcome, *step, limits)) << "seed " << seed;
    }
    EXPECT_EQ(outcome.column.size(), model.opened());
    EXPECT_GT(outcome.refused, 0U) << "seed " << seed;
  }
}

// A refused step stays refused when it is repeated: its ticket has moved on.
TEST(DeskModel, ARefusedStepIsFollowedByAnotherOnItsTicket) {
  DeskModel model(options(1));
  std::optional<Step> before;
  while (auto step = model.next()) {
    if (before && before->refusedByLimit) {
      EXPECT_EQ(step->ticket, before->ticket);
      EXPECT_FALSE(step->refusedByLimit);
    }
    before = std::move(step);
  }
  EXPECT_FALSE(before->refusedByLimit);
}

TEST(DeskModel, LeavesABoardWorthLookingAt) {
  DeskModel model(options(1));
  Outcome outcome;
  while (const auto step = model.next()) follow(outcome, *step, model.limits());
  std::map<std::string_view, int> columns;
  int unfinished = 0;
  int expedite = 0;
  for (const auto& [ticket, column] : outcome.column) {
    ++columns[column];
    if (column == kDone || column == kClosed) continue;
    ++unfinished;
    if (outcome.serviceClass[ticket] == "expedite") ++expedite;
  }
  EXPECT_GE(unfinished, 15);
  EXPECT_LE(unfinished, 30);
  EXPECT_EQ(expedite, 1);
  EXPECT_GT(outcome.blocked.size(), 0U);
  EXPECT_GT(columns[kInProgress], 0);
  EXPECT_GT(columns[kWaitingOnCustomer], 0);
}

TEST(DeskModel, AGivenNumberOfTicketsIsMetExactly) {
  for (const std::uint64_t wanted : {1U, 2U, 50U, 3000U}) {
    DeskOptions made = options(2);
    made.tickets = wanted;
    DeskModel model(made);
    while (model.next()) {
    }
    EXPECT_EQ(model.opened(), wanted);
  }
}

}  // namespace
}  // namespace docket::client::simulate
