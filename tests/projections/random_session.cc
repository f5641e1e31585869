#include "tests/projections/random_session.h"

#include <rapidcheck.h>

#include "domain/cases.h"
#include "domain/text_rules.h"

namespace docket::projections::testing {

using domain::BoardKey;
using domain::ServiceClass;
using domain::TicketEvent;
using domain::TicketId;
using domain::TicketType;

Step RandomSession::step() {
  const BoardKey board = flag() ? kOps : kDev;
  const std::uint32_t what = below(12);
  if (what == 0) return BoardStep{board, boardEvent(board)};
  if (what == 1) return deskEvent();
  const TicketId id{board, 1 + below(4)};
  if (!opened_.contains(id)) {
    // What is said of a ticket that nobody opened changes nothing.
    if (below(4) == 0) return TicketStep{id, domain::CommentAdded{"hello"}};
    opened_.insert(id);
    return TicketStep{id, opening(id)};
  }
  return TicketStep{id, ticketEvent(id)};
}

domain::Place RandomSession::somewhere() {
  switch (below(8)) {
    case 0:
    case 1:
    case 2:
      return inbox();
    case 3:
      return followUp();
    case 4:
    case 5:
      return doing();
    case 6:
      return {{"asked"}, domain::ColumnCategory::waiting, domain::WaitsFor::customer};
    default:
      return done();
  }
}

domain::SubjectId RandomSession::person() {
  return {std::vector<std::string>{"", "anna", "bob"}[below(3)]};
}

domain::TicketOpened RandomSession::opening(const TicketId& id) {
  domain::TicketOpened opened = ticketOpened(id, somewhere());
  opened.type = kind<TicketType>(7);
  opened.serviceClass = kind<ServiceClass>(4);
  opened.tier = static_cast<domain::Tier>(1 + below(2));
  if (flag()) opened.due = instant();
  return opened;
}

domain::TicketEvent RandomSession::changeOfKind() {
  if (flag()) {
    return domain::TicketEdited{std::string(domain::kDueField), "",
                                flag() ? domain::instantText(instant()) : ""};
  }
  domain::TicketClassified classified;
  classified.after.type = flag() ? TicketType::change : kind<TicketType>(7);
  classified.after.serviceClass = kind<ServiceClass>(4);
  classified.after.changeKind = kind<domain::ChangeKind>(4);
  return classified;
}

TicketEvent RandomSession::handOver(const TicketId& id) {
  const BoardKey other = id.board == kOps ? kDev : kOps;
  switch (below(6)) {
    case 0:
      return domain::HandOverOffered{other, "yours"};
    case 1:
    case 2:
      return domain::HandOverAccepted{other, somewhere(), person(), 0, ""};
    case 3:
      return domain::HandOverReturned{flag() ? other : id.board, "back", true};
    case 4:
      return domain::GuestMoved{other, somewhere(), somewhere(), 0, ""};
    default:
      return domain::GuestPulled{
          other, somewhere(), somewhere(), person(), 0, domain::PullRule::standard, 1, 0};
  }
}

TicketEvent RandomSession::ticketEvent(const TicketId& id) {
  const std::uint32_t number = 1 + below(2);
  switch (below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return handOver(id);
    case 5:
      return domain::GuestAssigned{id.board == kOps ? kDev : kOps, {}, person()};
    case 6:
      return changeOfKind();
    case 7:
      return domain::ApprovalRequested{number, {{"carl"}, {"dora"}}, 1 + below(2), "may we?", {}};
    case 8:
    case 9:
      return domain::ApprovalDecided{
          number,
          {flag() ? "carl" : "dora"},
          below(4) == 0 ? domain::Verdict::rejected : domain::Verdict::approved,
          ""};
    case 10:
    case 11:
      return domain::TicketPulled{inbox(), somewhere(), person(), 0, domain::PullRule::standard, 1,
                                  0};
    case 12:
      return domain::TicketAssigned{{}, person()};
    case 13:
      return domain::TicketBlocked{domain::BlockerKind::supplier, "waits"};
    case 14:
      return domain::TicketUnblocked{domain::BlockerKind::supplier, "came"};
    case 15:
      if (flag()) return domain::TicketEscalated{domain::Tier::first, domain::Tier::second, ""};
      return domain::TicketCommitted{};
    case 16:
      return domain::TicketResolved{doing(), done(), "fixed", {}};
    case 17:
      if (flag()) return domain::TicketCancelled{inbox(), done(), "by mistake"};
      return domain::TicketCameBack{done(), followUp(), {}, 0, false};
    case 18:
      return domain::HistoryRecorded{0,  "Queued", "x",          somewhere(),
                                     {}, person(), std::nullopt, domain::Tier::second};
    default:
      return domain::TicketMoved{inbox(), somewhere(), 0, ""};
  }
}

domain::LimitScope RandomSession::scope() {
  domain::LimitScope scope;
  scope.kind = kind<domain::LimitKind>(7);
  if (scope.kind == domain::LimitKind::column || scope.kind == domain::LimitKind::cell) {
    scope.column = somewhere().column;
  }
  if (scope.kind == domain::LimitKind::lane || scope.kind == domain::LimitKind::cell) {
    scope.lane = {flag() ? "fast" : "slow"};
  }
  if (scope.kind == domain::LimitKind::person) scope.person = person();
  if (scope.kind == domain::LimitKind::type) scope.type = kind<TicketType>(7);
  if (scope.kind == domain::LimitKind::serviceClass) scope.serviceClass = kind<ServiceClass>(4);
  return scope;
}

domain::BoardEvent RandomSession::boardEvent(const BoardKey& board) {
  const domain::Column asked{{"asked"}, "Asked", domain::ColumnCategory::waiting,
                             2,         false,   domain::WaitsFor::customer};
  const domain::Lane fast{{"fast"}, "Fast", {ServiceClass::expedite, kind<ServiceClass>(4)}};
  switch (below(14)) {
    case 0:
    case 1:
    case 2: {
      domain::LimitSet set;
      set.scope = scope();
      if (below(4) != 0) set.after = below(5);
      return set;
    }
    case 3:
      if (!withAsked_.insert(board).second) {
        return domain::ColumnRelocated{asked.id, 0, below(5)};
      }
      return domain::ColumnAdded{asked, below(5)};
    case 4: {
      domain::Column after = asked;
      after.defaultDrop = flag();
      after.waitsFor = domain::WaitsFor::supplier;
      return domain::ColumnChanged{asked, after};
    }
    case 5:
      return domain::ColumnRelocated{somewhere().column, 0, below(5)};
    case 6:
      withAsked_.erase(board);
      return domain::ColumnRemoved{asked, 0};
    case 7:
      if (!withFast_.insert(board).second) return domain::LaneChanged{fast, fast};
      return domain::LaneAdded{fast, below(2)};
    case 8:
      return domain::LaneChanged{fast, {{"fast"}, "Faster", {ServiceClass::standard}}};
    case 9:
      if (flag()) return domain::LaneRelocated{{"fast"}, 0, 1};
      withFast_.erase(board);
      return domain::LaneRemoved{fast, 0};
    case 10: {
      domain::PolicySet set;
      set.after.allowsOverride = flag();
      set.after.reservations = {{TicketType::defect, {}, 2}, {{}, ServiceClass::expedite, 1}};
      set.after.intangibleOf = below(5);
      set.after.intangibleMin = below(3);
      set.after.fixedDateLeadTime = std::chrono::hours(below(400));
      return set;
    }
    case 11:
      return domain::RuleSet{std::nullopt,
                             {{"one"}, {"doing"}, TicketType::change, domain::ReturnHome{"no"}}};
    case 12:
      return domain::RuleRemoved{{{"one"}, {}, {}, domain::AssignToTeam{{"net"}}}};
    default: {
      domain::RolesSet set{{"anna"}, {}, {}};
      if (flag()) set.after = {{domain::Role::manager, {}}, {domain::Role::agent, instant()}};
      return set;
    }
  }
}

domain::DeskEvent RandomSession::deskEvent() {
  const std::string id = flag() ? "day" : "night";
  switch (below(3)) {
    case 0: {
      domain::Calendar calendar;
      calendar.id = {id};
      calendar.name = "Calendar " + std::to_string(below(3));
      calendar.timeZone = "Europe/Berlin";
      calendar.weeklyHours[below(7)] = {{8h, 17h}};
      return domain::CalendarSet{calendar};
    }
    case 1: {
      domain::PromisePolicy policy;
      policy.id = {id};
      policy.calendar = {"day"};
      policy.selector.priority = kind<domain::Priority>(6);
      policy.targets = {{domain::PromiseKind::resolution, std::chrono::hours(below(9))}};
      policy.inUse = flag();
      return domain::PromisePolicySet{policy};
    }
    default:
      return domain::ServiceSet{{{id}, "Service " + std::to_string(below(3)), {"net"}, ""}};
  }
}

void run(RandomSession& session, ViewUnderTest& view, domain::World& world) {
  for (const BoardKey& board : {kOps, kDev}) {
    view.board(board, boardCreated(board));
    world.apply(board, domain::BoardEvent{boardCreated(board)});
  }
  while (!session.exhausted()) {
    const Step step = session.step();
    const domain::Timestamp at = session.instant();
    std::visit(domain::Cases{
                   [&](const BoardStep& board) {
                     view.board(board.board, board.event);
                     world.apply(board.board, board.event);
                   },
                   [&](const TicketStep& ticket) {
                     view.ticket(ticket.ticket, ticket.event, at);
                     world.apply(ticket.ticket, ticket.event, at);
                   },
                   [&](const domain::DeskEvent& desk) {
                     view.desk(desk, at);
                     world.apply(desk, at);
                   },
               },
               step);
  }
}

RandomSession drawSession(int countMax) {
  // Only the list grows with the size: whole numbers drawn at a small size are all alike.
  return RandomSession(
      *rc::gen::resize(countMax, rc::gen::container<std::vector<std::uint32_t>>(
                                     rc::gen::resize(100, rc::gen::arbitrary<std::uint32_t>()))));
}

}  // namespace docket::projections::testing
