// Reading commands and questions from the wire.
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

namespace docket::server {
namespace {

using domain::FieldInvalid;
using domain::Rejection;

std::string textOf(capnp::Text::Reader text) {
  return {text.cStr(), text.size()};
}

// Instants that a calendar can print: the years 1 to 9999.
constexpr std::int64_t kTimeMin = -62'135'596'800'000'000;
constexpr std::int64_t kTimeMax = 253'402'300'799'999'999;

// Reads fields and collects what is wrong with them, each under its name on the wire.
class FieldReader {
 public:
  Rejection& rejection() { return rejection_; }
  bool failed() const { return !rejection_.empty(); }

  void refuse(std::string field, std::string rule, std::string got) {
    rejection_.emplace_back(FieldInvalid{std::move(field), std::move(rule), std::move(got)});
  }

  // Ids and names that refusals and events quote. Whether one exists is for the domain to say; that
  // it can be shown at all is checked here, so that no refusal carries broken text.
  std::string name(const char* field, capnp::Text::Reader text) {
    constexpr std::size_t kBytesMax = 400;
    std::string value = textOf(text);
    if (value.size() > kBytesMax || !domain::characterCount(value)) {
      refuse(field, "must be at most " + std::to_string(kBytesMax) + " bytes of valid UTF-8",
             shortForm(value));
    }
    return value;
  }

  domain::TicketId ticket(const char* field, capnp::Text::Reader text) {
    const std::string value = textOf(text);
    if (auto id = domain::TicketId::parse(value)) return *id;
    refuse(field, "must be a ticket's id such as OPS-42", shortForm(value));
    return {};
  }

  template <class Value>
  Value spelled(const char* field, capnp::Text::Reader text,
                std::optional<Value> (*parse)(std::string_view), const char* spellings) {
    const std::string value = textOf(text);
    if (auto parsed = parse(value)) return *parsed;
    refuse(field, std::string("must be one of ") + spellings, shortForm(value));
    return {};
  }

  domain::TicketType type(capnp::Text::Reader text) {
    return spelled("type", text, &domain::parseTicketType,
                   "incident, service-request, problem, change, task, defect, enhancement");
  }

  domain::ServiceClass serviceClass(capnp::Text::Reader text) {
    return spelled("class", text, &domain::parseServiceClass,
                   "expedite, fixed-date, standard, intangible");
  }

  std::optional<domain::Timestamp> time(const char* field, api::OptionalTime::Reader time) {
    if (time.isNone()) return std::nullopt;
    const std::int64_t at = time.getAt();
    if (at < kTimeMin || at > kTimeMax) {
      refuse(field, "must be in the years 1 to 9999", std::to_string(at) + " microseconds");
      return std::nullopt;
    }
    return domain::Timestamp{std::chrono::microseconds{at}};
  }

  std::optional<std::uint32_t> limit(const char* field, std::int64_t value) {
    constexpr std::int64_t kLimitMax = 1'000'000;
    if (value == -1) return std::nullopt;
    if (value < 0 || value > kLimitMax) {
      refuse(field, "must be 0 to 1000000, or -1 for none", std::to_string(value));
      return std::nullopt;
    }
    return static_cast<std::uint32_t>(value);
  }

  std::optional<eventstore::CommandId> id(const char* field, capnp::Data::Reader bytes) {
    eventstore::CommandId id;
    if (bytes.size() != id.bytes.size()) {
      refuse(field, "must be 16 bytes", std::to_string(bytes.size()) + " bytes");
      return std::nullopt;
    }
    std::memcpy(id.bytes.data(), bytes.begin(), id.bytes.size());
    if (id.isZero()) {
      refuse(field, "must be 16 bytes that are not all zero", "16 zero bytes");
      return std::nullopt;
    }
    return id;
  }

  std::vector<domain::ForeignAttribute> attributes(const char* field,
                                                   capnp::List<api::Attribute>::Reader list,
                                                   std::size_t depth = 1) {
    std::vector<domain::ForeignAttribute> attributes;
    if (list.size() != 0 && depth > kMaxAttributeDepth) {
      refuse(field, "must be nested at most " + std::to_string(kMaxAttributeDepth) + " deep",
             "more");
      return attributes;
    }
    // Before any is made: a list of empty ones takes no bytes on the wire, however long.
    attributesSeen_ += list.size();
    if (attributesSeen_ > kMaxAttributes) {
      refuse(field, "must be at most " + std::to_string(kMaxAttributes) + " attributes in all",
             "more");
      return {};
    }
    attributes.reserve(list.size());
    for (const api::Attribute::Reader item : list) {
      attributes.push_back({textOf(item.getKey()), textOf(item.getType()), textOf(item.getValue()),
                            childrenOf(field, item, depth)});
    }
    return attributes;
  }

 private:
  std::vector<domain::ForeignAttribute> childrenOf(const char* field, api::Attribute::Reader item,
                                                   std::size_t depth) {
    if (!item.hasChildren()) return {};
    return attributes(field, item.getChildren(), depth + 1);
  }

  Rejection rejection_;
  std::size_t attributesSeen_ = 0;
};

// --- Commands -----------------------------------------------------------------------------------

domain::OpenTicket read(FieldReader& fields, api::OpenTicket::Reader in) {
  return {.board = {fields.name("board", in.getBoard())},
          .column = {fields.name("column", in.getColumn())},
          .type = fields.type(in.getType()),
          .serviceClass = fields.serviceClass(in.getClass()),
          .title = textOf(in.getTitle()),
          .description = textOf(in.getDescription()),
          .requester = {fields.name("requester", in.getRequester())},
          .due = fields.time("due", in.getDue()),
          .classification = {},
          .team = {}};
}

domain::EscalateTicket read(FieldReader& fields, api::EscalateTicket::Reader in) {
  const unsigned tier = in.getTier();
  if (tier < 1 || tier > 3) fields.refuse("tier", "must be 1, 2 or 3", std::to_string(tier));
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .tier = static_cast<domain::Tier>(tier),
          .note = textOf(in.getNote())};
}

domain::BlockTicket read(FieldReader& fields, api::BlockTicket::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .kind = fields.spelled(
              "kind", in.getKind(), &domain::parseBlockerKind,
              "dependency, supplier, environment, information, approval, defect, other"),
          .reason = textOf(in.getReason())};
}

domain::RecordHistory read(FieldReader& fields, api::RecordHistory::Reader in) {
  return {.board = {fields.name("board", in.getBoard())},
          .externalKey = textOf(in.getExternalKey()),
          .type = fields.type(in.getType()),
          .title = textOf(in.getTitle()),
          .ticketForeign = fields.attributes("ticketForeign", in.getTicketForeign()),
          .sequence = in.getSequence(),
          .activity = textOf(in.getActivity()),
          .actor = textOf(in.getActor()),
          .column = {fields.name("column", in.getColumn())},
          .foreign = fields.attributes("foreign", in.getForeign()),
          .assignee = std::nullopt,
          .team = std::nullopt,
          .tier = std::nullopt};
}

std::optional<domain::TicketCommand> readBody(FieldReader& fields, api::TicketCommand::Reader in) {
  switch (in.which()) {
    case api::TicketCommand::OPEN:
      return read(fields, in.getOpen());
    case api::TicketCommand::MOVE: {
      const auto move = in.getMove();
      return domain::MoveTicket{fields.ticket("ticket", move.getTicket()),
                                {fields.name("column", move.getColumn())},
                                {},
                                textOf(move.getOverrideReason())};
    }
    case api::TicketCommand::PULL: {
      const auto pull = in.getPull();
      return domain::PullNext{{fields.name("board", pull.getBoard())},
                              {},
                              {fields.name("column", pull.getColumn())},
                              {fields.name("agent", pull.getAgent())}};
    }
    case api::TicketCommand::ASSIGN: {
      const auto assign = in.getAssign();
      return domain::AssignTicket{fields.ticket("ticket", assign.getTicket()),
                                  domain::SubjectId{fields.name("assignee", assign.getAssignee())},
                                  std::nullopt,
                                  {}};
    }
    case api::TicketCommand::ESCALATE:
      return read(fields, in.getEscalate());
    case api::TicketCommand::BLOCK:
      return read(fields, in.getBlock());
    case api::TicketCommand::UNBLOCK: {
      const auto unblock = in.getUnblock();
      return domain::UnblockTicket{fields.ticket("ticket", unblock.getTicket()),
                                   textOf(unblock.getNote())};
    }
    case api::TicketCommand::COMMENT: {
      const auto comment = in.getComment();
      return domain::AddComment{fields.ticket("ticket", comment.getTicket()),
                                textOf(comment.getText()), comment.getPublic()};
    }
    case api::TicketCommand::RESOLVE: {
      const auto resolve = in.getResolve();
      return domain::ResolveTicket{fields.ticket("ticket", resolve.getTicket()),
                                   {fields.name("column", resolve.getColumn())},
                                   textOf(resolve.getResolution()),
                                   domain::ResolutionKind::unspecified};
    }
    case api::TicketCommand::REOPEN: {
      const auto reopen = in.getReopen();
      return domain::ReopenTicket{fields.ticket("ticket", reopen.getTicket()),
                                  {fields.name("column", reopen.getColumn())},
                                  textOf(reopen.getReason())};
    }
    case api::TicketCommand::RECORD_HISTORY:
      return read(fields, in.getRecordHistory());
  }
  return std::nullopt;  // from a newer client
}

domain::CreateBoard read(FieldReader& fields, api::CreateBoard::Reader in) {
  constexpr unsigned kColumnsMax = 100;
  domain::CreateBoard create{{fields.name("key", in.getKey())},
                             textOf(in.getName()),
                             fields.name("template", in.getTemplate()),
                             {}};
  const auto columns = in.getColumns();
  if (columns.size() > kColumnsMax) {
    fields.refuse("columns", "must be at most 100", std::to_string(columns.size()));
    return create;
  }
  for (const api::Column::Reader column : columns) {
    create.columns.push_back(
        {{},
         textOf(column.getName()),
         fields.spelled("columns.category", column.getCategory(), &domain::parseColumnCategory,
                        "queue, active, waiting, resolved, closed"),
         fields.limit("columns.wipLimit", column.getWipLimit()),
         column.getDefaultDrop(),
         domain::WaitsFor::nothing});
  }
  return create;
}

std::optional<domain::BoardCommand> readBody(FieldReader& fields, api::BoardCommand::Reader in) {
  switch (in.which()) {
    case api::BoardCommand::CREATE:
      return read(fields, in.getCreate());
    case api::BoardCommand::SET_LIMIT: {
      const auto set = in.getSetLimit();
      domain::LimitScope scope;
      scope.column = {fields.name("column", set.getColumn())};
      return domain::SetLimit{
          {fields.name("board", set.getBoard())}, scope, fields.limit("limit", set.getLimit())};
    }
  }
  return std::nullopt;  // from a newer client
}

std::optional<domain::SubjectCommand> readBody(FieldReader& fields,
                                               api::SubjectCommand::Reader in) {
  const auto subject = [&](api::SubjectReason::Reader reason) {
    return domain::SubjectId{fields.name("subject", reason.getSubject())};
  };
  switch (in.which()) {
    case api::SubjectCommand::ERASE:
      return domain::EraseSubject{subject(in.getErase()), textOf(in.getErase().getReason())};
    case api::SubjectCommand::PLACE_HOLD:
      return domain::PlaceLegalHold{subject(in.getPlaceHold()),
                                    textOf(in.getPlaceHold().getReason())};
    case api::SubjectCommand::LIFT_HOLD:
      return domain::LiftLegalHold{subject(in.getLiftHold()), textOf(in.getLiftHold().getReason())};
  }
  return std::nullopt;  // from a newer client
}

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
