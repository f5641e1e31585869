#include "domain/codec/codec.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/io.h>

#include <domain/codec/events.capnp.h>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

namespace docket::domain::codec {
namespace {

constexpr std::uint16_t kSchemaVersion = 1;

// A payload is at most 48 KiB (6,144 words), each word read about once. The rest is room for a
// payload that points at the same words twice, and the bound on what a hostile one can make us
// copy.
constexpr capnp::ReaderOptions kReaderOptions{.traversalLimitInWords = 16 * 1024,
                                              .nestingLimit = 64};

// Larger than any payload that the log takes, so that a message is one segment and its bytes do not
// depend on how a builder happens to grow. Cleared again by each builder, as far as it was used.
constexpr std::size_t kScratchWords = 8 * 1024;
thread_local std::array<capnp::word, kScratchWords> scratch;

// Thrown and caught in this file only: reading is deep, and the first fault ends it.
struct Malformed {
  std::string message;
};

// --- Values --------------------------------------------------------------------------------------

// The enumerations are spelled in the same order on both sides, for ever.
template <class Wire, class Domain>
constexpr bool same(Wire wire, Domain domain) {
  return static_cast<int>(wire) == static_cast<int>(domain);
}
static_assert(same(wire::ColumnCategory::QUEUE, ColumnCategory::queue) &&
              same(wire::ColumnCategory::ACTIVE, ColumnCategory::active) &&
              same(wire::ColumnCategory::WAITING, ColumnCategory::waiting) &&
              same(wire::ColumnCategory::RESOLVED, ColumnCategory::resolved) &&
              same(wire::ColumnCategory::CLOSED, ColumnCategory::closed));
static_assert(same(wire::TicketType::INCIDENT, TicketType::incident) &&
              same(wire::TicketType::SERVICE_REQUEST, TicketType::serviceRequest) &&
              same(wire::TicketType::PROBLEM, TicketType::problem) &&
              same(wire::TicketType::CHANGE, TicketType::change) &&
              same(wire::TicketType::TASK, TicketType::task) &&
              same(wire::TicketType::DEFECT, TicketType::defect) &&
              same(wire::TicketType::ENHANCEMENT, TicketType::enhancement));
static_assert(same(wire::ServiceClass::EXPEDITE, ServiceClass::expedite) &&
              same(wire::ServiceClass::FIXED_DATE, ServiceClass::fixedDate) &&
              same(wire::ServiceClass::STANDARD, ServiceClass::standard) &&
              same(wire::ServiceClass::INTANGIBLE, ServiceClass::intangible));
static_assert(same(wire::BlockerKind::DEPENDENCY, BlockerKind::dependency) &&
              same(wire::BlockerKind::SUPPLIER, BlockerKind::supplier) &&
              same(wire::BlockerKind::ENVIRONMENT, BlockerKind::environment) &&
              same(wire::BlockerKind::INFORMATION, BlockerKind::information) &&
              same(wire::BlockerKind::APPROVAL, BlockerKind::approval) &&
              same(wire::BlockerKind::DEFECT, BlockerKind::defect) &&
              same(wire::BlockerKind::OTHER, BlockerKind::other));

wire::ColumnCategory toWire(ColumnCategory value) {
  return static_cast<wire::ColumnCategory>(value);
}
wire::TicketType toWire(TicketType value) {
  return static_cast<wire::TicketType>(value);
}
wire::ServiceClass toWire(ServiceClass value) {
  return static_cast<wire::ServiceClass>(value);
}
wire::BlockerKind toWire(BlockerKind value) {
  return static_cast<wire::BlockerKind>(value);
}

// `last` is the last enumerant that this program knows.
template <class Domain, class Wire>
Domain fromWire(Wire value, Wire last) {
  if (value > last) {
    throw Malformed{"an enumerant of value " + std::to_string(static_cast<unsigned>(value))};
  }
  return static_cast<Domain>(value);
}
ColumnCategory read(wire::ColumnCategory value) {
  return fromWire<ColumnCategory>(value, wire::ColumnCategory::CLOSED);
}
TicketType read(wire::TicketType value) {
  return fromWire<TicketType>(value, wire::TicketType::ENHANCEMENT);
}
ServiceClass read(wire::ServiceClass value) {
  return fromWire<ServiceClass>(value, wire::ServiceClass::INTANGIBLE);
}
BlockerKind read(wire::BlockerKind value) {
  return fromWire<BlockerKind>(value, wire::BlockerKind::OTHER);
}

Tier readTier(std::uint8_t value) {
  if (value < 1 || value > 3) throw Malformed{"a tier of " + std::to_string(value)};
  return static_cast<Tier>(value);
}
std::uint8_t toWire(Tier value) {
  return static_cast<std::uint8_t>(value);
}

capnp::Text::Reader toWire(const std::string& text) {
  return {text.c_str(), text.size()};
}
std::string read(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}

void write(const Place& place, wire::Place::Builder to) {
  to.setColumn(toWire(place.column.value));
  to.setCategory(toWire(place.category));
}
Place read(wire::Place::Reader from) {
  return {ColumnId{read(from.getColumn())}, read(from.getCategory())};
}

void write(const std::optional<std::uint32_t>& limit, wire::Limit::Builder to) {
  to.setLimited(limit.has_value());
  to.setValue(limit.value_or(0));
}
std::optional<std::uint32_t> read(wire::Limit::Reader from) {
  return from.getLimited() ? std::optional(from.getValue()) : std::nullopt;
}

using ForeignList = capnp::List<wire::ForeignAttribute>;

void write(const std::vector<ForeignAttribute>& attributes, ForeignList::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i) {
    const ForeignAttribute& attribute = attributes[i];
    auto one = to[i];
    one.setKey(toWire(attribute.key));
    one.setType(toWire(attribute.type));
    one.setValue(toWire(attribute.value));
    if (attribute.children.empty()) continue;
    write(attribute.children, one.initChildren(static_cast<unsigned>(attribute.children.size())));
  }
}
// The reader's nesting limit ends a recursion that a hostile payload asks for.
std::vector<ForeignAttribute> read(ForeignList::Reader from) {
  std::vector<ForeignAttribute> attributes;
  attributes.reserve(from.size());
  for (const auto one : from) {
    attributes.push_back(
        {read(one.getKey()), read(one.getType()), read(one.getValue()), read(one.getChildren())});
  }
  return attributes;
}

// --- Events of a ticket: each to its message and back --------------------------------------------

void write(const TicketOpened& event, wire::TicketOpened::Builder to) {
  to.setBoard(toWire(event.id.board.value));
  to.setNumber(event.id.number);
  write(event.place, to.initPlace());
  to.setType(toWire(event.type));
  to.setServiceClass(toWire(event.serviceClass));
  to.setTier(toWire(event.tier));
  to.setTitle(toWire(event.title));
  to.setDescription(toWire(event.description));
  to.setRequester(toWire(event.requester.value));
  to.setHasDue(event.due.has_value());
  to.setDue(event.due ? event.due->time_since_epoch().count() : 0);
  to.setExternalKey(toWire(event.externalKey));
  if (!event.foreign.empty()) {
    write(event.foreign, to.initForeign(static_cast<unsigned>(event.foreign.size())));
  }
}
TicketOpened read(wire::TicketOpened::Reader from) {
  TicketOpened event;
  event.id = {BoardKey{read(from.getBoard())}, from.getNumber()};
  event.place = read(from.getPlace());
  event.type = read(from.getType());
  event.serviceClass = read(from.getServiceClass());
  event.tier = readTier(from.getTier());
  event.title = read(from.getTitle());
  event.description = read(from.getDescription());
  event.requester = SubjectId{read(from.getRequester())};
  if (from.getHasDue()) event.due = Timestamp{std::chrono::microseconds{from.getDue()}};
  event.externalKey = read(from.getExternalKey());
  event.foreign = read(from.getForeign());
  return event;
}

void write(const TicketMoved& event, wire::TicketMoved::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setPolicyVersion(event.policyVersion);
  to.setOverrideReason(toWire(event.overrideReason));
}
TicketMoved read(wire::TicketMoved::Reader from) {
  return {read(from.getFrom()), read(from.getTo()), from.getPolicyVersion(),
          read(from.getOverrideReason())};
}

void write(const TicketPulled& event, wire::TicketPulled::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setAgent(toWire(event.agent.value));
  to.setPolicyVersion(event.policyVersion);
  to.setRule(toWire(event.rule));
  to.setCandidates(event.candidates);
}
TicketPulled read(wire::TicketPulled::Reader from) {
  return {read(from.getFrom()),    read(from.getTo()),   SubjectId{read(from.getAgent())},
          from.getPolicyVersion(), read(from.getRule()), from.getCandidates()};
}

void write(const TicketAssigned& event, wire::TicketAssigned::Builder to) {
  to.setFrom(toWire(event.from.value));
  to.setTo(toWire(event.to.value));
}
TicketAssigned read(wire::TicketAssigned::Reader from) {
  return {SubjectId{read(from.getFrom())}, SubjectId{read(from.getTo())}};
}

void write(const TicketEscalated& event, wire::TicketEscalated::Builder to) {
  to.setFrom(toWire(event.from));
  to.setTo(toWire(event.to));
  to.setNote(toWire(event.note));
}
TicketEscalated read(wire::TicketEscalated::Reader from) {
  return {readTier(from.getFrom()), readTier(from.getTo()), read(from.getNote())};
}

void write(const TicketBlocked& event, wire::TicketBlocked::Builder to) {
  to.setKind(toWire(event.kind));
  to.setReason(toWire(event.reason));
}
TicketBlocked read(wire::TicketBlocked::Reader from) {
  return {read(from.getKind()), read(from.getReason())};
}

void write(const TicketUnblocked& event, wire::TicketUnblocked::Builder to) {
  to.setKind(toWire(event.kind));
  to.setNote(toWire(event.note));
}
TicketUnblocked read(wire::TicketUnblocked::Reader from) {
  return {read(from.getKind()), read(from.getNote())};
}

void write(const CommentAdded& event, wire::CommentAdded::Builder to) {
  to.setText(toWire(event.text));
  to.setIsPublic(event.isPublic);
}
CommentAdded read(wire::CommentAdded::Reader from) {
  return {read(from.getText()), from.getIsPublic()};
}

void write(const TicketResolved& event, wire::TicketResolved::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setResolution(toWire(event.resolution));
}
TicketResolved read(wire::TicketResolved::Reader from) {
  return {read(from.getFrom()), read(from.getTo()), read(from.getResolution())};
}

void write(const TicketReopened& event, wire::TicketReopened::Builder to) {
  write(event.from, to.initFrom());
  write(event.to, to.initTo());
  to.setReason(toWire(event.reason));
}
TicketReopened read(wire::TicketReopened::Reader from) {
  return {read(from.getFrom()), read(from.getTo()), read(from.getReason())};
}

void write(const HistoryRecorded& event, wire::HistoryRecorded::Builder to) {
  to.setSequence(event.sequence);
  to.setActivity(toWire(event.activity));
  to.setActor(toWire(event.actor));
  if (event.to) write(*event.to, to.initTo());
  if (!event.foreign.empty()) {
    write(event.foreign, to.initForeign(static_cast<unsigned>(event.foreign.size())));
  }
}
HistoryRecorded read(wire::HistoryRecorded::Reader from) {
  HistoryRecorded event;
  event.sequence = from.getSequence();
  event.activity = read(from.getActivity());
  event.actor = read(from.getActor());
  if (from.hasTo()) event.to = read(from.getTo());
  event.foreign = read(from.getForeign());
  return event;
}

// --- Events of a board ---------------------------------------------------------------------------

void write(const BoardCreated& event, wire::BoardCreated::Builder to) {
  to.setKey(toWire(event.key.value));
  to.setName(toWire(event.name));
  to.setTemplateName(toWire(event.templateName));
  auto columns = to.initColumns(static_cast<unsigned>(event.columns.size()));
  for (unsigned i = 0; i < columns.size(); ++i) {
    const Column& column = event.columns[i];
    auto one = columns[i];
    one.setId(toWire(column.id.value));
    one.setName(toWire(column.name));
    one.setCategory(toWire(column.category));
    write(column.wipLimit, one.initWipLimit());
    one.setDefaultDrop(column.defaultDrop);
  }
  to.setExpediteLimit(event.expediteLimit);
}
BoardCreated read(wire::BoardCreated::Reader from) {
  BoardCreated event;
  event.key = BoardKey{read(from.getKey())};
  event.name = read(from.getName());
  event.templateName = read(from.getTemplateName());
  for (const auto one : from.getColumns()) {
    event.columns.push_back({ColumnId{read(one.getId())}, read(one.getName()),
                             read(one.getCategory()), read(one.getWipLimit()),
                             one.getDefaultDrop()});
  }
  event.expediteLimit = from.getExpediteLimit();
  return event;
}

void write(const LimitSet& event, wire::LimitSet::Builder to) {
  to.setColumn(toWire(event.column.value));
  write(event.before, to.initBefore());
  write(event.after, to.initAfter());
}
LimitSet read(wire::LimitSet::Reader from) {
  return {ColumnId{read(from.getColumn())}, read(from.getBefore()), read(from.getAfter())};
}

// --- The list of events: the name each is stored under, and its message --------------------------

template <class Event>
struct Stored;
#define DOCKET_STORED(EVENT)                          \
  template <>                                         \
  struct Stored<EVENT> {                              \
    using Message = wire::EVENT;                      \
    static constexpr std::string_view kType = #EVENT; \
  }
DOCKET_STORED(TicketOpened);
DOCKET_STORED(TicketMoved);
DOCKET_STORED(TicketPulled);
DOCKET_STORED(TicketAssigned);
DOCKET_STORED(TicketEscalated);
DOCKET_STORED(TicketBlocked);
DOCKET_STORED(TicketUnblocked);
DOCKET_STORED(CommentAdded);
DOCKET_STORED(TicketResolved);
DOCKET_STORED(TicketReopened);
DOCKET_STORED(HistoryRecorded);
DOCKET_STORED(BoardCreated);
DOCKET_STORED(LimitSet);
#undef DOCKET_STORED

template <class Event>
EncodedEvent encodeOne(const Event& event) {
  capnp::MallocMessageBuilder message(kj::arrayPtr(scratch.data(), scratch.size()));
  write(event, message.initRoot<typename Stored<Event>::Message>());
  EncodedEvent encoded{Stored<Event>::kType, kSchemaVersion, {}};
  encoded.payload.resize(capnp::computeSerializedSizeInWords(message) * sizeof(capnp::word));
  kj::ArrayOutputStream stream(
      kj::arrayPtr(reinterpret_cast<kj::byte*>(encoded.payload.data()), encoded.payload.size()));
  capnp::writeMessage(stream, message);
  return encoded;
}

using Decoded = tl::expected<Event, DecodeError>;

tl::unexpected<DecodeError> malformed(std::string_view type, std::string_view why) {
  return tl::unexpected(DecodeError{DecodeError::Code::malformed,
                                    "malformed " + std::string(type) + ": " + std::string(why)});
}

template <class One, class Family>
Decoded decodeOne(std::span<const std::byte> payload) {
  constexpr std::string_view kType = Stored<One>::kType;
  if (payload.empty()) return malformed(kType, "it is empty");
  if (payload.size() % sizeof(capnp::word) != 0) return malformed(kType, "it is not whole words");
  if (reinterpret_cast<std::uintptr_t>(payload.data()) % alignof(capnp::word) != 0) {
    return malformed(kType, "it was not handed over at a word boundary");
  }
  const kj::ArrayPtr<const capnp::word> words(reinterpret_cast<const capnp::word*>(payload.data()),
                                              payload.size() / sizeof(capnp::word));
  try {
    capnp::FlatArrayMessageReader message(words, kReaderOptions);
    if (message.getEnd() != words.end()) return malformed(kType, "bytes follow the message");
    if (message.getRoot<capnp::AnyPointer>().isNull()) return malformed(kType, "it has no root");
    return Event{Family{read(message.getRoot<typename Stored<One>::Message>())}};
  } catch (const kj::Exception& fault) {
    return malformed(kType, fault.getDescription().cStr());
  } catch (const Malformed& fault) {
    return malformed(kType, fault.message);
  }
}

struct KnownType {
  std::string_view type;
  Decoded (*decode)(std::span<const std::byte> payload);
};

template <class Variant>
struct KnownTypesOf;
template <class... Events>
struct KnownTypesOf<std::variant<Events...>> {
  static constexpr std::array<KnownType, sizeof...(Events)> kAll{
      KnownType{Stored<Events>::kType, &decodeOne<Events, std::variant<Events...>>}...};
};

constexpr auto& kTicketTypes = KnownTypesOf<TicketEvent>::kAll;
constexpr auto& kBoardTypes = KnownTypesOf<BoardEvent>::kAll;

constexpr auto kKnownTypes = [] {
  std::array<KnownType, kTicketTypes.size() + kBoardTypes.size()> all{};
  std::size_t next = 0;
  for (const KnownType& known : kTicketTypes) all[next++] = known;
  for (const KnownType& known : kBoardTypes) all[next++] = known;
  return all;
}();

constexpr auto kKnownNames = [] {
  std::array<std::string_view, kKnownTypes.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kKnownTypes[i].type;
  return names;
}();

}  // namespace

EncodedEvent encode(const TicketEvent& event) {
  return std::visit([](const auto& one) { return encodeOne(one); }, event);
}

EncodedEvent encode(const BoardEvent& event) {
  return std::visit([](const auto& one) { return encodeOne(one); }, event);
}

tl::expected<Event, DecodeError> decode(std::string_view type, std::uint16_t schemaVersion,
                                        std::span<const std::byte> payload) {
  for (const KnownType& known : kKnownTypes) {
    if (known.type != type) continue;
    if (schemaVersion == 0) return malformed(type, "no schema has version 0");
    if (schemaVersion > kSchemaVersion) {
      return tl::unexpected(
          DecodeError{DecodeError::Code::newerSchema,
                      std::string(type) + " has schema version " + std::to_string(schemaVersion) +
                          "; this program knows up to " + std::to_string(kSchemaVersion)});
    }
    return known.decode(payload);
  }
  return tl::unexpected(DecodeError{DecodeError::Code::unknownType,
                                    "no event type '" + std::string(type) + "' is known"});
}

std::span<const std::string_view> knownTypes() {
  return kKnownNames;
}

}  // namespace docket::domain::codec
