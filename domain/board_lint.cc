// What is wrong with a board, or may be.
#include <algorithm>

#include "domain/board.h"

namespace docket::domain {
namespace {

void findMissing(const Board& board, std::vector<LintFinding>& findings) {
  const struct {
    ColumnCategory category;
    const char* code;
  } needed[] = {{ColumnCategory::queue, "no-queue"},
                {ColumnCategory::active, "no-active"},
                {ColumnCategory::resolved, "no-resolved"}};
  for (const auto& [category, code] : needed) {
    if (board.first(category) != nullptr) continue;
    findings.push_back({true, code, "the board has no " + std::string(text(category)) + " column"});
  }
  if (board.defaultDrop() == nullptr) {
    findings.push_back({true, "no-default-drop",
                        "no column is the default drop, so nothing can come back by itself"});
  }
}

void findDeadRules(const Board& board, std::span<const BoardKey> boards,
                   std::vector<LintFinding>& findings) {
  for (const Rule& rule : board.rules) {
    const auto warn = [&](std::string message) {
      findings.push_back({false, "rule-goes-nowhere", "rule " + rule.id.value + " " + message});
    };
    if (const auto* offer = std::get_if<OfferHandOverTo>(&rule.action)) {
      if (std::find(boards.begin(), boards.end(), offer->board) == boards.end()) {
        warn("offers tickets to " + offer->board.value + ", which is no board");
      }
    } else if (const auto* move = std::get_if<MoveToColumn>(&rule.action)) {
      if (board.find(move->column) == nullptr) {
        warn("moves tickets to " + move->column.value + ", which is no column of the board");
      }
    }
  }
}

}  // namespace

std::vector<LintFinding> lint(const Board& board, std::span<const BoardKey> boards) {
  std::vector<LintFinding> findings;
  findMissing(board, findings);
  findDeadRules(board, boards, findings);
  return findings;
}

}  // namespace docket::domain
