#include "projections/queue_view.h"

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>
#include <variant>

#include "domain/cases.h"
#include "domain/pull.h"
#include "projections/card_codec.h"
#include "projections/row_codec.h"

namespace docket::projections {
namespace {

using domain::BoardKey;
using domain::ColumnCategory;
using domain::RecentWork;
using domain::TicketId;
using domain::Timestamp;

// --- Rows; README.md lists them ------------------------------------------------------------------
// A ticket has one row, under one tag or the other: list() then scans the queued ones and no more,
// and looks up the few guests.
constexpr char kBoardTag = 'b';
constexpr char kQueuedTag = 'q';
constexpr char kElsewhereTag = 'e';
constexpr char kGuestTag = 'g';
constexpr char kPullsTag = 'p';
constexpr char kCycleTimesTag = 'd';

Key boardKey(const BoardKey& board) {
  return Key(kBoardTag).tail(board.value);
}
Key ticketKey(char tag, const TicketId& id) {
  return Key(tag).text(id.board.value).number(id.number);
}
Key guestKey(const BoardKey& board, const TicketId& id) {
  Key key = Key(kGuestTag).text(board.value);
  addTicket(key, board, id);
  return key;
}
Key pullsKey(const BoardKey& board) {
  return Key(kPullsTag).tail(board.value);
}
Key cycleTimesKey(const BoardKey& board, domain::TicketType type) {
  return Key(kCycleTimesTag).text(board.value).number(static_cast<std::uint64_t>(type));
}

char tagOf(const Card& card) {
  return card.place.category == ColumnCategory::queue ? kQueuedTag : kElsewhereTag;
}

std::optional<std::string> readTicket(const RowReader& rows, const TicketId& id) {
  auto stored = rows.get(ticketKey(kQueuedTag, id));
  return stored ? stored : rows.get(ticketKey(kElsewhereTag, id));
}

// --- The policy: what of it orders a queue -------------------------------------------------------

std::string encodePolicy(const domain::BoardPolicy& policy) {
  return RowWriter()
      .number(policy.intangibleMin)
      .number(policy.intangibleOf)
      .number(static_cast<std::uint64_t>(policy.fixedDateLeadTime.count()))
      .take();
}

domain::BoardPolicy decodePolicy(std::string_view bytes) {
  constexpr std::uint64_t kNumberMax = 0xffff'ffff;
  RowParser row(bytes);
  domain::BoardPolicy policy;
  policy.intangibleMin = static_cast<std::uint32_t>(row.number(kNumberMax));
  policy.intangibleOf = static_cast<std::uint32_t>(row.number(kNumberMax));
  policy.fixedDateLeadTime = std::chrono::seconds{static_cast<std::int64_t>(row.number())};
  if (!row.whole()) throw ViewDamaged("the policy of a board is not what was written");
  return policy;
}

// --- What was done lately ------------------------------------------------------------------------

std::deque<domain::ServiceClass> readPulls(const RowReader& rows, const BoardKey& board) {
  std::deque<domain::ServiceClass> pulls;
  const auto stored = rows.get(pullsKey(board));
  if (!stored) return pulls;
  RowParser row(*stored);
  while (!row.whole() && !row.damaged()) {
    pulls.push_back(row.kind(domain::ServiceClass::intangible));
  }
  if (row.damaged()) throw ViewDamaged("the pulls of a board are not what was written");
  return pulls;
}

void notePull(Rows& rows, const BoardKey& board, domain::ServiceClass pulled) {
  auto pulls = readPulls(rows, board);
  pulls.push_back(pulled);
  if (pulls.size() > RecentWork::kPullsMax) pulls.pop_front();
  RowWriter row;
  for (const domain::ServiceClass one : pulls) row.kind(one);
  rows.put(pullsKey(board), row.take());
}

std::deque<std::chrono::microseconds> readCycleTimes(const RowReader& rows, const Key& key) {
  std::deque<std::chrono::microseconds> times;
  const auto stored = rows.get(key);
  if (!stored) return times;
  RowParser row(*stored);
  while (!row.whole() && !row.damaged()) times.push_back(row.time().time_since_epoch());
  if (row.damaged()) throw ViewDamaged("the cycle times of a board are not what was written");
  return times;
}

void noteCycleTime(Rows& rows, const Key& key, std::chrono::microseconds time) {
  auto times = readCycleTimes(rows, key);
  times.push_back(time);
  if (times.size() > RecentWork::kCycleTimesMax) times.pop_front();
  RowWriter row;
  for (const std::chrono::microseconds one : times) row.time(Timestamp{one});
  rows.put(key, row.take());
}

// Whoever pulls a card pulls what is not over at home, or any guest.
void notePulls(Rows& rows, const CardRow& before, const domain::TicketEvent& event) {
  if (std::holds_alternative<domain::TicketPulled>(event)) {
    if (domain::isFinished(before.card.place.category)) return;
    notePull(rows, before.card.id.board, before.card.serviceClass);
  } else if (const auto* pulled = std::get_if<domain::GuestPulled>(&event)) {
    if (before.guestOn(pulled->board) == nullptr) return;
    notePull(rows, pulled->board, before.card.serviceClass);
  }
}

// What was committed and is finished now, on each board where it stands.
void noteCycleTimes(Rows& rows, const CardRow& before, const CardRow& after, Timestamp at) {
  for (const BoardKey& board : after.boards()) {
    const auto was = before.on(board);
    const auto is = after.on(board);
    if (!was || domain::isFinished(was->place.category)) continue;
    if (!domain::isFinished(is->place.category) || !is->committedAt) continue;
    noteCycleTime(rows, cycleTimesKey(board, was->type), domain::cycleTime(*is->committedAt, at));
  }
}

// --- The fold ------------------------------------------------------------------------------------

void noteRecentWork(Rows& rows, const std::optional<CardRow>& before, const CardRow& after,
                    const std::pair<const domain::TicketEvent&, Timestamp> happened) {
  const auto& [event, at] = happened;
  // These put a card on a board, finished or not; nothing was done to it there yet.
  if (!before || std::holds_alternative<domain::TicketOpened>(event) ||
      std::holds_alternative<domain::HandOverAccepted>(event)) {
    return;
  }
  notePulls(rows, *before, event);
  // What was cancelled or imported is no cycle of the board's own.
  if (std::holds_alternative<domain::TicketCancelled>(event) ||
      std::holds_alternative<domain::HistoryRecorded>(event)) {
    return;
  }
  noteCycleTimes(rows, *before, after, at);
}

void updateGuests(Rows& rows, const std::optional<CardRow>& before, const CardRow& after) {
  const TicketId& id = after.card.id;
  const auto isQueued = [](const domain::GuestPlacement& guest) {
    return guest.place.category == ColumnCategory::queue;
  };
  if (before) {
    for (const domain::GuestPlacement& guest : before->guests) {
      const auto* const still = after.guestOn(guest.board);
      if (isQueued(guest) && !(still != nullptr && isQueued(*still))) {
        rows.erase(guestKey(guest.board, id));
      }
    }
  }
  for (const domain::GuestPlacement& guest : after.guests) {
    if (!isQueued(guest) || guest.board == id.board) continue;
    const auto* const was = before ? before->guestOn(guest.board) : nullptr;
    if (was == nullptr || !isQueued(*was)) rows.put(guestKey(guest.board, id), {});
  }
}

tl::expected<void, std::string> applyTicket(const eventstore::Envelope& envelope,
                                            const domain::TicketEvent& event, Rows& rows) {
  const auto id = ticketOf(envelope);
  if (!id) return tl::unexpected(id.error());
  const auto stored = readTicket(rows, *id);
  std::optional<CardRow> before;
  if (stored) before = decodeCard(*id, *stored);
  const auto after = foldCard(*id, before, event, envelope.occurredAt);
  if (!after) return {};
  noteRecentWork(rows, before, *after, {event, envelope.occurredAt});
  std::string row = encodeCard(*after);
  if (stored == row) return {};
  updateGuests(rows, before, *after);
  const bool changesTag = before && tagOf(before->card) != tagOf(after->card);
  if (changesTag) rows.erase(ticketKey(tagOf(before->card), *id));
  rows.put(ticketKey(tagOf(after->card), *id), row);
  return {};
}

void applyBoard(const BoardKey& board, const domain::BoardEvent& event, Rows& rows) {
  const Key key = boardKey(board);
  if (std::holds_alternative<domain::BoardCreated>(event)) {
    if (!rows.get(key)) rows.put(key, encodePolicy({}));
  } else if (const auto* set = std::get_if<domain::PolicySet>(&event)) {
    if (rows.get(key)) rows.put(key, encodePolicy(set->after));
  }
  // Nothing else about a board orders what stands in its queue.
}

// --- The list ------------------------------------------------------------------------------------

// What stands in a queue column of the board, at home or as a guest.
std::vector<CardRow> queuedOn(const RowReader& rows, const BoardKey& board) {
  std::vector<CardRow> queued;
  const Key own = Key(kQueuedTag).text(board.value);
  rows.scan(own, [&](std::string_view at, std::string_view value) {
    const TicketId id = ticketAtEnd(at.substr(own.bytes().size()), board);
    queued.push_back(decodeCard(id, value));
    return true;
  });
  const Key guests = Key(kGuestTag).text(board.value);
  rows.scan(guests, [&](std::string_view at, std::string_view) {
    const TicketId id = ticketAtEnd(at.substr(guests.bytes().size()), board);
    const auto stored = readTicket(rows, id);
    if (!stored) throw ViewDamaged("a guest in a queue is a ticket that is not there");
    queued.push_back(decodeCard(id, *stored));
    return true;
  });
  return queued;
}

RecentWork readRecentWork(const RowReader& rows, const BoardKey& board) {
  RecentWork recent;
  recent.pulls = readPulls(rows, board);
  for (std::size_t type = 0; type < recent.cycleTimes.size(); ++type) {
    recent.cycleTimes[type] =
        readCycleTimes(rows, cycleTimesKey(board, static_cast<domain::TicketType>(type)));
  }
  return recent;
}

// Rank and rule are for whoever sorts them; of one that would not be pulled they say why.
QueueEntry entryOf(const CardRow& row, const BoardKey& board) {
  auto card = row.on(board);
  if (!card) throw ViewDamaged("a guest in a queue is not on that board");
  const char* why = "needs-tier";  // R6: what else the pull policy leaves out
  if (row.awaitsApproval()) why = "awaits-approval";
  if (card->blocked) why = "blocked";
  return {0, why, *std::move(card)};
}

}  // namespace

tl::expected<void, std::string> QueueView::apply(const eventstore::Envelope& envelope,
                                                 const domain::codec::Event& event,
                                                 Rows& rows) const {
  return std::visit(
      domain::Cases{
          [&](const domain::TicketEvent& ticket) { return applyTicket(envelope, ticket, rows); },
          [&](const domain::BoardEvent& board) -> tl::expected<void, std::string> {
            applyBoard({std::string(envelope.streamId)}, board, rows);
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
                                                       Timestamp now, std::size_t limit) {
  const auto stored = rows.get(boardKey(key));
  if (!stored) return std::nullopt;
  const domain::BoardPolicy policy = decodePolicy(*stored);
  const RecentWork recent = readRecentWork(rows, key);

  const std::vector<CardRow> queued = queuedOn(rows, key);
  std::vector<QueueEntry> entries;
  std::vector<domain::OpenCard> open;
  entries.reserve(queued.size());
  open.reserve(queued.size());
  for (const CardRow& row : queued) {
    entries.push_back(entryOf(row, key));
    open.push_back(*row.openOn(key));
  }
  std::vector<const domain::OpenCard*> candidates;
  for (const domain::OpenCard& card : open) candidates.push_back(&card);
  std::uint64_t rank = 0;
  for (const domain::PullCandidate& candidate :
       domain::pullOrder(candidates, now, {policy, recent})) {
    QueueEntry& entry = entries[static_cast<std::size_t>(candidate.card - open.data())];
    entry.rank = ++rank;
    entry.rule = domain::text(candidate.rule);
  }
  std::sort(entries.begin(), entries.end(), [](const QueueEntry& a, const QueueEntry& b) {
    const auto place = [](const QueueEntry& entry) {
      // Ranks first; where there is none, by time in the column.
      return std::tuple(entry.rank == 0, entry.rank, entry.card.inColumnSince, entry.card.id);
    };
    return place(a) < place(b);
  });
  if (entries.size() > limit) entries.resize(limit);
  return entries;
}

}  // namespace docket::projections
