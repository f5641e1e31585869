// Writing answers to the wire.
#include <capnp/message.h>

#include <algorithm>

#include "domain/cases.h"
#include "server/mapping.h"
#include "server/wire_values.h"

namespace docket::server {
namespace {

using domain::Cases;

void write(const domain::RefusalText& text, api::Violation::Builder out) {
  out.setCode(text.code);
  out.setMessage(text.message);
  out.setWayOut(text.wayOut);
  auto facts = out.initFacts(static_cast<unsigned>(text.facts.size()));
  for (unsigned i = 0; i < facts.size(); ++i) {
    facts[i].setName(wire(text.facts[i].first));
    facts[i].setValue(wire(text.facts[i].second));
  }
}

const char* text(eventstore::Origin origin) {
  switch (origin) {
    case eventstore::Origin::rpc:
      return "rpc";
    case eventstore::Origin::http:
      return "http";
    case eventstore::Origin::import:
      return "import";
    case eventstore::Origin::rule:
      return "rule";
    case eventstore::Origin::timer:
      return "timer";
  }
  return "unknown";
}

const char* backupWayOut(eventstore::StoreErrorCode code) {
  using Code = eventstore::StoreErrorCode;
  switch (code) {
    case Code::noSpace:
      return "make room there, or keep fewer backups (docket backup prune), then try again";
    case Code::corrupt:
    case Code::behindAnchor:
      return "verify the log and the earlier backups";
    case Code::locked:
    case Code::interrupted:
      return "try again later";
    default:
      return "the sentence above says what is in the way";
  }
}

}  // namespace

void writeRejection(const domain::Rejection& rejection, api::Refusal::Builder out) {
  auto violations = out.initViolations(static_cast<unsigned>(rejection.size()));
  for (unsigned i = 0; i < violations.size(); ++i) {
    write(domain::describe(rejection[i]), violations[i]);
  }
}

void writeQueryRefusal(const QueryRefusal& answer, api::Refusal::Builder out) {
  write(domain::RefusalText{answer.code, answer.message, answer.wayOut, answer.facts},
        out.initViolations(1)[0]);
}

void writeOutcome(const Outcome& outcome, api::Outcome::Builder out) {
  std::visit(Cases{
                 [&out](const Done& done) {
                   auto wireDone = out.initDone();
                   wireDone.setPosition(done.position.value);
                   wireDone.setVersion(done.version.value);
                   wireDone.setSubject(done.subject);
                   wireDone.setRepeated(done.repeated);
                   wireDone.setEvents(done.events);
                 },
                 [&out](const Refused& refused) {
                   auto refusal = out.initRefused();
                   writeRejection(refused.rejection, refusal);
                   auto changes =
                       refusal.initChanges(static_cast<unsigned>(refused.changes.size()));
                   for (unsigned i = 0; i < changes.size(); ++i) {
                     writeFacts(refused.changes[i], changes[i]);
                   }
                 },
             },
             outcome);
}

void writeSummary(const projections::BoardSummary& summary, api::BoardSummary::Builder out) {
  out.setKey(summary.key.value);
  out.setName(summary.name);
  out.setTemplate(summary.templateName);
  out.setTickets(summary.tickets);
  out.setUnfinished(summary.unfinished);
}

void writeBoard(const projections::BoardSnapshot& snapshot, std::size_t cardsPerColumn,
                api::Board::Builder out) {
  const domain::Board& board = snapshot.board;
  out.setKey(board.key.value);
  out.setName(board.name);
  out.setTemplate(board.templateName);
  out.setVersion(board.policyVersion);
  out.setExpediteLimit(board.policy.expediteLimit);
  auto columns = out.initColumns(static_cast<unsigned>(snapshot.columns.size()));
  for (unsigned i = 0; i < columns.size(); ++i) {
    const projections::ColumnCards& column = snapshot.columns[i];
    writeColumn(column.column, columns[i].initColumn());
    columns[i].setCount(column.count);
    auto cards =
        columns[i].initCards(static_cast<unsigned>(std::min(cardsPerColumn, column.cards.size())));
    for (unsigned j = 0; j < cards.size(); ++j) writeCard(column.cards[j], cards[j]);
  }
}

void writeCard(const projections::Card& card, api::Card::Builder out) {
  out.setId(card.id.text());
  out.setColumn(card.place.column.value);
  out.setCategory(wire(domain::text(card.place.category)));
  out.setType(wire(domain::text(card.type)));
  out.setClass(wire(domain::text(card.serviceClass)));
  out.setTier(static_cast<std::uint8_t>(card.tier));
  out.setTitle(wire(card.title));
  out.setAssignee(card.assignee.value);
  if (card.blocked) out.setBlocked(wire(domain::text(*card.blocked)));
  writeTime(card.due, out.initDue());
  out.setOpenedAt(micros(card.openedAt));
  out.setInColumnSince(micros(card.inColumnSince));
  writeTime(card.committedAt, out.initCommittedAt());
  out.setExternalKey(wire(card.externalKey));
}

void writeQueueEntry(const projections::QueueEntry& entry, api::QueueEntry::Builder out) {
  out.setRank(entry.rank);
  out.setRule(entry.rule);
  writeCard(entry.card, out.initCard());
}

void writeFacts(const projections::AuditEntry& entry, api::EventFacts::Builder out) {
  out.setPosition(entry.position.value);
  out.setVersion(entry.version.value);
  out.setStream(entry.stream);
  out.setType(entry.type);
  out.setRecordedAt(micros(entry.recordedAt));
  out.setOccurredAt(micros(entry.occurredAt));
  out.setActor(entry.actor);
  out.setOnBehalfOf(entry.onBehalfOf);
  out.setOrigin(text(entry.origin));
  out.setCommandId(eventstore::toHex(entry.commandId.bytes));
  out.setSummary(wire(entry.summary));
}

void writeHistoryEntry(const projections::AuditEntry& entry, const domain::codec::Event& event,
                       api::HistoryEntry::Builder out) {
  writeFacts(entry, out.initFacts());
  if (const auto* subjectEvent = std::get_if<domain::SubjectEvent>(&event)) {
    std::visit([&out](const auto& happened) { out.setText(wire(happened.reason)); }, *subjectEvent);
    return;
  }
  const auto* ticketEvent = std::get_if<domain::TicketEvent>(&event);
  if (ticketEvent == nullptr) return;
  const auto foreign = [&out](unsigned size) { return out.initForeign(size); };
  std::visit(Cases{
                 [&](const domain::TicketOpened& e) {
                   out.setText(wire(e.title));
                   writeAttributes(e.foreign, foreign);
                 },
                 [&](const domain::TicketMoved& e) { out.setText(wire(e.overrideReason)); },
                 [](const domain::TicketPulled&) {},
                 [](const domain::TicketAssigned&) {},
                 [&](const domain::TicketEscalated& e) { out.setText(wire(e.note)); },
                 [&](const domain::TicketBlocked& e) { out.setText(wire(e.reason)); },
                 [&](const domain::TicketUnblocked& e) { out.setText(wire(e.note)); },
                 [&](const domain::CommentAdded& e) { out.setText(wire(e.text)); },
                 [&](const domain::TicketResolved& e) { out.setText(wire(e.resolution)); },
                 [&](const domain::TicketReopened& e) { out.setText(wire(e.reason)); },
                 [&](const domain::HistoryRecorded& e) {
                   out.setImported(true);
                   out.setActivity(wire(e.activity));
                   out.setSourceActor(wire(e.actor));
                   out.setSequence(e.sequence);
                   writeAttributes(e.foreign, foreign);
                 },
                 [&](const domain::TicketEdited& e) { out.setText(wire(e.after)); },
                 [](const domain::TicketClassified&) {},
                 [](const domain::TicketCommitted&) {},
                 [](const domain::TeamAssigned&) {},
                 [&](const domain::ContactRecorded& e) { out.setText(wire(e.summary)); },
                 [](const domain::TicketCameBack&) {},
                 [&](const domain::HandOverOffered& e) { out.setText(wire(e.reason)); },
                 [&](const domain::HandOverAccepted& e) { out.setText(wire(e.overrideReason)); },
                 [&](const domain::HandOverReturned& e) { out.setText(wire(e.reason)); },
                 [&](const domain::GuestMoved& e) { out.setText(wire(e.overrideReason)); },
                 [](const domain::GuestPulled&) {},
                 [](const domain::GuestAssigned&) {},
                 [&](const domain::ApprovalRequested& e) { out.setText(wire(e.question)); },
                 [&](const domain::ApprovalDecided& e) { out.setText(wire(e.note)); },
                 [&](const domain::CheckAdded& e) { out.setText(wire(e.text)); },
                 [&](const domain::CheckCompleted& e) { out.setText(wire(e.note)); },
                 [](const domain::TicketLinked&) {},
                 [](const domain::TicketUnlinked&) {},
                 [](const domain::TicketSplit&) {},
                 [](const domain::TicketClosed&) {},
                 [&](const domain::TicketCancelled& e) { out.setText(wire(e.reason)); },
                 [&](const domain::SatisfactionRecorded& e) { out.setText(wire(e.comment)); },
                 [](const domain::PromiseMade&) {},
                 [&](const domain::PromiseChanged& e) { out.setText(wire(e.reason)); },
                 [](const domain::PromiseWarned&) {},
                 [](const domain::PromiseMissed&) {},
                 [](const domain::PromiseMet&) {},
                 [](const domain::RuleNotApplied&) {},
             },
             *ticketEvent);
}

void writeSubject(const domain::SubjectId& id, const domain::Subject& subject,
                  const std::vector<projections::AuditEntry>& facts,
                  const std::vector<domain::codec::Event>& events, api::Subject::Builder out) {
  out.setId(id.value);
  out.setRecorded(subject.exists);
  out.setVersion(subject.version);
  out.setErased(subject.erased);
  out.setHeld(subject.legalHold.has_value());
  auto history = out.initHistory(static_cast<unsigned>(facts.size()));
  for (unsigned i = 0; i < history.size(); ++i) writeHistoryEntry(facts[i], events[i], history[i]);
}

void writeStatus(const projections::ProjectionStatus& status, api::ProjectionStatus::Builder out) {
  out.setName(status.name);
  out.setSchemaVersion(status.schemaVersion);
  out.setGeneration(status.generation);
  out.setNext(status.next.value);
  out.setHead(status.head.value);
  out.setRebuilding(status.rebuilding);
  out.setRebuildNext(status.rebuildNext.value);
  out.setStoppedBy(wire(status.stoppedBy));
  out.setStoppedAt(status.stoppedAt.value);
}

void writeBackupStatus(const BackupRunner::Status& status, api::BackupStatus::Builder out) {
  out.setNumber(status.number);
  out.setCopiedBytes(status.copiedBytes);
  if (status.number == 0) return out.setNone();
  if (!status.outcome) return out.setRunning();
  if (!*status.outcome) {
    const eventstore::StoreError& error = status.outcome->error();
    return writeQueryRefusal({"backup-failed", error.message, backupWayOut(error.code), {}},
                             out.initFailed());
  }
  const eventstore::BackupDescription& made = **status.outcome;
  auto facts = out.initDone();
  facts.setId(made.id.value);
  facts.setStoreId(made.storeId);
  facts.setHead(made.head.value);
  facts.setRoot(eventstore::toHex(made.root.bytes));
  writeTime(made.head.value == 0 ? std::nullopt : std::optional(made.lastRecorded),
            facts.initLastRecorded());
  facts.setMadeAt(made.madeAt.time_since_epoch().count());
  facts.setNewBytes(made.newBytes);
}

std::size_t wireBytes(const projections::Card& card) {
  constexpr std::size_t kFixed = 250;  // numbers, pointers and the short texts with their padding
  return kFixed + card.title.size() + card.assignee.value.size() + card.externalKey.size();
}

}  // namespace docket::server
