#include "domain/types.h"

#include <gtest/gtest.h>

namespace docket::domain {
namespace {

TEST(TicketId, IsWrittenAsKeyAndNumber) {
  EXPECT_EQ((TicketId{BoardKey{"OPS"}, 42}.text()), "OPS-42");
}

TEST(TicketId, ParseTakesWhatTextMakes) {
  for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{42}, ~std::uint64_t{0}}) {
    const TicketId id{BoardKey{"A1"}, number};
    EXPECT_EQ(TicketId::parse(id.text()), id);
  }
}

TEST(TicketId, ParseRefusesEveryOtherSpelling) {
  for (const char* text :
       {"", "-", "OPS", "OPS-", "OPS-0", "OPS-01", "OPS--1", "OPS-+1", "OPS-1 ", " OPS-1", "ops-1",
        "O-1", "1PS-1", "OPS-1x", "OPS-18446744073709551616", "ELEVENCHARS-1", "O PS-1"}) {
    EXPECT_EQ(TicketId::parse(text), std::nullopt) << text;
  }
}

// Every value of an enumeration has a spelling of its own that parses back to it.
template <class Enum, class Parse>
void expectSpelled(int values, Parse parse) {
  for (int i = 0; i < values; ++i) {
    const auto value = static_cast<Enum>(i);
    EXPECT_NE(text(value), "unknown") << i;
    EXPECT_EQ(parse(text(value)), value) << text(value);
  }
  EXPECT_EQ(text(static_cast<Enum>(values)), "unknown") << "a value without a test";
  EXPECT_EQ(parse("unknown"), std::nullopt);
  EXPECT_EQ(parse(""), std::nullopt);
}

TEST(Types, EveryEnumerantHasOneSpelling) {
  expectSpelled<TicketType>(7, parseTicketType);
  expectSpelled<ServiceClass>(4, parseServiceClass);
  expectSpelled<ColumnCategory>(5, parseColumnCategory);
  expectSpelled<BlockerKind>(7, parseBlockerKind);
  expectSpelled<PullRule>(4, parsePullRule);
  expectSpelled<WaitsFor>(4, parseWaitsFor);
  expectSpelled<ChangeKind>(4, parseChangeKind);
  expectSpelled<Level>(4, parseLevel);
  expectSpelled<Priority>(6, parsePriority);
  expectSpelled<CynefinDomain>(5, parseCynefinDomain);
  expectSpelled<Channel>(6, parseChannel);
  expectSpelled<Direction>(2, parseDirection);
  expectSpelled<LinkKind>(6, parseLinkKind);
  expectSpelled<Verdict>(2, parseVerdict);
  expectSpelled<ResolutionKind>(6, parseResolutionKind);
  expectSpelled<Gate>(2, parseGate);
  expectSpelled<PromiseKind>(5, parsePromiseKind);
  expectSpelled<ReturnCause>(2, parseReturnCause);
  expectSpelled<Role>(6, parseRole);
}

TEST(Types, SpellingsOfSeveralWordsHaveDashes) {
  EXPECT_EQ(text(TicketType::serviceRequest), "service-request");
  EXPECT_EQ(text(ServiceClass::fixedDate), "fixed-date");
  EXPECT_EQ(parseTicketType("Service-Request"), std::nullopt);
}

TEST(Types, ACategoryIsQueuedUnderWayOrFinished) {
  EXPECT_FALSE(isUnderWay(ColumnCategory::queue) || isFinished(ColumnCategory::queue));
  EXPECT_TRUE(isUnderWay(ColumnCategory::active) && isUnderWay(ColumnCategory::waiting));
  EXPECT_TRUE(isFinished(ColumnCategory::resolved) && isFinished(ColumnCategory::closed));
}

}  // namespace
}  // namespace docket::domain
