// A small desk for tests: a world and its tickets, driven by events and by commands.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/board.h"
#include "domain/ticket.h"
#include "domain/world.h"

namespace docket::domain::test {

using namespace std::chrono_literals;

inline const Timestamp kMonday = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2};
inline const BoardKey kOps{"OPS"};
inline const SubjectId kAnna{"anna"};

inline ColumnId column(std::string id) {
  return ColumnId{std::move(id)};
}
inline TicketId ops(std::uint64_t number) {
  return {kOps, number};
}

inline Place place(std::string id, ColumnCategory category) {
  return {column(std::move(id)), category};
}
inline Place inbox() {
  return place("inbox", ColumnCategory::queue);
}
inline Place followUp() {
  return place("follow-up", ColumnCategory::queue);
}
inline Place inProgress() {
  return place("in-progress", ColumnCategory::active);
}
inline Place waiting() {
  return {column("waiting-on-customer"), ColumnCategory::waiting, WaitsFor::customer};
}
inline LimitScope onColumn(std::string id) {
  LimitScope scope;
  scope.column = column(std::move(id));
  return scope;
}
inline Place done() {
  return place("done", ColumnCategory::resolved);
}
inline Place closed() {
  return place("closed", ColumnCategory::closed);
}

inline std::vector<std::string> codes(const Rejection& rejection) {
  std::vector<std::string> codes;
  for (const Refusal& refusal : rejection) codes.push_back(describe(refusal).code);
  return codes;
}

// The codes that a decision was refused with; none when it was accepted.
template <class Expected>
std::vector<std::string> refusedWith(const Expected& decision) {
  return decision ? std::vector<std::string>{} : codes(decision.error());
}

class Desk {
 public:
  // A desk with an it-support board OPS, unless told otherwise.
  explicit Desk(const std::string& templateName = "it-support") {
    perform(CreateBoard{kOps, "Operations", templateName, {}});
  }

  // --- Given ---
  Desk& given(const TicketId& id, const TicketEvent& event) {
    now_ += 1min;
    evolve(tickets_[id], event, now_);
    world_.apply(id, event, now_);
    return *this;
  }
  Desk& givenTicket(std::uint64_t number, const Place& at,
                    ServiceClass serviceClass = ServiceClass::standard) {
    TicketOpened opened;
    opened.id = ops(number);
    opened.place = at;
    opened.serviceClass = serviceClass;
    opened.title = "Printer";
    return given(opened.id, opened);
  }
  Desk& givenBlocked(std::uint64_t number) {
    return given(ops(number), TicketBlocked{BlockerKind::supplier, "no toner"});
  }
  Desk& givenLimit(const std::string& columnId, std::optional<std::uint32_t> limit) {
    world_.apply(kOps, LimitSet{onColumn(columnId), std::nullopt, limit});
    return *this;
  }

  // --- When ---
  Decision when(const TicketCommand& command, const SubjectId& actor = kAnna) const {
    const auto named = namedTicket(command);
    return decide(named ? ticket(*named) : Ticket{}, command, Context{now_ + 1min, actor, world_});
  }
  // Decides and, when that was accepted, goes on from there.
  Decision perform(const TicketCommand& command, const SubjectId& actor = kAnna) {
    Decision decision = when(command, actor);
    if (decision) {
      for (const TicketChange& change : decision->changes) given(change.ticket, change.event);
    }
    return decision;
  }
  tl::expected<std::vector<BoardEvent>, Rejection> perform(const BoardCommand& command,
                                                         const SubjectId& actor = kAnna) {
    const BoardKey key = namedBoard(command);
    const BoardWorld* found = world_.find(key);
    auto decision = decide(found == nullptr ? Board{} : found->board, command,
                           BoardContext{now_, actor, world_});
    if (decision) {
      for (const BoardEvent& event : *decision) world_.apply(key, event);
    }
    return decision;
  }

  // --- What is there ---
  Ticket ticket(const TicketId& id) const {
    const auto found = tickets_.find(id);
    return found == tickets_.end() ? Ticket{} : found->second;
  }
  const std::map<TicketId, Ticket>& tickets() const { return tickets_; }
  const World& world() const { return world_; }
  const BoardWorld& board(const BoardKey& key = kOps) const { return *world_.find(key); }
  Timestamp now() const { return now_; }

 private:
  World world_;
  std::map<TicketId, Ticket> tickets_;
  Timestamp now_ = kMonday;
};

}  // namespace docket::domain::test
