// The order in which work is pulled. Same cards and same instant, same order.
#include "domain/pull.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace docket::domain {
namespace {

// In the order of the sort: the rule, then what decides within it, then the ticket itself.
struct Rank {
  int order;
  PullRule rule;
  bool uncommitted;  // committed work goes before work that only arrived
  Timestamp since;
  TicketId ticket;
  auto operator<=>(const Rank&) const = default;
};

// The policy's figures at the moment, each worked out once.
struct Figures {
  bool intangibleFirst;
  std::array<std::chrono::microseconds, Counts::kTypes> leadTimes;
};

Figures figuresOf(const PullFacts& facts) {
  Figures figures{intangibleIsDue(facts), {}};
  for (std::size_t i = 0; i < figures.leadTimes.size(); ++i) {
    figures.leadTimes[i] = leadTime(static_cast<TicketType>(i), facts);
  }
  return figures;
}

// The last responsible start of fixed-date work has come. Safe for any instant: no sum overflows.
bool mustStart(const OpenCard& card, Timestamp now, const Figures& figures) {
  if (!card.due) return false;
  const std::chrono::microseconds lead = figures.leadTimes[static_cast<std::size_t>(card.type)];
  if (*card.due < Timestamp::min() + lead) return true;
  return *card.due - lead <= now;
}

PullRule ruleFor(const OpenCard& card, Timestamp now, const Figures& figures) {
  switch (card.serviceClass) {
    case ServiceClass::expedite:
      return PullRule::expedite;
    case ServiceClass::fixedDate:
      return mustStart(card, now, figures) ? PullRule::fixedDate : PullRule::standard;
    case ServiceClass::standard:
      return PullRule::standard;
    case ServiceClass::intangible:
      return PullRule::intangible;
  }
  return PullRule::standard;
}

// Which rule is asked first, second and so on.
int orderOf(PullRule rule, bool intangibleFirst) {
  switch (rule) {
    case PullRule::expedite:
      return 0;
    case PullRule::fixedDate:
      return 1;
    case PullRule::intangible:
      return intangibleFirst ? 2 : 4;
    case PullRule::standard:
      return 3;
  }
  return 3;
}

Rank rankOf(const OpenCard& card, Timestamp now, const Figures& figures) {
  const PullRule rule = ruleFor(card, now, figures);
  const int order = orderOf(rule, figures.intangibleFirst);
  if (rule == PullRule::fixedDate) return {order, rule, false, *card.due, card.ticket};
  return {order, rule, !card.committedAt, card.committedAt.value_or(card.arrivedAt), card.ticket};
}

}  // namespace

std::chrono::microseconds leadTime(TicketType type, const PullFacts& facts) {
  const auto& history = facts.recent.cycleTimes[static_cast<std::size_t>(type)];
  if (history.size() < kCycleTimesMin) return facts.policy.fixedDateLeadTime;
  std::vector<std::chrono::microseconds> sorted(history.begin(), history.end());
  const std::size_t rank = (85 * sorted.size() + 99) / 100;  // from 1
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

bool intangibleIsDue(const PullFacts& facts) {
  const auto& pulls = facts.recent.pulls;
  const std::size_t looked = std::min<std::size_t>(facts.policy.intangibleOf, pulls.size());
  const auto intangible = std::count(pulls.end() - static_cast<std::ptrdiff_t>(looked), pulls.end(),
                                     ServiceClass::intangible);
  return static_cast<std::uint64_t>(intangible) < facts.policy.intangibleMin;
}

std::vector<PullCandidate> pullOrder(const std::vector<const OpenCard*>& candidates, Timestamp now,
                                     const PullFacts& facts) {
  std::vector<std::pair<Rank, const OpenCard*>> ranked;
  ranked.reserve(candidates.size());
  const Figures figures = figuresOf(facts);
  for (const OpenCard* card : candidates) {
    if (card->blocked || card->awaitsApproval) continue;
    // R6: pulling gives it an owner.
    if (card->type == TicketType::problem && card->tier == Tier::first) continue;
    ranked.emplace_back(rankOf(*card, now, figures), card);
  }
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<PullCandidate> order;
  order.reserve(ranked.size());
  for (const auto& [rank, card] : ranked) order.push_back({card, rank.rule});
  return order;
}

std::vector<PullCandidate> pullOrder(const BoardWorld& world, Timestamp now) {
  std::vector<const OpenCard*> queued;
  for (const auto& [ticket, card] : world.open) {
    if (card.place.category != ColumnCategory::queue) continue;
    queued.push_back(&card);
  }
  return pullOrder(queued, now, {world.board.policy, world.recent});
}

}  // namespace docket::domain
