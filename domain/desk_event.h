// Everything that can have happened to what a desk has once for all its boards: calendars, promise
// policies and services. Each is kept as a whole and replaced as a whole.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/calendar.h"
#include "domain/types.h"

namespace docket::domain {

// What is promised for one kind of clock, in working time.
struct PromiseTarget {
  PromiseKind kind = PromiseKind::resolution;
  std::chrono::seconds target{};
  std::uint8_t warnAtPercent = 75;  // of the target; 0: no warning
  bool pausesForCustomer = true;    // while the ticket waits for the customer
  bool operator==(const PromiseTarget&) const = default;
};

// Which tickets a policy is for. What is left empty selects all.
struct PromiseSelector {
  BoardKey board;
  std::optional<TicketType> type;
  std::optional<Priority> priority;
  ServiceId service;
  std::string customer;
  bool operator==(const PromiseSelector&) const = default;
};

struct PromisePolicy {
  PromisePolicyId id;
  std::string name;
  PromiseSelector selector;
  CalendarId calendar;
  std::vector<PromiseTarget> targets;  // ascending by kind, each once
  bool inUse = true;                   // false: it makes no new promises
  bool operator==(const PromisePolicy&) const = default;
};

struct Service {
  ServiceId id;
  std::string name;
  TeamId team;           // who looks after it
  std::string supplier;  // who delivers it from outside; empty: nobody
  bool operator==(const Service&) const = default;
};

// Which definition: all of them are told apart by kind and id.
enum class DefinitionKind { calendar, promisePolicy, service };
struct Definition {
  DefinitionKind kind = DefinitionKind::calendar;
  std::string id;
  auto operator<=>(const Definition&) const = default;
};

struct CalendarSet {
  Calendar calendar;
  bool operator==(const CalendarSet&) const = default;
};
struct PromisePolicySet {
  PromisePolicy policy;
  bool operator==(const PromisePolicySet&) const = default;
};
struct ServiceSet {
  Service service;
  bool operator==(const ServiceSet&) const = default;
};

using DeskEvent = std::variant<CalendarSet, PromisePolicySet, ServiceSet>;

}  // namespace docket::domain
