// The tickets that the writer thread has at hand, newest use first.
//
// Threads: the writer thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "domain/ticket.h"
#include "eventstore/types.h"

namespace docket::server {

struct CachedTicket {
  domain::Ticket ticket;
  eventstore::Version version;          // of its last event; meaningful if ticket.exists
  eventstore::Version versionOfOthers;  // of the last one that the desk did not write by itself
  std::uint64_t lastGroup = 0;          // the last commit group that holds an event of it
};

class TicketCache {
 public:
  explicit TicketCache(std::size_t capacity) : capacity_(capacity) {}

  // The ticket, now the most recently used; nullptr if it is not here.
  CachedTicket* find(const domain::TicketId& id) {
    auto found = index_.find(id);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->second;
  }

  // REQUIRES: find(id) is nullptr. The reference lives until the next trim().
  CachedTicket& insert(const domain::TicketId& id, CachedTicket ticket) {
    order_.emplace_front(id, std::move(ticket));
    index_.emplace(id, order_.begin());
    return order_.front().second;
  }

  // Drops the least recently used tickets over the capacity, but none with events in a group that
  // is not committed yet: the log could not give those back.
  void trim(std::uint64_t committedGroup) {
    while (index_.size() > capacity_ && order_.back().second.lastGroup <= committedGroup) {
      index_.erase(order_.back().first);
      order_.pop_back();
    }
  }

  std::size_t size() const { return index_.size(); }

 private:
  using Order = std::list<std::pair<domain::TicketId, CachedTicket>>;

  std::size_t capacity_;
  Order order_;  // most recently used first
  std::unordered_map<domain::TicketId, Order::iterator> index_;
};

}  // namespace docket::server
