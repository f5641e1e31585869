// The order in which work is pulled. Same cards and same instant, same order.
#include <algorithm>
#include <tuple>

#include "domain/world.h"

namespace docket::domain {
namespace {

// In the order of the sort: the rule, then what decides within it, then the ticket itself.
struct Rank {
  PullRule rule;
  bool uncommitted;  // committed work goes before work that only arrived
  Timestamp since;
  TicketId ticket;
  auto operator<=>(const Rank&) const = default;
};

// The last responsible start of fixed-date work has come. Safe for any instant: no sum overflows.
bool mustStart(const OpenCard& card, Timestamp now) {
  if (!card.due) return false;
  if (*card.due < Timestamp::min() + kFixedDateLeadTime) return true;
  return *card.due - kFixedDateLeadTime <= now;
}

PullRule ruleFor(const OpenCard& card, Timestamp now) {
  switch (card.serviceClass) {
    case ServiceClass::expedite:
      return PullRule::expedite;
    case ServiceClass::fixedDate:
      return mustStart(card, now) ? PullRule::fixedDate : PullRule::standard;
    case ServiceClass::standard:
      return PullRule::standard;
    case ServiceClass::intangible:
      return PullRule::intangible;
  }
  return PullRule::standard;
}

Rank rankOf(const OpenCard& card, Timestamp now) {
  const PullRule rule = ruleFor(card, now);
  if (rule == PullRule::fixedDate) return {rule, false, *card.due, card.ticket};
  return {rule, !card.committedAt, card.committedAt.value_or(card.arrivedAt), card.ticket};
}

}  // namespace

std::vector<PullCandidate> pullOrder(const std::vector<const OpenCard*>& candidates,
                                     Timestamp now) {
  std::vector<std::pair<Rank, const OpenCard*>> ranked;
  ranked.reserve(candidates.size());
  for (const OpenCard* card : candidates) {
    if (!card->blocked) ranked.emplace_back(rankOf(*card, now), card);
  }
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<PullCandidate> order;
  order.reserve(ranked.size());
  for (const auto& [rank, card] : ranked) order.push_back({card, rank.rule});
  return order;
}

}  // namespace docket::domain
