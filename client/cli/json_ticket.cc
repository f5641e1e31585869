// The JSON of a ticket with everything that belongs to it.
#include "client/cli/json_shapes.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

std::string text(capnp::Text::Reader reader) {
  return std::string(textOf(reader));
}

// "none" is how the domain spells a kind that is not said; in JSON such a text is empty.
std::string said(capnp::Text::Reader reader) {
  return reader == "none" || reader == "unspecified" ? std::string() : text(reader);
}

Json orNull(bool isThere, std::int64_t number) {
  return isThere ? Json(number) : Json(nullptr);
}

}  // namespace

Json isBeyond(api::Clock::Reader clock, std::int64_t targetSeconds) {
  if (!clock.getReadable() || targetSeconds < 0) return nullptr;
  return clock.getElapsed() > targetSeconds * 1'000'000;
}

Json toJson(api::GuestPlacement::Reader guest) {
  return {{"board", text(guest.getBoard())},
          {"column", text(guest.getColumn())},
          {"category", text(guest.getCategory())},
          {"assignee", text(guest.getAssignee())},
          {"since", isoUtc(guest.getSince())},
          {"in_column_since", isoUtc(guest.getInColumnSince())}};
}

Json toJson(api::HandOverOffer::Reader offer) {
  return {{"to", text(offer.getTo())},
          {"reason", text(offer.getReason())},
          {"since", isoUtc(offer.getSince())}};
}

Json toJson(api::Clock::Reader clock) {
  const bool readable = clock.getReadable();
  Json paused = Json::object();
  for (const auto pause : clock.getPaused()) paused[text(pause.getBy())] = pause.getTime();
  return {{"kind", text(clock.getKind())},
          {"policy", text(clock.getPolicy())},
          {"calendar", text(clock.getCalendar())},
          {"from", isoUtc(clock.getFrom())},
          {"target_seconds", clock.getTarget()},
          {"first_target_seconds", clock.getFirstTarget()},
          {"target_today_seconds", orNull(clock.getTargetToday() >= 0, clock.getTargetToday())},
          {"stopped_at", toJson(clock.getStoppedAt())},
          {"warned_at", toJson(clock.getWarnedAt())},
          {"missed_at", toJson(clock.getMissedAt())},
          {"met_at", toJson(clock.getMetAt())},
          {"readable", readable},
          {"elapsed_microseconds", orNull(readable, clock.getElapsed())},
          {"deadline", toJson(clock.getDeadline())},
          {"missed", clock.getMissed()},
          {"missed_by_policy_of_today", isBeyond(clock, clock.getTargetToday())},
          {"working_microseconds", orNull(readable, clock.getWorking())},
          {"closed_microseconds", orNull(readable, clock.getClosed())},
          {"paused_microseconds", std::move(paused)},
          {"stopped_microseconds", orNull(readable, clock.getStopped())}};
}

Json toJson(api::Approval::Reader approval) {
  Json votes = Json::array();
  for (const auto vote : approval.getVotes()) {
    votes.push_back({{"approver", text(vote.getApprover())}, {"verdict", text(vote.getVerdict())}});
  }
  return {{"number", approval.getNumber()},
          {"approvers", textsToJson(approval.getApprovers())},
          {"needed", approval.getNeeded()},
          {"votes", std::move(votes)},
          {"state", text(approval.getState())}};
}

Json toJson(api::Check::Reader check) {
  return {{"number", check.getNumber()},
          {"text", text(check.getText())},
          {"required", check.getRequired()},
          {"gate", text(check.getGate())},
          {"done", check.getDone()}};
}

Json toJson(api::Link::Reader link) {
  return {{"kind", text(link.getKind())},
          {"other", text(link.getOther())},
          {"outgoing", link.getOutgoing()}};
}

Json toJson(api::Ticket::Reader ticket) {
  Json json = toJson(ticket.getCard());
  json["version"] = ticket.getVersion();
  json["description"] = text(ticket.getDescription());
  json["requester"] = text(ticket.getRequester());
  json["blocked_reason"] = text(ticket.getBlockedReason());
  json["blocked_since"] = toJson(ticket.getBlockedSince());
  json["resolution"] = text(ticket.getResolution());
  json["resolved_at"] = toJson(ticket.getResolvedAt());
  json["reopen_count"] = ticket.getReopenCount();
  json["comment_count"] = ticket.getCommentCount();
  json["history_count"] = ticket.getHistoryCount();
  json["foreign"] = toJson<api::Attribute>(ticket.getForeign());
  const auto classification = ticket.getClassification();
  json["change_kind"] = said(classification.getChangeKind());
  json["impact"] = said(classification.getImpact());
  json["urgency"] = said(classification.getUrgency());
  json["priority"] = said(classification.getPriority());
  json["cynefin"] = said(classification.getCynefin());
  json["service"] = text(classification.getService());
  json["customer"] = text(classification.getCustomer());
  json["labels"] = textsToJson(classification.getLabels());
  json["team"] = text(ticket.getTeam());
  json["guests"] = toJson<api::GuestPlacement>(ticket.getGuests());
  json["offers"] = toJson<api::HandOverOffer>(ticket.getOffers());
  json["promises"] = toJson<api::Clock>(ticket.getClocks());
  json["approvals"] = toJson<api::Approval>(ticket.getApprovals());
  json["checks"] = toJson<api::Check>(ticket.getChecks());
  json["links"] = toJson<api::Link>(ticket.getLinks());
  json["resolution_kind"] = said(ticket.getResolutionKind());
  json["cancelled"] = ticket.getCancelled();
  json["satisfaction"] = orNull(ticket.getSatisfaction() > 0, ticket.getSatisfaction());
  json["contact_count"] = ticket.getContactCount();
  return json;
}

}  // namespace docket::client::cli
