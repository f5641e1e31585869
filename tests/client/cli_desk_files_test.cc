#include "client/cli/desk_files.h"

#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "client/cli/cli.h"
#include "client/cli/json_shapes.h"

namespace docket::client::cli {
namespace {

using testing::HasSubstr;

std::string example(const std::string& name) {
  std::ifstream in(std::string(DOCKET_SOURCE_DIR) + "/docs/examples/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Json calendarJson(const std::string& text) {
  capnp::MallocMessageBuilder message;
  auto calendar = message.initRoot<api::Calendar>();
  readCalendarFile("calendar.toml", text, calendar);
  return toJson(calendar.asReader(), 0);
}

Json policyJson(const std::string& text) {
  capnp::MallocMessageBuilder message;
  auto policy = message.initRoot<api::PromisePolicy>();
  readPolicyFile("policy.toml", text, policy);
  return toJson(policy.asReader(), 0);
}

// What reading `text` fails with.
template <class Read>
CliFailure failureOf(Read read, const std::string& text) {
  try {
    read(text);
  } catch (const CliFailure& failure) {
    return failure;
  }
  return {ExitCode::done, "it was read"};
}

TEST(DeskFiles, TheCalendarOfTheDocumentationIsRead) {
  const Json json = calendarJson(example("office-hours.toml"));
  EXPECT_EQ(json["id"], "office-hours");
  EXPECT_EQ(json["name"], "Office hours, Hanover");
  EXPECT_EQ(json["time_zone"], "Europe/Berlin");
  EXPECT_EQ(json["holidays"].dump(), R"(["2026-04-03","2026-04-06"])");
  EXPECT_EQ(json["yearly_holidays"].size(), 5U);
  EXPECT_EQ(json["weekly_hours"][0].dump(), R"([{"from_seconds":28800,"to_seconds":64800}])");
  EXPECT_EQ(json["weekly_hours"][3], json["weekly_hours"][0]);
  EXPECT_EQ(json["weekly_hours"][4].dump(), R"([{"from_seconds":28800,"to_seconds":57600}])");
  EXPECT_EQ(json["weekly_hours"][5], Json::array());
  EXPECT_EQ(json["weekly_breaks"][4].dump(), R"([{"from_seconds":43200,"to_seconds":45900}])");
  EXPECT_EQ(json["breaks"].dump(),
            R"([{"date":"2026-12-24","windows":[{"from_seconds":43200,"to_seconds":86400}]}])");
  EXPECT_EQ(json["shifts"][0]["date"], "2026-11-28");
}

TEST(DeskFiles, ThePolicyOfTheDocumentationIsRead) {
  const Json json = policyJson(example("gold.toml"));
  EXPECT_EQ(json["id"], "gold");
  EXPECT_EQ(json["calendar"], "office-hours");
  EXPECT_EQ(json["priority"], "p1");
  EXPECT_EQ(json["customer"], "ACME");
  EXPECT_EQ(json["board"], "");
  EXPECT_EQ(json["retired"], false);
  ASSERT_EQ(json["targets"].size(), 3U);
  for (const auto& target : json["targets"]) {
    if (target["kind"] != "resolution") continue;
    EXPECT_EQ(target.dump(), R"({"kind":"resolution","target_seconds":14400,)"
                             R"("warn_at_percent":80,"pauses_for_customer":true})");
  }
}

TEST(DeskFiles, WhatIsPrintedReadsBackTheSame) {
  capnp::MallocMessageBuilder message;
  auto calendar = message.initRoot<api::Calendar>();
  readCalendarFile("x", example("office-hours.toml"), calendar);
  calendar.setName("Quotes \" and \\ and \n lines");
  calendar.getWeeklyHours().init(6, 1)[0].setTo(3'661);
  const std::string written = calendarFile(calendar.asReader());
  EXPECT_EQ(calendarJson(written), toJson(calendar.asReader(), 0)) << written;

  capnp::MallocMessageBuilder other;
  auto policy = other.initRoot<api::PromisePolicy>();
  readPolicyFile("x", example("gold.toml"), policy);
  policy.setRetired(true);
  policy.getTargets()[0].setTarget(90'061);
  const std::string writtenPolicy = policyFile(policy.asReader());
  EXPECT_EQ(policyJson(writtenPolicy), toJson(policy.asReader(), 0)) << writtenPolicy;
}

TEST(DeskFiles, DaysInARowWithTheSameHoursAreOneLine) {
  capnp::MallocMessageBuilder message;
  auto calendar = message.initRoot<api::Calendar>();
  readCalendarFile("x", example("office-hours.toml"), calendar);
  EXPECT_THAT(calendarFile(calendar.asReader()), HasSubstr("\n[weekly_hours]\n"
                                                           "mon-thu = [\"08:00-18:00\"]\n"
                                                           "fri = [\"08:00-16:00\"]\n"
                                                           "\n[weekly_breaks]\n"
                                                           "mon-fri = [\"12:00-12:45\"]\n"));
}

TEST(DeskFiles, AMistakeInACalendarIsNamedWithItsLine) {
  const std::string good = "id = \"x\"\ntime_zone = \"UTC\"\n";
  const std::pair<std::string, std::string> cases[] = {
      {"time_zone = \"UTC\"\n", "'id' is missing"},
      {"id = \"x\"\n", "'time_zone' is missing"},
      {"id = 3\ntime_zone = \"UTC\"\n", "line 1: 'id' must be a text in quotes"},
      {good + "hours = 3\n", "line 3: there is no 'hours' here"},
      {good + "holidays = [3]\n", "line 3: 'holidays' must hold dates"},
      {good + "[weekly_hours]\nmonday = []\n", "line 4: 'monday' must be a day or some"},
      {good + "[weekly_hours]\nfri-mon = []\n", "line 4: 'fri-mon' must be a day or some"},
      {good + "[weekly_hours]\nmon-fri = []\nfri = []\n", "fri is given twice"},
      {good + "[weekly_hours]\nmon = \"08:00-12:00\"\n", "line 4: must be a list of windows"},
      {good + "[weekly_hours]\nmon = [\"8:00-12:00\"]\n", "line 4: must be a window of a day"},
      {good + "[weekly_hours]\nmon = [\"12:00-12:00\"]\n", "line 4: must be a window of a day"},
      {good + "[weekly_hours]\nmon = [\"12:00-24:01\"]\n", "line 4: must be a window of a day"},
      {good + "[weekly_hours]\nmon = [\"12:60-14:00\"]\n", "line 4: must be a window of a day"}};
  for (const auto& [text, what] : cases) {
    const CliFailure failure = failureOf(calendarJson, text);
    EXPECT_EQ(failure.exitCode, ExitCode::usage) << text;
    EXPECT_THAT(failure.message, HasSubstr("'calendar.toml', line ")) << text;
    EXPECT_THAT(failure.message, HasSubstr(what)) << text;
  }
  const CliFailure failure = failureOf(calendarJson, "id = \n");
  EXPECT_EQ(failure.exitCode, ExitCode::refused);
  EXPECT_THAT(failure.message, HasSubstr("'calendar.toml', line 1: "));
}

TEST(DeskFiles, AMistakeInAPolicyIsNamedWithItsLine) {
  const std::string good = "id = \"x\"\ncalendar = \"c\"\n";
  const std::pair<std::string, std::string> cases[] = {
      {good, "the table [promises] is missing"},
      {good + "[promises]\nresolution = \"4h\"\n", "line 4: 'resolution' must be a table"},
      {good + "[promises.resolution]\n", "'within' is missing"},
      {good + "[promises.resolution]\nwithin = \"soon\"\n", "line 4: 'within' must be a duration"},
      {good + "[promises.resolution]\nwithin = \"4h\"\nwarn_at_percent = 100\n",
       "line 5: 'warn_at_percent' must be 0 (no warning) to 99"},
      {good + "[promises.resolution]\nwithin = \"4h\"\nwarn = 3\n", "there is no 'warn' here"},
      {good + "[for]\nteam = \"x\"\n", "there is no 'team' here, only board, type"},
      {good + "retired = \"no\"\n", "line 3: 'retired' must be true or false"}};
  for (const auto& [text, what] : cases) {
    const CliFailure failure = failureOf(policyJson, text);
    EXPECT_EQ(failure.exitCode, ExitCode::usage) << text;
    EXPECT_THAT(failure.message, HasSubstr(what)) << text;
  }
}

}  // namespace
}  // namespace docket::client::cli
