#include "tests/server/own_desk.h"

#include <algorithm>

#include "server/world_replay.h"

namespace docket::server::test {

std::vector<Recorded> readLog(const eventstore::Log& log) {
  std::vector<Recorded> all;
  auto reader = log.readAll();
  for (;;) {
    auto next = reader.next();
    if (!next) {
      ADD_FAILURE() << next.error().message;
      return all;
    }
    if (*next == nullptr) return all;
    const eventstore::Envelope& envelope = (*next)->envelope;
    Recorded one;
    one.position = envelope.position.value;
    one.stream = envelope.stream().text();
    one.type = envelope.type;
    one.actor = envelope.actor;
    one.origin = envelope.origin;
    one.command = envelope.commandId;
    one.correlation = envelope.correlationId;
    if (envelope.hasCausation) one.causation = envelope.causation.value;
    one.occurredAt = envelope.occurredAt;
    auto event = domain::codec::decode(envelope.type, envelope.schemaVersion, (*next)->payload);
    if (event) one.event = *std::move(event);
    all.push_back(std::move(one));
  }
}

namespace {

// What is said of a clock, and whether it may be said now.
void expectNotSaidBefore(const domain::Ticket& ticket, const Recorded& recorded) {
  const auto clock = [&](PromiseKind kind) -> const domain::Clock& {
    static const domain::Clock kNone;
    const domain::Clock* const found = ticket.clocks.find(kind);
    EXPECT_NE(found, nullptr) << recorded.type << " at " << recorded.position;
    return found == nullptr ? kNone : *found;
  };
  if (const auto* warned = recorded.as<domain::PromiseWarned>()) {
    EXPECT_FALSE(clock(warned->kind).warnedAt) << "warned twice at " << recorded.position;
  } else if (const auto* missed = recorded.as<domain::PromiseMissed>()) {
    EXPECT_FALSE(clock(missed->kind).missedAt) << "missed twice at " << recorded.position;
  } else if (const auto* met = recorded.as<domain::PromiseMet>()) {
    EXPECT_FALSE(clock(met->kind).metAt) << "met twice at " << recorded.position;
  }
}

struct Folded {
  domain::World world;
  std::map<TicketId, domain::Ticket> tickets;
};

void foldAndCompare(const eventstore::Log& log, Folded& folded) {
  auto& [world, tickets] = folded;
  std::map<std::uint64_t, std::size_t> wishes;   // by the position of what they follow on
  std::map<std::uint64_t, std::size_t> answers;  // likewise: units by rules
  std::optional<eventstore::CommandId> before;
  auto reader = log.readAll();
  for (const Recorded& recorded : readLog(log)) {
    auto next = reader.next();
    ASSERT_TRUE(next && *next != nullptr);
    if (recorded.event) {
      ASSERT_TRUE(foldInto(world, (*next)->envelope, *recorded.event));
    }
    if (recorded.origin == eventstore::Origin::rule && before != recorded.command) {
      ASSERT_TRUE(recorded.causation);
      ++answers[*recorded.causation];
    }
    before = recorded.command;
    const TicketEvent* const event = recorded.ticketEvent();
    if (event == nullptr) continue;
    const auto id = TicketId::parse(recorded.stream.substr(recorded.stream.find('/') + 1));
    domain::Ticket& ticket = tickets[*id];
    expectNotSaidBefore(ticket, recorded);
    domain::evolve(ticket, *event, recorded.occurredAt);
    if (const auto wished = domain::followUps(ticket, *event, world).size(); wished > 0) {
      wishes[recorded.position] = wished;
    }
  }
  EXPECT_EQ(answers, wishes);
}

}  // namespace

void expectAnsweredAndNotTwice(const eventstore::Log& log) {
  Folded folded;
  foldAndCompare(log, folded);
}

void expectNothingMissingNorTwice(const eventstore::Log& log, Timestamp now) {
  Folded folded;
  foldAndCompare(log, folded);
  const auto& [world, tickets] = folded;
  for (const auto& [id, ticket] : tickets) {
    // A policy of the very instant counts for what was opened before it, once that is touched.
    const bool isAsOld =
        std::any_of(world.desk().policies.begin(), world.desk().policies.end(),
                    [&](const auto& one) { return one.second.since == ticket.openedAt; });
    if (isAsOld) continue;
    for (const TicketEvent& due : domain::duePromiseEvents(ticket, world.desk(), now)) {
      ADD_FAILURE() << id.text() << ": due and not written: " << domain::describe(due);
    }
  }
}

void OwnDesk::open(CommandPathOptions options) {
  auto log = eventstore::Log::open({directory_.path()});
  ASSERT_TRUE(log.has_value()) << log.error().message;
  log_ = std::move(*log);
  path_ = std::make_unique<CommandPath>(
      *log_, options,
      [this] {
        ++clockCalls_;
        return now();
      },
      [this](eventstore::Position head) {
        if (onCommitted_) onCommitted_();
        std::lock_guard lock(mutex_);
        heads_.push_back(head.value);
        committed_.notify_all();
      });
}

void OwnDesk::close() {
  path_.reset();
  log_.reset();
}

CommandRequest OwnDesk::request(domain::Command command) {
  CommandRequest request;
  request.id = commandId(++lastId_);
  request.fingerprint.bytes[0] = std::byte{1};
  request.actor = SubjectId{"ana"};
  request.command = std::move(command);
  return request;
}

std::vector<Outcome> OwnDesk::runAll(std::vector<CommandRequest> requests) {
  std::promise<std::vector<Outcome>> promise;
  path_->submit(std::move(requests),
                [&](std::vector<Outcome> outcomes) { promise.set_value(std::move(outcomes)); });
  return promise.get_future().get();
}

Outcome OwnDesk::run(CommandRequest request) {
  std::vector<CommandRequest> one;
  one.push_back(std::move(request));
  return runAll(std::move(one)).at(0);
}

Done OwnDesk::accepted(const Outcome& outcome) {
  if (const auto* done = std::get_if<Done>(&outcome)) return *done;
  ADD_FAILURE() << "refused: "
                << domain::describe(std::get<Refused>(outcome).rejection.at(0)).message;
  return {};
}

std::vector<std::string> OwnDesk::codes(const Outcome& outcome) {
  std::vector<std::string> codes;
  if (const auto* refused = std::get_if<Refused>(&outcome)) {
    for (const auto& one : refused->rejection) codes.push_back(domain::describe(one).code);
  }
  return codes;
}

void OwnDesk::look() {
  const Outcome outcome =
      run(request(domain::TicketCommand{domain::CommitTicket{ops(999'999'999)}}));
  EXPECT_TRUE(std::holds_alternative<Refused>(outcome));
}

void OwnDesk::awaitHead(std::uint64_t head) {
  std::unique_lock lock(mutex_);
  committed_.wait(lock, [&] { return !heads_.empty() && heads_.back() >= head; });
}

void OwnDesk::awaitCommitAfter(std::uint64_t commits) {
  std::unique_lock lock(mutex_);
  committed_.wait(lock, [&] { return heads_.size() > commits; });
}

std::uint64_t OwnDesk::commits() {
  std::lock_guard lock(mutex_);
  return heads_.size();
}

void OwnDesk::createBoards() {
  perform(domain::CreateBoard{kOps, "Operations", "it-support", {}});
  perform(domain::CreateBoard{kDev, "Development", "development", {}});
}

Done OwnDesk::openTicket(domain::OpenTicket command) {
  if (command.board.empty()) command.board = kOps;
  if (command.title.empty()) command.title = "Printer";
  return perform(std::move(command));
}

void OwnDesk::givenUnread(std::string kind, std::string id) {
  path_.reset();
  eventstore::Unit unit;
  unit.commandId = commandId(++lastId_);
  unit.actor = "ana";
  unit.events.push_back({{std::move(kind), std::move(id)}, "OfTomorrow", 1, now(), {}});
  std::vector<eventstore::Unit> units{unit};
  ASSERT_TRUE(log_->append(units, now()).at(0));
  log_.reset();
  open();
}

std::vector<Recorded> OwnDesk::logFrom(std::uint64_t position) const {
  std::vector<Recorded> all = log();
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(position));
  return all;
}

bool OwnDesk::inOneGroup(std::uint64_t first, std::uint64_t last) {
  std::lock_guard lock(mutex_);
  return std::none_of(heads_.begin(), heads_.end(),
                      [&](std::uint64_t head) { return head > first && head <= last; });
}

void OwnDesk::expectNothingNewAfter(const std::function<void()>& action) {
  const std::uint64_t before = head();
  action();
  look();
  EXPECT_EQ(head(), before);
}

}  // namespace docket::server::test
