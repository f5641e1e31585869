#include "client/command_stream.h"

#include <capnp/message.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::client {
namespace {

using ExecuteMany = capnp::Response<api::Desk::ExecuteManyResults>;

constexpr std::uint64_t kCallWordsMax = 512 * 1024 / sizeof(capnp::word);
// How often the event loop runs while a call is being filled, so that the one under way gets out.
constexpr std::size_t kCommandsBetweenTurns = 32;
constexpr std::chrono::milliseconds kPauseMin{5};
constexpr std::chrono::milliseconds kPauseMax{200};

bool isOverloaded(api::Outcome::Reader outcome) {
  if (!outcome.isRefused()) return false;
  for (const auto violation : outcome.getRefused().getViolations()) {
    if (violation.getCode() == "overloaded") return true;
  }
  return false;
}

ClientError broken(std::string message) {
  return {ClientError::Code::protocol, std::move(message)};
}

// The commands of one call, kept until each has its outcome, for those that must be sent again.
struct Call {
  explicit Call(std::size_t capacity)
      : commands(message.getOrphanage().newOrphan<capnp::List<api::TicketCommand>>(
            static_cast<capnp::uint>(capacity))) {}

  capnp::MallocMessageBuilder message;
  capnp::Orphan<capnp::List<api::TicketCommand>> commands;
  std::vector<CommandStream::OnOutcome> onOutcome;  // one a command that was filled in
  std::uint64_t words = 0;
  kj::Maybe<kj::Promise<ExecuteMany>> answer;
};

}  // namespace

class CommandStream::Impl {
 public:
  Impl(Connection& connection, CommandStreamOptions options)
      : connection_(connection), desk_(connection.desk()), options_(options) {
    const std::size_t batchMax = connection.info().getMaxBatch();
    options_.commandsPerCall =
        std::max<std::size_t>(1, std::min(options_.commandsPerCall, batchMax));
    options_.callsUnderWay = std::max<std::size_t>(1, options_.callsUnderWay);
  }

  tl::expected<void, ClientError> send(const Fill& fill, OnOutcome onOutcome);
  tl::expected<void, ClientError> finish();

 private:
  tl::expected<void, ClientError> dispatchFilling();
  tl::expected<void, ClientError> settleFront();
  tl::expected<std::vector<ExecuteMany>, ClientError> settle(
      Call& call, std::vector<api::Outcome::Reader>& outcomes);
  tl::expected<void, ClientError> pause(std::chrono::milliseconds length);
  kj::Promise<ExecuteMany> sendAll(Call& call);
  kj::Promise<ExecuteMany> sendAgain(Call& call, const std::vector<std::size_t>& which);

  Connection& connection_;
  api::Desk::Client desk_;
  CommandStreamOptions options_;
  std::unique_ptr<Call> filling_;
  std::deque<std::unique_ptr<Call>> underWay_;
  std::optional<ClientError> failure_;  // after it nothing is sent any more
};

tl::expected<void, ClientError> CommandStream::Impl::send(const Fill& fill, OnOutcome onOutcome) {
  if (failure_) return tl::make_unexpected(*failure_);
  if (!filling_) filling_ = std::make_unique<Call>(options_.commandsPerCall);
  const auto index = static_cast<capnp::uint>(filling_->onOutcome.size());
  auto command = filling_->commands.get()[index];
  fill(command);
  const std::uint64_t words = command.asReader().totalSize().wordCount;
  if (auto fits = connection_.checkSize(words); !fits) {
    // The place is taken by the next command; what was written is left out of the call.
    filling_->commands.get().setWithCaveats(index, api::TicketCommand::Reader());
    return fits;
  }
  filling_->words += words;
  filling_->onOutcome.push_back(std::move(onOutcome));
  if (filling_->onOutcome.size() == options_.commandsPerCall || filling_->words >= kCallWordsMax) {
    return dispatchFilling();
  }
  if (!underWay_.empty() && index % kCommandsBetweenTurns == 0) connection_.waitScope().poll();
  return {};
}

tl::expected<void, ClientError> CommandStream::Impl::finish() {
  if (failure_) return tl::make_unexpected(*failure_);
  if (filling_ && !filling_->onOutcome.empty()) {
    if (auto sent = dispatchFilling(); !sent) return sent;
  }
  while (!underWay_.empty()) {
    if (auto settled = settleFront(); !settled) return settled;
  }
  return {};
}

tl::expected<void, ClientError> CommandStream::Impl::dispatchFilling() {
  // Taken first: an outcome's handler may queue more commands while this waits.
  auto call = std::move(filling_);
  while (underWay_.size() >= options_.callsUnderWay) {
    if (auto settled = settleFront(); !settled) return settled;
  }
  call->commands.truncate(static_cast<capnp::uint>(call->onOutcome.size()));
  call->answer = sendAll(*call);
  underWay_.push_back(std::move(call));
  connection_.waitScope().poll();
  return {};
}

// Waits for the oldest call and hands its outcomes out.
tl::expected<void, ClientError> CommandStream::Impl::settleFront() {
  const auto call = std::move(underWay_.front());
  underWay_.pop_front();
  std::vector<api::Outcome::Reader> outcomes(call->onOutcome.size());
  const auto answers = settle(*call, outcomes);  // the outcomes' memory
  if (!answers) {
    failure_ = answers.error();
    underWay_.clear();
    filling_.reset();
    return tl::make_unexpected(*failure_);
  }
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (call->onOutcome[i]) call->onOutcome[i](outcomes[i]);
  }
  return {};
}

// Waits until every command of the call has an outcome, sending again what met an overloaded
// server.
tl::expected<std::vector<ExecuteMany>, ClientError> CommandStream::Impl::settle(
    Call& call, std::vector<api::Outcome::Reader>& outcomes) {
  std::vector<ExecuteMany> answers;
  std::vector<std::size_t> open(outcomes.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  auto promise = kj::mv(KJ_ASSERT_NONNULL(call.answer));
  for (auto pauseLength = kPauseMin;; pauseLength = std::min(pauseLength * 2, kPauseMax)) {
    auto answer = connection_.call([&]() -> kj::Promise<ExecuteMany> { return kj::mv(promise); });
    if (!answer) return tl::make_unexpected(answer.error());
    const auto told = answer->getOutcomes();
    if (told.size() != open.size()) {
      return tl::make_unexpected(broken("the server answered " + std::to_string(told.size()) +
                                        " outcomes for " + std::to_string(open.size()) +
                                        " commands"));
    }
    std::vector<std::size_t> again;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const auto outcome = told[static_cast<capnp::uint>(i)];
      outcomes[open[i]] = outcome;
      if (isOverloaded(outcome)) again.push_back(open[i]);
    }
    answers.push_back(kj::mv(*answer));
    if (again.empty()) return answers;
    if (auto paused = pause(pauseLength); !paused) return tl::make_unexpected(paused.error());
    open = std::move(again);
    promise = sendAgain(call, open);
  }
}

tl::expected<void, ClientError> CommandStream::Impl::pause(std::chrono::milliseconds length) {
  auto done = connection_.call([&]() -> kj::Promise<bool> {
    return connection_.timer().afterDelay(length.count() * kj::MILLISECONDS).then([] {
      return true;
    });
  });
  if (!done) return tl::make_unexpected(done.error());
  return {};
}

kj::Promise<ExecuteMany> CommandStream::Impl::sendAll(Call& call) {
  auto request = desk_.executeManyRequest();
  request.setCommands(call.commands.getReader());
  return request.send();
}

kj::Promise<ExecuteMany> CommandStream::Impl::sendAgain(Call& call,
                                                        const std::vector<std::size_t>& which) {
  auto request = desk_.executeManyRequest();
  auto commands = request.initCommands(static_cast<capnp::uint>(which.size()));
  const auto kept = call.commands.getReader();
  for (std::size_t i = 0; i < which.size(); ++i) {
    commands.setWithCaveats(static_cast<capnp::uint>(i), kept[static_cast<capnp::uint>(which[i])]);
  }
  return request.send();
}

CommandStream::CommandStream(Connection& connection, CommandStreamOptions options)
    : impl_(std::make_unique<Impl>(connection, options)) {}

CommandStream::~CommandStream() = default;

tl::expected<void, ClientError> CommandStream::send(const Fill& fill, OnOutcome onOutcome) {
  return impl_->send(fill, std::move(onOutcome));
}

tl::expected<void, ClientError> CommandStream::finish() {
  return impl_->finish();
}

}  // namespace docket::client
