// A whole service desk as a discrete-event simulation: people ask, agents pull, work, wait, hand
// on, block, resolve; some of it comes back. Pure: seed and options in, steps out, the same on
// every machine. It keeps its own picture of the board, so that each step says what the server must
// answer.
//
// The model holds only what is not closed, whatever the number of steps. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "client/simulate/random.h"
#include "client/simulate/shift.h"

namespace docket::client::simulate {

struct DeskOptions {
  std::uint64_t seed = 1;
  Seconds until = 0;  // the simulated now: the last step is not after it
  std::uint32_t days = 28;
  double perDay = 14;                    // tickets, on average
  std::optional<std::uint64_t> tickets;  // exactly so many; `perDay` then follows from it
};

// The columns of the it-support template that the desk works with.
inline constexpr std::string_view kInbox = "inbox";
inline constexpr std::string_view kFollowUp = "follow-up";
inline constexpr std::string_view kInProgress = "in-progress";
inline constexpr std::string_view kFurtherSupport = "requires-further-support";
inline constexpr std::string_view kWaitingOnCustomer = "waiting-on-customer";
inline constexpr std::string_view kDone = "done";
inline constexpr std::string_view kClosed = "closed";

struct OpenStep {
  std::string_view type;
  std::string_view serviceClass;
  std::string title;
  std::string description;
  std::string requester;
  std::optional<Seconds> due;
};
struct MoveStep {
  std::string_view column;
};
struct PullStep {
  std::string agent;
};
struct AssignStep {
  std::string assignee;
};
struct EscalateStep {
  std::uint8_t tier;
  std::string_view note;
};
struct BlockStep {
  std::string_view kind;
  std::string_view reason;
};
struct UnblockStep {
  std::string_view note;
};
struct CommentStep {
  std::string_view text;
  bool isPublic;
};
struct ResolveStep {
  std::string_view resolution;
};
struct ReopenStep {
  std::string_view reason;
};

using StepKind = std::variant<OpenStep, MoveStep, PullStep, AssignStep, EscalateStep, BlockStep,
                              UnblockStep, CommentStep, ResolveStep, ReopenStep>;

struct Step {
  std::uint64_t number = 0;  // from 0
  Seconds at = 0;
  std::string onBehalfOf;    // the simulated person
  std::uint64_t ticket = 0;  // named by the step, or the one that it must open or pull
  // What must come of it: the ticket's version after it, or a refusal. A step that is to be refused
  // names the ticket's version, and another step on that ticket follows at once: so it stays
  // refused when the run is repeated on the finished board.
  std::uint64_t version = 0;
  bool refusedByLimit = false;
  StepKind kind;
};

struct ColumnLimit {
  std::string_view column;
  std::uint32_t limit;
};

class DeskModel {
 public:
  explicit DeskModel(const DeskOptions& options);

  // The next step in time order; none at the end.
  std::optional<Step> next();

  std::vector<ColumnLimit> limits() const;  // to be set before the first step
  Seconds start() const { return start_; }
  std::uint64_t opened() const { return lastNumber_; }

 private:
  enum class Class { expedite, fixedDate, standard, intangible };
  struct Ticket {
    std::uint64_t number = 0;
    std::uint64_t version = 0;
    Class serviceClass = Class::standard;
    std::string_view type;
    std::string_view column;
    std::string requester;
    std::size_t agent = 0;
    std::uint8_t tier = 1;
    std::uint32_t segments = 0;  // times somebody has worked on it
    std::uint32_t reopened = 0;
    Seconds arrived = 0;
    std::optional<Seconds> committed;
    std::optional<Seconds> due;
    std::string_view blockRelease;  // said when its blocker goes
  };
  struct Agent {
    std::string id;
    std::uint8_t tier = 1;
    Shift shift;
  };
  enum class Happening {
    arrival,
    urgentArrival,
    agentFree,
    workDone,
    extraWorkDone,
    customerAnswers,
    supportAnswers,
    blockerGoes,
    comesBack,
    closes
  };
  struct Event {
    Seconds at;
    std::uint64_t order;  // ties go to the one scheduled first
    Happening what;
    std::uint64_t subject;  // a ticket's number, or an agent's index
    bool operator>(const Event& other) const {
      return std::tie(at, order) > std::tie(other.at, other.order);
    }
  };
  // As the server's pull policy ranks: turn, committed first, since when, number.
  using Rank = std::tuple<int, bool, Seconds, std::uint64_t>;

  void schedule(Seconds at, Happening what, std::uint64_t subject);
  void happen(const Event& event);
  void arrive(Seconds at, bool urgent);
  void agentIsFree(std::size_t index, Seconds at);
  void pull(std::size_t index, Seconds at);
  void meetFullBoard(std::size_t index, Seconds at);
  void startWork(Ticket& ticket, Happening end, Seconds at);
  void finishWork(Ticket& ticket, Seconds at);
  void askCustomer(Ticket& ticket, Seconds at);
  void escalate(Ticket& ticket, Seconds at);
  void block(Ticket& ticket, Seconds at);
  bool handOver(Ticket& ticket, Seconds at);
  void resolve(Ticket& ticket, Seconds at);
  void comeBackToQueue(Ticket& ticket, Seconds at, const std::string& who);

  Step& emit(Ticket& ticket, Seconds at, std::string who, StepKind kind);
  void emitMove(Ticket& ticket, std::string_view column, Seconds at, const std::string& who);
  void emitRefusedMove(Ticket& ticket, std::string_view column, Seconds at, std::size_t agent);
  void place(Ticket& ticket, std::string_view column, Seconds at);
  bool isFull(std::string_view column) const;
  Ticket& firstInLine(Seconds at);
  Seconds leadTime(std::string_view type) const;
  void resolved(const Ticket& ticket, Seconds at);
  Rank rankOf(const Ticket& ticket, Seconds at) const;
  void wakeAgent(Seconds at);
  std::string_view someType();
  Seconds after(Seconds at, double medianHours, double sigma, Seconds least);

  DeskOptions options_;
  Seconds start_;
  Random random_;
  Arrivals arrivals_;
  std::vector<Agent> agents_;
  std::deque<std::size_t> idle_;
  std::uint64_t users_;
  std::uint32_t inProgressLimit_;
  std::uint32_t furtherSupportLimit_;
  std::unordered_map<std::uint64_t, Ticket> tickets_;  // not closed
  std::unordered_map<std::string_view, std::uint32_t> standing_;
  std::set<std::uint64_t> queue_;
  std::unordered_map<std::string_view, std::deque<Seconds>> cycleTimes_;  // by type, latest last
  bool expediteOpen_ = false;  // one at a time: the board's expedite limit is 1
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t order_ = 0;
  std::uint64_t lastNumber_ = 0;
  std::uint64_t steps_ = 0;
  std::deque<Step> ready_;
};

}  // namespace docket::client::simulate
