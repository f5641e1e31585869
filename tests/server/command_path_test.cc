// The command path over a real log in a temporary folder.
#include "server/command_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <future>
#include <thread>

#include "domain/codec/codec.h"
#include "tests/eventstore/file_size_limit.h"
#include "tests/server/golden_payload.h"

namespace docket::server {
namespace {

namespace fs = std::filesystem;
using domain::BoardKey;
using domain::ColumnId;
using domain::SubjectId;
using domain::TicketId;

constexpr eventstore::Timestamp kNow{std::chrono::microseconds{1'700'000'000'000'000}};

eventstore::CommandId commandId(std::uint64_t number) {
  eventstore::CommandId id;
  id.bytes[0] = std::byte{0xA5};
  std::memcpy(id.bytes.data() + 8, &number, sizeof number);
  return id;
}

class CommandPathTest : public ::testing::Test {
 protected:
  CommandPathTest() {
    directory_ = fs::temp_directory_path() /
                 ("docket-path-" + std::to_string(::getpid()) + "-" +
                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(directory_);
    open();
  }
  ~CommandPathTest() override {
    close();
    fs::remove_all(directory_);
  }

  void open(CommandPathOptions options = {}) {
    auto log = eventstore::Log::open({directory_});
    ASSERT_TRUE(log.has_value()) << log.error().message;
    log_ = std::move(*log);
    path_ = std::make_unique<CommandPath>(
        *log_, options, [] { return kNow; },
        [this](eventstore::Position head) { committedHead_ = head.value; });
  }
  void close() {
    path_.reset();
    log_.reset();
  }
  void reopen(CommandPathOptions options = {}) {
    close();
    open(options);
  }

  CommandRequest request(domain::Command command) {
    CommandRequest request;
    request.id = commandId(++lastId_);
    request.fingerprint.bytes[0] = std::byte{1};
    request.actor = SubjectId{"ana"};
    request.command = std::move(command);
    return request;
  }
  CommandRequest ticketRequest(domain::TicketCommand command) {
    return request(domain::Command{std::move(command)});
  }

  std::vector<Outcome> runAll(std::vector<CommandRequest> requests) {
    std::promise<std::vector<Outcome>> promise;
    path_->submit(std::move(requests),
                  [&](std::vector<Outcome> outcomes) { promise.set_value(std::move(outcomes)); });
    return promise.get_future().get();
  }
  Outcome run(CommandRequest request) {
    std::vector<CommandRequest> one;
    one.push_back(std::move(request));
    return runAll(std::move(one)).at(0);
  }

  void createBoard() {
    auto outcome = run(request(domain::BoardCommand{
        domain::CreateBoard{BoardKey{"OPS"},
                            "",
                            "",
                            {{{}, "To do", domain::ColumnCategory::queue, {}, true},
                             {{}, "Doing", domain::ColumnCategory::active, 2, false},
                             {{}, "Done", domain::ColumnCategory::resolved, {}, false}}}}));
    ASSERT_TRUE(std::holds_alternative<Done>(outcome));
  }
  CommandRequest openTicket(std::string title) {
    domain::OpenTicket command;
    command.board = BoardKey{"OPS"};
    command.title = std::move(title);
    return ticketRequest(std::move(command));
  }
  CommandRequest moveTicket(std::uint64_t number, std::string column) {
    return ticketRequest(
        domain::MoveTicket{TicketId{BoardKey{"OPS"}, number}, ColumnId{std::move(column)}, {}, ""});
  }

  // What a newer program would have written, before this one was started in its place.
  void givenUnread(std::string kind, std::string id, std::string type, std::uint16_t version) {
    path_.reset();
    eventstore::Unit unit;
    unit.commandId = commandId(++lastId_);
    unit.actor = "ana";
    unit.events.push_back({{std::move(kind), std::move(id)}, std::move(type), version, kNow, {}});
    std::vector<eventstore::Unit> units{unit};
    ASSERT_TRUE(log_->append(units, kNow).at(0));
    reopen();
  }

  fs::path directory_;
  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<CommandPath> path_;
  std::atomic<std::uint64_t> committedHead_{0};
  std::uint64_t lastId_ = 0;
};

const Done& done(const Outcome& outcome) {
  static const Done kNone{};
  const auto* found = std::get_if<Done>(&outcome);
  EXPECT_NE(found, nullptr) << "refused: "
                            << domain::describe(std::get<Refused>(outcome).rejection.at(0)).message;
  return found == nullptr ? kNone : *found;
}

template <class Reason>
const Reason* refusal(const Outcome& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome);
  if (refused == nullptr) return nullptr;
  for (const domain::Refusal& one : refused->rejection) {
    if (const auto* found = std::get_if<Reason>(&one)) return found;
  }
  return nullptr;
}

TEST_F(CommandPathTest, AnAcceptedCommandIsDurableWhenItIsAnswered) {
  createBoard();
  std::promise<std::uint64_t> headWhenAnswered;
  std::vector<CommandRequest> requests;
  requests.push_back(openTicket("Printer on fire"));
  path_->submit(std::move(requests), [&](std::vector<Outcome> outcomes) {
    EXPECT_EQ(done(outcomes.at(0)).subject, "OPS-1");
    EXPECT_EQ(done(outcomes.at(0)).position.value, 1u);
    EXPECT_EQ(committedHead_.load(), 2u);
    headWhenAnswered.set_value(log_->head().value);
  });
  EXPECT_EQ(headWhenAnswered.get_future().get(), 2u);
}

TEST_F(CommandPathTest, ARefusalWritesNothing) {
  createBoard();
  for (int i = 0; i < 3; ++i) done(run(openTicket("Ticket")));
  done(run(moveTicket(1, "doing")));
  done(run(moveTicket(2, "doing")));
  const auto head = log_->head();
  const auto outcome = run(moveTicket(3, "doing"));
  const auto* limit = refusal<domain::WipLimitReached>(outcome);
  ASSERT_NE(limit, nullptr);
  EXPECT_EQ(limit->limit, 2u);
  EXPECT_EQ(limit->count, 2u);
  EXPECT_EQ(log_->head(), head);
}

TEST_F(CommandPathTest, TheSameCommandTwiceIsOneEffectAndOneAnswer) {
  createBoard();
  const auto command = openTicket("Once");
  const auto first = done(run(command));
  const auto head = log_->head();
  for (const bool restart : {false, true}) {
    if (restart) reopen();
    const auto again = done(run(command));
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.position, first.position);
    EXPECT_EQ(again.version, first.version);
    EXPECT_EQ(again.subject, first.subject);
    EXPECT_EQ(again.events, first.events);
    EXPECT_EQ(log_->head(), head);
  }
}

TEST_F(CommandPathTest, ARepeatInTheSameBatchIsOneEffect) {
  createBoard();
  const auto command = openTicket("Once");
  const auto outcomes = runAll({command, command, command});
  EXPECT_FALSE(done(outcomes[0]).repeated);
  EXPECT_TRUE(done(outcomes[1]).repeated);
  EXPECT_TRUE(done(outcomes[2]).repeated);
  EXPECT_EQ(done(outcomes[2]).position, done(outcomes[0]).position);
  EXPECT_EQ(log_->head().value, 2u);
}

TEST_F(CommandPathTest, AnIdUsedForSomethingElseIsRefused) {
  createBoard();
  const auto command = openTicket("First");
  done(run(command));
  auto other = openTicket("Second");
  other.id = command.id;
  other.fingerprint.bytes[0] = std::byte{2};
  const auto outcome = run(other);
  const auto* reused = refusal<domain::CommandIdReused>(outcome);
  ASSERT_NE(reused, nullptr);
  EXPECT_EQ(reused->firstPosition, 1u);
  EXPECT_EQ(log_->head().value, 2u);
}

TEST_F(CommandPathTest, ABatchIsDecidedInOrderAndOneRefusalStopsNoOther) {
  createBoard();
  const auto outcomes = runAll({openTicket("A"), moveTicket(1, "doing"), moveTicket(9, "doing"),
                                openTicket("B"), moveTicket(2, "nowhere"), moveTicket(2, "doing")});
  EXPECT_EQ(done(outcomes[0]).subject, "OPS-1");
  EXPECT_EQ(done(outcomes[1]).version.value, 1u);
  EXPECT_NE(refusal<domain::UnknownTicket>(outcomes[2]), nullptr);
  EXPECT_EQ(done(outcomes[3]).subject, "OPS-2");
  EXPECT_NE(refusal<domain::UnknownColumn>(outcomes[4]), nullptr);
  EXPECT_EQ(done(outcomes[5]).version.value, 1u);
  EXPECT_EQ(log_->head().value, 5u);
}

TEST_F(CommandPathTest, OfManyAtTheSameVersionExactlyOneWinsAndTheOthersHearWhatChanged) {
  createBoard();
  done(run(openTicket("Contended")));
  constexpr int kClients = 8;
  std::vector<std::future<Outcome>> outcomes;
  std::vector<std::promise<Outcome>> promises(kClients);
  std::vector<std::thread> clients;
  std::vector<CommandRequest> requests;
  for (int i = 0; i < kClients; ++i) {
    auto move = moveTicket(1, "doing");
    move.expectedVersion = 0;
    move.actor = SubjectId{"client" + std::to_string(i)};
    requests.push_back(std::move(move));
    outcomes.push_back(promises[static_cast<std::size_t>(i)].get_future());
  }
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      path_->submit({requests[i]},
                    [&, i](std::vector<Outcome> o) { promises[i].set_value(o.at(0)); });
    });
  }
  for (auto& client : clients) client.join();
  std::string winner;
  std::vector<Outcome> losers;
  for (std::size_t i = 0; i < kClients; ++i) {
    Outcome outcome = outcomes[i].get();
    if (std::holds_alternative<Done>(outcome)) {
      EXPECT_TRUE(winner.empty()) << "two winners";
      winner = "client" + std::to_string(i);
    } else {
      losers.push_back(std::move(outcome));
    }
  }
  EXPECT_FALSE(winner.empty());
  for (const Outcome& loser : losers) {
    const auto* moved = refusal<domain::VersionMovedOn>(loser);
    ASSERT_NE(moved, nullptr);
    EXPECT_EQ(moved->expected, 0u);
    EXPECT_EQ(moved->actual, 1u);
    const auto& changes = std::get<Refused>(loser).changes;
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].type, "TicketMoved");
    EXPECT_EQ(changes[0].actor, winner);
  }
}

TEST_F(CommandPathTest, AfterARestartNumbersLimitsAndVersionsGoOn) {
  createBoard();
  runAll({openTicket("A"), openTicket("B"), openTicket("C"), moveTicket(1, "doing"),
          moveTicket(2, "doing")});
  reopen();
  EXPECT_NE(refusal<domain::WipLimitReached>(run(moveTicket(3, "doing"))), nullptr);
  EXPECT_EQ(done(run(openTicket("D"))).subject, "OPS-4");
  EXPECT_EQ(done(run(moveTicket(1, "to-do"))).version.value, 2u);
  EXPECT_EQ(done(run(moveTicket(3, "doing"))).version.value, 1u);
}

TEST_F(CommandPathTest, AnEvictedTicketComesBackAsItWas) {
  CommandPathOptions options;
  options.maxCachedTickets = 1;
  reopen(options);
  createBoard();
  for (int i = 0; i < 5; ++i) done(run(openTicket("Ticket")));
  for (std::uint64_t number = 1; number <= 5; ++number) {
    auto assign = ticketRequest(
        domain::AssignTicket{TicketId{BoardKey{"OPS"}, number}, SubjectId{"bo"}, {}, {}});
    assign.expectedVersion = 0;
    EXPECT_EQ(done(run(assign)).version.value, 1u);
  }
}

TEST_F(CommandPathTest, WhatDoesNotFitInTheQueueIsOverloadedAtOnce) {
  CommandPathOptions options;
  options.maxQueuedCommands = 2;
  reopen(options);
  createBoard();
  const auto outcomes = runAll({openTicket("A"), openTicket("B"), openTicket("C")});
  for (const Outcome& outcome : outcomes) {
    EXPECT_NE(refusal<domain::Overloaded>(outcome), nullptr);
  }
  EXPECT_EQ(log_->head().value, 1u);
  EXPECT_EQ(path_->stats().overloaded, 3u);
  EXPECT_EQ(done(run(openTicket("A"))).subject, "OPS-1");
}

TEST_F(CommandPathTest, StoppingFinishesWhatIsQueuedAndTakesNoMore) {
  createBoard();
  std::atomic<int> answered{0};
  for (int i = 0; i < 200; ++i) {
    path_->submit({openTicket("Ticket")}, [&](std::vector<Outcome> outcomes) {
      done(outcomes.at(0));
      ++answered;
    });
  }
  path_->stop();
  EXPECT_EQ(answered.load(), 200);
  EXPECT_EQ(log_->head().value, 201u);
  EXPECT_NE(refusal<domain::Overloaded>(run(openTicket("Late"))), nullptr);
  EXPECT_EQ(log_->head().value, 201u);
}

TEST_F(CommandPathTest, WhatHappenedMayLieInThePastButNotInTheFuture) {
  createBoard();
  auto past = openTicket("Yesterday");
  past.occurredAt = kNow - std::chrono::hours(24);
  past.onBehalfOf = SubjectId{"rita"};
  done(run(past));
  auto future = openTicket("Tomorrow");
  future.occurredAt = kNow + std::chrono::hours(24);
  const auto outcome = run(future);
  const auto* invalid = refusal<domain::FieldInvalid>(outcome);
  ASSERT_NE(invalid, nullptr);
  EXPECT_EQ(invalid->field, "header.occurredAt");

  eventstore::ReadOptions last;
  last.from = 1;
  auto reader = log_->readAll(last);
  auto event = reader.next();
  ASSERT_TRUE(event.has_value());
  ASSERT_NE(*event, nullptr);
  EXPECT_EQ((*event)->envelope.occurredAt, kNow - std::chrono::hours(24));
  EXPECT_EQ((*event)->envelope.recordedAt, kNow);
  EXPECT_EQ((*event)->envelope.actor, "ana");
  EXPECT_EQ((*event)->envelope.onBehalfOf, "rita");
}

TEST_F(CommandPathTest, PeopleAreNamedByTheRules) {
  createBoard();
  auto command = openTicket("Hello");
  command.actor = SubjectId{"no blanks please"};
  command.onBehalfOf = SubjectId{"nor\nthis"};
  const auto outcome = run(command);
  ASSERT_TRUE(std::holds_alternative<Refused>(outcome));
  EXPECT_EQ(std::get<Refused>(outcome).rejection.size(), 2u);
}

TEST_F(CommandPathTest, ATicketWithAnEventOfANewerProgramIsRefusedAndNothingElseIs) {
  createBoard();
  done(run(openTicket("one")));
  done(run(openTicket("two")));
  const auto head = log_->head();
  givenUnread("ticket", "OPS-1", "TicketTeleported", 3);
  const Outcome moved = run(moveTicket(1, "doing"));
  const auto* refused = refusal<domain::EventNotUnderstood>(moved);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->subject, "OPS-1");
  EXPECT_EQ(refused->event, (domain::UnreadEvent{head.value, "TicketTeleported", 3}));
  EXPECT_FALSE(path_->stats().failed);
  // The pull passes over it, though it was there first.
  EXPECT_EQ(done(run(ticketRequest(domain::PullNext{BoardKey{"OPS"}, {}, {}, {}}))).subject,
            "OPS-2");
  EXPECT_EQ(done(run(openTicket("three"))).subject, "OPS-3");
  EXPECT_NE(refusal<domain::EventNotUnderstood>(run(moveTicket(1, "doing"))), nullptr);
}

TEST_F(CommandPathTest, ANewerSchemaVersionIsRefusedLikeAnUnknownType) {
  createBoard();
  done(run(openTicket("one")));
  givenUnread("ticket", "OPS-1", "TicketMoved", 99);
  EXPECT_NE(refusal<domain::EventNotUnderstood>(run(moveTicket(1, "doing"))), nullptr);
  done(run(openTicket("two")));
}

TEST_F(CommandPathTest, AnOpeningNotUnderstoodKeepsItsNumberAndItsKey) {
  createBoard();
  givenUnread("ticket", "OPS-1", "TicketOpened", 99);
  EXPECT_NE(refusal<domain::EventNotUnderstood>(run(moveTicket(1, "doing"))), nullptr);
  EXPECT_EQ(done(run(openTicket("another"))).subject, "OPS-2");
  domain::RecordHistory history;
  history.board = BoardKey{"OPS"};
  history.externalKey = "SR-1";
  history.activity = "Accepted";
  history.actor = "Bo";
  const Outcome recorded = run(ticketRequest(history));
  const auto* refused = refusal<domain::EventNotUnderstood>(recorded);
  ASSERT_NE(refused, nullptr) << "OPS-1 may be the ticket of SR-1";
  EXPECT_EQ(refused->subject, "OPS-1");
}

TEST_F(CommandPathTest, ABoardWithAnEventOfANewerProgramIsRefusedAndOtherBoardsAreNot) {
  createBoard();
  done(run(openTicket("one")));
  givenUnread("board", "OPS", "BoardRenamed", 1);
  givenUnread("board", "DEV", "BoardCreated", 99);
  givenUnread("calendar", "OPS", "HolidayAdded", 1);
  const auto create = [&](const char* key) {
    return request(domain::BoardCommand{domain::CreateBoard{BoardKey{key}, "", "basic", {}}});
  };
  for (CommandRequest& command : std::vector{
           openTicket("two"), moveTicket(1, "doing"), create("OPS"), create("DEV"),
           request(domain::BoardCommand{domain::RemoveColumn{BoardKey{"OPS"}, {"doing"}}})}) {
    EXPECT_NE(refusal<domain::EventNotUnderstood>(run(std::move(command))), nullptr);
  }
  done(run(create("WEB")));
  EXPECT_FALSE(path_->stats().failed);
}

TEST_F(CommandPathTest, APulledEventOfTheFirstVersionIsStillDecidedOn) {
  createBoard();
  done(run(openTicket("one")));
  path_.reset();
  eventstore::Unit unit;
  unit.commandId = commandId(++lastId_);
  unit.actor = "ana";
  // A golden file: pulled from inbox to in-progress by anna, in schema version 1.
  unit.events.push_back(
      {{"ticket", "OPS-1"}, "TicketPulled", 1, kNow, goldenPayload("TicketPulled.v1")});
  std::vector<eventstore::Unit> units{unit};
  ASSERT_TRUE(log_->append(units, kNow).at(0));
  reopen();
  const Outcome outcome = run(
      ticketRequest(domain::AssignTicket{TicketId{BoardKey{"OPS"}, 1}, SubjectId{"anna"}, {}, {}}));
  EXPECT_NE(refusal<domain::NothingToChange>(outcome), nullptr) << "the pull gave it to anna";
  done(run(
      ticketRequest(domain::AssignTicket{TicketId{BoardKey{"OPS"}, 1}, SubjectId{"bob"}, {}, {}})));
}

TEST_F(CommandPathTest, AFailedWriteVoidsWhatRestedOnItAndEndsTheTakingOfCommands) {
  createBoard();
  done(run(openTicket("Kept")));
  const auto head = log_->head();
  auto first = moveTicket(1, "doing");
  auto second = moveTicket(1, "doing");  // refused, but only because of the first
  auto stale = moveTicket(1, "done");
  stale.expectedVersion = 0;  // as well
  {
    const eventstore::testing::FileSizeLimit limit(1);
    const auto outcomes = runAll({first, second, stale});
    for (const Outcome& outcome : outcomes) {
      EXPECT_NE(refusal<domain::LogUnavailable>(outcome), nullptr);
    }
    EXPECT_EQ(refusal<domain::NothingToChange>(outcomes[1]), nullptr);
    EXPECT_EQ(refusal<domain::VersionMovedOn>(outcomes[2]), nullptr);
  }
  // There is room again, but what is in memory is not what is in the log.
  EXPECT_NE(refusal<domain::LogUnavailable>(run(openTicket("Later"))), nullptr);
  EXPECT_TRUE(path_->stats().failed);
  EXPECT_EQ(log_->head(), head);
  reopen();
  EXPECT_EQ(log_->head(), head);
  EXPECT_EQ(done(run(first)).version.value, 1u);
  EXPECT_EQ(done(run(openTicket("Later"))).subject, "OPS-2");
}

TEST_F(CommandPathTest, AnImportedAttributeTooLargeForAnEventIsRefused) {
  createBoard();
  domain::RecordHistory record;
  record.board = BoardKey{"OPS"};
  record.externalKey = "case 1";
  record.activity = "Queued";
  record.foreign = {{"blob", "string", std::string(eventstore::kMaxPayloadBytes, 'x'), {}}};
  const auto outcome = run(ticketRequest(record));
  ASSERT_NE(refusal<domain::FieldInvalid>(outcome), nullptr);
  EXPECT_EQ(log_->head().value, 1u);
  // The refused one left no trace in memory either.
  record.foreign[0].value = "small";
  EXPECT_EQ(done(run(ticketRequest(record))).subject, "OPS-1");
}

}  // namespace
}  // namespace docket::server
