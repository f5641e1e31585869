@0xb1f0a7c49d5e6c21;
# The public wire schema of Docket. A contract: it only grows. Ordinals are never reused, fields are
# never removed or given another meaning.
#
# Times are microseconds since the Unix epoch, UTC. An absent text is empty. Enumerations travel as
# their one spelling ("service-request"), so that a new value needs no new client.
# Refusals are values in results; an exception means that the connection or the server broke, and a
# command whose answer was lost is repeated with the same id.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("docket::api");

const protocolVersion :UInt32 = 1;

interface Docket {
  # The bootstrap capability.
  info @0 () -> (info :ServerInfo);
  login @1 (credential :Credential) -> (session :Session, refusal :Refusal);
  # Exactly one of the two is set.
}

struct ServerInfo {
  version @0 :Text;           # of the program, "0.1.0"
  protocolVersion @1 :UInt32;
  storeId @2 :Text;           # of the log, for ever
  head @3 :UInt64;            # the position the next event will get
  maxCommandBytes @4 :UInt32; # larger commands are refused
  maxBatch @5 :UInt32;        # commands in one executeMany
}

struct Credential {
  name @0 :Text;  # the subject who logs in
}

interface Session {
  # Holding a capability is the permission. All of them end with the session.
  desk @0 () -> (desk :Desk);
  boards @1 () -> (boards :BoardManager);
  auditor @2 () -> (auditor :Auditor);
  administrator @3 () -> (administrator :Administrator);
}

# Enumerations of the domain travel as text; docs/DOMAIN.md lists every spelling.

# --- Reading ------------------------------------------------------------------------------------

struct Freshness {
  # How new an answer must be. The server waits for it, up to a deadline.
  union {
    any @0 :Void;          # whatever the view has
    head @1 :Void;         # everything durable when the question arrived
    atLeast @2 :UInt64;    # this position folded
  }
}

interface Views {
  # What every role may read. Each answer says at which position it stands: all events below `next`.
  boards @0 (freshness :Freshness) -> (boards :List(BoardSummary), next :UInt64, refusal :Refusal);
  board @1 (key :Text, cardsPerColumn :UInt32 = 50, freshness :Freshness)
      -> (board :Board, next :UInt64, refusal :Refusal);
  queue @2 (key :Text, limit :UInt32 = 50, freshness :Freshness)
      -> (entries :List(QueueEntry), total :UInt64, next :UInt64, refusal :Refusal);
  ticket @3 (id :Text) -> (ticket :Ticket, next :UInt64, refusal :Refusal);
  history @4 (id :Text, fromVersion :UInt64, limit :UInt32 = 500)
      -> (entries :List(HistoryEntry), more :Bool, next :UInt64, refusal :Refusal);
  # A null `refusal` means the answer is there.
  boardRules @5 (key :Text) -> (rules :BoardRules, next :UInt64, refusal :Refusal);
  # How the board is run: lanes, limits, policy, automation rules, roles, and what lint finds.
  desk @6 () -> (desk :DeskDefinitions, next :UInt64, refusal :Refusal);
  # Calendars, promise policies and services, as they are now.
  inbox @7 (key :Text) -> (offers :List(Offer), next :UInt64, refusal :Refusal);
  # Hand-overs that wait for the board, longest first.
}

struct BoardSummary {
  key @0 :Text;
  name @1 :Text;
  template @2 :Text;
  tickets @3 :UInt64;
  unfinished @4 :UInt64;
}

struct Column {
  id @0 :Text;
  name @1 :Text;
  category @2 :Text;
  wipLimit @3 :Int64 = -1;  # -1: none
  defaultDrop @4 :Bool;
  waitsFor @5 :Text;        # of a waiting column; empty: nothing in particular
}

struct Lane {
  id @0 :Text;
  name @1 :Text;
  classes @2 :List(Text);   # of service
}

struct LimitScope {
  # What a WIP limit is set on.
  union {
    column @0 :Text;
    lane @1 :Text;
    cell :group {
      column @2 :Text;
      lane @3 :Text;
    }
    person @4 :Text;        # empty: each person for whom none is set
    type @5 :Text;
    class @6 :Text;
    board @7 :Void;
  }
}

struct Limit {
  scope @0 :LimitScope;
  limit @1 :Int64 = -1;     # -1: none
  count @2 :UInt32;         # what it counts now
}

struct Reservation {
  type @0 :Text;            # one of the two is empty
  class @1 :Text;
  cards @2 :UInt32;
}

struct BoardPolicy {
  allowsOverride @0 :Bool = true;
  expediteLimit @1 :UInt32 = 1;
  reservations @2 :List(Reservation);
  intangibleMin @3 :UInt32;
  intangibleOf @4 :UInt32;
  fixedDateLeadTime @5 :UInt64 = 432000;  # seconds
}

struct Rule {
  id @0 :Text;
  onEntry @1 :Text;         # a column
  type @2 :Text;            # of ticket; empty: all
  action :union {
    offerHandOverTo @3 :Text;  # a board
    assignToTeam @4 :Text;
    addRequiredCheck @5 :Text;
    moveToColumn @6 :Text;
    returnHome @7 :Text;       # the reason
  }
}

struct Grant {
  role @0 :Text;
  until @1 :OptionalTime;
}

struct Roles {
  subject @0 :Text;
  grants @1 :List(Grant);
}

struct LintFinding {
  error @0 :Bool;
  code @1 :Text;
  message @2 :Text;
}

struct BoardRules {
  key @0 :Text;
  version @1 :UInt64;
  lanes @2 :List(Lane);
  limits @3 :List(Limit);
  policy @4 :BoardPolicy;
  rules @5 :List(Rule);
  roles @6 :List(Roles);    # empty: the board is open to all
  findings @7 :List(LintFinding);
}

struct DayWindow {
  # Seconds since midnight by the wall clock, [from, to); 86400 is the next midnight.
  from @0 :UInt32;
  to @1 :UInt32;
}

struct DatedWindows {
  date @0 :Text;            # "2026-12-24"
  windows @1 :List(DayWindow);
}

struct Calendar {
  id @0 :Text;
  name @1 :Text;
  timeZone @2 :Text;        # of the IANA database
  weeklyHours @3 :List(List(DayWindow));   # 7, Monday first
  weeklyBreaks @4 :List(List(DayWindow));  # likewise, or none
  holidays @5 :List(Text);                 # "2026-12-25"
  yearlyHolidays @6 :List(Text);           # "12-25"
  breaks @7 :List(DatedWindows);
  shifts @8 :List(DatedWindows);
}

struct PromiseTarget {
  kind @0 :Text;
  target @1 :UInt64;        # seconds of working time
  warnAtPercent @2 :UInt8 = 75;
  pausesForCustomer @3 :Bool = true;
}

struct PromisePolicy {
  id @0 :Text;
  name @1 :Text;
  board @2 :Text;           # what is empty selects all
  type @3 :Text;
  priority @4 :Text;
  service @5 :Text;
  customer @6 :Text;
  calendar @7 :Text;
  targets @8 :List(PromiseTarget);
  retired @9 :Bool;         # it makes no new promises
}

struct Service {
  id @0 :Text;
  name @1 :Text;
  team @2 :Text;
  supplier @3 :Text;
}

struct DeskDefinitions {
  # Each with the version of its stream.
  calendars @0 :List(Defined(Calendar));
  policies @1 :List(Defined(PromisePolicy));
  services @2 :List(Defined(Service));
}

struct Defined(T) {
  version @0 :UInt64;
  is @1 :T;
}

struct Offer {
  ticket @0 :Text;
  since @1 :Int64;
}

struct Board {
  key @0 :Text;
  name @1 :Text;
  template @2 :Text;
  version @3 :UInt64;
  expediteLimit @4 :UInt32;
  columns @5 :List(ColumnCards);
}

struct ColumnCards {
  column @0 :Column;
  count @1 :UInt64;       # all cards standing in it
  cards @2 :List(Card);   # the first ones: longest in the column first
}

struct Card {
  id @0 :Text;
  column @1 :Text;
  category @2 :Text;
  type @3 :Text;
  class @4 :Text;
  tier @5 :UInt8;
  title @6 :Text;
  assignee @7 :Text;
  blocked @8 :Text;              # the blocker's kind, or empty
  due @9 :OptionalTime;
  openedAt @10 :Int64;
  inColumnSince @11 :Int64;
  committedAt @12 :OptionalTime;
  externalKey @13 :Text;
}

struct OptionalTime {
  union {
    none @0 :Void;
    at @1 :Int64;
  }
}

struct QueueEntry {
  rank @0 :UInt64;  # from 1; 0: it would not be pulled
  rule @1 :Text;    # why it stands here: "expedite", ...; "blocked", "awaits-approval", "needs-tier"
  card @2 :Card;
}

struct Attribute {
  # A fact of another system, kept verbatim.
  key @0 :Text;
  type @1 :Text;
  value @2 :Text;
  children @3 :List(Attribute);
}

struct Ticket {
  card @0 :Card;
  version @1 :UInt64;        # of its last event: what an expected version refers to
  description @2 :Text;
  requester @3 :Text;
  blockedReason @4 :Text;
  blockedSince @5 :OptionalTime;
  resolution @6 :Text;
  resolvedAt @7 :OptionalTime;
  reopenCount @8 :UInt64;
  commentCount @9 :UInt64;
  historyCount @10 :UInt64;
  foreign @11 :List(Attribute);
  classification @12 :Classification;
  team @13 :Text;
  guests @14 :List(GuestPlacement);
  offers @15 :List(HandOverOffer);
  clocks @16 :List(Clock);
  approvals @17 :List(Approval);
  checks @18 :List(Check);
  links @19 :List(Link);
  resolutionKind @20 :Text;
  cancelled @21 :Bool;
  satisfaction @22 :UInt8;   # 1 to 5; 0: not told
  contactCount @23 :UInt64;
}

struct Classification {
  # Apart from type and class of service; "none" or empty: not said.
  changeKind @0 :Text;
  impact @1 :Text;
  urgency @2 :Text;
  priority @3 :Text;
  cynefin @4 :Text;
  service @5 :Text;
  customer @6 :Text;
  labels @7 :List(Text);
}

struct GuestPlacement {
  # Where the ticket stands on another board that took it over.
  board @0 :Text;
  column @1 :Text;
  category @2 :Text;
  assignee @3 :Text;
  since @4 :Int64;
  inColumnSince @5 :Int64;
}

struct HandOverOffer {
  to @0 :Text;
  reason @1 :Text;
  since @2 :Int64;
}

struct Clock {
  # What a promise has come to, when the question was asked.
  kind @0 :Text;
  policy @1 :Text;
  calendar @2 :Text;
  from @3 :Int64;
  target @4 :UInt64;            # seconds of working time, as promised now
  firstTarget @5 :UInt64;       # as promised first
  targetToday @6 :Int64 = -1;   # as the policies of today would promise; -1: nothing
  stoppedAt @7 :OptionalTime;
  warnedAt @8 :OptionalTime;
  missedAt @9 :OptionalTime;
  metAt @10 :OptionalTime;
  readable @11 :Bool;           # the rest means something: its calendar is known
  elapsed @12 :Int64;           # microseconds of working time
  deadline @13 :OptionalTime;
  missed @14 :Bool;
  working @15 :Int64;           # microseconds; these four sum to the wall time since `from`
  closed @16 :Int64;
  paused @17 :List(PausedTime);
  stopped @18 :Int64;
}

struct PausedTime {
  by @0 :Text;                  # "customer", "supplier", "team", "finished"
  time @1 :Int64;               # microseconds
}

struct Approval {
  number @0 :UInt32;
  approvers @1 :List(Text);     # empty: whoever has the role approver
  needed @2 :UInt32;
  votes @3 :List(Vote);
  state @4 :Text;               # "open", "granted", "rejected"; "superseded": asked anew since
}

struct Vote {
  approver @0 :Text;
  verdict @1 :Text;
}

struct Check {
  number @0 :UInt32;
  text @1 :Text;
  required @2 :Bool;
  gate @3 :Text;                # "resolve", "close"
  done @4 :Bool;
}

struct Link {
  kind @0 :Text;
  other @1 :Text;
  outgoing @2 :Bool;            # this ticket is what the sentence begins with
}

struct EventFacts {
  # The fixed facts of one event.
  position @0 :UInt64;
  version @1 :UInt64;
  stream @2 :Text;
  type @3 :Text;
  recordedAt @4 :Int64;
  occurredAt @5 :Int64;
  actor @6 :Text;
  onBehalfOf @7 :Text;
  origin @8 :Text;
  commandId @9 :Text;        # hexadecimal
  summary @10 :Text;
}

struct HistoryEntry {
  facts @0 :EventFacts;
  text @1 :Text;               # what people wrote: comment, reason, resolution, note, title
  activity @2 :Text;           # of an imported event
  sourceActor @3 :Text;        # of an imported event
  sequence @4 :UInt64;         # of an imported event, within its case
  imported @5 :Bool;
  foreign @6 :List(Attribute); # in the source's order
}

# --- Commands -----------------------------------------------------------------------------------

interface Desk extends(Views) {
  # Work on tickets.
  execute @0 (command :TicketCommand) -> (outcome :Outcome);
  executeMany @1 (commands :List(TicketCommand)) -> (outcomes :List(Outcome));
  # Each command is decided and answered by itself, in order; one refused stops no other.
}

interface BoardManager extends(Views) {
  execute @0 (command :BoardCommand) -> (outcome :Outcome);
  define @1 (command :DeskCommand) -> (outcome :Outcome);
  # What the desk has once for all its boards.
}

struct CommandHeader {
  id @0 :Data;              # 16 bytes, chosen by the client, the same on every repeat
  expected :union {         # of the ticket's or board's version
    any @1 :Void;
    version @2 :UInt64;
  }
  correlationId @3 :Data;   # 16 bytes, or empty: the command's own id
  onBehalfOf @4 :Text;      # a subject for whom this is done
  occurredAt @5 :OptionalTime; # when it happened, if not now; never later than the server's clock
}

struct TicketCommand {
  header @0 :CommandHeader;
  union {
    open @1 :OpenTicket;
    move @2 :MoveTicket;
    pull @3 :PullNext;
    assign @4 :AssignTicket;
    escalate @5 :EscalateTicket;
    block @6 :BlockTicket;
    unblock @7 :UnblockTicket;
    comment @8 :AddComment;
    resolve @9 :ResolveTicket;
    reopen @10 :ReopenTicket;
    recordHistory @11 :RecordHistory;
    edit @12 :EditTicket;
    classify @13 :ClassifyTicket;
    commit @14 :TicketOnly;
    contact @15 :RecordContact;
    offerHandOver @16 :OfferHandOver;
    acceptHandOver @17 :AcceptHandOver;
    returnHandOver @18 :ReturnHandOver;
    requestApproval @19 :RequestApproval;
    decideApproval @20 :DecideApproval;
    addCheck @21 :AddCheck;
    completeCheck @22 :CompleteCheck;
    link @23 :LinkTickets;
    unlink @24 :LinkTickets;
    split @25 :SplitTicket;
    close @26 :CloseTicket;
    cancel @27 :CancelTicket;
    rate @28 :RecordSatisfaction;
    recommit @29 :Recommit;
  }
}

struct OptionalText {
  # Where "leave it as it is" differs from "make it empty".
  union {
    unchanged @0 :Void;
    to @1 :Text;
  }
}

struct TicketOnly {
  ticket @0 :Text;
}

struct EditTicket {
  ticket @0 :Text;
  title @1 :OptionalText;
  description @2 :OptionalText;
  requester @3 :OptionalText;
  due :union {
    unchanged @4 :Void;
    none @5 :Void;
    at @6 :Int64;
  }
}

struct ClassifyTicket {
  # What is empty stays as it is; service and customer are texts that may become empty.
  ticket @0 :Text;
  type @1 :Text;
  class @2 :Text;
  changeKind @3 :Text;
  impact @4 :Text;
  urgency @5 :Text;
  priority @6 :Text;
  cynefin @7 :Text;
  service @8 :OptionalText;
  customer @9 :OptionalText;
  addLabels @10 :List(Text);
  removeLabels @11 :List(Text);
}

struct RecordContact {
  ticket @0 :Text;
  channel @1 :Text;
  direction @2 :Text;
  summary @3 :Text;
}

struct OfferHandOver {
  ticket @0 :Text;
  to @1 :Text;             # a board
  reason @2 :Text;
}

struct AcceptHandOver {
  ticket @0 :Text;
  by @1 :Text;             # a board
  column @2 :Text;         # empty: its first queue column
  agent @3 :Text;          # empty: nobody yet
  overrideReason @4 :Text;
}

struct ReturnHandOver {
  ticket @0 :Text;
  by @1 :Text;             # a board
  reason @2 :Text;
}

struct RequestApproval {
  ticket @0 :Text;
  approvers @1 :List(Text);  # empty: whoever has the role approver
  needed @2 :UInt32;         # 0: as the change needs, else one
  question @3 :Text;
}

struct DecideApproval {
  ticket @0 :Text;
  number @1 :UInt32;
  verdict @2 :Text;
  note @3 :Text;
}

struct AddCheck {
  ticket @0 :Text;
  text @1 :Text;
  optional @2 :Bool;
  gate @3 :Text;           # empty: "resolve"
}

struct CompleteCheck {
  ticket @0 :Text;
  number @1 :UInt32;
  note @2 :Text;
}

struct LinkTickets {
  ticket @0 :Text;
  kind @1 :Text;
  other @2 :Text;
}

struct SplitTicket {
  ticket @0 :Text;
  titles @1 :List(Text);
}

struct CloseTicket {
  ticket @0 :Text;
  column @1 :Text;         # empty: the first closed column
}

struct CancelTicket {
  ticket @0 :Text;
  reason @1 :Text;
}

struct RecordSatisfaction {
  ticket @0 :Text;
  score @1 :UInt8;         # 1 (bad) to 5 (good)
  comment @2 :Text;
}

struct Recommit {
  ticket @0 :Text;
  kind @1 :Text;           # of promise
  target @2 :UInt64;       # seconds of working time
  reason @3 :Text;
}

struct OpenTicket {
  board @0 :Text;
  column @1 :Text;       # id or name; empty: the first queue column
  type @2 :Text;
  class @3 :Text;
  title @4 :Text;
  description @5 :Text;
  requester @6 :Text;
  due @7 :OptionalTime;
  classification @8 :Classification;
  team @9 :Text;
}

struct MoveTicket {
  ticket @0 :Text;
  column @1 :Text;
  overrideReason @2 :Text;
  board @3 :Text;        # empty: the ticket's home; else where it is a guest
}

struct PullNext {
  board @0 :Text;
  column @1 :Text;       # empty: the first active column
  agent @2 :Text;        # empty: whoever asks
  lane @3 :Text;         # empty: of all lanes
}

struct AssignTicket {
  ticket @0 :Text;
  assignee @1 :Text;     # empty: nobody, unless `keepAssignee`
  keepAssignee @2 :Bool; # only the team changes
  team @3 :OptionalText;
  board @4 :Text;        # empty: the ticket's home; else where it is a guest
}

struct EscalateTicket {
  ticket @0 :Text;
  tier @1 :UInt8;
  note @2 :Text;
}

struct BlockTicket {
  ticket @0 :Text;
  kind @1 :Text;
  reason @2 :Text;
}

struct UnblockTicket {
  ticket @0 :Text;
  note @1 :Text;
}

struct AddComment {
  ticket @0 :Text;
  text @1 :Text;
  public @2 :Bool;
}

struct ResolveTicket {
  ticket @0 :Text;
  column @1 :Text;
  resolution @2 :Text;
  kind @3 :Text;         # of resolution; empty: not said
}

struct ReopenTicket {
  ticket @0 :Text;
  column @1 :Text;
  reason @2 :Text;
}

struct RecordHistory {
  # One event of a case of another system; the header's occurredAt says when.
  board @0 :Text;
  externalKey @1 :Text;
  type @2 :Text;
  title @3 :Text;
  ticketForeign @4 :List(Attribute);
  sequence @5 :UInt64;
  activity @6 :Text;
  actor @7 :Text;
  column @8 :Text;
  foreign @9 :List(Attribute);
  assignee @10 :OptionalText;
  team @11 :OptionalText;
  tier @12 :UInt8;       # 0: the ticket keeps its tier
}

struct BoardCommand {
  header @0 :CommandHeader;
  union {
    create @1 :CreateBoard;
    setLimit @2 :SetLimit;
    addColumn @3 :AddColumn;
    changeColumn @4 :ChangeColumn;
    moveColumn @5 :Relocate;
    removeColumn @6 :OnBoard;
    addLane @7 :AddLane;
    changeLane @8 :ChangeLane;
    moveLane @9 :Relocate;
    removeLane @10 :OnBoard;
    setPolicy @11 :SetPolicy;
    setRule @12 :SetRule;
    removeRule @13 :OnBoard;
    setRoles @14 :SetRoles;
  }
}

struct OnBoard {
  board @0 :Text;
  id @1 :Text;               # of the column, lane or rule
}

struct Relocate {
  board @0 :Text;
  id @1 :Text;               # of the column or lane
  to @2 :UInt32;             # from 0, from the left or the top
}

struct AddColumn {
  board @0 :Text;
  column @1 :Column;         # the id is made by the server
  at @2 :Int32 = -1;         # -1: at the end
}

struct ChangeColumn {
  # What is empty stays as it is.
  board @0 :Text;
  column @1 :Text;
  name @2 :Text;
  category @3 :Text;
  waitsFor @4 :Text;
  makeDefaultDrop @5 :Bool;
}

struct AddLane {
  board @0 :Text;
  lane @1 :Lane;             # the id is made by the server
  at @2 :Int32 = -1;         # -1: at the end
}

struct ChangeLane {
  board @0 :Text;
  lane @1 :Text;
  name @2 :Text;             # empty: as it is
  setClasses @3 :Bool;       # `classes` counts
  classes @4 :List(Text);
}

struct SetPolicy {
  board @0 :Text;
  policy @1 :BoardPolicy;    # the whole of it
}

struct SetRule {
  board @0 :Text;
  rule @1 :Rule;
}

struct SetRoles {
  board @0 :Text;
  subject @1 :Text;
  grants @2 :List(Grant);    # all roles from now on; empty: none
}

struct DeskCommand {
  header @0 :CommandHeader;
  union {
    setCalendar @1 :Calendar;
    setPromisePolicy @2 :PromisePolicy;
    setService @3 :Service;
  }
}

struct CreateBoard {
  key @0 :Text;
  name @1 :Text;
  template @2 :Text;
  columns @3 :List(Column);  # names, categories, limits and drop; ids are made by the server
}

struct SetLimit {
  board @0 :Text;
  column @1 :Text;           # counts when `scope` is absent
  limit @2 :Int64 = -1;      # -1: none
  scope @3 :LimitScope;
}

struct Outcome {
  union {
    done @0 :Done;
    refused @1 :Refusal;
  }
}

struct Done {
  position @0 :UInt64;   # of the command's last event: ask views for at least position + 1
  version @1 :UInt64;    # of that event in its stream
  subject @2 :Text;      # the ticket or board: "OPS-42", "OPS"
  repeated @3 :Bool;     # the command had been done before
  events @4 :UInt32;     # how many it appended, then
}

struct Refusal {
  violations @0 :List(Violation);     # every rule broken; never empty
  changes @1 :List(EventFacts);       # what happened since the expected version
}

struct Violation {
  code @0 :Text;        # stable: "wip-limit-reached"
  message @1 :Text;
  wayOut @2 :Text;
  facts @3 :List(Fact);
}

struct Fact {
  name @0 :Text;
  value @1 :Text;
}

# --- Audit and administration -------------------------------------------------------------------

interface Auditor extends(Views) {
  # Reads all, writes nothing.
  log @0 (filter :AuditFilter, freshness :Freshness)
      -> (entries :List(EventFacts), next :UInt64, refusal :Refusal);

  # Proofs that leave the server: docs/FORMATS.md describes their text. Each refers to the latest
  # checkpoint, of `size` events; a new one is published for what that does not cover.
  checkpoint @1 () -> (checkpoint :Checkpoint, refusal :Refusal);
  prove @2 (position :UInt64) -> (proof :Text, size :UInt64, refusal :Refusal);
  # That the event is in the log: a .tlog-proof file.
  consistency @3 (oldSize :UInt64) -> (proof :Text, size :UInt64, refusal :Refusal);
  # That the log begins with its first `oldSize` events: a .tlog-consistency file.
}

struct Checkpoint {
  note @0 :Text;          # signed
  origin @1 :Text;
  size @2 :UInt64;
  root @3 :Text;          # hexadecimal
  verifierKey @4 :Text;   # an auditor should have it from elsewhere
}

struct AuditFilter {
  ticket @0 :Text;
  board @1 :Text;
  actor @2 :Text;
  type @3 :Text;
  from @4 :OptionalTime;       # recorded time, this instant included
  to @5 :OptionalTime;         # recorded time, this instant excluded
  after :union {               # resume: only positions beyond this one (below it, newest first)
    start @6 :Void;
    position @7 :UInt64;
  }
  newestFirst @8 :Bool;
  limit @9 :UInt32 = 100;      # at most 1,000
}

interface Administrator {
  # People, keys and views; no rights on tickets.
  projections @0 () -> (projections :List(ProjectionStatus));
  rebuild @1 (name :Text) -> (refusal :Refusal);
  # Starts; `projections` tells how far it is.
  digest @2 (name :Text, freshness :Freshness)
      -> (sha256 :Text, rows :UInt64, next :UInt64, refusal :Refusal);
  execute @3 (command :SubjectCommand) -> (outcome :Outcome);
  # An erasure is answered when the key is destroyed.
  subject @4 (id :Text) -> (subject :Subject, next :UInt64, refusal :Refusal);
  # What the log says of a person; of whom it says nothing, `recorded` is false.
  backup @5 (directory :Text) -> (number :UInt64, refusal :Refusal);
  # Begins a backup of the log into a directory of the server's machine, given as an absolute path.
  # One at a time. `backupStatus` tells how far it is.
  backupStatus @6 () -> (status :BackupStatus);
}

struct SubjectCommand {
  header @0 :CommandHeader;
  union {
    erase @1 :SubjectReason;
    placeHold @2 :SubjectReason;
    liftHold @3 :SubjectReason;
  }
}

struct SubjectReason {
  subject @0 :Text;
  reason @1 :Text;       # why, never who: it is kept for ever and not sealed
}

struct Subject {
  id @0 :Text;
  recorded @1 :Bool;     # the log says something of this subject
  version @2 :UInt64;
  erased @3 :Bool;
  held @4 :Bool;         # a legal hold stands: erasing is refused
  history @5 :List(HistoryEntry);  # the newest 100 events, oldest first
}

struct BackupStatus {
  # Of the backup that was begun last since the server started.
  number @0 :UInt64;       # 0: none was begun
  copiedBytes @1 :UInt64;  # while it runs
  union {
    running @2 :Void;
    done @3 :BackupFacts;
    failed @4 :Refusal;
    none @5 :Void;
  }
}

struct BackupFacts {
  # What a backup holds.
  id @0 :UInt32;           # in its directory
  storeId @1 :Text;
  head @2 :UInt64;         # all events below it
  root @3 :Text;           # of the Merkle tree over their envelopes, hexadecimal
  lastRecorded @4 :OptionalTime;  # of the last event
  madeAt @5 :Int64;
  newBytes @6 :UInt64;     # what it added to the directory
}

struct ProjectionStatus {
  name @0 :Text;
  schemaVersion @1 :UInt32;
  generation @2 :UInt64;
  next @3 :UInt64;
  head @4 :UInt64;
  rebuilding @5 :Bool;
  rebuildNext @6 :UInt64;
  stoppedBy @7 :Text;
  stoppedAt @8 :UInt64;
}
