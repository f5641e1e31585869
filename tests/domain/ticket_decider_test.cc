// Given events, when a command, then events or refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/ticket.h"
#include "tests/domain/deciding.h"

namespace docket::domain {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

OpenTicket openTicket() {
  OpenTicket command;
  command.board = kOps;
  command.title = "Printer";
  return command;
}

// --- OpenTicket ----------------------------------------------------------------------------------

TEST(TicketDecider, OpenTakesTheNextNumberAndTheFirstQueue) {
  Desk desk;
  desk.givenTicket(7, inbox());
  OpenTicket command = openTicket();
  command.type = TicketType::serviceRequest;
  command.serviceClass = ServiceClass::fixedDate;
  command.description = "It\njams";
  command.requester = SubjectId{"bob"};
  command.due = kMonday + 48h;
  const Decision decision = desk.when(command);
  const auto opened = onlyEvent<TicketOpened>(decision);
  EXPECT_EQ(decision->ticket, ops(8));
  EXPECT_EQ(opened, (TicketOpened{ops(8),
                                  inbox(),
                                  TicketType::serviceRequest,
                                  ServiceClass::fixedDate,
                                  Tier::first,
                                  "Printer",
                                  "It\njams",
                                  SubjectId{"bob"},
                                  kMonday + 48h,
                                  "",
                                  {},
                                  kAnna}));
}

TEST(TicketDecider, OpenMayNameAnActiveColumnByItsName) {
  OpenTicket command = openTicket();
  command.column = column("in PROGRESS");
  EXPECT_EQ(onlyEvent<TicketOpened>(Desk().when(command)).place, inProgress());
}

TEST(TicketDecider, OpenIsRefusedForItsForm) {
  struct Case {
    const char* name;
    void (*change)(OpenTicket&);
    std::vector<std::string> fields;
  };
  const std::vector<Case> cases{
      {"no title", [](OpenTicket& c) { c.title = std::string(""); }, {"title"}},
      {"long title", [](OpenTicket& c) { c.title = std::string(301, 'x'); }, {"title"}},
      {"title of 1 MiB", [](OpenTicket& c) { c.title = std::string(1 << 20, 'x'); }, {"title"}},
      {"title not UTF-8", [](OpenTicket& c) { c.title = std::string("\xFF"); }, {"title"}},
      {"title of two lines", [](OpenTicket& c) { c.title = std::string("a\nb"); }, {"title"}},
      {"long description",
       [](OpenTicket& c) { c.description = std::string(10'001, 'x'); },
       {"description"}},
      {"requester", [](OpenTicket& c) { c.requester = SubjectId{"Bob Berg"}; }, {"requester"}},
      {"no due", [](OpenTicket& c) { c.serviceClass = ServiceClass::fixedDate; }, {"due"}},
      {"far due", [](OpenTicket& c) { c.due = Timestamp::max(); }, {"due"}},
      {"early due", [](OpenTicket& c) { c.due = Timestamp::min(); }, {"due"}},
      {"waiting column",
       [](OpenTicket& c) { c.column = column("waiting-on-customer"); },
       {"column"}},
      {"resolved column", [](OpenTicket& c) { c.column = column("done"); }, {"column"}},
      {"several",
       [](OpenTicket& c) {
         c.title = std::string("");
         c.description = std::string("\x01");
         c.requester = SubjectId{"?"};
         c.serviceClass = ServiceClass::fixedDate;
         c.column = column("closed");
       },
       {"title", "description", "requester", "due", "column"}},
  };
  const Desk desk;
  for (const Case& one : cases) {
    OpenTicket command = openTicket();
    one.change(command);
    const Decision decision = desk.when(command);
    ASSERT_FALSE(decision) << one.name;
    std::vector<std::string> fields;
    for (const Refusal& refusal : decision.error()) {
      ASSERT_TRUE(std::holds_alternative<FieldInvalid>(refusal)) << one.name;
      fields.push_back(std::get<FieldInvalid>(refusal).field);
    }
    EXPECT_EQ(fields, one.fields) << one.name;
  }
}

TEST(TicketDecider, OpenOnAnUnknownBoardOrColumnIsRefused) {
  OpenTicket command = openTicket();
  command.board = BoardKey{"NOPE"};
  command.title = "";
  EXPECT_THAT(refused(Desk(), command), ElementsAre("field-invalid", "unknown-board"));
  command = openTicket();
  command.column = column("nowhere");
  EXPECT_THAT(onlyRefusal<UnknownColumn>(Desk().when(command)).columns,
              ElementsAre(column("inbox"), column("follow-up"), column("in-progress"),
                          column("requires-further-support"), column("waiting-on-customer"),
                          column("done"), column("closed")));
}

TEST(TicketDecider, OpenGoesRoundNoLimit) {
  Desk desk;
  desk.givenTicket(1, inbox()).givenLimit("inbox", 1);
  const auto limit = onlyRefusal<WipLimitReached>(desk.when(openTicket()));
  EXPECT_EQ(limit.scope, onColumn("inbox"));
  EXPECT_EQ(limit.limit, 1U);
  EXPECT_EQ(limit.count, 1U);
  OpenTicket command = openTicket();
  command.serviceClass = ServiceClass::expedite;
  EXPECT_THAT(refused(desk, command), IsEmpty()) << "R2: expedite may exceed a column's limit";
  desk.givenTicket(2, inProgress(), ServiceClass::expedite);
  EXPECT_THAT(refused(desk, command), IsEmpty()) << "in a queue it is not under way yet";
  command.column = column("in-progress");
  EXPECT_THAT(refused(desk, command), ElementsAre("expedite-limit-reached"));
}

TEST(TicketDecider, AnActorOfAnotherFormIsRefused) {
  EXPECT_THAT(refusedWith(Desk().when(openTicket(), SubjectId{"Anna Berg"})),
              ElementsAre("field-invalid"));
}

// --- MoveTicket ----------------------------------------------------------------------------------

TEST(TicketDecider, MoveRecordsBothPlacesAndThePolicyLookedAt) {
  Desk desk;
  desk.givenTicket(1, inbox()).givenLimit("in-progress", 1);
  const Decision decision = desk.when(MoveTicket{ops(1), column("In Progress"), {}, "in a hurry"});
  EXPECT_EQ(decision->ticket, ops(1));
  EXPECT_EQ(onlyEvent<TicketMoved>(decision), (TicketMoved{inbox(), inProgress(), 1, ""}))
      << "no limit was exceeded, so no override is kept";
}

TEST(TicketDecider, MoveOverALimitIsRefusedUnlessAReasonIsGiven) {
  Desk desk;
  desk.givenTicket(1, inProgress()).givenTicket(2, inbox()).givenLimit("in-progress", 1);
  const auto limit =
      onlyRefusal<WipLimitReached>(desk.when(MoveTicket{ops(2), column("in-progress"), {}, ""}));
  EXPECT_EQ(limit.board, kOps);
  EXPECT_EQ(limit.scope, onColumn("in-progress"));
  EXPECT_EQ(limit.limit, 1U);
  EXPECT_EQ(limit.count, 1U);
  const MoveTicket overriding{ops(2), column("in-progress"), {}, "the boss asked"};
  EXPECT_EQ(onlyEvent<TicketMoved>(desk.when(overriding)).overrideReason, "the boss asked");
  EXPECT_THAT(refused(desk, MoveTicket{ops(2), column("in-progress"), {}, "  "}),
              ElementsAre("field-invalid"));
}

TEST(TicketDecider, ALimitOfZeroLetsNothingIn) {
  Desk desk;
  desk.givenTicket(1, inbox()).givenLimit("in-progress", 0);
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("in-progress"), {}, ""}),
              ElementsAre("wip-limit-reached"));
}

TEST(TicketDecider, ExpediteExceedsAColumnLimitButNeverItsOwn) {
  Desk desk;
  desk.givenTicket(1, inProgress()).givenTicket(2, inbox(), ServiceClass::expedite);
  desk.givenTicket(3, inbox(), ServiceClass::expedite).givenLimit("in-progress", 1);
  const MoveTicket second{ops(2), column("in-progress"), {}, ""};
  EXPECT_THAT(refused(desk, second), IsEmpty());
  ASSERT_TRUE(desk.perform(second));
  const MoveTicket third{ops(3), column("in-progress"), {}, "really"};
  const auto limit = onlyRefusal<ExpediteLimitReached>(desk.when(third));
  EXPECT_EQ(limit.limit, 1U);
  EXPECT_EQ(limit.count, 1U);
  EXPECT_THAT(refused(desk, MoveTicket{ops(2), column("waiting-on-customer"), {}, ""}), IsEmpty())
      << "already under way";
  EXPECT_THAT(refused(desk, MoveTicket{ops(3), column("follow-up"), {}, ""}), IsEmpty());
}

TEST(TicketDecider, MoveToAnUnknownColumnListsWhatThereIs) {
  Desk desk("basic");
  desk.givenTicket(1, place("to-do", ColumnCategory::queue));
  const auto refusal =
      onlyRefusal<UnknownColumn>(desk.when(MoveTicket{ops(1), column("dong"), {}, ""}));
  EXPECT_EQ(refusal.column, column("dong"));
  EXPECT_THAT(refusal.columns, ElementsAre(column("to-do"), column("doing"), column("done")));
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column(""), {}, ""}), ElementsAre("unknown-column"));
}

TEST(TicketDecider, MoveToTheSameColumnChangesNothing) {
  Desk desk;
  desk.givenTicket(1, inbox()).givenLimit("inbox", 1);
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("Inbox"), {}, ""}),
              ElementsAre("nothing-to-change"));
}

TEST(TicketDecider, MoveToResolvedWhileBlockedIsRefused) {
  Desk desk;
  desk.givenTicket(1, inProgress()).givenBlocked(1);
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("done"), {}, ""}),
              ElementsAre("resolution-missing", "ticket-is-blocked"));
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("waiting-on-customer"), {}, ""}), IsEmpty());
}

TEST(TicketDecider, MoveToResolvedWithoutAResolutionIsRefused) {
  Desk desk;
  desk.givenTicket(1, inProgress());
  for (const char* to : {"done", "closed"}) {
    const auto refusal =
        onlyRefusal<ResolutionMissing>(desk.when(MoveTicket{ops(1), column(to), {}, ""}));
    EXPECT_EQ(refusal.column, column(to));
  }
}

TEST(TicketDecider, MoveOfAFinishedTicketIsOnlyOnToClosed) {
  Desk desk;
  desk.givenTicket(1, inProgress()).given(ops(1), TicketResolved{inProgress(), done(), "toner"});
  EXPECT_EQ(onlyRefusal<TicketIsFinished>(desk.when(MoveTicket{ops(1), column("inbox"), {}, ""}))
                .category,
            ColumnCategory::resolved);
  ASSERT_TRUE(desk.perform(MoveTicket{ops(1), column("closed"), {}, ""}));
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("done"), {}, ""}),
              ElementsAre("ticket-is-finished"));
}

TEST(TicketDecider, MoveIsToldEverythingThatIsWrongAtOnce) {
  Desk desk;
  desk.givenTicket(1, inProgress()).givenBlocked(1).givenLimit("done", 0);
  EXPECT_THAT(refused(desk, MoveTicket{ops(1), column("done"), {}, ""}),
              ElementsAre("resolution-missing", "ticket-is-blocked", "wip-limit-reached"));
}

// --- PullNext ------------------------------------------------------------------------------------

TEST(TicketDecider, PullTakesTheFirstInLineAndSaysWhy) {
  Desk desk;
  desk.givenTicket(1, inbox(), ServiceClass::intangible).givenTicket(2, inbox());
  desk.givenTicket(3, followUp()).givenTicket(4, inProgress()).givenTicket(5, inbox());
  desk.givenBlocked(5).givenLimit("in-progress", 5);
  const Decision decision = desk.when(PullNext{kOps, {}, {}, {}});
  EXPECT_EQ(onlyEvent<TicketPulled>(decision),
            (TicketPulled{inbox(), inProgress(), kAnna, 1, PullRule::standard, 3, 0}));
  EXPECT_EQ(decision->ticket, ops(2));
}

TEST(TicketDecider, PullForAnotherAgentIntoANamedColumn) {
  Desk desk("development");
  const Place backlog = place("backlog", ColumnCategory::queue);
  desk.givenTicket(1, backlog);
  const auto pulled =
      onlyEvent<TicketPulled>(desk.when(PullNext{kOps, {}, column("Test"), SubjectId{"bob"}}));
  EXPECT_EQ(pulled.to, place("test", ColumnCategory::active));
  EXPECT_EQ(pulled.agent, SubjectId{"bob"});
  EXPECT_EQ(onlyEvent<TicketPulled>(desk.when(PullNext{kOps, {}, {}, {}})).to,
            place("plan", ColumnCategory::active));
}

TEST(TicketDecider, PullIsRefused) {
  Desk desk;
  EXPECT_THAT(refused(desk, PullNext{kOps, {}, {}, {}}), ElementsAre("nothing-to-pull"));
  desk.givenTicket(1, inbox()).givenBlocked(1).givenTicket(2, inProgress());
  EXPECT_THAT(refused(desk, PullNext{kOps, {}, {}, {}}), ElementsAre("nothing-to-pull"));
  desk.givenTicket(3, inbox()).givenLimit("in-progress", 1);
  EXPECT_THAT(refused(desk, PullNext{kOps, {}, {}, {}}), ElementsAre("wip-limit-reached"));
  EXPECT_THAT(refused(desk, PullNext{kOps, {}, column("done"), {}}), ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, PullNext{kOps, {}, column("nowhere"), SubjectId{"a b"}}),
              ElementsAre("field-invalid", "unknown-column"));
  EXPECT_THAT(refused(desk, PullNext{BoardKey{"NOPE"}, {}, {}, {}}), ElementsAre("unknown-board"));
  EXPECT_THAT(refusedWith(desk.when(PullNext{kOps, {}, {}, {}}, SubjectId{})),
              ElementsAre("field-invalid", "wip-limit-reached"))
      << "somebody must be the agent";
}

TEST(TicketDecider, PullPassesOverAnExpediteThatItsOwnLimitHoldsBack) {
  Desk desk;
  desk.givenTicket(1, inProgress(), ServiceClass::expedite);
  desk.givenTicket(2, inbox(), ServiceClass::expedite).givenTicket(3, inbox());
  const Decision decision = desk.when(PullNext{kOps, {}, {}, {}});
  EXPECT_EQ(onlyEvent<TicketPulled>(decision).rule, PullRule::standard);
  EXPECT_EQ(onlyEvent<TicketPulled>(decision).heldBack, 1);
  EXPECT_EQ(decision->ticket, ops(3));
}

TEST(TicketDecider, PullOfExpediteExceedsAColumnLimitButNeverItsOwn) {
  Desk desk;
  desk.givenTicket(1, inProgress()).givenTicket(2, inbox(), ServiceClass::expedite);
  desk.givenTicket(3, inbox(), ServiceClass::expedite).givenLimit("in-progress", 1);
  const Decision decision = desk.perform(PullNext{kOps, {}, {}, {}});
  EXPECT_EQ(onlyEvent<TicketPulled>(decision).rule, PullRule::expedite);
  EXPECT_THAT(refused(desk, PullNext{kOps, {}, {}, {}}), ElementsAre("expedite-limit-reached"));
}

// --- Assign, escalate, block, unblock, comment ---------------------------------------------------

TEST(TicketDecider, AssignKeepsWhoHadIt) {
  Desk desk;
  desk.givenTicket(1, inbox());
  EXPECT_EQ(onlyEvent<TicketAssigned>(desk.perform(AssignTicket{ops(1), kAnna})),
            (TicketAssigned{SubjectId{}, kAnna}));
  EXPECT_THAT(refused(desk, AssignTicket{ops(1), kAnna}), ElementsAre("nothing-to-change"));
  EXPECT_EQ(onlyEvent<TicketAssigned>(desk.perform(AssignTicket{ops(1), SubjectId{}})),
            (TicketAssigned{kAnna, SubjectId{}}));
  EXPECT_THAT(refused(desk, AssignTicket{ops(1), SubjectId{}}), ElementsAre("nothing-to-change"));
  EXPECT_THAT(refused(desk, AssignTicket{ops(1), SubjectId{"a b"}}), ElementsAre("field-invalid"));
  desk.given(ops(1), TicketResolved{inbox(), done(), "x"});
  EXPECT_THAT(refused(desk, AssignTicket{ops(1), SubjectId{}}),
              ElementsAre("ticket-is-finished", "nothing-to-change"));
}

TEST(TicketDecider, EscalateOnlyGoesUpAndTierThreeNeedsANote) {
  Desk desk;
  desk.givenTicket(1, inbox());
  EXPECT_THAT(refused(desk, EscalateTicket{ops(1), Tier::third, ""}),
              ElementsAre("triage-note-missing"));
  EXPECT_THAT(refused(desk, EscalateTicket{ops(1), Tier::third, " \n"}),
              ElementsAre("triage-note-missing"));
  EXPECT_THAT(refused(desk, EscalateTicket{ops(1), Tier::first, ""}),
              ElementsAre("field-invalid", "field-invalid"));
  EXPECT_THAT(refused(desk, EscalateTicket{ops(1), Tier{9}, ""}), ElementsAre("field-invalid"));
  EXPECT_EQ(onlyEvent<TicketEscalated>(desk.perform(EscalateTicket{ops(1), Tier::second, ""})),
            (TicketEscalated{Tier::first, Tier::second, ""}));
  EXPECT_THAT(refused(desk, EscalateTicket{ops(1), Tier::second, ""}),
              ElementsAre("field-invalid"));
  EXPECT_EQ(onlyEvent<TicketEscalated>(desk.perform(EscalateTicket{ops(1), Tier::third, "tried"})),
            (TicketEscalated{Tier::second, Tier::third, "tried"}));
  desk.given(ops(1), TicketResolved{inbox(), done(), "x"});
  EXPECT_THAT(refused(desk, EscalateTicket{ops(1), Tier::third, std::string(1001, 'x')}),
              ElementsAre("field-invalid", "ticket-is-finished", "field-invalid"));
}

TEST(TicketDecider, BlockAndUnblock) {
  Desk desk;
  desk.givenTicket(1, inProgress());
  EXPECT_THAT(refused(desk, UnblockTicket{ops(1), ""}), ElementsAre("ticket-not-blocked"));
  EXPECT_THAT(refused(desk, BlockTicket{ops(1), BlockerKind::supplier, ""}),
              ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, BlockTicket{ops(1), BlockerKind::supplier, std::string(1001, 'x')}),
              ElementsAre("field-invalid"));
  EXPECT_EQ(onlyEvent<TicketBlocked>(
                desk.perform(BlockTicket{ops(1), BlockerKind::supplier, "no toner"})),
            (TicketBlocked{BlockerKind::supplier, "no toner"}));
  const auto already =
      onlyRefusal<TicketIsBlocked>(desk.when(BlockTicket{ops(1), BlockerKind::other, "again"}));
  EXPECT_EQ(already.kind, BlockerKind::supplier);
  EXPECT_EQ(already.reason, "no toner");
  EXPECT_EQ(onlyEvent<TicketUnblocked>(desk.perform(UnblockTicket{ops(1), "came"})),
            (TicketUnblocked{BlockerKind::supplier, "came"}));
  desk.given(ops(1), TicketResolved{inProgress(), done(), "x"});
  EXPECT_THAT(refused(desk, BlockTicket{ops(1), BlockerKind::other, "x"}),
              ElementsAre("ticket-is-finished"));
}

TEST(TicketDecider, CommentsAreTakenEvenWhenFinished) {
  Desk desk;
  desk.givenTicket(1, inbox()).given(ops(1), TicketResolved{inbox(), done(), "x"});
  EXPECT_EQ(onlyEvent<CommentAdded>(desk.when(AddComment{ops(1), "thanks", true})),
            (CommentAdded{"thanks", true}));
  EXPECT_THAT(refused(desk, AddComment{ops(1), "", true}), ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, AddComment{ops(1), std::string(10'001, 'x'), true}),
              ElementsAre("field-invalid"));
}

// --- Resolve and reopen --------------------------------------------------------------------------

TEST(TicketDecider, ResolveGoesToTheFirstResolvedColumn) {
  Desk desk;
  desk.givenTicket(1, inProgress());
  EXPECT_EQ(onlyEvent<TicketResolved>(desk.when(ResolveTicket{ops(1), {}, "new toner"})),
            (TicketResolved{inProgress(), done(), "new toner"}));
}

TEST(TicketDecider, ResolveIsRefused) {
  Desk desk;
  desk.givenTicket(1, inProgress()).givenTicket(2, done());
  EXPECT_THAT(refused(desk, ResolveTicket{ops(1), {}, ""}), ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, ResolveTicket{ops(1), column("closed"), "x"}),
              ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, ResolveTicket{ops(1), column("nowhere"), "x"}),
              ElementsAre("unknown-column"));
  EXPECT_THAT(refused(desk, ResolveTicket{ops(2), {}, "x"}), ElementsAre("ticket-is-finished"));
  desk.givenBlocked(1).givenLimit("done", 1);
  EXPECT_THAT(refused(desk, ResolveTicket{ops(1), {}, ""}),
              ElementsAre("field-invalid", "ticket-is-blocked", "wip-limit-reached"));
}

TEST(TicketDecider, ReopenGoesToTheDefaultDrop) {
  Desk desk;
  desk.givenTicket(1, done());
  EXPECT_EQ(onlyEvent<TicketReopened>(desk.when(ReopenTicket{ops(1), {}, "jams"})),
            (TicketReopened{done(), followUp(), "jams"}));
  EXPECT_EQ(onlyEvent<TicketReopened>(
                desk.when(ReopenTicket{ops(1), column("Waiting on Customer"), "jams"}))
                .to,
            waiting());
}

TEST(TicketDecider, ReopenIsRefused) {
  Desk desk;
  desk.givenTicket(1, done()).givenTicket(2, inbox());
  EXPECT_THAT(refused(desk, ReopenTicket{ops(2), column("in-progress"), "x"}),
              ElementsAre("ticket-not-finished"));
  EXPECT_THAT(refused(desk, ReopenTicket{ops(1), {}, ""}), ElementsAre("field-invalid"));
  EXPECT_THAT(refused(desk, ReopenTicket{ops(1), column("closed"), "x"}),
              ElementsAre("field-invalid"));
  desk.givenLimit("follow-up", 0);
  EXPECT_THAT(refused(desk, ReopenTicket{ops(1), {}, "x"}), ElementsAre("wip-limit-reached"));
}

TEST(TicketDecider, ReopenIsNoDoorRoundTheExpediteLimit) {
  Desk desk;
  desk.givenTicket(1, done(), ServiceClass::expedite);
  desk.givenTicket(2, inProgress(), ServiceClass::expedite);
  EXPECT_THAT(refused(desk, ReopenTicket{ops(1), column("in-progress"), "x"}),
              ElementsAre("expedite-limit-reached"));
}

// --- All of them ---------------------------------------------------------------------------------

TEST(TicketDecider, ATicketOfABoardThatIsGoneIsRefused) {
  Ticket ticket;
  evolve(ticket, TicketOpened{ops(1), inbox(), {}, {}, Tier::first, "t", "", {}, {}, "", {}},
         kMonday);
  const World empty;
  EXPECT_THAT(
      refusedWith(decide(ticket, AddComment{ops(1), "x", false}, Context{kMonday, kAnna, empty})),
      ElementsAre("unknown-board"));
}

TEST(TicketDecider, TheLongestTextsFitTheLog) {
  std::string longest;
  for (int i = 0; i < 5'900; ++i) longest += "\xF0\x9F\x96\xA8";
  OpenTicket command = openTicket();
  command.description = longest;
  EXPECT_THAT(refused(Desk(), command), IsEmpty());
}

}  // namespace
}  // namespace docket::domain
