#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/json_shapes.h"
#include "client/cli/output.h"

namespace docket::client::cli {
namespace {

using testing::ElementsAre;

std::vector<std::string> keysOf(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

// The fields and their order are a contract: programs read them.
TEST(JsonShapes, CardHasItsFieldsAndNullForWhatIsNotSet) {
  capnp::MallocMessageBuilder message;
  auto card = message.initRoot<api::Card>();
  card.setId("OPS-1");
  card.setTier(2);
  card.setOpenedAt(1'772'352'930'000'250);
  card.getDue().setAt(0);
  const Json json = toJson(card.asReader());
  EXPECT_THAT(keysOf(json), ElementsAre("id", "column", "category", "type", "class", "tier",
                                        "title", "assignee", "blocked", "due", "opened_at",
                                        "in_column_since", "committed_at", "external_key"));
  EXPECT_EQ(json["tier"], 2);
  EXPECT_EQ(json["opened_at"], "2026-03-01T08:15:30.000250Z");
  EXPECT_EQ(json["due"], "1970-01-01T00:00:00.000000Z");
  EXPECT_TRUE(json["committed_at"].is_null());
}

TEST(JsonShapes, ColumnWithoutLimitHasNull) {
  capnp::MallocMessageBuilder message;
  auto board = message.initRoot<api::Board>();
  auto columns = board.initColumns(2);
  columns[1].initColumn().setWipLimit(0);
  const Json json = toJson(board.asReader());
  EXPECT_THAT(keysOf(json),
              ElementsAre("key", "name", "template", "version", "expedite_limit", "columns"));
  EXPECT_THAT(keysOf(json["columns"][0]),
              ElementsAre("id", "name", "category", "wip_limit", "default_drop", "count", "cards",
                          "waits_for"));
  EXPECT_TRUE(json["columns"][0]["wip_limit"].is_null());
  EXPECT_EQ(json["columns"][1]["wip_limit"], 0);
}

TEST(JsonShapes, TicketIsACardWithMore) {
  capnp::MallocMessageBuilder message;
  auto ticket = message.initRoot<api::Ticket>();
  auto foreign = ticket.initForeign(1);
  foreign[0].setKey("list");
  foreign[0].initChildren(1)[0].setValue("inner");
  const Json json = toJson(ticket.asReader());
  const auto keys = keysOf(json);
  ASSERT_GT(keys.size(), 14U);
  EXPECT_THAT(std::vector<std::string>(keys.begin() + 14, keys.end()),
              ElementsAre("version", "description", "requester", "blocked_reason", "blocked_since",
                          "resolution", "resolved_at", "reopen_count", "comment_count",
                          "history_count", "foreign", "change_kind", "impact", "urgency",
                          "priority", "cynefin", "service", "customer", "labels", "team", "guests",
                          "offers", "promises", "approvals", "checks", "links", "resolution_kind",
                          "cancelled", "satisfaction", "contact_count"));
  EXPECT_EQ(json["foreign"][0]["children"][0]["value"], "inner");
  EXPECT_EQ(json["foreign"][0]["children"][0]["children"], Json::array());
}

TEST(JsonShapes, WhatATicketIsNotSaidToBeIsEmpty) {
  capnp::MallocMessageBuilder message;
  auto ticket = message.initRoot<api::Ticket>();
  ticket.initClassification().setImpact("none");
  ticket.getClassification().setPriority("p2");
  ticket.setResolutionKind("unspecified");
  const Json json = toJson(ticket.asReader());
  EXPECT_EQ(json["impact"], "");
  EXPECT_EQ(json["priority"], "p2");
  EXPECT_EQ(json["resolution_kind"], "");
  EXPECT_TRUE(json["satisfaction"].is_null());
}

TEST(JsonShapes, APromiseHasBothVerdicts) {
  capnp::MallocMessageBuilder message;
  auto clock = message.initRoot<api::Clock>();
  clock.setTarget(3600);
  clock.setTargetToday(7200);
  clock.setReadable(true);
  clock.setElapsed(5'400'000'000);
  clock.setMissed(true);
  auto paused = clock.initPaused(1);
  paused[0].setBy("customer");
  paused[0].setTime(60'000'000);
  Json json = toJson(clock.asReader());
  EXPECT_THAT(keysOf(json),
              ElementsAre("kind", "policy", "calendar", "from", "target_seconds",
                          "first_target_seconds", "target_today_seconds", "stopped_at", "warned_at",
                          "missed_at", "met_at", "readable", "elapsed_microseconds", "deadline",
                          "missed", "missed_by_policy_of_today", "working_microseconds",
                          "closed_microseconds", "paused_microseconds", "stopped_microseconds"));
  EXPECT_EQ(json["missed"], true);
  EXPECT_EQ(json["missed_by_policy_of_today"], false);
  EXPECT_EQ(json["paused_microseconds"]["customer"], 60'000'000);
  clock.setTargetToday(-1);
  clock.setReadable(false);
  json = toJson(clock.asReader());
  EXPECT_TRUE(json["target_today_seconds"].is_null());
  EXPECT_TRUE(json["missed_by_policy_of_today"].is_null());
  EXPECT_TRUE(json["elapsed_microseconds"].is_null());
}

TEST(JsonShapes, RulesHaveTheirFields) {
  capnp::MallocMessageBuilder message;
  auto rules = message.initRoot<api::BoardRules>();
  auto limits = rules.initLimits(3);
  auto cell = limits[0].initScope().initCell();
  cell.setColumn("doing");
  cell.setLane("standard");
  limits[0].setLimit(2);
  limits[1].initScope().setPerson("");
  limits[2].initScope().setBoard();
  auto rule = rules.initRules(1)[0];
  rule.setId("ask-dev");
  rule.getAction().setOfferHandOverTo("DEV");
  rules.initRoles(1)[0].initGrants(1)[0].setRole("agent");
  rules.initFindings(1)[0].setError(true);
  const Json json = toJson(rules.asReader());
  EXPECT_THAT(keysOf(json), ElementsAre("key", "version", "lanes", "limits", "policy", "rules",
                                        "roles", "findings"));
  EXPECT_EQ(json["limits"][0].dump(),
            R"({"on":"cell","column":"doing","lane":"standard","limit":2,"count":0})");
  EXPECT_EQ(json["limits"][1].dump(), R"({"on":"each-person","limit":null,"count":null})");
  EXPECT_EQ(json["limits"][2].dump(), R"({"on":"board","limit":null,"count":0})");
  EXPECT_THAT(keysOf(json["policy"]),
              ElementsAre("allows_override", "expedite_limit", "reservations", "intangible_min",
                          "intangible_of", "fixed_date_lead_seconds"));
  EXPECT_EQ(json["rules"][0].dump(),
            R"({"id":"ask-dev","on":"","type":"","action":"offer-to","with":"DEV"})");
  EXPECT_EQ(json["roles"][0].dump(), R"({"person":"","grants":[{"role":"agent","until":null}]})");
  EXPECT_EQ(json["findings"][0]["level"], "error");
}

TEST(JsonShapes, HistoryEntryIsEventFactsWithMore) {
  capnp::MallocMessageBuilder message;
  const Json json = toJson(message.initRoot<api::HistoryEntry>().asReader());
  EXPECT_THAT(keysOf(json),
              ElementsAre("position", "version", "stream", "type", "recorded_at", "occurred_at",
                          "actor", "on_behalf_of", "origin", "command_id", "summary", "text",
                          "imported", "activity", "source_actor", "sequence", "foreign"));
}

TEST(JsonShapes, RefusalKeepsEveryViolationAndTheOrderOfItsFacts) {
  capnp::MallocMessageBuilder message;
  auto refusal = message.initRoot<api::Refusal>();
  auto violations = refusal.initViolations(2);
  violations[0].setCode("wip-limit-reached");
  violations[0].setWayOut("Finish something.");
  auto facts = violations[0].initFacts(2);
  facts[0].setName("limit");
  facts[0].setValue("3");
  facts[1].setName("count");
  facts[1].setValue("4");
  const Json json = toJson(refusal.asReader());
  EXPECT_THAT(keysOf(json), ElementsAre("violations", "changes"));
  EXPECT_THAT(keysOf(json["violations"][0]), ElementsAre("code", "message", "way_out", "facts"));
  EXPECT_THAT(keysOf(json["violations"][0]["facts"]), ElementsAre("limit", "count"));
  EXPECT_EQ(json["violations"][0]["facts"]["count"], "4");
  EXPECT_EQ(json["violations"].size(), 2U);
  EXPECT_EQ(json["changes"], Json::array());
}

TEST(JsonShapes, ProjectionIsNullWhereNothingIsWrong) {
  capnp::MallocMessageBuilder message;
  auto status = message.initRoot<api::ProjectionStatus>();
  Json json = toJson(status.asReader());
  EXPECT_TRUE(json["rebuild_next"].is_null());
  EXPECT_TRUE(json["stopped_by"].is_null());
  EXPECT_TRUE(json["stopped_at"].is_null());
  status.setStoppedBy("a poison event");
  status.setStoppedAt(7);
  status.setRebuilding(true);
  json = toJson(status.asReader());
  EXPECT_EQ(json["stopped_at"], 7);
  EXPECT_EQ(json["rebuild_next"], 0);
}

}  // namespace
}  // namespace docket::client::cli
