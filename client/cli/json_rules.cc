// The JSON of how boards are run and of what a desk defines for all of them.
#include "client/cli/json_shapes.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

std::string text(capnp::Text::Reader reader) {
  return std::string(textOf(reader));
}

// {"on": what, and which}.
Json scopeJson(api::LimitScope::Reader scope) {
  switch (scope.which()) {
    case api::LimitScope::COLUMN:
      return {{"on", "column"}, {"column", text(scope.getColumn())}};
    case api::LimitScope::LANE:
      return {{"on", "lane"}, {"lane", text(scope.getLane())}};
    case api::LimitScope::CELL:
      return {{"on", "cell"},
              {"column", text(scope.getCell().getColumn())},
              {"lane", text(scope.getCell().getLane())}};
    case api::LimitScope::PERSON:
      if (scope.getPerson().size() == 0) return {{"on", "each-person"}};
      return {{"on", "person"}, {"person", text(scope.getPerson())}};
    case api::LimitScope::TYPE:
      return {{"on", "type"}, {"type", text(scope.getType())}};
    case api::LimitScope::CLASS:
      return {{"on", "class"}, {"class", text(scope.getClass())}};
    case api::LimitScope::BOARD:
      return {{"on", "board"}};
  }
  return {{"on", ""}};  // of a newer server
}

Json limitJson(api::Limit::Reader limit) {
  Json json = scopeJson(limit.getScope());
  json["limit"] = limit.getLimit() < 0 ? Json(nullptr) : Json(limit.getLimit());
  json["count"] = json["on"] == "each-person" ? Json(nullptr) : Json(limit.getCount());
  return json;
}

Json policyJson(api::BoardPolicy::Reader policy) {
  Json reservations = Json::array();
  for (const auto reservation : policy.getReservations()) {
    reservations.push_back({{"type", text(reservation.getType())},
                            {"class", text(reservation.getClass())},
                            {"cards", reservation.getCards()}});
  }
  return {{"allows_override", policy.getAllowsOverride()},
          {"expedite_limit", policy.getExpediteLimit()},
          {"reservations", std::move(reservations)},
          {"intangible_min", policy.getIntangibleMin()},
          {"intangible_of", policy.getIntangibleOf()},
          {"fixed_date_lead_seconds", policy.getFixedDateLeadTime()}};
}

Json ruleJson(api::Rule::Reader rule) {
  const auto action = rule.getAction();
  std::string does;
  std::string with;
  switch (action.which()) {
    case api::Rule::Action::OFFER_HAND_OVER_TO:
      does = "offer-to";
      with = text(action.getOfferHandOverTo());
      break;
    case api::Rule::Action::ASSIGN_TO_TEAM:
      does = "team";
      with = text(action.getAssignToTeam());
      break;
    case api::Rule::Action::ADD_REQUIRED_CHECK:
      does = "check";
      with = text(action.getAddRequiredCheck());
      break;
    case api::Rule::Action::MOVE_TO_COLUMN:
      does = "move-to";
      with = text(action.getMoveToColumn());
      break;
    case api::Rule::Action::RETURN_HOME:
      does = "return";
      with = text(action.getReturnHome());
      break;
  }
  return {{"id", text(rule.getId())},
          {"on", text(rule.getOnEntry())},
          {"type", text(rule.getType())},
          {"action", does},
          {"with", with}};
}

Json rolesJson(api::Roles::Reader roles) {
  Json grants = Json::array();
  for (const auto grant : roles.getGrants()) {
    grants.push_back({{"role", text(grant.getRole())}, {"until", toJson(grant.getUntil())}});
  }
  return {{"person", text(roles.getSubject())}, {"grants", std::move(grants)}};
}

template <class List, class ToJson>
Json listJson(List list, ToJson one) {
  Json array = Json::array();
  for (const auto item : list) array.push_back(one(item));
  return array;
}

Json windowJson(api::DayWindow::Reader window) {
  return {{"from_seconds", window.getFrom()}, {"to_seconds", window.getTo()}};
}

// Always seven lists, Monday first.
Json weekJson(capnp::List<capnp::List<api::DayWindow>>::Reader week) {
  Json days = Json::array();
  for (capnp::uint day = 0; day < 7; ++day) {
    days.push_back(day < week.size() ? listJson(week[day], windowJson) : Json::array());
  }
  return days;
}

Json datedJson(api::DatedWindows::Reader dated) {
  return {{"date", text(dated.getDate())}, {"windows", listJson(dated.getWindows(), windowJson)}};
}

}  // namespace

Json toJson(api::Offer::Reader offer) {
  return {{"ticket", text(offer.getTicket())}, {"since", isoUtc(offer.getSince())}};
}

Json toJson(api::LintFinding::Reader finding) {
  return {{"level", finding.getError() ? "error" : "warning"},
          {"code", text(finding.getCode())},
          {"message", text(finding.getMessage())}};
}

Json toJson(api::BoardRules::Reader rules) {
  Json lanes = Json::array();
  for (const auto lane : rules.getLanes()) {
    lanes.push_back({{"id", text(lane.getId())},
                     {"name", text(lane.getName())},
                     {"classes", textsToJson(lane.getClasses())}});
  }
  return {{"key", text(rules.getKey())},
          {"version", rules.getVersion()},
          {"lanes", std::move(lanes)},
          {"limits", listJson(rules.getLimits(), limitJson)},
          {"policy", policyJson(rules.getPolicy())},
          {"rules", listJson(rules.getRules(), ruleJson)},
          {"roles", listJson(rules.getRoles(), rolesJson)},
          {"findings", toJson<api::LintFinding>(rules.getFindings())}};
}

Json toJson(api::Calendar::Reader calendar, std::uint64_t version) {
  return {{"id", text(calendar.getId())},
          {"version", version},
          {"name", text(calendar.getName())},
          {"time_zone", text(calendar.getTimeZone())},
          {"weekly_hours", weekJson(calendar.getWeeklyHours())},
          {"weekly_breaks", weekJson(calendar.getWeeklyBreaks())},
          {"holidays", textsToJson(calendar.getHolidays())},
          {"yearly_holidays", textsToJson(calendar.getYearlyHolidays())},
          {"breaks", listJson(calendar.getBreaks(), datedJson)},
          {"shifts", listJson(calendar.getShifts(), datedJson)}};
}

Json toJson(api::PromisePolicy::Reader policy, std::uint64_t version) {
  Json targets = Json::array();
  for (const auto target : policy.getTargets()) {
    targets.push_back({{"kind", text(target.getKind())},
                       {"target_seconds", target.getTarget()},
                       {"warn_at_percent", target.getWarnAtPercent()},
                       {"pauses_for_customer", target.getPausesForCustomer()}});
  }
  return {{"id", text(policy.getId())},
          {"version", version},
          {"name", text(policy.getName())},
          {"calendar", text(policy.getCalendar())},
          {"board", text(policy.getBoard())},
          {"type", text(policy.getType())},
          {"priority", text(policy.getPriority())},
          {"service", text(policy.getService())},
          {"customer", text(policy.getCustomer())},
          {"targets", std::move(targets)},
          {"retired", policy.getRetired()}};
}

Json toJson(api::Service::Reader service, std::uint64_t version) {
  return {{"id", text(service.getId())},
          {"version", version},
          {"name", text(service.getName())},
          {"team", text(service.getTeam())},
          {"supplier", text(service.getSupplier())}};
}

}  // namespace docket::client::cli
