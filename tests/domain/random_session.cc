#include "tests/domain/random_session.h"

#include <set>

namespace docket::domain::test {
namespace {

using namespace std::chrono_literals;

const Timestamp kBegin = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 8h;
const BoardKey kOps{"OPS"};
const BoardKey kDev{"DEV"};
const SubjectId kAnna{"anna"};

LimitScope scopeOf(LimitKind kind) {
  LimitScope scope;
  scope.kind = kind;
  return scope;
}

}  // namespace

Session::Session(CommandChoices& choices) : choices_(choices), now_(kBegin) {
  setUpBoards();
  setUpPromises();
  setUpLimits();
  if (choices_.flag()) setUpRoles();
}

void Session::setUpBoards() {
  perform(CreateBoard{kOps, "Operations", "it-support", {}}, kAnna);
  perform(CreateBoard{kDev, "Development", "development", {}}, kAnna);
  const auto rule = [&](const char* id, const char* onEntry, RuleAction action) {
    perform(SetRule{kOps, {RuleId{id}, ColumnId{onEntry}, std::nullopt, std::move(action)}}, kAnna);
  };
  rule("ask-development", "requires-further-support", OfferHandOverTo{kDev});
  rule("check", "in-progress", AddRequiredCheck{"Told the customer"});
  if (choices_.flag()) {
    // Rules that chase each other: the chain is cut.
    rule("there", "waiting-on-customer", MoveToColumn{ColumnId{"follow-up"}});
    rule("back", "follow-up", MoveToColumn{ColumnId{"waiting-on-customer"}});
  }
}

void Session::setUpPromises() {
  Calendar calendar;
  calendar.id = CalendarId{"office"};
  calendar.name = "Office hours";
  calendar.timeZone = "Europe/Berlin";
  for (std::size_t day = 0; day < 5; ++day) calendar.weeklyHours[day] = {{8h, 17h}};
  perform(DeskCommand(SetCalendar{calendar}));
  perform(DeskCommand(SetService{{ServiceId{"e-mail"}, "E-mail", {}, "Mail Ltd"}}));
  PromisePolicy policy;
  policy.id = PromisePolicyId{"basic"};
  policy.name = "Basic";
  policy.calendar = calendar.id;
  policy.targets = {{PromiseKind::firstResponse, 1h, 50, true},
                    {PromiseKind::timeToOwn, 2h, 75, true},
                    {PromiseKind::resolution, 16h, 75, true},
                    {PromiseKind::nextUpdate, 8h, 0, false},
                    {PromiseKind::supplier, 24h, 50, false}};
  perform(DeskCommand(SetPromisePolicy{policy}));
  policy.id = PromisePolicyId{"urgent"};
  policy.selector.priority = Priority::p1;
  policy.targets[2].target = 4h;
  perform(DeskCommand(SetPromisePolicy{policy}));
}

void Session::setUpRoles() {
  const auto grant = [&](const BoardKey& board, const char* who, std::vector<Grant> grants) {
    perform(SetRoles{board, SubjectId{who}, std::move(grants)}, kAnna);
  };
  for (const BoardKey& board : {kOps, kDev}) {
    grant(board, "anna", {{Role::manager, std::nullopt}});
    grant(board, "bob", {{Role::agent, std::nullopt}, {Role::approver, std::nullopt}});
    grant(board, "dora", {{Role::approver, std::nullopt}, {Role::requester, std::nullopt}});
  }
  grant(kDev, "carl", {{Role::agent, kBegin + 48h}});
}

void Session::setUpLimits() {
  LimitScope cell = scopeOf(LimitKind::cell);
  cell.column = ColumnId{"in-progress"};
  cell.lane = LaneId{"standard"};
  LimitScope column = scopeOf(LimitKind::column);
  column.column = ColumnId{"in-progress"};
  LimitScope lane = scopeOf(LimitKind::lane);
  lane.lane = LaneId{"intangible"};
  LimitScope serviceClass = scopeOf(LimitKind::serviceClass);
  serviceClass.serviceClass = ServiceClass::fixedDate;
  const std::vector<std::pair<LimitScope, std::uint32_t>> limits{{scopeOf(LimitKind::board), 4},
                                                                 {scopeOf(LimitKind::person), 2},
                                                                 {column, 2},
                                                                 {cell, 1},
                                                                 {lane, 1},
                                                                 {serviceClass, 1},
                                                                 {scopeOf(LimitKind::type), 3}};
  for (const auto& [scope, limit] : limits) {
    if (choices_.flag()) perform(SetLimit{kOps, scope, limit}, kAnna);
  }
  LimitScope drop = column;
  drop.column = ColumnId{"follow-up"};
  if (choices_.flag()) perform(SetLimit{kOps, drop, 0}, kAnna);
  if (choices_.flag()) perform(SetLimit{kDev, scopeOf(LimitKind::board), 1}, kAnna);
  if (choices_.flag()) {
    SetPolicy set{kOps, {}};
    set.policy.reservations = {{TicketType::incident, std::nullopt, 2}};
    perform(set, kAnna);
  }
}

void Session::step() {
  now_ += 1min * choices_.below(choices_.below(8) == 0 ? 5'000 : 120);
  std::vector<TicketId> due;
  for (const auto& [id, one] : tickets_) {
    const auto next = nextPromiseInstant(one, world_.desk());
    if (next && *next <= now_) due.push_back(id);
  }
  for (const TicketId& id : due) keepPromises(id);

  const SubjectId actor = choices_.flag() ? kAnna : choices_.person();
  const std::uint32_t which = choices_.below(20);
  if (which == 0) return perform(choices_.boardCommand(), actor);
  if (which == 1) return perform(choices_.deskCommand());
  // Mostly tickets, which need some first; sometimes what the desk does by itself, out of turn.
  TicketCommand command;
  if (tickets_.size() < 4 && choices_.flag()) {
    OpenTicket open;
    choices_.fill(open);
    command = open;
  } else {
    command = choices_.ticketCommand();
    if (choices_.below(5) == 0) command = onHandedOver().value_or(command);
  }
  const bool isSystem = choices_.below(16) == 0;
  perform(command, Context{now_, actor, world_, isSystem}, 0);
  runRules();
}

// Hand-overs are few among all tickets; so that they get on, the first one is asked for by itself.
std::optional<TicketCommand> Session::onHandedOver() {
  for (const auto& [id, one] : tickets_) {
    if (!one.offers.empty()) {
      return AcceptHandOver{id, one.offers.front().to, {}, choices_.person(), {}};
    }
    if (one.guests.empty()) continue;
    const BoardKey& board = one.guests.front().board;
    const auto& columns = world_.find(board)->board.columns;
    if (choices_.flag()) return AssignTicket{id, choices_.person(), std::nullopt, board};
    return MoveTicket{id, choices_.oneOf(columns).id, board, choices_.maybeWords()};
  }
  return std::nullopt;
}

Ticket Session::ticket(const TicketId& id) const {
  const auto found = tickets_.find(id);
  return found == tickets_.end() ? Ticket{} : found->second;
}

bool Session::perform(const TicketCommand& command, const Context& context, int depth) {
  const auto named = namedTicket(command);
  const Decision decision = decide(named ? ticket(*named) : Ticket{}, command, context);
  if (!decision) {
    refused(decision.error());
    return false;
  }
  aboutToWrite(command, *decision);
  for (const TicketChange& change : decision->changes) {
    write(change);
    triggers_.push_back({change, depth});
  }
  written(command, *decision);
  return true;
}

void Session::perform(const BoardCommand& command, const SubjectId& actor) {
  const BoardKey key = namedBoard(command);
  const BoardWorld* const found = world_.find(key);
  const auto decision =
      decide(found == nullptr ? Board{} : found->board, command, BoardContext{now_, actor, world_});
  if (!decision) return refused(decision.error());
  for (const BoardEvent& event : *decision) {
    world_.apply(key, event);
    log_.push_back({OnBoard{key, event}, now_});
  }
}

void Session::perform(const DeskCommand& command) {
  const auto decision = decide(command, world_);
  if (!decision) return refused(decision.error());
  for (const DeskEvent& event : *decision) {
    world_.apply(event, now_);
    log_.push_back({event, now_});
  }
}

void Session::runRules() {
  const Context own{now_, SubjectId{"system"}, world_, true};
  std::set<TicketId> touched;
  // Rules write events, which are triggers in turn: the list grows while it is walked.
  for (std::size_t i = 0; i < triggers_.size(); ++i) {
    const Trigger trigger = triggers_[i];
    const TicketId id = trigger.change.ticket;
    touched.insert(id);
    for (const FollowUp& wish : followUps(ticket(id), trigger.change.event, world_)) {
      const bool isTooDeep = trigger.depth >= kRuleDepthMax;
      if (!isTooDeep && perform(wish.command, own, trigger.depth + 1)) continue;
      perform(NoteRuleNotApplied{id, wish.board, wish.rule, {"refused"}}, own, trigger.depth + 1);
    }
  }
  triggers_.clear();
  for (const TicketId& id : touched) keepPromises(id);
}

void Session::keepPromises(const TicketId& id) {
  constexpr int kRoundsMax = 3;
  const Context own{now_, SubjectId{"system"}, world_, true};
  for (int round = 0; round < kRoundsMax; ++round) {
    if (duePromiseEvents(ticket(id), world_.desk(), now_).empty()) break;
    if (!perform(KeepPromises{id}, own, 0)) break;
  }
  triggers_.clear();  // no rule follows on a promise
  settled(id);
}

void Session::write(const TicketChange& change) {
  evolve(tickets_[change.ticket], change.event, now_);
  world_.apply(change.ticket, change.event, now_);
  log_.push_back({change, now_});
}

}  // namespace docket::domain::test
