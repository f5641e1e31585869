// The events of a ticket by name, as they are stored.
#pragma once

#include <string_view>

#include "domain/cases.h"
#include "domain/ticket_event.h"

namespace docket::domain::test {

inline std::string_view nameOf(const TicketEvent& event) {
  return std::visit(
      Cases{
          [](const TicketOpened&) { return std::string_view("TicketOpened"); },
          [](const TicketMoved&) { return std::string_view("TicketMoved"); },
          [](const TicketPulled&) { return std::string_view("TicketPulled"); },
          [](const TicketAssigned&) { return std::string_view("TicketAssigned"); },
          [](const TicketEscalated&) { return std::string_view("TicketEscalated"); },
          [](const TicketBlocked&) { return std::string_view("TicketBlocked"); },
          [](const TicketUnblocked&) { return std::string_view("TicketUnblocked"); },
          [](const CommentAdded&) { return std::string_view("CommentAdded"); },
          [](const TicketResolved&) { return std::string_view("TicketResolved"); },
          [](const TicketReopened&) { return std::string_view("TicketReopened"); },
          [](const HistoryRecorded&) { return std::string_view("HistoryRecorded"); },
          [](const TicketEdited&) { return std::string_view("TicketEdited"); },
          [](const TicketClassified&) { return std::string_view("TicketClassified"); },
          [](const TicketCommitted&) { return std::string_view("TicketCommitted"); },
          [](const TeamAssigned&) { return std::string_view("TeamAssigned"); },
          [](const ContactRecorded&) { return std::string_view("ContactRecorded"); },
          [](const TicketCameBack&) { return std::string_view("TicketCameBack"); },
          [](const HandOverOffered&) { return std::string_view("HandOverOffered"); },
          [](const HandOverAccepted&) { return std::string_view("HandOverAccepted"); },
          [](const HandOverReturned&) { return std::string_view("HandOverReturned"); },
          [](const GuestMoved&) { return std::string_view("GuestMoved"); },
          [](const GuestPulled&) { return std::string_view("GuestPulled"); },
          [](const GuestAssigned&) { return std::string_view("GuestAssigned"); },
          [](const ApprovalRequested&) { return std::string_view("ApprovalRequested"); },
          [](const ApprovalDecided&) { return std::string_view("ApprovalDecided"); },
          [](const CheckAdded&) { return std::string_view("CheckAdded"); },
          [](const CheckCompleted&) { return std::string_view("CheckCompleted"); },
          [](const TicketLinked&) { return std::string_view("TicketLinked"); },
          [](const TicketUnlinked&) { return std::string_view("TicketUnlinked"); },
          [](const TicketSplit&) { return std::string_view("TicketSplit"); },
          [](const TicketClosed&) { return std::string_view("TicketClosed"); },
          [](const TicketCancelled&) { return std::string_view("TicketCancelled"); },
          [](const SatisfactionRecorded&) { return std::string_view("SatisfactionRecorded"); },
          [](const PromiseMade&) { return std::string_view("PromiseMade"); },
          [](const PromiseChanged&) { return std::string_view("PromiseChanged"); },
          [](const PromiseWarned&) { return std::string_view("PromiseWarned"); },
          [](const PromiseMissed&) { return std::string_view("PromiseMissed"); },
          [](const PromiseMet&) { return std::string_view("PromiseMet"); },
          [](const RuleNotApplied&) { return std::string_view("RuleNotApplied"); },
      },
      event);
}

}  // namespace docket::domain::test
