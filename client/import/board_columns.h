// The columns of the board that an import lands on, and which of them a state of the source is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "client/import/import_error.h"
#include "client/import/map_file.h"

namespace docket::client::imports {

struct BoardColumn {
  std::string id;
  std::string name;
  std::string category;       // "queue", "active", "waiting", "resolved", "closed"
  std::string waitsFor = {};  // of a waiting one: "customer", "supplier", "team"; empty: anything
  bool operator==(const BoardColumn&) const = default;
};

struct BoardColumns {
  std::string board;  // its key; empty: the it-support template
  std::vector<BoardColumn> columns;

  // By id or by name, letter case and outer blanks aside.
  const BoardColumn* find(std::string_view text) const;
  // The first waiting column where work waits for that.
  const BoardColumn* waitingFor(std::string_view waitsFor) const;
};

// What a board made from the it-support template has, for a proposal without a board.
BoardColumns itSupportColumns();

// Which column a state stands in, checked against the board before anything is sent.
class StateColumns {
 public:
  // The error names the first column that the board lacks and lists those that it has; a state that
  // names a reason for waiting needs a waiting column for it.
  [[nodiscard]] static tl::expected<StateColumns, ImportError> make(const ImportMap& map,
                                                                    const BoardColumns& board);

  // The id of the column; empty: the ticket stays where it is. None: the map does not know the
  // state.
  std::optional<std::string_view> columnOf(const std::string& state) const;

 private:
  std::unordered_map<std::string, std::string> columns_;
  std::optional<std::string> anyState_;
};

}  // namespace docket::client::imports
