// The boards that Docket offers ready-made.
#include "domain/board.h"

namespace docket::domain {
namespace {

Column column(std::string_view name, ColumnCategory category) {
  return {columnIdFor(name), std::string(name), category, std::nullopt, false, WaitsFor::nothing};
}

Column waiting(std::string_view name, WaitsFor waitsFor) {
  Column made = column(name, ColumnCategory::waiting);
  made.waitsFor = waitsFor;
  return made;
}

Column defaultDropQueue(std::string_view name) {
  Column made = column(name, ColumnCategory::queue);
  made.defaultDrop = true;
  return made;
}

std::vector<Column> itSupport() {
  return {
      column("Inbox", ColumnCategory::queue),
      defaultDropQueue("Follow-Up"),
      column("In Progress", ColumnCategory::active),
      waiting("Requires Further Support", WaitsFor::team),
      waiting("Waiting on Customer", WaitsFor::customer),
      column("Done", ColumnCategory::resolved),
      column("Closed", ColumnCategory::closed),
  };
}

// The six steps are all work in hand: whoever holds a card there is expected to work on it.
std::vector<Column> development() {
  return {
      defaultDropQueue("Backlog"),
      column("Plan", ColumnCategory::active),
      column("Analyse", ColumnCategory::active),
      column("Design", ColumnCategory::active),
      column("Implement", ColumnCategory::active),
      column("Test", ColumnCategory::active),
      column("Release and Maintain", ColumnCategory::active),
      column("Done", ColumnCategory::resolved),
      column("Closed", ColumnCategory::closed),
  };
}

std::vector<Column> basic() {
  return {
      defaultDropQueue("To Do"),
      column("Doing", ColumnCategory::active),
      column("Done", ColumnCategory::resolved),
  };
}

// One lane a class of service.
std::vector<Lane> lanesByClass() {
  return {{LaneId{"expedite"}, "Expedite", {ServiceClass::expedite}},
          {LaneId{"fixed-date"}, "Fixed date", {ServiceClass::fixedDate}},
          {LaneId{"standard"}, "Standard", {ServiceClass::standard}},
          {LaneId{"intangible"}, "Intangible", {ServiceClass::intangible}}};
}

// What development has done goes back to the desk it came from.
std::vector<Rule> developmentRules() {
  return {{RuleId{"return-when-done"}, columnIdFor("Done"), std::nullopt,
           ReturnHome{"Development is done."}}};
}

}  // namespace

std::optional<BoardTemplate> boardTemplate(std::string_view name) {
  // Where an it-support board hands over to is the desk's own: `docket board rule set` names it.
  if (name == "it-support") return BoardTemplate{itSupport(), lanesByClass(), {}};
  if (name == "development") {
    return BoardTemplate{development(), lanesByClass(), developmentRules()};
  }
  if (name == "basic") return BoardTemplate{basic(), {}, {}};
  return std::nullopt;
}

std::vector<std::string> templateNames() {
  return {"it-support", "development", "basic"};
}

}  // namespace docket::domain
