// The desk view: what the desk has once for all its boards (calendars, promise policies, services),
// and the hand-overs that wait for each board.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/world.h"
#include "projections/projection.h"

namespace docket::projections {

struct WaitingOffer {
  domain::TicketId ticket;
  domain::Timestamp since;
  bool operator==(const WaitingOffer&) const = default;
};

class DeskView final : public Projection {
 public:
  std::string_view name() const override { return "desk"; }
  std::uint32_t schemaVersion() const override { return 1; }
  tl::expected<void, std::string> apply(const eventstore::Envelope& envelope,
                                        const domain::codec::Event& event,
                                        Rows& rows) const override;
  // Stops at what a newer program says of a definition, too.
  tl::expected<void, std::string> applyUnread(const eventstore::Envelope& envelope,
                                              const domain::codec::DecodeError& error,
                                              Rows& rows) const override;

  // As domain::World has them. Compiles each calendar, which takes far longer than reading it.
  static domain::DeskDefinitions definitions(const RowReader& rows);
  // The position of the last event that changed a definition; none: there was none. The same
  // position, the same definitions.
  static std::optional<std::uint64_t> definitionsAsOf(const RowReader& rows);
  // Hand-overs offered to the board and neither taken nor returned, longest first, then by ticket.
  // None: no such board.
  static std::optional<std::vector<WaitingOffer>> inbox(const RowReader& rows,
                                                        const domain::BoardKey& key);
};

}  // namespace docket::projections
