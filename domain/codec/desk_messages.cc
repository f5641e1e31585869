// The messages of the desk's definitions, and of what is kept about people.
#include "domain/codec/messages.h"

namespace docket::domain::codec {
namespace {

constexpr unsigned kDaysOfWeek = 7;

using WindowList = capnp::List<wire::DayWindow>;
using WeekList = capnp::List<WindowList>;
using DatedList = capnp::List<wire::DatedWindows>;

template <class T>
unsigned sizeOf(const std::vector<T>& all) {
  return static_cast<unsigned>(all.size());
}

std::int32_t toWire(std::chrono::year_month_day date) {
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}
std::chrono::year_month_day readDate(std::int32_t days) {
  return std::chrono::sys_days{std::chrono::days{days}};
}

void write(const DayWindows& windows, WindowList::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i) {
    to[i].setFrom(static_cast<std::uint32_t>(windows[i].from.count()));
    to[i].setTo(static_cast<std::uint32_t>(windows[i].to.count()));
  }
}
DayWindows read(WindowList::Reader from) {
  DayWindows windows;
  for (const auto one : from) {
    windows.push_back({std::chrono::seconds{one.getFrom()}, std::chrono::seconds{one.getTo()}});
  }
  return windows;
}

void write(const WeekWindows& week, WeekList::Builder to) {
  for (unsigned day = 0; day < kDaysOfWeek; ++day) {
    write(week[day], to.init(day, sizeOf(week[day])));
  }
}
WeekWindows readWeek(WeekList::Reader from) {
  if (from.size() != kDaysOfWeek) throw Malformed{"a week of " + std::to_string(from.size())};
  WeekWindows week;
  for (unsigned day = 0; day < kDaysOfWeek; ++day) week[day] = read(from[day]);
  return week;
}

void write(const std::vector<DatedWindows>& all, DatedList::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i) {
    to[i].setDate(toWire(all[i].date));
    write(all[i].windows, to[i].initWindows(sizeOf(all[i].windows)));
  }
}
std::vector<DatedWindows> read(DatedList::Reader from) {
  std::vector<DatedWindows> all;
  for (const auto one : from) all.push_back({readDate(one.getDate()), read(one.getWindows())});
  return all;
}

std::chrono::month_day readMonthDay(std::uint16_t value) {
  return std::chrono::month{value / 100U} / std::chrono::day{value % 100U};
}

}  // namespace

void write(const SubjectErased& event, wire::SubjectErased::Builder to) {
  to.setReason(toWire(event.reason));
}
SubjectErased read(wire::SubjectErased::Reader from) {
  return {read(from.getReason())};
}

void write(const LegalHoldPlaced& event, wire::LegalHoldPlaced::Builder to) {
  to.setReason(toWire(event.reason));
}
LegalHoldPlaced read(wire::LegalHoldPlaced::Reader from) {
  return {read(from.getReason())};
}

void write(const LegalHoldLifted& event, wire::LegalHoldLifted::Builder to) {
  to.setReason(toWire(event.reason));
}
LegalHoldLifted read(wire::LegalHoldLifted::Reader from) {
  return {read(from.getReason())};
}

// --- The desk
// --------------------------------------------------------------------------------------

void write(const CalendarSet& event, wire::CalendarSet::Builder into) {
  const Calendar& calendar = event.calendar;
  auto to = into.initCalendar();
  to.setId(toWire(calendar.id));
  to.setName(toWire(calendar.name));
  to.setTimeZone(toWire(calendar.timeZone));
  write(calendar.weeklyHours, to.initWeeklyHours(kDaysOfWeek));
  write(calendar.weeklyBreaks, to.initWeeklyBreaks(kDaysOfWeek));
  auto holidays = to.initHolidays(sizeOf(calendar.holidays));
  for (unsigned i = 0; i < holidays.size(); ++i) holidays.set(i, toWire(calendar.holidays[i]));
  auto yearly = to.initYearlyHolidays(sizeOf(calendar.yearlyHolidays));
  for (unsigned i = 0; i < yearly.size(); ++i) {
    const std::chrono::month_day date = calendar.yearlyHolidays[i];
    yearly.set(i, static_cast<std::uint16_t>(static_cast<unsigned>(date.month()) * 100 +
                                             static_cast<unsigned>(date.day())));
  }
  write(calendar.breaks, to.initBreaks(sizeOf(calendar.breaks)));
  write(calendar.shifts, to.initShifts(sizeOf(calendar.shifts)));
}
CalendarSet read(wire::CalendarSet::Reader message) {
  const auto from = message.getCalendar();
  Calendar calendar;
  calendar.id = CalendarId{read(from.getId())};
  calendar.name = read(from.getName());
  calendar.timeZone = read(from.getTimeZone());
  calendar.weeklyHours = readWeek(from.getWeeklyHours());
  calendar.weeklyBreaks = readWeek(from.getWeeklyBreaks());
  for (const std::int32_t date : from.getHolidays()) calendar.holidays.push_back(readDate(date));
  for (const std::uint16_t date : from.getYearlyHolidays()) {
    calendar.yearlyHolidays.push_back(readMonthDay(date));
  }
  calendar.breaks = read(from.getBreaks());
  calendar.shifts = read(from.getShifts());
  return {std::move(calendar)};
}

void write(const PromisePolicySet& event, wire::PromisePolicySet::Builder into) {
  const PromisePolicy& policy = event.policy;
  const PromiseSelector& selector = policy.selector;
  auto to = into.initPolicy();
  to.setId(toWire(policy.id));
  to.setName(toWire(policy.name));
  to.setBoard(toWire(selector.board));
  to.setHasType(selector.type.has_value());
  if (selector.type) to.setType(toWire(*selector.type));
  to.setHasPriority(selector.priority.has_value());
  if (selector.priority) to.setPriority(toWire(*selector.priority));
  to.setService(toWire(selector.service));
  to.setCustomer(toWire(selector.customer));
  to.setCalendar(toWire(policy.calendar));
  auto targets = to.initTargets(sizeOf(policy.targets));
  for (unsigned i = 0; i < targets.size(); ++i) {
    targets[i].setKind(toWire(policy.targets[i].kind));
    targets[i].setTarget(policy.targets[i].target.count());
    targets[i].setWarnAtPercent(policy.targets[i].warnAtPercent);
    targets[i].setPausesForCustomer(policy.targets[i].pausesForCustomer);
  }
  to.setInUse(policy.inUse);
}
PromisePolicySet read(wire::PromisePolicySet::Reader message) {
  const auto from = message.getPolicy();
  PromisePolicy policy;
  policy.id = PromisePolicyId{read(from.getId())};
  policy.name = read(from.getName());
  policy.selector.board = BoardKey{read(from.getBoard())};
  if (from.getHasType()) policy.selector.type = read(from.getType());
  if (from.getHasPriority()) policy.selector.priority = read(from.getPriority());
  policy.selector.service = ServiceId{read(from.getService())};
  policy.selector.customer = read(from.getCustomer());
  policy.calendar = CalendarId{read(from.getCalendar())};
  for (const auto one : from.getTargets()) {
    policy.targets.push_back({read(one.getKind()), std::chrono::seconds{one.getTarget()},
                              one.getWarnAtPercent(), one.getPausesForCustomer()});
  }
  policy.inUse = from.getInUse();
  return {std::move(policy)};
}

void write(const ServiceSet& event, wire::ServiceSet::Builder into) {
  auto to = into.initService();
  to.setId(toWire(event.service.id));
  to.setName(toWire(event.service.name));
  to.setTeam(toWire(event.service.team));
  to.setSupplier(toWire(event.service.supplier));
}
ServiceSet read(wire::ServiceSet::Reader message) {
  const auto from = message.getService();
  return {{ServiceId{read(from.getId())}, read(from.getName()), TeamId{read(from.getTeam())},
           read(from.getSupplier())}};
}

}  // namespace docket::domain::codec
