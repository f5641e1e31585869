// A random session of a desk with two boards, made from a list of numbers that RapidCheck draws and
// shrinks. Its events are of every kind that a view of boards folds; most of them no decision would
// make, but none breaks what the streams promise: a ticket is opened once and before all else, an
// id of a column is there once. RapidCheck prints the seed of a run; the environment variable
// RC_PARAMS="seed=N" takes it back.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/board_event.h"
#include "domain/desk_event.h"
#include "domain/ticket_event.h"
#include "domain/world.h"
#include "tests/projections/fixtures.h"

namespace docket::projections::testing {

struct BoardStep {
  domain::BoardKey board;
  domain::BoardEvent event;
};
struct TicketStep {
  domain::TicketId ticket;
  domain::TicketEvent event;
};
using Step = std::variant<BoardStep, TicketStep, domain::DeskEvent>;

class RandomSession {
 public:
  explicit RandomSession(std::vector<std::uint32_t> numbers) : numbers_(std::move(numbers)) {}

  bool exhausted() const { return next_ >= numbers_.size(); }
  Step step();
  // Within some weeks, in no order.
  domain::Timestamp instant() { return kMonday + std::chrono::minutes(below(50'000)); }

 private:
  std::uint32_t below(std::uint32_t end) { return exhausted() ? 0 : numbers_[next_++] % end; }
  bool flag() { return below(2) == 1; }
  template <class Enum>
  Enum kind(std::uint32_t count) {
    return static_cast<Enum>(below(count));
  }
  domain::Place somewhere();
  domain::SubjectId person();
  domain::TicketOpened opening(const domain::TicketId& id);
  domain::TicketEvent ticketEvent(const domain::TicketId& id);
  domain::TicketEvent handOver(const domain::TicketId& id);
  domain::TicketEvent changeOfKind();
  domain::BoardEvent boardEvent(const domain::BoardKey& board);
  domain::LimitScope scope();
  domain::DeskEvent deskEvent();

  std::vector<std::uint32_t> numbers_;
  std::size_t next_ = 0;
  std::set<domain::TicketId> opened_;
  // Boards that have the column "asked" and the lane "fast": each is there once.
  std::set<domain::BoardKey> withAsked_;
  std::set<domain::BoardKey> withFast_;
};

// Feeds a view and the world with the boards OPS and DEV and then the whole session.
void run(RandomSession& session, ViewUnderTest& view, domain::World& world);
// The session that the running property draws, of up to `countMax` numbers.
RandomSession drawSession(int countMax);

}  // namespace docket::projections::testing
