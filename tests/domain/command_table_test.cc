// Every command against every state of a ticket: command_table.md beside this file, which is meant
// to be read. After a change that was meant, run with DOCKET_WRITE_TABLE=1 and read what changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

#include "tests/domain/calendars.h"
#include "tests/domain/deciding.h"
#include "tests/domain/event_names.h"

namespace docket::domain {
namespace {

using namespace test;

const SubjectId kRequester{"rita"};

// --- Commands
// --------------------------------------------------------------------------------------

struct Row {
  const char* name;
  TicketCommand command;
  SubjectId actor = kAnna;
  bool isSystem = false;
};

ClassifyTicket classify(void (*change)(ClassifyTicket&)) {
  ClassifyTicket command;
  command.ticket = ops(1);
  change(command);
  return command;
}

std::vector<Row> placementRows() {
  return {
      {"OpenTicket (another one)", OpenTicket{kOps, {}, {}, {}, "Another"}},
      {"MoveTicket to inbox (queue)", MoveTicket{ops(1), column("inbox")}},
      {"MoveTicket to in-progress (active)", MoveTicket{ops(1), column("in-progress")}},
      {"MoveTicket to waiting-on-customer", MoveTicket{ops(1), column("waiting-on-customer")}},
      {"MoveTicket to requires-further-support (waiting for a team)",
       MoveTicket{ops(1), column("requires-further-support")}},
      {"MoveTicket to done (resolved)", MoveTicket{ops(1), column("done")}},
      {"MoveTicket to closed", MoveTicket{ops(1), column("closed")}},
      {"MoveTicket on DEV to plan (active)", MoveTicket{ops(1), column("plan"), kDev}},
      {"MoveTicket on DEV to done (resolved)", MoveTicket{ops(1), column("done"), kDev}},
      {"PullNext", PullNext{kOps}},
      {"PullNext on DEV", PullNext{kDev}},
      {"CommitTicket", CommitTicket{ops(1)}},
      {"RecordHistory (of another ticket)", RecordHistory{kOps, "SR-1", {}, "x", {}, 0, "Opened"}},
  };
}

std::vector<Row> workRows() {
  return {
      {"AssignTicket to a person", AssignTicket{ops(1), kBob}},
      {"AssignTicket to a team", AssignTicket{ops(1), std::nullopt, TeamId{"network"}}},
      {"AssignTicket on DEV", AssignTicket{ops(1), kBob, std::nullopt, kDev}},
      {"EscalateTicket to 2", EscalateTicket{ops(1), Tier::second, ""}},
      {"EscalateTicket to 3 with a note", EscalateTicket{ops(1), Tier::third, "tried all"}},
      {"EditTicket title", EditTicket{ops(1), "New"}},
      {"EditTicket requester", EditTicket{ops(1), std::nullopt, std::nullopt, kAnna}},
      {"ClassifyTicket as expedite",
       classify([](ClassifyTicket& c) { c.serviceClass = ServiceClass::expedite; })},
      {"ClassifyTicket as a problem",
       classify([](ClassifyTicket& c) { c.type = TicketType::problem; })},
      {"ClassifyTicket as an emergency change", classify([](ClassifyTicket& c) {
         c.type = TicketType::change;
         c.changeKind = ChangeKind::emergency;
       })},
      {"BlockTicket", BlockTicket{ops(1), BlockerKind::supplier, "no toner"}},
      {"UnblockTicket", UnblockTicket{ops(1), ""}},
      {"AddComment, internal", AddComment{ops(1), "hm", false}},
      {"AddComment, public, by the desk", AddComment{ops(1), "hello", true}},
      {"AddComment, public, by the requester", AddComment{ops(1), "hello?", true}, kRequester},
      {"RecordContact inbound", RecordContact{ops(1), Channel::phone, Direction::inbound, "hi"}},
      {"RecordContact outbound", RecordContact{ops(1), Channel::phone, Direction::outbound, "hi"}},
      {"OfferHandOver to DEV", OfferHandOver{ops(1), kDev, "a defect"}},
      {"AcceptHandOver by DEV", AcceptHandOver{ops(1), kDev}},
      {"AcceptHandOver by DEV into plan (active)", AcceptHandOver{ops(1), kDev, column("plan")}},
      {"ReturnHandOver by DEV", ReturnHandOver{ops(1), kDev, "not ours"}},
  };
}

std::vector<Row> endRows() {
  return {
      {"RequestApproval", RequestApproval{ops(1), {kBob}, 0, "May we?"}},
      {"DecideApproval, approved by whoever was asked",
       DecideApproval{ops(1), 1, Verdict::approved, ""}, kBob},
      {"DecideApproval by the requester", DecideApproval{ops(1), 1, Verdict::approved, ""},
       kRequester},
      {"AddCheck before the resolution", AddCheck{ops(1), "Told everybody"}},
      {"AddCheck before the closing", AddCheck{ops(1), "Reviewed", true, Gate::close}},
      {"CompleteCheck", CompleteCheck{ops(1), 1, ""}},
      {"LinkTickets", LinkTickets{ops(1), LinkKind::relates, ops(2)}},
      {"UnlinkTickets", UnlinkTickets{ops(1), LinkKind::causes, ops(2)}},
      {"SplitTicket", SplitTicket{ops(1), {"A part"}}},
      {"ResolveTicket", ResolveTicket{ops(1), {}, "new toner", ResolutionKind::fix}},
      {"CloseTicket", CloseTicket{ops(1)}},
      {"CancelTicket", CancelTicket{ops(1), "sold it"}},
      {"ReopenTicket", ReopenTicket{ops(1), {}, "jams again"}},
      {"ReopenTicket to in-progress (active)",
       ReopenTicket{ops(1), column("in-progress"), "jams again"}},
      {"RecordSatisfaction", RecordSatisfaction{ops(1), 5, ""}},
      {"Recommit the resolution", Recommit{ops(1), PromiseKind::resolution, 99h, "a part"}},
      {"KeepPromises by a person", KeepPromises{ops(1)}},
      {"KeepPromises by the desk", KeepPromises{ops(1)}, kAnna, true},
      {"NoteRuleNotApplied by a person", NoteRuleNotApplied{ops(1), kOps, RuleId{"r"}, {"x"}}},
      {"NoteRuleNotApplied by the desk", NoteRuleNotApplied{ops(1), kOps, RuleId{"r"}, {"x"}},
       kAnna, true},
  };
}

std::vector<Row> rows() {
  std::vector<Row> all = placementRows();
  for (auto more : {workRows(), endRows()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

// --- States
// ----------------------------------------------------------------------------------------

struct Lifecycle {
  const char* name;
  std::vector<TicketCommand> before;  // asked in the queue, before it is blocked or asked for
  std::vector<TicketCommand> after;   // asked afterwards
};

std::vector<Lifecycle> lifecycles() {
  const MoveTicket active{ops(1), column("in-progress")};
  const MoveTicket customer{ops(1), column("waiting-on-customer")};
  const MoveTicket team{ops(1), column("requires-further-support")};
  const ResolveTicket resolve{ops(1), {}, "new toner", ResolutionKind::fix};
  const OfferHandOver offer{ops(1), kDev, "a defect"};
  const AcceptHandOver accept{ops(1), kDev};
  return {
      {"queue", {}, {}},
      {"active", {active}, {}},
      {"waiting on the customer", {customer}, {}},
      {"waiting for a team", {team}, {}},
      {"waiting, offered to DEV", {team, offer}, {}},
      {"waiting, with DEV (backlog)", {team, offer, accept}, {}},
      {"resolved", {active}, {resolve}},
      {"resolved, with DEV (backlog)", {team, offer, accept}, {resolve}},
      {"closed", {active}, {resolve, CloseTicket{ops(1)}}},
      {"cancelled", {}, {CancelTicket{ops(1), "sold it"}}},
  };
}

struct Burden {
  const char* name;
  std::vector<TicketCommand> commands;
};

std::vector<Burden> burdens() {
  const BlockTicket block{ops(1), BlockerKind::supplier, "no toner"};
  const RequestApproval request{ops(1), {kBob}, 0, "May we?"};
  return {{"plain", {}},
          {"blocked", {block}},
          {"under approval", {request}},
          {"blocked and under approval", {block, request}}};
}

Desk furnishedDesk() {
  Desk desk;
  desk.givenDev();
  EXPECT_TRUE(desk.perform(DeskCommand(SetCalendar{alwaysOpen("UTC")})));
  PromisePolicy policy;
  policy.id = PromisePolicyId{"basic"};
  policy.name = "Basic";
  policy.calendar = CalendarId{"desk"};
  policy.targets = {{PromiseKind::resolution, 8h, 75, true}};
  EXPECT_TRUE(desk.perform(DeskCommand(SetPromisePolicy{policy})));
  return desk;
}

// None: nothing that may be done leads there.
std::optional<Desk> deskWith(const Lifecycle& place, const Burden& burden) {
  Desk desk = furnishedDesk();
  OpenTicket open{kOps, {},        TicketType::incident, ServiceClass::standard, "Printer",
                  "",   kRequester};
  EXPECT_TRUE(desk.perform(open));
  EXPECT_TRUE(desk.perform(OpenTicket{kOps, {}, {}, ServiceClass::intangible, "Other"}));
  EXPECT_TRUE(desk.perform(BlockTicket{ops(2), BlockerKind::other, "not pulled here"}));
  EXPECT_TRUE(desk.performSystem(KeepPromises{ops(1)}));
  EXPECT_TRUE(desk.perform(AddCheck{ops(1), "Seen", false}));
  EXPECT_TRUE(desk.perform(LinkTickets{ops(1), LinkKind::causes, ops(2)}));
  for (const auto* commands : {&place.before, &burden.commands, &place.after}) {
    for (const TicketCommand& command : *commands) {
      if (!desk.perform(command)) return std::nullopt;
    }
  }
  return desk;
}

// --- Cells
// -----------------------------------------------------------------------------------------

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string cell(const Desk& desk, const Row& row) {
  const Context context{desk.now() + 1min, row.actor, desk.world(), row.isSystem};
  const Decision decision = desk.when(row.command, context);
  if (!decision) return "no: " + joined(codes(decision.error()));
  std::vector<std::string> events;
  for (const TicketChange& change : decision->changes) {
    const std::string name(nameOf(change.event));
    events.push_back(change.ticket == ops(1) ? name : name + " on " + change.ticket.text());
  }
  EXPECT_FALSE(events.empty()) << row.name;
  return joined(events);
}

constexpr std::string_view kHead =
    "# Every command against every state of a ticket\n\n"
    "Written by `command_table_test.cc`, which compares. A cell holds the events that the command\n"
    "appends, or `no:` and the codes of its refusals, or `-` where no command leads to the state.\n"
    "The ticket is OPS-1, an incident of tier 1 on an it-support board that is open to all, with\n"
    "one check that is not required and a link to OPS-2. Who asks is a manager unless it is "
    "said.\n";

std::string table() {
  std::vector<std::vector<std::optional<Desk>>> desks;
  for (const Lifecycle& place : lifecycles()) {
    std::vector<std::optional<Desk>>& line = desks.emplace_back();
    for (const Burden& burden : burdens()) line.push_back(deskWith(place, burden));
  }
  std::string text(kHead);
  for (const Row& row : rows()) {
    text += "\n## " + std::string(row.name) + "\n\n| |";
    for (const Burden& burden : burdens()) text += " " + std::string(burden.name) + " |";
    text += "\n|---|";
    for (std::size_t i = 0; i < burdens().size(); ++i) text += "---|";
    text += "\n";
    for (std::size_t i = 0; i < desks.size(); ++i) {
      text += "| " + std::string(lifecycles()[i].name) + " |";
      for (const std::optional<Desk>& desk : desks[i]) {
        text += " " + (desk ? cell(*desk, row) : std::string("-")) + " |";
      }
      text += "\n";
    }
  }
  return text;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(CommandTable, EveryCommandAgainstEveryStateIsAsWrittenDown) {
  const std::string path = DOCKET_COMMAND_TABLE;
  const std::string actual = table();
  if (std::getenv("DOCKET_WRITE_TABLE") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
  }
  EXPECT_EQ(actual, contents(path)) << "if this is meant: DOCKET_WRITE_TABLE=1, and read it";
}

TEST(CommandTable, NoCommandIsLeftOut) {
  std::set<std::size_t> kinds;
  for (const Row& row : rows()) kinds.insert(row.command.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<TicketCommand>);
}

TEST(CommandTable, ATicketThatDoesNotExistIsUnknownToEveryCommandThatNamesOne) {
  const Desk desk = furnishedDesk();
  for (const Row& row : rows()) {
    const auto named = namedTicket(row.command);
    const bool namesNone = std::holds_alternative<OpenTicket>(row.command) ||
                           std::holds_alternative<PullNext>(row.command) ||
                           std::holds_alternative<RecordHistory>(row.command);
    EXPECT_EQ(named.has_value(), !namesNone) << row.name;
    if (!named) continue;
    EXPECT_EQ(*named, ops(1)) << row.name;
    const Context context{desk.now(), row.actor, desk.world(), row.isSystem};
    const bool isForTheDesk = std::holds_alternative<KeepPromises>(row.command) ||
                              std::holds_alternative<NoteRuleNotApplied>(row.command);
    EXPECT_THAT(
        refusedWith(desk.when(row.command, context)),
        ::testing::Contains(isForTheDesk && !row.isSystem ? "not-permitted" : "unknown-ticket"))
        << row.name;
  }
}

}  // namespace
}  // namespace docket::domain
