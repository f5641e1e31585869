// Each event to its message and back. Internal to the codec.
//
// `read` throws Malformed for what no writer of ours makes, and kj::Exception for what no Cap'n
// Proto writer does.
#pragma once

#include <capnp/common.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <domain/codec/events.capnp.h>

#include "domain/board_event.h"
#include "domain/desk_event.h"
#include "domain/subject_event.h"
#include "domain/ticket_event.h"

namespace docket::domain::codec {

// Thrown and caught within the codec only: reading is deep, and the first fault ends it.
struct Malformed {
  std::string message;
};

// --- Values --------------------------------------------------------------------------------------

// The enumerations are spelled in the same order on both sides, for ever (codec_test holds it).
// `last` is the last enumerant that this program knows.
template <class Domain, class Wire>
Domain fromWire(Wire value, Domain last) {
  if (static_cast<unsigned>(value) > static_cast<unsigned>(last)) {
    throw Malformed{"an enumerant of value " + std::to_string(static_cast<unsigned>(value))};
  }
  return static_cast<Domain>(value);
}
#define DOCKET_ENUM(NAME, LAST)               \
  inline wire::NAME toWire(NAME value) {      \
    return static_cast<wire::NAME>(value);    \
  }                                           \
  inline NAME read(wire::NAME value) {        \
    return fromWire<NAME>(value, NAME::LAST); \
  }
DOCKET_ENUM(ColumnCategory, closed)
DOCKET_ENUM(TicketType, enhancement)
DOCKET_ENUM(ServiceClass, intangible)
DOCKET_ENUM(BlockerKind, other)
DOCKET_ENUM(PullRule, intangible)
DOCKET_ENUM(WaitsFor, team)
DOCKET_ENUM(ChangeKind, emergency)
DOCKET_ENUM(Level, high)
DOCKET_ENUM(Priority, p5)
DOCKET_ENUM(CynefinDomain, chaotic)
DOCKET_ENUM(Channel, other)
DOCKET_ENUM(Direction, outbound)
DOCKET_ENUM(LinkKind, causedByChange)
DOCKET_ENUM(Verdict, rejected)
DOCKET_ENUM(ResolutionKind, noAction)
DOCKET_ENUM(Gate, close)
DOCKET_ENUM(PromiseKind, supplier)
DOCKET_ENUM(ReturnCause, handOverReturned)
DOCKET_ENUM(Role, administrator)
DOCKET_ENUM(LimitKind, board)
#undef DOCKET_ENUM

Tier readTier(std::uint8_t value);
inline std::uint8_t toWire(Tier value) {
  return static_cast<std::uint8_t>(value);
}

inline capnp::Text::Reader toWire(const std::string& text) {
  return {text.c_str(), text.size()};
}
template <class Tag>
capnp::Text::Reader toWire(const Name<Tag>& name) {
  return toWire(name.value);
}
inline std::string read(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}

inline std::int64_t toWire(Timestamp at) {
  return at.time_since_epoch().count();
}
inline Timestamp readInstant(std::int64_t microseconds) {
  return Timestamp{std::chrono::microseconds{microseconds}};
}

void write(const Place& place, wire::Place::Builder to);
Place read(wire::Place::Reader from);

// --- Events of a ticket
// ----------------------------------------------------------------------------

void write(const TicketOpened& event, wire::TicketOpened::Builder to);
TicketOpened read(wire::TicketOpened::Reader from);
void write(const TicketMoved& event, wire::TicketMoved::Builder to);
TicketMoved read(wire::TicketMoved::Reader from);
void write(const TicketPulled& event, wire::TicketPulled::Builder to);
TicketPulled read(wire::TicketPulled::Reader from);
void write(const TicketAssigned& event, wire::TicketAssigned::Builder to);
TicketAssigned read(wire::TicketAssigned::Reader from);
void write(const TicketEscalated& event, wire::TicketEscalated::Builder to);
TicketEscalated read(wire::TicketEscalated::Reader from);
void write(const TicketBlocked& event, wire::TicketBlocked::Builder to);
TicketBlocked read(wire::TicketBlocked::Reader from);
void write(const TicketUnblocked& event, wire::TicketUnblocked::Builder to);
TicketUnblocked read(wire::TicketUnblocked::Reader from);
void write(const CommentAdded& event, wire::CommentAdded::Builder to);
CommentAdded read(wire::CommentAdded::Reader from);
void write(const TicketResolved& event, wire::TicketResolved::Builder to);
TicketResolved read(wire::TicketResolved::Reader from);
void write(const TicketReopened& event, wire::TicketReopened::Builder to);
TicketReopened read(wire::TicketReopened::Reader from);
void write(const HistoryRecorded& event, wire::HistoryRecorded::Builder to);
HistoryRecorded read(wire::HistoryRecorded::Reader from);
void write(const TicketEdited& event, wire::TicketEdited::Builder to);
TicketEdited read(wire::TicketEdited::Reader from);
void write(const TicketClassified& event, wire::TicketClassified::Builder to);
TicketClassified read(wire::TicketClassified::Reader from);
void write(const TicketCommitted& event, wire::TicketCommitted::Builder to);
TicketCommitted read(wire::TicketCommitted::Reader from);
void write(const TeamAssigned& event, wire::TeamAssigned::Builder to);
TeamAssigned read(wire::TeamAssigned::Reader from);
void write(const ContactRecorded& event, wire::ContactRecorded::Builder to);
ContactRecorded read(wire::ContactRecorded::Reader from);
void write(const TicketCameBack& event, wire::TicketCameBack::Builder to);
TicketCameBack read(wire::TicketCameBack::Reader from);
void write(const HandOverOffered& event, wire::HandOverOffered::Builder to);
HandOverOffered read(wire::HandOverOffered::Reader from);
void write(const HandOverAccepted& event, wire::HandOverAccepted::Builder to);
HandOverAccepted read(wire::HandOverAccepted::Reader from);
void write(const HandOverReturned& event, wire::HandOverReturned::Builder to);
HandOverReturned read(wire::HandOverReturned::Reader from);
void write(const GuestMoved& event, wire::GuestMoved::Builder to);
GuestMoved read(wire::GuestMoved::Reader from);
void write(const GuestPulled& event, wire::GuestPulled::Builder to);
GuestPulled read(wire::GuestPulled::Reader from);
void write(const GuestAssigned& event, wire::GuestAssigned::Builder to);
GuestAssigned read(wire::GuestAssigned::Reader from);
void write(const ApprovalRequested& event, wire::ApprovalRequested::Builder to);
ApprovalRequested read(wire::ApprovalRequested::Reader from);
void write(const ApprovalDecided& event, wire::ApprovalDecided::Builder to);
ApprovalDecided read(wire::ApprovalDecided::Reader from);
void write(const CheckAdded& event, wire::CheckAdded::Builder to);
CheckAdded read(wire::CheckAdded::Reader from);
void write(const CheckCompleted& event, wire::CheckCompleted::Builder to);
CheckCompleted read(wire::CheckCompleted::Reader from);
void write(const TicketLinked& event, wire::TicketLinked::Builder to);
TicketLinked read(wire::TicketLinked::Reader from);
void write(const TicketUnlinked& event, wire::TicketUnlinked::Builder to);
TicketUnlinked read(wire::TicketUnlinked::Reader from);
void write(const TicketSplit& event, wire::TicketSplit::Builder to);
TicketSplit read(wire::TicketSplit::Reader from);
void write(const TicketClosed& event, wire::TicketClosed::Builder to);
TicketClosed read(wire::TicketClosed::Reader from);
void write(const TicketCancelled& event, wire::TicketCancelled::Builder to);
TicketCancelled read(wire::TicketCancelled::Reader from);
void write(const SatisfactionRecorded& event, wire::SatisfactionRecorded::Builder to);
SatisfactionRecorded read(wire::SatisfactionRecorded::Reader from);
void write(const PromiseMade& event, wire::PromiseMade::Builder to);
PromiseMade read(wire::PromiseMade::Reader from);
void write(const PromiseChanged& event, wire::PromiseChanged::Builder to);
PromiseChanged read(wire::PromiseChanged::Reader from);
void write(const PromiseWarned& event, wire::PromiseWarned::Builder to);
PromiseWarned read(wire::PromiseWarned::Reader from);
void write(const PromiseMissed& event, wire::PromiseMissed::Builder to);
PromiseMissed read(wire::PromiseMissed::Reader from);
void write(const PromiseMet& event, wire::PromiseMet::Builder to);
PromiseMet read(wire::PromiseMet::Reader from);
void write(const RuleNotApplied& event, wire::RuleNotApplied::Builder to);
RuleNotApplied read(wire::RuleNotApplied::Reader from);
TicketPulled read(wire::TicketPulledV1::Reader from);

// --- Events of a board
// -----------------------------------------------------------------------------

void write(const BoardCreated& event, wire::BoardCreated::Builder to);
BoardCreated read(wire::BoardCreated::Reader from);
void write(const LimitSet& event, wire::LimitSet::Builder to);
LimitSet read(wire::LimitSet::Reader from);
void write(const ColumnAdded& event, wire::ColumnAdded::Builder to);
ColumnAdded read(wire::ColumnAdded::Reader from);
void write(const ColumnChanged& event, wire::ColumnChanged::Builder to);
ColumnChanged read(wire::ColumnChanged::Reader from);
void write(const ColumnRelocated& event, wire::ColumnRelocated::Builder to);
ColumnRelocated read(wire::ColumnRelocated::Reader from);
void write(const ColumnRemoved& event, wire::ColumnRemoved::Builder to);
ColumnRemoved read(wire::ColumnRemoved::Reader from);
void write(const LaneAdded& event, wire::LaneAdded::Builder to);
LaneAdded read(wire::LaneAdded::Reader from);
void write(const LaneChanged& event, wire::LaneChanged::Builder to);
LaneChanged read(wire::LaneChanged::Reader from);
void write(const LaneRelocated& event, wire::LaneRelocated::Builder to);
LaneRelocated read(wire::LaneRelocated::Reader from);
void write(const LaneRemoved& event, wire::LaneRemoved::Builder to);
LaneRemoved read(wire::LaneRemoved::Reader from);
void write(const PolicySet& event, wire::PolicySet::Builder to);
PolicySet read(wire::PolicySet::Reader from);
void write(const RuleSet& event, wire::RuleSet::Builder to);
RuleSet read(wire::RuleSet::Reader from);
void write(const RuleRemoved& event, wire::RuleRemoved::Builder to);
RuleRemoved read(wire::RuleRemoved::Reader from);
void write(const RolesSet& event, wire::RolesSet::Builder to);
RolesSet read(wire::RolesSet::Reader from);

// --- Events of a subject, and of the desk
// ------------------------------------------------------------

void write(const SubjectErased& event, wire::SubjectErased::Builder to);
SubjectErased read(wire::SubjectErased::Reader from);
void write(const LegalHoldPlaced& event, wire::LegalHoldPlaced::Builder to);
LegalHoldPlaced read(wire::LegalHoldPlaced::Reader from);
void write(const LegalHoldLifted& event, wire::LegalHoldLifted::Builder to);
LegalHoldLifted read(wire::LegalHoldLifted::Reader from);
void write(const CalendarSet& event, wire::CalendarSet::Builder to);
CalendarSet read(wire::CalendarSet::Reader from);
void write(const PromisePolicySet& event, wire::PromisePolicySet::Builder to);
PromisePolicySet read(wire::PromisePolicySet::Reader from);
void write(const ServiceSet& event, wire::ServiceSet::Builder to);
ServiceSet read(wire::ServiceSet::Reader from);

}  // namespace docket::domain::codec
