// Random events of every type, made from drawn values.
#pragma once

#include <variant>

#include "domain/board_event.h"
#include "domain/desk_event.h"
#include "domain/subject_event.h"
#include "domain/ticket_event.h"
#include "tests/domain/drawn_values.h"

namespace docket::domain::test {

class Choices : public DrawnValues {
 public:
  using DrawnValues::DrawnValues;

  // Any event whatever, also one that no decision makes. One that opens opens `id`.
  TicketEvent ticketEvent(const TicketId& id) {
    auto event = oneOfAll<TicketEvent>(*this);
    if (auto* opened = std::get_if<TicketOpened>(&event)) opened->id = id;
    return event;
  }
  BoardEvent boardEvent() { return oneOfAll<BoardEvent>(*this); }
  SubjectEvent subjectEvent() { return oneOfAll<SubjectEvent>(*this); }
  DeskEvent deskEvent() { return oneOfAll<DeskEvent>(*this); }

  // --- One function an event: a new one without its own does not compile ---
  void fill(TicketOpened& e) {
    e = {ticketId(), place(),   ticketType(),   serviceClass(), tier(),    text(),
         text(),     subject(), maybeInstant(), text(),         foreign(), subject()};
  }
  void fill(TicketMoved& e) { e = {place(), place(), wide(), text()}; }
  void fill(TicketPulled& e) {
    e = {place(), place(), subject(), wide(), pullRule(), wide(), maybeWide()};
  }
  void fill(TicketAssigned& e) { e = {subject(), subject()}; }
  void fill(TicketEscalated& e) { e = {tier(), tier(), text()}; }
  void fill(TicketBlocked& e) { e = {blockerKind(), text()}; }
  void fill(TicketUnblocked& e) { e = {blockerKind(), text()}; }
  void fill(CommentAdded& e) { e = {text(), flag(), flag()}; }
  void fill(TicketResolved& e) { e = {place(), place(), text(), resolutionKind()}; }
  void fill(TicketReopened& e) { e = {place(), place(), text()}; }
  void fill(HistoryRecorded& e) {
    e = {wide(),
         text(),
         text(),
         maybe([&] { return place(); }),
         foreign(),
         maybe([&] { return subject(); }),
         maybe([&] { return id<TeamId>(); }),
         maybe([&] { return tier(); })};
  }
  void fill(TicketEdited& e) {
    static const std::vector<std::string> kFields{"title", "description", "requester", "due", "x"};
    e = {oneOf(kFields), text(), flag() ? "2026-03-02T10:00:00Z" : text()};
  }
  void fill(TicketClassified& e) { e = {classification(), classification()}; }
  void fill(TicketCommitted&) {}
  void fill(TeamAssigned& e) { e = {id<TeamId>(), id<TeamId>()}; }
  void fill(ContactRecorded& e) { e = {channel(), direction(), text()}; }
  void fill(TicketCameBack& e) { e = {place(), place(), returnCause(), wide(), flag()}; }
  void fill(HandOverOffered& e) { e = {id<BoardKey>(), text()}; }
  void fill(HandOverAccepted& e) { e = {id<BoardKey>(), place(), subject(), wide(), text()}; }
  void fill(HandOverReturned& e) { e = {id<BoardKey>(), text(), flag()}; }
  void fill(GuestMoved& e) { e = {id<BoardKey>(), place(), place(), wide(), text()}; }
  void fill(GuestPulled& e) {
    e = {id<BoardKey>(), place(), place(), subject(), wide(), pullRule(), wide(), wide()};
  }
  void fill(GuestAssigned& e) { e = {id<BoardKey>(), subject(), subject()}; }
  void fill(ApprovalRequested& e) {
    e = {1 + below(3), several<SubjectId>(3, [&] { return subject(); }), below(3), text(),
         subject()};
  }
  void fill(ApprovalDecided& e) { e = {1 + below(3), subject(), verdict(), text()}; }
  void fill(CheckAdded& e) { e = {1 + below(3), text(), flag(), gate()}; }
  void fill(CheckCompleted& e) { e = {1 + below(3), text()}; }
  void fill(TicketLinked& e) { e = {linkKind(), ticketId(), flag()}; }
  void fill(TicketUnlinked& e) { e = {linkKind(), ticketId(), flag()}; }
  void fill(TicketSplit& e) {
    e = {several<TicketId>(3, [&] { return ticketId(); })};
  }
  void fill(TicketClosed& e) { e = {place(), place()}; }
  void fill(TicketCancelled& e) { e = {place(), place(), text()}; }
  void fill(SatisfactionRecorded& e) { e = {byte(), text()}; }
  void fill(PromiseMade& e) {
    e = {promiseKind(), id<PromisePolicyId>(), wide(), id<CalendarId>(), seconds(), byte(), flag(),
         instant()};
  }
  void fill(PromiseChanged& e) { e = {promiseKind(), seconds(), seconds(), text()}; }
  void fill(PromiseWarned& e) { e = {promiseKind(), instant()}; }
  void fill(PromiseMissed& e) { e = {promiseKind(), instant()}; }
  void fill(PromiseMet& e) { e = {promiseKind(), instant(), microseconds()}; }
  void fill(RuleNotApplied& e) {
    e = {id<BoardKey>(), id<RuleId>(), several<std::string>(3, [&] { return text(); })};
  }

  void fill(BoardCreated& e) {
    e = {id<BoardKey>(), text(), text(), several<Column>(4, [&] { return boardColumn(); }),
         number(),       {},     {}};
    e.lanes = several<Lane>(3, [&] { return lane(); });
    e.rules = several<Rule>(3, [&] { return rule(); });
  }
  void fill(LimitSet& e) { e = {limitScope(), limit(), limit()}; }
  void fill(ColumnAdded& e) { e = {boardColumn(), below(9)}; }
  void fill(ColumnChanged& e) { e = {boardColumn(), boardColumn()}; }
  void fill(ColumnRelocated& e) { e = {place().column, below(9), below(9)}; }
  void fill(ColumnRemoved& e) { e = {boardColumn(), below(9)}; }
  void fill(LaneAdded& e) { e = {lane(), below(9)}; }
  void fill(LaneChanged& e) { e = {lane(), lane()}; }
  void fill(LaneRelocated& e) { e = {id<LaneId>(), below(9), below(9)}; }
  void fill(LaneRemoved& e) { e = {lane(), below(9)}; }
  void fill(PolicySet& e) { e = {policy(), policy()}; }
  void fill(RuleSet& e) {
    e = {maybe([&] { return rule(); }), rule()};
  }
  void fill(RuleRemoved& e) { e = {rule()}; }
  void fill(RolesSet& e) { e = {subject(), grants(), grants()}; }

  void fill(CalendarSet& e) { e = {calendar()}; }
  void fill(PromisePolicySet& e) { e = {promisePolicy()}; }
  void fill(ServiceSet& e) { e = {{id<ServiceId>(), text(), id<TeamId>(), text()}}; }

  void fill(SubjectErased& e) { e = {text()}; }
  void fill(LegalHoldPlaced& e) { e = {text()}; }
  void fill(LegalHoldLifted& e) { e = {text()}; }
};

}  // namespace docket::domain::test
