// Events to and from their stored bytes: the only place where Cap'n Proto meets the domain.
//
// encode and decode are inverse. Stored bytes are never re-encoded: an older schema version is
// upcast here, on reading, and nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "domain/board_event.h"
#include "domain/desk_event.h"
#include "domain/subject_event.h"
#include "domain/ticket_event.h"

namespace docket::domain::codec {

inline constexpr std::string_view kTicketStream = "ticket";
inline constexpr std::string_view kBoardStream = "board";
inline constexpr std::string_view kSubjectStream = "subject";
inline constexpr std::string_view kCalendarStream = "calendar";
inline constexpr std::string_view kPromisePolicyStream = "promise-policy";
inline constexpr std::string_view kServiceStream = "service";
std::string_view streamKind(DefinitionKind kind);
// The definition whose stream this is; none: it is a stream of something else.
std::optional<Definition> definitionOf(std::string_view streamKind, std::string_view streamId);
// The type of the one event that is acted on by its name, in whatever schema version it comes.
inline constexpr std::string_view kSubjectErased = "SubjectErased";

struct EncodedEvent {
  std::string_view type;  // "TicketMoved"; lives for ever
  std::uint16_t schemaVersion;
  std::vector<std::byte> payload;  // an unpacked Cap'n Proto message, a multiple of 8 bytes
};

EncodedEvent encode(const TicketEvent& event);
EncodedEvent encode(const BoardEvent& event);
EncodedEvent encode(const SubjectEvent& event);
EncodedEvent encode(const DeskEvent& event);

// Why there is no event. The first two are no damage: the log was written by a newer program, which
// understands it. Who meets one shows the fixed facts of the envelope, refuses or stops only what
// cannot do without the event, and says so.
struct DecodeError {
  enum class Code {
    unknownType,  // this program knows no such type
    newerSchema,  // it knows the type, but not this version of it
    malformed,    // it should understand these bytes, and does not
  };
  Code code;
  std::string type;
  std::uint16_t version = 0;      // as stored
  std::uint16_t newestKnown = 0;  // of the type; 0 when the type is unknown
  std::string message;            // a part of a sentence

  bool isDamage() const { return code == Code::malformed; }
};

using Event = std::variant<TicketEvent, BoardEvent, SubjectEvent, DeskEvent>;

// `payload` must start at an address that is a multiple of 8 (the event store's readers see to it).
// Never throws; whatever the bytes are, the answer is an event or an error. An event of an older
// schema version comes as today's.
[[nodiscard]] tl::expected<Event, DecodeError> decode(std::string_view type,
                                                      std::uint16_t schemaVersion,
                                                      std::span<const std::byte> payload);

// Every event type this program knows, for listings and checks.
struct KnownType {
  std::string_view type;
  std::uint16_t version;  // the newest schema version: what encode writes
};
std::span<const KnownType> knownTypes();

}  // namespace docket::domain::codec
