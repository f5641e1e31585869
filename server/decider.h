// The writer's working state, and what a command becomes given all events so far.
//
// Holds the world (every board and what stands on it) and the tickets at hand, both folds of the
// log plus whatever has been decided and is not committed yet.
//
// Threads: one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "domain/automation.h"
#include "domain/board.h"
#include "domain/subject.h"
#include "domain/ticket.h"
#include "domain/world.h"
#include "eventstore/key_store.h"
#include "eventstore/log.h"
#include "server/command_path.h"
#include "server/promise_timers.h"
#include "server/ticket_cache.h"

namespace docket::server {

// A command that was accepted: what is to be appended.
struct Accepted {
  eventstore::Unit unit;
  std::string subject;  // "OPS-42", "OPS" or a person's id
};

// What the ids of the desk's own commands begin with. Nobody else may use such an id: they can be
// foreseen, and the desk has to be able to use them.
inline constexpr std::string_view kOwnIdPrefix = "docket";

// The refusal for a log that cannot be read. What is wrong in detail goes to the server's own log.
domain::Refusal refusalFor(const eventstore::StoreError& error);

// By whom the desk itself acts. Nobody logs in under that name.
inline constexpr std::string_view kSystemActor = "system";

class Decider {
 public:
  // Folds the whole log into the world. Throws std::runtime_error naming the position when an event
  // is damaged. A ticket or board with an event of a newer program is set aside, which is said once
  // a type in the server's log: commands on it are refused (EventNotUnderstood), all others go on.
  Decider(const eventstore::Log& log, std::size_t maxCachedTickets);

  // Decides `request` at `now`; when it is accepted its events are folded in as if they had been
  // committed in commit group number `group`.
  tl::expected<Accepted, domain::Rejection> decide(const CommandRequest& request,
                                                   eventstore::Timestamp now, std::uint64_t group);

  // What the desk does by itself (decision 0015): units for the same commit group, decided
  // at `now` and folded in like everything else. An error means that the log cannot be trusted:
  // nothing more may be written.
  using OwnUnits = tl::expected<std::vector<eventstore::Unit>, domain::Refusal>;

  // What clocks of the ticket that `request` names have come to before it is decided: what it
  // changes of a promise must not hide that the promise was missed.
  OwnUnits clocksBefore(const CommandRequest& request, eventstore::Timestamp now,
                        std::uint64_t group);

  // What follows from the commands decided since the last call: what automation rules ask for, and
  // what has come of promises.
  OwnUnits followUps(eventstore::Timestamp now, std::uint64_t group);

  // The next instant at which a clock has something to say; none: none runs. After a start, and
  // after a calendar was redefined, all clocks are due to be looked at.
  std::optional<eventstore::Timestamp> nextTimer() const { return timers_.next(); }
  // What clocks have to say at `now`, of at most `ticketsMax` tickets; often nothing.
  OwnUnits dueTimers(eventstore::Timestamp now, std::uint64_t group, std::size_t ticketsMax);

  // How long after its instant the last warning or miss was decided. Zero: none was yet.
  std::chrono::microseconds lastLateness() const { return lastLateness_; }

  // Groups up to `group` are in the log: what only memory held may be forgotten.
  void committed(std::uint64_t group) { tickets_.trim(group); }

  const domain::World& world() const { return world_; }
  // Whom the log had erased when it was folded, and where it says so.
  std::span<const eventstore::Erasure> erasedBefore() const { return erasedBefore_; }

 private:
  using Result = tl::expected<Accepted, domain::Rejection>;

  // An event that rules may follow on.
  struct Trigger {
    domain::TicketId ticket;
    domain::TicketEvent event;
    eventstore::Position position;
    eventstore::CommandId command;      // that wrote it
    eventstore::CommandId correlation;  // of that command
    int depth = 0;                      // rules that led to it
  };

  // When something of the desk's own is decided, and in which commit group.
  struct Moment {
    eventstore::Timestamp now;
    std::uint64_t group = 0;
  };

  // When something happened, and when it was asked for: roles are what they are then.
  struct Times {
    eventstore::Timestamp occurred;
    eventstore::Timestamp asked;
  };

  Result decideTicket(const CommandRequest& request, const domain::TicketCommand& command,
                      const Times& times, std::uint64_t group);
  Result decideBoard(const CommandRequest& request, const domain::BoardCommand& command,
                     const Times& times);
  Result decideSubject(const CommandRequest& request, const domain::SubjectCommand& command,
                       eventstore::Timestamp occurredAt);
  Result decideDesk(const CommandRequest& request, const domain::DeskCommand& command,
                    eventstore::Timestamp occurredAt);
  // The unit's part of what `decided` writes: events and conditions, a stream after the other as
  // they come; and folds it in.
  tl::expected<void, domain::Rejection> stage(const domain::Decided& decided,
                                              eventstore::Timestamp occurredAt, std::uint64_t group,
                                              eventstore::Unit& unit);
  // A command of the desk's own, caused by `trigger`; none: it was refused, for these reasons.
  tl::expected<eventstore::Unit, domain::Rejection> decideOwn(const Trigger& trigger,
                                                              const domain::TicketCommand& command,
                                                              const Moment& moment);
  // What rules ask for after the event triggers_[index].
  tl::expected<void, domain::Refusal> runRules(std::size_t index, const Moment& moment,
                                               std::vector<eventstore::Unit>& units);
  // `cause`: none when it is only time that went by.
  tl::expected<void, domain::Refusal> keepPromises(const domain::TicketId& ticket,
                                                   const Trigger* cause, const Moment& moment,
                                                   std::vector<eventstore::Unit>& units);
  // Writes what one look at the clocks finds; false: it cannot be written now.
  bool writeDue(CachedTicket& cached, const Trigger* cause, const Moment& moment,
                std::vector<eventstore::Unit>& units);
  domain::Context ownContext(eventstore::Timestamp now) const;
  // All tickets with clocks are due to be looked at, some at a time.
  void startTimers();

  // The ticket as it stands, from memory or its stream; one that does not exist is not kept.
  tl::expected<CachedTicket*, domain::Rejection> load(const domain::TicketId& id);

  const eventstore::Log& log_;
  domain::World world_;
  TicketCache tickets_;
  std::vector<eventstore::Erasure> erasedBefore_;
  eventstore::Position next_;  // the position that the next accepted event gets
  PromiseTimers timers_;
  std::vector<Trigger> triggers_;  // what was written since the last followUps()
  std::uint32_t ownCommands_ = 0;  // so far in one followUps(): tells their ids apart
  std::chrono::microseconds lastLateness_{};
};

}  // namespace docket::server
