#include "domain/board.h"

#include <algorithm>
#include <set>
#include <utility>

#include "domain/cases.h"
#include "domain/text_rules.h"

namespace docket::domain {
namespace {

constexpr std::size_t kColumnsMax = 30;
constexpr std::uint32_t kLimitMax = 10'000;
constexpr std::string_view kCustom = "custom";

using BoardDecision = tl::expected<std::vector<BoardEvent>, Rejection>;

void checkLimit(const std::string& field, const std::optional<std::uint32_t>& limit,
                Rejection& rejection) {
  if (limit && *limit > kLimitMax) {
    rejection.push_back(FieldInvalid{field, "must be 0 to 10000, or none", std::to_string(*limit)});
  }
}

bool isColumnId(std::string_view id) {
  // An id is what its own name would make of it: lower case, single dashes, none at the ends.
  return !id.empty() && columnIdFor(id).value == id;
}

// Fills in the ids of columns that were given by name, and checks each and all together.
std::vector<Column> completedColumns(std::vector<Column> columns, Rejection& rejection) {
  if (columns.empty() || columns.size() > kColumnsMax) {
    rejection.push_back(FieldInvalid{"columns", "must be 1 to 30, or a template must be named",
                                     std::to_string(columns.size()) + " columns"});
    return columns;
  }
  std::set<std::string> ids;
  std::set<std::string> names;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Column& column = columns[i];
    const std::string field = "columns[" + std::to_string(i) + "]";
    column.name = std::string(withoutOuterBlanks(column.name));
    if (column.id.empty()) column.id = columnIdFor(column.name);
    if (auto refusal = checkText(field + ".name", column.name, kColumnNameRule)) {
      rejection.push_back(*std::move(refusal));
    } else if (!isColumnId(column.id.value) ||
               checkText(field + ".id", column.id.value, kColumnNameRule)) {
      rejection.push_back(FieldInvalid{
          field + ".id", "must be 1 to 60 lower-case letters and digits with single dashes between",
          "another form"});
    }
    if (!ids.insert(column.id.value).second || !names.insert(toAsciiLower(column.name)).second) {
      rejection.push_back(
          FieldInvalid{field, "must have a name and an id of its own", "one given before"});
    }
    checkLimit(field + ".wipLimit", column.wipLimit, rejection);
  }
  return columns;
}

// R10. Work that comes back by itself must land somewhere: in the first queue unless told
// otherwise.
void completeDefaultDrop(std::vector<Column>& columns, Rejection& rejection) {
  const auto drops = std::count_if(columns.begin(), columns.end(),
                                   [](const Column& column) { return column.defaultDrop; });
  if (drops > 1) {
    rejection.push_back(FieldInvalid{"columns", "must have one default drop",
                                     std::to_string(drops) + " default drops"});
  }
  for (Column& column : columns) {
    if (column.defaultDrop && (column.category == ColumnCategory::resolved ||
                               column.category == ColumnCategory::closed)) {
      rejection.push_back(FieldInvalid{"columns", "must have a default drop where work is open",
                                       "one of category " + std::string(text(column.category))});
    }
    if (drops == 0 && column.category == ColumnCategory::queue) {
      column.defaultDrop = true;
      return;
    }
  }
}

void checkComplete(const std::vector<Column>& columns, Rejection& rejection) {
  const auto has = [&](ColumnCategory category) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const Column& column) { return column.category == category; });
  };
  BoardIncomplete incomplete;
  if (!has(ColumnCategory::queue)) incomplete.missing.emplace_back("a queue column");
  if (!has(ColumnCategory::active)) incomplete.missing.emplace_back("an active column");
  if (!has(ColumnCategory::resolved)) incomplete.missing.emplace_back("a resolved column");
  if (std::none_of(columns.begin(), columns.end(),
                   [](const Column& column) { return column.defaultDrop; })) {
    incomplete.missing.emplace_back("a default drop");
  }
  if (!incomplete.missing.empty()) rejection.push_back(std::move(incomplete));
}

BoardDecision decideCreate(const Board& board, const CreateBoard& command) {
  Rejection rejection;
  if (board.exists) rejection.push_back(BoardExists{command.key});
  if (!isBoardKey(command.key.value)) {
    rejection.push_back(FieldInvalid{"key", "must be 2 to 10 of A-Z and 0-9, a letter first",
                                     std::to_string(command.key.value.size()) + " bytes"});
  }
  const std::string name = command.name.empty() ? command.key.value : command.name;
  // A key in place of a name is judged as the key that it is.
  if (!command.name.empty()) {
    if (auto refusal = checkText("name", name, kBoardNameRule)) rejection.push_back(*refusal);
  }
  std::vector<Column> columns;
  if (command.templateName.empty()) {
    columns = completedColumns(command.columns, rejection);
    completeDefaultDrop(columns, rejection);
    checkComplete(columns, rejection);
  } else {
    if (!command.columns.empty()) {
      rejection.push_back(FieldInvalid{"columns", "must be empty when a template is named",
                                       std::to_string(command.columns.size()) + " columns"});
    }
    if (auto known = templateColumns(command.templateName)) {
      columns = *std::move(known);
    } else {
      rejection.push_back(UnknownTemplate{command.templateName});
    }
  }
  if (!rejection.empty()) return tl::unexpected(std::move(rejection));
  BoardCreated created{command.key, name,
                       command.templateName.empty() ? std::string(kCustom) : command.templateName,
                       std::move(columns), 1};
  return std::vector<BoardEvent>{std::move(created)};
}

BoardDecision decideSetLimit(const Board& board, const SetLimit& command) {
  if (!board.exists) return tl::unexpected(Rejection{UnknownBoard{command.board}});
  Rejection rejection;
  checkLimit("limit", command.limit, rejection);
  const Column* const column = board.findByText(command.column.value);
  if (column == nullptr) {
    rejection.push_back(unknownColumn(board, command.column));
  } else if (column->wipLimit == command.limit) {
    rejection.push_back(NothingToChange{"column " + column->id.value + " has that WIP limit"});
  }
  if (!rejection.empty()) return tl::unexpected(std::move(rejection));
  return std::vector<BoardEvent>{LimitSet{column->id, column->wipLimit, command.limit}};
}

}  // namespace

const Column* Board::find(const ColumnId& id) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const Column& column) { return column.id == id; });
  return found == columns.end() ? nullptr : &*found;
}

const Column* Board::findByText(std::string_view text) const {
  const std::string wanted = toAsciiLower(withoutOuterBlanks(text));
  // An id names its column for life, so it goes before a name that is spelled alike.
  for (const Column& column : columns) {
    if (toAsciiLower(column.id.value) == wanted) return &column;
  }
  for (const Column& column : columns) {
    if (toAsciiLower(withoutOuterBlanks(column.name)) == wanted) return &column;
  }
  return nullptr;
}

const Column* Board::first(ColumnCategory category) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
    return column.category == category;
  });
  return found == columns.end() ? nullptr : &*found;
}

const Column* Board::defaultDrop() const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [](const Column& column) { return column.defaultDrop; });
  return found == columns.end() ? nullptr : &*found;
}

void evolve(Board& board, const BoardEvent& event) {
  if (board.exists) ++board.policyVersion;
  std::visit(Cases{
                 [&](const BoardCreated& created) {
                   board.exists = true;
                   board.key = created.key;
                   board.name = created.name;
                   board.templateName = created.templateName;
                   board.columns = created.columns;
                   board.expediteLimit = created.expediteLimit;
                 },
                 [&](const LimitSet& set) {
                   for (Column& column : board.columns) {
                     if (column.id == set.column) column.wipLimit = set.after;
                   }
                 },
             },
             event);
}

BoardDecision decide(const Board& board, const BoardCommand& command) {
  return std::visit(Cases{
                        [&](const CreateBoard& create) { return decideCreate(board, create); },
                        [&](const SetLimit& set) { return decideSetLimit(board, set); },
                    },
                    command);
}

BoardKey namedBoard(const BoardCommand& command) {
  return std::visit(Cases{
                        [](const CreateBoard& create) { return create.key; },
                        [](const SetLimit& set) { return set.board; },
                    },
                    command);
}

UnknownColumn unknownColumn(const Board& board, const ColumnId& asked) {
  UnknownColumn refusal{board.key, asked, {}};
  for (const Column& column : board.columns) refusal.columns.push_back(column.id);
  return refusal;
}

ColumnId columnIdFor(std::string_view name) {
  std::string id;
  bool gap = false;
  for (const char c : name) {
    // Letters outside ASCII stay as they are: changing their case needs a locale.
    const bool keep = isAsciiDigit(c) || isAsciiUpper(c) || isAsciiLower(c) ||
                      static_cast<unsigned char>(c) >= 0x80;
    if (!keep) {
      gap = true;
      continue;
    }
    if (gap && !id.empty()) id += '-';
    gap = false;
    id += toAsciiLower(c);
  }
  return ColumnId{id};
}

}  // namespace docket::domain
