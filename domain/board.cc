#include "domain/board.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "domain/cases.h"
#include "domain/text_rules.h"

namespace docket::domain {
namespace {

void create(Board& board, const BoardCreated& created) {
  board.exists = true;
  board.key = created.key;
  board.name = created.name;
  board.templateName = created.templateName;
  board.columns = created.columns;
  board.lanes = created.lanes;
  board.rules = created.rules;
  board.policy.expediteLimit = created.expediteLimit;
}

void setLimit(Board& board, const LimitSet& set) {
  if (set.scope.kind == LimitKind::column) {
    for (Column& column : board.columns) {
      if (column.id == set.scope.column) column.wipLimit = set.after;
    }
  } else if (set.after) {
    board.limits.insert_or_assign(set.scope, *set.after);
  } else {
    board.limits.erase(set.scope);
  }
}

void setRule(Board& board, const Rule& rule) {
  for (Rule& one : board.rules) {
    if (one.id == rule.id) {
      one = rule;
      return;
    }
  }
  board.rules.push_back(rule);
}

// Such a rule says nothing any more when the column is gone.
bool names(const Rule& rule, const ColumnId& column) {
  const auto* move = std::get_if<MoveToColumn>(&rule.action);
  return rule.onEntry == column || (move != nullptr && move->column == column);
}

void makeDefaultDrop(Board& board, const ColumnId& id) {
  for (Column& column : board.columns) column.defaultDrop = column.id == id;
}

// A place beyond the end is the end: a fold takes what comes.
template <class T>
void insertAt(std::vector<T>& all, std::uint32_t at, const T& one) {
  all.insert(all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(at, all.size())), one);
}

template <class T, class Id>
void relocate(std::vector<T>& all, const Id& id, std::uint32_t to) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const T& one) { return one.id == id; });
  if (found == all.end()) return;
  const T one = *found;
  all.erase(found);
  insertAt(all, to, one);
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

const Lane* Board::findLane(const LaneId& id) const {
  const auto found =
      std::find_if(lanes.begin(), lanes.end(), [&](const Lane& lane) { return lane.id == id; });
  return found == lanes.end() ? nullptr : &*found;
}

const Lane* Board::findLaneByText(std::string_view text) const {
  const std::string wanted = toAsciiLower(withoutOuterBlanks(text));
  for (const Lane& lane : lanes) {
    if (toAsciiLower(lane.id.value) == wanted) return &lane;
  }
  for (const Lane& lane : lanes) {
    if (toAsciiLower(withoutOuterBlanks(lane.name)) == wanted) return &lane;
  }
  return nullptr;
}

const Lane* Board::laneFor(ServiceClass serviceClass) const {
  const auto found = std::find_if(lanes.begin(), lanes.end(), [&](const Lane& lane) {
    return std::find(lane.classes.begin(), lane.classes.end(), serviceClass) != lane.classes.end();
  });
  return found == lanes.end() ? nullptr : &*found;
}

const Rule* Board::findRule(const RuleId& id) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; });
  return found == rules.end() ? nullptr : &*found;
}

std::optional<std::uint32_t> Board::limit(const LimitScope& scope) const {
  if (scope.kind == LimitKind::column) {
    const Column* const column = find(scope.column);
    return column == nullptr ? std::nullopt : column->wipLimit;
  }
  const auto found = limits.find(scope);
  return found == limits.end() ? std::nullopt : std::optional(found->second);
}

bool Board::hasRole(const SubjectId& subject, Role role, Timestamp at) const {
  if (isOpenToAll()) return true;
  const auto granted = roles.find(subject);
  if (granted == roles.end()) return false;
  return std::any_of(granted->second.begin(), granted->second.end(), [&](const Grant& grant) {
    return grant.role == role && (!grant.until || at < *grant.until);
  });
}

Place placeOf(const Column& column) {
  return {column.id, column.category, column.waitsFor};
}

void evolve(Board& board, const BoardEvent& event) {
  if (board.exists) ++board.policyVersion;
  std::visit(
      Cases{
          [&](const BoardCreated& e) { create(board, e); },
          [&](const LimitSet& e) { setLimit(board, e); },
          [&](const ColumnAdded& e) {
            insertAt(board.columns, e.at, e.column);
            if (e.column.defaultDrop) makeDefaultDrop(board, e.column.id);
          },
          [&](const ColumnChanged& e) {
            for (Column& column : board.columns) {
              if (column.id == e.after.id) column = e.after;
            }
            if (e.after.defaultDrop) makeDefaultDrop(board, e.after.id);
          },
          [&](const ColumnRelocated& e) { relocate(board.columns, e.column, e.to); },
          [&](const ColumnRemoved& e) {
            std::erase_if(board.columns, [&](const Column& one) { return one.id == e.column.id; });
            std::erase_if(board.limits,
                          [&](const auto& one) { return one.first.column == e.column.id; });
            std::erase_if(board.rules, [&](const Rule& one) { return names(one, e.column.id); });
          },
          [&](const LaneAdded& e) { insertAt(board.lanes, e.at, e.lane); },
          [&](const LaneChanged& e) {
            for (Lane& lane : board.lanes) {
              if (lane.id == e.after.id) lane = e.after;
            }
          },
          [&](const LaneRelocated& e) { relocate(board.lanes, e.lane, e.to); },
          [&](const LaneRemoved& e) {
            std::erase_if(board.lanes, [&](const Lane& one) { return one.id == e.lane.id; });
            std::erase_if(board.limits,
                          [&](const auto& one) { return one.first.lane == e.lane.id; });
          },
          [&](const PolicySet& e) { board.policy = e.after; },
          [&](const RuleSet& e) { setRule(board, e.after); },
          [&](const RuleRemoved& e) {
            std::erase_if(board.rules, [&](const Rule& one) { return one.id == e.rule.id; });
          },
          [&](const RolesSet& e) {
            if (e.after.empty()) {
              board.roles.erase(e.subject);
            } else {
              board.roles.insert_or_assign(e.subject, e.after);
            }
          },
      },
      event);
}

BoardKey namedBoard(const BoardCommand& command) {
  return std::visit(Cases{
                        [](const CreateBoard& create) { return create.key; },
                        [](const auto& other) { return other.board; },
                    },
                    command);
}

UnknownColumn unknownColumn(const Board& board, const ColumnId& asked) {
  UnknownColumn refusal{board.key, asked, {}};
  for (const Column& column : board.columns) refusal.columns.push_back(column.id);
  return refusal;
}

UnknownLane unknownLane(const Board& board, const LaneId& asked) {
  UnknownLane refusal{board.key, asked, {}};
  for (const Lane& lane : board.lanes) refusal.lanes.push_back(lane.id);
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
