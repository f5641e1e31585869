// Reading questions from the wire, and what all commands have: their header and fingerprint.
#include "server/mapping.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "domain/text_rules.h"
#include "eventstore/envelope.h"
#include "server/field_reader.h"

namespace docket::server {
namespace {

void readHeader(FieldReader& fields, api::CommandHeader::Reader header, CommandRequest& request) {
  if (auto id = fields.id("header.id", header.getId())) request.id = *id;
  if (header.getCorrelationId().size() != 0) {
    request.correlationId = fields.id("header.correlationId", header.getCorrelationId());
  }
  if (header.getExpected().isVersion()) request.expectedVersion = header.getExpected().getVersion();
  request.onBehalfOf = {textOf(header.getOnBehalfOf())};
  if (!request.onBehalfOf.empty()) {
    if (auto invalid = domain::checkSubject("header.onBehalfOf", request.onBehalfOf)) {
      fields.rejection().emplace_back(*invalid);
    }
  }
  request.occurredAt = fields.time("header.occurredAt", header.getOccurredAt());
}

// The beginning of the SHA-256 of the interface's name, the actor and the command's canonical
// bytes, a zero byte between them. Stored: never change it.
eventstore::Fingerprint fingerprintOf(std::string_view interfaceName,
                                      const domain::SubjectId& actor,
                                      kj::ArrayPtr<const kj::byte> bytes) {
  std::string content;
  content.reserve(interfaceName.size() + actor.value.size() + bytes.size() + 2);
  content.append(interfaceName).push_back('\0');
  content.append(actor.value).push_back('\0');
  content.append(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
  const eventstore::Digest digest = eventstore::sha256(std::as_bytes(std::span(content)));
  eventstore::Fingerprint fingerprint;
  std::copy_n(digest.bytes.begin(), fingerprint.bytes.size(), fingerprint.bytes.begin());
  return fingerprint;
}

std::string_view interfaceOf(const api::TicketCommand::Reader&) {
  return "Desk";
}
std::string_view interfaceOf(const api::BoardCommand::Reader&) {
  return "BoardManager";
}
std::string_view interfaceOf(const api::DeskCommand::Reader&) {
  return "BoardManager.define";
}
std::string_view interfaceOf(const api::SubjectCommand::Reader&) {
  return "Administrator";
}

template <class WireCommand>
MappedCommand readWireCommand(typename WireCommand::Reader wire, const domain::SubjectId& actor) {
  // The command is read from its canonical copy: what is carried out is what was fingerprinted, and
  // the connection's reading limit is spent on one pass only.
  const kj::Array<capnp::word> canonical = capnp::canonicalize(wire);
  FieldReader fields;
  if (canonical.asBytes().size() > kMaxCommandBytes) {
    fields.refuse("command", "must be at most " + std::to_string(kMaxCommandBytes) + " bytes",
                  std::to_string(canonical.asBytes().size()) + " bytes");
    return tl::make_unexpected(std::move(fields.rejection()));
  }
  const kj::ArrayPtr<const capnp::word> segments[] = {canonical.asPtr()};
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(segments, 1));
  const auto in = message.getRoot<WireCommand>();

  CommandRequest request{};
  request.actor = actor;
  request.fingerprint = fingerprintOf(interfaceOf(wire), actor, canonical.asBytes());
  readHeader(fields, in.getHeader(), request);
  auto body = readBody(fields, in);
  if (!body) fields.refuse("command", "must be one that this server knows", "a newer one");
  if (fields.failed()) return tl::make_unexpected(std::move(fields.rejection()));
  request.command = std::move(*body);
  return request;
}

}  // namespace

std::string shortForm(std::string_view text) {
  constexpr std::size_t kShown = 40;
  if (!domain::characterCount(text)) return std::to_string(text.size()) + " bytes, not UTF-8";
  if (text.size() > kShown) return std::to_string(text.size()) + " bytes";
  std::string shown = "\"";
  for (const char c : text) shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return shown + "\"";
}

MappedCommand readCommand(api::TicketCommand::Reader command, const domain::SubjectId& actor) {
  auto request = readWireCommand<api::TicketCommand>(command, actor);
  if (request) {
    const auto& body = std::get<domain::TicketCommand>(request->command);
    const bool isHistory = std::holds_alternative<domain::RecordHistory>(body);
    request->origin = isHistory ? eventstore::Origin::import : eventstore::Origin::rpc;
  }
  return request;
}

MappedCommand readCommand(api::BoardCommand::Reader command, const domain::SubjectId& actor) {
  return readWireCommand<api::BoardCommand>(command, actor);
}

MappedCommand readCommand(api::SubjectCommand::Reader command, const domain::SubjectId& actor) {
  return readWireCommand<api::SubjectCommand>(command, actor);
}

MappedCommand readCommand(api::DeskCommand::Reader command, const domain::SubjectId& actor) {
  return readWireCommand<api::DeskCommand>(command, actor);
}

tl::expected<std::string, domain::Rejection> readName(const char* field, capnp::Text::Reader text) {
  FieldReader fields;
  std::string name = fields.name(field, text);
  if (fields.failed()) return tl::make_unexpected(std::move(fields.rejection()));
  return name;
}

tl::expected<domain::TicketId, domain::Rejection> readTicketId(const char* field,
                                                               capnp::Text::Reader text) {
  FieldReader fields;
  domain::TicketId id = fields.ticket(field, text);
  if (fields.failed()) return tl::make_unexpected(std::move(fields.rejection()));
  return id;
}

tl::expected<projections::AuditFilter, domain::Rejection> readAuditFilter(
    api::AuditFilter::Reader in) {
  constexpr std::size_t kLimitMax = 1000;
  FieldReader fields;
  projections::AuditFilter filter;
  if (in.getTicket().size() != 0) filter.ticket = fields.ticket("ticket", in.getTicket());
  if (in.getBoard().size() != 0)
    filter.board = domain::BoardKey{fields.name("board", in.getBoard())};
  filter.actor = fields.name("actor", in.getActor());
  filter.type = fields.name("type", in.getType());
  filter.from = fields.time("from", in.getFrom());
  filter.to = fields.time("to", in.getTo());
  if (in.getAfter().isPosition()) {
    filter.after = eventstore::Position{in.getAfter().getPosition()};
  }
  filter.newestFirst = in.getNewestFirst();
  filter.limit = std::min<std::size_t>(in.getLimit(), kLimitMax);
  if (fields.failed()) return tl::make_unexpected(std::move(fields.rejection()));
  return filter;
}

}  // namespace docket::server
