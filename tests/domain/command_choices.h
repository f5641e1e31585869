// Random commands of every type for a desk with the boards OPS and DEV: mostly well-formed, so that
// sequences of them get somewhere.
#pragma once

#include "domain/command.h"
#include "tests/domain/choices.h"

namespace docket::domain::test {

class CommandChoices : public Choices {
 public:
  using Choices::Choices;

  TicketCommand ticketCommand() { return oneOfAll<TicketCommand>(*this); }
  BoardCommand boardCommand() { return oneOfAll<BoardCommand>(*this); }
  DeskCommand deskCommand() { return oneOfAll<DeskCommand>(*this); }

  // --- What commands name ---
  BoardKey board() { return BoardKey{below(4) == 3 ? "DEV" : "OPS"}; }
  BoardKey maybeBoard() { return below(3) == 2 ? board() : BoardKey{}; }
  TicketId ticketOf() { return {board(), 1 + below(6)}; }
  SubjectId person() {
    static const std::vector<std::string> kPeople{"anna", "bob", "carl", "dora", "emil", ""};
    return SubjectId{below(40) == 39 ? "no such form" : oneOf(kPeople)};
  }
  ColumnId column() {
    static const std::vector<std::string> kTexts{"In Progress",
                                                 "in-progress",
                                                 "waiting-on-customer",
                                                 "requires-further-support",
                                                 "inbox",
                                                 "Follow-Up",
                                                 "done",
                                                 "closed",
                                                 "backlog",
                                                 "plan",
                                                 "test",
                                                 "with-dealer",
                                                 "nowhere"};
    return ColumnId{oneOf(kTexts)};
  }
  ColumnId maybeColumn() { return below(3) == 2 ? column() : ColumnId{}; }
  LaneId laneName() {
    static const std::vector<std::string> kLanes{"", "standard", "expedite", "Fixed date", "slow"};
    return LaneId{oneOf(kLanes)};
  }
  std::string words() { return below(20) == 19 ? text() : "because"; }
  std::string maybeWords() { return below(4) == 3 ? words() : ""; }
  std::optional<Timestamp> due() {
    if (flag()) return std::nullopt;
    return Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} +
           std::chrono::hours{below(2'000)};
  }
  std::chrono::seconds target() { return std::chrono::minutes{below(3'000)}; }
  TeamId team() { return TeamId{flag() ? "network" : ""}; }

  // --- One function a command: a new one without its own does not compile ---
  void fill(OpenTicket& c) {
    c = {board(),      maybeColumn(),
         ticketType(), serviceClass(),
         words(),      maybeWords(),
         person(),     due(),
         {},           {}};
    if (below(3) == 0) c.classification = modestClassification();
    if (c.type != TicketType::change) c.classification.changeKind = ChangeKind::none;
    c.team = team();
  }
  void fill(MoveTicket& c) {
    c = {ticketOf(), column(), maybeBoard(), flag() ? words() : ""};
    if (below(3) != 0) return;
    static const std::vector<std::string> kDevelopment{"plan", "analyse", "test", "done"};
    c.board = BoardKey{"DEV"};
    c.column = ColumnId{oneOf(kDevelopment)};
  }
  void fill(PullNext& c) {
    c = {board(), flag() ? LaneId{} : laneName(), maybeColumn(), person()};
    if (flag()) c.board = BoardKey{"DEV"};
  }
  void fill(AssignTicket& c) {
    c = {ticketOf(), maybe([&] { return person(); }), maybe([&] { return team(); }), maybeBoard()};
  }
  void fill(EscalateTicket& c) { c = {ticketOf(), tier(), maybeWords()}; }
  void fill(BlockTicket& c) { c = {ticketOf(), blockerKind(), words()}; }
  void fill(UnblockTicket& c) { c = {ticketOf(), maybeWords()}; }
  void fill(AddComment& c) { c = {ticketOf(), words(), flag()}; }
  void fill(ResolveTicket& c) { c = {ticketOf(), maybeColumn(), words(), resolutionKind()}; }
  void fill(ReopenTicket& c) { c = {ticketOf(), maybeColumn(), words()}; }
  void fill(RecordHistory& c) {
    static const std::vector<std::string> kKeys{"SR-1", "SR-2", "", "SR-3"};
    c = {board(),
         oneOf(kKeys),
         ticketType(),
         words(),
         foreign(),
         number(),
         words(),
         maybeWords(),
         maybeColumn(),
         foreign(),
         maybe([&] { return person(); }),
         maybe([&] { return team(); }),
         maybe([&] { return tier(); })};
  }
  void fill(EditTicket& c) {
    c = {ticketOf(), maybe([&] { return words(); }), maybe([&] { return maybeWords(); }),
         maybe([&] { return person(); }), maybe([&] { return due(); })};
  }
  void fill(ClassifyTicket& c) {
    c.ticket = ticketOf();
    c.type = maybe([&] { return ticketType(); });
    c.serviceClass = maybe([&] { return serviceClass(); });
    if (below(3) == 0) c.changeKind = changeKind();
    if (below(3) == 0) c.priority = priority();
    if (below(5) == 0) c.service = ServiceId{flag() ? "e-mail" : ""};
    if (below(5) == 0) c.customer = flag() ? "Acme" : "";
    if (below(5) == 0) c.addLabels = {"vip", words()};
    if (below(5) == 0) c.removeLabels = {"vip"};
  }
  void fill(CommitTicket& c) { c = {ticketOf()}; }
  void fill(RecordContact& c) { c = {ticketOf(), channel(), direction(), words()}; }
  void fill(OfferHandOver& c) {
    c = {ticketOf(), board(), words()};
    if (flag()) c.to = BoardKey{"DEV"};
  }
  void fill(AcceptHandOver& c) { c = {ticketOf(), board(), maybeColumn(), person(), maybeWords()}; }
  void fill(ReturnHandOver& c) { c = {ticketOf(), board(), words()}; }
  void fill(RequestApproval& c) {
    c = {ticketOf(), several<SubjectId>(2, [&] { return person(); }), below(3), words()};
  }
  void fill(DecideApproval& c) {
    c = {ticketOf(), 1 + below(2), below(4) == 3 ? Verdict::rejected : Verdict::approved, words()};
  }
  void fill(AddCheck& c) { c = {ticketOf(), words(), flag(), gate()}; }
  void fill(CompleteCheck& c) { c = {ticketOf(), 1 + below(4), maybeWords()}; }
  void fill(LinkTickets& c) { c = {ticketOf(), linkKind(), ticketOf()}; }
  void fill(UnlinkTickets& c) { c = {ticketOf(), linkKind(), ticketOf()}; }
  void fill(SplitTicket& c) {
    c = {ticketOf(), several<std::string>(2, [&] { return words(); })};
  }
  void fill(CloseTicket& c) { c = {ticketOf(), maybeColumn()}; }
  void fill(CancelTicket& c) { c = {ticketOf(), words()}; }
  void fill(RecordSatisfaction& c) {
    c = {ticketOf(), static_cast<std::uint8_t>(below(7)), maybeWords()};
  }
  void fill(Recommit& c) { c = {ticketOf(), promiseKind(), target(), words()}; }
  void fill(KeepPromises& c) { c = {ticketOf()}; }
  void fill(NoteRuleNotApplied& c) {
    c = {ticketOf(), board(), RuleId{"ask"}, {"wip-limit-reached"}};
  }

  void fill(CreateBoard& c) { c = {board(), words(), "basic", {}}; }
  void fill(SetLimit& c) {
    c = {board(), scope(), maybe([&] { return below(4); })};
  }
  void fill(AddColumn& c) {
    c.board = board();
    c.column.name = flag() ? "With Dealer" : words();
    c.column.category = flag() ? ColumnCategory::waiting : category();
    c.column.waitsFor = flag() ? WaitsFor::supplier : WaitsFor::nothing;
    c.column.defaultDrop = below(4) == 0;
    c.at = maybe([&] { return below(10); });
  }
  void fill(ChangeColumn& c) {
    c = {board(),
         column(),
         maybe([&] { return words(); }),
         maybe([&] { return category(); }),
         maybe([&] { return waitsFor(); }),
         below(4) == 0};
  }
  void fill(MoveColumn& c) { c = {board(), column(), below(9)}; }
  void fill(RemoveColumn& c) { c = {board(), column()}; }
  void fill(AddLane& c) {
    c = {board(), {{}, flag() ? "Slow" : words(), classes()}, maybe([&] { return below(5); })};
  }
  void fill(ChangeLane& c) {
    c = {board(), laneName(), maybe([&] { return words(); }), maybe([&] { return classes(); })};
  }
  void fill(MoveLane& c) { c = {board(), laneName(), below(5)}; }
  void fill(RemoveLane& c) { c = {board(), laneName()}; }
  void fill(SetPolicy& c) {
    c = {board(), {}};
    c.policy.allowsOverride = below(4) != 0;
    c.policy.expediteLimit = below(3);
    c.policy.reservations = several<Reservation>(2, [&] { return smallReservation(); });
    c.policy.intangibleOf = below(6);
    c.policy.intangibleMin = below(3);
  }
  void fill(SetRule& c) {
    static const std::vector<std::string> kRules{"ask", "check", "team"};
    c = {board(), {RuleId{oneOf(kRules)}, column(), std::nullopt, ruleAction()}};
    if (auto* offer = std::get_if<OfferHandOverTo>(&c.rule.action)) offer->board = board();
    if (auto* move = std::get_if<MoveToColumn>(&c.rule.action)) move->column = column();
    if (auto* assign = std::get_if<AssignToTeam>(&c.rule.action)) assign->team = team();
    if (auto* check = std::get_if<AddRequiredCheck>(&c.rule.action)) check->text = words();
    if (auto* home = std::get_if<ReturnHome>(&c.rule.action)) home->reason = words();
  }
  void fill(RemoveRule& c) { c = {board(), RuleId{"ask"}}; }
  void fill(SetRoles& c) { c = {board(), person(), grants()}; }

  void fill(SetCalendar& c) {
    c.calendar.id = CalendarId{"office"};
    c.calendar.name = words();
    c.calendar.timeZone = flag() ? "Europe/Berlin" : "UTC";
    for (std::size_t day = 0; day < 5; ++day) {
      c.calendar.weeklyHours[day] = {{std::chrono::hours{8}, std::chrono::hours{9 + below(9)}}};
    }
  }
  void fill(SetPromisePolicy& c) {
    c.policy.id = PromisePolicyId{flag() ? "gold" : "plain"};
    c.policy.name = words();
    c.policy.calendar = CalendarId{"office"};
    if (flag()) c.policy.selector.type = ticketType();
    if (below(3) == 0) c.policy.selector.priority = priority();
    for (std::uint32_t kind = 0; kind < 5; ++kind) {
      if (below(3) == 0) continue;
      c.policy.targets.push_back({static_cast<PromiseKind>(kind), target(),
                                  static_cast<std::uint8_t>(below(100)), flag()});
    }
    c.policy.inUse = below(5) != 0;
  }
  void fill(SetService& c) {
    c.service = {ServiceId{flag() ? "e-mail" : "print"}, words(), team(), maybeWords()};
  }
  using Choices::fill;

 private:
  Classification modestClassification() {
    Classification made;
    made.changeKind = changeKind();
    made.priority = priority();
    made.customer = flag() ? "Acme" : "";
    return made;
  }
  LimitScope scope() {
    LimitScope made;
    made.kind = enumerant<LimitKind>(7);
    made.column = column();
    made.lane = laneName();
    made.person = person();
    made.type = ticketType();
    made.serviceClass = serviceClass();
    return made;
  }
  Reservation smallReservation() {
    if (flag()) return {ticketType(), std::nullopt, 1 + below(2)};
    return {std::nullopt, serviceClass(), 1 + below(2)};
  }
};

}  // namespace docket::domain::test
