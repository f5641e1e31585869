#include "projections/audit_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "domain/ticket.h"
#include "tests/projections/fixtures.h"

namespace docket::projections {
namespace {

using namespace testing;
using eventstore::Position;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditViewTest : public ::testing::Test {
 protected:
  std::vector<std::uint64_t> find(const AuditFilter& filter) {
    std::vector<std::uint64_t> positions;
    for (const AuditEntry& entry : entries(filter)) positions.push_back(entry.position.value);
    return positions;
  }

  std::vector<AuditEntry> entries(const AuditFilter& filter) {
    if (!engine_) {
      engine_ = openEngine(folder_.path() / "views", log_, only(std::make_unique<AuditView>()));
      engine_->start();
    }
    EXPECT_TRUE(atHead(*engine_, log_, "audit"));
    const auto view = engine_->snapshot("audit");
    auto found = AuditView::find(*view->rows, log_.log(), filter);
    EXPECT_TRUE(found) << found.error().message;
    return std::move(*found);
  }

  TemporaryFolder folder_;
  TestLog log_{folder_.path() / "log"};
  std::unique_ptr<Engine> engine_;
};

TEST_F(AuditViewTest, AnEntrySaysWhoDidWhatWhenAndThroughWhichDoor) {
  log_.board(kOps, boardCreated(kOps));
  log_.actAs("anna", "bob");
  log_.ticket(ops(1), ticketOpened(ops(1)), kMonday - 1h);
  AuditFilter filter;
  filter.ticket = ops(1);
  const auto found = entries(filter);
  ASSERT_EQ(found.size(), 1u);
  const AuditEntry& entry = found[0];
  EXPECT_EQ(entry.position, Position{1});
  EXPECT_EQ(entry.version.value, 0u);
  EXPECT_EQ(entry.stream, "ticket/OPS-1");
  EXPECT_EQ(entry.type, "TicketOpened");
  EXPECT_EQ(entry.actor, "anna");
  EXPECT_EQ(entry.onBehalfOf, "bob");
  EXPECT_EQ(entry.occurredAt, kMonday - 1h);
  EXPECT_EQ(entry.recordedAt, kMonday + 2s);
  EXPECT_EQ(entry.origin, eventstore::Origin::rpc);
  EXPECT_FALSE(entry.commandId.isZero());
  EXPECT_EQ(entry.summary, domain::describe(domain::TicketEvent{ticketOpened(ops(1))}));
}

TEST_F(AuditViewTest, AnEmptyLogHasNothingToFind) {
  EXPECT_THAT(find({}), IsEmpty());
  AuditFilter filter;
  filter.newestFirst = true;
  EXPECT_THAT(find(filter), IsEmpty());
}

TEST_F(AuditViewTest, ThePersonActedForIsFoundLikeTheActor) {
  log_.actAs("anna");
  log_.ticket(ops(1), ticketOpened(ops(1)));
  log_.actAs("bob", "anna");
  log_.ticket(ops(2), ticketOpened(ops(2)));
  log_.actAs("bob", "bob");
  log_.ticket(ops(3), ticketOpened(ops(3)));
  AuditFilter filter;
  filter.actor = "anna";
  EXPECT_THAT(find(filter), ElementsAre(0, 1));
  filter.actor = "bob";
  EXPECT_THAT(find(filter), ElementsAre(1, 2));
  filter.actor = "bo";
  EXPECT_THAT(find(filter), IsEmpty());
}

TEST_F(AuditViewTest, ABoardIsItselfAndTheTicketsAtHomeOnIt) {
  log_.board(kOps, boardCreated(kOps));
  log_.board(kDev, boardCreated(kDev));
  log_.ticket(ops(1), ticketOpened(ops(1)));
  log_.ticket({kDev, 1}, ticketOpened({kDev, 1}));
  AuditFilter filter;
  filter.board = kOps;
  EXPECT_THAT(find(filter), ElementsAre(0, 2));
}

TEST_F(AuditViewTest, AnEventOfANewerProgramIsShownAllTheSame) {
  log_.ticket(ops(1), ticketOpened(ops(1)));
  log_.actAs("eve");
  log_.raw("ticket/OPS-1", "TicketTeleported", 3, {});
  log_.actAs("anna");
  log_.ticket(ops(1), domain::CommentAdded{"later", false});
  AuditFilter filter;
  filter.actor = "eve";
  EXPECT_THAT(find(filter), ElementsAre(1)) << "the index has it too";
  filter.actor.clear();
  filter.ticket = ops(1);
  const auto found = entries(filter);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[1].type, "TicketTeleported");
  EXPECT_EQ(found[1].actor, "eve");
  EXPECT_THAT(found[1].summary,
              ::testing::HasSubstr("unknown to this version of the server (schema version 3)"));
}

TEST_F(AuditViewTest, NothingBeyondTheViewsPositionIsShown) {
  log_.ticket(ops(1), ticketOpened(ops(1)));
  ASSERT_THAT(find({}), ElementsAre(0));
  const auto view = engine_->snapshot("audit");
  log_.ticket(ops(1), domain::CommentAdded{"later", false});
  ASSERT_TRUE(atHead(*engine_, log_, "audit"));
  AuditFilter ofTicket;
  ofTicket.ticket = ops(1);
  for (const AuditFilter& filter : {AuditFilter{}, ofTicket}) {
    EXPECT_EQ(AuditView::find(*view->rows, log_.log(), filter)->size(), 1u);
  }
}

TEST_F(AuditViewTest, ExtremeTimesAreAnswered) {
  log_.ticket(ops(1), ticketOpened(ops(1)));
  AuditFilter filter;
  filter.from = eventstore::Timestamp::min();
  filter.to = eventstore::Timestamp::max();
  EXPECT_THAT(find(filter), ElementsAre(0));
  filter.from = eventstore::Timestamp::max();
  EXPECT_THAT(find(filter), IsEmpty());
  filter.from = eventstore::Timestamp::min();
  filter.to = eventstore::Timestamp::min();
  EXPECT_THAT(find(filter), IsEmpty());
}

// --- Against a filter that reads the whole log
// ----------------------------------------------------

std::vector<std::uint64_t> bruteForce(const eventstore::Log& log, const AuditFilter& filter) {
  std::vector<std::uint64_t> found;
  eventstore::LogReader reader = log.readAll();
  for (auto event = reader.next(); *event != nullptr; event = reader.next()) {
    const eventstore::Envelope& e = (*event)->envelope;
    const std::string stream = e.stream().text();
    if (filter.ticket && stream != "ticket/" + filter.ticket->text()) continue;
    if (filter.board && stream != "board/" + filter.board->value &&
        !stream.starts_with("ticket/" + filter.board->value + "-")) {
      continue;
    }
    if (!filter.actor.empty() && e.actor != filter.actor && e.onBehalfOf != filter.actor) continue;
    if (!filter.type.empty() && e.type != filter.type) continue;
    if (filter.from && e.recordedAt < *filter.from) continue;
    if (filter.to && e.recordedAt >= *filter.to) continue;
    if (filter.after && !filter.newestFirst && e.position <= *filter.after) continue;
    if (filter.after && filter.newestFirst && e.position >= *filter.after) continue;
    found.push_back(e.position.value);
  }
  if (filter.newestFirst) std::reverse(found.begin(), found.end());
  found.resize(std::min(found.size(), filter.limit));
  return found;
}

class AuditProperty : public AuditViewTest {
 protected:
  static constexpr int kEvents = 120;

  void fillLog() {
    const std::vector<std::string> people{"anna", "bob", "carl"};
    for (int i = 0; i < kEvents; ++i) {
      if (i % 10 == 0) log_.release();
      log_.hold();
      log_.actAs(*rc::gen::elementOf(people), *rc::gen::element<std::string>("", "anna", "dora"));
      log_.passTime(*rc::gen::element(0s, 20s, 59s, 60s, 200s));
      const domain::BoardKey board = *rc::gen::element(kOps, kDev, domain::BoardKey{"OPS2"});
      const domain::TicketId id{board, *rc::gen::inRange<std::uint64_t>(1, 12)};
      switch (*rc::gen::inRange(0, 4)) {
        case 0:
          log_.board(board, columnLimitSet("doing", 1, 2));
          break;
        case 1:
          log_.ticket(id, ticketOpened(id));
          break;
        case 2:
          log_.ticket(id, domain::CommentAdded{"text", false});
          break;
        default:
          log_.ticket(id, domain::TicketAssigned{{"x"}, {"y"}});
          break;
      }
    }
    log_.release();
  }

  eventstore::Timestamp someTime() const {
    const auto span = (log_.now() - kMonday).count();
    const auto time = kMonday + std::chrono::microseconds(
                                    *rc::gen::inRange<std::int64_t>(-1'000'000, span + 2'000'000));
    return *rc::gen::arbitrary<bool>() ? time : std::chrono::floor<std::chrono::minutes>(time);
  }

  AuditFilter someFilter() const {
    AuditFilter filter;
    const auto sometimes = [] { return *rc::gen::inRange(0, 3) == 0; };
    if (sometimes()) filter.ticket = {kOps, *rc::gen::inRange<std::uint64_t>(1, 13)};
    if (sometimes()) filter.board = *rc::gen::element(kOps, kDev, domain::BoardKey{"NONE"});
    if (sometimes()) filter.actor = *rc::gen::element<std::string>("anna", "bob", "dora", "nobody");
    if (sometimes()) {
      filter.type = *rc::gen::element<std::string>("LimitSet", "CommentAdded", "NoSuchType");
    }
    if (sometimes()) filter.from = someTime();
    if (sometimes()) filter.to = someTime();
    if (sometimes()) filter.after = Position{*rc::gen::inRange<std::uint64_t>(0, kEvents + 5)};
    filter.newestFirst = *rc::gen::arbitrary<bool>();
    filter.limit = *rc::gen::element<std::size_t>(0, 1, 5, 1000);
    return filter;
  }
};

RC_GTEST_FIXTURE_PROP(AuditProperty, FindsWhatAFilterOverTheWholeLogFinds, ()) {
  fillLog();
  for (int i = 0; i < 40; ++i) {
    const AuditFilter filter = someFilter();
    RC_ASSERT(find(filter) == bruteForce(log_.log(), filter));
  }
}

}  // namespace
}  // namespace docket::projections
