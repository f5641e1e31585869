#include "client/import/tally.h"

#include <utility>

namespace docket::client::imports {

Tally::Tally(const BoardColumns& board) {
  for (const BoardColumn& column : board.columns) {
    finished_[column.id] = column.category == "resolved" || column.category == "closed";
  }
}

void Tally::add(const std::string& externalKey, const Meaning& meaning) {
  CaseState& state = cases_[externalKey];
  const Ownership& now = meaning.ownership;
  if (now.assignee) {
    const std::string before = std::exchange(state.assignee, *now.assignee);
    if (before != state.assignee && !state.assignee.empty()) ++counts_.assignments;
  }
  if (now.team) {
    const std::string before = std::exchange(state.team, *now.team);
    if (before != state.team && !before.empty() && !state.team.empty()) ++counts_.teamChanges;
  }
  if (now.tier != 0) {
    const std::uint8_t before = std::exchange(state.tier, now.tier);
    if (before != 0 && before != state.tier) ++counts_.tierChanges;
  }
  if (!meaning.column.empty()) {
    const bool before = std::exchange(state.finished, finished_[meaning.column]);
    if (before && !state.finished) ++counts_.reopenings;
  }
}

}  // namespace docket::client::imports
