#include "client/simulate/desk_model.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "client/simulate/desk_words.h"

namespace docket::client::simulate {
namespace {

// The server starts fixed-date work so long before its date while few of its type are finished.
constexpr Seconds kFixedDateLead = 5 * kDay;
constexpr std::size_t kCycleTimesMin = 10;
constexpr std::size_t kCycleTimesMax = 200;
constexpr Seconds kUrgentBeforeEnd = 90 * kMinute;
constexpr std::uint32_t kSegmentsMax = 5;
constexpr std::uint32_t kReopeningsMax = 2;
// Enough agents that the queue neither runs empty nor grows without end, tried over many seeds.
constexpr double kTicketsAnAgentDay = 1.8;

std::string numbered(std::string_view what, std::uint64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return std::string(what) + "-" + text;
}

double perDayOf(const DeskOptions& options) {
  return options.tickets ? static_cast<double>(*options.tickets) / options.days : options.perDay;
}

Arrivals arrivalsOf(const DeskOptions& options, Seconds start) {
  // One is the urgent ticket near the end.
  return options.tickets ? Arrivals(start, options.until, *options.tickets - 1)
                         : Arrivals(start, options.until, options.perDay);
}

}  // namespace

DeskModel::DeskModel(const DeskOptions& options)
    : options_(options),
      start_(options.until - static_cast<Seconds>(options.days) * kDay),
      random_(options.seed),
      arrivals_(arrivalsOf(options, start_)) {
  const double perDay = perDayOf(options);
  const auto count =
      std::max<std::size_t>(4, static_cast<std::size_t>(std::ceil(perDay / kTicketsAnAgentDay)));
  const std::size_t thirds = std::max<std::size_t>(1, count / 10);
  const std::size_t seconds = std::max<std::size_t>(1, count * 3 / 10);
  for (std::size_t i = 0; i < count; ++i) {
    Agent agent;
    agent.id = numbered("agent", i + 1, 2);
    agent.tier = i >= count - thirds ? 3 : (i >= count - thirds - seconds ? 2 : 1);
    agent.shift = {static_cast<int>(6 + i % 4), i % 5 == 0};
    agents_.push_back(std::move(agent));
    schedule(agents_[i].shift.nextCovered(start_), Happening::agentFree, i);
  }
  users_ = 40 + static_cast<std::uint64_t>(perDay * 10);
  // Cards of blocked work stand there, too: that is what makes the limit felt.
  inProgressLimit_ = static_cast<std::uint32_t>(count + count * 2 / 3);
  furtherSupportLimit_ = static_cast<std::uint32_t>(std::max<std::size_t>(3, count / 2));
  const Seconds first = arrivals_.next(random_);
  if (first < options_.until) schedule(first, Happening::arrival, 0);
  schedule(std::max(start_, options_.until - kUrgentBeforeEnd), Happening::urgentArrival, 0);
}

std::vector<ColumnLimit> DeskModel::limits() const {
  return {{kInProgress, inProgressLimit_}, {kFurtherSupport, furtherSupportLimit_}};
}

std::optional<Step> DeskModel::next() {
  while (ready_.empty()) {
    if (events_.empty() || events_.top().at > options_.until) return std::nullopt;
    const Event event = events_.top();
    events_.pop();
    happen(event);
  }
  Step step = std::move(ready_.front());
  ready_.pop_front();
  return step;
}

void DeskModel::schedule(Seconds at, Happening what, std::uint64_t subject) {
  events_.push({at, order_++, what, subject});
}

void DeskModel::happen(const Event& event) {
  const Seconds at = event.at;
  switch (event.what) {
    case Happening::arrival: {
      arrive(at, false);
      const Seconds following = arrivals_.next(random_);
      if (following < options_.until) schedule(following, Happening::arrival, 0);
      return;
    }
    case Happening::urgentArrival:
      return arrive(at, true);
    case Happening::agentFree:
      return agentIsFree(event.subject, at);
    case Happening::workDone:
    case Happening::extraWorkDone:
    case Happening::customerAnswers:
    case Happening::supportAnswers:
    case Happening::blockerGoes:
    case Happening::comesBack:
    case Happening::closes:
      break;
  }
  Ticket& ticket = tickets_.at(event.subject);
  const std::string& agent = agents_[ticket.agent].id;
  switch (event.what) {
    case Happening::workDone:
      schedule(at + kMinute, Happening::agentFree, ticket.agent);
      return finishWork(ticket, at);
    case Happening::extraWorkDone:
      return finishWork(ticket, at);
    case Happening::customerAnswers:
      // A customer's word brings the ticket back by itself: a second event of the same command.
      emit(ticket, at, ticket.requester, CommentStep{answerOfCustomer(random_), true});
      ready_.back().version = ++ticket.version;
      place(ticket, kFollowUp, at);
      return wakeAgent(at);
    case Happening::supportAnswers: {
      // Somebody of that tier, whoever it is.
      std::size_t helper = random_.below(agents_.size());
      while (agents_[helper].tier < ticket.tier) helper = (helper + 1) % agents_.size();
      emit(ticket, at, agents_[helper].id, CommentStep{supportFinding(random_), false});
      return comeBackToQueue(ticket, at, agents_[helper].id);
    }
    case Happening::blockerGoes:
      emit(ticket, at, agent, UnblockStep{ticket.blockRelease});
      return startWork(ticket, Happening::extraWorkDone, at);
    case Happening::comesBack:
      ++ticket.reopened;
      emit(ticket, at, ticket.requester, ReopenStep{reopenReason(random_)});
      place(ticket, kFollowUp, at);
      return wakeAgent(at);
    case Happening::closes:
      emitMove(ticket, kClosed, at, agent);
      if (ticket.serviceClass == Class::expedite) expediteOpen_ = false;
      tickets_.erase(event.subject);
      return;
    case Happening::arrival:
    case Happening::urgentArrival:
    case Happening::agentFree:
      return;
  }
}

std::string_view DeskModel::someType() {
  const double u = random_.uniform();
  if (u < 0.58) return "incident";
  if (u < 0.88) return "service-request";
  if (u < 0.92) return "task";
  if (u < 0.97) return "change";
  return "problem";
}

void DeskModel::arrive(Seconds at, bool urgent) {
  Ticket ticket;
  ticket.number = ++lastNumber_;
  ticket.arrived = at;
  ticket.requester = numbered("user", 1 + random_.below(users_), 4);
  OpenStep open;
  open.type = urgent ? "incident" : someType();
  const double u = random_.uniform();
  const bool quietEnd = at > options_.until - kDay;  // leaves room for the planned one
  if ((urgent || (u < 0.008 && !quietEnd)) && !expediteOpen_) {
    ticket.serviceClass = Class::expedite;
    expediteOpen_ = true;
    open.serviceClass = "expedite";
    open.type = "incident";
  } else if (u < 0.09) {
    ticket.serviceClass = Class::fixedDate;
    ticket.due = at + static_cast<Seconds>(3 + random_.below(12)) * kDay;
    open.serviceClass = "fixed-date";
  } else if (u < 0.17) {
    ticket.serviceClass = Class::intangible;
    open.serviceClass = "intangible";
  } else {
    open.serviceClass = "standard";
  }
  open.title = ticket.serviceClass == Class::expedite ? std::string(urgentTitle())
                                                      : titleFor(open.type, random_);
  open.description = descriptionFor(open.type, random_);
  open.requester = ticket.requester;
  ticket.type = open.type;
  if (open.type == "problem") ticket.tier = 2;  // R6
  open.due = ticket.due;
  Ticket& kept = tickets_.emplace(ticket.number, std::move(ticket)).first->second;
  const bool isChange = open.type == "change";
  emit(kept, at, kept.requester, std::move(open));
  // A change says its kind, too: two events.
  kept.version = isChange ? 1 : 0;
  ready_.back().version = kept.version;
  place(kept, kInbox, at);
  wakeAgent(at);
}

// --- Agents
// ---------------------------------------------------------------------------------------

void DeskModel::agentIsFree(std::size_t index, Seconds at) {
  const Shift& shift = agents_[index].shift;
  if (!shift.covers(at)) return schedule(shift.nextCovered(at), Happening::agentFree, index);
  if (queue_.empty()) {
    idle_.push_back(index);
    return;
  }
  const Ticket& front = firstInLine(at);
  if (front.serviceClass != Class::expedite && isFull(kInProgress)) {
    return meetFullBoard(index, at);
  }
  pull(index, at);
}

void DeskModel::pull(std::size_t index, Seconds at) {
  Ticket& ticket = firstInLine(at);
  emit(ticket, at, agents_[index].id, PullStep{agents_[index].id});
  place(ticket, kInProgress, at);
  ticket.agent = index;
  startWork(ticket, Happening::workDone, at);
}

// Some try it all the same, and are told.
void DeskModel::meetFullBoard(std::size_t index, Seconds at) {
  if (random_.chance(0.3)) {
    emitRefusedMove(firstInLine(at), kInProgress, at, index);
  }
  schedule(at + static_cast<Seconds>(30 + random_.below(60)) * kMinute, Happening::agentFree,
           index);
}

// The first idle agent on shift takes a look; the others go home until theirs begins.
void DeskModel::wakeAgent(Seconds at) {
  while (!idle_.empty()) {
    const std::size_t index = idle_.front();
    idle_.pop_front();
    const Seconds look = at + static_cast<Seconds>(1 + random_.below(10)) * kMinute;
    const Shift& shift = agents_[index].shift;
    schedule(shift.nextCovered(look), Happening::agentFree, index);
    if (shift.covers(look)) return;
  }
}

void DeskModel::startWork(Ticket& ticket, Happening end, Seconds at) {
  ++ticket.segments;
  const auto work = static_cast<Seconds>(random_.lognormal(65, 0.8) * kMinute);
  const Seconds least = ticket.serviceClass == Class::expedite ? 3 * kHour : 5 * kMinute;
  schedule(agents_[ticket.agent].shift.finish(at, std::clamp(work, least, 3 * kDay)), end,
           ticket.number);
}

void DeskModel::finishWork(Ticket& ticket, Seconds at) {
  if (random_.chance(0.35)) {
    emit(ticket, at, agents_[ticket.agent].id, CommentStep{workNote(random_), false});
  }
  if (ticket.segments >= kSegmentsMax) return resolve(ticket, at);
  const double u = random_.uniform();
  if (u < 0.13) return askCustomer(ticket, at);
  if (u < 0.22) return block(ticket, at);
  if (u < 0.31 && ticket.tier < 3) return escalate(ticket, at);
  if (u > 0.96 && handOver(ticket, at)) return;
  resolve(ticket, at);
}

void DeskModel::askCustomer(Ticket& ticket, Seconds at) {
  const std::string& agent = agents_[ticket.agent].id;
  emit(ticket, at, agent, CommentStep{questionToCustomer(random_), true});
  emitMove(ticket, kWaitingOnCustomer, at, agent);
  schedule(after(at, 18, 1.0, 10 * kMinute), Happening::customerAnswers, ticket.number);
}

void DeskModel::escalate(Ticket& ticket, Seconds at) {
  // A limit does not stop expedited work (R2).
  if (isFull(kFurtherSupport) && ticket.serviceClass != Class::expedite) {
    emitRefusedMove(ticket, kFurtherSupport, at, ticket.agent);
    return startWork(ticket, Happening::extraWorkDone, at);
  }
  const std::string& agent = agents_[ticket.agent].id;
  ++ticket.tier;
  emit(ticket, at, agent, EscalateStep{ticket.tier, triageNote(random_)});
  emitMove(ticket, kFurtherSupport, at, agent);
  schedule(after(at, 14, 0.9, 30 * kMinute), Happening::supportAnswers, ticket.number);
}

void DeskModel::block(Ticket& ticket, Seconds at) {
  const BlockerWords words = blocker(random_);
  emit(ticket, at, agents_[ticket.agent].id, BlockStep{words.kind, words.reason});
  ticket.blockRelease = words.release;
  schedule(after(at, 32, 0.9, kHour), Happening::blockerGoes, ticket.number);
}

bool DeskModel::handOver(Ticket& ticket, Seconds at) {
  const std::size_t other = random_.below(agents_.size());
  if (other == ticket.agent) return false;
  emit(ticket, at, agents_[ticket.agent].id, AssignStep{agents_[other].id});
  ticket.agent = other;
  startWork(ticket, Happening::extraWorkDone, at);
  return true;
}

void DeskModel::resolve(Ticket& ticket, Seconds at) {
  emit(ticket, at, agents_[ticket.agent].id, ResolveStep{resolution(random_)});
  place(ticket, kDone, at);
  if (ticket.reopened < kReopeningsMax && random_.chance(0.07)) {
    schedule(after(at, 14, 0.8, kHour), Happening::comesBack, ticket.number);
  } else {
    const Seconds quiet = 3 * kDay + static_cast<Seconds>(random_.below(8)) * kHour;
    schedule(agents_[ticket.agent].shift.nextCovered(at + quiet), Happening::closes, ticket.number);
  }
}

void DeskModel::comeBackToQueue(Ticket& ticket, Seconds at, const std::string& who) {
  emitMove(ticket, kFollowUp, at, who);
  wakeAgent(at);
}

Seconds DeskModel::after(Seconds at, double medianHours, double sigma, Seconds least) {
  const double hours = std::min(random_.lognormal(medianHours, sigma), 24.0 * 60);
  return at + std::max(least, static_cast<Seconds>(hours * kHour));
}

// --- Steps and the picture of the board
// -----------------------------------------------------------

Step& DeskModel::emit(Ticket& ticket, Seconds at, std::string who, StepKind kind) {
  Step step;
  step.number = steps_++;
  step.at = at;
  step.onBehalfOf = std::move(who);
  step.ticket = ticket.number;
  step.version = ++ticket.version;
  step.kind = std::move(kind);
  ready_.push_back(std::move(step));
  return ready_.back();
}

void DeskModel::emitMove(Ticket& ticket, std::string_view column, Seconds at,
                         const std::string& who) {
  emit(ticket, at, who, MoveStep{column});
  place(ticket, column, at);
}

void DeskModel::emitRefusedMove(Ticket& ticket, std::string_view column, Seconds at,
                                std::size_t agent) {
  Step& step = emit(ticket, at, agents_[agent].id, MoveStep{column});
  step.version = --ticket.version;
  step.refusedByLimit = true;
  emit(ticket, at, agents_[agent].id, CommentStep{noRoomNote(random_), false});
}

void DeskModel::place(Ticket& ticket, std::string_view column, Seconds at) {
  const auto isQueue = [](std::string_view one) { return one == kInbox || one == kFollowUp; };
  if (isQueue(ticket.column)) queue_.erase(ticket.number);
  if (column == kDone && ticket.column != kDone) resolved(ticket, at);
  if (!ticket.column.empty()) --standing_[ticket.column];
  // The board counts a ticket as committed when it first leaves the queue.
  if (!ticket.column.empty() && !isQueue(column) && !ticket.committed) ticket.committed = at;
  ticket.column = column;
  if (column != kClosed) ++standing_[column];
  if (isQueue(column)) queue_.insert(ticket.number);
}

bool DeskModel::isFull(std::string_view column) const {
  const auto found = standing_.find(column);
  const std::uint32_t count = found == standing_.end() ? 0 : found->second;
  return count >= (column == kInProgress ? inProgressLimit_ : furtherSupportLimit_);
}

DeskModel::Rank DeskModel::rankOf(const Ticket& ticket, Seconds at) const {
  if (ticket.due && *ticket.due - leadTime(ticket.type) <= at) {
    return {1, false, *ticket.due, ticket.number};
  }
  const int turn = ticket.serviceClass == Class::expedite     ? 0
                   : ticket.serviceClass == Class::intangible ? 3
                                                              : 2;
  return {turn, !ticket.committed, ticket.committed.value_or(ticket.arrived), ticket.number};
}

DeskModel::Ticket& DeskModel::firstInLine(Seconds at) {
  const auto before = [&](std::uint64_t a, std::uint64_t b) {
    return rankOf(tickets_.at(a), at) < rankOf(tickets_.at(b), at);
  };
  return tickets_.at(*std::min_element(queue_.begin(), queue_.end(), before));
}

// The 85th percentile of the type's cycle times, by nearest rank.
Seconds DeskModel::leadTime(std::string_view type) const {
  const auto found = cycleTimes_.find(type);
  if (found == cycleTimes_.end() || found->second.size() < kCycleTimesMin) return kFixedDateLead;
  std::vector<Seconds> sorted(found->second.begin(), found->second.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[(85 * sorted.size() + 99) / 100 - 1];
}

void DeskModel::resolved(const Ticket& ticket, Seconds at) {
  // Resolved from a queue it was never committed to, it took no time from there.
  if (!ticket.committed) return;
  std::deque<Seconds>& times = cycleTimes_[ticket.type];
  times.push_back(at - *ticket.committed);
  if (times.size() > kCycleTimesMax) times.pop_front();
}

}  // namespace docket::client::simulate
