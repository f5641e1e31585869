// Commands on boards and on what the desk has once: from the wire to the domain, field by field.
#include <gmock/gmock.h>

#include "server/wire_values.h"
#include "tests/server/wire_commands.h"

namespace docket::server {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using Board = api::BoardCommand;
using FillBoard = std::function<void(Board::Builder)>;

template <class Command>
Command boardCommand(const FillBoard& fill) {
  return bodyOf<Command, domain::BoardCommand>(readWire<Board>(fill));
}

TEST(MappingBoard, SetLimitOnAColumnWhenNoScopeIsGiven) {
  const auto set = boardCommand<domain::SetLimit>([](Board::Builder command) {
    command.initSetLimit().setBoard("OPS");
    command.getSetLimit().setColumn("doing");
    command.getSetLimit().setLimit(4);
  });
  EXPECT_EQ(set.scope.kind, domain::LimitKind::column);
  EXPECT_EQ(set.scope.column.value, "doing");
  EXPECT_EQ(set.limit, 4u);
}

TEST(MappingBoard, SetLimitOnEveryScope) {
  const auto scope = [](const std::function<void(api::LimitScope::Builder)>& fill) {
    return boardCommand<domain::SetLimit>([&](Board::Builder command) {
             command.initSetLimit().setColumn("elsewhere");
             fill(command.getSetLimit().initScope());
           })
        .scope;
  };
  using domain::LimitKind;
  domain::LimitScope wanted;
  wanted.kind = LimitKind::column;
  wanted.column = {"doing"};
  EXPECT_EQ(scope([](auto in) { in.setColumn("doing"); }), wanted);
  wanted.kind = LimitKind::cell;
  wanted.lane = {"fast"};
  EXPECT_EQ(scope([](auto in) {
              in.initCell().setColumn("doing");
              in.getCell().setLane("fast");
            }),
            wanted);
  wanted = {};
  wanted.kind = LimitKind::lane;
  wanted.lane = {"fast"};
  EXPECT_EQ(scope([](auto in) { in.setLane("fast"); }), wanted);
  wanted = {};
  wanted.kind = LimitKind::person;
  EXPECT_EQ(scope([](auto in) { in.setPerson(""); }), wanted) << "each person";
  wanted.person = {"anna"};
  EXPECT_EQ(scope([](auto in) { in.setPerson("anna"); }), wanted);
  wanted = {};
  wanted.kind = LimitKind::type;
  wanted.type = domain::TicketType::defect;
  EXPECT_EQ(scope([](auto in) { in.setType("defect"); }), wanted);
  wanted = {};
  wanted.kind = LimitKind::serviceClass;
  wanted.serviceClass = domain::ServiceClass::intangible;
  EXPECT_EQ(scope([](auto in) { in.setClass("intangible"); }), wanted);
  wanted = {};
  wanted.kind = LimitKind::board;
  EXPECT_EQ(scope([](auto in) { in.setBoard(); }), wanted);
}

TEST(MappingBoard, Columns) {
  const auto add = boardCommand<domain::AddColumn>([](Board::Builder command) {
    command.initAddColumn().setBoard("OPS");
    auto column = command.getAddColumn().initColumn();
    column.setName("Waiting");
    column.setCategory("waiting");
    column.setWaitsFor("supplier");
    column.setWipLimit(3);
    command.getAddColumn().setAt(0);
  });
  EXPECT_EQ(add.board.value, "OPS");
  EXPECT_EQ(add.column.name, "Waiting");
  EXPECT_EQ(add.column.waitsFor, domain::WaitsFor::supplier);
  EXPECT_EQ(add.column.wipLimit, 3u);
  EXPECT_EQ(add.at, 0u);
  const auto atTheEnd = boardCommand<domain::AddColumn>(
      [](Board::Builder command) { command.initAddColumn().initColumn().setCategory("queue"); });
  EXPECT_EQ(atTheEnd.at, std::nullopt);
  EXPECT_EQ(atTheEnd.column.waitsFor, domain::WaitsFor::nothing);

  const auto same = boardCommand<domain::ChangeColumn>(
      [](Board::Builder command) { command.initChangeColumn().setColumn("doing"); });
  EXPECT_FALSE(same.name || same.category || same.waitsFor || same.makeDefaultDrop);
  const auto change = boardCommand<domain::ChangeColumn>([](Board::Builder command) {
    auto in = command.initChangeColumn();
    in.setBoard("OPS");
    in.setColumn("doing");
    in.setName("In work");
    in.setCategory("waiting");
    in.setWaitsFor("nothing");
    in.setMakeDefaultDrop(true);
  });
  EXPECT_EQ(change.name, "In work");
  EXPECT_EQ(change.category, domain::ColumnCategory::waiting);
  EXPECT_EQ(change.waitsFor, domain::WaitsFor::nothing);
  EXPECT_TRUE(change.makeDefaultDrop);

  const auto move = boardCommand<domain::MoveColumn>([](Board::Builder command) {
    command.initMoveColumn().setId("doing");
    command.getMoveColumn().setTo(2);
  });
  EXPECT_EQ(move.column.value, "doing");
  EXPECT_EQ(move.to, 2u);
  const auto remove = boardCommand<domain::RemoveColumn>(
      [](Board::Builder command) { command.initRemoveColumn().setId("doing"); });
  EXPECT_EQ(remove.column.value, "doing");
}

TEST(MappingBoard, Lanes) {
  const auto add = boardCommand<domain::AddLane>([](Board::Builder command) {
    auto lane = command.initAddLane().initLane();
    lane.setName("Fast");
    lane.initClasses(1).set(0, "expedite");
  });
  EXPECT_EQ(add.lane.name, "Fast");
  EXPECT_THAT(add.lane.classes, ElementsAre(domain::ServiceClass::expedite));
  EXPECT_EQ(add.at, std::nullopt);
  const auto same = boardCommand<domain::ChangeLane>([](Board::Builder command) {
    command.initChangeLane().setLane("fast");
    command.getChangeLane().initClasses(1).set(0, "expedite");
  });
  EXPECT_FALSE(same.name || same.classes) << "classes do not count unless it is said";
  const auto emptied = boardCommand<domain::ChangeLane>([](Board::Builder command) {
    command.initChangeLane().setName("Slow");
    command.getChangeLane().setSetClasses(true);
  });
  EXPECT_EQ(emptied.name, "Slow");
  EXPECT_EQ(emptied.classes, std::vector<domain::ServiceClass>{});
  const auto move = boardCommand<domain::MoveLane>([](Board::Builder command) {
    command.initMoveLane().setId("fast");
    command.getMoveLane().setTo(1);
  });
  EXPECT_EQ(move.lane.value, "fast");
  EXPECT_EQ(move.to, 1u);
  const auto remove = boardCommand<domain::RemoveLane>(
      [](Board::Builder command) { command.initRemoveLane().setId("fast"); });
  EXPECT_EQ(remove.lane.value, "fast");
}

TEST(MappingBoard, Policy) {
  const auto plain = boardCommand<domain::SetPolicy>(
      [](Board::Builder command) { command.initSetPolicy().setBoard("OPS"); });
  EXPECT_EQ(plain.policy, domain::BoardPolicy{}) << "the defaults of the wire are the domain's";
  const auto set = boardCommand<domain::SetPolicy>([](Board::Builder command) {
    auto policy = command.initSetPolicy().initPolicy();
    policy.setAllowsOverride(false);
    policy.setExpediteLimit(2);
    policy.setIntangibleMin(1);
    policy.setIntangibleOf(5);
    policy.setFixedDateLeadTime(3600);
    auto reservations = policy.initReservations(2);
    reservations[0].setType("defect");
    reservations[0].setCards(3);
    reservations[1].setClass("expedite");
  });
  EXPECT_FALSE(set.policy.allowsOverride);
  EXPECT_EQ(set.policy.expediteLimit, 2u);
  EXPECT_EQ(set.policy.intangibleMin, 1u);
  EXPECT_EQ(set.policy.intangibleOf, 5u);
  EXPECT_EQ(set.policy.fixedDateLeadTime, 1h);
  EXPECT_THAT(set.policy.reservations,
              ElementsAre(domain::Reservation{domain::TicketType::defect, {}, 3},
                          domain::Reservation{{}, domain::ServiceClass::expedite, 0}));
}

TEST(MappingBoard, RulesWithEveryAction) {
  const auto rule = [](const std::function<void(api::Rule::Action::Builder)>& fill) {
    return boardCommand<domain::SetRule>([&](Board::Builder command) {
             auto in = command.initSetRule().initRule();
             in.setId("one");
             in.setOnEntry("doing");
             fill(in.initAction());
           })
        .rule;
  };
  const auto offer = rule([](auto action) { action.setOfferHandOverTo("DEV"); });
  EXPECT_EQ(offer.id.value, "one");
  EXPECT_EQ(offer.onEntry.value, "doing");
  EXPECT_EQ(offer.type, std::nullopt);
  EXPECT_EQ(offer.action, domain::RuleAction(domain::OfferHandOverTo{{"DEV"}}));
  EXPECT_EQ(rule([](auto action) { action.setAssignToTeam("net"); }).action,
            domain::RuleAction(domain::AssignToTeam{{"net"}}));
  EXPECT_EQ(rule([](auto action) { action.setAddRequiredCheck("tested"); }).action,
            domain::RuleAction(domain::AddRequiredCheck{"tested"}));
  EXPECT_EQ(rule([](auto action) { action.setMoveToColumn("done"); }).action,
            domain::RuleAction(domain::MoveToColumn{{"done"}}));
  EXPECT_EQ(rule([](auto action) { action.setReturnHome("fixed"); }).action,
            domain::RuleAction(domain::ReturnHome{"fixed"}));
  const auto remove = boardCommand<domain::RemoveRule>(
      [](Board::Builder command) { command.initRemoveRule().setId("one"); });
  EXPECT_EQ(remove.rule.value, "one");
}

TEST(MappingBoard, Roles) {
  const auto set = boardCommand<domain::SetRoles>([](Board::Builder command) {
    command.initSetRoles().setSubject("anna");
    auto grants = command.getSetRoles().initGrants(2);
    grants[0].setRole("manager");
    grants[1].setRole("agent");
    grants[1].initUntil().setAt(5);
  });
  EXPECT_EQ(set.subject.value, "anna");
  EXPECT_THAT(set.grants, ElementsAre(domain::Grant{domain::Role::manager, {}},
                                      domain::Grant{domain::Role::agent, domain::Timestamp{5us}}));
}

TEST(MappingBoard, BadValuesAreRefusedByField) {
  const struct {
    const char* field;
    FillBoard fill;
  } cases[] = {
      {"scope.type", [](Board::Builder c) { c.initSetLimit().initScope().setType("bug"); }},
      {"scope.cell.lane",
       [](Board::Builder c) { c.initSetLimit().initScope().initCell().setLane("\xff"); }},
      {"column.category", [](Board::Builder c) { c.initAddColumn(); }},
      {"at",
       [](Board::Builder c) {
         c.initAddColumn().initColumn().setCategory("queue");
         c.getAddColumn().setAt(-2);
       }},
      {"waitsFor", [](Board::Builder c) { c.initChangeColumn().setWaitsFor("rain"); }},
      {"id", [](Board::Builder c) { c.initMoveColumn().setId("\xff"); }},
      {"lane.classes",
       [](Board::Builder c) { c.initAddLane().initLane().initClasses(1).set(0, "slow"); }},
      {"policy.fixedDateLeadTime",
       [](Board::Builder c) {
         c.initSetPolicy().initPolicy().setFixedDateLeadTime(
             std::numeric_limits<std::uint64_t>::max());
       }},
      {"policy.reservations",
       [](Board::Builder c) { c.initSetPolicy().initPolicy().initReservations(1'000'000); }},
      {"rule.type", [](Board::Builder c) { c.initSetRule().initRule().setType("bug"); }},
      {"grants.role", [](Board::Builder c) { c.initSetRoles().initGrants(1); }},
      {"grants", [](Board::Builder c) { c.initSetRoles().initGrants(101); }},
      {"columns", [](Board::Builder c) { c.initCreate().initColumns(101); }},
  };
  for (const auto& broken : cases) {
    EXPECT_THAT(invalidFields(readWire<Board>(broken.fill)), ElementsAre(broken.field));
  }
}

// --- The desk ------------------------------------------------------------------------------------

using Desk = api::DeskCommand;
using FillDesk = std::function<void(Desk::Builder)>;

template <class Command>
Command deskCommand(const FillDesk& fill) {
  return bodyOf<Command, domain::DeskCommand>(readWire<Desk>(fill));
}

domain::Calendar wholeCalendar() {
  using namespace std::chrono;
  domain::Calendar calendar;
  calendar.id = {"office-hours"};
  calendar.name = "Office hours";
  calendar.timeZone = "Europe/Berlin";
  calendar.weeklyHours[0] = {{8h, 12h}, {13h, 17h}};
  calendar.weeklyHours[6] = {domain::kAllDay};
  calendar.weeklyBreaks[0] = {{9h, 9h + 15min}};
  calendar.holidays = {2026y / December / 24};
  calendar.yearlyHolidays = {December / 25, February / 29};
  calendar.breaks = {{2026y / March / 2, {{14h, 15h}}}};
  calendar.shifts = {{2026y / March / 7, {{8h, 10h}}}};
  return calendar;
}

// What is shown of a definition can be sent back as it is.
TEST(MappingDesk, DefinitionsComeAcrossAsTheyAreShown) {
  domain::DeskDefinitions desk;
  desk.calendars[{"office-hours"}].calendar = wholeCalendar();
  domain::PromisePolicy policy;
  policy.id = {"gold"};
  policy.name = "Gold";
  policy.selector = {
      {"OPS"}, domain::TicketType::incident, domain::Priority::p1, {"e-mail"}, "ACME"};
  policy.calendar = {"office-hours"};
  policy.targets = {{domain::PromiseKind::firstResponse, 1h, 0, false},
                    {domain::PromiseKind::resolution, 8h, 75, true}};
  policy.inUse = false;
  desk.policies[{"gold"}].policy = policy;
  const domain::Service service{{"e-mail"}, "E-mail", {"network"}, "Postbox Ltd"};
  desk.services[{"e-mail"}].service = service;
  desk.services[{"e-mail"}].version = 3;

  capnp::MallocMessageBuilder message;
  auto shown = message.initRoot<api::DeskDefinitions>();
  writeDesk(desk, shown);
  const auto reader = shown.asReader();
  EXPECT_EQ(reader.getServices()[0].getVersion(), 3u);
  const auto calendar = deskCommand<domain::SetCalendar>(
      [&](Desk::Builder c) { c.setSetCalendar(reader.getCalendars()[0].getIs()); });
  EXPECT_EQ(calendar.calendar, wholeCalendar());
  const auto gold = deskCommand<domain::SetPromisePolicy>(
      [&](Desk::Builder c) { c.setSetPromisePolicy(reader.getPolicies()[0].getIs()); });
  EXPECT_EQ(gold.policy, policy);
  const auto mail = deskCommand<domain::SetService>(
      [&](Desk::Builder c) { c.setSetService(reader.getServices()[0].getIs()); });
  EXPECT_EQ(mail.service, service);
}

TEST(MappingDesk, APolicyOfFewWordsSelectsAll) {
  const auto set = deskCommand<domain::SetPromisePolicy>(
      [](Desk::Builder c) { c.initSetPromisePolicy().initTargets(1)[0].setKind("resolution"); });
  EXPECT_EQ(set.policy.selector, domain::PromiseSelector{});
  EXPECT_TRUE(set.policy.inUse);
  EXPECT_EQ(set.policy.targets.at(0).warnAtPercent, 75);
  EXPECT_TRUE(set.policy.targets.at(0).pausesForCustomer);
}

TEST(MappingDesk, BadValuesAreRefusedByField) {
  const auto holiday = [](const char* date) {
    return [date](Desk::Builder c) { c.initSetCalendar().initHolidays(1).set(0, date); };
  };
  const struct {
    const char* field;
    FillDesk fill;
  } cases[] = {
      {"id", [](Desk::Builder c) { c.initSetCalendar().setId("\xff"); }},
      {"weeklyHours", [](Desk::Builder c) { c.initSetCalendar().initWeeklyHours(6); }},
      {"weeklyBreaks",
       [](Desk::Builder c) {
         c.initSetCalendar().initWeeklyBreaks(7).init(
             0, static_cast<unsigned>(domain::kWindowsADayMax + 1));
       }},
      {"holidays", holiday("2026-02-29")},
      {"holidays", holiday("2026-1-1")},
      {"holidays", holiday("2026-12-24 ")},
      {"holidays", holiday("+026-12-24")},
      {"holidays",
       [](Desk::Builder c) {
         c.initSetCalendar().initHolidays(static_cast<unsigned>(domain::kDatesAListMax + 1));
       }},
      {"yearlyHolidays",
       [](Desk::Builder c) { c.initSetCalendar().initYearlyHolidays(1).set(0, "13-01"); }},
      {"breaks.date",
       [](Desk::Builder c) { c.initSetCalendar().initBreaks(1)[0].setDate("today"); }},
      {"priority", [](Desk::Builder c) { c.initSetPromisePolicy().setPriority("p9"); }},
      {"targets.kind", [](Desk::Builder c) { c.initSetPromisePolicy().initTargets(1); }},
      {"targets", [](Desk::Builder c) { c.initSetPromisePolicy().initTargets(101); }},
      {"team", [](Desk::Builder c) { c.initSetService().setTeam("\xff"); }},
  };
  for (const auto& broken : cases) {
    EXPECT_THAT(invalidFields(readWire<Desk>(broken.fill)), ElementsAre(broken.field));
  }
}

TEST(MappingDesk, ACommandHasAFingerprintOfItsOwnKind) {
  const auto board = readWire<Board>([](Board::Builder c) { c.initCreate(); });
  const auto desk = readWire<Desk>([](Desk::Builder c) { c.initSetCalendar(); });
  ASSERT_TRUE(board && desk);
  EXPECT_NE(board->fingerprint, desk->fingerprint);
}

}  // namespace
}  // namespace docket::server
