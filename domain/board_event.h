// Everything that can have happened to a board.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/types.h"

namespace docket::domain {

struct Column {
  ColumnId id;
  std::string name;
  ColumnCategory category = ColumnCategory::queue;
  std::optional<std::uint32_t> wipLimit;
  bool defaultDrop = false;  // where a ticket lands that comes back by itself
  bool operator==(const Column&) const = default;
};

struct BoardCreated {
  BoardKey key;
  std::string name;
  std::string templateName;  // "custom" when the columns were given one by one
  std::vector<Column> columns;
  std::uint32_t expediteLimit = 1;
  bool operator==(const BoardCreated&) const = default;
};

struct LimitSet {
  ColumnId column;
  std::optional<std::uint32_t> before;
  std::optional<std::uint32_t> after;  // none: unlimited
  bool operator==(const LimitSet&) const = default;
};

using BoardEvent = std::variant<BoardCreated, LimitSet>;

}  // namespace docket::domain
