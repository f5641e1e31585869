#include "domain/codec/codec.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/io.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "domain/codec/messages.h"

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

// --- The list of events --------------------------------------------------------------------------
// The name each is stored under, and its message in each schema version from 1 on. The last one is
// today's: the one that `write` fills. `read` of an earlier one is its upcaster; a version that
// only added fields reads both by the same message.

template <class Event>
struct Stored;
#define DOCKET_STORED(EVENT, ...)                     \
  template <>                                         \
  struct Stored<EVENT> {                              \
    using Messages = std::tuple<__VA_ARGS__>;         \
    static constexpr std::string_view kType = #EVENT; \
  }
DOCKET_STORED(TicketOpened, wire::TicketOpened, wire::TicketOpened);
DOCKET_STORED(TicketMoved, wire::TicketMoved);
DOCKET_STORED(TicketPulled, wire::TicketPulledV1, wire::TicketPulled);
DOCKET_STORED(TicketAssigned, wire::TicketAssigned);
DOCKET_STORED(TicketEscalated, wire::TicketEscalated);
DOCKET_STORED(TicketBlocked, wire::TicketBlocked);
DOCKET_STORED(TicketUnblocked, wire::TicketUnblocked);
DOCKET_STORED(CommentAdded, wire::CommentAdded);
DOCKET_STORED(TicketResolved, wire::TicketResolved, wire::TicketResolved);
DOCKET_STORED(TicketReopened, wire::TicketReopened);
DOCKET_STORED(HistoryRecorded, wire::HistoryRecorded, wire::HistoryRecorded);
DOCKET_STORED(TicketEdited, wire::TicketEdited);
DOCKET_STORED(TicketClassified, wire::TicketClassified);
DOCKET_STORED(TicketCommitted, wire::TicketCommitted);
DOCKET_STORED(TeamAssigned, wire::TeamAssigned);
DOCKET_STORED(ContactRecorded, wire::ContactRecorded);
DOCKET_STORED(TicketCameBack, wire::TicketCameBack);
DOCKET_STORED(HandOverOffered, wire::HandOverOffered);
DOCKET_STORED(HandOverAccepted, wire::HandOverAccepted);
DOCKET_STORED(HandOverReturned, wire::HandOverReturned);
DOCKET_STORED(GuestMoved, wire::GuestMoved);
DOCKET_STORED(GuestPulled, wire::GuestPulled);
DOCKET_STORED(GuestAssigned, wire::GuestAssigned);
DOCKET_STORED(ApprovalRequested, wire::ApprovalRequested);
DOCKET_STORED(ApprovalDecided, wire::ApprovalDecided);
DOCKET_STORED(CheckAdded, wire::CheckAdded);
DOCKET_STORED(CheckCompleted, wire::CheckCompleted);
DOCKET_STORED(TicketLinked, wire::TicketLinked);
DOCKET_STORED(TicketUnlinked, wire::TicketUnlinked);
DOCKET_STORED(TicketSplit, wire::TicketSplit);
DOCKET_STORED(TicketClosed, wire::TicketClosed);
DOCKET_STORED(TicketCancelled, wire::TicketCancelled);
DOCKET_STORED(SatisfactionRecorded, wire::SatisfactionRecorded);
DOCKET_STORED(PromiseMade, wire::PromiseMade);
DOCKET_STORED(PromiseChanged, wire::PromiseChanged);
DOCKET_STORED(PromiseWarned, wire::PromiseWarned);
DOCKET_STORED(PromiseMissed, wire::PromiseMissed);
DOCKET_STORED(PromiseMet, wire::PromiseMet);
DOCKET_STORED(RuleNotApplied, wire::RuleNotApplied);
DOCKET_STORED(BoardCreated, wire::BoardCreated, wire::BoardCreated);
DOCKET_STORED(LimitSet, wire::LimitSet, wire::LimitSet);
DOCKET_STORED(ColumnAdded, wire::ColumnAdded);
DOCKET_STORED(ColumnChanged, wire::ColumnChanged);
DOCKET_STORED(ColumnRelocated, wire::ColumnRelocated);
DOCKET_STORED(ColumnRemoved, wire::ColumnRemoved);
DOCKET_STORED(LaneAdded, wire::LaneAdded);
DOCKET_STORED(LaneChanged, wire::LaneChanged);
DOCKET_STORED(LaneRelocated, wire::LaneRelocated);
DOCKET_STORED(LaneRemoved, wire::LaneRemoved);
DOCKET_STORED(PolicySet, wire::PolicySet);
DOCKET_STORED(RuleSet, wire::RuleSet);
DOCKET_STORED(RuleRemoved, wire::RuleRemoved);
DOCKET_STORED(RolesSet, wire::RolesSet);
DOCKET_STORED(SubjectErased, wire::SubjectErased);
DOCKET_STORED(LegalHoldPlaced, wire::LegalHoldPlaced);
DOCKET_STORED(LegalHoldLifted, wire::LegalHoldLifted);
DOCKET_STORED(CalendarSet, wire::CalendarSet);
DOCKET_STORED(PromisePolicySet, wire::PromisePolicySet);
DOCKET_STORED(ServiceSet, wire::ServiceSet);
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
  constexpr auto& kDesk = TypesOf<DeskEvent>::kReaders;
  std::array<Readers, kTicket.size() + kBoard.size() + kSubject.size() + kDesk.size()> all{};
  auto at = std::copy(kTicket.begin(), kTicket.end(), all.begin());
  at = std::copy(kBoard.begin(), kBoard.end(), at);
  at = std::copy(kSubject.begin(), kSubject.end(), at);
  std::copy(kDesk.begin(), kDesk.end(), at);
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

EncodedEvent encode(const DeskEvent& event) {
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

std::string_view streamKind(DefinitionKind kind) {
  switch (kind) {
    case DefinitionKind::calendar:
      return kCalendarStream;
    case DefinitionKind::promisePolicy:
      return kPromisePolicyStream;
    case DefinitionKind::service:
      return kServiceStream;
  }
  return {};
}

std::optional<Definition> definitionOf(std::string_view streamKind, std::string_view streamId) {
  for (const DefinitionKind kind :
       {DefinitionKind::calendar, DefinitionKind::promisePolicy, DefinitionKind::service}) {
    if (codec::streamKind(kind) == streamKind) return Definition{kind, std::string(streamId)};
  }
  return std::nullopt;
}

std::span<const KnownType> knownTypes() {
  return kKnownTypes;
}

}  // namespace docket::domain::codec
