#include "domain/desk.h"

#include <algorithm>
#include <set>
#include <utility>

#include "domain/cases.h"
#include "domain/text_rules.h"
#include "domain/working_time.h"
#include "domain/world.h"

namespace docket::domain {
namespace {

constexpr std::chrono::seconds kTargetMax = std::chrono::days{366};

using DeskDecision = tl::expected<std::vector<DeskEvent>, Rejection>;

DeskDecision decided(Rejection rejection, DeskEvent event) {
  if (!rejection.empty()) return tl::unexpected(std::move(rejection));
  return std::vector<DeskEvent>{std::move(event)};
}

// `stored` is what is defined under that id, if anything.
template <class T>
void checkIsNew(const T* stored, const T& wanted, Rejection& rejection) {
  if (stored == nullptr || !(*stored == wanted)) return;
  rejection.push_back(NothingToChange{"it is defined like that"});
}

DeskDecision judge(const SetCalendar& command, const World& world) {
  const Calendar& calendar = command.calendar;
  Rejection rejection;
  if (auto compiled = WorkingTime::compile(calendar); !compiled) {
    for (FieldInvalid& problem : compiled.error()) rejection.push_back(std::move(problem));
  }
  const auto found = world.desk().calendars.find(calendar.id);
  checkIsNew(found == world.desk().calendars.end() ? nullptr : &found->second.calendar, calendar,
             rejection);
  return decided(std::move(rejection), CalendarSet{calendar});
}

void checkTargets(const std::vector<PromiseTarget>& targets, Rejection& rejection) {
  if (targets.empty()) {
    rejection.push_back(FieldInvalid{"targets", "must be at least one", "none"});
  }
  std::set<PromiseKind> kinds;
  for (const PromiseTarget& target : targets) {
    const std::string field = "targets." + std::string(text(target.kind));
    if (!kinds.insert(target.kind).second) {
      rejection.push_back(FieldInvalid{field, "must be given once", "two of them"});
    }
    if (target.target < std::chrono::seconds{0} || target.target > kTargetMax) {
      rejection.push_back(FieldInvalid{field, "must be 0 seconds to 366 days of working time",
                                       std::to_string(target.target.count()) + " seconds"});
    }
    if (target.warnAtPercent > 99) {
      rejection.push_back(FieldInvalid{field + ".warnAtPercent", "must be 0 to 99",
                                       std::to_string(target.warnAtPercent)});
    }
  }
}

DeskDecision judge(const SetPromisePolicy& command, const World& world) {
  PromisePolicy policy = command.policy;
  Rejection rejection;
  if (auto bad = checkPlainId("id", policy.id.value)) rejection.push_back(*bad);
  if (auto bad = checkText("name", policy.name, kBoardNameRule)) rejection.push_back(*bad);
  std::sort(policy.targets.begin(), policy.targets.end(),
            [](const auto& a, const auto& b) { return a.kind < b.kind; });
  checkTargets(policy.targets, rejection);
  if (!world.desk().calendars.contains(policy.calendar)) {
    rejection.push_back(UnknownDefinition{"calendar", policy.calendar.value});
  }
  const PromiseSelector& selector = policy.selector;
  if (!selector.board.empty() && world.find(selector.board) == nullptr) {
    rejection.push_back(UnknownBoard{selector.board});
  }
  if (!selector.service.empty() && !world.desk().services.contains(selector.service)) {
    rejection.push_back(UnknownDefinition{"service", selector.service.value});
  }
  if (auto bad = checkText("selector.customer", selector.customer, kCustomerRule)) {
    rejection.push_back(*bad);
  }
  const auto found = world.desk().policies.find(policy.id);
  checkIsNew(found == world.desk().policies.end() ? nullptr : &found->second.policy, policy,
             rejection);
  return decided(std::move(rejection), PromisePolicySet{std::move(policy)});
}

DeskDecision judge(const SetService& command, const World& world) {
  const Service& service = command.service;
  Rejection rejection;
  if (auto bad = checkPlainId("id", service.id.value)) rejection.push_back(*bad);
  if (auto bad = checkText("name", service.name, kBoardNameRule)) rejection.push_back(*bad);
  if (!service.team.empty()) {
    if (auto bad = checkTeam("team", service.team)) rejection.push_back(*bad);
  }
  if (auto bad = checkText("supplier", service.supplier, kCustomerRule)) rejection.push_back(*bad);
  const auto found = world.desk().services.find(service.id);
  checkIsNew(found == world.desk().services.end() ? nullptr : &found->second.service, service,
             rejection);
  return decided(std::move(rejection), ServiceSet{service});
}

}  // namespace

DeskDecision decide(const DeskCommand& command, const World& world) {
  return std::visit([&](const auto& one) { return judge(one, world); }, command);
}

bool promisesAnew(const PromisePolicy& before, const PromisePolicy& after) {
  return !before.inUse || before.selector != after.selector || before.targets != after.targets ||
         before.calendar != after.calendar;
}

Definition namedDefinition(const DeskCommand& command) {
  return std::visit(Cases{
                        [](const SetCalendar& set) {
                          return Definition{DefinitionKind::calendar, set.calendar.id.value};
                        },
                        [](const SetPromisePolicy& set) {
                          return Definition{DefinitionKind::promisePolicy, set.policy.id.value};
                        },
                        [](const SetService& set) {
                          return Definition{DefinitionKind::service, set.service.id.value};
                        },
                    },
                    command);
}

}  // namespace docket::domain
