#include "domain/refusal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "tests/domain/desk.h"

namespace docket::domain {
namespace {

template <std::size_t... I>
std::vector<Refusal> oneOfEach(std::index_sequence<I...>) {
  std::vector<Refusal> all{Refusal(std::in_place_index<I>)...};
  for (Refusal& one : all) {
    if (auto* unknown = std::get_if<UnknownDefinition>(&one)) unknown->kind = "calendar";
  }
  return all;
}

TEST(Refusal, EveryReasonHasACodeOfItsOwnAndWords) {
  std::set<std::string> codes;
  for (const Refusal& refusal :
       oneOfEach(std::make_index_sequence<std::variant_size_v<Refusal>>{})) {
    const RefusalText text = describe(refusal);
    EXPECT_TRUE(codes.insert(text.code).second) << text.code;
    EXPECT_FALSE(text.code.empty());
    EXPECT_TRUE(std::all_of(text.code.begin(), text.code.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || c == '-';
    })) << text.code;
    EXPECT_TRUE(text.message.ends_with('.')) << text.message;
    EXPECT_TRUE(text.wayOut.ends_with('.')) << text.wayOut;
    EXPECT_FALSE(text.facts.empty()) << text.code;
  }
  EXPECT_EQ(codes.size(), std::variant_size_v<Refusal>);
}

TEST(Refusal, CodesAreFrozen) {
  std::vector<std::string> codes;
  for (const Refusal& refusal :
       oneOfEach(std::make_index_sequence<std::variant_size_v<Refusal>>{})) {
    codes.push_back(describe(refusal).code);
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"field-invalid",          "unknown-board",
                                             "board-exists",           "unknown-column",
                                             "unknown-ticket",         "unknown-template",
                                             "board-incomplete",       "wip-limit-reached",
                                             "expedite-limit-reached", "ticket-is-blocked",
                                             "ticket-not-blocked",     "ticket-is-finished",
                                             "ticket-not-finished",    "resolution-missing",
                                             "nothing-to-change",      "nothing-to-pull",
                                             "triage-note-missing",    "version-moved-on",
                                             "command-id-reused",      "overloaded",
                                             "log-unavailable",        "corrupt",
                                             "event-not-understood",   "subject-is-erased",
                                             "legal-hold-stands",      "no-legal-hold",
                                             "key-not-destroyed",      "capacity-reserved",
                                             "unknown-lane",           "unknown-rule",
                                             "unknown-calendar",       "checks-open",
                                             "approvals-open",         "approval-missing",
                                             "unknown-approval",       "approval-is-decided",
                                             "not-an-approver",        "unknown-check",
                                             "problem-needs-tier",     "hand-over-open",
                                             "no-hand-over",           "no-such-placement",
                                             "unknown-link",           "column-not-empty",
                                             "manager-missing",        "no-promise",
                                             "not-permitted"}));
}

TEST(Refusal, AWipLimitSaysLimitCountAndTheWaysOut) {
  const RefusalText text =
      describe(WipLimitReached{test::kOps, test::onColumn("in-progress"), 5, 6});
  EXPECT_EQ(text.message, "Column in-progress of board OPS has a WIP limit of 5 and holds 6.");
  EXPECT_NE(text.wayOut.find("docket ticket move TICKET in-progress --override REASON"),
            std::string::npos);
  EXPECT_NE(text.wayOut.find("docket board limit OPS in-progress 7"), std::string::npos);
  EXPECT_EQ(text.facts,
            (std::vector<std::pair<std::string, std::string>>{
                {"board", "OPS"}, {"column", "in-progress"}, {"limit", "5"}, {"count", "6"}}));
}

TEST(Refusal, AnUnknownColumnListsWhatThereIs) {
  const RefusalText text =
      describe(UnknownColumn{test::kOps, ColumnId{"dong"}, {ColumnId{"to-do"}, ColumnId{"doing"}}});
  EXPECT_EQ(text.message, "Board OPS has no column 'dong'.");
  EXPECT_NE(text.wayOut.find("to-do, doing"), std::string::npos);
}

TEST(Refusal, WhyATicketIsBlockedIsAFactAndNotInTheMessage) {
  const RefusalText text =
      describe(TicketIsBlocked{test::ops(1), BlockerKind::supplier, "call Bob Berg"});
  EXPECT_EQ(text.message, "Ticket OPS-1 is blocked (supplier).");
  EXPECT_EQ(text.facts.back(), (std::pair<std::string, std::string>{"reason", "call Bob Berg"}));
}

TEST(Refusal, WhyALegalHoldStandsIsAFactAndNotInTheMessage) {
  const RefusalText text = describe(LegalHoldStands{SubjectId{"s-17"}, "Berg against us"});
  EXPECT_EQ(text.message, "A legal hold forbids erasing the subject 's-17'.");
  EXPECT_EQ(text.facts, (std::vector<std::pair<std::string, std::string>>{
                            {"subject", "s-17"}, {"reason", "Berg against us"}}));
}

TEST(Refusal, WhatSomeoneTypedIsShownInPartAndPlain) {
  const RefusalText text = describe(UnknownTemplate{"\x1B[2J" + std::string(1000, 'x')});
  EXPECT_LT(text.message.size(), 120U);
  EXPECT_EQ(text.message.find('\x1B'), std::string::npos);
}

}  // namespace
}  // namespace docket::domain
