// What the desk does by itself: automation rules and promises (the Decider's second half).
#include <spdlog/spdlog.h>

#include <set>
#include <utility>

#include "domain/codec/codec.h"
#include "domain/promise.h"
#include "server/decider.h"

namespace docket::server {

namespace {

// The id of a command of the desk's own: always the same for the same cause, so that nothing that
// was done once is ever done again.
std::array<std::byte, 32> digestOf(std::string_view what, std::uint32_t number) {
  const std::string text =
      "docket own command\n" + std::string(what) + "\n" + std::to_string(number);
  return eventstore::sha256(std::as_bytes(std::span(text))).bytes;
}

eventstore::Unit ownUnit(std::string_view cause, std::uint32_t number, eventstore::Origin origin) {
  eventstore::Unit unit;
  const auto digest = digestOf(cause, number);
  std::copy_n(digest.begin(), unit.commandId.bytes.size(), unit.commandId.bytes.begin());
  std::copy_n(digest.end() - static_cast<std::ptrdiff_t>(unit.fingerprint.bytes.size()),
              unit.fingerprint.bytes.size(), unit.fingerprint.bytes.begin());
  unit.actor = kSystemActor;
  unit.origin = origin;
  return unit;
}

std::string hexOf(const eventstore::CommandId& id) {
  return eventstore::toHex(id.bytes);
}

}  // namespace

std::vector<eventstore::Unit> Decider::followUps(eventstore::Timestamp now, std::uint64_t group) {
  std::vector<eventstore::Unit> units;
  ownCommands_ = 0;
  std::map<domain::TicketId, Trigger> touched;  // each with the last event that touched it
  // Rules write events, which are triggers in turn: the list grows while it is walked.
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    const Trigger trigger = triggers_[i];
    runRules(trigger, now, group, units);
    touched.insert_or_assign(trigger.ticket, trigger);
  }
  triggers_.clear();
  for (const auto& [ticket, cause] : touched) keepPromises(ticket, &cause, now, group, units);
  triggers_.clear();  // no rule follows on a promise
  return units;
}

std::vector<eventstore::Unit> Decider::dueTimers(eventstore::Timestamp now, std::uint64_t group,
                                                 std::size_t ticketsMax) {
  std::vector<eventstore::Unit> units;
  ownCommands_ = 0;
  for (const domain::TicketId& ticket : timers_.due(now, ticketsMax)) {
    keepPromises(ticket, nullptr, now, group, units);
  }
  triggers_.clear();
  return units;
}

void Decider::runRules(const Trigger& trigger, eventstore::Timestamp now, std::uint64_t group,
                       std::vector<eventstore::Unit>& units) {
  auto loaded = load(trigger.ticket);
  if (!loaded || *loaded == nullptr) return;
  for (const domain::FollowUp& wish : domain::followUps((*loaded)->ticket, trigger.event, world_)) {
    std::vector<std::string> codes;
    if (trigger.depth >= domain::kRuleDepthMax) {
      codes.emplace_back("rule-chain-too-long");
    } else if (auto unit = decideOwn(trigger, wish.command, now, group)) {
      units.push_back(*std::move(unit));
      continue;
    } else {
      for (const domain::Refusal& refusal : unit.error()) {
        codes.push_back(domain::describe(refusal).code);
      }
    }
    const domain::NoteRuleNotApplied note{trigger.ticket, wish.board, wish.rule, std::move(codes)};
    if (auto unit = decideOwn(trigger, note, now, group)) units.push_back(*std::move(unit));
  }
}

tl::expected<eventstore::Unit, domain::Rejection> Decider::decideOwn(
    const Trigger& trigger, const domain::TicketCommand& command, eventstore::Timestamp now,
    std::uint64_t group) {
  auto loaded = load(trigger.ticket);
  if (!loaded) return tl::make_unexpected(loaded.error());
  static const domain::Ticket kNoTicket;
  const domain::Ticket& ticket = *loaded == nullptr ? kNoTicket : (*loaded)->ticket;
  const domain::Context context = ownContext(now);
  domain::Decision decision = domain::decide(ticket, command, context);
  if (!decision) return tl::make_unexpected(decision.error());
  eventstore::Unit unit =
      ownUnit("after " + hexOf(trigger.command), ownCommands_++, eventstore::Origin::rule);
  unit.causation = trigger.position;
  unit.correlationId = trigger.correlation;
  if (auto staged = stage(*decision, now, group, unit); !staged) {
    return tl::make_unexpected(staged.error());
  }
  for (const domain::TicketChange& change : decision->changes) {
    triggers_.push_back({change.ticket, change.event, next_, unit.commandId, trigger.correlation,
                         trigger.depth + 1});
    next_ = next_.next();
  }
  return unit;
}

void Decider::keepPromises(const domain::TicketId& ticket, const Trigger* cause,
                           eventstore::Timestamp now, std::uint64_t group,
                           std::vector<eventstore::Unit>& units) {
  auto loaded = load(ticket);
  if (!loaded || *loaded == nullptr) {
    // Its timer would come again at once, for ever: nothing is decided on such a ticket.
    return timers_.set(ticket, std::nullopt);
  }
  CachedTicket& cached = **loaded;
  const domain::Context context = ownContext(now);
  // What is written may start a clock that has something to say at once: a promise made late.
  for (int round = 0; round < 3; ++round) {
    if (domain::duePromiseEvents(cached.ticket, world_.desk(), now).empty()) break;
    auto decision = domain::decide(cached.ticket, domain::KeepPromises{ticket}, context);
    if (!decision) break;
    eventstore::Unit unit =
        cause != nullptr
            ? ownUnit("after " + hexOf(cause->command), ownCommands_++, eventstore::Origin::timer)
            : ownUnit("clocks of " + ticket.text() + " from version " +
                          std::to_string(cached.version.value),
                      0, eventstore::Origin::timer);
    if (cause != nullptr) {
      unit.causation = cause->position;
      unit.correlationId = cause->correlation;
    }
    if (!stage(*decision, now, group, unit)) break;
    next_ = eventstore::Position{next_.value + unit.events.size()};
    units.push_back(std::move(unit));
  }
  auto next = domain::nextPromiseInstant(cached.ticket, world_.desk());
  // What is due and could not be written is tried again with the next event, not in a loop.
  if (next && *next <= now) next.reset();
  timers_.set(ticket, next);
}

domain::Context Decider::ownContext(eventstore::Timestamp now) const {
  return {now, domain::SubjectId{std::string(kSystemActor)}, world_, true, std::nullopt, {}};
}

void Decider::startTimers() {
  for (const domain::BoardKey& key : world_.boards()) {
    const domain::BoardWorld& board = *world_.find(key);
    for (const auto& [id, card] : board.open) {
      if (id.board != key || !card.hasClocks) continue;
      auto loaded = load(id);
      if (!loaded || *loaded == nullptr) continue;
      // Whatever came due while nobody looked is due now.
      timers_.set(id, domain::nextPromiseInstant((*loaded)->ticket, world_.desk()));
    }
  }
}

}  // namespace docket::server
