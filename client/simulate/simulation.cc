#include "client/simulate/simulation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "client/command_stream.h"
#include "client/simulate/step_command.h"

namespace docket::client::simulate {
namespace {

using Result = tl::expected<void, SimulationError>;

constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr std::string_view kTemplate = "it-support";
constexpr std::array<std::string_view, 7> kColumns{
    kInbox, kFollowUp, kInProgress, kFurtherSupport, kWaitingOnCustomer, kDone, kClosed};

tl::unexpected<SimulationError> failed(SimulationError::Code code, std::string message) {
  return tl::make_unexpected(SimulationError{code, std::move(message), nullptr});
}

tl::unexpected<SimulationError> lost(const ClientError& error) {
  if (error.code != ClientError::Code::disconnected) {
    return failed(SimulationError::Code::unreachable, error.message);
  }
  return failed(SimulationError::Code::unreachable,
                "The connection was lost: run the same command again, nothing is done twice.");
}

std::string messageOf(api::Refusal::Reader refusal) {
  std::string message;
  for (const auto violation : refusal.getViolations()) {
    if (!message.empty()) message += "; ";
    message += violation.getMessage().cStr();
  }
  return message.empty() ? "the server gave no reason" : message;
}

bool hasCode(api::Refusal::Reader refusal, std::string_view code) {
  for (const auto violation : refusal.getViolations()) {
    if (code == violation.getCode().cStr()) return true;
  }
  return false;
}

tl::unexpected<SimulationError> refusedBy(api::Refusal::Reader refusal) {
  SimulationError error{SimulationError::Code::refused, messageOf(refusal),
                        std::make_shared<capnp::MallocMessageBuilder>()};
  error.refusal->setRoot(refusal);
  return tl::make_unexpected(std::move(error));
}

std::string hex(const CommandId& id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : id) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

class Simulation {
 public:
  Simulation(Connection& connection, const SimulationOptions& options, SimulationReport& report)
      : connection_(connection),
        options_(options),
        report_(report),
        model_(options.desk),
        ids_(options.board, options.desk) {}

  Result run() {
    if (auto prepared = prepareBoard(); !prepared) return prepared;
    if (auto limited = setLimits(); !limited) return limited;
    return play();
  }

 private:
  Result prepareBoard();
  Result createBoard();
  Result checkBoard(api::Board::Reader board);
  Result checkOwner(std::uint64_t tickets);
  Result setLimits();
  Result play();
  Result executeOnBoard(std::string_view name,
                        const std::function<void(api::BoardCommand::Builder)>& fill);
  void settle(std::uint64_t step, std::uint64_t ticket, std::uint64_t version, bool refusedByLimit,
              api::Outcome::Reader outcome);
  void disagree(std::uint64_t step, const std::string& what);
  Result giveUp(const ClientError& error);
  bool endsAll(api::Refusal::Reader refusal);

  Connection& connection_;
  const SimulationOptions& options_;
  SimulationReport& report_;
  DeskModel model_;
  CommandIds ids_;
  std::vector<ColumnLimit> toSet_;
  std::optional<SimulationError> disagreement_;  // or why the server takes no more
  std::uint64_t underWay_ = 0;                   // queued, not yet answered
};

Result Simulation::prepareBoard() {
  auto answer = connection_.call([&] {
    auto request = connection_.desk().boardRequest();
    request.setKey(options_.board);
    request.setCardsPerColumn(0);
    request.initFreshness().setHead();
    return request.send();
  });
  if (!answer) return lost(answer.error());
  if (!answer->hasRefusal()) return checkBoard(answer->getBoard());
  if (!hasCode(answer->getRefusal(), "unknown-board")) {
    return refusedBy(answer->getRefusal());
  }
  return createBoard();
}

Result Simulation::createBoard() {
  toSet_ = model_.limits();
  report_.boardCreated = true;
  return executeOnBoard("create", [&](api::BoardCommand::Builder command) {
    auto create = command.initCreate();
    create.setKey(options_.board);
    create.setName("Service desk");
    create.setTemplate(capnp::Text::Reader(kTemplate.data(), kTemplate.size()));
  });
}

Result Simulation::checkBoard(api::Board::Reader board) {
  std::uint64_t tickets = 0;
  std::size_t known = 0;
  for (const auto one : board.getColumns()) {
    tickets += one.getCount();
    const auto column = one.getColumn();
    const std::string_view id = column.getId().cStr();
    if (std::find(kColumns.begin(), kColumns.end(), id) != kColumns.end()) ++known;
    const auto limits = model_.limits();
    const auto wanted = std::find_if(limits.begin(), limits.end(),
                                     [&](const ColumnLimit& limit) { return limit.column == id; });
    if (wanted != limits.end()) {
      if (column.getWipLimit() != wanted->limit) toSet_.push_back(*wanted);
    } else if (column.getWipLimit() >= 0) {
      return failed(SimulationError::Code::refused,
                    "Board " + options_.board + " has a WIP limit on " + std::string(id) +
                        ", which the simulated desk does not work with.");
    }
  }
  if (known != kColumns.size() || board.getColumns().size() != kColumns.size()) {
    return failed(SimulationError::Code::refused,
                  "Board " + options_.board + " was not made from the it-support template.");
  }
  return tickets == 0 ? Result() : checkOwner(tickets);
}

// Ticket numbers are foretold, so all tickets on the board must be those of this very run.
Result Simulation::checkOwner(std::uint64_t tickets) {
  auto answer = connection_.call([&] {
    auto request = connection_.desk().historyRequest();
    request.setId(options_.board + "-1");
    request.setFromVersion(0);
    request.setLimit(1);
    return request.send();
  });
  if (!answer) return lost(answer.error());
  const auto entries = answer->getEntries();
  if (!answer->hasRefusal() && entries.size() > 0 &&
      hex(ids_.of(std::uint64_t{0})) == entries[0].getFacts().getCommandId().cStr()) {
    return {};
  }
  return failed(
      SimulationError::Code::refused,
      "Board " + options_.board + " has " + std::to_string(tickets) +
          " tickets that are not of this simulation (same seed, days, until and number).");
}

Result Simulation::setLimits() {
  for (const ColumnLimit& limit : toSet_) {
    auto set = executeOnBoard(
        "limit of " + std::string(limit.column), [&](api::BoardCommand::Builder command) {
          auto setLimit = command.initSetLimit();
          setLimit.setBoard(options_.board);
          setLimit.setColumn(capnp::Text::Reader(limit.column.data(), limit.column.size()));
          setLimit.setLimit(limit.limit);
        });
    if (!set) return set;
  }
  return {};
}

Result Simulation::executeOnBoard(std::string_view name,
                                  const std::function<void(api::BoardCommand::Builder)>& fill) {
  auto answer = connection_.call([&] {
    auto request = connection_.boards().executeRequest();
    auto command = request.initCommand();
    auto header = command.initHeader();
    const CommandId id = ids_.of(name);
    header.setId(kj::arrayPtr(id.data(), id.size()));
    header.initOccurredAt().setAt(model_.start() * kMicroseconds);
    fill(command);
    return request.send();
  });
  if (!answer) return lost(answer.error());
  const auto outcome = answer->getOutcome();
  if (!outcome.isRefused()) return {};
  return refusedBy(outcome.getRefused());
}

Result Simulation::play() {
  // One call under way: the model's order is the order of the log.
  CommandStream stream(connection_, CommandStreamOptions{500, 1});
  Seconds now = model_.start();
  while (auto step = model_.next()) {
    if (options_.shouldStop && options_.shouldStop()) report_.stopped = true;
    if (report_.stopped || disagreement_) break;
    now = step->at;
    ++underWay_;
    auto sent = stream.send(
        [&](api::TicketCommand::Builder command) {
          fillCommand(command, options_.board, ids_, *step);
        },
        [this, number = step->number, ticket = step->ticket, version = step->version,
         refused = step->refusedByLimit](api::Outcome::Reader outcome) {
          settle(number, ticket, version, refused, outcome);
        });
    if (!sent) return giveUp(sent.error());
    if (options_.onProgress) options_.onProgress(report_, now);
  }
  report_.tickets = model_.opened();
  if (!disagreement_) {
    if (auto finished = stream.finish(); !finished) return giveUp(finished.error());
  }
  report_.outcomeUnknown += underWay_;
  if (disagreement_) return tl::make_unexpected(*disagreement_);
  return {};
}

void Simulation::settle(std::uint64_t step, std::uint64_t ticket, std::uint64_t version,
                        bool refusedByLimit, api::Outcome::Reader outcome) {
  --underWay_;
  if (outcome.isRefused() && endsAll(outcome.getRefused())) {
    ++report_.outcomeUnknown;
    return;
  }
  ++report_.commands;
  if (outcome.isRefused()) {
    const auto refusal = outcome.getRefused();
    // In a repeated run the ticket has moved on since.
    const bool asForetold =
        refusedByLimit && (hasCode(refusal, "wip-limit-reached") ||
                           (report_.alreadyThere > 0 && hasCode(refusal, "version-moved-on")));
    if (asForetold) {
      ++report_.refused;
    } else {
      disagree(step, "it was refused: " + messageOf(refusal));
    }
    return;
  }
  const auto done = outcome.getDone();
  ++(done.getRepeated() ? report_.alreadyThere : report_.done);
  const std::string subject = options_.board + "-" + std::to_string(ticket);
  if (refusedByLimit) {
    disagree(step, "a WIP limit should have refused it");
  } else if (subject != done.getSubject().cStr()) {
    disagree(step, "it should be about " + subject + " and is about " + done.getSubject().cStr());
  } else if (done.getVersion() != version) {
    disagree(step, subject + " should be at version " + std::to_string(version) + " and is at " +
                       std::to_string(done.getVersion()));
  }
}

// Counts what nobody has answered before it says that the connection was lost.
Result Simulation::giveUp(const ClientError& error) {
  report_.tickets = model_.opened();
  report_.outcomeUnknown += underWay_;
  return lost(error);
}

// True when the server takes no commands at all; then nothing more is sent.
bool Simulation::endsAll(api::Refusal::Reader refusal) {
  const bool corrupt = hasCode(refusal, "corrupt");
  if (!corrupt && !hasCode(refusal, "log-unavailable")) return false;
  if (!disagreement_) {
    disagreement_ = SimulationError{
        corrupt ? SimulationError::Code::integrity : SimulationError::Code::unavailable,
        messageOf(refusal) + " Run the same command again when the server takes commands.",
        nullptr};
  }
  return true;
}

void Simulation::disagree(std::uint64_t step, const std::string& what) {
  if (disagreement_) return;
  disagreement_ =
      SimulationError{SimulationError::Code::disagreed,
                      "The board and the model of it disagree at step " + std::to_string(step) +
                          ": " + what + "; somebody else may be working on the board.",
                      nullptr};
}

}  // namespace

Result simulate(Connection& connection, const SimulationOptions& options,
                SimulationReport& report) {
  return Simulation(connection, options, report).run();
}

}  // namespace docket::client::simulate
