# The payloads of stored events. Written once and read for ever: fields and enumerants are added at
# the end with the next ordinal, never renamed in meaning, moved or removed.
#
# An instant is microseconds since the Unix epoch, UTC. An absent pointer reads as empty. Where empty
# and absent differ, a flag stands beside the value (`hasDue`, `limited`).
@0xe1d5415a33163dba;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("docket::domain::codec::wire");

enum ColumnCategory { queue @0; active @1; waiting @2; resolved @3; closed @4; }

enum TicketType {
  incident @0;
  serviceRequest @1;
  problem @2;
  change @3;
  task @4;
  defect @5;
  enhancement @6;
}

enum ServiceClass { expedite @0; fixedDate @1; standard @2; intangible @3; }

enum BlockerKind {
  dependency @0;
  supplier @1;
  environment @2;
  information @3;
  approval @4;
  defect @5;
  other @6;
}

enum PullRule { expedite @0; fixedDate @1; standard @2; intangible @3; }

enum WaitsFor { nothing @0; customer @1; supplier @2; team @3; }

enum ChangeKind { none @0; standard @1; normal @2; emergency @3; }

enum Level { none @0; low @1; medium @2; high @3; }

enum Priority { none @0; p1 @1; p2 @2; p3 @3; p4 @4; p5 @5; }

enum CynefinDomain { none @0; clear @1; complicated @2; complex @3; chaotic @4; }

enum Channel { phone @0; mail @1; chat @2; portal @3; walkIn @4; other @5; }

enum Direction { inbound @0; outbound @1; }

enum LinkKind {
  relates @0;
  causes @1;
  duplicates @2;
  parent @3;
  implements @4;
  causedByChange @5;
}

enum Verdict { approved @0; rejected @1; }

enum ResolutionKind {
  unspecified @0;
  fix @1;
  workaround @2;
  answer @3;
  notReproducible @4;
  noAction @5;
}

enum Gate { resolve @0; close @1; }

enum PromiseKind { firstResponse @0; timeToOwn @1; resolution @2; nextUpdate @3; supplier @4; }

enum ReturnCause { customerContact @0; handOverReturned @1; }

enum Role {
  requester @0;
  agent @1;
  manager @2;
  approver @3;
  auditor @4;
  administrator @5;
}

enum LimitKind {
  column @0;
  lane @1;
  cell @2;
  person @3;
  type @4;
  serviceClass @5;
  board @6;
}

struct Place {
  column @0 :Text;
  category @1 :ColumnCategory;
  waitsFor @2 :WaitsFor;  # of a waiting column
}

struct TicketId {
  board @0 :Text;
  number @1 :UInt64;
}

struct Classification {
  type @0 :TicketType;
  serviceClass @1 :ServiceClass;
  changeKind @2 :ChangeKind;
  impact @3 :Level;
  urgency @4 :Level;
  priority @5 :Priority;
  cynefin @6 :CynefinDomain;
  service @7 :Text;
  customer @8 :Text;
  labels @9 :List(Text);  # sorted, each once
}

struct ForeignAttribute {
  key @0 :Text;
  type @1 :Text;
  value @2 :Text;
  children @3 :List(ForeignAttribute);
}

# --- Events of a ticket ---------------------------------------------------------------------------

struct TicketOpened {  # schema version 2; 1 ended with `foreign`
  board @0 :Text;
  number @1 :UInt64;
  place @2 :Place;
  type @3 :TicketType;
  serviceClass @4 :ServiceClass;
  tier @5 :UInt8;
  title @6 :Text;
  description @7 :Text;
  requester @8 :Text;
  hasDue @9 :Bool;
  due @10 :Int64;
  externalKey @11 :Text;
  foreign @12 :List(ForeignAttribute);
  openedBy @13 :Text;
}

struct TicketMoved {
  from @0 :Place;
  to @1 :Place;
  policyVersion @2 :UInt64;
  overrideReason @3 :Text;
}

struct TicketPulled {  # schema version 2
  from @0 :Place;
  to @1 :Place;
  agent @2 :Text;
  policyVersion @3 :UInt64;
  rule @4 :PullRule;
  candidates @5 :UInt64;
  hasHeldBack @6 :Bool;
  heldBack @7 :UInt64;
}

struct TicketAssigned {
  from @0 :Text;
  to @1 :Text;
}

struct TicketEscalated {
  from @0 :UInt8;
  to @1 :UInt8;
  note @2 :Text;
}

struct TicketBlocked {
  kind @0 :BlockerKind;
  reason @1 :Text;
}

struct TicketUnblocked {
  kind @0 :BlockerKind;
  note @1 :Text;
}

struct CommentAdded {
  text @0 :Text;
  isPublic @1 :Bool;
  byRequester @2 :Bool;
}

struct TicketResolved {  # schema version 2; 1 had no kind
  from @0 :Place;
  to @1 :Place;
  resolution @2 :Text;
  kind @3 :ResolutionKind;
}

struct TicketReopened {
  from @0 :Place;
  to @1 :Place;
  reason @2 :Text;
}

struct HistoryRecorded {  # schema version 2; 1 ended with `foreign`
  sequence @0 :UInt64;
  activity @1 :Text;
  actor @2 :Text;
  to @3 :Place;  # absent: the ticket stayed where it was
  foreign @4 :List(ForeignAttribute);
  hasAssignee @5 :Bool;
  assignee @6 :Text;
  hasTeam @7 :Bool;
  team @8 :Text;
  tier @9 :UInt8;  # 0: the ticket kept its tier
}

struct TicketEdited {
  field @0 :Text;
  before @1 :Text;
  after @2 :Text;
}

struct TicketClassified {
  before @0 :Classification;
  after @1 :Classification;
}

struct TicketCommitted {
}

struct TeamAssigned {
  from @0 :Text;
  to @1 :Text;
}

struct ContactRecorded {
  channel @0 :Channel;
  direction @1 :Direction;
  summary @2 :Text;
}

struct TicketCameBack {
  from @0 :Place;
  to @1 :Place;
  cause @2 :ReturnCause;
  policyVersion @3 :UInt64;
  overLimit @4 :Bool;
}

struct HandOverOffered {
  to @0 :Text;
  reason @1 :Text;
}

struct HandOverAccepted {
  by @0 :Text;
  place @1 :Place;
  agent @2 :Text;
  policyVersion @3 :UInt64;
  overrideReason @4 :Text;
}

struct HandOverReturned {
  by @0 :Text;
  reason @1 :Text;
  wasAccepted @2 :Bool;
}

struct GuestMoved {
  board @0 :Text;
  from @1 :Place;
  to @2 :Place;
  policyVersion @3 :UInt64;
  overrideReason @4 :Text;
}

struct GuestPulled {
  board @0 :Text;
  from @1 :Place;
  to @2 :Place;
  agent @3 :Text;
  policyVersion @4 :UInt64;
  rule @5 :PullRule;
  candidates @6 :UInt64;
  heldBack @7 :UInt64;
}

struct GuestAssigned {
  board @0 :Text;
  from @1 :Text;
  to @2 :Text;
}

struct ApprovalRequested {
  number @0 :UInt32;
  approvers @1 :List(Text);
  needed @2 :UInt32;
  question @3 :Text;
  askedBy @4 :Text;
}

struct ApprovalDecided {
  number @0 :UInt32;
  approver @1 :Text;
  verdict @2 :Verdict;
  note @3 :Text;
}

struct CheckAdded {
  number @0 :UInt32;
  text @1 :Text;
  required @2 :Bool;
  gate @3 :Gate;
}

struct CheckCompleted {
  number @0 :UInt32;
  note @1 :Text;
}

struct TicketLinked {
  kind @0 :LinkKind;
  other @1 :TicketId;
  outgoing @2 :Bool;
}

struct TicketUnlinked {
  kind @0 :LinkKind;
  other @1 :TicketId;
  outgoing @2 :Bool;
}

struct TicketSplit {
  into @0 :List(TicketId);
}

struct TicketClosed {
  from @0 :Place;
  to @1 :Place;
}

struct TicketCancelled {
  from @0 :Place;
  to @1 :Place;
  reason @2 :Text;
}

struct SatisfactionRecorded {
  score @0 :UInt8;
  comment @1 :Text;
}

# Targets are seconds of working time.
struct PromiseMade {
  kind @0 :PromiseKind;
  policy @1 :Text;
  policyVersion @2 :UInt64;
  calendar @3 :Text;
  target @4 :Int64;
  warnAtPercent @5 :UInt8;
  pausesForCustomer @6 :Bool;
  from @7 :Int64;
}

struct PromiseChanged {
  kind @0 :PromiseKind;
  before @1 :Int64;
  after @2 :Int64;
  reason @3 :Text;
}

struct PromiseWarned {
  kind @0 :PromiseKind;
  at @1 :Int64;
}

struct PromiseMissed {
  kind @0 :PromiseKind;
  at @1 :Int64;
}

struct PromiseMet {
  kind @0 :PromiseKind;
  at @1 :Int64;
  elapsed @2 :Int64;  # microseconds of working time
}

struct RuleNotApplied {
  board @0 :Text;
  rule @1 :Text;
  refusals @2 :List(Text);
}

# --- Events of a board ----------------------------------------------------------------------------

struct Limit {
  limited @0 :Bool;
  value @1 :UInt32;
}

struct Column {
  id @0 :Text;
  name @1 :Text;
  category @2 :ColumnCategory;
  wipLimit @3 :Limit;
  defaultDrop @4 :Bool;
  waitsFor @5 :WaitsFor;
}

struct Lane {
  id @0 :Text;
  name @1 :Text;
  classes @2 :List(ServiceClass);
}

struct LimitScope {
  kind @0 :LimitKind;
  column @1 :Text;
  lane @2 :Text;
  person @3 :Text;
  type @4 :TicketType;
  serviceClass @5 :ServiceClass;
}

struct Rule {
  id @0 :Text;
  onEntry @1 :Text;  # a column
  ofType @2 :Bool;
  type @3 :TicketType;
  action :union {
    offerHandOverTo @4 :Text;   # a board
    assignToTeam @5 :Text;
    addRequiredCheck @6 :Text;
    moveToColumn @7 :Text;
    returnHome @8 :Text;        # the reason
  }
}

struct Reservation {
  kind :union {
    type @0 :TicketType;
    serviceClass @1 :ServiceClass;
  }
  cards @2 :UInt32;
}

struct BoardPolicy {
  allowsOverride @0 :Bool;
  expediteLimit @1 :UInt32;
  reservations @2 :List(Reservation);
  intangibleMin @3 :UInt32;
  intangibleOf @4 :UInt32;
  fixedDateLeadTime @5 :Int64;  # seconds
}

struct Grant {
  role @0 :Role;
  ends @1 :Bool;
  until @2 :Int64;
}

struct BoardCreated {  # schema version 2; 1 had no lanes and no rules
  key @0 :Text;
  name @1 :Text;
  templateName @2 :Text;
  columns @3 :List(Column);
  expediteLimit @4 :UInt32;
  lanes @5 :List(Lane);
  rules @6 :List(Rule);
}

struct LimitSet {  # schema version 2; 1 had a column only
  column @0 :Text;
  before @1 :Limit;
  after @2 :Limit;
  scope @3 :LimitScope;
}

struct ColumnAdded {
  column @0 :Column;
  at @1 :UInt32;
}

struct ColumnChanged {
  before @0 :Column;
  after @1 :Column;
}

struct ColumnRelocated {
  column @0 :Text;
  from @1 :UInt32;
  to @2 :UInt32;
}

struct ColumnRemoved {
  column @0 :Column;
  at @1 :UInt32;
}

struct LaneAdded {
  lane @0 :Lane;
  at @1 :UInt32;
}

struct LaneChanged {
  before @0 :Lane;
  after @1 :Lane;
}

struct LaneRelocated {
  lane @0 :Text;
  from @1 :UInt32;
  to @2 :UInt32;
}

struct LaneRemoved {
  lane @0 :Lane;
  at @1 :UInt32;
}

struct PolicySet {
  before @0 :BoardPolicy;
  after @1 :BoardPolicy;
}

struct RuleSet {
  before @0 :Rule;  # absent: it is new
  after @1 :Rule;
}

struct RuleRemoved {
  rule @0 :Rule;
}

struct RolesSet {
  subject @0 :Text;
  before @1 :List(Grant);
  after @2 :List(Grant);
}

# --- Events of the desk ---------------------------------------------------------------------------

struct DayWindow {  # seconds since midnight, [from, to)
  from @0 :UInt32;
  to @1 :UInt32;
}

struct DatedWindows {
  date @0 :Int32;  # days since 1970-01-01
  windows @1 :List(DayWindow);
}

struct Calendar {
  id @0 :Text;
  name @1 :Text;
  timeZone @2 :Text;                      # of the IANA database
  weeklyHours @3 :List(List(DayWindow));  # Monday first; 7
  weeklyBreaks @4 :List(List(DayWindow));
  holidays @5 :List(Int32);               # days since 1970-01-01
  yearlyHolidays @6 :List(UInt16);        # month * 100 + day
  breaks @7 :List(DatedWindows);
  shifts @8 :List(DatedWindows);
}

struct CalendarSet {
  calendar @0 :Calendar;
}

struct PromiseTarget {
  kind @0 :PromiseKind;
  target @1 :Int64;  # seconds of working time
  warnAtPercent @2 :UInt8;
  pausesForCustomer @3 :Bool;
}

struct PromisePolicy {
  id @0 :Text;
  name @1 :Text;
  board @2 :Text;       # what is empty or absent selects all
  hasType @3 :Bool;
  type @4 :TicketType;
  hasPriority @5 :Bool;
  priority @6 :Priority;
  service @7 :Text;
  customer @8 :Text;
  calendar @9 :Text;
  targets @10 :List(PromiseTarget);
  inUse @11 :Bool;
}

struct PromisePolicySet {
  policy @0 :PromisePolicy;
}

struct Service {
  id @0 :Text;
  name @1 :Text;
  team @2 :Text;
  supplier @3 :Text;
}

struct ServiceSet {
  service @0 :Service;
}

# --- Events of a subject: the reasons are not sealed and name nobody ------------------------------

struct SubjectErased {
  reason @0 :Text;
}

struct LegalHoldPlaced {
  reason @0 :Text;
}

struct LegalHoldLifted {
  reason @0 :Text;
}

# --- Older versions: read for ever, never written again ---------------------------------------------

struct TicketPulledV1 {
  from @0 :Place;
  to @1 :Place;
  agent @2 :Text;
  policyVersion @3 :UInt64;
  rule @4 :Text;  # as the pull policy spells its rules: "fixed-date"
  candidates @5 :UInt64;
}
