// Wire to domain and back: the only place where the public schema meets the domain.
//
// Pure functions, any thread. Readers may come from strangers: whatever their bytes are, the answer
// is a command, a rejection that names the wire field, or (for a message that is no Cap'n Proto
// message) a kj::Exception. mapping.cc reads questions and what all commands have, and hands the
// rest to mapping_ticket.cc, mapping_board.cc and mapping_desk.cc (field_reader.h is what they
// share). mapping_answers.cc, mapping_ticket_answers.cc and mapping_desk_answers.cc write answers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "domain/refusal.h"
#include "domain/subject.h"
#include "domain/ticket.h"
#include "domain/world.h"
#include "projections/board_view.h"
#include "projections/desk_view.h"
#include "projections/engine.h"
#include "projections/queue_view.h"
#include "server/api/docket.capnp.h"
#include "server/backup_runner.h"
#include "server/command_path.h"

namespace docket::server {

// The largest command taken, in its canonical form. More than any valid command needs, so that a
// text which is too long is refused by its field's name.
inline constexpr std::size_t kMaxCommandBytes = 1280 * 1024;
// Commands in one executeMany.
inline constexpr std::size_t kMaxBatch = 1000;
// How deep foreign attributes may be nested in each other.
inline constexpr std::size_t kMaxAttributeDepth = 8;
// Of a ticket and its event together; the domain allows 200 of each.
inline constexpr std::size_t kMaxAttributes = 400;

// A refusal that is not one of the domain's: about a question, or about the server itself.
struct QueryRefusal {
  std::string code;
  std::string message;
  std::string wayOut;
  std::vector<std::pair<std::string, std::string>> facts;
};

using MappedCommand = tl::expected<CommandRequest, domain::Rejection>;

// A command as `actor` gives it, with its fingerprint: SHA-256 over the actor, a zero byte and the
// canonical form of the whole wire command, so that the same content always has the same one.
[[nodiscard]] MappedCommand readCommand(api::TicketCommand::Reader command,
                                        const domain::SubjectId& actor);
[[nodiscard]] MappedCommand readCommand(api::BoardCommand::Reader command,
                                        const domain::SubjectId& actor);
[[nodiscard]] MappedCommand readCommand(api::DeskCommand::Reader command,
                                        const domain::SubjectId& actor);
[[nodiscard]] MappedCommand readCommand(api::SubjectCommand::Reader command,
                                        const domain::SubjectId& actor);

// Fields of a question: an id that can be shown, and a ticket's id.
[[nodiscard]] tl::expected<std::string, domain::Rejection> readName(const char* field,
                                                                    capnp::Text::Reader text);
[[nodiscard]] tl::expected<domain::TicketId, domain::Rejection> readTicketId(
    const char* field, capnp::Text::Reader text);
[[nodiscard]] tl::expected<projections::AuditFilter, domain::Rejection> readAuditFilter(
    api::AuditFilter::Reader filter);

// For one sentence of a refusal: what came, cut short and made printable.
std::string shortForm(std::string_view text);

// --- Answers ------------------------------------------------------------------------------------

void writeOutcome(const Outcome& outcome, api::Outcome::Builder out);
void writeRejection(const domain::Rejection& rejection, api::Refusal::Builder out);
void writeQueryRefusal(const QueryRefusal& answer, api::Refusal::Builder out);

void writeBackupStatus(const BackupRunner::Status& status, api::BackupStatus::Builder out);

void writeSummary(const projections::BoardSummary& summary, api::BoardSummary::Builder out);
// With the first `cardsPerColumn` cards of each column.
void writeBoard(const projections::BoardSnapshot& snapshot, std::size_t cardsPerColumn,
                api::Board::Builder out);
void writeCard(const projections::Card& card, api::Card::Builder out);
void writeQueueEntry(const projections::QueueEntry& entry, api::QueueEntry::Builder out);
// A ticket, the definitions that its clocks are read by, and the instant at which they are.
struct TicketAnswer {
  const domain::Ticket& ticket;
  eventstore::Version version;
  const domain::DeskDefinitions& desk;
  domain::Timestamp now;
};
void writeTicket(const TicketAnswer& answer, api::Ticket::Builder out);
void writeRules(const projections::BoardRules& rules,
                const std::vector<domain::LintFinding>& findings, api::BoardRules::Builder out);
void writeDesk(const domain::DeskDefinitions& desk, api::DeskDefinitions::Builder out);
void writeOffer(const projections::WaitingOffer& offer, api::Offer::Builder out);
void writeFacts(const projections::AuditEntry& entry, api::EventFacts::Builder out);
void writeHistoryEntry(const projections::AuditEntry& entry, const domain::codec::Event& event,
                       api::HistoryEntry::Builder out);
// The newest events of a subject, and what all of them make of it.
void writeSubject(const domain::SubjectId& id, const domain::Subject& subject,
                  const std::vector<projections::AuditEntry>& facts,
                  const std::vector<domain::codec::Event>& events, api::Subject::Builder out);
void writeStatus(const projections::ProjectionStatus& status, api::ProjectionStatus::Builder out);

// Bytes that a card takes on the wire, about: pages are bounded by it.
std::size_t wireBytes(const projections::Card& card);

}  // namespace docket::server
