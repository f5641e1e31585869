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

struct Place {
  column @0 :Text;
  category @1 :ColumnCategory;
}

struct ForeignAttribute {
  key @0 :Text;
  type @1 :Text;
  value @2 :Text;
  children @3 :List(ForeignAttribute);
}

# --- Events of a ticket ---------------------------------------------------------------------------

struct TicketOpened {
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
}

struct TicketResolved {
  from @0 :Place;
  to @1 :Place;
  resolution @2 :Text;
}

struct TicketReopened {
  from @0 :Place;
  to @1 :Place;
  reason @2 :Text;
}

struct HistoryRecorded {
  sequence @0 :UInt64;
  activity @1 :Text;
  actor @2 :Text;
  to @3 :Place;  # absent: the ticket stayed where it was
  foreign @4 :List(ForeignAttribute);
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
}

struct BoardCreated {
  key @0 :Text;
  name @1 :Text;
  templateName @2 :Text;
  columns @3 :List(Column);
  expediteLimit @4 :UInt32;
}

struct LimitSet {
  column @0 :Text;
  before @1 :Limit;
  after @2 :Limit;
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
