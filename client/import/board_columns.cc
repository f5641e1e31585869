#include "client/import/board_columns.h"

#include "client/import/utf8.h"

namespace docket::client::imports {
namespace {

ImportError lacking(const ImportMap& map, const MappedState& state, const BoardColumns& board) {
  std::string has;
  for (const BoardColumn& one : board.columns) {
    has += (has.empty() ? "" : ", ") + one.name;
    if (!one.waitsFor.empty()) has += " (waits for " + one.waitsFor + ")";
  }
  const std::string what =
      state.waitsFor.empty()
          ? " names the column '" + state.column + "', which board "
          : " asks for a column that waits for '" + state.waitsFor + "', which board ";
  return usageError("Map '" + map.path + "', line " + std::to_string(state.line) + what +
                    board.board + " lacks; its columns are: " + has + ".");
}

}  // namespace

const BoardColumn* BoardColumns::find(std::string_view text) const {
  const std::string wanted = asciiLower(withoutOuterBlanks(text));
  for (const BoardColumn& column : columns) {
    if (asciiLower(column.id) == wanted) return &column;
  }
  for (const BoardColumn& column : columns) {
    if (asciiLower(withoutOuterBlanks(column.name)) == wanted) return &column;
  }
  return nullptr;
}

const BoardColumn* BoardColumns::waitingFor(std::string_view waitsFor) const {
  for (const BoardColumn& column : columns) {
    if (column.category == "waiting" && column.waitsFor == waitsFor) return &column;
  }
  return nullptr;
}

BoardColumns itSupportColumns() {
  return {"",
          {{"inbox", "Inbox", "queue"},
           {"follow-up", "Follow-Up", "queue"},
           {"in-progress", "In Progress", "active"},
           {"requires-further-support", "Requires Further Support", "waiting", "team"},
           {"waiting-on-customer", "Waiting on Customer", "waiting", "customer"},
           {"done", "Done", "resolved"},
           {"closed", "Closed", "closed"}}};
}

tl::expected<StateColumns, ImportError> StateColumns::make(const ImportMap& map,
                                                           const BoardColumns& board) {
  StateColumns made;
  for (const MappedState& state : map.states) {
    std::string id;
    if (!state.column.empty() || !state.waitsFor.empty()) {
      const BoardColumn* column =
          state.waitsFor.empty() ? board.find(state.column) : board.waitingFor(state.waitsFor);
      if (column == nullptr) return tl::make_unexpected(lacking(map, state, board));
      id = column->id;
    }
    if (state.state == kAnyState) {
      made.anyState_ = id;
    } else {
      made.columns_.emplace(state.state, id);
    }
  }
  return made;
}

std::optional<std::string_view> StateColumns::columnOf(const std::string& state) const {
  const auto found = columns_.find(state);
  if (found != columns_.end()) return found->second;
  if (anyState_) return *anyState_;
  return std::nullopt;
}

}  // namespace docket::client::imports
