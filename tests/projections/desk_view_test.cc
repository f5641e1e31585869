#include "projections/desk_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/projections/fixtures.h"
#include "tests/projections/random_session.h"

namespace docket::projections {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ViewUnderTest deskView() {
  ViewUnderTest view(std::make_unique<DeskView>());
  view.board(kOps, boardCreated(kOps)).board(kDev, boardCreated(kDev));
  return view;
}

domain::CalendarSet officeHours(std::string name) {
  domain::Calendar calendar;
  calendar.id = {"office-hours"};
  calendar.name = std::move(name);
  calendar.timeZone = "Europe/Berlin";
  calendar.weeklyHours[0] = {{8h, 17h}};
  return {calendar};
}

domain::PromisePolicySet gold(bool inUse) {
  domain::PromisePolicy policy;
  policy.id = {"gold"};
  policy.calendar = {"office-hours"};
  policy.targets = {{domain::PromiseKind::resolution, 4h}};
  policy.inUse = inUse;
  return {policy};
}

TEST(DeskView, ADefinitionIsAsItWasSetLast) {
  auto view = deskView();
  EXPECT_EQ(DeskView::definitionsAsOf(view.rows()), std::nullopt);
  view.desk(officeHours("Hours"), kMonday).desk(officeHours("Office hours"), kMonday + 1h);
  const auto desk = DeskView::definitions(view.rows());
  ASSERT_EQ(desk.calendars.size(), 1u);
  const domain::DefinedCalendar& calendar = desk.calendars.begin()->second;
  EXPECT_EQ(calendar.version, 1u);
  EXPECT_EQ(calendar.calendar, officeHours("Office hours").calendar);
  EXPECT_NE(calendar.workingTime, nullptr);
  EXPECT_EQ(DeskView::definitionsAsOf(view.rows()), 3u);
}

TEST(DeskView, APolicyTakenUpAgainIsInUseSinceThen) {
  auto view = deskView();
  const auto since = [&] { return DeskView::definitions(view.rows()).policies.at({"gold"}).since; };
  view.desk(gold(true), kMonday).desk(gold(true), kMonday + 1h);
  EXPECT_EQ(since(), kMonday);
  view.desk(gold(false), kMonday + 2h).desk(gold(true), kMonday + 3h);
  EXPECT_EQ(since(), kMonday + 3h);
}

TEST(DeskView, AnInboxHoldsWhatIsOfferedUntilItIsTakenOrReturned) {
  auto view = deskView();
  for (std::uint64_t number = 1; number <= 3; ++number) {
    view.ticket(ops(number), ticketOpened(ops(number)), kMonday);
  }
  view.ticket(ops(2), domain::HandOverOffered{kDev, "yours"}, kMonday + 2h);
  view.ticket(ops(1), domain::HandOverOffered{kDev, "yours"}, kMonday + 3h);
  view.ticket(ops(3), domain::HandOverOffered{kDev, "yours"}, kMonday + 1h);
  EXPECT_THAT(*DeskView::inbox(view.rows(), kDev),
              ElementsAre(WaitingOffer{ops(3), kMonday + 1h}, WaitingOffer{ops(2), kMonday + 2h},
                          WaitingOffer{ops(1), kMonday + 3h}));
  EXPECT_THAT(*DeskView::inbox(view.rows(), kOps), IsEmpty());
  EXPECT_EQ(DeskView::inbox(view.rows(), {"HR"}), std::nullopt);
  view.ticket(ops(2), domain::HandOverAccepted{kDev, inbox(), {}, 0, ""}, kMonday + 4h);
  view.ticket(ops(3), domain::HandOverReturned{kDev, "not ours", false}, kMonday + 4h);
  EXPECT_THAT(*DeskView::inbox(view.rows(), kDev), ElementsAre(WaitingOffer{ops(1), kMonday + 3h}));
}

TEST(DeskView, StopsAtADefinitionOfANewerProgram) {
  const DeskView view;
  MapRows rows;
  eventstore::Envelope envelope;
  envelope.streamKind = domain::codec::kCalendarStream;
  envelope.streamId = "office-hours";
  const domain::codec::DecodeError error{domain::codec::DecodeError::Code::unknownType,
                                         "CalendarShared", 1, 0, "unknown"};
  EXPECT_FALSE(view.applyUnread(envelope, error, rows));
  envelope.streamKind = domain::codec::kSubjectStream;
  envelope.streamId = "anna";
  EXPECT_TRUE(view.applyUnread(envelope, error, rows));
}

TEST(DeskView, DamagedRowsAreToldAndNeverShown) {
  auto view = deskView();
  view.desk(officeHours("Hours"), kMonday).ticket(ops(1), ticketOpened(ops(1)), kMonday);
  view.ticket(ops(1), domain::HandOverOffered{kDev, "yours"}, kMonday);
  for (const auto& [key, value] : view.rows().map()) {
    if (value.empty()) continue;
    MapRows damaged = view.rows();
    damaged.put(key, std::string_view(value).substr(0, value.size() - 1));
    EXPECT_THROW(
        {
          DeskView::definitions(damaged);
          DeskView::definitionsAsOf(damaged);
          DeskView::inbox(damaged, kDev);
        },
        ViewDamaged)
        << "key " << key;
  }
}

RC_GTEST_PROP(DeskViewProperty, DefinitionsAndInboxesEqualTheWorlds, ()) {
  ViewUnderTest view(std::make_unique<DeskView>());
  domain::World world;
  RandomSession session = drawSession(400);
  run(session, view, world);
  RC_ASSERT(DeskView::definitions(view.rows()) == world.desk());
  for (const domain::BoardKey& board : {kOps, kDev}) {
    const auto offers = DeskView::inbox(view.rows(), board).value();
    std::map<domain::TicketId, domain::Timestamp> inbox;
    for (const WaitingOffer& offer : offers) inbox.emplace(offer.ticket, offer.since);
    RC_ASSERT(inbox == world.find(board)->inbox);
  }
}

}  // namespace
}  // namespace docket::projections
