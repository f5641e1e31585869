// When the clocks of which ticket have something to say next. Not thread-safe: the writer's.
#pragma once

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/types.h"

namespace docket::server {

class PromiseTimers {
 public:
  // For a ticket whose next instant is to be worked out: it is due at once.
  static constexpr domain::Timestamp kAtOnce{};

  // A ticket has one timer; none: it has none any more.
  void set(const domain::TicketId& ticket, std::optional<domain::Timestamp> at) {
    if (const auto known = atOf_.find(ticket); known != atOf_.end()) {
      if (at == known->second) return;
      order_.erase({known->second, ticket});
      atOf_.erase(known);
    }
    if (!at) return;
    atOf_.emplace(ticket, *at);
    order_.emplace(*at, ticket);
  }

  std::optional<domain::Timestamp> next() const {
    return order_.empty() ? std::nullopt : std::optional(order_.begin()->first);
  }

  bool isDue(const domain::TicketId& ticket, domain::Timestamp now) const {
    const auto known = atOf_.find(ticket);
    return known != atOf_.end() && known->second <= now;
  }

  // The tickets whose time has come by `now`, earliest first, at most so many. They stay set.
  std::vector<domain::TicketId> due(domain::Timestamp now, std::size_t max) const {
    std::vector<domain::TicketId> tickets;
    for (const auto& [at, ticket] : order_) {
      if (at > now || tickets.size() >= max) break;
      tickets.push_back(ticket);
    }
    return tickets;
  }

  std::size_t size() const { return atOf_.size(); }

 private:
  std::unordered_map<domain::TicketId, domain::Timestamp> atOf_;
  std::set<std::pair<domain::Timestamp, domain::TicketId>> order_;
};

}  // namespace docket::server
