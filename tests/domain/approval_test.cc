// Approvals (R5), checks (R4) and who owns a problem (R6).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/domain/deciding.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const SubjectId kCarl{"carl"};
const SubjectId kRita{"rita"};
const MoveTicket kStart{ops(1), column("in-progress")};

// OPS-1, a change of Rita's in the inbox.
Desk deskWithChange(ChangeKind kind) {
  Desk desk;
  desk.givenTicket(1, inbox(), ServiceClass::standard, TicketType::change);
  desk.given(ops(1), TicketEdited{"requester", "", "rita"});
  ClassifyTicket classify;
  classify.ticket = ops(1);
  classify.changeKind = kind;
  EXPECT_THAT(refusedWith(desk.perform(classify)), IsEmpty());
  return desk;
}

DecideApproval vote(Verdict verdict, std::uint32_t number = 1) {
  return {ops(1), number, verdict, "because"};
}

TEST(Approval, EachKindOfChangeNeedsAsManyPeople) {
  EXPECT_EQ(approversNeeded(TicketType::change, ChangeKind::none), 1U);
  EXPECT_EQ(approversNeeded(TicketType::change, ChangeKind::standard), 0U);
  EXPECT_EQ(approversNeeded(TicketType::change, ChangeKind::normal), 1U);
  EXPECT_EQ(approversNeeded(TicketType::change, ChangeKind::emergency), 2U);
  EXPECT_EQ(approversNeeded(TicketType::incident, ChangeKind::none), 0U);
}

TEST(Approval, AStateIsWhatTheVotesSay) {
  const ApprovalVote yes{kBob, Verdict::approved};
  const ApprovalVote yesToo{kCarl, Verdict::approved};
  const ApprovalVote no{kCarl, Verdict::rejected};
  struct Case {
    ChangeKind kind;
    std::vector<Approval> approvals;
    ApprovalState state;
  };
  const auto asked = [](std::uint32_t needed, std::vector<ApprovalVote> votes) {
    return Approval{1, {}, needed, std::move(votes)};
  };
  const std::vector<Case> cases{
      {ChangeKind::none, {}, ApprovalState::missing},
      {ChangeKind::standard, {}, ApprovalState::free},
      {ChangeKind::normal, {}, ApprovalState::missing},
      {ChangeKind::normal, {asked(1, {})}, ApprovalState::open},
      {ChangeKind::normal, {asked(1, {yes})}, ApprovalState::free},
      {ChangeKind::normal, {asked(2, {yes})}, ApprovalState::open},
      {ChangeKind::normal, {asked(1, {no})}, ApprovalState::rejected},
      {ChangeKind::normal, {asked(1, {no}), asked(1, {yes})}, ApprovalState::free},
      {ChangeKind::normal, {asked(1, {yes}), asked(1, {no})}, ApprovalState::rejected},
      {ChangeKind::emergency, {asked(1, {yes})}, ApprovalState::missing},
      {ChangeKind::emergency, {asked(1, {yes}), asked(1, {yesToo})}, ApprovalState::missing},
      {ChangeKind::emergency, {asked(2, {yes, yesToo})}, ApprovalState::free},
      {ChangeKind::standard, {asked(1, {no})}, ApprovalState::rejected},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(approvalState(TicketType::change, cases[i].kind, cases[i].approvals), cases[i].state)
        << i;
  }
  EXPECT_EQ(approvalState(TicketType::incident, ChangeKind::none, {asked(1, {})}),
            ApprovalState::open);
}

TEST(Approval, WorkUnderApprovalBecomesActiveByNoDoor) {
  Desk desk = deskWithChange(ChangeKind::normal);
  const std::vector<TicketCommand> doors{
      kStart, MoveTicket{ops(1), column("in-progress"), {}, "the boss asked"}};
  for (const TicketCommand& door : doors) {
    EXPECT_THAT(refused(desk, door), ElementsAre("approval-missing"));
  }
  EXPECT_THAT(refused(desk, PullNext{kOps}), ElementsAre("nothing-to-pull"));
  desk.givenDev().given(ops(1), HandOverOffered{kDev, "x"});
  EXPECT_THAT(refused(desk, AcceptHandOver{ops(1), kDev, column("plan")}),
              ElementsAre("approval-missing"));
  ASSERT_TRUE(desk.perform(AcceptHandOver{ops(1), kDev}));
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("plan"), kDev}),
              ElementsAre("approval-missing"));
  EXPECT_THAT(refused(desk, PullNext{kDev}), ElementsAre("nothing-to-pull"));
  OpenTicket open{kOps, column("in-progress"), TicketType::change, {}, "x"};
  open.classification.changeKind = ChangeKind::normal;
  EXPECT_THAT(refused(desk, open), ElementsAre("field-invalid"));
  desk.givenTicket(3, inProgress(), ServiceClass::standard, TicketType::change);
  ClassifyTicket classify;
  classify.ticket = ops(3);
  classify.changeKind = ChangeKind::normal;
  EXPECT_THAT(refused(desk, classify), ElementsAre("approval-missing"));
  desk.givenTicket(4, inbox(), ServiceClass::standard, TicketType::change);
  desk.givenGuest(4, place("plan", ColumnCategory::active));
  classify.ticket = ops(4);
  EXPECT_THAT(refused(desk, classify), ElementsAre("approval-missing")) << "active as a guest";
  Desk finished = deskWithChange(ChangeKind::normal);
  finished.given(ops(1), TicketResolved{inbox(), done(), "x"});
  EXPECT_THAT(refused(finished, ReopenTicket{ops(1), column("in-progress"), "x"}),
              ElementsAre("approval-missing"));
}

TEST(Approval, ANormalChangeNeedsOne) {
  Desk desk = deskWithChange(ChangeKind::normal);
  EXPECT_EQ(onlyEvent<ApprovalRequested>(desk.perform(RequestApproval{ops(1), {}, 0, "May we?"})),
            (ApprovalRequested{1, {}, 1, "May we?", kAnna}));
  EXPECT_THAT(refused(desk, kStart), ElementsAre("approval-missing"));
  EXPECT_EQ(onlyEvent<ApprovalDecided>(desk.perform(vote(Verdict::approved), kBob)),
            (ApprovalDecided{1, kBob, Verdict::approved, "because"}));
  EXPECT_THAT(refused(desk, kStart), IsEmpty());
  EXPECT_EQ(desk.board().open.at(ops(1)).awaitsApproval, false);
}

TEST(Approval, APreAuthorisedStandardChangeNeedsNone) {
  EXPECT_THAT(refused(deskWithChange(ChangeKind::standard), kStart), IsEmpty());
}

TEST(Approval, AnEmergencyChangeNeedsTwoDifferentPeopleAndAReviewAfterwards) {
  Desk desk = deskWithChange(ChangeKind::emergency);
  EXPECT_THAT(refused(desk, RequestApproval{ops(1), {}, 1, "May we?"}),
              ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, RequestApproval{ops(1), {kBob}, 0, "May we?"}),
              ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, RequestApproval{ops(1), {kBob, kBob}, 0, "May we?"}),
              Contains("field-invalid"));
  const Decision requested = desk.perform(RequestApproval{ops(1), {}, 0, "May we?"});
  EXPECT_EQ(onlyEvent<ApprovalRequested>(requested).needed, 2U);
  const Check review = desk.ticket(ops(1)).checks.at(0);
  EXPECT_TRUE(review.required);
  EXPECT_EQ(review.gate, Gate::close);
  ASSERT_TRUE(desk.perform(vote(Verdict::approved), kBob));
  EXPECT_THAT(refused(desk, vote(Verdict::approved), kBob), ElementsAre("not-an-approver"));
  EXPECT_THAT(refused(desk, kStart), ElementsAre("approval-missing"));
  ASSERT_TRUE(desk.perform(vote(Verdict::approved), kCarl));
  ASSERT_TRUE(desk.perform(kStart));
  ASSERT_TRUE(desk.perform(ResolveTicket{ops(1), {}, "done"}));
  EXPECT_THAT(refused(desk, CloseTicket{ops(1)}), ElementsAre("checks-open"));
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("closed")}), ElementsAre("checks-open"));
  ASSERT_TRUE(desk.perform(CompleteCheck{ops(1), review.number, "all well"}));
  EXPECT_THAT(refused(desk, CloseTicket{ops(1)}), IsEmpty());
}

TEST(Approval, WhatBecomesAnEmergencyAfterItWasApprovedHasItsReviewToo) {
  Desk desk = deskWithChange(ChangeKind::normal);
  ASSERT_TRUE(desk.perform(RequestApproval{ops(1), {}, 2, "May we?"}));
  ASSERT_TRUE(desk.perform(vote(Verdict::approved), kBob));
  ASSERT_TRUE(desk.perform(vote(Verdict::approved), kCarl));
  ClassifyTicket emergency;
  emergency.ticket = ops(1);
  emergency.changeKind = ChangeKind::emergency;
  EXPECT_EQ(firstEvent<CheckAdded>(desk.perform(emergency)).gate, Gate::close);
  EXPECT_THAT(refused(desk, kStart), IsEmpty());
  emergency.changeKind = ChangeKind::normal;
  ASSERT_TRUE(desk.perform(emergency));
  emergency.changeKind = ChangeKind::emergency;
  onlyEvent<TicketClassified>(desk.perform(emergency));
}

TEST(Approval, WhoMayNotDecide) {
  Desk desk = deskWithChange(ChangeKind::normal);
  ASSERT_TRUE(desk.perform(RequestApproval{ops(1), {kBob}, 0, "May we?"}));
  const auto why = [&](const SubjectId& who) {
    return onlyRefusal<NotAnApprover>(desk.when(vote(Verdict::approved), who)).why;
  };
  EXPECT_EQ(why(kCarl), "was not asked");
  EXPECT_THAT(refused(desk, vote(Verdict::approved), kRita),
              ElementsAre("not-an-approver", "not-an-approver"));
  EXPECT_THAT(refused(desk, vote(Verdict::approved, 2), kBob), ElementsAre("unknown-approval"));
  EXPECT_THAT(refused(desk, DecideApproval{ops(1), 1, Verdict::rejected, " "}, kBob),
              ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, RequestApproval{ops(1), {kRita}, 0, "May we?"}),
              ElementsAre("field-invalid"));
}

TEST(Approval, TheRequesterNeverApprovesTheirOwn) {
  Desk desk = deskWithChange(ChangeKind::normal);
  ASSERT_TRUE(desk.perform(RequestApproval{ops(1), {}, 2, "May we?"}));
  EXPECT_EQ(onlyRefusal<NotAnApprover>(desk.when(vote(Verdict::approved), kRita)).why,
            "is the requester");
  const EditTicket toBob{ops(1), {}, {}, kBob};
  EXPECT_THAT(refused(desk, toBob), ElementsAre("approvals-open")) << "not while it is asked";
  ASSERT_TRUE(desk.perform(vote(Verdict::approved), kBob));
  EXPECT_THAT(refused(desk, toBob), ElementsAre("field-invalid", "approvals-open"));
  ASSERT_TRUE(desk.perform(vote(Verdict::approved), kCarl));
  EXPECT_THAT(refused(desk, toBob), ElementsAre("field-invalid")) << "nor afterwards";
  EXPECT_THAT(refused(desk, EditTicket{ops(1), {}, {}, kAnna}), IsEmpty());
}

TEST(Approval, OneRejectionDecidesAndANewRequestMayFollow) {
  Desk desk = deskWithChange(ChangeKind::normal);
  ASSERT_TRUE(desk.perform(RequestApproval{ops(1), {}, 2, "May we?"}));
  ASSERT_TRUE(desk.perform(vote(Verdict::rejected), kBob));
  EXPECT_THAT(refused(desk, vote(Verdict::approved), kCarl), ElementsAre("approval-is-decided"));
  EXPECT_THAT(refused(desk, kStart), ElementsAre("approval-missing"));
  ASSERT_TRUE(desk.perform(RequestApproval{ops(1), {}, 0, "And now?"}));
  ASSERT_TRUE(desk.perform(vote(Verdict::approved, 2), kBob));
  EXPECT_THAT(refused(desk, kStart), IsEmpty());
}

TEST(Approval, APartOfAChangeNeedsAsMuchAsTheWhole) {
  Desk desk = deskWithChange(ChangeKind::normal);
  ASSERT_TRUE(desk.perform(SplitTicket{ops(1), {"A part"}}));
  EXPECT_EQ(desk.ticket(ops(2)).classification, desk.ticket(ops(1)).classification);
  EXPECT_THAT(refused(desk, MoveTicket{ops(2), column("in-progress")}),
              ElementsAre("approval-missing"));
}

// --- Checks (R4)
// -------------------------------------------------------------------------------------

TEST(Checks, RequiredOnesStandBeforeTheResolutionOrTheClosing) {
  Desk desk;
  desk.givenTicket(1, inProgress());
  ASSERT_TRUE(desk.perform(AddCheck{ops(1), "Tested", true, Gate::resolve}));
  ASSERT_TRUE(desk.perform(AddCheck{ops(1), "Nice to have", false, Gate::resolve}));
  ASSERT_TRUE(desk.perform(AddCheck{ops(1), "Reviewed", true, Gate::close}));
  EXPECT_THAT(onlyRefusal<ChecksOpen>(desk.when(ResolveTicket{ops(1), {}, "x"})).checks,
              ElementsAre(1U));
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("done")}),
              ElementsAre("resolution-missing", "checks-open"));
  ASSERT_TRUE(desk.perform(CompleteCheck{ops(1), 1, ""}));
  EXPECT_THAT(refused(desk, CompleteCheck{ops(1), 1, ""}), ElementsAre("nothing-to-change"));
  EXPECT_THAT(refused(desk, CompleteCheck{ops(1), 9, ""}), ElementsAre("unknown-check"));
  ASSERT_TRUE(desk.perform(ResolveTicket{ops(1), {}, "x"}));
  EXPECT_THAT(onlyRefusal<ChecksOpen>(desk.when(CloseTicket{ops(1)})).checks, ElementsAre(3U));
}

TEST(Checks, AnOpenApprovalStandsBeforeTheResolution) {
  Desk desk;
  desk.givenTicket(1, inProgress());
  ASSERT_TRUE(desk.perform(RequestApproval{ops(1), {kBob}, 0, "May we?"}));
  EXPECT_THAT(refused(desk, ResolveTicket{ops(1), {}, "x"}), ElementsAre("approvals-open"));
  ASSERT_TRUE(desk.perform(vote(Verdict::rejected), kBob));
  EXPECT_THAT(refused(desk, ResolveTicket{ops(1), {}, "x"}), ElementsAre("approval-missing"));
  EXPECT_THAT(refused(desk, ResolveTicket{ops(1), {}, "x", ResolutionKind::noAction}), IsEmpty())
      << "that it was not done needs nobody's approval";
}

// --- Problems (R6)
// -----------------------------------------------------------------------------------

TEST(Problems, AreNotOwnedByTheFirstTier) {
  Desk desk;
  EXPECT_EQ(onlyEvent<TicketOpened>(
                desk.when(OpenTicket{kOps, {}, TicketType::problem, {}, "Printers jam"}))
                .tier,
            Tier::second);
  desk.givenTicket(1, inbox(), ServiceClass::standard, TicketType::problem);  // imported, say
  EXPECT_THAT(refused(desk, AssignTicket{ops(1), kBob}), ElementsAre("problem-needs-tier"));
  EXPECT_THAT(refused(desk, PullNext{kOps}), ElementsAre("nothing-to-pull"));
  ASSERT_TRUE(desk.perform(EscalateTicket{ops(1), Tier::second, ""}));
  EXPECT_THAT(refused(desk, AssignTicket{ops(1), kBob}), IsEmpty());
  EXPECT_THAT(refused(desk, PullNext{kOps}), IsEmpty());
}

TEST(Problems, WhatBecomesOneLeavesTheFirstTierBefore) {
  Desk desk;
  desk.givenTicket(1, inbox());
  ClassifyTicket classify;
  classify.ticket = ops(1);
  classify.type = TicketType::problem;
  EXPECT_THAT(refused(desk, classify), ElementsAre("problem-needs-tier"));
  ASSERT_TRUE(desk.perform(EscalateTicket{ops(1), Tier::second, ""}));
  EXPECT_THAT(refused(desk, classify), IsEmpty());
}

}  // namespace
}  // namespace docket::domain
