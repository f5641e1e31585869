#include "server/views_server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "domain/board.h"
#include "domain/codec/codec.h"
#include "domain/ticket.h"
#include "eventstore/log.h"
#include "projections/audit_view.h"
#include "server/world_replay.h"

namespace docket::server {
namespace {

using eventstore::Position;

constexpr std::size_t kPageBytes = 1024 * 1024;
constexpr std::size_t kCardsPerColumnMax = 1000;
constexpr std::size_t kQueueEntriesMax = 1000;
constexpr std::size_t kHistoryEntriesMax = 500;
constexpr std::size_t kInboxOffersMax = 10'000;

// How often a question about a position beyond the head looks whether the head has got there.
constexpr kj::Duration kHeadPause = 20 * kj::MILLISECONDS;

std::string text(std::uint64_t number) {
  return std::to_string(number);
}

QueryRefusal notYet(std::string_view view, Position asked, Position next) {
  return {"not-yet",
          "the view " + std::string(view) + " has folded the log up to position " +
              text(next.value) + ", not yet up to " + text(asked.value),
          "ask again, or ask for an older state",
          {{"asked", text(asked.value)}, {"next", text(next.value)}}};
}

QueryRefusal standsStill(std::string_view view, const projections::Engine& engine, Position asked) {
  for (const projections::ProjectionStatus& status : engine.status()) {
    if (status.name != view || status.stoppedBy.empty()) continue;
    return {
        "view-stopped",
        "the view " + status.name + " stands still before position " + text(status.stoppedAt.value),
        "ask for any state, or have an administrator rebuild the view",
        {{"asked", text(asked.value)}, {"stoppedAt", text(status.stoppedAt.value)}}};
  }
  return {"shutting-down", "the server is shutting down", "ask again when it is back", {}};
}

// Resolves when the log's head is at `position`, or to false at `deadline`. A client asks for such
// a position only when it knows it from elsewhere, so looking now and then is good enough.
kj::Promise<bool> whenHeadAt(const RpcServices& services, Position position,
                             kj::TimePoint deadline) {
  if (services.log.head() >= position) return true;
  if (services.timer.now() >= deadline) return false;
  const kj::TimePoint next = std::min(deadline, services.timer.now() + kHeadPause);
  return services.timer.atTime(next).then(
      [&services, position, deadline] { return whenHeadAt(services, position, deadline); });
}

// Resolves to what the engine says of `view` and `position`.
kj::Promise<bool> whenFolded(projections::Engine& engine, std::string_view view,
                             Position position) {
  auto pair = kj::newPromiseAndCrossThreadFulfiller<bool>();
  // Shared, because the engine's callback must be copyable.
  auto fulfiller =
      std::make_shared<kj::Own<kj::CrossThreadPromiseFulfiller<bool>>>(kj::mv(pair.fulfiller));
  engine.whenAt(view, position,
                [fulfiller](bool folded) { (*fulfiller)->fulfill(kj::mv(folded)); });
  return kj::mv(pair.promise);
}

FreshView viewNow(const RpcServices& services, std::string_view view) {
  auto snapshot = services.engine.snapshot(view);
  if (snapshot) return FreshView(std::move(*snapshot));
  // The names asked for here are known, so it is the rows.
  return FreshView(viewRefusal(view, std::runtime_error(snapshot.error().message)));
}

// Runs `read` over rows; a fault in them becomes a refusal.
template <class Results, class Read>
void answering(std::string_view view, Results results, const Read& read) {
  try {
    read();
  } catch (const std::exception& fault) {
    writeQueryRefusal(viewRefusal(view, fault), results.initRefusal());
  }
}

template <class Results>
kj::Promise<void> refuse(Results results, const domain::Rejection& rejection) {
  writeRejection(rejection, results.initRefusal());
  return kj::READY_NOW;
}

// The most cards a column may list so that the whole page stays within its bounds.
std::size_t fittingCards(const projections::BoardSnapshot& snapshot, std::size_t cardsPerColumn) {
  while (cardsPerColumn > 1) {
    std::size_t bytes = 0;
    for (const projections::ColumnCards& column : snapshot.columns) {
      const std::size_t shown = std::min(cardsPerColumn, column.cards.size());
      for (std::size_t i = 0; i < shown; ++i) bytes += wireBytes(column.cards[i]);
    }
    if (bytes <= kPageBytes) break;
    cardsPerColumn /= 2;
  }
  return cardsPerColumn;
}

QueryRefusal undecodable(const eventstore::Envelope& envelope,
                         const domain::codec::DecodeError& error) {
  spdlog::error("the event at position {} cannot be read: {}", envelope.position.value,
                error.message);
  return {"corrupt",
          "the event at position " + text(envelope.position.value) + " cannot be read",
          "have an administrator look at the server's log",
          {{"position", text(envelope.position.value)}}};
}

// Walks a ticket's stream; `visit` gets each envelope with its event, or that a newer program wrote
// it, and answers whether to go on. Answers the position after the last one that could be seen.
using Decoded = tl::expected<domain::codec::Event, domain::codec::DecodeError>;
using VisitEvent = std::function<bool(const eventstore::Envelope& envelope, Decoded&& event)>;
tl::expected<Position, QueryRefusal> walkTicket(const eventstore::Log& log,
                                                const domain::TicketId& id,
                                                const eventstore::ReadOptions& options,
                                                const VisitEvent& visit) {
  auto reader = log.readStream({std::string(domain::codec::kTicketStream), id.text()}, options);
  while (true) {
    const auto recorded = reader.next();
    if (!recorded) return tl::make_unexpected(storeRefusal(recorded.error()));
    if (*recorded == nullptr) return reader.snapshotHead();
    const eventstore::Envelope& envelope = (*recorded)->envelope;
    auto event = domain::codec::decode(envelope.type, envelope.schemaVersion, (*recorded)->payload);
    if (!event && event.error().isDamage()) {
      return tl::make_unexpected(undecodable(envelope, event.error()));
    }
    if (!visit(envelope, std::move(event))) return reader.snapshotHead();
  }
}

}  // namespace

// --- Shared with the other capabilities ---------------------------------------------------------

QueryRefusal storeRefusal(const eventstore::StoreError& error) {
  spdlog::error("reading the log failed: {}", error.message);
  if (error.code == eventstore::StoreErrorCode::corrupt ||
      error.code == eventstore::StoreErrorCode::behindAnchor) {
    return {"corrupt",
            "the log holds bytes that are not what was written",
            "have an administrator look at the server's log",
            {}};
  }
  return {"log-unavailable",
          "the log cannot be read now",
          "have an administrator look at the server's log",
          {}};
}

QueryRefusal viewRefusal(std::string_view view, const std::exception& fault) {
  spdlog::error("reading the view {} failed: {}", view, fault.what());
  return {"corrupt",
          "the rows of the view " + std::string(view) + " cannot be read",
          "have an administrator rebuild the view",
          {}};
}

kj::Exception withoutInsides(kj::Exception&& exception) {
  spdlog::debug("a call failed: {}", exception.getDescription().cStr());
  const auto type = exception.getType();
  return kj::Exception(type, "", 0,
                       kj::str(type == kj::Exception::Type::UNIMPLEMENTED
                                   ? "this server has no such method"
                                   : "the request could not be read or carried out"));
}

namespace {

// The view once it has folded all below `asked`, or why not, when the deadline has come.
kj::Promise<FreshView> whenViewAt(const RpcServices& services, std::string view, Position asked) {
  const auto whatThereIs = [&services, view, asked]() -> FreshView {
    FreshView now = viewNow(services, view);
    // It may have got there in the very last moment.
    if (!now || now->next >= asked) return now;
    return FreshView(notYet(view, asked, now->next));
  };
  {
    FreshView now = viewNow(services, view);
    if (!now || now->next >= asked) return kj::mv(now);
  }
  const kj::TimePoint deadline = services.timer.now() + services.freshnessDeadline;
  auto folded =
      whenHeadAt(services, asked, deadline)
          .then([&services, view, asked, whatThereIs](bool there) -> kj::Promise<FreshView> {
            if (!there) return whatThereIs();
            return whenFolded(services.engine, view, asked)
                .then([&services, view, asked](bool done) {
                  if (done) return viewNow(services, view);
                  return FreshView(standsStill(view, services.engine, asked));
                });
          });
  // then() keeps a reference to a function that is not given away, and this one is about to end.
  return folded.exclusiveJoin(services.timer.atTime(deadline).then(kj::cp(whatThereIs)));
}

}  // namespace

kj::Promise<FreshView> whenFresh(const RpcServices& services, std::string view,
                                 api::Freshness::Reader freshness) {
  if (freshness.isAtLeast()) {
    return whenViewAt(services, std::move(view), Position{freshness.getAtLeast()});
  }
  if (freshness.isHead()) return whenAtHead(services, std::move(view));
  return viewNow(services, view);
}

kj::Promise<FreshView> whenAtHead(const RpcServices& services, std::string view) {
  return whenViewAt(services, std::move(view), services.log.head());
}

// --- Views --------------------------------------------------------------------------------------

kj::Promise<void> ViewsServer::boards(BoardsContext context) {
  return whenFresh(services_, "board", context.getParams().getFreshness())
      .then([context](FreshView fresh) mutable {
        auto results = context.getResults();
        if (!fresh) return writeQueryRefusal(fresh.error(), results.initRefusal());
        answering("board", results, [&] {
          const auto summaries = projections::BoardView::list(*fresh->rows);
          auto list = results.initBoards(static_cast<unsigned>(summaries.size()));
          for (unsigned i = 0; i < list.size(); ++i) writeSummary(summaries[i], list[i]);
          results.setNext(fresh->next.value);
        });
      });
}

kj::Promise<void> ViewsServer::board(BoardContext context) {
  const auto params = context.getParams();
  const auto key = readName("key", params.getKey());
  if (!key) return refuse(context.getResults(), key.error());
  const std::size_t asked = std::min<std::size_t>(params.getCardsPerColumn(), kCardsPerColumnMax);
  return whenFresh(services_, "board", params.getFreshness())
      .then([context, board = domain::BoardKey{*key}, asked](FreshView fresh) mutable {
        auto results = context.getResults();
        if (!fresh) return writeQueryRefusal(fresh.error(), results.initRefusal());
        answering("board", results, [&] {
          const auto snapshot = projections::BoardView::show(*fresh->rows, board, asked);
          if (!snapshot) {
            return writeRejection({domain::UnknownBoard{board}}, results.initRefusal());
          }
          writeBoard(*snapshot, fittingCards(*snapshot, asked), results.initBoard());
          results.setNext(fresh->next.value);
        });
      });
}

kj::Promise<void> ViewsServer::queue(QueueContext context) {
  const auto params = context.getParams();
  const auto key = readName("key", params.getKey());
  if (!key) return refuse(context.getResults(), key.error());
  const std::size_t limit = std::min<std::size_t>(params.getLimit(), kQueueEntriesMax);
  return whenFresh(services_, "queue", params.getFreshness())
      .then([this, context, board = domain::BoardKey{*key}, limit](FreshView fresh) mutable {
        auto results = context.getResults();
        if (!fresh) return writeQueryRefusal(fresh.error(), results.initRefusal());
        answering("queue", results, [&] {
          // The order needs every card, so that a limit would save nothing; the total comes with
          // it.
          const auto entries = projections::QueueView::list(
              *fresh->rows, board, services_.clock(), std::numeric_limits<std::size_t>::max());
          if (!entries) {
            return writeRejection({domain::UnknownBoard{board}}, results.initRefusal());
          }
          std::size_t shown = 0;
          for (std::size_t bytes = 0; shown < std::min(limit, entries->size()); ++shown) {
            bytes += wireBytes((*entries)[shown].card);
            if (bytes > kPageBytes) break;
          }
          auto list = results.initEntries(static_cast<unsigned>(shown));
          for (unsigned i = 0; i < list.size(); ++i) writeQueueEntry((*entries)[i], list[i]);
          results.setTotal(entries->size());
          results.setNext(fresh->next.value);
        });
      });
}

kj::Promise<void> ViewsServer::ticket(TicketContext context) {
  auto results = context.getResults();
  const auto id = readTicketId("id", context.getParams().getId());
  if (!id) return refuse(results, id.error());
  domain::Ticket ticket;
  eventstore::Version version;
  std::optional<domain::UnreadEvent> unread;
  const auto next = walkTicket(
      services_.log, *id, {}, [&](const eventstore::Envelope& envelope, Decoded&& event) {
        if (!event) {
          unread = unreadEvent(envelope);
        } else if (const auto* happened = std::get_if<domain::TicketEvent>(&*event)) {
          domain::evolve(ticket, *happened, envelope.occurredAt);
          version = envelope.version;
        }
        return !unread;
      });
  if (!next) {
    writeQueryRefusal(next.error(), results.initRefusal());
  } else if (unread) {
    // What it is now is not known here; its history is.
    writeRejection({domain::EventNotUnderstood{id->text(), *unread}}, results.initRefusal());
  } else if (!ticket.exists) {
    writeRejection({domain::UnknownTicket{*id}}, results.initRefusal());
  } else {
    answering("desk", results, [&] {
      writeTicket({ticket, version, definitionsFor(ticket), services_.clock()},
                  results.initTicket());
      results.setNext(next->value);
    });
  }
  return kj::READY_NOW;
}

// What the clocks of the ticket are read by. Only they need it.
const domain::DeskDefinitions& ViewsServer::definitionsFor(const domain::Ticket& ticket) const {
  static const domain::DeskDefinitions kNone;
  if (ticket.clocks.all().empty()) return kNone;
  const auto view = services_.engine.snapshot("desk");
  if (!view) throw std::runtime_error(view.error().message);
  return services_.deskCache.read(*view->rows);
}

kj::Promise<void> ViewsServer::history(HistoryContext context) {
  auto results = context.getResults();
  const auto params = context.getParams();
  const auto id = readTicketId("id", params.getId());
  if (!id) return refuse(results, id.error());
  const std::size_t limit = std::clamp<std::size_t>(params.getLimit(), 1, kHistoryEntriesMax);

  std::vector<projections::AuditEntry> facts;
  std::vector<Decoded> events;  // one for each of `facts`
  std::size_t bytes = 0;
  bool more = false;
  eventstore::ReadOptions options;
  options.from = params.getFromVersion();
  options.limit = limit + 1;
  const auto next = walkTicket(
      services_.log, *id, options, [&](const eventstore::Envelope& envelope, Decoded&& event) {
        bytes += envelope.payloadSize;
        more = facts.size() == limit || (bytes > kPageBytes && !facts.empty());
        if (more) return false;
        facts.push_back(projections::auditEntry(envelope, event));
        events.push_back(std::move(event));
        return true;
      });
  if (!next) {
    writeQueryRefusal(next.error(), results.initRefusal());
    return kj::READY_NOW;
  }
  if (facts.empty()) {
    // Either there is no such ticket, or the question begins behind its last event.
    const auto last =
        services_.log.lastVersion({std::string(domain::codec::kTicketStream), id->text()});
    if (!last) {
      writeQueryRefusal(storeRefusal(last.error()), results.initRefusal());
      return kj::READY_NOW;
    }
    if (!*last) return refuse(results, {domain::UnknownTicket{*id}});
  }
  auto list = results.initEntries(static_cast<unsigned>(facts.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    if (events[i]) {
      writeHistoryEntry(facts[i], *events[i], list[i]);
    } else {
      writeFacts(facts[i], list[i].initFacts());
    }
  }
  results.setMore(more);
  results.setNext(next->value);
  return kj::READY_NOW;
}

kj::Promise<void> ViewsServer::boardRules(BoardRulesContext context) {
  const auto key = readName("key", context.getParams().getKey());
  if (!key) return refuse(context.getResults(), key.error());
  return whenAtHead(services_, "board")
      .then([context, board = domain::BoardKey{*key}](FreshView fresh) mutable {
        auto results = context.getResults();
        if (!fresh) return writeQueryRefusal(fresh.error(), results.initRefusal());
        answering("board", results, [&] {
          const auto rules = projections::BoardView::rules(*fresh->rows, board);
          if (!rules) return writeRejection({domain::UnknownBoard{board}}, results.initRefusal());
          const auto boards = projections::BoardView::keys(*fresh->rows);
          writeRules(*rules, domain::lint(rules->board, boards), results.initRules());
          results.setNext(fresh->next.value);
        });
      });
}

kj::Promise<void> ViewsServer::desk(DeskContext context) {
  return whenAtHead(services_, "desk").then([this, context](FreshView fresh) mutable {
    auto results = context.getResults();
    if (!fresh) return writeQueryRefusal(fresh.error(), results.initRefusal());
    answering("desk", results, [&] {
      writeDesk(services_.deskCache.read(*fresh->rows), results.initDesk());
      results.setNext(fresh->next.value);
    });
  });
}

kj::Promise<void> ViewsServer::inbox(InboxContext context) {
  const auto key = readName("key", context.getParams().getKey());
  if (!key) return refuse(context.getResults(), key.error());
  return whenAtHead(services_, "desk")
      .then([context, board = domain::BoardKey{*key}](FreshView fresh) mutable {
        auto results = context.getResults();
        if (!fresh) return writeQueryRefusal(fresh.error(), results.initRefusal());
        answering("desk", results, [&] {
          const auto offers = projections::DeskView::inbox(*fresh->rows, board);
          if (!offers) return writeRejection({domain::UnknownBoard{board}}, results.initRefusal());
          const auto shown = std::min(offers->size(), kInboxOffersMax);
          auto list = results.initOffers(static_cast<unsigned>(shown));
          for (unsigned i = 0; i < list.size(); ++i) writeOffer((*offers)[i], list[i]);
          results.setNext(fresh->next.value);
        });
      });
}

}  // namespace docket::server
