#include "server/command_path.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include "domain/cases.h"
#include "domain/codec/codec.h"
#include "domain/desk.h"
#include "server/decider.h"

namespace docket::server {

namespace {

constexpr std::uint64_t kMaxChangesTold = 50;
// Reading them holds up everybody's commits, so a group has a budget; beyond it they are left out.
constexpr std::uint64_t kMaxChangesAGroup = 1000;

// Tickets whose clocks are looked at between two batches of commands: after a long stop many are
// due at once, and nobody should have to wait for all of them.
constexpr std::size_t kTimersATurn = 500;
constexpr std::chrono::microseconds kSleepMin{1000};

// The requests of one submit() and the outcomes they have so far.
struct Batch {
  std::vector<CommandRequest> requests;
  std::vector<Outcome> outcomes;
  CommandPath::OnOutcomes done;
  bool waitsForKeys = false;  // one of the outcomes is told when a key is destroyed
};

// How one request of a group gets its outcome once the group is durable.
struct Accept {
  std::size_t unit = 0;  // in the group
  std::uint32_t events = 0;
  std::string subject;
};
struct Refuse {
  domain::Rejection rejection;
};
// The id is in the log, or will be when this group is: the outcome is what it did then.
struct Repeat {};

struct Answer {
  std::shared_ptr<Batch> batch;
  std::size_t request = 0;  // in the batch
  std::variant<Accept, Refuse, Repeat> kind;
  bool lastOfBatch = false;
};

// An erasure that is durable; its outcome in the batch says Done until destroying the key fails.
struct Erased {
  std::shared_ptr<Batch> batch;
  std::size_t request = 0;  // in the batch
};

// What is committed with one sync, and who waits for it.
struct Group {
  std::uint64_t number = 0;
  std::optional<eventstore::Timestamp> now;       // of all that is decided in it
  std::optional<eventstore::StagedGroup> staged;  // none: no units
  std::size_t units = 0;
  std::size_t events = 0;
  std::vector<Answer> answers;
  std::uint64_t ownByRules = 0;  // units that nobody waits for
  std::uint64_t ownByClocks = 0;
  std::chrono::microseconds lastLateness{};
  std::vector<Erased> erased;  // once it is committed
  bool empty() const { return answers.empty() && units == 0; }
};

// The stream of what the command names; none when it names what is not there yet.
std::optional<eventstore::StreamId> streamOf(const domain::Command& command) {
  using Stream = std::optional<eventstore::StreamId>;
  namespace codec = domain::codec;
  const auto stream = [](std::string_view kind, std::string id) {
    return Stream({std::string(kind), std::move(id)});
  };
  return std::visit(domain::Cases{
                        [&](const domain::TicketCommand& ticket) {
                          const auto named = domain::namedTicket(ticket);
                          return named ? stream(codec::kTicketStream, named->text()) : Stream();
                        },
                        [&](const domain::BoardCommand& board) {
                          return stream(codec::kBoardStream, domain::namedBoard(board).value);
                        },
                        [&](const domain::SubjectCommand& subject) {
                          return stream(codec::kSubjectStream, domain::namedSubject(subject).value);
                        },
                        [&](const domain::DeskCommand& desk) {
                          const domain::Definition named = domain::namedDefinition(desk);
                          return stream(codec::streamKind(named.kind), named.id);
                        },
                    },
                    command);
}

}  // namespace

class CommandPath::Impl {
 public:
  Impl(eventstore::Log& log, CommandPathOptions options, Clock clock, OnCommitted onCommitted,
       OnErased onErased)
      : log_(log),
        options_(options),
        clock_(std::move(clock)),
        onCommitted_(std::move(onCommitted)),
        onErased_(std::move(onErased)),
        decider_(log, options.maxCachedTickets) {
    committer_ = std::thread([this] { runCommitter(); });
    writer_ = std::thread([this] { runWriter(); });
  }

  ~Impl() { stop(); }

  void submit(std::vector<CommandRequest> requests, OnOutcomes done) {
    if (requests.empty()) return done({});
    const std::size_t count = requests.size();
    std::size_t queued = 0;
    {
      std::lock_guard lock(mutex_);
      queued = queuedCommands_;
      if (!stopping_ && queued + count <= options_.maxQueuedCommands) {
        queuedCommands_ += count;
        auto batch = std::make_shared<Batch>();
        batch->outcomes.resize(count);
        batch->requests = std::move(requests);
        batch->done = std::move(done);
        queue_.push_back(std::move(batch));
        writerWakes_.notify_one();
        return;
      }
    }
    overloaded_ += count;
    done(std::vector<Outcome>(count, Refused{{domain::Overloaded{queued}}, {}}));
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      writerWakes_.notify_all();
    }
    std::lock_guard joining(joinMutex_);
    if (writer_.joinable()) writer_.join();
    if (committer_.joinable()) committer_.join();
  }

  // Never changes: also while the writer decides.
  std::span<const eventstore::Erasure> erasedBefore() const { return decider_.erasedBefore(); }

  CommandPathStats stats() const {
    CommandPathStats stats;
    stats.done = done_;
    stats.repeated = repeated_;
    stats.refused = refused_;
    stats.overloaded = overloaded_;
    stats.groups = groups_;
    stats.events = events_;
    stats.ownByRules = ownByRules_;
    stats.ownByClocks = ownByClocks_;
    stats.lastLateness = std::chrono::microseconds(lastLateness_.load());
    stats.failed = failed_;
    std::lock_guard lock(mutex_);
    stats.queued = queuedCommands_;
    return stats;
  }

 private:
  // --- Writer thread
  // ------------------------------------------------------------------------------

  // Decides and stages one batch after the other in the open group, and hands the group over as
  // soon as the committer is free: groups grow by themselves to what arrives during one sync.
  void runWriter() {
    open_.number = 1;
    for (;;) {
      std::shared_ptr<Batch> batch;
      {
        runTimers();
        const auto sleep = untilNextTimer();
        std::unique_lock lock(mutex_);
        forgetCommitted();
        const bool isCalled = writerWakes_.wait_for(lock, sleep, [&] {
          const bool canHandOver = !open_.empty() && !handedOver_;
          const bool canTake = !queue_.empty() && open_.events < options_.maxGroupEvents;
          return canHandOver || canTake || (stopping_ && queue_.empty() && open_.empty());
        });
        if (!isCalled) continue;  // a clock may have something to say
        if (!open_.empty() && !handedOver_) {
          if (open_.staged) {
            lock.unlock();
            open_.staged->close();
            lock.lock();
          }
          handOver();
          continue;
        }
        if (queue_.empty()) {
          writerEnded_ = true;
          committerWakes_.notify_one();
          return;
        }
        batch = std::move(queue_.front());
        queue_.pop_front();
      }
      for (std::size_t i = 0; i < batch->requests.size(); ++i) decideOne(batch, i);
    }
  }

  void decideOne(const std::shared_ptr<Batch>& batch, std::size_t index) {
    const CommandRequest& request = batch->requests[index];
    Answer answer{batch, index, Repeat{}, index + 1 == batch->requests.size()};
    if (failed_) {
      answer.kind = Refuse{{failure()}};
    } else if (!inFlight_.contains(request.id)) {
      auto known = log_.findCommand(request.id);
      if (!known) {
        answer.kind = Refuse{{fail(refusalFor(known.error()))}};
      } else if (!*known) {
        if (!open_.now) open_.now = clock_();
        addOwn(decider_.clocksBefore(request, *open_.now, open_.number));
        auto accepted = decider_.decide(request, *open_.now, open_.number);
        if (accepted) {
          inFlight_.insert(request.id);
          inFlightIds_.push_back({open_.number, request.id});
          open_.events += accepted->unit.events.size();
          answer.kind =
              Accept{open_.units++, static_cast<std::uint32_t>(accepted->unit.events.size()),
                     std::move(accepted->subject)};
          add(accepted->unit);
          // What follows from a command by itself is in the same group: there is never one without
          // the other.
          addOwn(decider_.followUps(*open_.now, open_.number));
        } else {
          for (const domain::Refusal& refusal : accepted.error()) {
            if (std::holds_alternative<domain::LogDamaged>(refusal)) fail(refusal);
          }
          answer.kind = Refuse{std::move(accepted.error())};
        }
      }
    }
    open_.answers.push_back(std::move(answer));
  }

  void add(const eventstore::Unit& unit) {
    if (!open_.staged) open_.staged = log_.stage(*open_.now);
    open_.staged->add(unit);
  }

  // Units that nobody waits for. If they cannot be decided, what they belong to must not be written
  // either.
  void addOwn(const Decider::OwnUnits& units) {
    if (!units) {
      fail(units.error());
      return;
    }
    for (const eventstore::Unit& unit : *units) {
      add(unit);
      open_.units += 1;
      open_.events += unit.events.size();
      (unit.origin == eventstore::Origin::rule ? open_.ownByRules : open_.ownByClocks) += 1;
    }
    open_.lastLateness = decider_.lastLateness();
  }

  // What clocks have to say by now, of some tickets: before each batch, so that no load of commands
  // keeps them waiting. A group's time begins with what is first decided in it; clocks that had
  // nothing to say do not begin it.
  void runTimers() {
    if (failed_ || stopping_ || open_.events >= options_.maxGroupEvents) return;
    const auto next = decider_.nextTimer();
    if (!next) return;
    const eventstore::Timestamp now = open_.now ? *open_.now : clock_();
    if (*next > now) return;
    const auto units = decider_.dueTimers(now, open_.number, kTimersATurn);
    if (units && !units->empty()) open_.now = now;
    addOwn(units);
  }

  // How long the writer may sleep: until the next clock, and never longer than the system's clock
  // may be trusted to run evenly.
  std::chrono::microseconds untilNextTimer() const {
    const std::chrono::microseconds longest =
        std::max<std::chrono::microseconds>(options_.clockLookMax, kSleepMin);
    const auto next = decider_.nextTimer();
    if (!next || failed_ || stopping_) return longest;
    return std::clamp<std::chrono::microseconds>(*next - clock_(), kSleepMin, longest);
  }

  // REQUIRES: mutex_ held; nothing is handed over.
  void handOver() {
    const std::uint64_t number = open_.number;
    handedOver_ = std::make_unique<Group>(std::move(open_));
    open_ = Group{};
    open_.number = number + 1;
    committerWakes_.notify_one();
  }

  // REQUIRES: mutex_ held.
  void forgetCommitted() {
    while (!inFlightIds_.empty() && inFlightIds_.front().first <= committedGroup_) {
      inFlight_.erase(inFlightIds_.front().second);
      inFlightIds_.pop_front();
    }
    decider_.committed(committedGroup_);
  }

  // --- Either thread
  // ------------------------------------------------------------------------------

  // From now on nothing is decided or appended until a restart has opened and folded the log
  // afresh. The first reason stays.
  domain::Refusal fail(domain::Refusal refusal) {
    std::lock_guard lock(failureMutex_);
    if (!failed_) {
      spdlog::critical("no more commands are taken until the server restarts: {}",
                       domain::describe(refusal).message);
      failure_ = std::move(refusal);
      failed_ = true;
    }
    return failure_;
  }

  domain::Refusal failure() const {
    std::lock_guard lock(failureMutex_);
    return failure_;
  }

  // --- Committer thread
  // ---------------------------------------------------------------------------

  void runCommitter() {
    for (;;) {
      Group* group = nullptr;
      {
        std::unique_lock lock(mutex_);
        committerWakes_.wait(lock, [&] { return handedOver_ != nullptr || writerEnded_; });
        if (!handedOver_) return;
        group = handedOver_.get();
      }
      commit(*group);
      std::unique_ptr<Group> finished;
      {
        std::lock_guard lock(mutex_);
        committedGroup_ = group->number;
        for (const Answer& answer : group->answers) {
          if (answer.lastOfBatch) queuedCommands_ -= answer.batch->requests.size();
        }
        finished = std::move(handedOver_);
        writerWakes_.notify_one();
      }
      deliver(*finished, false);
      if (finished->erased.empty()) continue;
      destroyKeys(*finished);
      deliver(*finished, true);
    }
  }

  // Appends the group with one sync and sets the outcome of each of its requests.
  void commit(Group& group) {
    std::vector<eventstore::AppendResult> results;
    if (group.staged && !failed_) {
      results = log_.commit(std::move(*group.staged));
      groups_ += 1;
      // Nobody waits for the desk's own units, so their failures are looked for here.
      for (const eventstore::AppendResult& result : results) {
        if (!result) committed(result, 0, {});
      }
      countOwn(group);
      onCommitted_(log_.head());
    }
    changesLeft_ = kMaxChangesAGroup;
    for (Answer& answer : group.answers) {
      Outcome& outcome = answer.batch->outcomes[answer.request];
      const CommandRequest& request = answer.batch->requests[answer.request];
      if (auto* accept = std::get_if<Accept>(&answer.kind)) {
        outcome = results.empty() ? Outcome{Refused{{failure()}, {}}}
                                  : committed(results[accept->unit], accept->events,
                                              std::move(accept->subject));
      } else if (auto* refuse = std::get_if<Refuse>(&answer.kind)) {
        // A refusal rests on what came before it; if that is lost, so is the refusal.
        outcome = failed_ ? Outcome{Refused{{failure()}, {}}}
                          : refused(request, std::move(refuse->rejection));
      } else {
        outcome = repeat(request);
      }
      if (onErased_ && isErasure(request, outcome)) {
        answer.batch->waitsForKeys = true;
        group.erased.push_back({answer.batch, answer.request});
      } else {
        count(outcome);
      }
    }
  }

  Outcome committed(const eventstore::AppendResult& result, std::uint32_t events,
                    std::string subject) {
    if (result) {
      return Done{result->last, result->lastVersion, std::move(subject), result->repeated, events};
    }
    // The one writer checked all this before: whatever failed here, its world and the log no longer
    // agree.
    const auto* error = std::get_if<eventstore::StoreError>(&result.error());
    domain::Refusal refusal =
        error != nullptr ? refusalFor(*error)
                         : domain::LogUnavailable{"it refused what the writer had decided"};
    if (std::holds_alternative<domain::LogUnavailable>(refusal)) {
      fail(refusal);
      // The bytes may have reached the disk all the same.
      return Refused{
          {domain::LogUnavailable{"writing failed, and whether this command was done is unknown"}},
          {}};
    }
    return Refused{{fail(std::move(refusal))}, {}};
  }

  Outcome repeat(const CommandRequest& request) {
    auto known = log_.findCommand(request.id);
    if (!known) return Refused{{fail(refusalFor(known.error()))}, {}};
    if (!*known) return Refused{{failure()}, {}};  // its first try was in a failed group
    const eventstore::KnownCommand& command = **known;
    if (command.fingerprint != request.fingerprint) {
      return Refused{{domain::CommandIdReused{command.committed.first.value}}, {}};
    }
    eventstore::ReadOptions one;
    one.from = command.committed.last.value;
    one.limit = 1;
    auto reader = log_.readAll(one);
    auto last = reader.next();
    if (!last) return Refused{{fail(refusalFor(last.error()))}, {}};
    if (*last == nullptr) return Refused{{fail(domain::LogDamaged{})}, {}};
    const auto events = command.committed.last.value - command.committed.first.value + 1;
    return Done{command.committed.last, (*last)->envelope.version,
                std::string((*last)->envelope.streamId), true, static_cast<std::uint32_t>(events)};
  }

  Outcome refused(const CommandRequest& request, domain::Rejection rejection) {
    Refused outcome{std::move(rejection), {}};
    for (const domain::Refusal& refusal : outcome.rejection) {
      if (const auto* moved = std::get_if<domain::VersionMovedOn>(&refusal)) {
        outcome.changes = changesSince(request, moved->expected);
      }
    }
    return outcome;
  }

  // What has happened to the command's ticket, board or subject after version `expected`. Best
  // effort: a change that cannot be read is left out, the refusal stands by itself.
  std::vector<Change> changesSince(const CommandRequest& request, std::uint64_t expected) {
    const auto stream = streamOf(request.command);
    if (!stream || expected == std::numeric_limits<std::uint64_t>::max()) return {};
    eventstore::ReadOptions options;
    options.from = expected + 1;
    options.limit = std::min(kMaxChangesTold, changesLeft_);
    std::vector<Change> changes;
    auto reader = log_.readStream(*stream, options);
    for (;;) {
      auto next = reader.next();
      if (!next || *next == nullptr) return changes;
      const eventstore::Envelope& envelope = (*next)->envelope;
      auto event = domain::codec::decode(envelope.type, envelope.schemaVersion, (*next)->payload);
      changes.push_back(projections::auditEntry(envelope, event));
      --changesLeft_;
    }
  }

  static bool isErasure(const CommandRequest& request, const Outcome& outcome) {
    const auto* command = std::get_if<domain::SubjectCommand>(&request.command);
    return command != nullptr && std::holds_alternative<domain::EraseSubject>(*command) &&
           std::holds_alternative<Done>(outcome);
  }

  // A person is erased when the key is gone, not when the log says so. That the log says so stands:
  // a repeat of the command tries again, and so does the next start. All of a group at once, since
  // one sweep of the key store costs the same for all of them.
  void destroyKeys(Group& group) {
    std::vector<eventstore::Erasure> erasures;
    for (const Erased& erased : group.erased) {
      erasures.push_back({erasedBy(erased).value,
                          std::get<Done>(erased.batch->outcomes[erased.request]).position});
    }
    const bool areDestroyed = onErased_(erasures);
    for (std::size_t i = 0; i < erasures.size(); ++i) {
      const Erased& erased = group.erased[i];
      Outcome& outcome = erased.batch->outcomes[erased.request];
      if (!areDestroyed) {
        outcome = Refused{{domain::KeyNotDestroyed{erasedBy(erased), erasures[i].at.value}}, {}};
      }
      count(outcome);
    }
  }

  static const domain::SubjectId& erasedBy(const Erased& erased) {
    const domain::Command& command = erased.batch->requests[erased.request].command;
    return std::get<domain::EraseSubject>(std::get<domain::SubjectCommand>(command)).subject;
  }

  void countOwn(const Group& group) {
    if (failed_) return;
    ownByRules_ += group.ownByRules;
    ownByClocks_ += group.ownByClocks;
    if (group.ownByRules + group.ownByClocks > 0) lastLateness_ = group.lastLateness.count();
  }

  void count(const Outcome& outcome) {
    if (const auto* done = std::get_if<Done>(&outcome)) {
      if (done->repeated) {
        repeated_ += 1;
      } else {
        done_ += 1;
        events_ += done->events;
      }
    } else {
      refused_ += 1;
    }
  }

  // A batch is decided whole into one group, so all its outcomes are there.
  static void deliver(Group& group, bool waitedForKeys) {
    for (Answer& answer : group.answers) {
      if (!answer.lastOfBatch || answer.batch->waitsForKeys != waitedForKeys) continue;
      answer.batch->done(std::move(answer.batch->outcomes));
    }
  }

  eventstore::Log& log_;
  const CommandPathOptions options_;
  const Clock clock_;
  const OnCommitted onCommitted_;
  const OnErased onErased_;

  mutable std::mutex mutex_;
  std::condition_variable writerWakes_;
  std::condition_variable committerWakes_;
  // Under mutex_:
  std::deque<std::shared_ptr<Batch>> queue_;
  std::size_t queuedCommands_ = 0;     // submitted and not yet committed
  std::unique_ptr<Group> handedOver_;  // being committed; only the committer looks inside
  std::uint64_t committedGroup_ = 0;
  std::atomic<bool> stopping_{false};  // written under it; the writer reads it without, too
  bool writerEnded_ = false;

  // The writer's own:
  Decider decider_;
  Group open_;
  std::unordered_set<eventstore::CommandId> inFlight_;
  std::deque<std::pair<std::uint64_t, eventstore::CommandId>> inFlightIds_;  // with their group

  std::uint64_t changesLeft_ = 0;  // the committer's own, of the group at hand

  std::atomic<bool> failed_{false};
  mutable std::mutex failureMutex_;
  domain::Refusal failure_ = domain::LogUnavailable{"an earlier write failed"};  // under its mutex

  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> repeated_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> overloaded_{0};
  std::atomic<std::uint64_t> groups_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> ownByRules_{0};
  std::atomic<std::uint64_t> ownByClocks_{0};
  std::atomic<std::int64_t> lastLateness_{0};  // microseconds

  std::mutex joinMutex_;
  std::thread committer_;
  std::thread writer_;
};

CommandPath::CommandPath(eventstore::Log& log, CommandPathOptions options, Clock clock,
                         OnCommitted onCommitted, OnErased onErased)
    : impl_(std::make_unique<Impl>(log, options, std::move(clock), std::move(onCommitted),
                                   std::move(onErased))) {}

CommandPath::~CommandPath() = default;

void CommandPath::submit(std::vector<CommandRequest> requests, OnOutcomes done) {
  impl_->submit(std::move(requests), std::move(done));
}

void CommandPath::stop() {
  impl_->stop();
}

std::span<const eventstore::Erasure> CommandPath::erasedBefore() const {
  return impl_->erasedBefore();
}

CommandPathStats CommandPath::stats() const {
  return impl_->stats();
}

}  // namespace docket::server
