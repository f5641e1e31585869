#include "domain/board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "domain/world.h"
#include "tests/domain/desk.h"

namespace docket::domain {
namespace {

using test::codes;
using test::column;
using test::refusedWith;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Column named(std::string name, ColumnCategory category) {
  Column made;
  made.name = std::move(name);
  made.category = category;
  return made;
}

std::vector<Column> completeColumns() {
  return {named("To Do", ColumnCategory::queue), named("Doing", ColumnCategory::active),
          named("Done", ColumnCategory::resolved)};
}

CreateBoard custom(std::vector<Column> columns) {
  return {BoardKey{"OPS"}, "Operations", "", std::move(columns)};
}

tl::expected<std::vector<BoardEvent>, Rejection> create(const CreateBoard& command) {
  const World nothing;
  return decide(Board{}, command, BoardContext{test::kMonday, test::kAnna, nothing});
}

Board made(const CreateBoard& command) {
  Board board;
  const auto decided = create(command);
  EXPECT_THAT(refusedWith(decided), IsEmpty());
  if (decided) {
    for (const BoardEvent& event : *decided) evolve(board, event);
  }
  return board;
}

TEST(BoardDecider, EveryTemplateMakesACompleteBoard) {
  for (const std::string& name : templateNames()) {
    const Board board = made({BoardKey{"OPS"}, "", name, {}});
    EXPECT_TRUE(board.exists);
    EXPECT_EQ(board.templateName, name);
    EXPECT_EQ(board.name, "OPS") << "no name: the key";
    EXPECT_EQ(board.policy.expediteLimit, 1U);
    for (const auto category :
         {ColumnCategory::queue, ColumnCategory::active, ColumnCategory::resolved}) {
      EXPECT_NE(board.first(category), nullptr) << name << " " << text(category);
    }
    ASSERT_NE(board.defaultDrop(), nullptr) << name;
    EXPECT_EQ(board.defaultDrop()->category, ColumnCategory::queue);
    std::set<std::string> ids;
    for (const Column& one : board.columns) {
      EXPECT_EQ(one.id, columnIdFor(one.name));
      EXPECT_TRUE(ids.insert(one.id.value).second) << one.id.value;
      EXPECT_FALSE(one.wipLimit);
    }
    EXPECT_LE(board.columns.size(), 9U) << "R11";
  }
}

TEST(BoardDecider, ItSupportHasItsColumns) {
  const Board board = made({BoardKey{"OPS"}, "", "it-support", {}});
  std::vector<std::string> ids;
  for (const Column& one : board.columns) ids.push_back(one.id.value);
  EXPECT_THAT(ids, ElementsAre("inbox", "follow-up", "in-progress", "requires-further-support",
                               "waiting-on-customer", "done", "closed"));
  EXPECT_EQ(board.defaultDrop()->id, column("follow-up"));
  EXPECT_EQ(board.first(ColumnCategory::queue)->id, column("inbox"));
  EXPECT_EQ(board.first(ColumnCategory::waiting)->id, column("requires-further-support"));
}

TEST(BoardDecider, CustomColumnsGetTheirIdsAndADefaultDrop) {
  const Board board = made(custom(completeColumns()));
  EXPECT_EQ(board.templateName, "custom");
  EXPECT_EQ(board.columns[0].id, column("to-do"));
  EXPECT_EQ(board.defaultDrop()->id, column("to-do"));
}

TEST(BoardDecider, ADefaultDropThatIsNamedIsKept) {
  auto columns = completeColumns();
  columns.push_back(named("Later", ColumnCategory::queue));
  columns.back().defaultDrop = true;
  const Board board = made(custom(columns));
  EXPECT_EQ(board.defaultDrop()->id, column("later"));
  EXPECT_FALSE(board.columns[0].defaultDrop);
}

TEST(BoardDecider, CreateIsRefused) {
  const auto with = [](auto change) {
    CreateBoard command = custom(completeColumns());
    change(command);
    return refusedWith(create(command));
  };
  const auto key = [&](const char* text) {
    return with([&](CreateBoard& c) { c.key = BoardKey{text}; });
  };
  EXPECT_THAT(key("ops"), ElementsAre("field-invalid"));
  EXPECT_THAT(key(""), ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.name = std::string(101, 'x'); }),
              ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.name = "a\nb"; }), ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.templateName = "basic"; }), ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) {
                c.templateName = "scrum";
                c.columns.clear();
              }),
              ElementsAre("unknown-template"));
  EXPECT_THAT(with([](CreateBoard& c) { c.columns[1].name = "to do"; }),
              ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.columns[1].name = ""; }), ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.columns[1].name = "!!!"; }),
              ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.columns[1].name = std::string(61, 'x'); }),
              ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.columns[1].id = column("Do It"); }),
              ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.columns[1].wipLimit = 10'001; }),
              ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) { c.columns[2].defaultDrop = true; }),
              ElementsAre("field-invalid"));
  EXPECT_THAT(with([](CreateBoard& c) {
                c.columns[0].defaultDrop = true;
                c.columns[1].defaultDrop = true;
              }),
              ElementsAre("field-invalid", "field-invalid"))
      << "two of them, and one is no queue";
}

TEST(BoardDecider, AColumnLimitOfTenThousandIsTheLargest) {
  auto columns = completeColumns();
  columns[1].wipLimit = 10'000;
  EXPECT_EQ(made(custom(columns)).columns[1].wipLimit, 10'000U);
}

TEST(BoardDecider, ThirtyColumnsAreTheMost) {
  auto columns = completeColumns();
  while (columns.size() < 30) {
    columns.push_back(named("Step " + std::to_string(columns.size()), ColumnCategory::active));
  }
  EXPECT_EQ(made(custom(columns)).columns.size(), 30U);
  columns.push_back(named("One more", ColumnCategory::active));
  EXPECT_THAT(refusedWith(create(custom(columns))), ElementsAre("field-invalid"));
}

TEST(BoardDecider, AnIncompleteBoardIsToldAllThatIsMissing) {
  const auto decided = create(custom({named("Waiting", ColumnCategory::waiting)}));
  ASSERT_FALSE(decided);
  ASSERT_THAT(codes(decided.error()), ElementsAre("board-incomplete"));
  EXPECT_THAT(
      std::get<BoardIncomplete>(decided.error().front()).missing,
      ElementsAre("a queue column", "an active column", "a resolved column", "a default drop"));
}

TEST(BoardDecider, NeitherTemplateNorColumnsIsRefused) {
  EXPECT_THAT(refusedWith(create({BoardKey{"OPS"}, "", "", {}})),
              ElementsAre("field-invalid", "board-incomplete"));
}

TEST(BoardDecider, EverythingWrongIsToldAtOnce) {
  const Board board = made({BoardKey{"OPS"}, "", "basic", {}});
  CreateBoard command{BoardKey{"ops"}, "a\tb", "scrum", completeColumns()};
  EXPECT_THAT(
      refusedWith(decide(board, command, BoardContext{test::kMonday, test::kAnna, World{}})),
      ElementsAre("board-exists", "field-invalid", "field-invalid", "field-invalid",
                  "unknown-template"));
}

TEST(BoardDecider, SetLimitKeepsWhatWasBefore) {
  test::Desk desk;
  const auto first = desk.perform(SetLimit{test::kOps, test::onColumn("in progress"), 3});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->front(), BoardEvent(LimitSet{test::onColumn("in-progress"), std::nullopt, 3}));
  const auto second =
      desk.perform(SetLimit{test::kOps, test::onColumn("IN-PROGRESS"), std::nullopt});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->front(), BoardEvent(LimitSet{test::onColumn("in-progress"), 3, std::nullopt}));
  EXPECT_EQ(desk.board().board.policyVersion, 2U);
  EXPECT_EQ(desk.board().board.find(column("in-progress"))->wipLimit, std::nullopt);
}

TEST(BoardDecider, SetLimitIsRefused) {
  test::Desk desk;
  EXPECT_THAT(refusedWith(desk.perform(SetLimit{BoardKey{"NOPE"}, test::onColumn("inbox"), 1})),
              ElementsAre("unknown-board"));
  EXPECT_THAT(refusedWith(desk.perform(SetLimit{test::kOps, test::onColumn("nowhere"), 1})),
              ElementsAre("unknown-column"));
  EXPECT_THAT(
      refusedWith(desk.perform(SetLimit{test::kOps, test::onColumn("inbox"), std::nullopt})),
      ElementsAre("nothing-to-change"));
  EXPECT_THAT(refusedWith(desk.perform(SetLimit{test::kOps, test::onColumn("nowhere"), 10'001})),
              ElementsAre("field-invalid", "unknown-column"));
  EXPECT_THAT(refusedWith(desk.perform(SetLimit{test::kOps, test::onColumn("inbox"), 0})),
              IsEmpty());
  EXPECT_THAT(refusedWith(desk.perform(SetLimit{test::kOps, test::onColumn("inbox"), 0})),
              ElementsAre("nothing-to-change"));
}

TEST(Board, ColumnsAreFoundByIdOrNameWithoutRegardToCaseAndBlanks) {
  const Board board = made({BoardKey{"OPS"}, "", "it-support", {}});
  for (const char* text : {"in-progress", "In Progress", "IN PROGRESS", "  in progress\t"}) {
    ASSERT_NE(board.findByText(text), nullptr) << text;
    EXPECT_EQ(board.findByText(text)->id, column("in-progress"));
  }
  for (const char* text : {"", "progress", "in  progress", "in_progress"}) {
    EXPECT_EQ(board.findByText(text), nullptr) << text;
  }
}

TEST(Board, AnIdGoesBeforeANameSpelledAlike) {
  auto columns = completeColumns();
  columns[0].id = column("first");
  columns[0].name = "second";
  columns[1].id = column("second");
  columns[1].name = "first";
  const Board board = made(custom(columns));
  EXPECT_EQ(board.findByText("second")->category, ColumnCategory::active);
}

TEST(Board, PolicyVersionIsTheStreamVersionOfItsLastEvent) {
  Board board;
  evolve(board, BoardCreated{BoardKey{"OPS"}, "", "basic", boardTemplate("basic")->columns, 1});
  EXPECT_EQ(board.policyVersion, 0U);
  evolve(board, LimitSet{test::onColumn("doing"), std::nullopt, 2});
  EXPECT_EQ(board.policyVersion, 1U);
}

TEST(Board, ColumnIdsAreMadeFromNames) {
  EXPECT_EQ(columnIdFor("In Progress").value, "in-progress");
  EXPECT_EQ(columnIdFor("  Follow-Up!  ").value, "follow-up");
  EXPECT_EQ(columnIdFor("Release & Maintain").value, "release-maintain");
  EXPECT_EQ(columnIdFor("Prüfung 2").value, "prüfung-2");
  EXPECT_EQ(columnIdFor("--").value, "");
}

TEST(Board, DescriptionsNameColumnsAndLimits) {
  EXPECT_EQ(describe(BoardEvent(LimitSet{test::onColumn("doing"), std::nullopt, 2})),
            "WIP limit of column doing changed from none to 2");
  EXPECT_EQ(describe(BoardEvent(BoardCreated{BoardKey{"OPS"}, "Anna's board", "basic",
                                             boardTemplate("basic")->columns, 1})),
            "board OPS created (basic, 3 columns)");
}

}  // namespace
}  // namespace docket::domain
