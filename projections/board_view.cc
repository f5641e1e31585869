#include "projections/board_view.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <variant>

#include "domain/cases.h"
#include "domain/limits.h"
#include "domain/world.h"
#include "projections/board_codec.h"
#include "projections/card_codec.h"
#include "projections/row_codec.h"

namespace docket::projections {
namespace {

using domain::BoardKey;
using domain::ColumnId;
using domain::Counts;
using domain::SubjectId;
using domain::TicketId;

// --- Rows; README.md lists them
// -------------------------------------------------------------------
constexpr char kBoardTag = 'b';
constexpr char kCardTag = 'c';
constexpr char kIndexTag = 'i';
constexpr char kCountTag = 'n';
constexpr char kPersonTag = 'p';
constexpr char kTotalsTag = 't';

Key boardKey(const BoardKey& board) {
  return Key(kBoardTag).tail(board.value);
}
Key totalsKey(const BoardKey& board) {
  return Key(kTotalsTag).tail(board.value);
}
Key personKey(const BoardKey& board, const SubjectId& person) {
  return Key(kPersonTag).text(board.value).tail(person.value);
}
Key cardKey(const TicketId& id) {
  return Key(kCardTag).text(id.board.value).number(id.number);
}
Key countKey(const BoardKey& board, const ColumnId& column) {
  return Key(kCountTag).text(board.value).text(column.value);
}
Key columnKey(const BoardKey& board, const ColumnId& column) {
  return Key(kIndexTag).text(board.value).text(column.value);
}

// A card on one board, as far as what is counted there goes.
struct Standing {
  BoardKey board;
  domain::Place place;
  domain::TicketType type = domain::TicketType::incident;
  domain::ServiceClass serviceClass = domain::ServiceClass::standard;
  SubjectId assignee;
  domain::Timestamp since;  // in the column
  bool operator==(const Standing&) const = default;
};

std::vector<Standing> standingsOf(const CardRow& row) {
  std::vector<Standing> all;
  for (const BoardKey& board : row.boards()) {
    const Card card = *row.on(board);
    all.push_back(
        {board, card.place, card.type, card.serviceClass, card.assignee, card.inColumnSince});
  }
  return all;
}

Key indexKey(const TicketId& id, const Standing& standing) {
  Key key = columnKey(standing.board, standing.place.column).time(standing.since);
  addTicket(key, standing.board, id);
  return key;
}

// --- Counts --------------------------------------------------------------------------------------

void step(std::uint32_t& count, bool up) {
  if (!up && count == 0) throw ViewDamaged("a board holds a card and counts none");
  count += up ? 1U : ~0U;
}

struct Totals {
  std::uint64_t tickets = 0;
  std::uint64_t unfinished = 0;
  // Under way, guests among them.
  std::array<std::uint32_t, Counts::kTypes> byType{};
  Counts::ByClass byClass{};
};

std::uint32_t smallNumber(RowParser& row) {
  return static_cast<std::uint32_t>(row.number(0xffff'ffff));
}

Totals readTotals(const RowReader& rows, const BoardKey& board) {
  const auto stored = rows.get(totalsKey(board));
  if (!stored) return {};
  RowParser row(*stored);
  Totals totals;
  totals.tickets = row.number();
  totals.unfinished = row.number();
  for (std::uint32_t& count : totals.byType) count = smallNumber(row);
  for (std::uint32_t& count : totals.byClass) count = smallNumber(row);
  if (!row.whole()) throw ViewDamaged("the totals of a board are not what was written");
  return totals;
}

void writeTotals(Rows& rows, const BoardKey& board, const Totals& totals) {
  RowWriter row;
  row.number(totals.tickets).number(totals.unfinished);
  for (const std::uint32_t count : totals.byType) row.number(count);
  for (const std::uint32_t count : totals.byClass) row.number(count);
  rows.put(totalsKey(board), row.take());
}

Counts::ByClass readCount(const RowReader& rows, const BoardKey& board, const ColumnId& column) {
  Counts::ByClass counts{};
  const auto stored = rows.get(countKey(board, column));
  if (!stored) return counts;
  RowParser row(*stored);
  for (std::uint32_t& count : counts) count = smallNumber(row);
  if (!row.whole()) throw ViewDamaged("the count of a column is not what was written");
  return counts;
}

void countInColumn(Rows& rows, const Standing& standing, bool up) {
  Counts::ByClass counts = readCount(rows, standing.board, standing.place.column);
  step(counts[static_cast<std::size_t>(standing.serviceClass)], up);
  const Key key = countKey(standing.board, standing.place.column);
  if (counts == Counts::ByClass{}) return rows.erase(key);
  RowWriter row;
  for (const std::uint32_t count : counts) row.number(count);
  rows.put(key, row.take());
}

std::uint32_t readPerson(std::string_view stored) {
  RowParser row(stored);
  const std::uint32_t count = smallNumber(row);
  if (!row.whole()) throw ViewDamaged("the count of a person is not what was written");
  return count;
}

void countUnderWay(Rows& rows, const Standing& standing, bool up) {
  if (!domain::isUnderWay(standing.place.category)) return;
  Totals totals = readTotals(rows, standing.board);
  step(totals.byType[static_cast<std::size_t>(standing.type)], up);
  step(totals.byClass[static_cast<std::size_t>(standing.serviceClass)], up);
  writeTotals(rows, standing.board, totals);
  if (standing.assignee.empty()) return;
  const Key key = personKey(standing.board, standing.assignee);
  const auto stored = rows.get(key);
  std::uint32_t count = stored ? readPerson(*stored) : 0;
  step(count, up);
  if (count == 0) return rows.erase(key);
  rows.put(key, RowWriter().number(count).take());
}

void takeOff(Rows& rows, const TicketId& id, const Standing& standing) {
  countInColumn(rows, standing, false);
  countUnderWay(rows, standing, false);
  rows.erase(indexKey(id, standing));
}

void putOn(Rows& rows, const TicketId& id, const Standing& standing) {
  countInColumn(rows, standing, true);
  countUnderWay(rows, standing, true);
  rows.put(indexKey(id, standing), {});
}

// Of the board at home.
void updateTotals(Rows& rows, const std::optional<CardRow>& before, const Card& after) {
  const bool wasUnfinished = before && !domain::isFinished(before->card.place.category);
  const bool nowUnfinished = !domain::isFinished(after.place.category);
  if (before && wasUnfinished == nowUnfinished) return;
  Totals totals = readTotals(rows, after.id.board);
  if (!before) ++totals.tickets;
  if (wasUnfinished) --totals.unfinished;
  if (nowUnfinished) ++totals.unfinished;
  writeTotals(rows, after.id.board, totals);
}

void updateStandings(Rows& rows, const TicketId& id, const std::vector<Standing>& before,
                     const std::vector<Standing>& after) {
  const auto isIn = [](const std::vector<Standing>& all, const Standing& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (const Standing& one : before) {
    if (!isIn(after, one)) takeOff(rows, id, one);
  }
  for (const Standing& one : after) {
    if (!isIn(before, one)) putOn(rows, id, one);
  }
}

// --- The fold ------------------------------------------------------------------------------------

tl::expected<void, std::string> applyTicket(const eventstore::Envelope& envelope,
                                            const domain::TicketEvent& event, Rows& rows) {
  const auto id = ticketOf(envelope);
  if (!id) return tl::unexpected(id.error());
  const Key key = cardKey(*id);
  const auto stored = rows.get(key);
  std::optional<CardRow> before;
  if (stored) before = decodeCard(*id, *stored);
  const auto after = foldCard(*id, before, event, envelope.occurredAt);
  if (!after) return {};
  std::string row = encodeCard(*after);
  if (stored == row) return {};  // a comment, say
  updateTotals(rows, before, after->card);
  updateStandings(rows, *id, before ? standingsOf(*before) : std::vector<Standing>{},
                  standingsOf(*after));
  rows.put(key, row);
  return {};
}

void applyBoard(const eventstore::Envelope& envelope, const domain::BoardEvent& event, Rows& rows) {
  const Key key = boardKey({std::string(envelope.streamId)});
  const auto stored = rows.get(key);
  domain::Board board = stored ? decodeBoard(*stored) : domain::Board{};
  domain::evolve(board, event);
  if (!board.exists) return;
  board.policyVersion = envelope.version.value;
  rows.put(key, encodeBoard(board));
}

}  // namespace

tl::expected<void, std::string> BoardView::apply(const eventstore::Envelope& envelope,
                                                 const domain::codec::Event& event,
                                                 Rows& rows) const {
  return std::visit(
      domain::Cases{
          [&](const domain::TicketEvent& ticket) { return applyTicket(envelope, ticket, rows); },
          [&](const domain::BoardEvent& board) {
            applyBoard(envelope, board, rows);
            return tl::expected<void, std::string>{};
          },
          [](const domain::SubjectEvent& subject) -> tl::expected<void, std::string> {
            std::visit(domain::Cases{
                           [](const domain::SubjectErased&) {
                           },  // cards stay; their texts are sealed elsewhere
                           [](const domain::LegalHoldPlaced&) {},
                           [](const domain::LegalHoldLifted&) {},
                       },
                       subject);
            return {};
          },
          [](const domain::DeskEvent&) -> tl::expected<void, std::string> { return {}; },
      },
      event);
}

std::vector<BoardSummary> BoardView::list(const RowReader& rows) {
  std::vector<BoardSummary> summaries;
  rows.scan(Key(kBoardTag), [&](std::string_view, std::string_view value) {
    domain::Board board = decodeBoard(value);
    const Totals totals = readTotals(rows, board.key);
    summaries.push_back({std::move(board.key), std::move(board.name), std::move(board.templateName),
                         totals.tickets, totals.unfinished});
    return true;
  });
  return summaries;
}

std::optional<BoardSnapshot> BoardView::show(const RowReader& rows, const BoardKey& key,
                                             std::size_t cardsPerColumn) {
  const auto stored = rows.get(boardKey(key));
  if (!stored) return std::nullopt;
  BoardSnapshot snapshot;
  snapshot.board = decodeBoard(*stored);
  for (const domain::Column& column : snapshot.board.columns) {
    ColumnCards& shown = snapshot.columns.emplace_back();
    shown.column = column;
    const Counts::ByClass counts = readCount(rows, key, column.id);
    shown.count = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    if (cardsPerColumn == 0) continue;
    const Key prefix = columnKey(key, column.id);
    rows.scan(prefix, [&](std::string_view index, std::string_view) {
      const std::size_t timeEnd = prefix.bytes().size() + 8;
      if (index.size() < timeEnd)
        throw ViewDamaged("the index of a column is not what was written");
      const TicketId id = ticketAtEnd(index.substr(timeEnd), key);
      const auto row = rows.get(cardKey(id));
      auto card = row ? decodeCard(id, *row).on(key) : std::nullopt;
      if (!card) throw ViewDamaged("the index of a column names a card that is not there");
      shown.cards.push_back(*std::move(card));
      return shown.cards.size() < cardsPerColumn;
    });
  }
  return snapshot;
}

namespace {

Counts countsOf(const RowReader& rows, const domain::Board& board) {
  Counts counts;
  for (const domain::Column& column : board.columns) {
    counts.standing[column.id] = readCount(rows, board.key, column.id);
  }
  const Totals totals = readTotals(rows, board.key);
  counts.byType = totals.byType;
  counts.byClass = totals.byClass;
  counts.underWay = std::accumulate(totals.byClass.begin(), totals.byClass.end(), std::uint32_t{0});
  const Key prefix = personKey(board.key, {});
  rows.scan(prefix, [&](std::string_view at, std::string_view value) {
    counts.byPerson[{std::string(at.substr(prefix.bytes().size()))}] = readPerson(value);
    return true;
  });
  return counts;
}

// Of those for whom no limit of their own is set.
std::uint32_t mostOfAnyone(const domain::BoardWorld& world) {
  std::uint32_t most = 0;
  for (const auto& [person, count] : world.counts.byPerson) {
    domain::LimitScope own;
    own.kind = domain::LimitKind::person;
    own.person = person;
    if (!world.board.limits.contains(own)) most = std::max(most, count);
  }
  return most;
}

}  // namespace

std::optional<BoardRules> BoardView::rules(const RowReader& rows, const BoardKey& key) {
  const auto stored = rows.get(boardKey(key));
  if (!stored) return std::nullopt;
  domain::BoardWorld world;
  world.board = decodeBoard(*stored);
  world.counts = countsOf(rows, world.board);
  BoardRules rules;
  const auto add = [&](const domain::LimitScope& scope, std::uint32_t limit) {
    const bool isEachPerson = scope.kind == domain::LimitKind::person && scope.person.empty();
    rules.limits.push_back(
        {scope, limit, isEachPerson ? mostOfAnyone(world) : domain::countFor(world, scope)});
  };
  for (const domain::Column& column : world.board.columns) {
    domain::LimitScope scope;
    scope.column = column.id;
    if (column.wipLimit) add(scope, *column.wipLimit);
  }
  for (const auto& [scope, limit] : world.board.limits) add(scope, limit);
  rules.board = std::move(world.board);
  return rules;
}

std::vector<BoardKey> BoardView::keys(const RowReader& rows) {
  std::vector<BoardKey> keys;
  rows.scan(Key(kBoardTag), [&](std::string_view at, std::string_view) {
    keys.push_back({std::string(at.substr(1))});
    return true;
  });
  return keys;
}

}  // namespace docket::projections
