// A day at the desk: a server with a log of its own whose clock the story sets, and the people who
// work with it through the public API.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/connection.h"
#include "server/api/docket.capnp.h"

namespace docket::scenarios {

// What came of a command: done, or the codes of all rules that it broke.
struct Answer {
  std::string subject;                // "OPS-42"
  std::vector<std::string> refusals;  // empty: it was done
  bool done() const { return refusals.empty(); }
};

struct PromiseFacts {
  std::chrono::seconds elapsed{};  // working time
  std::string deadline;            // "2026-03-02T14:00:00Z"; empty: none
  bool missed = false;
  bool met = false;
  std::map<std::string, std::chrono::seconds> paused;
};

// A ticket as anybody may see it.
struct TicketFacts {
  std::string column;
  std::string category;
  std::string assignee;
  std::string team;
  unsigned tier = 0;
  std::uint64_t reopenings = 0;
  std::map<std::string, std::string> guests;  // board -> column there
  std::vector<std::string> offers;            // boards
  std::map<std::string, PromiseFacts> promises;
  std::vector<std::string> links;  // "causes OPS-2", "OPS-3 causes"
  std::vector<std::string> openChecks;
};

// One event of a ticket's history: "TicketMoved by ana: moved from inbox to in-progress".
struct HistoryLine {
  std::string type;
  std::string actor;
  std::string summary;
};

class Day;

// Somebody at the desk. Each call is one command, a second after the one before, through a
// connection of its own: a thread has one at a time.
class Person {
 public:
  Person(Day& day, std::string name);

  using Fill = std::function<void(api::TicketCommand::Builder)>;
  Answer ticket(const Fill& fill);
  using FillBoard = std::function<void(api::BoardCommand::Builder)>;
  Answer board(const FillBoard& fill);
  using FillDesk = std::function<void(api::DeskCommand::Builder)>;
  Answer define(const FillDesk& fill);

  // The plain ones by name. An opened ticket's id is the answer's subject.
  Answer open(const std::string& board, const std::string& type, const std::string& title,
              const std::string& requester = {}, const std::string& serviceClass = "standard",
              const std::string& due = {});
  Answer move(const std::string& ticket, const std::string& column, const std::string& board = {},
              const std::string& overrideReason = {});
  Answer pull(const std::string& board);
  Answer assign(const std::string& ticket, const std::string& assignee);
  Answer comment(const std::string& ticket, const std::string& text);  // a public one
  Answer contact(const std::string& ticket, const std::string& direction);
  Answer block(const std::string& ticket, const std::string& kind);
  Answer unblock(const std::string& ticket);
  Answer resolve(const std::string& ticket, const std::string& kind = "fix");
  Answer close(const std::string& ticket);
  Answer link(const std::string& ticket, const std::string& kind, const std::string& other);
  Answer offer(const std::string& ticket, const std::string& board);
  Answer accept(const std::string& ticket, const std::string& board);
  Answer giveBack(const std::string& ticket, const std::string& board);
  Answer requestApproval(const std::string& ticket, const std::vector<std::string>& approvers);
  Answer decide(const std::string& ticket, unsigned approval, const std::string& verdict);
  Answer completeCheck(const std::string& ticket, unsigned check);

 private:
  Day& day_;
  std::string name_;
};

class Day {
 public:
  // Begins at 08:00 UTC on Monday, 2 March 2026, with the boards OPS (it-support) and DEV
  // (development), and office hours from 09:00 to 17:00 UTC on weekdays as calendar "office".
  Day();
  ~Day();

  Person& person(const std::string& name);
  Person& operator[](const std::string& name) { return person(name); }

  // "2026-03-02T09:14:00Z". Time never goes back.
  void at(const std::string& instant);
  std::string address() const;
  std::int64_t tick();  // microseconds since the epoch, a second later with every command

  TicketFacts ticket(const std::string& id);
  std::vector<HistoryLine> history(const std::string& id);
  // The types of the events, in order.
  std::vector<std::string> story(const std::string& id);
  std::vector<std::string> cardsIn(const std::string& board, const std::string& column);

  void setLimit(const std::string& board, const std::string& column, int limit);
  // A policy for all tickets of OPS: hours of working time for each kind of promise.
  void promise(const std::map<std::string, int>& hours);

 private:
  class Server;
  std::unique_ptr<Server> server_;
  std::map<std::string, Person> people_;
};

}  // namespace docket::scenarios
