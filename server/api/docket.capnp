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
  rank @0 :UInt64;  # from 1; 0: blocked
  rule @1 :Text;
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
  }
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
}

struct MoveTicket {
  ticket @0 :Text;
  column @1 :Text;
  overrideReason @2 :Text;
}

struct PullNext {
  board @0 :Text;
  column @1 :Text;       # empty: the first active column
  agent @2 :Text;        # empty: whoever asks
}

struct AssignTicket {
  ticket @0 :Text;
  assignee @1 :Text;     # empty: nobody
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
}

struct BoardCommand {
  header @0 :CommandHeader;
  union {
    create @1 :CreateBoard;
    setLimit @2 :SetLimit;
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
  column @1 :Text;
  limit @2 :Int64 = -1;      # -1: none
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
