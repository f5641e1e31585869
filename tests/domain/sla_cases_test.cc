// Known answers of other ticket systems: ../shared/cases/sla_cases.json, where it is present.
#include <date/tz.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "domain/working_time.h"
#include "tests/domain/calendars.h"

namespace docket::domain {
namespace {

using namespace test;
using nlohmann::json;

// --- Reading the file ----------------------------------------------------------------------------

std::vector<unsigned> numbersIn(const std::string& text) {
  std::vector<unsigned> numbers;
  std::string digits;
  for (const char c : text + " ") {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (!digits.empty()) {
      numbers.push_back(static_cast<unsigned>(std::stoul(digits)));
      digits.clear();
    }
  }
  return numbers;
}

std::chrono::year_month_day dateIn(const std::string& text) {
  const auto numbers = numbersIn(text);
  return std::chrono::year(static_cast<int>(numbers.at(0))) / std::chrono::month(numbers.at(1)) /
         std::chrono::day(numbers.at(2));
}

DayWindows windowsIn(const json& pairs) {
  DayWindows windows;
  const auto seconds = [](const std::string& text) {
    const auto numbers = numbersIn(text);
    return std::chrono::hours(numbers.at(0)) + std::chrono::minutes(numbers.at(1));
  };
  for (const json& pair : pairs) windows.push_back({seconds(pair.at(0)), seconds(pair.at(1))});
  return windows;
}

std::vector<DatedWindows> datedIn(const json& byDate) {
  std::vector<DatedWindows> entries;
  for (const auto& [date, windows] : byDate.items()) {
    entries.push_back({dateIn(date), windowsIn(windows)});
  }
  return entries;
}

Calendar calendarIn(const json& definition) {
  static const std::map<std::string, std::size_t> kDays{
      {"mon", 0}, {"tue", 1}, {"wed", 2}, {"thu", 3}, {"fri", 4}, {"sat", 5}, {"sun", 6}};
  Calendar calendar = definition.value("always", false) ? alwaysOpen(definition.at("tz"))
                                                        : weekly(definition.at("tz"), {});
  for (const auto& [key, value] : definition.items()) {
    if (key == "hours") {
      for (const auto& [day, windows] : value.items()) {
        calendar.weeklyHours[kDays.at(day)] = windowsIn(windows);
      }
    } else if (key == "holidays") {
      for (const std::string date : value) calendar.holidays.push_back(dateIn(date));
    } else if (key == "perpetual_holidays") {
      for (const std::string day : value) {
        const auto numbers = numbersIn(day);
        calendar.yearlyHolidays.push_back(std::chrono::month(numbers.at(0)) /
                                          std::chrono::day(numbers.at(1)));
      }
    } else if (key == "breaks") {
      calendar.breaks = datedIn(value);
    } else if (key == "shifts") {
      calendar.shifts = datedIn(value);
    } else if (key != "tz" && key != "always" && key != "_note") {
      ADD_FAILURE() << "a calendar has the key " << key << ", which is not read here";
    }
  }
  return calendar;
}

// A case's instants; those without an offset are local to its calendar's zone.
class Instants {
 public:
  explicit Instants(std::string zone) : zone_(date::locate_zone(zone)) {}

  Timestamp in(const std::string& text) const {
    const std::size_t time = text.find('T');
    if (text.find_first_of("Z+-", time) != std::string::npos) return at(text);
    const auto asUtc = at(text + "Z").time_since_epoch();
    return zone_->to_sys(date::local_time<microseconds>(asUtc), date::choose::earliest);
  }
  std::vector<Pause> pausesIn(const json& input) const {
    std::vector<Pause> pauses;
    for (const json& pair : input.value("pauses", json::array())) {
      pauses.push_back({in(pair.at(0)), in(pair.at(1)), ""});
    }
    return pauses;
  }

 private:
  const date::time_zone* zone_;
};

// --- Asking
// ----------------------------------------------------------------------------------------

using Instant = WorkingTimeResult<Timestamp>;

void expectInstant(const Instant& got, const json& expected, const Instants& instants) {
  ASSERT_TRUE(got) << "no instant";
  EXPECT_EQ(*got, instants.in(expected.at("at")))
      << "got " << date::format("%FT%TZ", *got) << ", expected " << expected.at("at");
}

seconds secondsIn(const json& input, const char* key) {
  return seconds(input.at(key).get<std::int64_t>());
}

// Answers whether the operation is one that this arithmetic has.
bool check(const json& one, const WorkingTime& desk, const Instants& instants) {
  const std::string op = one.at("op");
  const json& input = one.at("input");
  const json& expected = one.at("expect");
  const auto pauses = instants.pausesIn(input);
  const auto from = [&](const char* key) { return instants.in(input.at(key)); };
  if (op == "deadline") {
    expectInstant(desk.deadline(from("start"), secondsIn(input, "target_s"), pauses), expected,
                  instants);
  } else if (op == "backward") {
    expectInstant(desk.backward(from("start"), secondsIn(input, "target_s")), expected, instants);
  } else if (op == "elapsed") {
    EXPECT_EQ(desk.elapsed(from("start"), from("end"), pauses), secondsIn(expected, "seconds"));
  } else if (op == "pause_working_seconds") {
    EXPECT_EQ(desk.workingTimeIn(pauses), secondsIn(expected, "seconds"));
  } else if (op == "is_working") {
    EXPECT_EQ(desk.isWorking(from("at")), expected.at("value").get<bool>());
  } else if (op == "shift" && input.contains("offset_s")) {
    expectInstant(desk.shift(from("target"), secondsIn(input, "offset_s")), expected, instants);
  } else if (op == "shift") {
    expectInstant(desk.shiftDays(from("target"), input.at("offset_days")), expected, instants);
  } else if (op == "deadline_days") {
    const DueTime dueTime = input.value("end_of_working_day", false) ? DueTime::endOfWorkingDay
                                                                     : DueTime::sameTimeOfDay;
    expectInstant(desk.deadlineInDays(from("start"), input.at("days"), dueTime, pauses), expected,
                  instants);
  } else if (op == "biz_days_after") {
    expectInstant(desk.daysAfter(from("start"), input.at("days")), expected, instants);
  } else if (op == "biz_days_before") {
    expectInstant(desk.daysBefore(from("start"), input.at("days")), expected, instants);
  } else {
    return false;
  }
  return true;
}

TEST(SlaCases, EachHasItsKnownAnswer) {
  const char* shared = std::getenv("DOCKET_SHARED");
  const std::filesystem::path folder =
      shared != nullptr ? std::filesystem::path(shared)
                        : std::filesystem::path(DOCKET_SOURCE_DIR).parent_path() / "shared";
  std::ifstream file(folder / "cases/sla_cases.json");
  if (!file) GTEST_SKIP() << "no sla_cases.json; set DOCKET_SHARED to the folder above cases";
  const json document = json::parse(file);
  std::size_t checked = 0;
  for (const json& one : document.at("cases")) {
    SCOPED_TRACE(one.at("id").get<std::string>());
    const json& named = one.at("calendar");
    const json& definition =
        named.is_string() ? document.at("calendars").at(named.get<std::string>()) : named;
    const auto desk = WorkingTime::compile(calendarIn(definition));
    ASSERT_TRUE(desk) << desk.error().front().field << ": " << desk.error().front().rule;
    if (check(one, *desk, Instants(definition.at("tz")))) {
      ++checked;
    } else {
      std::cout << one.at("id") << " left out: " << one.at("op")
                << " is no operation of WorkingTime\n";
    }
  }
  std::cout << checked << " of " << document.at("cases").size() << " cases checked\n";
  EXPECT_GT(checked, 0U);
}

}  // namespace
}  // namespace docket::domain
