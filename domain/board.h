// A board: its columns and limits, how events make it, and how commands on it are decided.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
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
  std::vector<Column> columns;  // in board order; each with its own WIP limit
  std::vector<Lane> lanes;      // likewise
  // All other WIP limits.
  std::map<LimitScope, std::uint32_t> limits;
  BoardPolicy policy;
  std::vector<Rule> rules;  // in the order in which they were set
  // Whoever was given a role and still has it, in time or not. While there is nobody, the board is
  // open: everybody may do everything on it.
  std::map<SubjectId, std::vector<Grant>> roles;
  std::uint64_t policyVersion = 0;  // the stream version of the last event

  const Column* find(const ColumnId& id) const;
  // By id or by name, letter case and outer blanks aside.
  const Column* findByText(std::string_view text) const;
  const Column* first(ColumnCategory category) const;
  const Column* defaultDrop() const;
  const Lane* findLane(const LaneId& id) const;
  const Lane* findLaneByText(std::string_view text) const;
  // The lane in which work of that class stands; none: the board has no lane for it.
  const Lane* laneFor(ServiceClass serviceClass) const;
  const Rule* findRule(const RuleId& id) const;
  // None when nothing is limited there.
  std::optional<std::uint32_t> limit(const LimitScope& scope) const;
  bool isOpenToAll() const { return roles.empty(); }
  // Whether `subject` has the role at that moment. On a board that is open to all everybody has it.
  bool hasRole(const SubjectId& subject, Role role, Timestamp at) const;
  bool operator==(const Board&) const = default;
};

// A place that stands for the column.
Place placeOf(const Column& column);

// Total: no history makes it fail.
void evolve(Board& board, const BoardEvent& event);

class World;

// What a decision on a board may look at besides the board itself.
struct BoardContext {
  Timestamp now;
  SubjectId actor;
  const World& world;
};

// Pure: same arguments, same answer. Collects every rule that the command breaks.
tl::expected<std::vector<BoardEvent>, Rejection> decide(const Board& board,
                                                        const BoardCommand& command,
                                                        const BoardContext& context);

BoardKey namedBoard(const BoardCommand& command);

std::string describe(const BoardEvent& event);
// "column in-progress", "each person": the subject of a sentence about a limit.
std::string describe(const LimitScope& scope);

// What a board is made from; none for an unknown name.
struct BoardTemplate {
  std::vector<Column> columns;
  std::vector<Lane> lanes;
  std::vector<Rule> rules;
};
std::optional<BoardTemplate> boardTemplate(std::string_view name);
std::vector<std::string> templateNames();

// "In Progress" -> "in-progress". Empty when the name has neither letters nor digits.
ColumnId columnIdFor(std::string_view name);

// What is wrong with a board, or may be: for `board lint`. Errors first. `boards` are all there
// are.
struct LintFinding {
  bool isError = false;  // metrics on the board are refused (R10)
  std::string code;      // stable: "no-default-drop"
  std::string message;   // one sentence
};
std::vector<LintFinding> lint(const Board& board, std::span<const BoardKey> boards);

// The refusal of a column that the board does not have, with what it has.
UnknownColumn unknownColumn(const Board& board, const ColumnId& asked);
UnknownLane unknownLane(const Board& board, const LaneId& asked);

}  // namespace docket::domain
