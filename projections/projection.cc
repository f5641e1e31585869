#include "projections/projection.h"

namespace docket::projections {

tl::expected<void, std::string> Projection::applyUnread(const eventstore::Envelope& envelope,
                                                        const domain::codec::DecodeError& error,
                                                        Rows& /*rows*/) const {
  const bool isFolded = envelope.streamKind == domain::codec::kTicketStream ||
                        envelope.streamKind == domain::codec::kBoardStream;
  if (!isFolded) return {};
  return tl::make_unexpected(error.message + "; a newer version of the server understands it");
}

}  // namespace docket::projections
