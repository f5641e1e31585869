// Writing how boards are run, and what the desk has once for all of them, to the wire.
#include <cstdio>

#include "domain/cases.h"
#include "server/mapping.h"
#include "server/wire_values.h"

namespace docket::server {
namespace {

using domain::Cases;

// --- Boards --------------------------------------------------------------------------------------

void writeClasses(const std::vector<domain::ServiceClass>& classes,
                  capnp::List<capnp::Text>::Builder list) {
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, wire(domain::text(classes[i])));
}

void write(const domain::Lane& lane, api::Lane::Builder out) {
  out.setId(wire(lane.id.value));
  out.setName(wire(lane.name));
  writeClasses(lane.classes, out.initClasses(static_cast<unsigned>(lane.classes.size())));
}

void write(const domain::LimitScope& scope, api::LimitScope::Builder out) {
  using domain::LimitKind;
  switch (scope.kind) {
    case LimitKind::column:
      return out.setColumn(wire(scope.column.value));
    case LimitKind::lane:
      return out.setLane(wire(scope.lane.value));
    case LimitKind::cell: {
      auto cell = out.initCell();
      cell.setColumn(wire(scope.column.value));
      return cell.setLane(wire(scope.lane.value));
    }
    case LimitKind::person:
      return out.setPerson(wire(scope.person.value));
    case LimitKind::type:
      return out.setType(wire(domain::text(scope.type)));
    case LimitKind::serviceClass:
      return out.setClass(wire(domain::text(scope.serviceClass)));
    case LimitKind::board:
      return out.setBoard();
  }
}

void write(const projections::LimitCount& limit, api::Limit::Builder out) {
  write(limit.scope, out.initScope());
  out.setLimit(limit.limit);
  out.setCount(limit.count);
}

void write(const domain::BoardPolicy& policy, api::BoardPolicy::Builder out) {
  out.setAllowsOverride(policy.allowsOverride);
  out.setExpediteLimit(policy.expediteLimit);
  writeList(
      policy.reservations, [&](unsigned size) { return out.initReservations(size); },
      [](const domain::Reservation& one, api::Reservation::Builder to) {
        if (one.type) to.setType(wire(domain::text(*one.type)));
        if (one.serviceClass) to.setClass(wire(domain::text(*one.serviceClass)));
        to.setCards(one.cards);
      });
  out.setIntangibleMin(policy.intangibleMin);
  out.setIntangibleOf(policy.intangibleOf);
  out.setFixedDateLeadTime(static_cast<std::uint64_t>(policy.fixedDateLeadTime.count()));
}

void write(const domain::Rule& rule, api::Rule::Builder out) {
  out.setId(wire(rule.id.value));
  out.setOnEntry(wire(rule.onEntry.value));
  if (rule.type) out.setType(wire(domain::text(*rule.type)));
  auto action = out.initAction();
  std::visit(
      Cases{
          [&](const domain::OfferHandOverTo& one) {
            action.setOfferHandOverTo(wire(one.board.value));
          },
          [&](const domain::AssignToTeam& one) { action.setAssignToTeam(wire(one.team.value)); },
          [&](const domain::AddRequiredCheck& one) { action.setAddRequiredCheck(wire(one.text)); },
          [&](const domain::MoveToColumn& one) { action.setMoveToColumn(wire(one.column.value)); },
          [&](const domain::ReturnHome& one) { action.setReturnHome(wire(one.reason)); },
      },
      rule.action);
}

void write(const std::pair<const domain::SubjectId, std::vector<domain::Grant>>& roles,
           api::Roles::Builder out) {
  out.setSubject(wire(roles.first.value));
  writeList(
      roles.second, [&](unsigned size) { return out.initGrants(size); },
      [](const domain::Grant& grant, api::Grant::Builder to) {
        to.setRole(wire(domain::text(grant.role)));
        writeTime(grant.until, to.initUntil());
      });
}

void write(const domain::LintFinding& finding, api::LintFinding::Builder out) {
  out.setError(finding.isError);
  out.setCode(wire(finding.code));
  out.setMessage(wire(finding.message));
}

// --- The desk ------------------------------------------------------------------------------------

std::string dayText(std::chrono::month_day day) {
  char text[16];
  std::snprintf(text, sizeof text, "%02u-%02u", unsigned{day.month()}, unsigned{day.day()});
  return text;
}

std::string dateText(std::chrono::year_month_day date) {
  char year[16];
  std::snprintf(year, sizeof year, "%04d-", int{date.year()});
  return year + dayText({date.month(), date.day()});
}

void write(const domain::DayWindows& windows, capnp::List<api::DayWindow>::Builder list) {
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setFrom(static_cast<std::uint32_t>(windows[i].from.count()));
    list[i].setTo(static_cast<std::uint32_t>(windows[i].to.count()));
  }
}

void write(const domain::DatedWindows& dated, api::DatedWindows::Builder out) {
  out.setDate(dateText(dated.date));
  write(dated.windows, out.initWindows(static_cast<unsigned>(dated.windows.size())));
}

template <class Week>
void writeWeek(const domain::WeekWindows& week, Week list) {
  for (unsigned day = 0; day < list.size(); ++day) {
    write(week[day], list.init(day, static_cast<unsigned>(week[day].size())));
  }
}

void write(const domain::Calendar& calendar, api::Calendar::Builder out) {
  const auto writeAll = [](const auto& all, auto init) {
    writeList(all, init, [](const auto& one, auto to) { write(one, to); });
  };
  out.setId(wire(calendar.id.value));
  out.setName(wire(calendar.name));
  out.setTimeZone(wire(calendar.timeZone));
  writeWeek(calendar.weeklyHours, out.initWeeklyHours(7));
  if (calendar.weeklyBreaks != domain::WeekWindows{}) {
    writeWeek(calendar.weeklyBreaks, out.initWeeklyBreaks(7));
  }
  auto holidays = out.initHolidays(static_cast<unsigned>(calendar.holidays.size()));
  for (unsigned i = 0; i < holidays.size(); ++i) holidays.set(i, dateText(calendar.holidays[i]));
  auto yearly = out.initYearlyHolidays(static_cast<unsigned>(calendar.yearlyHolidays.size()));
  for (unsigned i = 0; i < yearly.size(); ++i) yearly.set(i, dayText(calendar.yearlyHolidays[i]));
  writeAll(calendar.breaks, [&](unsigned size) { return out.initBreaks(size); });
  writeAll(calendar.shifts, [&](unsigned size) { return out.initShifts(size); });
}

void write(const domain::PromisePolicy& policy, api::PromisePolicy::Builder out) {
  const domain::PromiseSelector& selector = policy.selector;
  out.setId(wire(policy.id.value));
  out.setName(wire(policy.name));
  out.setBoard(wire(selector.board.value));
  if (selector.type) out.setType(wire(domain::text(*selector.type)));
  if (selector.priority) out.setPriority(wire(domain::text(*selector.priority)));
  out.setService(wire(selector.service.value));
  out.setCustomer(wire(selector.customer));
  out.setCalendar(wire(policy.calendar.value));
  writeList(
      policy.targets, [&](unsigned size) { return out.initTargets(size); },
      [](const domain::PromiseTarget& target, api::PromiseTarget::Builder to) {
        to.setKind(wire(domain::text(target.kind)));
        to.setTarget(static_cast<std::uint64_t>(target.target.count()));
        to.setWarnAtPercent(target.warnAtPercent);
        to.setPausesForCustomer(target.pausesForCustomer);
      });
  out.setRetired(!policy.inUse);
}

void write(const domain::Service& service, api::Service::Builder out) {
  out.setId(wire(service.id.value));
  out.setName(wire(service.name));
  out.setTeam(wire(service.team.value));
  out.setSupplier(wire(service.supplier));
}

}  // namespace

void writeRules(const projections::BoardRules& rules,
                const std::vector<domain::LintFinding>& findings, api::BoardRules::Builder out) {
  const domain::Board& board = rules.board;
  const auto writeAll = [](const auto& all, auto init) {
    writeList(all, init, [](const auto& one, auto to) { write(one, to); });
  };
  out.setKey(wire(board.key.value));
  out.setVersion(board.policyVersion);
  writeAll(board.lanes, [&](unsigned size) { return out.initLanes(size); });
  writeAll(rules.limits, [&](unsigned size) { return out.initLimits(size); });
  write(board.policy, out.initPolicy());
  writeAll(board.rules, [&](unsigned size) { return out.initRules(size); });
  writeAll(board.roles, [&](unsigned size) { return out.initRoles(size); });
  writeAll(findings, [&](unsigned size) { return out.initFindings(size); });
}

void writeDesk(const domain::DeskDefinitions& desk, api::DeskDefinitions::Builder out) {
  writeList(
      desk.calendars, [&](unsigned size) { return out.initCalendars(size); },
      [](const auto& one, auto to) {
        to.setVersion(one.second.version);
        write(one.second.calendar, to.initIs());
      });
  writeList(
      desk.policies, [&](unsigned size) { return out.initPolicies(size); },
      [](const auto& one, auto to) {
        to.setVersion(one.second.version);
        write(one.second.policy, to.initIs());
      });
  writeList(
      desk.services, [&](unsigned size) { return out.initServices(size); },
      [](const auto& one, auto to) {
        to.setVersion(one.second.version);
        write(one.second.service, to.initIs());
      });
}

void writeOffer(const projections::WaitingOffer& offer, api::Offer::Builder out) {
  out.setTicket(offer.ticket.text());
  out.setSince(micros(offer.since));
}

}  // namespace docket::server
