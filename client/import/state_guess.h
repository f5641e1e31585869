// Guesses the column that a state of another system means, by the words in it. A guess is for a
// person to look over: it is only ever written into a proposed map.
#pragma once

#include <string>
#include <string_view>

#include "client/import/board_columns.h"

namespace docket::client::imports {

struct ColumnGuess {
  std::string column;  // its name; empty only when the board has no columns
  bool sure = false;   // false: no word was known, so it is the first queue
};

// Of a state of several parts ("Accepted+Wait") the last part that says something decides.
ColumnGuess guessColumn(std::string_view state, const BoardColumns& board);

}  // namespace docket::client::imports
