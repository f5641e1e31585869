#include "client/cli/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "client/cli/text_layout.h"

namespace docket::client::cli {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 6;  // a column below that says nothing

std::string withoutTrailingBlanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void shrinkToFit(std::vector<int>& widths, const std::vector<bool>& open, int gap, int room) {
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), 0) +
           gap * (static_cast<int>(widths.size()) - 1);
  };
  while (total() > room) {
    std::optional<std::size_t> widest;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (open[i] && widths[i] > kNarrowest && (!widest || widths[i] > widths[*widest])) widest = i;
    }
    if (!widest) return;
    --widths[*widest];
  }
}

Table::Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<TableCell> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::widths(int room) const {
  std::vector<int> widths;
  std::vector<bool> open;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = displayWidth(columns_[i].heading);
    for (const auto& row : rows_) width = std::max(width, displayWidth(row[i].text));
    widths.push_back(width);
    open.push_back(columns_[i].shrinks);
  }
  shrinkToFit(widths, open, kGap, room);
  return widths;
}

void Table::print(Output& output) const {
  const auto width = widths(output.width());
  const auto put = [&](const std::string& text, std::size_t i) {
    return columns_[i].align == Align::right ? fittedRight(text, width[i]) : fitted(text, width[i]);
  };
  std::string heading;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) heading.append(kGap, ' ');
    heading += put(columns_[i].heading, i);
  }
  output.line(output.paint(Colour::dim, withoutTrailingBlanks(std::move(heading))));
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line.append(kGap, ' ');
      const std::string cell = put(row[i].text, i);
      line += row[i].colour ? output.paint(*row[i].colour, cell) : cell;
    }
    output.line(withoutTrailingBlanks(std::move(line)));
  }
}

}  // namespace docket::client::cli
