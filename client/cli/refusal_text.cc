#include "client/cli/refusal_text.h"

#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

// A fact may be as long as what someone typed.
constexpr int kFactWidthMax = 60;

}  // namespace

std::string eventLine(api::EventFacts::Reader facts) {
  return "version " + std::to_string(facts.getVersion()) + "  " + localTime(facts.getOccurredAt()) +
         "  " + visible(textOf(facts.getActor())) + "  " + visible(textOf(facts.getType())) + ": " +
         visible(textOf(facts.getSummary()));
}

std::string refusalText(api::Refusal::Reader refusal, const Output& output) {
  std::string text;
  for (const auto violation : refusal.getViolations()) {
    if (!text.empty()) text += "\n";
    text +=
        output.paintError(Colour::red, "refused:") + " " + visible(textOf(violation.getMessage()));
    text += "\n  code " + visible(textOf(violation.getCode()));
    for (const auto fact : violation.getFacts()) {
      text += ", " + visible(textOf(fact.getName())) + " " +
              truncated(visible(textOf(fact.getValue())), kFactWidthMax);
    }
    if (violation.getWayOut().size() > 0) {
      text += "\n  way out: " + visible(textOf(violation.getWayOut()));
    }
  }
  if (refusal.getChanges().size() > 0) text += "\n  what happened since:";
  for (const auto change : refusal.getChanges()) text += "\n    " + eventLine(change);
  return text;
}

}  // namespace docket::client::cli
