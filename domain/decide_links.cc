// Links between tickets. Each is written down on both of them.
#include <algorithm>

#include "domain/decide.h"

namespace docket::domain {
namespace {

bool has(const Ticket& ticket, const Link& link) {
  return std::find(ticket.links.begin(), ticket.links.end(), link) != ticket.links.end();
}

std::string sentence(const TicketId& from, LinkKind kind, const TicketId& to) {
  return from.text() + " " + std::string(text(kind)) + " " + to.text();
}

}  // namespace

void judge(const LinkTickets& command, const Matter& matter, Judgement& judgement) {
  constexpr std::size_t kLinksMax = 1'000;
  const Ticket& ticket = matter.ticket;
  if (!matter.context.world.knows(command.other)) judgement.refuse(UnknownTicket{command.other});
  // That two tickets are related says the same of both.
  const bool sameBothWays = command.kind == LinkKind::relates;
  const Link back{command.kind, command.other, false};
  if (has(ticket, {command.kind, command.other, true}) || (sameBothWays && has(ticket, back))) {
    judgement.refuse(
        NothingToChange{sentence(ticket.id, command.kind, command.other) + " is linked"});
  } else if (has(ticket, back)) {
    judgement.refuse(FieldInvalid{"other", "must not be linked the other way round",
                                  sentence(command.other, command.kind, ticket.id)});
  }
  if (ticket.links.size() >= kLinksMax) {
    judgement.refuse(FieldInvalid{"other", "must be one of at most 1000 links", "a 1001st"});
  }
  if (!judgement.sound()) return;
  judgement.write(command.other, TicketLinked{command.kind, ticket.id, false});
  judgement.write(ticket.id, TicketLinked{command.kind, command.other, true});
}

void judge(const UnlinkTickets& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const bool outgoing = has(ticket, {command.kind, command.other, true});
  if (!outgoing && !has(ticket, {command.kind, command.other, false})) {
    judgement.refuse(UnknownLink{ticket.id, command.other, command.kind});
  }
  if (!judgement.sound()) return;
  judgement.write(command.other, TicketUnlinked{command.kind, ticket.id, !outgoing});
  judgement.write(ticket.id, TicketUnlinked{command.kind, command.other, outgoing});
}

void judge(const SplitTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  refuseFinished(ticket, judgement);
  const Column* const column =
      targetColumn(matter.board(), {}, matter.board().first(ColumnCategory::queue), judgement);
  if (column == nullptr) return;
  CardFacts child = factsAt(ticket, placeOf(*column));
  child.assignee = {};
  const std::size_t count = command.titles.size();
  if (auto full = firstWithoutRoom(matter.home, child, count)) judgement.refuse(*full);
  if (!judgement.sound()) return;
  TicketSplit split;
  TicketOpened opened;
  opened.place = placeOf(*column);
  opened.type = ticket.classification.type;
  opened.serviceClass = ticket.classification.serviceClass;
  opened.tier = ticket.tier;
  opened.requester = ticket.requester;
  opened.due = ticket.due;
  opened.openedBy = matter.context.actor;
  for (std::size_t i = 0; i < count; ++i) {
    opened.id = {ticket.id.board, matter.home.lastNumber + 1 + i};
    opened.title = command.titles[i];
    split.into.push_back(opened.id);
    judgement.write(opened.id, opened);
    Classification plain;
    plain.type = opened.type;
    plain.serviceClass = opened.serviceClass;
    if (ticket.classification != plain) {
      judgement.write(opened.id, TicketClassified{plain, ticket.classification});
    }
    if (!ticket.team.empty()) judgement.write(opened.id, TeamAssigned{{}, ticket.team});
    judgement.write(opened.id, TicketLinked{LinkKind::parent, ticket.id, false});
  }
  for (const TicketId& part : split.into) {
    judgement.write(ticket.id, TicketLinked{LinkKind::parent, part, true});
  }
  judgement.write(ticket.id, std::move(split));
}

}  // namespace docket::domain
