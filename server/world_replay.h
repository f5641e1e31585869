// The world that decisions look at, made by folding the log: what a server does when it starts, and
// what a rehearsal tries without a server.
//
// Not thread-safe.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "domain/codec/codec.h"
#include "domain/world.h"
#include "eventstore/log.h"

namespace docket::server {

domain::UnreadEvent unreadEvent(const eventstore::Envelope& envelope);

// Folds `event`, or what decoding it gave, into `world`. An event of a newer program sets its
// ticket or board aside and stops nothing else; one in a stream of another kind is passed over. The
// error is a sentence naming the position: the event is damaged, and a world without it would be
// wrong.
[[nodiscard]] tl::expected<void, std::string> foldInto(
    domain::World& world, const eventstore::Envelope& envelope,
    const tl::expected<domain::codec::Event, domain::codec::DecodeError>& event);

}  // namespace docket::server
