#include "domain/subject.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "domain/world.h"
#include "tests/domain/choices.h"
#include "tests/domain/desk.h"

namespace docket::domain {
namespace {

using test::codes;
using test::refusedWith;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const SubjectId kAnna{"anna"};

Subject after(const std::vector<SubjectEvent>& events) {
  Subject subject;
  for (const SubjectEvent& event : events) evolve(subject, event);
  return subject;
}

// Given events, when a command: then events, or the codes of its refusals.
struct Case {
  const char* name;
  std::vector<SubjectEvent> given;
  SubjectCommand when;
  std::vector<SubjectEvent> then;
  std::vector<std::string> refused;
};

TEST(SubjectDecider, Rules) {
  const SubjectErased erased{"asked for"};
  const LegalHoldPlaced held{"case 7"};
  const LegalHoldLifted lifted{"settled"};
  const EraseSubject erase{kAnna, "asked for"};
  const PlaceLegalHold place{kAnna, "case 7"};
  const LiftLegalHold lift{kAnna, "settled"};
  const std::vector<Case> cases = {
      {"anybody may be erased", {}, erase, {erased}, {}},
      {"a hold refuses erasure", {held}, erase, {}, {"legal-hold-stands"}},
      {"a lifted hold does not", {held, lifted}, erase, {erased}, {}},
      {"a hold placed again does", {held, lifted, held}, erase, {}, {"legal-hold-stands"}},
      {"twice is refused", {erased}, erase, {}, {"subject-is-erased"}},
      {"anybody may be held", {}, place, {held}, {}},
      {"held twice is nothing", {held}, place, {}, {"nothing-to-change"}},
      {"the erased cannot be held", {erased}, place, {}, {"subject-is-erased"}},
      {"a hold is lifted", {held}, lift, {lifted}, {}},
      {"no hold, nothing to lift", {}, lift, {}, {"no-legal-hold"}},
      {"lifted twice is refused", {held, lifted}, lift, {}, {"no-legal-hold"}},
      {"a reason is needed", {}, EraseSubject{kAnna, ""}, {}, {"field-invalid"}},
      {"a hold needs one", {}, PlaceLegalHold{kAnna, ""}, {}, {"field-invalid"}},
      {"lifting needs one", {held}, LiftLegalHold{kAnna, ""}, {}, {"field-invalid"}},
      {"a subject is needed", {}, EraseSubject{{}, "asked for"}, {}, {"field-invalid"}},
      {"and one that can be shown", {}, EraseSubject{{"a b"}, "x"}, {}, {"field-invalid"}},
      {"every rule is reported",
       {held},
       EraseSubject{kAnna, ""},
       {},
       {"field-invalid", "legal-hold-stands"}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    const auto decided = decide(after(one.given), one.when);
    EXPECT_EQ(refusedWith(decided), one.refused);
    EXPECT_EQ(decided.value_or(std::vector<SubjectEvent>{}), one.then);
  }
}

TEST(SubjectDecider, TheHoldsReasonIsAFactOfTheRefusal) {
  const auto refused = decide(after({LegalHoldPlaced{"case 7"}}), EraseSubject{kAnna, "asked for"});
  ASSERT_FALSE(refused);
  const auto* stands = std::get_if<LegalHoldStands>(&refused.error().at(0));
  ASSERT_NE(stands, nullptr);
  EXPECT_EQ(stands->subject, kAnna);
  EXPECT_EQ(stands->reason, "case 7");
}

TEST(Subject, TheVersionIsThatOfTheLastEvent) {
  EXPECT_FALSE(after({}).exists);
  EXPECT_EQ(after({LegalHoldPlaced{"a"}}).version, 0U);
  EXPECT_EQ(after({LegalHoldPlaced{"a"}, LegalHoldLifted{"b"}}).version, 1U);
}

TEST(Subject, NoLineOfTheAuditQuotesAReason) {
  for (const SubjectEvent& event : std::vector<SubjectEvent>{
           SubjectErased{"Berg"}, LegalHoldPlaced{"Berg"}, LegalHoldLifted{"Berg"}}) {
    EXPECT_EQ(describe(event).find("Berg"), std::string::npos) << describe(event);
  }
}

TEST(World, KnowsWhoWasHeldOrErased) {
  World world;
  EXPECT_EQ(world.subject(kAnna), Subject{});
  world.apply(kAnna, SubjectEvent{SubjectErased{"asked for"}});
  EXPECT_TRUE(world.subject(kAnna).erased);
  EXPECT_FALSE(world.subject(SubjectId{"ben"}).erased);
  EXPECT_THAT(world.boards(), IsEmpty());
}

// Whatever the history: a decision neither crashes nor erases who is held or erased.
RC_GTEST_PROP(SubjectProperties, NobodyHeldOrErasedIsErased, ()) {
  test::Choices choices(test::drawNumbers(60));
  Subject subject;
  do {
    const auto decided = decide(subject, EraseSubject{kAnna, "asked for"});
    RC_ASSERT(decided.has_value() == (!subject.erased && !subject.legalHold));
    evolve(subject, choices.subjectEvent());
  } while (!choices.exhausted());
}

}  // namespace
}  // namespace docket::domain
