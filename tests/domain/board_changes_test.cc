// What changes a board after it was made: columns, lanes, rules, roles; and what lint says of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/domain/deciding.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> refusedOn(const Desk& desk, const BoardCommand& command,
                                   const SubjectId& actor = kAnna) {
  return refusedWith(desk.when(command, actor));
}

Column named(std::string name, ColumnCategory category) {
  Column made;
  made.name = std::move(name);
  made.category = category;
  return made;
}

TEST(BoardChanges, AColumnIsAddedChangedMovedAndRemoved) {
  Desk desk;
  ASSERT_TRUE(desk.perform(AddColumn{kOps, named("With Dealer", ColumnCategory::waiting), 3}));
  EXPECT_EQ(desk.board().board.columns[3].id, column("with-dealer"));
  ASSERT_TRUE(desk.perform(ChangeColumn{kOps, column("With Dealer"), "At the Dealer", std::nullopt,
                                        WaitsFor::supplier}));
  EXPECT_EQ(desk.board().board.find(column("with-dealer"))->name, "At the Dealer");
  ASSERT_TRUE(desk.perform(MoveColumn{kOps, column("with-dealer"), 0}));
  EXPECT_EQ(desk.board().board.columns[0].id, column("with-dealer"));
  ASSERT_TRUE(desk.perform(RemoveColumn{kOps, column("with-dealer")}));
  EXPECT_EQ(desk.board().board.find(column("with-dealer")), nullptr);
}

TEST(BoardChanges, OfColumnsAreRefused) {
  Desk desk;
  desk.givenTicket(1, waiting()).givenTicket(2, closed());
  const auto add = [&](Column one) { return refusedOn(desk, AddColumn{kOps, std::move(one)}); };
  EXPECT_THAT(add(named("IN progress", ColumnCategory::active)), ElementsAre("field-invalid"));
  Column drop = named("Bin", ColumnCategory::closed);
  drop.defaultDrop = true;
  EXPECT_THAT(add(drop), ElementsAre("field-invalid"));
  Column waits = named("Desk", ColumnCategory::active);
  waits.waitsFor = WaitsFor::customer;
  EXPECT_THAT(add(waits), ElementsAre("field-invalid"));
  for (const char* occupied : {"waiting-on-customer", "closed"}) {
    EXPECT_THAT(refusedOn(desk, RemoveColumn{kOps, column(occupied)}),
                ElementsAre("column-not-empty"));
    EXPECT_THAT(refusedOn(desk, ChangeColumn{kOps, column(occupied), {}, ColumnCategory::queue}),
                ElementsAre("column-not-empty"));
  }
  EXPECT_THAT(refusedOn(desk, ChangeColumn{kOps, column("closed"), "Over"}), IsEmpty());
  for (const char* needed : {"in-progress", "done", "follow-up"}) {
    EXPECT_THAT(refusedOn(desk, RemoveColumn{kOps, column(needed)}),
                ElementsAre("board-incomplete"))
        << needed;
  }
  EXPECT_THAT(refusedOn(desk, MoveColumn{kOps, column("inbox"), 7}), ElementsAre("field-invalid"));
  EXPECT_THAT(refusedOn(desk, MoveColumn{kOps, column("inbox"), 0}),
              ElementsAre("nothing-to-change"));
  EXPECT_THAT(refusedOn(desk, RemoveColumn{kOps, column("nowhere")}),
              ElementsAre("unknown-column"));
}

TEST(BoardChanges, ANewDefaultDropTakesThePlaceOfTheOld) {
  Desk desk;
  ASSERT_TRUE(desk.perform(ChangeColumn{kOps, column("inbox"), {}, {}, {}, true}));
  EXPECT_EQ(desk.board().board.defaultDrop()->id, column("inbox"));
  EXPECT_FALSE(desk.board().board.find(column("follow-up"))->defaultDrop);
}

TEST(BoardChanges, OfLanes) {
  Desk desk;
  EXPECT_THAT(refusedOn(desk, AddLane{kOps, {{}, "Fast", {ServiceClass::expedite}}}),
              ElementsAre("field-invalid"));
  ASSERT_TRUE(desk.perform(RemoveLane{kOps, LaneId{"expedite"}}));
  EXPECT_EQ(desk.board().board.laneFor(ServiceClass::expedite), nullptr);
  ASSERT_TRUE(desk.perform(AddLane{kOps, {{}, "Fast", {ServiceClass::expedite}}, 0}));
  EXPECT_EQ(desk.board().board.laneFor(ServiceClass::expedite)->id, LaneId{"fast"});
  ASSERT_TRUE(desk.perform(ChangeLane{kOps, LaneId{"Fast"}, "Faster"}));
  ASSERT_TRUE(desk.perform(MoveLane{kOps, LaneId{"fast"}, 3}));
  EXPECT_EQ(desk.board().board.lanes.back().name, "Faster");
  EXPECT_THAT(refusedOn(desk, RemoveLane{kOps, LaneId{"nowhere"}}), ElementsAre("unknown-lane"));
  desk.givenTicket(1, inbox()).givenTicket(2, inbox(), ServiceClass::intangible);
  EXPECT_EQ(desk.perform(PullNext{kOps, LaneId{"Intangible"}})->ticket, ops(2));
  EXPECT_THAT(refused(desk, PullNext{kOps, LaneId{"nowhere"}}), ElementsAre("unknown-lane"));
}

TEST(BoardChanges, OfRules) {
  Desk desk;
  const auto rule = [](RuleAction action) {
    return SetRule{kOps, {RuleId{"ask"}, column("Done"), std::nullopt, std::move(action)}};
  };
  EXPECT_THAT(refusedOn(desk, rule(OfferHandOverTo{kDev})), ElementsAre("unknown-board"));
  EXPECT_THAT(refusedOn(desk, rule(OfferHandOverTo{kOps})), ElementsAre("field-invalid"));
  EXPECT_THAT(refusedOn(desk, rule(MoveToColumn{column("nowhere")})),
              ElementsAre("unknown-column"));
  EXPECT_THAT(refusedOn(desk, rule(AddRequiredCheck{""})), ElementsAre("field-invalid"));
  ASSERT_TRUE(desk.perform(rule(MoveToColumn{column("FOLLOW-UP")})));
  EXPECT_EQ(desk.board().board.findRule(RuleId{"ask"})->onEntry, column("done"));
  EXPECT_THAT(refusedOn(desk, rule(MoveToColumn{column("follow-up")})),
              ElementsAre("nothing-to-change"));
  ASSERT_TRUE(desk.perform(RemoveRule{kOps, RuleId{"ask"}}));
  EXPECT_THAT(refusedOn(desk, RemoveRule{kOps, RuleId{"ask"}}), ElementsAre("unknown-rule"));
}

// --- Roles (R12)
// -----------------------------------------------------------------------------------

TEST(Roles, AGrantEndsAtItsInstant) {
  Desk desk;
  const Timestamp noon = kMonday + 12h;
  desk.givenTicket(1, inbox()).givenRoles(kAnna, {{Role::manager, std::nullopt}});
  desk.givenRoles(kBob, {{Role::agent, noon}});
  const MoveTicket start{ops(1), column("in-progress")};
  const auto at = [&](Timestamp now) {
    return refusedWith(desk.when(start, Context{now, kBob, desk.world()}));
  };
  EXPECT_THAT(at(noon - 1us), IsEmpty());
  EXPECT_THAT(at(noon), ElementsAre("not-permitted"));
  EXPECT_THAT(refusedWith(desk.when(start, Context{noon, SubjectId{"system"}, desk.world(), true})),
              IsEmpty());
}

TEST(Roles, EachMayWhatItIsFor) {
  Desk desk;
  desk.givenTicket(1, inbox()).givenTicket(2, closed());
  desk.given(ops(1), TicketEdited{"requester", "", "rita"});
  const std::vector<std::pair<Role, const char*>> people{
      {Role::requester, "rita"}, {Role::agent, "agent"},     {Role::manager, "manager"},
      {Role::approver, "appro"}, {Role::auditor, "auditor"}, {Role::administrator, "admin"}};
  for (const auto& [role, name] : people) {
    desk.givenRoles(SubjectId{name}, {{role, std::nullopt}});
  }
  const auto whoMay = [&](const TicketCommand& command) {
    std::vector<std::string> may;
    for (const auto& [role, name] : people) {
      const auto codes = refused(desk, command, SubjectId{name});
      if (std::find(codes.begin(), codes.end(), "not-permitted") == codes.end()) {
        may.emplace_back(text(role));
      }
    }
    return may;
  };
  EXPECT_THAT(whoMay(MoveTicket{ops(1), column("in-progress")}), ElementsAre("agent", "manager"));
  EXPECT_THAT(whoMay(AddComment{ops(1), "x", true}), ElementsAre("requester", "agent", "manager"));
  EXPECT_THAT(whoMay(AddComment{ops(2), "x", true}), ElementsAre("agent", "manager"))
      << "not the requester of another's";
  EXPECT_THAT(whoMay(ReopenTicket{ops(2), {}, "x"}), ElementsAre("manager")) << "R13";
  EXPECT_THAT(whoMay(DecideApproval{ops(1), 1, Verdict::approved, ""}), ElementsAre("approver"));
  EXPECT_THAT(whoMay(Recommit{ops(1), PromiseKind::resolution, 1h, "x"}), ElementsAre("manager"));
  EXPECT_THAT(whoMay(KeepPromises{ops(1)}), IsEmpty());
  EXPECT_THAT(refusedOn(desk, SetLimit{kOps, onColumn("inbox"), 1}, SubjectId{"agent"}),
              ElementsAre("not-permitted"));
  EXPECT_THAT(refusedOn(desk, SetLimit{kOps, onColumn("inbox"), 1}, SubjectId{"manager"}),
              IsEmpty());
}

TEST(Roles, ABoardKeepsAManagerForGood) {
  Desk desk;
  EXPECT_THAT(refusedOn(desk, SetRoles{kOps, kBob, {{Role::agent, std::nullopt}}}),
              ElementsAre("manager-missing"));
  EXPECT_THAT(refusedOn(desk, SetRoles{kOps, kAnna, {{Role::manager, kMonday + 99h}}}),
              ElementsAre("manager-missing"));
  ASSERT_TRUE(desk.perform(SetRoles{kOps, kAnna, {{Role::manager, std::nullopt}}}));
  EXPECT_THAT(refusedOn(desk, SetRoles{kOps, kAnna, {}}), ElementsAre("manager-missing"));
  ASSERT_TRUE(desk.perform(SetRoles{kOps, kBob, {{Role::manager, std::nullopt}}}));
  EXPECT_THAT(refusedOn(desk, SetRoles{kOps, kAnna, {}}), IsEmpty());
}

// --- Lint (R10, R11)
// --------------------------------------------------------------------------------

DeskBoards boardsOf(const World& world) {
  DeskBoards boards;
  for (const BoardKey& key : world.boards()) {
    boards.emplace(key, world.find(key)->board.templateName);
  }
  return boards;
}

std::vector<std::string> lintCodes(const Desk& desk, bool errors) {
  std::vector<std::string> found;
  bool warned = false;
  for (const LintFinding& one : lint(desk.board().board, boardsOf(desk.world()))) {
    EXPECT_FALSE(one.isError && warned) << "errors first";
    warned = warned || !one.isError;
    EXPECT_TRUE(one.message.ends_with('.')) << one.message;
    if (one.isError == errors) found.push_back(one.code);
  }
  return found;
}

// A board of which lint has nothing to say.
Desk cleanDesk() {
  Desk desk;
  desk.givenLimit("in-progress", 3).givenRoles(kAnna, {{Role::manager, std::nullopt}});
  return desk;
}

TEST(Lint, HasNothingToSayOfAGoodBoard) {
  EXPECT_TRUE(lint(cleanDesk().board().board, boardsOf(cleanDesk().world())).empty());
  EXPECT_THAT(lintCodes(Desk(), false), ElementsAre("open-to-all", "no-limit"));
}

TEST(Lint, AnUnfinishedBoardHasErrors) {
  Desk desk = cleanDesk();
  for (const char* id : {"inbox", "follow-up", "in-progress", "done"}) {
    desk.given(kOps, ColumnRemoved{*desk.board().board.find(column(id)), 0});
  }
  EXPECT_THAT(lintCodes(desk, true),
              ElementsAre("no-queue", "no-active", "no-resolved", "no-default-drop"));
}

TEST(Lint, EachDoubtHasItsCode) {
  LimitScope whole;
  whole.kind = LimitKind::board;
  const auto reserve = [](BoardPolicy& policy) {
    policy.reservations = {{TicketType::incident, std::nullopt, 4}};
  };
  const auto rule = [](const char* id, const char* onEntry, RuleAction action) {
    return RuleSet{std::nullopt, {RuleId{id}, column(onEntry), std::nullopt, std::move(action)}};
  };
  struct Case {
    const char* code;
    std::function<void(Desk&)> change;
  };
  const std::vector<Case> cases{
      {"too-many-columns",
       [](Desk& desk) {
         for (const char* name : {"a", "b", "c"}) {
           Column one = named(name, ColumnCategory::active);
           one.id = columnIdFor(name);
           desk.given(kOps, ColumnAdded{one, 0});
         }
       }},
      {"too-many-work-patterns",
       [](Desk& desk) {
         // Boards with columns of their own follow a pattern of their own, each.
         for (const char* key : {"CA", "CB", "CC", "CD"}) {
           desk.perform(
               CreateBoard{BoardKey{key},
                           "",
                           "",
                           {named("In", ColumnCategory::queue), named("Do", ColumnCategory::active),
                            named("Out", ColumnCategory::resolved)}});
         }
       }},
      {"limited-default-drop", [](Desk& desk) { desk.givenLimit("follow-up", 5); }},
      {"no-expedite",
       [](Desk& desk) { desk.givenPolicy([](BoardPolicy& policy) { policy.expediteLimit = 0; }); }},
      {"reservation-without-limit", [&](Desk& desk) { desk.givenPolicy(reserve); }},
      {"reservation-over-limit",
       [&](Desk& desk) { desk.givenPolicy(reserve).givenLimit(whole, 3); }},
      {"waits-for-nothing",
       [](Desk& desk) {
         desk.perform(AddColumn{kOps, named("Later", ColumnCategory::waiting)});
       }},
      {"class-without-lane",
       [](Desk& desk) {
         desk.perform(RemoveLane{kOps, LaneId{"intangible"}});
       }},
      {"rule-names-no-board",
       [&](Desk& desk) { desk.given(kOps, rule("ask", "done", OfferHandOverTo{kDev})); }},
      {"rule-names-no-column",
       [&](Desk& desk) { desk.given(kOps, rule("go", "done", MoveToColumn{column("x")})); }},
      {"rules-form-a-cycle",
       [&](Desk& desk) {
         desk.given(kOps, rule("there", "inbox", MoveToColumn{column("follow-up")}));
         desk.given(kOps, rule("back", "follow-up", MoveToColumn{column("inbox")}));
       }},
  };
  for (const Case& one : cases) {
    Desk desk = cleanDesk();
    one.change(desk);
    EXPECT_THAT(lintCodes(desk, false), ElementsAre(one.code));
    EXPECT_THAT(lintCodes(desk, true), IsEmpty()) << one.code;
  }
}

TEST(Lint, RulesForDifferentTypesFormNoCycle) {
  Desk desk = cleanDesk();
  desk.given(kOps, RuleSet{{},
                           {RuleId{"a"}, column("inbox"), TicketType::task,
                            MoveToColumn{column("follow-up")}}});
  desk.given(kOps, RuleSet{{},
                           {RuleId{"b"}, column("follow-up"), TicketType::defect,
                            MoveToColumn{column("inbox")}}});
  EXPECT_THAT(lintCodes(desk, false), IsEmpty());
}

}  // namespace
}  // namespace docket::domain
