#include "projections/queue_view.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

#include "domain/cases.h"
#include "domain/pull.h"
#include "projections/card_codec.h"
#include "projections/row_codec.h"

namespace docket::projections {
namespace {

using domain::BoardKey;
using domain::TicketId;

// --- Rows; README.md lists them
// ------------------------------------------------------------------- A ticket has one row, under
// one tag or the other: list() then scans the queued ones and no more.
constexpr char kBoardTag = 'b';
constexpr char kQueuedTag = 'q';
constexpr char kElsewhereTag = 'e';

Key boardKey(const BoardKey& board) {
  return Key(kBoardTag).tail(board.value);
}
Key ticketKey(char tag, const TicketId& id) {
  return Key(tag).text(id.board.value).number(id.number);
}

char tagOf(const Card& card) {
  return card.place.category == domain::ColumnCategory::queue ? kQueuedTag : kElsewhereTag;
}

tl::expected<void, std::string> applyTicket(const eventstore::Envelope& envelope,
                                            const domain::TicketEvent& event, Rows& rows) {
  const auto id = ticketOf(envelope);
  if (!id) return tl::unexpected(id.error());
  std::optional<Card> before;
  auto stored = rows.get(ticketKey(kQueuedTag, *id));
  if (!stored) stored = rows.get(ticketKey(kElsewhereTag, *id));
  if (stored) before = decodeCard(*id, *stored);
  const auto after = foldCard(*id, before, event, envelope.occurredAt);
  if (!after) return {};
  std::string row = encodeCard(*after);
  if (stored == row) return {};
  const bool changesTag = before && tagOf(*before) != tagOf(*after);
  if (changesTag) rows.erase(ticketKey(tagOf(*before), *id));
  rows.put(ticketKey(tagOf(*after), *id), row);
  return {};
}

domain::OpenCard toOpenCard(const Card& card) {
  domain::OpenCard open;
  open.ticket = card.id;
  open.place = card.place;
  open.type = card.type;
  open.serviceClass = card.serviceClass;
  open.arrivedAt = card.openedAt;
  open.committedAt = card.committedAt;
  open.due = card.due;
  open.blocked = card.blocked.has_value();
  return open;
}

}  // namespace

tl::expected<void, std::string> QueueView::apply(const eventstore::Envelope& envelope,
                                                 const domain::codec::Event& event,
                                                 Rows& rows) const {
  return std::visit(
      domain::Cases{
          [&](const domain::TicketEvent& ticket) { return applyTicket(envelope, ticket, rows); },
          [&](const domain::BoardEvent& board) -> tl::expected<void, std::string> {
            // Nothing else about a board orders what stands in its queue.
            if (std::holds_alternative<domain::BoardCreated>(board)) {
              rows.put(boardKey({std::string(envelope.streamId)}), {});
            }
            return {};
          },
          [](const domain::SubjectEvent& subject) -> tl::expected<void, std::string> {
            std::visit(domain::Cases{
                           [](const domain::SubjectErased&) {},  // what stands in a queue stays
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

std::optional<std::vector<QueueEntry>> QueueView::list(const RowReader& rows, const BoardKey& key,
                                                       domain::Timestamp now, std::size_t limit) {
  if (!rows.get(boardKey(key))) return std::nullopt;
  std::vector<Card> cards;
  rows.scan(Key(kQueuedTag).text(key.value), [&](std::string_view at, std::string_view value) {
    cards.push_back(decodeCard({key, numberAtEnd(at)}, value));
    return true;
  });

  std::vector<domain::OpenCard> open(cards.size());
  std::transform(cards.begin(), cards.end(), open.begin(), toOpenCard);
  std::vector<const domain::OpenCard*> candidates;
  std::unordered_map<std::uint64_t, const Card*> byNumber;
  std::vector<const Card*> blocked;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    candidates.push_back(&open[i]);
    byNumber.emplace(cards[i].id.number, &cards[i]);
    if (cards[i].blocked) blocked.push_back(&cards[i]);
  }

  std::vector<QueueEntry> entries;
  std::uint64_t rank = 0;
  static const domain::BoardPolicy kPolicy;
  static const domain::RecentWork kNoHistory;
  for (const domain::PullCandidate& candidate :
       domain::pullOrder(candidates, now, {kPolicy, kNoHistory})) {
    if (entries.size() == limit) break;
    entries.push_back({++rank, std::string(domain::text(candidate.rule)),
                       *byNumber.at(candidate.card->ticket.number)});
  }
  std::sort(blocked.begin(), blocked.end(), [](const Card* a, const Card* b) {
    return std::tie(a->inColumnSince, a->id.number) < std::tie(b->inColumnSince, b->id.number);
  });
  for (const Card* card : blocked) {
    if (entries.size() == limit) break;
    entries.push_back({0, "blocked", *card});
  }
  return entries;
}

}  // namespace docket::projections
