// The pull policy: in which order the work that waits on a board is taken.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "domain/world.h"

namespace docket::domain {

// What the policy looks at besides the cards. Holds references: made for one question.
struct PullFacts {
  const BoardPolicy& policy;
  const RecentWork& recent;
};

// As many finished tickets of a type are a history; with fewer the policy's own figure counts.
inline constexpr std::size_t kCycleTimesMin = 10;

// How long before its due date a ticket of that type must be started: the 85th percentile (nearest
// rank) of the type's cycle times, or the policy's own figure while there is no history.
std::chrono::microseconds leadTime(TicketType type, const PullFacts& facts);

// Fewer intangible cards than the policy wants were among the last pulls.
bool intangibleIsDue(const PullFacts& facts);

// The cards of `candidates` in the order in which they would be pulled at `now`, each with its
// rule: expedite; fixed date whose last responsible start has come; intangible, if its share is not
// reached; standard (and fixed date not yet due to start), oldest commitment first, else arrival;
// intangible. Blocked cards, those under approval and problems of the first tier (R6) are left
// out. Ties go to the lower board key, then number: same state, same order.
struct PullCandidate {
  const OpenCard* card;
  PullRule rule;
};
std::vector<PullCandidate> pullOrder(const std::vector<const OpenCard*>& candidates, Timestamp now,
                                     const PullFacts& facts);

// What waits in the queue columns of the board, in that order, tickets with an event that is not
// understood among them.
std::vector<PullCandidate> pullOrder(const BoardWorld& world, Timestamp now);

}  // namespace docket::domain
