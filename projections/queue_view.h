// The queue view: what waits in a board's queue columns, in the order it would be pulled.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/board_view.h"

namespace docket::projections {

struct QueueEntry {
  std::uint64_t rank = 0;  // from 1; 0: it would not be pulled
  // Why it stands here: "expedite", "fixed-date", …; "blocked", "awaits-approval", "needs-tier".
  std::string rule;
  Card card;
};

class QueueView final : public Projection {
 public:
  std::string_view name() const override { return "queue"; }
  std::uint32_t schemaVersion() const override { return 2; }
  tl::expected<void, std::string> apply(const eventstore::Envelope& envelope,
                                        const domain::codec::Event& event,
                                        Rows& rows) const override;

  // In pull order at `now` (the domain's pull policy), guests among them, then those that would not
  // be pulled, longest in the column first. None: no such board.
  static std::optional<std::vector<QueueEntry>> list(const RowReader& rows,
                                                     const domain::BoardKey& key,
                                                     domain::Timestamp now, std::size_t limit);
};

}  // namespace docket::projections
