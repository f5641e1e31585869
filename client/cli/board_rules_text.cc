#include "client/cli/board_rules_text.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

std::string shown(capnp::Text::Reader text) {
  return visible(textOf(text));
}

std::string heading(const Output& output, std::string_view title) {
  return "\n" + output.paint(Colour::bold, title) + "\n";
}

// Two columns: what, and what about it. Lines that are too long for the terminal are wrapped.
using Pairs = std::vector<std::pair<std::string, std::string>>;
std::string drawn(const Pairs& pairs, const Output& output) {
  int left = 0;
  for (const auto& [what, about] : pairs) left = std::max(left, std::min(40, displayWidth(what)));
  std::string text;
  for (const auto& [what, about] : pairs) {
    std::string lines = wrapped(about, output.width(), left + 4);
    const auto indent = static_cast<std::size_t>(left + 4);
    lines.replace(0, std::min(indent, lines.size() - 1), "  " + fitted(what, left) + "  ");
    text += lines;
  }
  return text;
}

std::string joined(capnp::List<capnp::Text>::Reader texts) {
  std::string all;
  for (const auto text : texts) all += (all.empty() ? "" : ", ") + shown(text);
  return all;
}

std::string scopeText(api::LimitScope::Reader scope) {
  switch (scope.which()) {
    case api::LimitScope::COLUMN:
      return "column " + shown(scope.getColumn());
    case api::LimitScope::LANE:
      return "lane " + shown(scope.getLane());
    case api::LimitScope::CELL:
      return "column " + shown(scope.getCell().getColumn()) + " in lane " +
             shown(scope.getCell().getLane());
    case api::LimitScope::PERSON:
      return scope.getPerson().size() == 0 ? "each other person"
                                           : "person " + shown(scope.getPerson());
    case api::LimitScope::TYPE:
      return "type " + shown(scope.getType());
    case api::LimitScope::CLASS:
      return "class " + shown(scope.getClass());
    case api::LimitScope::BOARD:
      return "the whole board";
  }
  return "something that this program does not know";
}

std::string limitText(api::Limit::Reader limit) {
  if (limit.getLimit() < 0) return "none";
  const bool each = limit.getScope().isPerson() && limit.getScope().getPerson().size() == 0;
  const std::string most = std::to_string(limit.getLimit());
  if (each) return "at most " + most + " each";
  const auto count = static_cast<std::int64_t>(limit.getCount());
  return std::to_string(count) + " of " + most +
         (count > limit.getLimit()    ? ", over its limit"
          : count == limit.getLimit() ? ", full"
                                      : "");
}

std::string leadText(std::uint64_t seconds) {
  constexpr std::uint64_t kDay = 86'400;
  if (seconds % kDay == 0) return std::to_string(seconds / kDay) + " days";
  if (seconds % 3'600 == 0) return std::to_string(seconds / 3'600) + " hours";
  return std::to_string(seconds / 60) + " minutes";
}

std::string reservationsText(api::BoardPolicy::Reader policy) {
  std::string all;
  for (const auto reservation : policy.getReservations()) {
    all += (all.empty() ? "" : ", ") + std::to_string(reservation.getCards()) + " for " +
           (reservation.getType().size() > 0 ? "type " + shown(reservation.getType())
                                             : "class " + shown(reservation.getClass()));
  }
  return all.empty() ? "nothing" : all;
}

std::string policyText(api::BoardPolicy::Reader policy, const Output& output) {
  const std::string intangible =
      policy.getIntangibleOf() == 0
          ? "last"
          : "when it was fewer than " + std::to_string(policy.getIntangibleMin()) +
                " of the last " + std::to_string(policy.getIntangibleOf()) + " pulls";
  return drawn(
      {{"WIP limits may be exceeded",
        policy.getAllowsOverride() ? "with a reason, which is kept" : "never"},
       {"expedited work under way", "at most " + std::to_string(policy.getExpediteLimit())},
       {"reserved of the board's limit", reservationsText(policy)},
       {"intangible work is pulled", intangible},
       {"fixed-date work is started", leadText(policy.getFixedDateLeadTime()) +
                                          " before it is due, until the board's own "
                                          "history says better"}},
      output);
}

std::string ruleText(api::Rule::Reader rule) {
  const auto action = rule.getAction();
  std::string does;
  switch (action.which()) {
    case api::Rule::Action::OFFER_HAND_OVER_TO:
      does = "it is offered to board " + shown(action.getOfferHandOverTo());
      break;
    case api::Rule::Action::ASSIGN_TO_TEAM:
      does = "it is assigned to team " + shown(action.getAssignToTeam());
      break;
    case api::Rule::Action::ADD_REQUIRED_CHECK:
      does = "it gets the check '" + shown(action.getAddRequiredCheck()) + "'";
      break;
    case api::Rule::Action::MOVE_TO_COLUMN:
      does = "it goes on to " + shown(action.getMoveToColumn());
      break;
    case api::Rule::Action::RETURN_HOME:
      does = "a guest goes back to its home: '" + shown(action.getReturnHome()) + "'";
      break;
  }
  const std::string what =
      rule.getType().size() == 0 ? "a ticket" : "a ticket of type " + shown(rule.getType());
  return "when " + what + " enters " + shown(rule.getOnEntry()) + ", " + does;
}

std::string grantsText(api::Roles::Reader roles) {
  std::string all;
  for (const auto grant : roles.getGrants()) {
    all += (all.empty() ? "" : ", ") + shown(grant.getRole());
    if (grant.getUntil().isAt()) all += " until " + localTime(grant.getUntil().getAt());
  }
  return all;
}

}  // namespace

std::string findingsText(capnp::List<api::LintFinding>::Reader findings, const Output& output) {
  std::string text;
  for (const auto finding : findings) {
    const bool error = finding.getError();
    std::string lines = wrapped(shown(finding.getMessage()) + " (" + shown(finding.getCode()) + ")",
                                output.width(), 11);
    // The colour counts nothing in the width, so it goes in after wrapping.
    lines.replace(0, 11,
                  "  " +
                      output.paint(error ? Colour::red : Colour::yellow,
                                   fitted(error ? "error" : "warning", 7)) +
                      "  ");
    text += lines;
  }
  return text;
}

std::string boardRulesText(api::BoardRules::Reader rules, const Output& output) {
  std::string text = output.paint(Colour::bold, shown(rules.getKey())) + "  version " +
                     std::to_string(rules.getVersion()) + "\n";
  Pairs lanes;
  for (const auto lane : rules.getLanes()) {
    lanes.emplace_back(shown(lane.getId()),
                       shown(lane.getName()) + (lane.getClasses().size() == 0
                                                    ? ", for no class"
                                                    : ", for " + joined(lane.getClasses())));
  }
  text += heading(output, "Lanes") + (lanes.empty() ? "  none\n" : drawn(lanes, output));
  Pairs limits;
  for (const auto limit : rules.getLimits()) {
    limits.emplace_back(scopeText(limit.getScope()), limitText(limit));
  }
  text += heading(output, "WIP limits") + (limits.empty() ? "  none\n" : drawn(limits, output));
  text += heading(output, "Policy") + policyText(rules.getPolicy(), output);
  Pairs automation;
  for (const auto rule : rules.getRules()) {
    automation.emplace_back(shown(rule.getId()), ruleText(rule));
  }
  text += heading(output, "Rules") + (automation.empty() ? "  none\n" : drawn(automation, output));
  Pairs roles;
  for (const auto one : rules.getRoles()) {
    roles.emplace_back(shown(one.getSubject()), grantsText(one));
  }
  text += heading(output, "Roles") +
          (roles.empty() ? "  nobody has one: the board is open to all\n" : drawn(roles, output));
  if (rules.getFindings().size() > 0) {
    text += heading(output, "Lint") + findingsText(rules.getFindings(), output);
  }
  return text;
}

}  // namespace docket::client::cli
