#include "client/export/ticket_reader.h"

#include <utility>

namespace docket::client::exports {
namespace {

constexpr std::size_t kUnderWayMax = 32;  // tickets

ReadFailure lost(ClientError error) {
  return {std::move(error), nullptr};
}

ReadFailure refused(api::Refusal::Reader refusal) {
  auto copy = std::make_shared<capnp::MallocMessageBuilder>();
  copy->setRoot(refusal);
  return {std::nullopt, std::move(copy)};
}

bool isUnknownTicket(api::Refusal::Reader refusal) {
  for (const auto violation : refusal.getViolations()) {
    if (violation.getCode() == "unknown-ticket") return true;
  }
  return false;
}

}  // namespace

struct TicketReader::Question {
  std::string id;
  std::uint64_t number;
  capnp::RemotePromise<api::Views::HistoryResults> history;
  std::optional<capnp::RemotePromise<api::Views::TicketResults>> now;
};

TicketReader::TicketReader(Connection& connection, std::vector<BoardToRead> boards,
                           std::uint64_t end, Detail detail)
    : connection_(connection),
      desk_(connection.desk()),
      boards_(std::move(boards)),
      end_(end),
      detail_(detail) {}

TicketReader::~TicketReader() = default;

tl::expected<std::optional<TicketHistory>, ReadFailure> TicketReader::next() {
  while (board_ < boards_.size()) {
    askMore();
    Question question = std::move(underWay_.front());
    underWay_.pop_front();
    const std::uint64_t number = question.number;
    auto ticket = answerTo(std::move(question));
    if (!ticket) return tl::make_unexpected(std::move(ticket.error()));
    if (!*ticket) {
      // Numbers have no gap. Were there one, what is behind it must not be left out.
      if (number <= boards_[board_].tickets) continue;
      underWay_.clear();  // nothing behind the last number
      ++board_;
      nextNumber_ = 1;
    } else if (!(*ticket)->entries.empty()) {
      return ticket;
    }
  }
  return std::nullopt;
}

void TicketReader::askMore() {
  while (underWay_.size() < kUnderWayMax) {
    const std::uint64_t number = nextNumber_++;
    std::string id = boards_[board_].key + "-" + std::to_string(number);
    auto history = askHistory(id, 0);
    underWay_.push_back({std::move(id), number, kj::mv(history), std::nullopt});
    if (detail_ == Detail::events) continue;
    auto now = desk_.ticketRequest();
    now.setId(underWay_.back().id);
    underWay_.back().now = now.send();
  }
}

capnp::RemotePromise<api::Views::HistoryResults> TicketReader::askHistory(
    const std::string& id, std::uint64_t fromVersion) {
  auto request = desk_.historyRequest();
  request.setId(id);
  request.setFromVersion(fromVersion);
  return request.send();
}

// None: there is no such ticket.
tl::expected<std::optional<TicketHistory>, ReadFailure> TicketReader::answerTo(Question question) {
  auto page = connection_.call([&] { return kj::mv(question.history); });
  if (!page) return tl::make_unexpected(lost(std::move(page.error())));
  if (page->hasRefusal()) {
    if (isUnknownTicket(page->getRefusal())) return std::nullopt;
    return tl::make_unexpected(refused(page->getRefusal()));
  }
  TicketHistory ticket;
  ticket.id = std::move(question.id);
  if (question.now) {
    const auto now = connection_.call([&] { return kj::mv(*question.now); });
    if (!now) return tl::make_unexpected(lost(now.error()));
    // A server that does not understand all of its events refuses to say what the ticket is now;
    // what it was is exported all the same.
    if (!now->hasRefusal()) {
      const auto card = now->getTicket().getCard();
      ticket.externalKey = textOf(card.getExternalKey());
      ticket.type = textOf(card.getType());
    }
  }
  ticket.pages.push_back(kj::mv(*page));
  if (auto rest = readRest(ticket); !rest) return tl::make_unexpected(std::move(rest.error()));
  for (const auto& one : ticket.pages) {
    for (const auto entry : one.getEntries()) {
      if (entry.getFacts().getPosition() < end_) ticket.entries.push_back(entry);
    }
  }
  putInOrder(ticket);
  return ticket;
}

tl::expected<void, ReadFailure> TicketReader::readRest(TicketHistory& ticket) {
  while (ticket.pages.back().getMore()) {
    const auto entries = ticket.pages.back().getEntries();
    if (entries.size() == 0) {
      return tl::make_unexpected(
          lost({ClientError::Code::protocol, "the server promised more history and sent none"}));
    }
    const std::uint64_t last = entries[entries.size() - 1].getFacts().getVersion();
    auto page = connection_.call([&] { return askHistory(ticket.id, last + 1); });
    if (!page) return tl::make_unexpected(lost(std::move(page.error())));
    if (page->hasRefusal()) return tl::make_unexpected(refused(page->getRefusal()));
    ticket.pages.push_back(kj::mv(*page));
  }
  return {};
}

}  // namespace docket::client::exports
