#include "server/decider.h"

#include <spdlog/spdlog.h>

#include <cstring>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "domain/authority.h"
#include "domain/cases.h"
#include "domain/codec/codec.h"
#include "domain/desk.h"
#include "domain/text_rules.h"
#include "server/world_replay.h"

namespace docket::server {

namespace codec = domain::codec;

namespace {

// Written by the desk itself.
bool isOwn(eventstore::Origin origin) {
  return origin == eventstore::Origin::rule || origin == eventstore::Origin::timer;
}

tl::unexpected<domain::Rejection> refuse(domain::Refusal refusal) {
  return tl::make_unexpected(domain::Rejection{std::move(refusal)});
}

eventstore::Unit unitFor(const CommandRequest& request) {
  eventstore::Unit unit;
  unit.commandId = request.id;
  unit.fingerprint = request.fingerprint;
  if (request.correlationId) unit.correlationId = *request.correlationId;
  unit.actor = request.actor.value;
  unit.onBehalfOf = request.onBehalfOf.value;
  unit.origin = request.origin;
  return unit;
}

bool hasOwnPrefix(const eventstore::CommandId& id) {
  return std::memcmp(id.bytes.data(), kOwnIdPrefix.data(), kOwnIdPrefix.size()) == 0;
}

// Encodes `events` into `unit`. A payload over the log's limit is a refusal: the form rules bound
// every text, but an import's attributes only by their number.
template <class Event>
tl::expected<void, domain::Rejection> addEvents(eventstore::Unit& unit,
                                                const eventstore::StreamId& stream,
                                                const std::vector<Event>& events,
                                                eventstore::Timestamp occurredAt) {
  for (const Event& event : events) {
    codec::EncodedEvent encoded = codec::encode(event);
    if (encoded.payload.size() > eventstore::kMaxPayloadBytes) {
      return refuse(domain::FieldInvalid{
          "command",
          "must make events of at most " + std::to_string(eventstore::kMaxPayloadBytes) + " bytes",
          std::to_string(encoded.payload.size()) + " bytes in one " + std::string(encoded.type)});
    }
    unit.events.push_back({stream, std::string(encoded.type), encoded.schemaVersion, occurredAt,
                           std::move(encoded.payload)});
  }
  return {};
}

// `lastOfOthers` is the version of the last event that the desk did not write by itself: what
// clocks and rules have written since is no conflict. None: as `actual`.
std::optional<domain::Refusal> versionConflict(
    const CommandRequest& request, std::optional<std::uint64_t> actual,
    std::optional<std::uint64_t> lastOfOthers = std::nullopt) {
  if (!request.expectedVersion) return std::nullopt;
  if (!actual) {
    return domain::FieldInvalid{"header.expected",
                                "must be 'any' for a command on what is not there yet",
                                "version " + std::to_string(*request.expectedVersion)};
  }
  if (*actual == *request.expectedVersion) return std::nullopt;
  if (lastOfOthers && *request.expectedVersion >= *lastOfOthers &&
      *request.expectedVersion < *actual) {
    return std::nullopt;
  }
  return domain::VersionMovedOn{*request.expectedVersion, *actual};
}

}  // namespace

domain::Refusal refusalFor(const eventstore::StoreError& error) {
  using Code = eventstore::StoreErrorCode;
  spdlog::critical("{}", error.message);
  if (error.code == Code::corrupt || error.code == Code::behindAnchor) return domain::LogDamaged{};
  return domain::LogUnavailable{error.code == Code::failed ? "an earlier write failed"
                                                           : "the disk does not answer"};
}

Decider::Decider(const eventstore::Log& log, std::size_t maxCachedTickets)
    : log_(log), tickets_(maxCachedTickets), next_(log.head()) {
  auto reader = log_.readAll();
  std::set<std::pair<std::string, std::uint16_t>> warned;
  for (;;) {
    auto next = reader.next();
    if (!next) throw std::runtime_error(next.error().message);
    const eventstore::RecordedEvent* recorded = *next;
    if (recorded == nullptr) break;
    const eventstore::Envelope& envelope = recorded->envelope;
    const auto event = codec::decode(envelope.type, envelope.schemaVersion, recorded->payload);
    if (auto folded = foldInto(world_, envelope, event); !folded) {
      throw std::runtime_error(folded.error());
    }
    // By its name: whatever a newer program may add to the event, it erases.
    if (envelope.streamKind == codec::kSubjectStream && envelope.type == codec::kSubjectErased) {
      erasedBefore_.push_back({std::string(envelope.streamId), envelope.position});
    }
    if (!event && warned.emplace(envelope.type, envelope.schemaVersion).second) {
      spdlog::warn(
          "{} (first at position {}): no command is taken on the tickets, boards and people that "
          "have one",
          event.error().message, envelope.position.value);
    }
  }
  startTimers();
}

tl::expected<Accepted, domain::Rejection> Decider::decide(const CommandRequest& request,
                                                          eventstore::Timestamp now,
                                                          std::uint64_t group) {
  if (request.occurredAt && *request.occurredAt > now) {
    return refuse(domain::FieldInvalid{"header.occurredAt",
                                       "must not be later than the server's clock",
                                       "an instant in the future"});
  }
  if (hasOwnPrefix(request.id)) {
    return refuse(domain::FieldInvalid{"header.id", "must be chosen at random",
                                       "one that the desk keeps for its own commands"});
  }
  domain::Rejection people;
  if (auto invalid = domain::checkSubject("actor", request.actor)) people.push_back(*invalid);
  if (request.actor.value == kSystemActor) {
    people.push_back(domain::FieldInvalid{"actor", "must not be the desk's own name",
                                          std::string(kSystemActor)});
  }
  if (!request.onBehalfOf.empty()) {
    if (auto invalid = domain::checkSubject("header.onBehalfOf", request.onBehalfOf)) {
      people.push_back(*invalid);
    }
  }
  if (!people.empty()) return tl::make_unexpected(std::move(people));
  const eventstore::Timestamp occurredAt = request.occurredAt.value_or(now);
  return std::visit(domain::Cases{
                        [&](const domain::TicketCommand& command) {
                          return decideTicket(request, command, {occurredAt, now}, group);
                        },
                        [&](const domain::BoardCommand& command) {
                          return decideBoard(request, command, {occurredAt, now});
                        },
                        [&](const domain::SubjectCommand& command) {
                          return decideSubject(request, command, occurredAt);
                        },
                        [&](const domain::DeskCommand& command) {
                          return decideDesk(request, command, occurredAt);
                        },
                    },
                    request.command);
}

Decider::Result Decider::decideTicket(const CommandRequest& request,
                                      const domain::TicketCommand& command, const Times& times,
                                      std::uint64_t group) {
  static const domain::Ticket kNoTicket;
  const domain::Ticket* ticket = &kNoTicket;
  std::optional<std::uint64_t> version;
  std::optional<std::uint64_t> versionOfOthers;
  if (auto named = domain::namedTicket(command)) {
    auto loaded = load(*named);
    if (!loaded) return tl::make_unexpected(loaded.error());
    if (*loaded == nullptr) return refuse(domain::UnknownTicket{*named});
    ticket = &(*loaded)->ticket;
    version = (*loaded)->version.value;
    versionOfOthers = (*loaded)->versionOfOthers.value;
  }
  const domain::Context context{times.occurred, request.actor, world_,
                                false,          times.asked,   request.onBehalfOf};
  // Whoever may not do it learns nothing of what has happened.
  if (auto denied = domain::checkAuthority(*ticket, command, context)) {
    return refuse(*std::move(denied));
  }
  if (auto conflict = versionConflict(request, version, versionOfOthers)) {
    return refuse(std::move(*conflict));
  }
  if (ticket->exists && times.occurred < ticket->lastAt) {
    return refuse(domain::FieldInvalid{"header.occurredAt",
                                       "must not be earlier than the ticket's last event",
                                       "an earlier instant"});
  }
  domain::Decision decision = domain::decide(*ticket, command, context);
  if (!decision) return tl::make_unexpected(decision.error());

  Accepted accepted{unitFor(request), decision->ticket.text()};
  if (auto staged = stage(*decision, times.occurred, group, accepted.unit); !staged) {
    return tl::make_unexpected(staged.error());
  }
  eventstore::Position at = next_;
  for (const domain::TicketChange& change : decision->changes) {
    triggers_.push_back({change.ticket, change.event, at, request.id,
                         request.correlationId.value_or(request.id), 0});
    at = at.next();
  }
  next_ = at;
  return accepted;
}

tl::expected<void, domain::Rejection> Decider::stage(const domain::Decided& decided,
                                                     eventstore::Timestamp occurredAt,
                                                     std::uint64_t group, eventstore::Unit& unit) {
  // Whatever can go wrong does so before anything is folded in.
  std::map<domain::TicketId, CachedTicket*> touched;
  for (const domain::TicketChange& change : decided.changes) {
    const eventstore::StreamId stream{std::string(codec::kTicketStream), change.ticket.text()};
    if (auto added = addEvents(unit, stream, std::vector{change.event}, occurredAt); !added) {
      return added;
    }
    if (touched.contains(change.ticket)) continue;
    auto loaded = load(change.ticket);
    if (!loaded) return tl::make_unexpected(loaded.error());
    touched.emplace(change.ticket, *loaded);
    unit.conditions.push_back(
        {stream, *loaded == nullptr
                     ? eventstore::Expected{eventstore::NoStream{}}
                     : eventstore::Expected{eventstore::Exactly{(*loaded)->version}}});
  }
  for (const domain::TicketChange& change : decided.changes) {
    CachedTicket*& cached = touched[change.ticket];
    const bool isNew = cached == nullptr;
    if (isNew) cached = &tickets_.insert(change.ticket, {});
    domain::evolve(cached->ticket, change.event, occurredAt);
    world_.apply(change.ticket, change.event, occurredAt);
    if (!isNew) cached->version = cached->version.next();
    if (!isOwn(unit.origin)) cached->versionOfOthers = cached->version;
    cached->lastGroup = group;
  }
  return {};
}

Decider::Result Decider::decideBoard(const CommandRequest& request,
                                     const domain::BoardCommand& command, const Times& times) {
  static const domain::Board kNoBoard;
  const domain::BoardKey key = domain::namedBoard(command);
  if (const domain::UnreadEvent* event = world_.unread(key)) {
    return refuse(domain::EventNotUnderstood{key.value, *event});
  }
  const domain::BoardWorld* standing = world_.find(key);
  const domain::Board& board = standing == nullptr ? kNoBoard : standing->board;
  std::optional<std::uint64_t> version;
  if (board.exists) version = board.policyVersion;
  auto conflict = versionConflict(request, version);
  if (conflict && board.exists) return refuse(std::move(*conflict));
  auto events =
      domain::decide(board, command, domain::BoardContext{times.asked, request.actor, world_});
  if (!events) return tl::make_unexpected(events.error());
  if (conflict) return refuse(std::move(*conflict));

  const eventstore::StreamId stream{std::string(codec::kBoardStream), key.value};
  Accepted accepted{unitFor(request), stream.id};
  if (auto added = addEvents(accepted.unit, stream, *events, times.occurred); !added) {
    return tl::make_unexpected(added.error());
  }
  accepted.unit.conditions.push_back(
      {stream, board.exists ? eventstore::Expected{eventstore::Exactly{{board.policyVersion}}}
                            : eventstore::Expected{eventstore::NoStream{}}});
  for (const domain::BoardEvent& event : *events) world_.apply(key, event);
  next_ = eventstore::Position{next_.value + events->size()};
  return accepted;
}

Decider::Result Decider::decideSubject(const CommandRequest& request,
                                       const domain::SubjectCommand& command,
                                       eventstore::Timestamp occurredAt) {
  const domain::SubjectId id = domain::namedSubject(command);
  if (const domain::UnreadEvent* event = world_.unread(id)) {
    return refuse(domain::EventNotUnderstood{id.value, *event});
  }
  const domain::Subject& subject = world_.subject(id);
  std::optional<std::uint64_t> version;
  if (subject.exists) version = subject.version;
  if (auto conflict = versionConflict(request, version)) return refuse(std::move(*conflict));
  auto events = domain::decide(subject, command);
  if (!events) return tl::make_unexpected(events.error());

  const eventstore::StreamId stream{std::string(codec::kSubjectStream), id.value};
  Accepted accepted{unitFor(request), stream.id};
  if (auto added = addEvents(accepted.unit, stream, *events, occurredAt); !added) {
    return tl::make_unexpected(added.error());
  }
  accepted.unit.conditions.push_back(
      {stream, subject.exists ? eventstore::Expected{eventstore::Exactly{{subject.version}}}
                              : eventstore::Expected{eventstore::NoStream{}}});
  for (const domain::SubjectEvent& event : *events) world_.apply(id, event);
  next_ = eventstore::Position{next_.value + events->size()};
  return accepted;
}

Decider::Result Decider::decideDesk(const CommandRequest& request,
                                    const domain::DeskCommand& command,
                                    eventstore::Timestamp occurredAt) {
  const domain::Definition named = domain::namedDefinition(command);
  if (const domain::UnreadEvent* event = world_.unread(named)) {
    return refuse(domain::EventNotUnderstood{named.id, *event});
  }
  const std::optional<std::uint64_t> version = world_.versionOf(named);
  if (auto conflict = versionConflict(request, version)) return refuse(std::move(*conflict));
  auto events = domain::decide(command, world_);
  if (!events) return tl::make_unexpected(events.error());

  const eventstore::StreamId stream{std::string(codec::streamKind(named.kind)), named.id};
  Accepted accepted{unitFor(request), stream.id};
  if (auto added = addEvents(accepted.unit, stream, *events, occurredAt); !added) {
    return tl::make_unexpected(added.error());
  }
  accepted.unit.conditions.push_back(
      {stream, version ? eventstore::Expected{eventstore::Exactly{{*version}}}
                       : eventstore::Expected{eventstore::NoStream{}}});
  for (const domain::DeskEvent& event : *events) world_.apply(event, occurredAt);
  next_ = eventstore::Position{next_.value + events->size()};
  // Another definition of a calendar moves the deadlines that are reckoned by it; a new calendar
  // has none yet.
  if (named.kind == domain::DefinitionKind::calendar && version) startTimers();
  return accepted;
}

tl::expected<CachedTicket*, domain::Rejection> Decider::load(const domain::TicketId& id) {
  if (CachedTicket* cached = tickets_.find(id)) return cached;
  CachedTicket loaded;
  auto reader = log_.readStream({std::string(codec::kTicketStream), id.text()});
  for (;;) {
    auto next = reader.next();
    if (!next) return refuse(refusalFor(next.error()));
    if (*next == nullptr) break;
    const eventstore::Envelope& envelope = (*next)->envelope;
    auto event = codec::decode(envelope.type, envelope.schemaVersion, (*next)->payload);
    if (!event) {
      // Deciding on a state that may be wrong would put the error into history.
      if (!event.error().isDamage()) {
        return refuse(domain::EventNotUnderstood{id.text(), unreadEvent(envelope)});
      }
      spdlog::critical("the event at position {} cannot be read: {}", envelope.position.value,
                       event.error().message);
      return refuse(domain::LogDamaged{});
    }
    if (const auto* ticketEvent = std::get_if<domain::TicketEvent>(&*event)) {
      domain::evolve(loaded.ticket, *ticketEvent, envelope.occurredAt);
    }
    loaded.version = envelope.version;
    if (!isOwn(envelope.origin)) loaded.versionOfOthers = envelope.version;
  }
  if (!loaded.ticket.exists) return nullptr;
  return &tickets_.insert(id, std::move(loaded));
}

}  // namespace docket::server
