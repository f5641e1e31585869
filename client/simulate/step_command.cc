#include "client/simulate/step_command.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <variant>

namespace docket::client::simulate {
namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

template <class... Functions>
struct Cases : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Cases(Functions...) -> Cases<Functions...>;

// All texts of a step are views of whole literals or strings, so a NUL follows each.
capnp::Text::Reader asText(std::string_view text) {
  return {text.data(), text.size()};
}

// Exact: a shortest decimal would depend on the library.
std::string bitsOf(double value) {
  std::uint64_t bits = 0;
  static_assert(sizeof bits == sizeof value);
  std::memcpy(&bits, &value, sizeof bits);
  return std::to_string(bits);
}

}  // namespace

CommandIds::CommandIds(std::string_view board, const DeskOptions& options)
    : prefix_("docket-simulate/1") {
  prefix_.push_back('\0');
  prefix_.append(board).push_back('\0');
  prefix_ += "seed=" + std::to_string(options.seed) + ";until=" + std::to_string(options.until) +
             ";days=" + std::to_string(options.days);
  prefix_ += options.tickets ? ";tickets=" + std::to_string(*options.tickets)
                             : ";per-day=" + bitsOf(options.perDay);
  prefix_.push_back('\0');
}

CommandId CommandIds::of(std::uint64_t step) const {
  return of(std::to_string(step));
}

CommandId CommandIds::of(std::string_view name) const {
  const std::string text = prefix_ + std::string(name);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();  // SHA-256 of bytes in memory does not fail
  }
  CommandId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

void fillCommand(api::TicketCommand::Builder command, const std::string& board,
                 const CommandIds& ids, const Step& step) {
  auto header = command.initHeader();
  const CommandId id = ids.of(step.number);
  header.setId(kj::arrayPtr(id.data(), id.size()));
  if (step.refusedByLimit) {
    header.getExpected().setVersion(step.version);
  } else {
    header.getExpected().setAny();
  }
  header.setOnBehalfOf(step.onBehalfOf);
  header.initOccurredAt().setAt(step.at * kMicroseconds);
  const std::string ticket = board + "-" + std::to_string(step.ticket);
  std::visit(Cases{
                 [&](const OpenStep& step_) {
                   auto open = command.initOpen();
                   open.setBoard(board);
                   open.setType(asText(step_.type));
                   open.setClass(asText(step_.serviceClass));
                   open.setTitle(step_.title);
                   open.setDescription(step_.description);
                   open.setRequester(step_.requester);
                   // The simulated desk has its changes authorised beforehand.
                   if (step_.type == "change") open.initClassification().setChangeKind("standard");
                   auto due = open.initDue();
                   if (step_.due) due.setAt(*step_.due * kMicroseconds);
                 },
                 [&](const MoveStep& step_) {
                   auto move = command.initMove();
                   move.setTicket(ticket);
                   move.setColumn(asText(step_.column));
                 },
                 [&](const PullStep& step_) {
                   auto pull = command.initPull();
                   pull.setBoard(board);
                   pull.setColumn(asText(kInProgress));
                   pull.setAgent(step_.agent);
                 },
                 [&](const AssignStep& step_) {
                   auto assign = command.initAssign();
                   assign.setTicket(ticket);
                   assign.setAssignee(step_.assignee);
                 },
                 [&](const EscalateStep& step_) {
                   auto escalate = command.initEscalate();
                   escalate.setTicket(ticket);
                   escalate.setTier(step_.tier);
                   escalate.setNote(asText(step_.note));
                 },
                 [&](const BlockStep& step_) {
                   auto block = command.initBlock();
                   block.setTicket(ticket);
                   block.setKind(asText(step_.kind));
                   block.setReason(asText(step_.reason));
                 },
                 [&](const UnblockStep& step_) {
                   auto unblock = command.initUnblock();
                   unblock.setTicket(ticket);
                   unblock.setNote(asText(step_.note));
                 },
                 [&](const CommentStep& step_) {
                   auto comment = command.initComment();
                   comment.setTicket(ticket);
                   comment.setText(asText(step_.text));
                   comment.setPublic(step_.isPublic);
                 },
                 [&](const ResolveStep& step_) {
                   auto resolve = command.initResolve();
                   resolve.setTicket(ticket);
                   resolve.setColumn(asText(kDone));
                   resolve.setResolution(asText(step_.resolution));
                 },
                 [&](const ReopenStep& step_) {
                   auto reopen = command.initReopen();
                   reopen.setTicket(ticket);
                   reopen.setColumn(asText(kFollowUp));
                   reopen.setReason(asText(step_.reason));
                 },
             },
             step.kind);
}

}  // namespace docket::client::simulate
