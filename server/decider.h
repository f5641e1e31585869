// The writer's working state, and what a command becomes given all events so far.
//
// Holds the world (every board and what stands on it) and the tickets at hand, both folds of the
// log plus whatever has been decided and is not committed yet.
//
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "domain/board.h"
#include "domain/subject.h"
#include "domain/ticket.h"
#include "domain/world.h"
#include "eventstore/key_store.h"
#include "eventstore/log.h"
#include "server/command_path.h"
#include "server/ticket_cache.h"

namespace docket::server {

// A command that was accepted: what is to be appended.
struct Accepted {
  eventstore::Unit unit;
  std::string subject;  // "OPS-42", "OPS" or a person's id
};

// The refusal for a log that cannot be read. What is wrong in detail goes to the server's own log.
domain::Refusal refusalFor(const eventstore::StoreError& error);

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

  // Groups up to `group` are in the log: what only memory held may be forgotten.
  void committed(std::uint64_t group) { tickets_.trim(group); }

  const domain::World& world() const { return world_; }
  // Whom the log had erased when it was folded, and where it says so.
  std::span<const eventstore::Erasure> erasedBefore() const { return erasedBefore_; }

 private:
  using Result = tl::expected<Accepted, domain::Rejection>;
  Result decideTicket(const CommandRequest& request, const domain::TicketCommand& command,
                      eventstore::Timestamp occurredAt, std::uint64_t group);
  Result decideBoard(const CommandRequest& request, const domain::BoardCommand& command,
                     eventstore::Timestamp occurredAt);
  Result decideSubject(const CommandRequest& request, const domain::SubjectCommand& command,
                       eventstore::Timestamp occurredAt);
  // The ticket as it stands, from memory or its stream; one that does not exist is not kept.
  tl::expected<CachedTicket*, domain::Rejection> load(const domain::TicketId& id);

  const eventstore::Log& log_;
  domain::World world_;
  TicketCache tickets_;
  std::vector<eventstore::Erasure> erasedBefore_;
};

}  // namespace docket::server
