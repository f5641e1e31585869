#include "client/import/state_guess.h"

#include <array>
#include <optional>
#include <vector>

#include "client/import/utf8.h"

namespace docket::client::imports {
namespace {

struct Clue {
  std::string_view word;      // a word of the state starts with it
  std::string_view category;  // of the column
  std::string_view hint;      // preferred: with this in its name; where work waits: for whom
};

// The first clue that fits decides, so the ones that override others stand above them.
constexpr std::array kClues{
    Clue{"awaiting assignment", "queue", ""},  // waits for us, not for somebody else
    Clue{"assign ", "queue", ""},              // "assign seriousness" is triage; "assigned" is work
    Clue{"reopen", "queue", "follow"},
    Clue{"re-open", "queue", "follow"},
    Clue{"follow", "queue", "follow"},
    Clue{"cancel", "closed", ""},
    Clue{"reject", "closed", ""},
    Clue{"withdraw", "closed", ""},
    Clue{"invalid", "closed", ""},
    Clue{"duplicate", "closed", ""},
    Clue{"closed", "closed", ""},
    Clue{"close", "closed", ""},
    Clue{"archive", "closed", ""},
    Clue{"customer", "waiting", "customer"},
    Clue{"user", "waiting", "customer"},
    Clue{"requester", "waiting", "customer"},
    Clue{"caller", "waiting", "customer"},
    Clue{"vendor", "waiting", "supplier"},
    Clue{"supplier", "waiting", "supplier"},
    Clue{"third party", "waiting", "supplier"},
    Clue{"3rd party", "waiting", "supplier"},
    Clue{"upgrade", "waiting", "team"},
    Clue{"escalat", "waiting", "team"},
    Clue{"create sw", "waiting", "team"},
    Clue{"wait - implementation", "waiting", "team"},
    Clue{"resolve sw", "active", ""},
    Clue{"wait", "waiting", "customer"},
    Clue{"await", "waiting", "customer"},
    Clue{"pending", "waiting", "customer"},
    Clue{"hold", "waiting", "customer"},
    Clue{"suspend", "waiting", "customer"},
    Clue{"resol", "resolved", ""},
    Clue{"solved", "resolved", ""},
    Clue{"fixed", "resolved", ""},
    Clue{"done", "resolved", ""},
    Clue{"complete", "resolved", ""},
    Clue{"verified", "resolved", ""},
    Clue{"finish", "resolved", ""},
    Clue{"queue", "queue", ""},
    Clue{"new", "queue", ""},
    Clue{"open", "queue", ""},
    Clue{"insert", "queue", ""},
    Clue{"creat", "queue", ""},
    Clue{"submit", "queue", ""},
    Clue{"register", "queue", ""},
    Clue{"unmatched", "queue", ""},
    Clue{"backlog", "queue", ""},
    Clue{"progress", "active", ""},
    Clue{"take in charge", "active", ""},
    Clue{"accept", "active", ""},
    Clue{"assigned", "active", ""},
    Clue{"work", "active", ""},
    Clue{"start", "active", ""},
    Clue{"active", "active", ""},
    Clue{"schedul", "active", ""},
    Clue{"analy", "active", ""},
    Clue{"investigat", "active", ""},
};

// `word` stands in `text` at the start of a word.
bool hasWord(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const bool letterBefore =
        at > 0 && ((text[at - 1] >= 'a' && text[at - 1] <= 'z') || text[at - 1] == '-');
    if (!letterBefore) return true;
  }
  return false;
}

const Clue* clueIn(std::string_view state) {
  const std::string text = asciiLower(state);
  for (const Clue& clue : kClues) {
    if (hasWord(text, clue.word)) return &clue;
  }
  return nullptr;
}

const BoardColumn* columnNamed(std::string_view category, std::string_view hint,
                               const BoardColumns& board) {
  for (const BoardColumn& column : board.columns) {
    const bool named = asciiLower(column.name).find(hint) != std::string::npos;
    if (column.category == category && named) return &column;
  }
  return nullptr;
}

const BoardColumn* columnFor(std::string_view category, std::string_view hint,
                             const BoardColumns& board) {
  const BoardColumn* column = columnNamed(category, hint, board);
  return column == nullptr ? columnNamed(category, "", board) : column;
}

// `whom`: "customer", "supplier" or "team".
const BoardColumn* waitingFor(std::string_view whom, const BoardColumns& board) {
  if (const auto* column = board.waitingFor(whom)) return column;
  if (const auto* column = columnNamed("waiting", whom, board)) return column;
  if (whom == "customer") return columnFor("waiting", "", board);
  // A board without a column for suppliers has them among those who support it.
  return whom == "supplier" ? waitingFor("team", board) : columnFor("waiting", "support", board);
}

// A board may lack a category: then its next of kin.
const BoardColumn* columnOrKin(const Clue& clue, const BoardColumns& board) {
  const BoardColumn* column = clue.category == "waiting"
                                  ? waitingFor(clue.hint, board)
                                  : columnFor(clue.category, clue.hint, board);
  if (column != nullptr) return column;
  if (clue.category == "closed") return columnFor("resolved", "", board);
  if (clue.category == "resolved") return columnFor("closed", "", board);
  if (clue.category == "waiting") return columnFor("active", "", board);
  return nullptr;
}

}  // namespace

ColumnGuess guessColumn(std::string_view state, const BoardColumns& board) {
  if (const BoardColumn* same = board.find(state)) return {same->name, true};
  std::string_view rest = state;
  for (;;) {
    const std::size_t plus = rest.rfind('+');
    const std::string_view part = plus == std::string_view::npos ? rest : rest.substr(plus + 1);
    if (const Clue* clue = clueIn(part)) {
      if (const BoardColumn* column = columnOrKin(*clue, board)) return {column->name, true};
    }
    if (plus == std::string_view::npos) break;
    rest = rest.substr(0, plus);
  }
  const BoardColumn* queue = columnFor("queue", "", board);
  if (queue == nullptr && !board.columns.empty()) queue = &board.columns.front();
  return {queue == nullptr ? std::string() : queue->name, false};
}

}  // namespace docket::client::imports
