// A command path over a real log in a temporary folder, a clock that is set by hand, and what the
// log says afterwards: for the tests of what a desk does by itself.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/codec/codec.h"
#include "domain/promise.h"
#include "server/command_path.h"
#include "server/decider.h"
#include "tests/domain/calendars.h"
#include "tests/server/temporary_directory.h"

namespace docket::server::test {

using domain::BoardKey;
using domain::ColumnId;
using domain::PromiseKind;
using domain::RuleId;
using domain::SubjectId;
using domain::TicketEvent;
using domain::TicketId;
using domain::Timestamp;
using domain::test::at;
using namespace std::chrono_literals;

inline const BoardKey kOps{"OPS"};
inline const BoardKey kDev{"DEV"};

inline TicketId ops(std::uint64_t number) {
  return {kOps, number};
}

inline eventstore::CommandId commandId(std::uint64_t number) {
  eventstore::CommandId id;
  id.bytes[0] = std::byte{0xA5};
  for (std::size_t i = 0; i < 8; ++i) id.bytes[8 + i] = std::byte(number >> (8 * i));
  return id;
}

// An event as the log has it.
struct Recorded {
  std::uint64_t position = 0;
  std::string stream;  // "ticket/OPS-1"
  std::string type;
  std::string actor;
  eventstore::Origin origin = eventstore::Origin::rpc;
  eventstore::CommandId command;
  eventstore::CommandId correlation;
  std::optional<std::uint64_t> causation;
  Timestamp occurredAt;
  std::optional<domain::codec::Event> event;  // none: of a newer program

  const TicketEvent* ticketEvent() const {
    return event ? std::get_if<TicketEvent>(&*event) : nullptr;
  }
  template <class E>
  const E* as() const {
    const TicketEvent* const of = ticketEvent();
    return of == nullptr ? nullptr : std::get_if<E>(of);
  }
  bool isOwn() const {
    return origin == eventstore::Origin::rule || origin == eventstore::Origin::timer;
  }
};

std::vector<Recorded> readLog(const eventstore::Log& log);

// Folds the whole log afresh and finds, by the domain's functions alone, what the desk ought to
// have done by itself: an answer for every wish of a rule, and each warning, miss and keeping once.
void expectAnsweredAndNotTwice(const eventstore::Log& log);
// The same, and at `now` nothing that is due and not written.
void expectNothingMissingNorTwice(const eventstore::Log& log, Timestamp now);

class OwnDesk : public ::testing::Test {
 protected:
  OwnDesk() { open(); }
  ~OwnDesk() override { close(); }

  // The writer looks at the clock when it has something to do, not by itself: an hour is longer
  // than any test. See also look().
  static CommandPathOptions unhurried() {
    CommandPathOptions options;
    options.clockLookMax = std::chrono::hours(1);
    return options;
  }

  void open(CommandPathOptions options = unhurried());
  void close();
  void reopen(CommandPathOptions options = unhurried()) {
    close();
    open(options);
  }

  Timestamp now() const { return Timestamp(std::chrono::microseconds(now_)); }
  void setClock(Timestamp to) { now_ = to.time_since_epoch().count(); }
  void setClock(const std::string& to) { setClock(at(to)); }

  CommandRequest request(domain::Command command);
  Outcome run(CommandRequest request);
  std::vector<Outcome> runAll(std::vector<CommandRequest> requests);
  // REQUIRES: it is accepted.
  Done perform(domain::TicketCommand command) { return accepted(run(request(std::move(command)))); }
  Done perform(domain::BoardCommand command) { return accepted(run(request(std::move(command)))); }
  Done perform(domain::DeskCommand command) { return accepted(run(request(std::move(command)))); }
  static Done accepted(const Outcome& outcome);
  static std::vector<std::string> codes(const Outcome& outcome);

  // Makes the writer look at the clock: a command that is refused. What is due is in the log
  // afterwards, of up to 500 tickets.
  void look();
  // Until the log's head is there.
  void awaitHead(std::uint64_t head);
  void awaitCommitAfter(std::uint64_t commits);
  std::uint64_t commits();

  // --- Given ---
  void createBoards();  // OPS for IT support, DEV for development
  Done openTicket(domain::OpenTicket command = {});
  void move(std::uint64_t number, const std::string& column) {
    perform(domain::MoveTicket{ops(number), ColumnId{column}, {}, {}});
  }
  void setRule(const BoardKey& board, const std::string& id, const std::string& onEntry,
               domain::RuleAction action) {
    perform(domain::SetRule{board, {RuleId{id}, ColumnId{onEntry}, std::nullopt, action}});
  }
  // What a newer program would have written, before this one was started in its place.
  void givenUnread(std::string kind, std::string id);

  // --- Then ---
  std::vector<Recorded> log() const { return readLog(*log_); }
  std::vector<Recorded> logFrom(std::uint64_t position) const;
  std::uint64_t head() const { return log_->head().value; }
  bool inOneGroup(std::uint64_t first, std::uint64_t last);
  void expectNothingNewAfter(const std::function<void()>& action);

  TemporaryDirectory directory_;
  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<CommandPath> path_;
  std::uint64_t lastId_ = 0;
  std::function<void()> onCommitted_;  // set while nothing is under way
  std::atomic<std::uint64_t> clockCalls_{0};

 private:
  std::atomic<std::int64_t> now_ = at("2026-03-02T09:00Z").time_since_epoch().count();  // a Monday
  std::mutex mutex_;
  std::condition_variable committed_;
  std::vector<std::uint64_t> heads_;  // after each commit
};

// The types of the events, and of the tickets' own nothing else: {"TicketMoved",
// "HandOverOffered"}.
inline std::vector<std::string> types(const std::vector<Recorded>& events) {
  std::vector<std::string> types;
  for (const Recorded& one : events) types.push_back(one.type);
  return types;
}

// All events of a kind, in order.
template <class E>
std::vector<E> all(const std::vector<Recorded>& events) {
  std::vector<E> found;
  for (const Recorded& one : events) {
    if (const E* const event = one.as<E>()) found.push_back(*event);
  }
  return found;
}

}  // namespace docket::server::test
