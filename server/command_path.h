// The command path: from a domain command to its durable outcome (docs/LIFE_OF_A_COMMAND.md).
//
// Threads: submit() from any thread. Two threads of its own: the *writer* decides one command after
// the other and prepares the next commit group while the *committer* has the last one synced.
// Outcomes are handed over on the committer thread, refusals included: whatever a refusal was based
// on is durable before it is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "domain/command.h"
#include "domain/refusal.h"
#include "domain/types.h"
#include "eventstore/key_store.h"
#include "eventstore/log.h"
#include "projections/audit_view.h"

namespace docket::server {

// A command with all that its envelope will say. The actor is the session's, never the caller's
// word.
struct CommandRequest {
  eventstore::CommandId id;
  eventstore::Fingerprint
      fingerprint;  // of actor and content: tells a repeat from a reuse of the id
  std::optional<eventstore::CommandId> correlationId;
  std::optional<std::uint64_t> expectedVersion;
  domain::SubjectId actor;
  domain::SubjectId onBehalfOf;
  eventstore::Origin origin = eventstore::Origin::rpc;
  std::optional<eventstore::Timestamp> occurredAt;  // none: now
  domain::Command command;
};

struct Done {
  eventstore::Position position;  // of the command's last event
  eventstore::Version version;    // of that event in its stream
  std::string subject;            // "OPS-42", "OPS" or a person's id
  bool repeated = false;
  std::uint32_t events = 0;
};

// One event that came between the expected version and now.
using Change = projections::AuditEntry;

struct Refused {
  domain::Rejection rejection;
  std::vector<Change> changes;  // for VersionMovedOn: what happened since, at most 50
};

using Outcome = std::variant<Done, Refused>;

struct CommandPathOptions {
  std::size_t maxQueuedCommands = 8192;  // beyond it: Overloaded, at once
  std::size_t maxGroupEvents = 2000;     // a commit group is closed at this size
  std::size_t maxCachedTickets = 100'000;
  // How long the writer sleeps at most before it looks at the clock again: somebody may set it.
  std::chrono::milliseconds clockLookMax{1000};
};

// Counters since the start, for metrics. Any thread.
struct CommandPathStats {
  std::uint64_t done = 0;
  std::uint64_t repeated = 0;
  std::uint64_t refused = 0;
  std::uint64_t overloaded = 0;
  std::uint64_t groups = 0;
  std::uint64_t events = 0;  // of the commands done
  // Commands of the desk itself.
  std::uint64_t ownByRules = 0;
  std::uint64_t ownByClocks = 0;
  // How long after its instant the last warning or miss was written. Zero: none was yet.
  std::chrono::microseconds lastLateness{};
  std::uint64_t queued = 0;  // now
  bool failed = false;  // the log failed or is damaged: all commands are refused until a restart
};

class CommandPath {
 public:
  using Clock = std::function<eventstore::Timestamp()>;
  using OnOutcomes = std::function<void(std::vector<Outcome>)>;
  // Told after each commit, on the committer thread, before the outcomes are.
  using OnCommitted = std::function<void(eventstore::Position head)>;

  // Destroys the keys of subjects whose erasures are durable at these positions, all of a commit
  // group at once; false if it cannot be done now. On the committer thread, before the outcomes of
  // these requests are told and after those of the group's other submits, and again for every
  // repeat of a command. A repeat in the same group names the subject twice.
  using OnErased = std::function<bool(std::span<const eventstore::Erasure>)>;

  // Builds the world by folding the whole log; throws std::runtime_error naming the position when
  // an event is damaged. Takes commands at once, and writes what clocks have come to since the log
  // was written last, some tickets at a time. `clock` is asked on the writer thread alone.
  CommandPath(eventstore::Log& log, CommandPathOptions options, Clock clock,
              OnCommitted onCommitted, OnErased onErased = {});
  // Stops.
  ~CommandPath();

  // Queues `requests` to be decided in order; `done` gets one outcome each, in order, all of them
  // durable, exactly once. When the queue is full, `done` gets Overloaded for each at once, on this
  // thread.
  void submit(std::vector<CommandRequest> requests, OnOutcomes done);

  // Takes no more (Overloaded), finishes what is queued, syncs, ends the threads. Repeatable. What
  // clocks have to say from now on is left to the next start.
  void stop();

  CommandPathStats stats() const;

  // Whom the log had erased when this was made: their keys have to be gone before anybody is
  // served. A crash between commit and destruction, or an older copy of the key store, brings them
  // back.
  std::span<const eventstore::Erasure> erasedBefore() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::server
