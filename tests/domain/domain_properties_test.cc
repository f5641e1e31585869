// What holds for every history, whoever wrote it and in whatever order.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "domain/automation.h"
#include "domain/promise.h"
#include "domain/ticket.h"
#include "domain/world.h"
#include "tests/domain/command_choices.h"
#include "tests/domain/desk.h"
#include "tests/domain/world_recount.h"

namespace docket::domain {
namespace {

using namespace test;

bool same(const Decision& a, const Decision& b) {
  if (a.has_value() != b.has_value()) return false;
  if (a) {
    const auto sameChange = [](const TicketChange& one, const TicketChange& other) {
      return one.ticket == other.ticket && one.event == other.event;
    };
    return a->ticket == b->ticket && std::equal(a->changes.begin(), a->changes.end(),
                                                b->changes.begin(), b->changes.end(), sameChange);
  }
  if (a.error().size() != b.error().size()) return false;
  for (std::size_t i = 0; i < a.error().size(); ++i) {
    if (describe(a.error()[i]).facts != describe(b.error()[i]).facts) return false;
  }
  return codes(a.error()) == codes(b.error());
}

// Events of every kind in any order on two boards and their tickets.
void giveAnything(Desk& desk, Choices& choices) {
  const BoardKey board = choices.flag() ? kOps : kDev;
  const TicketId id{board, 1 + choices.below(6)};
  switch (choices.below(8)) {
    case 0:
      desk.given(board, choices.boardEvent());
      break;
    case 1:
      desk.given(choices.deskEvent());
      break;
    case 2:
    case 3: {
      TicketOpened opened;
      choices.fill(opened);
      opened.id = id;
      desk.given(id, opened);
      break;
    }
    default:
      desk.given(id, choices.ticketEvent(id));
  }
}

RC_GTEST_PROP(DomainProperties, DecideOnAnyHistoryAnswersAndAnswersTheSameAgain, ()) {
  CommandChoices choices(drawNumbers(4000));
  Desk desk;
  desk.givenDev();
  while (!choices.exhausted()) {
    giveAnything(desk, choices);
    const TicketCommand command = choices.ticketCommand();
    const Context context{desk.now() + 1min, choices.person(), desk.world(), choices.flag()};
    const Decision first = desk.when(command, context);
    RC_ASSERT(same(first, desk.when(command, context)));
    if (first) {
      RC_ASSERT(!first->changes.empty());
      for (const TicketChange& change : first->changes) {
        followUps(desk.ticket(change.ticket), change.event, desk.world());
      }
    } else {
      RC_ASSERT(!first.error().empty());
      for (const Refusal& refusal : first.error()) RC_ASSERT(!describe(refusal).message.empty());
    }
    const auto onBoard = desk.when(choices.boardCommand(), choices.person());
    RC_ASSERT((onBoard ? onBoard->size() : onBoard.error().size()) > 0);
    for (const auto& [id, ticket] : desk.tickets()) {
      duePromiseEvents(ticket, desk.world().desk(), desk.now());
      nextPromiseInstant(ticket, desk.world().desk());
    }
  }
}

// Instants of events are what a client or an import says: any at all.
RC_GTEST_PROP(DomainProperties, EventsOfAnyTimeInAnyOrderFold, ()) {
  Choices choices(drawNumbers(2000));
  World world;
  std::map<TicketId, Ticket> tickets;
  while (!choices.exhausted()) {
    const TicketId id{BoardKey{choices.flag() ? "OPS" : "DEV"}, 1 + choices.below(4)};
    const TicketEvent event = choices.ticketEvent(id);
    const Timestamp at = choices.instant();
    evolve(tickets[id], event, at);
    world.apply(id, event, at);
    world.apply(id.board, choices.boardEvent());
    world.apply(choices.deskEvent(), at);
    for (const Clock& clock : tickets[id].clocks.all())
      readClock(tickets[id].clocks, clock, world.desk(), at);
    duePromiseEvents(tickets[id], world.desk(), at);
  }
}

RC_GTEST_PROP(DomainProperties, TheWorldAgreesWithItsTicketsOnAnyHistory, ()) {
  Choices choices(drawNumbers(4000));
  Desk desk;
  desk.givenDev();
  while (!choices.exhausted()) {
    const TicketId id{choices.flag() ? kOps : kDev, 1 + choices.below(6)};
    desk.given(id, choices.ticketEvent(id));
  }
  for (const BoardKey& key : {kOps, kDev}) {
    const std::string difference = differenceToRecount(desk.world(), desk.tickets(), key);
    RC_ASSERT(difference == "");
  }
}

}  // namespace
}  // namespace docket::domain
