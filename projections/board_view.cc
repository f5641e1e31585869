#include "projections/board_view.h"

#include <utility>
#include <variant>

#include "domain/cases.h"
#include "projections/card_codec.h"
#include "projections/row_codec.h"

namespace docket::projections {
namespace {

using domain::BoardKey;
using domain::ColumnId;
using domain::TicketId;

// --- Rows; README.md lists them
// -------------------------------------------------------------------
constexpr char kBoardTag = 'b';
constexpr char kCardTag = 'c';
constexpr char kIndexTag = 'i';
constexpr char kCountTag = 'n';
constexpr char kTotalsTag = 't';

Key boardKey(const BoardKey& board) {
  return Key(kBoardTag).tail(board.value);
}
Key totalsKey(const BoardKey& board) {
  return Key(kTotalsTag).tail(board.value);
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
Key indexKey(const Card& card) {
  return columnKey(card.id.board, card.place.column)
      .time(card.inColumnSince)
      .number(card.id.number);
}

struct Totals {
  std::uint64_t tickets = 0;
  std::uint64_t unfinished = 0;
};

Totals readTotals(const RowReader& rows, const BoardKey& board) {
  const auto stored = rows.get(totalsKey(board));
  if (!stored) return {};
  RowParser row(*stored);
  Totals totals;
  totals.tickets = row.number();
  totals.unfinished = row.number();
  if (!row.whole()) throw ViewDamaged("the totals of a board are not what was written");
  return totals;
}

std::uint64_t readCount(const RowReader& rows, const BoardKey& board, const ColumnId& column) {
  const auto stored = rows.get(countKey(board, column));
  if (!stored) return 0;
  RowParser row(*stored);
  const std::uint64_t count = row.number();
  if (!row.whole()) throw ViewDamaged("the count of a column is not what was written");
  return count;
}

void writeCount(Rows& rows, const Card& card, std::uint64_t count) {
  const Key key = countKey(card.id.board, card.place.column);
  if (count == 0) {
    rows.erase(key);
  } else {
    rows.put(key, RowWriter().number(count).take());
  }
}

void takeOffColumn(Rows& rows, const Card& card) {
  const std::uint64_t count = readCount(rows, card.id.board, card.place.column);
  if (count == 0) throw ViewDamaged("a column holds a card and counts none");
  writeCount(rows, card, count - 1);
  rows.erase(indexKey(card));
}

void putOnColumn(Rows& rows, const Card& card) {
  writeCount(rows, card, readCount(rows, card.id.board, card.place.column) + 1);
  rows.put(indexKey(card), {});
}

void updateTotals(Rows& rows, const std::optional<Card>& before, const Card& after) {
  const bool wasUnfinished = before && !isFinished(before->place);
  const bool nowUnfinished = !isFinished(after.place);
  if (before && wasUnfinished == nowUnfinished) return;
  Totals totals = readTotals(rows, after.id.board);
  if (!before) ++totals.tickets;
  if (wasUnfinished) --totals.unfinished;
  if (nowUnfinished) ++totals.unfinished;
  rows.put(totalsKey(after.id.board),
           RowWriter().number(totals.tickets).number(totals.unfinished).take());
}

tl::expected<void, std::string> applyTicket(const eventstore::Envelope& envelope,
                                            const domain::TicketEvent& event, Rows& rows) {
  const auto id = ticketOf(envelope);
  if (!id) return tl::unexpected(id.error());
  const Key key = cardKey(*id);
  const auto stored = rows.get(key);
  std::optional<Card> before;
  if (stored) before = decodeCard(*id, *stored);
  const auto after = foldCard(*id, before, event, envelope.occurredAt);
  if (!after) return {};
  std::string row = encodeCard(*after);
  if (stored == row) return {};  // a comment, say
  updateTotals(rows, before, *after);
  const bool stays = before && before->place.column == after->place.column &&
                     before->inColumnSince == after->inColumnSince;
  if (!stays) {
    if (before) takeOffColumn(rows, *before);
    putOnColumn(rows, *after);
  }
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
    shown.count = readCount(rows, key, column.id);
    if (cardsPerColumn == 0) continue;
    rows.scan(columnKey(key, column.id), [&](std::string_view index, std::string_view) {
      const TicketId id{key, numberAtEnd(index)};
      const auto card = rows.get(cardKey(id));
      if (!card) throw ViewDamaged("the index of a column names a card that is not there");
      shown.cards.push_back(decodeCard(id, *card));
      return shown.cards.size() < cardsPerColumn;
    });
  }
  return snapshot;
}

}  // namespace docket::projections
