// What the desk does by itself: automation rules and promises (the Decider's second half).
#include <algorithm>
#include <utility>

#include "domain/codec/codec.h"
#include "domain/promise.h"
#include "server/decider.h"

namespace docket::server {

namespace {

// How often the clocks of one ticket are looked at again because something was written of them: a
// promise that is made late may be missed at once, and one that was kept may begin anew.
constexpr int kRoundsMax = 3;

// When a ticket that the disk did not give is asked for again.
constexpr std::chrono::minutes kRetryAfter{1};

// A unit of the desk's own. Its id is always the same for the same cause, so that nothing that was
// done once is ever done again.
eventstore::Unit ownUnit(const std::string& cause, std::uint32_t number,
                         eventstore::Origin origin) {
  const std::string text = "docket own command\n" + cause + "\n" + std::to_string(number);
  const auto digest = eventstore::sha256(std::as_bytes(std::span(text))).bytes;
  eventstore::Unit unit;
  auto& id = unit.commandId.bytes;
  const auto prefix = std::as_bytes(std::span(kOwnIdPrefix));
  const auto rest = std::copy(prefix.begin(), prefix.end(), id.begin());
  std::copy_n(digest.begin(), id.end() - rest, rest);
  auto& fingerprint = unit.fingerprint.bytes;
  std::copy(digest.end() - static_cast<std::ptrdiff_t>(fingerprint.size()), digest.end(),
            fingerprint.begin());
  unit.actor = kSystemActor;
  unit.origin = origin;
  return unit;
}

// The instant that a warning or a miss is about; none: the event is another.
std::optional<domain::Timestamp> instantOf(const domain::TicketEvent& event) {
  if (const auto* warned = std::get_if<domain::PromiseWarned>(&event)) return warned->at;
  if (const auto* missed = std::get_if<domain::PromiseMissed>(&event)) return missed->at;
  return std::nullopt;
}

}  // namespace

Decider::OwnUnits Decider::clocksBefore(const CommandRequest& request, eventstore::Timestamp now,
                                        std::uint64_t group) {
  std::vector<eventstore::Unit> units;
  const auto* command = std::get_if<domain::TicketCommand>(&request.command);
  const auto named = command == nullptr ? std::nullopt : domain::namedTicket(*command);
  if (!named || !timers_.isDue(*named, now)) return units;
  if (auto kept = keepPromises(*named, nullptr, {now, group}, units); !kept) {
    return tl::make_unexpected(kept.error());
  }
  return units;
}

Decider::OwnUnits Decider::followUps(eventstore::Timestamp now, std::uint64_t group) {
  const Moment moment{now, group};
  std::vector<eventstore::Unit> units;
  ownCommands_ = 0;
  // Rules write events, which are triggers in turn: the list grows while it is walked.
  for (std::size_t i = 0; i < triggers_.size() && ownCommands_ <= domain::kRuleCommandsMax; ++i) {
    if (auto ran = runRules(i, moment, units); !ran) return tl::make_unexpected(ran.error());
  }
  // Each ticket once, with the last event that its promises may depend on. No rule follows on a
  // promise.
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    const Trigger& cause = triggers_[i];
    if (!domain::concernsPromises(cause.event) && !timers_.isDue(cause.ticket, now)) continue;
    const bool isLast =
        std::none_of(triggers_.begin() + static_cast<std::ptrdiff_t>(i) + 1, triggers_.end(),
                     [&](const Trigger& later) {
                       return later.ticket == cause.ticket && domain::concernsPromises(later.event);
                     });
    if (!isLast) continue;
    if (auto kept = keepPromises(cause.ticket, &cause, moment, units); !kept) {
      return tl::make_unexpected(kept.error());
    }
  }
  triggers_.clear();
  return units;
}

Decider::OwnUnits Decider::dueTimers(eventstore::Timestamp now, std::uint64_t group,
                                     std::size_t ticketsMax) {
  std::vector<eventstore::Unit> units;
  for (const domain::TicketId& ticket : timers_.due(now, ticketsMax)) {
    if (auto kept = keepPromises(ticket, nullptr, {now, group}, units); !kept) {
      return tl::make_unexpected(kept.error());
    }
  }
  return units;
}

tl::expected<void, domain::Refusal> Decider::runRules(std::size_t index, const Moment& moment,
                                                      std::vector<eventstore::Unit>& units) {
  auto loaded = load(triggers_[index].ticket);
  // It was written in this very group, so it is in memory.
  if (!loaded) return tl::make_unexpected(loaded.error().front());
  if (*loaded == nullptr) return {};
  const auto wishes = domain::followUps((*loaded)->ticket, triggers_[index].event, world_);
  if (wishes.empty()) return {};
  const Trigger trigger = triggers_[index];  // what is done adds triggers
  for (const domain::FollowUp& wish : wishes) {
    std::vector<std::string> codes;
    const bool isTooMuch = ownCommands_ >= domain::kRuleCommandsMax;
    if (isTooMuch || trigger.depth >= domain::kRuleDepthMax) {
      codes.emplace_back("rule-chain-too-long");
    } else if (auto unit = decideOwn(trigger, wish.command, moment)) {
      units.push_back(*std::move(unit));
      continue;
    } else {
      for (const domain::Refusal& refusal : unit.error()) {
        codes.push_back(domain::describe(refusal).code);
      }
    }
    const domain::NoteRuleNotApplied note{trigger.ticket, wish.board, wish.rule, std::move(codes)};
    if (auto unit = decideOwn(trigger, note, moment)) units.push_back(*std::move(unit));
    if (isTooMuch) break;  // said once, and nothing more
  }
  return {};
}

tl::expected<eventstore::Unit, domain::Rejection> Decider::decideOwn(
    const Trigger& trigger, const domain::TicketCommand& command, const Moment& moment) {
  auto loaded = load(trigger.ticket);
  if (!loaded) return tl::make_unexpected(loaded.error());
  static const domain::Ticket kNoTicket;
  const domain::Ticket& ticket = *loaded == nullptr ? kNoTicket : (*loaded)->ticket;
  domain::Decision decision = domain::decide(ticket, command, ownContext(moment.now));
  if (!decision) return tl::make_unexpected(decision.error());
  eventstore::Unit unit = ownUnit("after " + eventstore::toHex(trigger.command.bytes),
                                  ownCommands_++, eventstore::Origin::rule);
  unit.causation = trigger.position;
  unit.correlationId = trigger.correlation;
  if (auto staged = stage(*decision, moment.now, moment.group, unit); !staged) {
    return tl::make_unexpected(staged.error());
  }
  for (const domain::TicketChange& change : decision->changes) {
    triggers_.push_back({change.ticket, change.event, next_, unit.commandId, trigger.correlation,
                         trigger.depth + 1});
    next_ = next_.next();
  }
  return unit;
}

tl::expected<void, domain::Refusal> Decider::keepPromises(const domain::TicketId& ticket,
                                                          const Trigger* cause,
                                                          const Moment& moment,
                                                          std::vector<eventstore::Unit>& units) {
  auto loaded = load(ticket);
  if (!loaded) {
    const domain::Refusal& refusal = loaded.error().front();
    if (std::holds_alternative<domain::LogDamaged>(refusal)) return tl::make_unexpected(refusal);
    // What a newer program wrote is understood after a restart at the earliest, and that starts all
    // timers: until then this one would only come again at once, for ever.
    const bool mayHeal = std::holds_alternative<domain::LogUnavailable>(refusal);
    timers_.set(ticket, mayHeal ? std::optional(moment.now + kRetryAfter) : std::nullopt);
    return {};
  }
  if (*loaded == nullptr) {
    timers_.set(ticket, std::nullopt);
    return {};
  }
  CachedTicket& cached = **loaded;
  const auto look = [&] {
    return domain::promiseOutlook(cached.ticket, world_.desk(), moment.now);
  };
  domain::PromiseOutlook outlook = look();
  for (int round = 0; round < kRoundsMax && !outlook.due.empty(); ++round) {
    if (!writeDue(cached, cause, moment, units)) break;
    outlook = look();
  }
  auto next = outlook.next;
  // What is due and could not be written (its board has an event of a newer program) is tried again
  // with the ticket's next event and at the next start, not in a loop.
  if (next && *next <= moment.now) next.reset();
  timers_.set(ticket, next);
  return {};
}

bool Decider::writeDue(CachedTicket& cached, const Trigger* cause, const Moment& moment,
                       std::vector<eventstore::Unit>& units) {
  const domain::TicketId& ticket = cached.ticket.id;
  const auto decision =
      domain::decide(cached.ticket, domain::KeepPromises{ticket}, ownContext(moment.now));
  if (!decision) return false;
  eventstore::Unit unit = cause != nullptr
                              ? ownUnit("after " + eventstore::toHex(cause->command.bytes),
                                        ownCommands_++, eventstore::Origin::timer)
                              : ownUnit("clocks of " + ticket.text() + " from version " +
                                            std::to_string(cached.version.value),
                                        0, eventstore::Origin::timer);
  if (cause != nullptr) {
    unit.causation = cause->position;
    unit.correlationId = cause->correlation;
  }
  if (!stage(*decision, moment.now, moment.group, unit)) return false;
  for (const domain::TicketChange& change : decision->changes) {
    if (const auto at = instantOf(change.event)) lastLateness_ = moment.now - *at;
  }
  next_ = eventstore::Position{next_.value + unit.events.size()};
  units.push_back(std::move(unit));
  return true;
}

domain::Context Decider::ownContext(eventstore::Timestamp now) const {
  return {now, domain::SubjectId{std::string(kSystemActor)}, world_, true, std::nullopt, {}};
}

void Decider::startTimers() {
  for (const domain::BoardKey& key : world_.boards()) {
    for (const auto& [id, card] : world_.find(key)->open) {
      if (id.board == key && card.hasClocks) timers_.set(id, PromiseTimers::kAtOnce);
    }
  }
}

}  // namespace docket::server
