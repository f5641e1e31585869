#include "domain/codec/codec.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/io.h>

#include <domain/codec/events.capnp.h>
#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace docket::domain::codec {
namespace {

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

static_assert(same(wire::PullRule::EXPEDITE, PullRule::expedite) &&
              same(wire::PullRule::FIXED_DATE, PullRule::fixedDate) &&
              same(wire::PullRule::STANDARD, PullRule::standard) &&
              same(wire::PullRule::INTANGIBLE, PullRule::intangible));

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
wire::PullRule toWire(PullRule value) {
  return static_cast<wire::PullRule>(value);
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
PullRule read(wire::PullRule value) {
  return fromWire<PullRule>(value, wire::PullRule::INTANGIBLE);
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
  to.setHasHeldBack(event.heldBack.has_value());
  to.setHeldBack(event.heldBack.value_or(0));
}
TicketPulled read(wire::TicketPulled::Reader from) {
  TicketPulled event{read(from.getFrom()),
                     read(from.getTo()),
                     SubjectId{read(from.getAgent())},
                     from.getPolicyVersion(),
                     read(from.getRule()),
                     from.getCandidates(),
                     std::nullopt};
  if (from.getHasHeldBack()) event.heldBack = from.getHeldBack();
  return event;
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

// --- Events of a subject -------------------------------------------------------------------------

void write(const SubjectErased& event, wire::SubjectErased::Builder to) {
  to.setReason(toWire(event.reason));
}
SubjectErased read(wire::SubjectErased::Reader from) {
  return {read(from.getReason())};
}

void write(const LegalHoldPlaced& event, wire::LegalHoldPlaced::Builder to) {
  to.setReason(toWire(event.reason));
}
LegalHoldPlaced read(wire::LegalHoldPlaced::Reader from) {
  return {read(from.getReason())};
}

void write(const LegalHoldLifted& event, wire::LegalHoldLifted::Builder to) {
  to.setReason(toWire(event.reason));
}
LegalHoldLifted read(wire::LegalHoldLifted::Reader from) {
  return {read(from.getReason())};
}

// --- Upcasters: an older message, read as today's event ------------------------------------------

// Version 1 spelled the rule as a text, and did not say whom a limit had held back.
TicketPulled read(wire::TicketPulledV1::Reader from) {
  const std::string rule = read(from.getRule());
  const auto known = parsePullRule(rule);
  if (!known) throw Malformed{"a pull rule '" + rule + "'"};
  return {read(from.getFrom()),
          read(from.getTo()),
          SubjectId{read(from.getAgent())},
          from.getPolicyVersion(),
          *known,
          from.getCandidates(),
          std::nullopt};
}

// --- The list of events --------------------------------------------------------------------------
// The name each is stored under, and its message in each schema version from 1 on. The last one is
// today's: the one that `write` fills. `read` of an earlier one is its upcaster.

template <class Event>
struct Stored;
#define DOCKET_STORED(EVENT, ...)                     \
  template <>                                         \
  struct Stored<EVENT> {                              \
    using Messages = std::tuple<__VA_ARGS__>;         \
    static constexpr std::string_view kType = #EVENT; \
  }
DOCKET_STORED(TicketOpened, wire::TicketOpened);
DOCKET_STORED(TicketMoved, wire::TicketMoved);
DOCKET_STORED(TicketPulled, wire::TicketPulledV1, wire::TicketPulled);
DOCKET_STORED(TicketAssigned, wire::TicketAssigned);
DOCKET_STORED(TicketEscalated, wire::TicketEscalated);
DOCKET_STORED(TicketBlocked, wire::TicketBlocked);
DOCKET_STORED(TicketUnblocked, wire::TicketUnblocked);
DOCKET_STORED(CommentAdded, wire::CommentAdded);
DOCKET_STORED(TicketResolved, wire::TicketResolved);
DOCKET_STORED(TicketReopened, wire::TicketReopened);
DOCKET_STORED(HistoryRecorded, wire::HistoryRecorded);
DOCKET_STORED(BoardCreated, wire::BoardCreated);
DOCKET_STORED(LimitSet, wire::LimitSet);
DOCKET_STORED(SubjectErased, wire::SubjectErased);
DOCKET_STORED(LegalHoldPlaced, wire::LegalHoldPlaced);
DOCKET_STORED(LegalHoldLifted, wire::LegalHoldLifted);
#undef DOCKET_STORED
static_assert(Stored<SubjectErased>::kType == kSubjectErased);

template <class Event>
constexpr std::uint16_t kNewestVersion = std::tuple_size_v<typename Stored<Event>::Messages>;
template <class Event>
using NewestMessage =
    std::tuple_element_t<kNewestVersion<Event> - 1, typename Stored<Event>::Messages>;

// --- Messages to and from bytes ------------------------------------------------------------------

template <class Event>
EncodedEvent encodeOne(const Event& event) {
  capnp::MallocMessageBuilder message(kj::arrayPtr(scratch.data(), scratch.size()));
  write(event, message.initRoot<NewestMessage<Event>>());
  EncodedEvent encoded{Stored<Event>::kType, kNewestVersion<Event>, {}};
  encoded.payload.resize(capnp::computeSerializedSizeInWords(message) * sizeof(capnp::word));
  kj::ArrayOutputStream stream(
      kj::arrayPtr(reinterpret_cast<kj::byte*>(encoded.payload.data()), encoded.payload.size()));
  capnp::writeMessage(stream, message);
  return encoded;
}

using Decoded = tl::expected<Event, DecodeError>;

// One schema version of one type: the event in `payload`. Throws Malformed and kj::Exception.
template <class Message, class One, class Family>
Event readPayload(std::span<const std::byte> payload) {
  if (payload.empty()) throw Malformed{"it is empty"};
  if (payload.size() % sizeof(capnp::word) != 0) throw Malformed{"it is not whole words"};
  if (reinterpret_cast<std::uintptr_t>(payload.data()) % alignof(capnp::word) != 0) {
    throw Malformed{"it was not handed over at a word boundary"};
  }
  const kj::ArrayPtr<const capnp::word> words(reinterpret_cast<const capnp::word*>(payload.data()),
                                              payload.size() / sizeof(capnp::word));
  capnp::FlatArrayMessageReader message(words, kReaderOptions);
  if (message.getEnd() != words.end()) throw Malformed{"bytes follow the message"};
  if (message.getRoot<capnp::AnyPointer>().isNull()) throw Malformed{"it has no root"};
  One event = read(message.getRoot<Message>());
  return Family{std::move(event)};
}
using ReadPayload = Event (*)(std::span<const std::byte> payload);

template <class Messages, class One, class Family>
struct ReadersOf;
template <class... Messages, class One, class Family>
struct ReadersOf<std::tuple<Messages...>, One, Family> {
  static constexpr std::array<ReadPayload, sizeof...(Messages)> kAll{
      &readPayload<Messages, One, Family>...};
};

struct Readers {
  std::string_view type;
  std::span<const ReadPayload> byVersion;  // that of version 1 first
};

template <class Variant>
struct TypesOf;
template <class... Events>
struct TypesOf<std::variant<Events...>> {
  static constexpr std::array<Readers, sizeof...(Events)> kReaders{Readers{
      Stored<Events>::kType,
      ReadersOf<typename Stored<Events>::Messages, Events, std::variant<Events...>>::kAll}...};
};

constexpr auto kReaders = [] {
  constexpr auto& kTicket = TypesOf<TicketEvent>::kReaders;
  constexpr auto& kBoard = TypesOf<BoardEvent>::kReaders;
  constexpr auto& kSubject = TypesOf<SubjectEvent>::kReaders;
  std::array<Readers, kTicket.size() + kBoard.size() + kSubject.size()> all{};
  const auto board = std::copy(kTicket.begin(), kTicket.end(), all.begin());
  std::copy(kSubject.begin(), kSubject.end(), std::copy(kBoard.begin(), kBoard.end(), board));
  return all;
}();

constexpr auto kKnownTypes = [] {
  std::array<KnownType, kReaders.size()> types{};
  for (std::size_t i = 0; i < types.size(); ++i) {
    types[i] = {kReaders[i].type, static_cast<std::uint16_t>(kReaders[i].byVersion.size())};
  }
  return types;
}();

Decoded unknownType(std::string_view type, std::uint16_t version) {
  return tl::unexpected(DecodeError{DecodeError::Code::unknownType, std::string(type), version, 0,
                                    "no event type '" + std::string(type) + "' is known"});
}

Decoded newerSchema(const Readers& known, std::uint16_t version) {
  const auto newest = static_cast<std::uint16_t>(known.byVersion.size());
  return tl::unexpected(
      DecodeError{DecodeError::Code::newerSchema, std::string(known.type), version, newest,
                  std::string(known.type) + " has schema version " + std::to_string(version) +
                      "; this program knows up to " + std::to_string(newest)});
}

Decoded malformed(const Readers& known, std::uint16_t version, std::string_view why) {
  const auto newest = static_cast<std::uint16_t>(known.byVersion.size());
  return tl::unexpected(
      DecodeError{DecodeError::Code::malformed, std::string(known.type), version, newest,
                  "malformed " + std::string(known.type) + ": " + std::string(why)});
}

}  // namespace

EncodedEvent encode(const TicketEvent& event) {
  return std::visit([](const auto& one) { return encodeOne(one); }, event);
}

EncodedEvent encode(const BoardEvent& event) {
  return std::visit([](const auto& one) { return encodeOne(one); }, event);
}

EncodedEvent encode(const SubjectEvent& event) {
  return std::visit([](const auto& one) { return encodeOne(one); }, event);
}

tl::expected<Event, DecodeError> decode(std::string_view type, std::uint16_t schemaVersion,
                                        std::span<const std::byte> payload) {
  const auto known = std::find_if(kReaders.begin(), kReaders.end(),
                                  [&](const Readers& one) { return one.type == type; });
  if (known == kReaders.end()) return unknownType(type, schemaVersion);
  if (schemaVersion == 0) return malformed(*known, 0, "no schema has version 0");
  if (schemaVersion > known->byVersion.size()) return newerSchema(*known, schemaVersion);
  try {
    return known->byVersion[schemaVersion - 1U](payload);
  } catch (const kj::Exception& fault) {
    return malformed(*known, schemaVersion, fault.getDescription().cStr());
  } catch (const Malformed& fault) {
    return malformed(*known, schemaVersion, fault.message);
  }
}

std::span<const KnownType> knownTypes() {
  return kKnownTypes;
}

}  // namespace docket::domain::codec
