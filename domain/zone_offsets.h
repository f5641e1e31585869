// How far a time zone's wall clocks are from UTC, and since when. The one place that asks date/tz.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

namespace docket::domain {

// From `begin` until `end` (not included) the wall clock shows UTC plus `offset`.
struct OffsetSpan {
  std::chrono::sys_seconds begin;
  std::chrono::sys_seconds end;
  std::chrono::seconds offset{0};
};

// Whether `name` is a time zone of the IANA database that the system has (Debian's package tzdata).
// Names that mean another zone on another machine ("localtime") are none.
bool isTimeZone(std::string_view name);

// The offsets of a zone over the years that calendars are answered for (calendar.h): in order,
// without a hole, neighbours different.
//
// date/tz 3.0 reads the changes that the system's files list, which end with 2037, and not the rule
// that the files give for the years after. So the rule is found again from the listed years: when
// the changes of 2026 to 2037 keep one pattern ("the first Sunday from 25 March on, 02:00"), they
// go on; else the last offset stays.
//
// What a zone's clocks will do is decided by governments, and the answer is that of the data which
// the system has. Where two machines must agree, keep the answer, not the question.
//
// REQUIRES: isTimeZone(name). Cost: tens of microseconds for a zone that changes its clocks.
std::vector<OffsetSpan> offsetsOf(std::string_view name);

}  // namespace docket::domain
