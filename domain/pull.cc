// The order in which work is pulled. Same cards and same instant, same order.
#include <algorithm>
#include <tuple>

#include "domain/world.h"

namespace docket::domain {
namespace {

enum class Turn { expedite, fixedDate, standard, intangible };

// In the order of the sort: the turn, then what decides within it, then the ticket itself.
struct Rank {
  Turn turn;
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

Turn turnOf(const OpenCard& card, Timestamp now) {
  switch (card.serviceClass) {
    case ServiceClass::expedite:
      return Turn::expedite;
    case ServiceClass::fixedDate:
      return mustStart(card, now) ? Turn::fixedDate : Turn::standard;
    case ServiceClass::standard:
      return Turn::standard;
    case ServiceClass::intangible:
      return Turn::intangible;
  }
  return Turn::standard;
}

Rank rankOf(const OpenCard& card, Timestamp now) {
  const Turn turn = turnOf(card, now);
  if (turn == Turn::fixedDate) return {turn, false, *card.due, card.ticket};
  return {turn, !card.committedAt, card.committedAt.value_or(card.arrivedAt), card.ticket};
}

std::string ruleName(Turn turn) {
  switch (turn) {
    case Turn::expedite:
      return "expedite";
    case Turn::fixedDate:
      return "fixed-date";
    case Turn::standard:
      return "standard";
    case Turn::intangible:
      return "intangible";
  }
  return "standard";
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
  for (const auto& [rank, card] : ranked) order.push_back({card, ruleName(rank.turn)});
  return order;
}

}  // namespace docket::domain
