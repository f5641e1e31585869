// A table of aligned columns that fits the width of a terminal.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/output.h"

namespace docket::client::cli {

enum class Align { left, right };

struct TableColumn {
  std::string heading;
  Align align = Align::left;
  bool shrinks = false;  // cut when the table is too wide; the widest of those first
};

struct TableCell {
  std::string text;  // visible(), without colours
  std::optional<Colour> colour = {};
};

class Table {
 public:
  explicit Table(std::vector<TableColumn> columns);

  void add(std::vector<TableCell> cells);

  // Headings and rows, each a line; two blanks between columns.
  void print(Output& output) const;

 private:
  std::vector<int> widths(int room) const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<TableCell>> rows_;
};

// The widths marked in `open` give way until they the widths (and `gap` between two) fit into
// `room`: the widest is cut first, and none below a few columns.
void shrinkToFit(std::vector<int>& widths, const std::vector<bool>& open, int gap, int room);

}  // namespace docket::client::cli
