// The desk's definitions at hand, so that their calendars are compiled once and not for every
// question about a ticket.
//
// Threads: the RPC thread only.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/world.h"
#include "projections/desk_view.h"

namespace docket::server {

class DeskCache {
 public:
  // As the rows of the desk view have them. The reference lives until the next call. Throws
  // ViewDamaged.
  const domain::DeskDefinitions& read(const projections::RowReader& rows);

 private:
  // The position of the last event in them. The log only grows, so the same position means the same
  // definitions.
  std::optional<std::uint64_t> asOf_;
  domain::DeskDefinitions definitions_;
};

}  // namespace docket::server
