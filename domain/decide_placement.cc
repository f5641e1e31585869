// Where tickets stand: opening, moving, pulling, committing to them.
#include <algorithm>
#include <utility>

#include "domain/authority.h"
#include "domain/cases.h"
#include "domain/decide.h"
#include "domain/pull.h"
#include "domain/text_rules.h"

namespace docket::domain {
namespace {

// What of a classification is more than a type and a class of service.
Classification completed(const OpenTicket& command) {
  Classification is = command.classification;
  is.type = command.type;
  is.serviceClass = command.serviceClass;
  std::sort(is.labels.begin(), is.labels.end());
  is.labels.erase(std::unique(is.labels.begin(), is.labels.end()), is.labels.end());
  return is;
}

void checkServiceIsKnown(const ServiceId& service, const World& world, Judgement& judgement) {
  if (service.empty() || world.desk().services.contains(service)) return;
  judgement.refuse(UnknownDefinition{"service", service.value});
}

// To finish work by a move, it must be as ready as if it was resolved or closed by name.
void checkFinish(const Matter& matter, const Column& to, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  if (ticket.resolution.empty() && !ticket.cancelled) {
    judgement.refuse(ResolutionMissing{ticket.id, to.id});
  }
  refuseBlocked(ticket, judgement);
  if (!ticket.cancelled) refuseUnapprovedResolution(ticket, ticket.resolutionKind, judgement);
  const bool closes = to.category == ColumnCategory::closed;
  refuseOpenGates(ticket, closes ? Gate::close : Gate::resolve, judgement);
  if (closes) refuseHandedOver(ticket, judgement);
  // Closed is final (R13): from there not even back to resolved.
  if (ticket.place.category == ColumnCategory::closed && !closes) refuseFinished(ticket, judgement);
}

void moveAtHome(const MoveTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const Board& board = matter.board();
  const Column* const column = board.findByText(command.column.value);
  if (column == nullptr) return judgement.refuse(unknownColumn(board, command.column));
  if (column->id == ticket.place.column) {
    return judgement.refuse(NothingToChange{ticket.id.text() + " stands in " + column->id.value});
  }
  if (isFinished(column->category)) {
    checkFinish(matter, *column, judgement);
  } else {
    refuseFinished(ticket, judgement);
  }
  if (column->category == ColumnCategory::active) refuseUnapproved(ticket, judgement);
  const std::string overridden =
      checkArrival(arrivalAt(matter, *column, command.overrideReason), matter.context, judgement);
  if (!judgement.sound()) return;
  judgement.write(ticket.id,
                  TicketMoved{ticket.place, placeOf(*column), board.policyVersion, overridden});
}

void moveAsGuest(const MoveTicket& command, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  const GuestPlacement* const guest = ticket.guestOn(command.board);
  const BoardWorld* const host = matter.context.world.find(command.board);
  if (guest == nullptr || host == nullptr) {
    return judgement.refuse(NoSuchPlacement{ticket.id, command.board});
  }
  const Column* const column = host->board.findByText(command.column.value);
  if (column == nullptr) return judgement.refuse(unknownColumn(host->board, command.column));
  if (column->id == guest->place.column) {
    return judgement.refuse(NothingToChange{ticket.id.text() + " stands in " + column->id.value +
                                            " of board " + command.board.value});
  }
  if (column->category == ColumnCategory::active) refuseUnapproved(ticket, judgement);
  if (isFinished(column->category)) refuseBlocked(ticket, judgement);
  CardFacts after = factsAt(ticket, *guest);
  after.place = placeOf(*column);
  const std::string overridden = checkArrival(
      {*host, factsAt(ticket, *guest), after, command.overrideReason}, matter.context, judgement);
  if (!judgement.sound()) return;
  judgement.write(ticket.id, GuestMoved{command.board, guest->place, placeOf(*column),
                                        host->board.policyVersion, overridden});
}

}  // namespace

void judge(const OpenTicket& command, const BoardWorld& world, const Context& context,
           Judgement& judgement) {
  const Board& board = world.board;
  const Classification is = completed(command);
  checkServiceIsKnown(is.service, context.world, judgement);
  checkStandardChange({}, is, board, context, judgement);
  if (isRequesterOnly(board, context) &&
      (!command.column.empty() || is.serviceClass != ServiceClass::standard ||
       is.priority != Priority::none)) {
    judgement.refuse(
        FieldInvalid{"class", "and column and priority are for agents to say", "given"});
  }
  const Column* const column =
      targetColumn(board, command.column, board.first(ColumnCategory::queue), judgement);
  if (column != nullptr) {
    if (column->category != ColumnCategory::queue && column->category != ColumnCategory::active) {
      judgement.refuse(
          FieldInvalid{"column", "must be a queue or active column", columnText(*column)});
    } else {
      checkArrival({world, std::nullopt, {placeOf(*column), is.type, is.serviceClass, {}}, {}},
                   context, judgement);
    }
    if (column->category == ColumnCategory::active &&
        approvalState(is.type, is.changeKind, {}) != ApprovalState::free) {
      judgement.refuse(FieldInvalid{"column",
                                    "must be a queue column for a change that needs approval",
                                    columnText(*column)});
    }
  }
  if (!judgement.sound()) return;
  const TicketId id{board.key, world.lastNumber + 1};
  judgement.decided.ticket = id;
  TicketOpened opened;
  opened.id = id;
  opened.place = placeOf(*column);
  opened.type = is.type;
  opened.serviceClass = is.serviceClass;
  // R6: a problem is not owned by the first tier.
  opened.tier = is.type == TicketType::problem ? Tier::second : Tier::first;
  opened.title = command.title;
  opened.description = command.description;
  opened.requester = command.requester;
  opened.due = command.due;
  opened.openedBy = context.actor;
  judgement.write(id, std::move(opened));
  Classification plain;
  plain.type = is.type;
  plain.serviceClass = is.serviceClass;
  if (is != plain) judgement.write(id, TicketClassified{plain, is});
  if (is.changeKind == ChangeKind::emergency) judgement.write(id, *missingPostReview({}));
  if (!command.team.empty()) judgement.write(id, TeamAssigned{{}, command.team});
}

void judge(const MoveTicket& command, const Matter& matter, Judgement& judgement) {
  const bool atHome = command.board.empty() || command.board == matter.board().key;
  atHome ? moveAtHome(command, matter, judgement) : moveAsGuest(command, matter, judgement);
}

void judge(const PullNext& command, const BoardWorld& world, const Context& context,
           Judgement& judgement) {
  const Board& board = world.board;
  const SubjectId& agent = command.agent.empty() ? context.actor : command.agent;
  judgement.check(checkSubject("agent", agent));
  const Column* const column =
      targetColumn(board, command.column, board.first(ColumnCategory::active), judgement);
  const bool mayEnter = column != nullptr && column->category == ColumnCategory::active;
  if (column != nullptr && !mayEnter) {
    judgement.refuse(FieldInvalid{"column", "must be an active column", columnText(*column)});
  }
  const Lane* lane = nullptr;
  if (!command.lane.empty()) {
    lane = board.findLaneByText(command.lane.value);
    if (lane == nullptr) judgement.refuse(unknownLane(board, command.lane));
  }
  std::vector<PullCandidate> line = pullOrder(world, context.now);
  std::erase_if(line, [&](const PullCandidate& candidate) {
    return context.world.isSetAside(candidate.card->ticket);
  });
  if (lane != nullptr) {
    std::erase_if(line, [&](const PullCandidate& candidate) {
      return board.laneFor(candidate.card->serviceClass) != lane;
    });
  }
  if (line.empty()) judgement.refuse(NothingToPull{board.key});
  if (!mayEnter || line.empty()) return;

  // The first in line that no limit holds back: an expedite over its own limit does not stop the
  // desk. When limits hold back all of them, what holds back the first is the answer.
  const auto heldBackBy = [&](const PullCandidate& candidate) {
    CardFacts after = factsOf(*candidate.card);
    after.place = placeOf(*column);
    after.assignee = agent;
    Judgement limits;
    checkArrival({world, factsOf(*candidate.card), after, {}}, context, limits);
    return limits.broken;
  };
  const auto chosen = std::find_if(line.begin(), line.end(), [&](const PullCandidate& candidate) {
    return heldBackBy(candidate).empty();
  });
  if (chosen == line.end()) judgement.refuse(heldBackBy(line.front()));
  if (!judgement.sound()) return;
  const OpenCard& card = *chosen->card;
  const auto heldBack = static_cast<std::uint64_t>(chosen - line.begin());
  judgement.decided.ticket = card.ticket;
  if (card.ticket.board == board.key) {
    judgement.write(card.ticket,
                    TicketPulled{card.place, placeOf(*column), agent, board.policyVersion,
                                 chosen->rule, line.size(), heldBack});
  } else {
    judgement.write(card.ticket,
                    GuestPulled{board.key, card.place, placeOf(*column), agent, board.policyVersion,
                                chosen->rule, line.size(), heldBack});
  }
}

void judge(const CommitTicket&, const Matter& matter, Judgement& judgement) {
  const Ticket& ticket = matter.ticket;
  refuseFinished(ticket, judgement);
  if (ticket.committedAt) {
    judgement.refuse(NothingToChange{ticket.id.text() + " is committed"});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketCommitted{});
}

}  // namespace docket::domain
