// Reads the tickets of boards one after the other, as they were at one position of the log.
//
// It asks the public queries alone: the numbers of a board's tickets have no gap, so the tickets
// are asked for by number until there is none. Several questions are under way at a time; what is
// held are their answers, never all tickets.
//
// Threads: that of the connection.
#pragma once

#include <capnp/message.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/connection.h"
#include "client/export/ticket_history.h"

namespace docket::client::exports {

struct BoardToRead {
  std::string key;
  std::uint64_t tickets = 0;  // at least as many numbers are asked for
};

// Exactly one of the two is set.
struct ReadFailure {
  std::optional<ClientError> connection;
  std::shared_ptr<capnp::MallocMessageBuilder> refusal;  // its root is an api::Refusal
};

// How much is asked of each ticket: only its events, or its type and key in the source as well.
enum class Detail { events, eventsAndTicket };

class TicketReader {
 public:
  // Events at `end` and beyond are left out, and tickets that have no others.
  TicketReader(Connection& connection, std::vector<BoardToRead> boards, std::uint64_t end,
               Detail detail);
  ~TicketReader();
  TicketReader(const TicketReader&) = delete;
  TicketReader& operator=(const TicketReader&) = delete;

  // The next ticket: boards as given, tickets by number; none after the last. After a failure, no
  // more is to be asked.
  [[nodiscard]] tl::expected<std::optional<TicketHistory>, ReadFailure> next();

 private:
  struct Question;

  void askMore();
  tl::expected<std::optional<TicketHistory>, ReadFailure> answerTo(Question question);
  tl::expected<void, ReadFailure> readRest(TicketHistory& ticket);
  capnp::RemotePromise<api::Views::HistoryResults> askHistory(const std::string& id,
                                                              std::uint64_t fromVersion);

  Connection& connection_;
  api::Desk::Client desk_;
  const std::vector<BoardToRead> boards_;
  const std::uint64_t end_;
  const Detail detail_;
  std::size_t board_ = 0;
  std::uint64_t nextNumber_ = 1;
  std::deque<Question> underWay_;  // all about tickets of boards_[board_]
};

}  // namespace docket::client::exports
