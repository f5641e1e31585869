#include "domain/ticket.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/domain/desk.h"

namespace docket::domain {
namespace {

using namespace test;

Timestamp minute(int n) {
  return kMonday + std::chrono::minutes(n);
}

TicketOpened opened(const Place& at) {
  TicketOpened event;
  event.id = ops(1);
  event.place = at;
  event.type = TicketType::problem;
  event.serviceClass = ServiceClass::fixedDate;
  event.title = "Printer";
  event.description = "jams";
  event.requester = SubjectId{"bob"};
  event.due = minute(1000);
  event.externalKey = "SR-7";
  event.foreign = {{"k", "string", "v", {}}};
  return event;
}

// Folds events that happen a minute apart, the first at minute 0.
Ticket folded(const std::vector<TicketEvent>& events) {
  Ticket ticket;
  int n = 0;
  for (const TicketEvent& event : events) evolve(ticket, event, minute(n++));
  return ticket;
}

TEST(Ticket, OpenedHoldsWhatTheEventSaid) {
  const Ticket ticket = folded({opened(inbox())});
  EXPECT_TRUE(ticket.exists);
  EXPECT_EQ(ticket.id, ops(1));
  EXPECT_EQ(ticket.place, inbox());
  EXPECT_EQ(ticket.classification.type, TicketType::problem);
  EXPECT_EQ(ticket.classification.serviceClass, ServiceClass::fixedDate);
  EXPECT_EQ(ticket.title, "Printer");
  EXPECT_EQ(ticket.description, "jams");
  EXPECT_EQ(ticket.requester, SubjectId{"bob"});
  EXPECT_EQ(ticket.due, minute(1000));
  EXPECT_EQ(ticket.externalKey, "SR-7");
  EXPECT_EQ(ticket.foreign.size(), 1U);
  EXPECT_EQ(ticket.openedAt, minute(0));
  EXPECT_EQ(ticket.inColumnSince, minute(0));
  EXPECT_EQ(ticket.committedAt, std::nullopt);
  EXPECT_EQ(ticket.resolvedAt, std::nullopt);
}

TEST(Ticket, OpenedPastTheQueueIsCommittedAtOnce) {
  EXPECT_EQ(folded({opened(inProgress())}).committedAt, minute(0));
  const Ticket finished = folded({opened(done())});
  EXPECT_EQ(finished.resolvedAt, minute(0));
  EXPECT_EQ(finished.reopenCount, 0U);
}

TEST(Ticket, LeavingTheQueueTheFirstTimeCommits) {
  const TicketMoved within{inbox(), followUp(), 0, ""};
  const TicketMoved start{followUp(), inProgress(), 0, ""};
  const TicketMoved back{inProgress(), inbox(), 0, ""};
  EXPECT_EQ(folded({opened(inbox()), within}).committedAt, std::nullopt);
  EXPECT_EQ(folded({opened(inbox()), within, start}).committedAt, minute(2));
  EXPECT_EQ(folded({opened(inbox()), within, start, back, start}).committedAt, minute(2));
}

TEST(Ticket, InColumnSinceFollowsTheColumn) {
  EXPECT_EQ(folded({opened(inbox()), TicketMoved{inbox(), inProgress(), 0, ""},
                    CommentAdded{"hm", false}})
                .inColumnSince,
            minute(1));
  EXPECT_EQ(folded({opened(inbox()), HistoryRecorded{0, "a", "b", inbox(), {}}}).inColumnSince,
            minute(0))
      << "staying is no move";
}

TEST(Ticket, PulledMovesAndAssigns) {
  const Ticket ticket = folded(
      {opened(inbox()), TicketPulled{inbox(), inProgress(), kAnna, 0, PullRule::standard, 3, 0}});
  EXPECT_EQ(ticket.place, inProgress());
  EXPECT_EQ(ticket.assignee, kAnna);
  EXPECT_EQ(ticket.committedAt, minute(1));
}

TEST(Ticket, AssignedEscalatedBlockedAndCommented) {
  Ticket ticket = folded({opened(inbox()), TicketAssigned{SubjectId{}, kAnna},
                          TicketEscalated{Tier::first, Tier::second, ""},
                          TicketBlocked{BlockerKind::supplier, "no toner"},
                          CommentAdded{"one", true}, CommentAdded{"two", false}});
  EXPECT_EQ(ticket.assignee, kAnna);
  EXPECT_EQ(ticket.tier, Tier::second);
  ASSERT_TRUE(ticket.blocker);
  EXPECT_EQ(*ticket.blocker, (Blocker{BlockerKind::supplier, "no toner", minute(3)}));
  EXPECT_EQ(ticket.commentCount, 2U);
  evolve(ticket, TicketUnblocked{BlockerKind::supplier, ""}, minute(9));
  EXPECT_FALSE(ticket.blocker);
  evolve(ticket, TicketAssigned{kAnna, SubjectId{}}, minute(9));
  EXPECT_TRUE(ticket.assignee.empty());
}

TEST(Ticket, ResolvedClosedAndReopened) {
  const TicketResolved resolve{inbox(), done(), "new toner"};
  Ticket ticket = folded({opened(inbox()), resolve});
  EXPECT_TRUE(ticket.finished());
  EXPECT_EQ(ticket.resolution, "new toner");
  EXPECT_EQ(ticket.resolvedAt, minute(1));
  evolve(ticket, TicketMoved{done(), closed(), 0, ""}, minute(2));
  EXPECT_EQ(ticket.resolvedAt, minute(1)) << "closing is no second finish";
  EXPECT_EQ(ticket.reopenCount, 0U);
  evolve(ticket, TicketReopened{closed(), followUp(), "jams again"}, minute(3));
  EXPECT_FALSE(ticket.finished());
  EXPECT_EQ(ticket.reopenCount, 1U);
  EXPECT_EQ(ticket.resolvedAt, std::nullopt);
  EXPECT_EQ(ticket.resolution, "") << "it did not hold";
  EXPECT_EQ(ticket.committedAt, minute(1)) << "commitment is once";
}

TEST(Ticket, ImportedHistoryFinishesAndReopens) {
  Ticket ticket = folded({opened(inbox()), HistoryRecorded{0, "Closed", "x", closed(), {}},
                          HistoryRecorded{1, "Note", "x", std::nullopt, {}}});
  EXPECT_EQ(ticket.resolvedAt, minute(1));
  EXPECT_EQ(ticket.historyCount, 2U);
  EXPECT_EQ(ticket.place, closed());
  EXPECT_TRUE(ticket.assignee.empty()) << "whoever the source names owns nothing here";
  evolve(ticket, HistoryRecorded{2, "Reopened", "x", inProgress(), {}}, minute(5));
  EXPECT_EQ(ticket.reopenCount, 1U);
  EXPECT_EQ(ticket.resolvedAt, std::nullopt);
}

TEST(Ticket, HistoryOfATicketNobodyOpenedMakesNone) {
  Ticket ticket;
  evolve(ticket, TicketMoved{inbox(), done(), 0, ""}, minute(0));
  evolve(ticket, CommentAdded{"x", true}, minute(1));
  EXPECT_EQ(ticket, Ticket{});
}

TEST(Ticket, DescriptionsHoldNoFreeText) {
  const std::string secret = "SECRET";
  TicketOpened open = opened(inbox());
  open.title = open.description = secret;
  open.foreign = {{secret, "string", secret, {}}};
  const Place plan = place("plan", ColumnCategory::active);
  const Classification classified{
      TicketType::change, ServiceClass::expedite, ChangeKind::normal,  Level::high, Level::low,
      Priority::p1,       CynefinDomain::complex, ServiceId{"e-mail"}, secret,      {secret}};
  const std::vector<TicketEvent> events{
      open,
      TicketMoved{inbox(), inProgress(), 0, secret},
      TicketPulled{inbox(), inProgress(), kAnna, 0, PullRule::standard, 3, 0},
      TicketAssigned{SubjectId{}, kAnna},
      TicketEscalated{Tier::first, Tier::third, secret},
      TicketBlocked{BlockerKind::supplier, secret},
      TicketUnblocked{BlockerKind::supplier, secret},
      CommentAdded{secret, true},
      TicketResolved{inProgress(), done(), secret},
      TicketReopened{done(), followUp(), secret},
      HistoryRecorded{4, secret, secret, done(), {{secret, secret, secret, {}}}},
      TicketEdited{"title", secret, secret},
      TicketClassified{{}, classified},
      TicketCommitted{},
      TeamAssigned{{}, TeamId{"network"}},
      ContactRecorded{Channel::phone, Direction::inbound, secret},
      TicketCameBack{waiting(), followUp(), ReturnCause::customerContact, 1, true},
      HandOverOffered{kDev, secret},
      HandOverAccepted{kDev, plan, kAnna, 1, secret},
      HandOverReturned{kDev, secret, true},
      GuestMoved{kDev, plan, done(), 1, secret},
      GuestPulled{kDev, plan, plan, kAnna, 1, PullRule::standard, 3, 0},
      GuestAssigned{kDev, {}, kAnna},
      ApprovalRequested{1, {kAnna}, 1, secret},
      ApprovalDecided{1, kAnna, Verdict::rejected, secret},
      CheckAdded{1, secret, true, Gate::close},
      CheckCompleted{1, secret},
      TicketLinked{LinkKind::causes, ops(2), true},
      TicketUnlinked{LinkKind::causes, ops(2), false},
      TicketSplit{{ops(2), ops(3)}},
      TicketClosed{done(), closed()},
      TicketCancelled{inbox(), closed(), secret},
      SatisfactionRecorded{5, secret},
      PromiseMade{PromiseKind::resolution, PromisePolicyId{"gold"}, 0, CalendarId{"office"}, 8h},
      PromiseChanged{PromiseKind::resolution, 8h, 16h, secret},
      PromiseWarned{PromiseKind::resolution, kMonday},
      PromiseMissed{PromiseKind::resolution, kMonday},
      PromiseMet{PromiseKind::resolution, kMonday, 90min},
      RuleNotApplied{kDev, RuleId{"return-when-done"}, {"no-hand-over"}}};
  std::set<std::size_t> kinds;
  for (const TicketEvent& event : events) {
    kinds.insert(event.index());
    EXPECT_FALSE(describe(event).empty());
    EXPECT_EQ(describe(event).find(secret), std::string::npos) << describe(event);
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<TicketEvent>) << "an event is missing here";
  EXPECT_EQ(describe(events[1]), "moved from inbox to in-progress over the WIP limit");
  EXPECT_EQ(describe(events[2]), "pulled from inbox to in-progress by anna (standard, 1 of 3)");
  EXPECT_EQ(describe(events[3]), "assigned from nobody to anna");
  EXPECT_EQ(describe(events[10]), "imported event 4, now in done");
}

}  // namespace
}  // namespace docket::domain
