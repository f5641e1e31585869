// The board view: columns, counts against limits, and the cards in each column.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/board.h"
#include "domain/ticket.h"
#include "projections/projection.h"

namespace docket::projections {

// What a card shows. On a board that is not the ticket's home the place, the assignee and the times
// in the column and of commitment are those of the guest there.
struct Card {
  domain::TicketId id;  // its home is the board in it
  domain::Place place;
  domain::TicketType type = domain::TicketType::incident;
  domain::ServiceClass serviceClass = domain::ServiceClass::standard;
  domain::Tier tier = domain::Tier::first;
  std::string title;
  domain::SubjectId assignee;
  std::optional<domain::BlockerKind> blocked;
  std::optional<domain::Timestamp> due;
  domain::Timestamp openedAt;
  domain::Timestamp inColumnSince;
  std::optional<domain::Timestamp> committedAt;
  std::string externalKey;
};

struct ColumnCards {
  domain::Column column;
  std::uint64_t count = 0;  // all cards standing in it, whether listed or not
  std::vector<Card> cards;  // the first ones, by time in the column (longest first), then number
};

struct BoardSnapshot {
  domain::Board board;
  std::vector<ColumnCards> columns;
};

struct BoardSummary {
  domain::BoardKey key;
  std::string name;
  std::string templateName;
  std::uint64_t tickets = 0;     // all ever opened on it
  std::uint64_t unfinished = 0;  // of these
};

struct LimitCount {
  domain::LimitScope scope;
  std::uint32_t limit = 0;
  // What it counts now; of the limit on each person, that of whoever has the most.
  std::uint32_t count = 0;
};
// How a board is run, and how its limits stand.
struct BoardRules {
  domain::Board board;
  std::vector<LimitCount> limits;  // those of columns first, in board order
};

class BoardView final : public Projection {
 public:
  std::string_view name() const override { return "board"; }
  std::uint32_t schemaVersion() const override { return 2; }
  tl::expected<void, std::string> apply(const eventstore::Envelope& envelope,
                                        const domain::codec::Event& event,
                                        Rows& rows) const override;

  static std::vector<BoardSummary> list(const RowReader& rows);
  // At most `cardsPerColumn` cards a column. None: no such board.
  static std::optional<BoardSnapshot> show(const RowReader& rows, const domain::BoardKey& key,
                                           std::size_t cardsPerColumn);
  // None: no such board.
  static std::optional<BoardRules> rules(const RowReader& rows, const domain::BoardKey& key);
  static std::vector<domain::BoardKey> keys(const RowReader& rows);  // sorted
};

}  // namespace docket::projections
