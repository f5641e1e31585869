#include "projections/audit_view.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "domain/board.h"
#include "domain/cases.h"
#include "domain/desk.h"
#include "domain/subject.h"
#include "domain/ticket.h"
#include "projections/row_codec.h"

namespace docket::projections {
namespace {

using eventstore::Envelope;
using eventstore::Position;
using eventstore::StoreError;
using eventstore::Timestamp;

// --- Rows; README.md lists them
// -------------------------------------------------------------------
constexpr char kPersonTag = 'a';
constexpr char kBoardTag = 'b';
constexpr char kTypeTag = 't';
constexpr char kCountTag = 'n';
constexpr char kMinuteTag = 'm';
constexpr char kEndTag = 'z';

// One index: the positions of the events that have something in common.
struct Index {
  char tag;
  std::string_view text;

  Key key() const { return Key(tag).text(text); }
  Key key(std::uint64_t position) const { return key().number(position); }
  Key countKey() const { return Key(kCountTag).tail({&tag, 1}).tail(text); }
};

std::uint64_t readNumber(const RowReader& rows, std::string_view key) {
  const auto stored = rows.get(key);
  if (!stored) return 0;
  RowParser row(*stored);
  const std::uint64_t number = row.number();
  if (!row.whole()) throw ViewDamaged("a number of the audit view is not what was written");
  return number;
}

void writeNumber(Rows& rows, std::string_view key, std::uint64_t number) {
  rows.put(key, RowWriter().number(number).take());
}

void addTo(const Index& index, Position position, Rows& rows) {
  rows.put(index.key(position.value), {});
  const Key count = index.countKey();
  writeNumber(rows, count, readNumber(rows, count) + 1);
}

Timestamp minuteOf(Timestamp time) {
  using std::chrono::minutes;
  // The earliest instants have no minute before them to be rounded to.
  if (time < Timestamp::min() + minutes{1}) return Timestamp::min();
  return std::chrono::floor<minutes>(time);
}

// The board that an event is about; empty: none.
std::string boardOf(const Envelope& envelope) {
  if (envelope.streamKind == domain::codec::kBoardStream) return std::string(envelope.streamId);
  if (envelope.streamKind != domain::codec::kTicketStream) return {};
  const auto ticket = domain::TicketId::parse(envelope.streamId);
  return ticket ? ticket->board.value : std::string();
}

std::string summaryOf(const domain::codec::Event& event) {
  return std::visit(
      domain::Cases{
          [](const domain::TicketEvent& ticket) { return domain::describe(ticket); },
          [](const domain::BoardEvent& board) { return domain::describe(board); },
          [](const domain::SubjectEvent& subject) { return domain::describe(subject); },
          [](const domain::DeskEvent& desk) { return domain::describe(desk); },
      },
      event);
}

std::string summaryOf(const domain::codec::DecodeError& error) {
  if (error.isDamage()) return "cannot be decoded: " + error.message;
  return "unknown to this version of the server (schema version " + std::to_string(error.version) +
         ")";
}

AuditEntry entryWithoutSummary(const Envelope& envelope) {
  AuditEntry entry;
  entry.position = envelope.position;
  entry.version = envelope.version;
  entry.stream = envelope.stream().text();
  entry.type = envelope.type;
  entry.recordedAt = envelope.recordedAt;
  entry.occurredAt = envelope.occurredAt;
  entry.actor = envelope.actor;
  entry.onBehalfOf = envelope.onBehalfOf;
  entry.origin = envelope.origin;
  entry.commandId = envelope.commandId;
  return entry;
}

void index(const Envelope& envelope, Rows& rows) {
  const Position position = envelope.position;
  addTo({kPersonTag, envelope.actor}, position, rows);
  if (!envelope.onBehalfOf.empty() && envelope.onBehalfOf != envelope.actor) {
    addTo({kPersonTag, envelope.onBehalfOf}, position, rows);
  }
  if (const std::string board = boardOf(envelope); !board.empty()) {
    addTo({kBoardTag, board}, position, rows);
  }
  addTo({kTypeTag, envelope.type}, position, rows);
  const Key minute = Key(kMinuteTag).time(minuteOf(envelope.recordedAt));
  if (!rows.get(minute)) writeNumber(rows, minute, position.value);
  writeNumber(rows, Key(kEndTag), position.value + 1);
}

// --- Finding
// --------------------------------------------------------------------------------------

// One find(): walks what is narrowest, looks at each candidate's envelope for the rest of the
// filter.
class Finder {
 public:
  Finder(const RowReader& rows, const eventstore::Log& log, const AuditFilter& filter)
      : rows_(rows), log_(log), filter_(filter) {}

  tl::expected<std::vector<AuditEntry>, StoreError> find() {
    if (filter_.limit == 0 || !setBounds()) return std::vector<AuditEntry>{};
    if (filter_.ticket) {
      walkTicket();
    } else if (const auto indexes = wantedIndexes(); !indexes.empty()) {
      walkIndex(indexes);
    } else {
      walkLog();
    }
    if (failed_) return tl::unexpected(*std::move(failed_));
    return std::move(entries_);
  }

 private:
  // The positions that can match by time and `after`. False: none can. A recorded time never goes
  // back, so a span of time is a span of positions, give or take a minute that matches() settles.
  bool setBounds() {
    end_ = readNumber(rows_, Key(kEndTag));
    if (filter_.from) {
      const auto first = firstFrom(*filter_.from, true);
      if (!first) return false;
      begin_ = *first;
    }
    if (filter_.to) end_ = std::min(end_, firstFrom(*filter_.to, false).value_or(end_));
    if (filter_.after) {
      if (filter_.newestFirst) {
        end_ = std::min(end_, filter_.after->value);
      } else if (filter_.after->value >= end_) {
        return false;
      } else {
        begin_ = std::max(begin_, filter_.after->value + 1);
      }
    }
    return begin_ < end_;
  }

  // The first position of the minute of `time` or later; without `partOfMinute`, of the first
  // minute that lies wholly at or after `time`.
  std::optional<std::uint64_t> firstFrom(Timestamp time, bool partOfMinute) const {
    const Timestamp minute = minuteOf(time);
    std::optional<std::uint64_t> found;
    const Key from = Key(kMinuteTag).time(minute);
    rows_.scanFrom(Key(kMinuteTag), from, false, [&](std::string_view key, std::string_view value) {
      if (!partOfMinute && minute != time && key == from.bytes()) return true;
      RowParser row(value);
      found = row.number();
      if (!row.whole()) throw ViewDamaged("a minute of the audit view is not what was written");
      return false;
    });
    return found;
  }

  // Narrowest first.
  std::vector<Index> wantedIndexes() const {
    std::vector<std::pair<std::uint64_t, Index>> counted;
    const auto add = [&](const Index& index) {
      counted.emplace_back(readNumber(rows_, index.countKey()), index);
    };
    if (!filter_.actor.empty()) add({kPersonTag, filter_.actor});
    if (!filter_.type.empty()) add({kTypeTag, filter_.type});
    if (filter_.board) add({kBoardTag, filter_.board->value});
    std::stable_sort(counted.begin(), counted.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Index> indexes;
    for (const auto& [count, index] : counted) indexes.push_back(index);
    return indexes;
  }

  void walkIndex(const std::vector<Index>& indexes) {
    const Index& narrowest = indexes.front();
    const Key from = narrowest.key(filter_.newestFirst ? end_ - 1 : begin_);
    rows_.scanFrom(
        narrowest.key(), from, filter_.newestFirst, [&](std::string_view key, std::string_view) {
          if (key.size() < 8) throw ViewDamaged("an index of the audit view is damaged");
          const std::uint64_t position = RowParser(key.substr(key.size() - 8)).bigEndian();
          if (position < begin_ || position >= end_) return false;
          const bool inAll = std::all_of(
              indexes.begin() + 1, indexes.end(),
              [&](const Index& index) { return rows_.get(index.key(position)).has_value(); });
          return !inAll || readAt(position);
        });
  }

  // False: enough, or failed.
  bool readAt(std::uint64_t position) {
    eventstore::ReadOptions options;
    options.from = position;
    options.limit = 1;
    eventstore::LogReader reader = log_.readAll(options);
    return takeNext(reader);
  }

  void walkLog() {
    eventstore::ReadOptions options = directed();
    options.from = filter_.newestFirst ? end_ - 1 : begin_;
    options.limit = end_ - begin_;
    eventstore::LogReader reader = log_.readAll(options);
    while (takeNext(reader)) {
    }
  }

  void walkTicket() {
    const eventstore::StreamId stream{std::string(domain::codec::kTicketStream),
                                      filter_.ticket->text()};
    eventstore::LogReader reader = log_.readStream(stream, directed());
    while (takeNext(reader)) {
    }
  }

  eventstore::ReadOptions directed() const {
    eventstore::ReadOptions options;
    if (filter_.newestFirst) options.direction = eventstore::Direction::backward;
    return options;
  }

  // False: at the end, enough, or failed.
  bool takeNext(eventstore::LogReader& reader) {
    const auto event = reader.next();
    if (!event) {
      failed_ = event.error();
      return false;
    }
    if (*event == nullptr) return false;
    if (matches((*event)->envelope)) entries_.push_back(entryOf(**event));
    return entries_.size() < filter_.limit;
  }

  bool matches(const Envelope& envelope) const {
    if (envelope.position.value < begin_ || envelope.position.value >= end_) return false;
    if (filter_.from && envelope.recordedAt < *filter_.from) return false;
    if (filter_.to && envelope.recordedAt >= *filter_.to) return false;
    if (!filter_.type.empty() && envelope.type != filter_.type) return false;
    if (filter_.board && boardOf(envelope) != filter_.board->value) return false;
    return filter_.actor.empty() || envelope.actor == filter_.actor ||
           envelope.onBehalfOf == filter_.actor;
  }

  static AuditEntry entryOf(const eventstore::RecordedEvent& event) {
    const Envelope& envelope = event.envelope;
    return auditEntry(envelope,
                      domain::codec::decode(envelope.type, envelope.schemaVersion, event.payload));
  }

  const RowReader& rows_;
  const eventstore::Log& log_;
  const AuditFilter& filter_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::vector<AuditEntry> entries_;
  std::optional<StoreError> failed_;
};

}  // namespace

AuditEntry auditEntry(const Envelope& envelope,
                      const tl::expected<domain::codec::Event, domain::codec::DecodeError>& event) {
  AuditEntry entry = entryWithoutSummary(envelope);
  // That it happened is shown even when this program cannot say what it was.
  entry.summary = event ? summaryOf(*event) : summaryOf(event.error());
  return entry;
}

tl::expected<void, std::string> AuditView::apply(const Envelope& envelope,
                                                 const domain::codec::Event& /*event*/,
                                                 Rows& rows) const {
  index(envelope, rows);
  return {};
}

tl::expected<void, std::string> AuditView::applyUnread(const Envelope& envelope,
                                                       const domain::codec::DecodeError& /*error*/,
                                                       Rows& rows) const {
  index(envelope, rows);
  return {};
}

bool AuditView::hasType(const RowReader& rows, std::string_view type) {
  return readNumber(rows, Index{kTypeTag, type}.countKey()) > 0;
}

tl::expected<std::vector<AuditEntry>, StoreError> AuditView::find(const RowReader& rows,
                                                                  const eventstore::Log& log,
                                                                  const AuditFilter& filter) {
  return Finder(rows, log, filter).find();
}

}  // namespace docket::projections
