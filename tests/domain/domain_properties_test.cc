// What holds for every history and every sequence of commands.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "domain/ticket.h"
#include "domain/world.h"
#include "tests/domain/choices.h"
#include "tests/domain/desk.h"

namespace docket::domain {
namespace {

using namespace test;

TicketId someTicket(Choices& choices) {
  return ops(1 + choices.below(8));
}

ColumnId someColumn(Choices& choices) {
  static const std::vector<std::string> kTexts{
      "",     "inbox",  "Follow-Up", "in progress", "in-progress", "Waiting on Customer",
      "done", "closed", "nowhere"};
  return column(choices.oneOf(kTexts));
}

// Mostly well-formed, so that sequences get somewhere.
std::string someText(Choices& choices) {
  return choices.below(8) == 7 ? choices.text() : "because";
}

TicketCommand someCommand(Choices& choices) {
  switch (choices.below(std::variant_size_v<TicketCommand>)) {
    case 0: {
      OpenTicket open{kOps,
                      someColumn(choices),
                      choices.ticketType(),
                      choices.serviceClass(),
                      someText(choices),
                      "",
                      choices.subject(),
                      std::nullopt};
      if (choices.flag()) open.due = kMonday + 24h * choices.below(30);
      return open;
    }
    case 1:
      return MoveTicket{someTicket(choices), someColumn(choices),
                        choices.below(4) == 3 ? someText(choices) : ""};
    case 2:
      return PullNext{kOps, choices.flag() ? someColumn(choices) : ColumnId{}, choices.subject()};
    case 3:
      return AssignTicket{someTicket(choices), choices.subject()};
    case 4:
      return EscalateTicket{someTicket(choices), choices.tier(), someText(choices)};
    case 5:
      return BlockTicket{someTicket(choices), choices.blockerKind(), someText(choices)};
    case 6:
      return UnblockTicket{someTicket(choices), someText(choices)};
    case 7:
      return AddComment{someTicket(choices), someText(choices), choices.flag()};
    case 8:
      return ResolveTicket{someTicket(choices), choices.flag() ? someColumn(choices) : ColumnId{},
                           someText(choices)};
    case 9:
      return ReopenTicket{someTicket(choices), choices.flag() ? someColumn(choices) : ColumnId{},
                          someText(choices)};
    default:
      return RecordHistory{kOps,
                           choices.oneOf(std::vector<std::string>{"SR-1", "SR-2", "", "SR-3"}),
                           choices.ticketType(),
                           someText(choices),
                           choices.foreign(),
                           choices.number(),
                           someText(choices),
                           someText(choices),
                           someColumn(choices),
                           choices.foreign()};
  }
}

// The same facts, found the slow way: by looking at every ticket.
void expectCountsOf(const Desk& desk) {
  const BoardWorld& board = desk.board();
  std::map<ColumnId, std::uint32_t> standing;
  std::uint32_t expedite = 0;
  std::size_t open = 0;
  for (const auto& [id, ticket] : desk.tickets()) {
    if (!ticket.exists || id.board != kOps) continue;
    ++standing[ticket.place.column];
    if (ticket.serviceClass == ServiceClass::expedite && isUnderWay(ticket.place.category)) {
      ++expedite;
    }
    const auto found = board.open.find(id.number);
    RC_ASSERT((found != board.open.end()) == !ticket.finished());
    if (ticket.finished()) continue;
    ++open;
    const OpenCard expected{id,
                            ticket.place,
                            ticket.type,
                            ticket.serviceClass,
                            ticket.openedAt,
                            ticket.committedAt,
                            ticket.due,
                            ticket.blocker.has_value()};
    RC_ASSERT(found->second == expected);
  }
  RC_ASSERT(board.open.size() == open);
  RC_ASSERT(board.expediteUnderWay() == expedite);
  for (const auto& [id, count] : standing) RC_ASSERT(board.count(id) == count);
  for (const auto& [id, count] : board.standing) {
    const auto found = standing.find(id);
    RC_ASSERT(count == (found == standing.end() ? 0 : found->second));
  }
}

bool same(const Decision& a, const Decision& b) {
  if (a.has_value() != b.has_value()) return false;
  if (a) return a->ticket == b->ticket && a->events == b->events;
  if (a.error().size() != b.error().size()) return false;
  for (std::size_t i = 0; i < a.error().size(); ++i) {
    if (describe(a.error()[i]).facts != describe(b.error()[i]).facts) return false;
  }
  return codes(a.error()) == codes(b.error());
}

RC_GTEST_PROP(DomainProperties, DecideOnAnyHistoryAnswersAndAnswersTheSameAgain, ()) {
  Choices choices(drawNumbers(4000));
  Desk desk;
  while (!choices.exhausted()) {
    const TicketId id = someTicket(choices);
    desk.given(id, choices.ticketEvent(id));
    const TicketCommand command = someCommand(choices);
    const Decision first = desk.when(command);
    RC_ASSERT(same(first, desk.when(command)));
    if (first) {
      RC_ASSERT(!first->events.empty());
    } else {
      RC_ASSERT(!first.error().empty());
      for (const Refusal& refusal : first.error()) RC_ASSERT(!describe(refusal).message.empty());
    }
  }
}

RC_GTEST_PROP(DomainProperties, TheWorldAgreesWithItsTicketsOnAnyHistory, ()) {
  Choices choices(drawNumbers(4000));
  Desk desk;
  while (!choices.exhausted()) {
    const TicketId id = someTicket(choices);
    desk.given(id, choices.ticketEvent(id));
  }
  expectCountsOf(desk);
}

// What the property below has seen, to know that it looked at something.
struct Seen {
  int accepted = 0;
  int limited = 0;
  int overridden = 0;
};

void expectLimitsHold(Seen& seen) {
  Choices choices(drawNumbers(4000));
  Desk desk;
  desk.givenLimit("inbox", 3).givenLimit("in-progress", 1 + choices.below(2));
  desk.givenLimit("done", 2).givenLimit("follow-up", choices.below(3));
  while (!choices.exhausted()) {
    const TicketCommand command = someCommand(choices);
    std::map<ColumnId, std::uint32_t> before;
    for (const Column& one : desk.board().board.columns) {
      before[one.id] = desk.board().count(one.id);
    }
    const std::uint32_t expediteBefore = desk.board().expediteUnderWay();
    const Decision decision = desk.perform(command);
    if (!decision) {
      for (const Refusal& refusal : decision.error()) {
        seen.limited += std::holds_alternative<WipLimitReached>(refusal) ? 1 : 0;
      }
      continue;
    }
    ++seen.accepted;
    if (std::holds_alternative<RecordHistory>(command)) continue;
    const auto* moved = std::get_if<TicketMoved>(&decision->events.front());
    const bool overridden = moved != nullptr && !moved->overrideReason.empty();
    seen.overridden += overridden ? 1 : 0;
    const bool expedite = desk.ticket(decision->ticket).serviceClass == ServiceClass::expedite;
    for (const Column& one : desk.board().board.columns) {
      const std::uint32_t count = desk.board().count(one.id);
      if (count <= before[one.id] || !one.wipLimit || count <= *one.wipLimit) continue;
      RC_ASSERT(overridden || expedite);
    }
    if (desk.board().expediteUnderWay() > expediteBefore) {
      RC_ASSERT(desk.board().expediteUnderWay() <= desk.board().board.expediteLimit);
    }
  }
  expectCountsOf(desk);
}

TEST(DomainProperties, NoLimitIsExceededButByOverrideExpediteOrHistory) {
  Seen seen;
  EXPECT_TRUE(rc::check("limits hold", [&] { expectLimitsHold(seen); }));
  EXPECT_GT(seen.accepted, 100);
  EXPECT_GT(seen.limited, 10);
  EXPECT_GT(seen.overridden, 1);
  RecordProperty("accepted", seen.accepted);
  RecordProperty("limited", seen.limited);
  RecordProperty("overridden", seen.overridden);
}

RC_GTEST_PROP(DomainProperties, AWorldRebuiltFromTheEventsEqualsTheOneThatGrew, ()) {
  Choices choices(drawNumbers(4000));
  struct Recorded {
    TicketId ticket;
    TicketEvent event;
    Timestamp at;
  };
  World grown;
  std::vector<Recorded> log;
  const BoardEvent created =
      BoardCreated{kOps, "", "it-support", *templateColumns("it-support"), 1};
  grown.apply(kOps, created);
  std::map<TicketId, Ticket> tickets;
  Timestamp now = kMonday;
  while (!choices.exhausted()) {
    const TicketCommand command = someCommand(choices);
    const auto named = namedTicket(command);
    now += 1min;
    const Decision decision =
        decide(named ? tickets[*named] : Ticket{}, command, Context{now, kAnna, grown});
    if (!decision) continue;
    for (const TicketEvent& event : decision->events) {
      evolve(tickets[decision->ticket], event, now);
      grown.apply(decision->ticket, event, now);
      log.push_back({decision->ticket, event, now});
    }
  }
  World rebuilt;
  rebuilt.apply(kOps, created);
  for (const Recorded& one : log) rebuilt.apply(one.ticket, one.event, one.at);
  RC_ASSERT(rebuilt == grown);
  // Folding each ticket from its own events gives what was kept while deciding.
  std::map<TicketId, Ticket> refolded;
  for (const Recorded& one : log) evolve(refolded[one.ticket], one.event, one.at);
  for (const auto& [id, ticket] : refolded) RC_ASSERT(ticket == tickets[id]);
}

}  // namespace
}  // namespace docket::domain
