// Reading commands on what the desk has once for all its boards, and on people, from the wire.
#include <chrono>

#include "domain/calendar.h"
#include "domain/text_rules.h"
#include "server/field_reader.h"
#include "server/mapping.h"

namespace docket::server {
namespace {

using DayWindowList = capnp::List<api::DayWindow>::Reader;
using WeekList = capnp::List<capnp::List<api::DayWindow>>::Reader;
using DatedList = capnp::List<api::DatedWindows>::Reader;

// --- Dates: "2026-12-24" and "12-24", and nothing else ---

// The number that such a text of digits says; none when there is anything else in it.
std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (!domain::isAsciiDigit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

std::optional<std::chrono::month_day> parseMonthDay(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const auto month = digits(text.substr(0, 2));
  const auto day = digits(text.substr(3));
  if (!month || !day) return std::nullopt;
  const std::chrono::month_day date{std::chrono::month{*month}, std::chrono::day{*day}};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::optional<std::chrono::year_month_day> parseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto day = parseMonthDay(text.substr(5));
  if (!year || !day) return std::nullopt;
  const std::chrono::year_month_day date = std::chrono::year{static_cast<int>(*year)} / *day;
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::chrono::year_month_day readDate(FieldReader& fields, std::string_view field,
                                     capnp::Text::Reader in) {
  if (const auto date = parseDate(textOf(in))) return *date;
  fields.refuse(field, "must be a date such as 2026-12-24", shortForm(textOf(in)));
  return {};
}

// --- Calendars ---

domain::DayWindows readWindows(FieldReader& fields, std::string_view field, DayWindowList in) {
  domain::DayWindows windows;
  if (!fields.fits(field, in.size(), domain::kWindowsADayMax)) return windows;
  for (const api::DayWindow::Reader window : in) {
    windows.push_back(
        {std::chrono::seconds{window.getFrom()}, std::chrono::seconds{window.getTo()}});
  }
  return windows;
}

domain::WeekWindows readWeek(FieldReader& fields, std::string_view field, WeekList in) {
  domain::WeekWindows week;
  if (in.size() != 0 && in.size() != week.size()) {
    fields.refuse(field, "must be 7 days, Monday first", std::to_string(in.size()));
    return week;
  }
  for (unsigned day = 0; day < in.size(); ++day) {
    week[day] = readWindows(fields, field, in[day]);
  }
  return week;
}

std::vector<domain::DatedWindows> readDated(FieldReader& fields, const std::string& field,
                                            DatedList in) {
  std::vector<domain::DatedWindows> all;
  if (!fields.fits(field, in.size(), domain::kDatesAListMax)) return all;
  for (const api::DatedWindows::Reader one : in) {
    all.push_back({readDate(fields, field + ".date", one.getDate()),
                   readWindows(fields, field + ".windows", one.getWindows())});
  }
  return all;
}

domain::SetCalendar read(FieldReader& fields, api::Calendar::Reader in) {
  domain::Calendar calendar;
  calendar.id = {fields.name("id", in.getId())};
  calendar.name = textOf(in.getName());
  calendar.timeZone = fields.name("timeZone", in.getTimeZone());
  calendar.weeklyHours = readWeek(fields, "weeklyHours", in.getWeeklyHours());
  calendar.weeklyBreaks = readWeek(fields, "weeklyBreaks", in.getWeeklyBreaks());
  if (fields.fits("holidays", in.getHolidays().size(), domain::kDatesAListMax)) {
    for (const capnp::Text::Reader date : in.getHolidays()) {
      calendar.holidays.push_back(readDate(fields, "holidays", date));
    }
  }
  if (fields.fits("yearlyHolidays", in.getYearlyHolidays().size(), domain::kDatesAListMax)) {
    for (const capnp::Text::Reader text : in.getYearlyHolidays()) {
      if (const auto date = parseMonthDay(textOf(text))) {
        calendar.yearlyHolidays.push_back(*date);
      } else {
        fields.refuse("yearlyHolidays", "must be a day of the year such as 12-25",
                      shortForm(textOf(text)));
      }
    }
  }
  calendar.breaks = readDated(fields, "breaks", in.getBreaks());
  calendar.shifts = readDated(fields, "shifts", in.getShifts());
  return {std::move(calendar)};
}

// --- Promise policies and services ---

domain::SetPromisePolicy read(FieldReader& fields, api::PromisePolicy::Reader in) {
  constexpr std::size_t kTargetsMax = 100;
  domain::PromisePolicy policy;
  policy.id = {fields.name("id", in.getId())};
  policy.name = textOf(in.getName());
  policy.selector = {
      .board = {fields.name("board", in.getBoard())},
      .type = fields.spelledIfAny("type", in.getType(), kTypes),
      .priority = fields.spelledIfAny("priority", in.getPriority(), kPriorities),
      .service = {fields.name("service", in.getService())},
      .customer = textOf(in.getCustomer()),
  };
  policy.calendar = {fields.name("calendar", in.getCalendar())};
  policy.inUse = !in.getRetired();
  if (!fields.fits("targets", in.getTargets().size(), kTargetsMax)) return {std::move(policy)};
  for (const api::PromiseTarget::Reader target : in.getTargets()) {
    policy.targets.push_back(
        {.kind = fields.spelled("targets.kind", target.getKind(), kPromiseKinds),
         .target = fields.seconds("targets.target", target.getTarget()),
         .warnAtPercent = target.getWarnAtPercent(),
         .pausesForCustomer = target.getPausesForCustomer()});
  }
  return {std::move(policy)};
}

domain::SetService read(FieldReader& fields, api::Service::Reader in) {
  return {{.id = {fields.name("id", in.getId())},
           .name = textOf(in.getName()),
           .team = {fields.name("team", in.getTeam())},
           .supplier = textOf(in.getSupplier())}};
}

}  // namespace

std::optional<domain::DeskCommand> readBody(FieldReader& fields, api::DeskCommand::Reader in) {
  switch (in.which()) {
    case api::DeskCommand::SET_CALENDAR:
      return read(fields, in.getSetCalendar());
    case api::DeskCommand::SET_PROMISE_POLICY:
      return read(fields, in.getSetPromisePolicy());
    case api::DeskCommand::SET_SERVICE:
      return read(fields, in.getSetService());
  }
  return std::nullopt;  // from a newer client
}

std::optional<domain::SubjectCommand> readBody(FieldReader& fields,
                                               api::SubjectCommand::Reader in) {
  const auto subject = [&](api::SubjectReason::Reader reason) {
    return domain::SubjectId{fields.name("subject", reason.getSubject())};
  };
  switch (in.which()) {
    case api::SubjectCommand::ERASE:
      return domain::EraseSubject{subject(in.getErase()), textOf(in.getErase().getReason())};
    case api::SubjectCommand::PLACE_HOLD:
      return domain::PlaceLegalHold{subject(in.getPlaceHold()),
                                    textOf(in.getPlaceHold().getReason())};
    case api::SubjectCommand::LIFT_HOLD:
      return domain::LiftLegalHold{subject(in.getLiftHold()), textOf(in.getLiftHold().getReason())};
  }
  return std::nullopt;  // from a newer client
}

}  // namespace docket::server
