#include "client/import/board_columns.h"

#include "client/import/utf8.h"

namespace docket::client::imports {

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

BoardColumns itSupportColumns() {
  return {"",
          {{"inbox", "Inbox", "queue"},
           {"follow-up", "Follow-Up", "queue"},
           {"in-progress", "In Progress", "active"},
           {"requires-further-support", "Requires Further Support", "waiting"},
           {"waiting-on-customer", "Waiting on Customer", "waiting"},
           {"done", "Done", "resolved"},
           {"closed", "Closed", "closed"}}};
}

tl::expected<StateColumns, ImportError> StateColumns::make(const ImportMap& map,
                                                           const BoardColumns& board) {
  StateColumns made;
  for (const MappedState& state : map.states) {
    std::string id;
    if (!state.column.empty()) {
      const BoardColumn* column = board.find(state.column);
      if (column == nullptr) {
        std::string has;
        for (const BoardColumn& one : board.columns) has += (has.empty() ? "" : ", ") + one.name;
        return tl::make_unexpected(usageError("Map '" + map.path + "', line " +
                                              std::to_string(state.line) + " names the column '" +
                                              state.column + "', which board " + board.board +
                                              " lacks; its columns are: " + has + "."));
      }
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
