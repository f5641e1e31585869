// The boards that Docket offers ready-made.
#include "domain/board.h"

namespace docket::domain {
namespace {

Column column(std::string_view name, ColumnCategory category) {
  return {columnIdFor(name), std::string(name), category, std::nullopt, false};
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
      column("Requires Further Support", ColumnCategory::waiting),
      column("Waiting on Customer", ColumnCategory::waiting),
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

}  // namespace

std::optional<std::vector<Column>> templateColumns(std::string_view name) {
  if (name == "it-support") return itSupport();
  if (name == "development") return development();
  if (name == "basic") return basic();
  return std::nullopt;
}

std::vector<std::string> templateNames() {
  return {"it-support", "development", "basic"};
}

}  // namespace docket::domain
