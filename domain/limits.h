// WIP limits: whether a card may come to stand where it would (R1, R2, R9). Every door asks here.
#pragma once

#include <cstddef>
#include <optional>

#include "domain/refusal.h"
#include "domain/world.h"

namespace docket::domain {

// What limits look at of a card.
struct CardFacts {
  Place place;
  TicketType type = TicketType::incident;
  ServiceClass serviceClass = ServiceClass::standard;
  SubjectId assignee;
};
CardFacts factsOf(const OpenCard& card);

struct LimitFindings {
  Rejection overridable;  // R1: may be exceeded for a reason, where the policy says so
  Rejection final;        // R2 and R9: never
  bool empty() const { return overridable.empty() && final.empty(); }
};

// What would be exceeded if a card that is now like `before` (none: it is not on this board) became
// like `after`. Only what counts it anew: a limit that is exceeded already does not hold back a
// card that it counts anyway. An expedited card may exceed the limit of a column or cell (R2).
LimitFindings checkLimits(const BoardWorld& world, const std::optional<CardFacts>& before,
                          const CardFacts& after);

// The first limit that does not leave room for so many new cards like `card`; none: they fit.
std::optional<Refusal> firstWithoutRoom(const BoardWorld& world, const CardFacts& card,
                                        std::size_t cards);

// How many cards the limit counts now.
std::uint32_t countFor(const BoardWorld& world, const LimitScope& scope);

}  // namespace docket::domain
