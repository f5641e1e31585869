// The audit view: who did what and when. Its rows are only indexes of positions, by actor, board,
// event type and time; what is shown is read from the log itself.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "domain/types.h"
#include "eventstore/log.h"
#include "projections/projection.h"

namespace docket::projections {

struct AuditFilter {
  std::optional<domain::TicketId> ticket;
  std::optional<domain::BoardKey> board;      // the board and all tickets at home on it
  std::string actor;                          // as actor or as the one acted for; empty: any
  std::string type;                           // event type; empty: any
  std::optional<eventstore::Timestamp> from;  // recorded time, this instant included
  std::optional<eventstore::Timestamp> to;    // recorded time, this instant excluded
  std::optional<eventstore::Position> after;  // resume: only positions beyond this one
  bool newestFirst = false;                   // with `after`: only positions below it
  std::size_t limit = 100;
};

struct AuditEntry {
  eventstore::Position position;
  eventstore::Version version;
  std::string stream;
  std::string type;
  eventstore::Timestamp recordedAt;
  eventstore::Timestamp occurredAt;
  std::string actor;
  std::string onBehalfOf;
  eventstore::Origin origin = eventstore::Origin::rpc;
  eventstore::CommandId commandId;
  std::string summary;  // one line, without free text by people
};

class AuditView final : public Projection {
 public:
  std::string_view name() const override { return "audit"; }
  std::uint32_t schemaVersion() const override { return 1; }
  bool readsEvents() const override { return false; }
  tl::expected<void, std::string> apply(const eventstore::Envelope& envelope,
                                        const domain::codec::Event& event,
                                        Rows& rows) const override;
  // The same rows: the index is of envelopes.
  tl::expected<void, std::string> applyUnread(const eventstore::Envelope& envelope,
                                              const domain::codec::DecodeError& error,
                                              Rows& rows) const override;

  // Whether the log has an event of this type. Throws ViewDamaged, as every reading of rows.
  static bool hasType(const RowReader& rows, std::string_view type);

  // In log order (or against it).
  static tl::expected<std::vector<AuditEntry>, eventstore::StoreError> find(
      const RowReader& rows, const eventstore::Log& log, const AuditFilter& filter);
};

// An entry for one recorded event; also used for a ticket's history. Of an event that could not be
// decoded it has the fixed facts, and a summary that says so.
AuditEntry auditEntry(const eventstore::Envelope& envelope,
                      const tl::expected<domain::codec::Event, domain::codec::DecodeError>& event);

}  // namespace docket::projections
