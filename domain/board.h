// A board: its columns and limits, how events make it, and how commands on it are decided.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "domain/board_event.h"
#include "domain/command.h"
#include "domain/refusal.h"

namespace docket::domain {

struct Board {
  bool exists = false;
  BoardKey key;
  std::string name;
  std::string templateName;
  std::vector<Column> columns;  // in board order
  std::uint32_t expediteLimit = 1;
  std::uint64_t policyVersion = 0;  // the stream version of the last event

  const Column* find(const ColumnId& id) const;
  // By id or by name, letter case and outer blanks aside.
  const Column* findByText(std::string_view text) const;
  const Column* first(ColumnCategory category) const;
  const Column* defaultDrop() const;
  bool operator==(const Board&) const = default;
};

void evolve(Board& board, const BoardEvent& event);

tl::expected<std::vector<BoardEvent>, Rejection> decide(const Board& board,
                                                        const BoardCommand& command);

BoardKey namedBoard(const BoardCommand& command);

std::string describe(const BoardEvent& event);

// The templates a board can be made from; none for an unknown name.
std::optional<std::vector<Column>> templateColumns(std::string_view name);
std::vector<std::string> templateNames();

// "In Progress" -> "in-progress". Empty when the name has neither letters nor digits.
ColumnId columnIdFor(std::string_view name);

// The refusal of a column that the board does not have, with what it has.
UnknownColumn unknownColumn(const Board& board, const ColumnId& asked);

}  // namespace docket::domain
