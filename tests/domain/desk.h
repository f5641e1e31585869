// A small desk for tests: a world and its tickets, driven by events and by commands.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/board.h"
#include "domain/desk.h"
#include "domain/ticket.h"
#include "domain/world.h"

namespace docket::domain::test {

using namespace std::chrono_literals;

inline const Timestamp kMonday = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2};
inline const BoardKey kOps{"OPS"};
inline const BoardKey kDev{"DEV"};
inline const SubjectId kAnna{"anna"};
inline const SubjectId kBob{"bob"};

inline ColumnId column(std::string id) {
  return ColumnId{std::move(id)};
}
inline TicketId ops(std::uint64_t number) {
  return {kOps, number};
}
inline TicketId dev(std::uint64_t number) {
  return {kDev, number};
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
inline Place furtherSupport() {
  return {column("requires-further-support"), ColumnCategory::waiting, WaitsFor::team};
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
  Desk& givenTicket(const TicketId& id, const Place& at,
                    ServiceClass serviceClass = ServiceClass::standard,
                    TicketType type = TicketType::incident) {
    TicketOpened opened;
    opened.id = id;
    opened.place = at;
    opened.type = type;
    opened.serviceClass = serviceClass;
    opened.title = "Printer";
    return given(opened.id, opened);
  }
  Desk& givenTicket(std::uint64_t number, const Place& at,
                    ServiceClass serviceClass = ServiceClass::standard,
                    TicketType type = TicketType::incident) {
    return givenTicket(ops(number), at, serviceClass, type);
  }
  Desk& givenBlocked(std::uint64_t number) {
    return given(ops(number), TicketBlocked{BlockerKind::supplier, "no toner"});
  }
  Desk& givenAssigned(std::uint64_t number, const SubjectId& to) {
    return given(ops(number), TicketAssigned{ticket(ops(number)).assignee, to});
  }
  // A ticket stands on board DEV as well, which there is then.
  Desk& givenGuest(std::uint64_t number, const Place& there) {
    givenDev();
    given(ops(number), HandOverOffered{kDev, "a defect"});
    return given(ops(number), HandOverAccepted{kDev, there, {}, 0, ""});
  }
  Desk& givenDev() {
    if (world_.find(kDev) == nullptr) perform(CreateBoard{kDev, "", "development", {}});
    return *this;
  }
  Desk& givenLimit(const std::string& columnId, std::optional<std::uint32_t> limit) {
    return givenLimit(onColumn(columnId), limit);
  }
  Desk& givenLimit(const LimitScope& scope, std::optional<std::uint32_t> limit,
                   const BoardKey& key = kOps) {
    return given(key, LimitSet{scope, std::nullopt, limit});
  }
  Desk& given(const BoardKey& key, const BoardEvent& event) {
    world_.apply(key, event);
    return *this;
  }
  // What `change` makes of the board's policy.
  template <class Change>
  Desk& givenPolicy(Change change, const BoardKey& key = kOps) {
    BoardPolicy policy = board(key).board.policy;
    change(policy);
    return given(key, PolicySet{board(key).board.policy, policy});
  }
  Desk& givenRoles(const SubjectId& subject, const std::vector<Grant>& grants,
                   const BoardKey& key = kOps) {
    return given(key, RolesSet{subject, {}, grants});
  }
  Desk& given(const DeskEvent& event) {
    world_.apply(event, now_);
    return *this;
  }
  Desk& at(Timestamp now) {
    now_ = now;
    return *this;
  }

  // --- When: a minute later than what was last given ---
  Decision when(const TicketCommand& command, const SubjectId& actor = kAnna) const {
    return when(command, Context{now_ + 1min, actor, world_});
  }
  // By the desk itself: a rule or a clock.
  Decision whenSystem(const TicketCommand& command) const {
    return when(command, Context{now_ + 1min, SubjectId{"system"}, world_, true});
  }
  Decision when(const TicketCommand& command, const Context& context) const {
    const auto named = namedTicket(command);
    return decide(named ? ticket(*named) : Ticket{}, command, context);
  }
  // Decides and, when that was accepted, goes on from there.
  Decision perform(const TicketCommand& command, const SubjectId& actor = kAnna) {
    return goOn(when(command, actor));
  }
  Decision performSystem(const TicketCommand& command) { return goOn(whenSystem(command)); }
  Decision goOn(const Decision& decision) {
    if (!decision) return decision;
    now_ += 1min;
    for (const TicketChange& change : decision->changes) apply(change);
    return decision;
  }
  tl::expected<std::vector<BoardEvent>, Rejection> when(const BoardCommand& command,
                                                        const SubjectId& actor = kAnna) const {
    const BoardWorld* const found = world_.find(namedBoard(command));
    return decide(found == nullptr ? Board{} : found->board, command,
                  BoardContext{now_, actor, world_});
  }
  tl::expected<std::vector<BoardEvent>, Rejection> perform(const BoardCommand& command,
                                                           const SubjectId& actor = kAnna) {
    auto decision = when(command, actor);
    if (decision) {
      for (const BoardEvent& event : *decision) world_.apply(namedBoard(command), event);
    }
    return decision;
  }
  tl::expected<std::vector<DeskEvent>, Rejection> perform(const DeskCommand& command) {
    auto decision = decide(command, world_);
    if (decision) {
      for (const DeskEvent& event : *decision) world_.apply(event, now_);
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
  // All that one command came to happened at the same time.
  void apply(const TicketChange& change) {
    evolve(tickets_[change.ticket], change.event, now_);
    world_.apply(change.ticket, change.event, now_);
  }

  World world_;
  std::map<TicketId, Ticket> tickets_;
  Timestamp now_ = kMonday;
};

}  // namespace docket::domain::test
