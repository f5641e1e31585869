#include "client/cli/refusal_text.h"

#include <array>
#include <string_view>

#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

// A fact may be as long as what someone typed.
constexpr int kFactWidthMax = 60;

struct OptionName {
  std::string_view field;
  std::string_view option;
};
// A name that holds another one stands before it.
constexpr auto kOptionNames = std::to_array<OptionName>({
    {"header.id", "--command-id"},
    {"header.occurredAt", "--occurred-at"},
    {"header.expected", "--expect"},
    {"header.onBehalfOf", "--on-behalf-of"},
    {"credential.name", "--as"},
    {"classification.changeKind", "--change-kind"},
    {"classification.impact", "--impact"},
    {"classification.urgency", "--urgency"},
    {"classification.priority", "--priority"},
    {"classification.cynefin", "--cynefin"},
    {"classification.service", "--service"},
    {"classification.labels", "--label"},
    {"changeKind", "--change-kind"},
    {"addLabels", "--label"},
    {"removeLabels", "--remove-label"},
    {"overrideReason", "--override"},
    {"grants.role", "--role"},
    {"grants.until", "--role ROLE@TIME"},
    {"policy.reservations.type", "--reserve type=TYPE"},
    {"policy.reservations.class", "--reserve class=CLASS"},
    {"policy.reservations", "--reserve"},
    {"policy.fixedDateLeadTime", "--fixed-date-lead"},
    {"scope.cell.column", "COLUMN"},
    {"scope.cell.lane", "--lane"},
    {"scope.column", "COLUMN"},
    {"scope.lane", "--lane"},
    {"scope.person", "--person"},
    {"scope.type", "--type"},
    {"scope.class", "--class"},
    {"rule.action.offerHandOverTo", "--offer-to"},
    {"rule.action.assignToTeam", "--team"},
    {"rule.action.moveToColumn", "--move-to"},
    {"rule.onEntry", "--on"},
    {"rule.type", "--type"},
    {"rule.id", "ID"},
    {"lane.classes", "--class"},
});

void replaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

std::string inOptionNames(std::string text) {
  for (const OptionName& name : kOptionNames) {
    replaceAll(text, "The field " + std::string(name.field), name.option);
    replaceAll(text, name.field, name.option);
  }
  return text;
}

std::string eventLine(api::EventFacts::Reader facts) {
  return "version " + std::to_string(facts.getVersion()) + "  " + localTime(facts.getOccurredAt()) +
         "  " + visible(textOf(facts.getActor())) + "  " + visible(textOf(facts.getType())) + ": " +
         visible(textOf(facts.getSummary()));
}

std::string refusalText(api::Refusal::Reader refusal, const Output& output) {
  std::string text;
  for (const auto violation : refusal.getViolations()) {
    if (!text.empty()) text += "\n";
    text += output.paintError(Colour::red, "refused:") + " " +
            visible(inOptionNames(std::string(textOf(violation.getMessage()))));
    text += "\n  code " + visible(textOf(violation.getCode()));
    for (const auto fact : violation.getFacts()) {
      // Its message holds all of them.
      if (violation.getCode() == "field-invalid") break;
      text += ", " + visible(textOf(fact.getName())) + " " +
              truncated(visible(textOf(fact.getValue())), kFactWidthMax);
    }
    if (violation.getWayOut().size() > 0) {
      text += "\n  way out: " + visible(inOptionNames(std::string(textOf(violation.getWayOut()))));
    }
  }
  if (refusal.getChanges().size() > 0) text += "\n  what happened since:";
  for (const auto change : refusal.getChanges()) text += "\n    " + eventLine(change);
  return text;
}

}  // namespace docket::client::cli
