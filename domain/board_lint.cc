// What is wrong with a board, or may be (R10, R11).
#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "domain/board.h"
#include "domain/cases.h"
#include "domain/world.h"

namespace docket::domain {
namespace {

constexpr std::size_t kColumnsMax = 9;   // R11
constexpr std::size_t kPatternsMax = 4;  // R11

struct Findings {
  std::vector<LintFinding> all;

  void error(std::string code, std::string message) {
    all.push_back({true, std::move(code), std::move(message)});
  }
  void warn(std::string code, std::string message) {
    all.push_back({false, std::move(code), std::move(message)});
  }
};

bool has(const Board& board, ColumnCategory category) {
  return board.first(category) != nullptr;
}

// R10
void checkComplete(const Board& board, Findings& findings) {
  if (!has(board, ColumnCategory::queue)) {
    findings.error("no-queue", "There is no queue column, so new work has nowhere to arrive.");
  }
  if (!has(board, ColumnCategory::active)) {
    findings.error("no-active", "There is no active column, so work can never begin.");
  }
  if (!has(board, ColumnCategory::resolved)) {
    findings.error("no-resolved", "There is no resolved column, so work can never end.");
  }
  if (board.defaultDrop() == nullptr) {
    findings.error("no-default-drop",
                   "There is no default drop, so work that comes back by itself cannot land.");
  }
}

// R11. The work patterns of a board are its lanes: each is a way for some work to go.
void checkSize(const Board& board, Findings& findings) {
  if (board.columns.size() > kColumnsMax) {
    findings.warn("too-many-columns", "There are " + std::to_string(board.columns.size()) +
                                          " columns; more than nine are hard to oversee.");
  }
  if (board.lanes.size() > kPatternsMax) {
    findings.warn("too-many-lanes", "There are " + std::to_string(board.lanes.size()) +
                                        " lanes; more than four are hard to tell apart.");
  }
}

bool limitsActiveWork(const Board& board, const LimitScope& scope) {
  if (scope.kind != LimitKind::column && scope.kind != LimitKind::cell) return true;
  const Column* const column = board.find(scope.column);
  return column != nullptr && column->category == ColumnCategory::active;
}

void checkLimits(const Board& board, Findings& findings) {
  const bool isLimited =
      std::any_of(board.columns.begin(), board.columns.end(),
                  [](const Column& column) {
                    return column.category == ColumnCategory::active && column.wipLimit;
                  }) ||
      std::any_of(board.limits.begin(), board.limits.end(),
                  [&](const auto& limit) { return limitsActiveWork(board, limit.first); });
  if (!isLimited) {
    findings.warn("no-limit",
                  "No WIP limit holds for active work, so nothing keeps it from piling up.");
  }
  const Column* const drop = board.defaultDrop();
  const bool dropIsLimited =
      drop != nullptr &&
      (drop->wipLimit ||
       std::any_of(board.limits.begin(), board.limits.end(), [&](const auto& limit) {
         return limit.first.kind == LimitKind::cell && limit.first.column == drop->id;
       }));
  if (dropIsLimited) {
    findings.warn("limited-default-drop",
                  "The default drop " + drop->id.value +
                      " has a WIP limit, which work that comes back by itself does not keep.");
  }
  if (board.policy.expediteLimit == 0) {
    findings.warn("no-expedite", "The expedite limit is 0, so no expedited work can begin.");
  }
}

void checkReservations(const Board& board, Findings& findings) {
  if (board.policy.reservations.empty()) return;
  LimitScope whole;
  whole.kind = LimitKind::board;
  const auto limit = board.limit(whole);
  if (!limit) {
    return findings.warn("reservation-without-limit",
                         "Capacity is reserved of a board limit that is not set.");
  }
  std::uint64_t reserved = 0;
  for (const Reservation& one : board.policy.reservations) reserved += one.cards;
  if (reserved > *limit) {
    findings.warn("reservation-over-limit", std::to_string(reserved) +
                                                " cards are reserved of a board limit of " +
                                                std::to_string(*limit) + ".");
  }
}

void checkColumnsAndLanes(const Board& board, Findings& findings) {
  for (const Column& column : board.columns) {
    if (column.category != ColumnCategory::waiting || column.waitsFor != WaitsFor::nothing) {
      continue;
    }
    findings.warn("waits-for-nothing", "The waiting column " + column.id.value +
                                           " does not say what its work waits for.");
  }
  if (board.lanes.empty()) return;
  for (std::size_t i = 0; i < Counts::kClasses; ++i) {
    const auto serviceClass = static_cast<ServiceClass>(i);
    if (board.laneFor(serviceClass) != nullptr) continue;
    findings.warn("class-without-lane", "The class " + std::string(text(serviceClass)) +
                                            " has no lane, while other classes have one.");
  }
}

void checkRule(const Board& board, const Rule& rule, std::span<const BoardKey> boards,
               Findings& findings) {
  const auto unknownColumn = [&](const ColumnId& column) {
    findings.warn("rule-names-no-column", "The rule " + rule.id.value + " names the column " +
                                              column.value + ", which is not there.");
  };
  if (board.find(rule.onEntry) == nullptr) unknownColumn(rule.onEntry);
  if (const auto* move = std::get_if<MoveToColumn>(&rule.action);
      move != nullptr && board.find(move->column) == nullptr) {
    unknownColumn(move->column);
  }
  if (const auto* offer = std::get_if<OfferHandOverTo>(&rule.action);
      offer != nullptr && std::find(boards.begin(), boards.end(), offer->board) == boards.end()) {
    findings.warn("rule-names-no-board", "The rule " + rule.id.value + " names the board " +
                                             offer->board.value + ", which is not there.");
  }
}

// Where the rules move a ticket of that type on from the column; each column once.
bool comesRound(const Board& board, const ColumnId& start, TicketType type) {
  std::set<ColumnId> reached;
  std::vector<ColumnId> next{start};
  while (!next.empty()) {
    const ColumnId column = std::move(next.back());
    next.pop_back();
    for (const Rule& rule : board.rules) {
      const auto* move = std::get_if<MoveToColumn>(&rule.action);
      if (move == nullptr || rule.onEntry != column || (rule.type && *rule.type != type)) continue;
      if (move->column == start) return true;
      if (reached.insert(move->column).second) next.push_back(move->column);
    }
  }
  return false;
}

void checkRules(const Board& board, std::span<const BoardKey> boards, Findings& findings) {
  for (const Rule& rule : board.rules) checkRule(board, rule, boards, findings);
  for (const Column& column : board.columns) {
    bool cycles = false;
    for (std::size_t i = 0; i < Counts::kTypes && !cycles; ++i) {
      cycles = comesRound(board, column.id, static_cast<TicketType>(i));
    }
    if (!cycles) continue;
    return findings.warn("rules-form-a-cycle",
                         "The rules move a ticket from " + column.id.value + " back to it.");
  }
}

}  // namespace

std::vector<LintFinding> lint(const Board& board, std::span<const BoardKey> boards) {
  Findings findings;
  checkComplete(board, findings);
  checkSize(board, findings);
  if (board.isOpenToAll()) {
    findings.warn("open-to-all", "Nobody has a role, so everybody may do everything.");
  }
  checkLimits(board, findings);
  checkReservations(board, findings);
  checkColumnsAndLanes(board, findings);
  checkRules(board, boards, findings);
  return std::move(findings.all);
}

}  // namespace docket::domain
