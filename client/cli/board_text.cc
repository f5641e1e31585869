#include "client/cli/board_text.h"

#include <algorithm>
#include <vector>

#include "client/cli/json_shapes.h"
#include "client/cli/table.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

constexpr int kTitleMin = 16;

// The parts of a card, ready to be aligned with those of all other cards of the board.
struct CardLine {
  std::string mark;
  std::string id;
  std::string title;
  std::string assignee;
  std::string age;
  std::string flags;
  bool blocked = false;
  bool expedite = false;
  std::string serviceClass;
};

struct CardWidths {
  int id = 0;
  int title = kTitleMin;
  int assignee = 0;
  int age = 0;
  int flags = 0;
};

// The home board of a ticket that is a guest on `board`; empty when it is at home.
std::string homeOfGuest(std::string_view ticket, std::string_view board) {
  const std::string_view home = ticket.substr(0, ticket.rfind('-'));
  return home == board ? std::string() : std::string(home);
}

CardLine lineOf(api::Card::Reader card, std::string_view board, std::int64_t now) {
  CardLine line;
  line.mark = classMark(textOf(card.getClass()));
  line.id = visible(textOf(card.getId()));
  line.title = visible(textOf(card.getTitle()));
  line.assignee = visible(textOf(card.getAssignee()));
  line.age = age(card.getInColumnSince(), now);
  line.serviceClass = textOf(card.getClass());
  line.expedite = card.getClass() == "expedite";
  line.blocked = card.getBlocked().size() > 0;
  const auto flag = [&line](const std::string& text) {
    line.flags += (line.flags.empty() ? "" : ", ") + text;
  };
  if (line.blocked) flag("blocked: " + visible(textOf(card.getBlocked())));
  const std::string home = homeOfGuest(textOf(card.getId()), board);
  if (!home.empty()) flag("guest from " + visible(home));
  if (card.getDue().isAt()) flag("due " + localDate(card.getDue().getAt()));
  if (card.getTier() > 1) flag("tier " + std::to_string(card.getTier()));
  return line;
}

// Titles take what the others leave, so that a card is one line.
CardWidths widthsOf(const std::vector<std::vector<CardLine>>& columns, int width) {
  CardWidths widths;
  int titleWanted = kTitleMin;
  for (const auto& column : columns) {
    for (const auto& line : column) {
      widths.id = std::max(widths.id, displayWidth(line.id));
      widths.assignee = std::max(widths.assignee, std::min(20, displayWidth(line.assignee)));
      widths.age = std::max(widths.age, displayWidth(line.age));
      widths.flags = std::max(widths.flags, std::min(32, displayWidth(line.flags)));
      titleWanted = std::max(titleWanted, displayWidth(line.title));
    }
  }
  // Indent and mark take 5 columns; two blanks stand before each of the four others.
  const auto left = [&] {
    return width - 5 - widths.id - widths.assignee - widths.age - widths.flags - 8;
  };
  // On a narrow terminal a title is worth more than all of the flags, and those more than a name.
  widths.flags =
      std::max(std::min(widths.flags, 8), widths.flags - std::max(0, kTitleMin - left()));
  widths.assignee -= std::clamp(kTitleMin - left(), 0, widths.assignee);
  widths.title = std::clamp(left(), kTitleMin, titleWanted);
  return widths;
}

std::string drawn(const CardLine& line, const CardWidths& widths, const Output& output) {
  const std::string mark = fitted(line.mark, 3);
  std::string text = "  " + (line.expedite ? output.paint(Colour::red, mark) : mark);
  text += output.paint(Colour::bold, fitted(line.id, widths.id));
  text += "  " + fitted(line.title, widths.title);
  text += "  " + output.paint(Colour::cyan, fitted(line.assignee, widths.assignee));
  text += "  " + output.paint(Colour::dim, fittedRight(line.age, widths.age));
  if (!line.flags.empty()) {
    const std::string flags = truncated(line.flags, widths.flags);
    text += "  " + (line.blocked ? output.paint(Colour::red, flags) : flags);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string columnHeading(api::ColumnCards::Reader entry, const Output& output) {
  const auto column = entry.getColumn();
  const std::int64_t limit = column.getWipLimit();
  std::string count = grouped(entry.getCount());
  if (limit >= 0) {
    count += " of " + grouped(static_cast<std::uint64_t>(limit));
    const auto standing = static_cast<std::int64_t>(entry.getCount());
    if (standing >= limit) {
      count = output.paint(standing > limit ? Colour::red : Colour::yellow,
                           count + (standing > limit ? ", over its limit" : ", full"));
    }
  }
  std::string about = visible(textOf(column.getCategory()));
  if (column.getDefaultDrop()) about += ", default drop";
  return output.paint(categoryColour(textOf(column.getCategory())),
                      std::string("▌ ") + visible(textOf(column.getName()))) +
         "  " + count + "  " + output.paint(Colour::dim, about) + "\n";
}

bool isInLane(const CardLine& line, const BoardLane& lane) {
  return std::find(lane.classes.begin(), lane.classes.end(), line.serviceClass) !=
         lane.classes.end();
}

std::string cardsText(const std::vector<CardLine>& lines, const CardWidths& widths,
                      const std::vector<BoardLane>& lanes, const Output& output) {
  std::string text;
  const auto part = [&](const std::string& name, auto belongs) {
    std::string cards;
    for (const auto& line : lines) {
      if (belongs(line)) cards += drawn(line, widths, output);
    }
    if (!cards.empty() && !lanes.empty()) {
      text += "  " + output.paint(Colour::dim, "── " + name) + "\n";
    }
    text += cards;
  };
  for (const BoardLane& lane : lanes) {
    part(visible(lane.name), [&](const CardLine& line) { return isInLane(line, lane); });
  }
  part("no lane", [&](const CardLine& line) {
    return std::none_of(lanes.begin(), lanes.end(),
                        [&](const BoardLane& lane) { return isInLane(line, lane); });
  });
  return text;
}

std::string boardHeading(api::Board::Reader board, std::uint64_t next, const Output& output) {
  std::uint64_t cards = 0;
  for (const auto column : board.getColumns()) cards += column.getCount();
  std::string text = output.paint(Colour::bold, visible(textOf(board.getKey())));
  if (board.getName() != board.getKey()) text += "  " + visible(textOf(board.getName()));
  text += "\n" + grouped(cards) + (cards == 1 ? " ticket" : " tickets");
  if (board.getTemplate().size() > 0) {
    text += " · template " + visible(textOf(board.getTemplate()));
  }
  return text + " · as of position " + grouped(next) + "\n";
}

}  // namespace

Colour categoryColour(std::string_view category) {
  if (category == "queue") return Colour::blue;
  if (category == "active") return Colour::yellow;
  if (category == "waiting") return Colour::magenta;
  if (category == "resolved") return Colour::green;
  return Colour::dim;
}

std::string classMark(std::string_view serviceClass) {
  if (serviceClass == "expedite") return "!!";
  if (serviceClass == "fixed-date") return "◆";
  if (serviceClass == "intangible") return "○";
  return {};
}

std::string boardText(api::Board::Reader board, std::uint64_t next, std::int64_t now,
                      const Output& output, const std::vector<BoardLane>& lanes) {
  std::vector<std::vector<CardLine>> columns;
  bool marks = false;
  for (const auto entry : board.getColumns()) {
    auto& lines = columns.emplace_back();
    for (const auto card : entry.getCards()) {
      lines.push_back(lineOf(card, textOf(board.getKey()), now));
      marks = marks || !lines.back().mark.empty();
    }
  }
  const CardWidths widths = widthsOf(columns, output.width());
  std::string text = boardHeading(board, next, output);
  std::size_t index = 0;
  for (const auto entry : board.getColumns()) {
    text += "\n" + columnHeading(entry, output);
    text += cardsText(columns[index], widths, lanes, output);
    const std::uint64_t hidden =
        entry.getCount() - std::min<std::uint64_t>(entry.getCount(), columns[index].size());
    if (hidden > 0) {
      text += "     " + output.paint(Colour::dim, "and " + grouped(hidden) + " more") + "\n";
    }
    ++index;
  }
  if (marks) {
    text += "\n" + output.paint(Colour::dim, "!! expedite   ◆ fixed date   ○ intangible") + "\n";
  }
  return text;
}

}  // namespace docket::client::cli
