// The words of the domain: ids, kinds and times. Plain values.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::domain {

// An instant: microseconds since the Unix epoch, UTC.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// A text that names one kind of thing and is never mixed up with another.
template <class Tag>
struct Name {
  std::string value;
  auto operator<=>(const Name&) const = default;
  bool empty() const { return value.empty(); }
};

using BoardKey = Name<struct BoardKeyTag>;  // "OPS": 2 to 10 of A-Z and 0-9, a letter first
using ColumnId = Name<struct ColumnIdTag>;  // "in-progress": made from the column's first name
using LaneId = Name<struct LaneIdTag>;      // "expedite": likewise
using RuleId = Name<struct RuleIdTag>;      // of an automation rule on its board: "ask-development"
using SubjectId = Name<struct SubjectIdTag>;  // a person, opaque; empty: nobody
using TeamId = Name<struct TeamIdTag>;        // "network": as the desk names its teams; empty: none
using ServiceId = Name<struct ServiceIdTag>;  // "e-mail"
using CalendarId = Name<struct CalendarIdTag>;            // "office-hours"
using PromisePolicyId = Name<struct PromisePolicyIdTag>;  // "gold"

// A ticket's identity for life: home board key and a gapless number. Written "OPS-42".
struct TicketId {
  BoardKey board;
  std::uint64_t number = 0;  // from 1
  auto operator<=>(const TicketId&) const = default;
  std::string text() const { return board.value + "-" + std::to_string(number); }
  static std::optional<TicketId> parse(std::string_view text);
};

enum class TicketType { incident, serviceRequest, problem, change, task, defect, enhancement };
enum class ServiceClass { expedite, fixedDate, standard, intangible };
enum class ColumnCategory { queue, active, waiting, resolved, closed };

// Work that is over, until it is reopened.
constexpr bool isFinished(ColumnCategory category) {
  return category == ColumnCategory::resolved || category == ColumnCategory::closed;
}
// Work that has left the queue and is not over.
constexpr bool isUnderWay(ColumnCategory category) {
  return category == ColumnCategory::active || category == ColumnCategory::waiting;
}

// What work in a waiting column waits for.
enum class WaitsFor { nothing, customer, supplier, team };

// How a change is authorised (ITIL): a standard one beforehand, a normal one before the work, an
// emergency one by two people, with a review afterwards. None: it is no change, or not said yet.
enum class ChangeKind { none, standard, normal, emergency };
enum class Level { none, low, medium, high };      // of impact and of urgency; none: not used
enum class Priority { none, p1, p2, p3, p4, p5 };  // p1 goes first; none: not used
enum class CynefinDomain { none, clear, complicated, complex, chaotic };

enum class BlockerKind { dependency, supplier, environment, information, approval, defect, other };
enum class Tier : std::uint8_t { first = 1, second = 2, third = 3 };
// Which rule of the pull policy chose a ticket, in the order in which the policy asks them.
enum class PullRule { expedite, fixedDate, standard, intangible };

enum class Channel { phone, mail, chat, portal, walkIn, other };
enum class Direction { inbound, outbound };  // from the customer, to the customer
enum class LinkKind { relates, causes, duplicates, parent, implements, causedByChange };
enum class Verdict { approved, rejected };
enum class ResolutionKind { unspecified, fix, workaround, answer, notReproducible, noAction };
// What must not happen before a check is done.
enum class Gate { resolve, close };
// Which promise a clock measures. `supplier` is a supplier's promise to us.
enum class PromiseKind { firstResponse, timeToOwn, resolution, nextUpdate, supplier };
// Why a ticket came back to the default drop column by itself.
enum class ReturnCause { customerContact, handOverReturned };
enum class Role { requester, agent, manager, approver, auditor, administrator };

// Each enumeration has one spelling, used on the wire, in JSON and on the command line:
// "service-request", "fixed-date". parse… answers none for anything else.
std::string_view text(TicketType value);
std::string_view text(ServiceClass value);
std::string_view text(ColumnCategory value);
std::string_view text(BlockerKind value);
std::string_view text(PullRule value);
std::string_view text(WaitsFor value);
std::string_view text(ChangeKind value);
std::string_view text(Level value);
std::string_view text(Priority value);
std::string_view text(CynefinDomain value);
std::string_view text(Channel value);
std::string_view text(Direction value);
std::string_view text(LinkKind value);
std::string_view text(Verdict value);
std::string_view text(ResolutionKind value);
std::string_view text(Gate value);
std::string_view text(PromiseKind value);
std::string_view text(ReturnCause value);
std::string_view text(Role value);
std::optional<TicketType> parseTicketType(std::string_view text);
std::optional<ServiceClass> parseServiceClass(std::string_view text);
std::optional<ColumnCategory> parseColumnCategory(std::string_view text);
std::optional<BlockerKind> parseBlockerKind(std::string_view text);
std::optional<PullRule> parsePullRule(std::string_view text);
std::optional<WaitsFor> parseWaitsFor(std::string_view text);
std::optional<ChangeKind> parseChangeKind(std::string_view text);
std::optional<Level> parseLevel(std::string_view text);
std::optional<Priority> parsePriority(std::string_view text);
std::optional<CynefinDomain> parseCynefinDomain(std::string_view text);
std::optional<Channel> parseChannel(std::string_view text);
std::optional<Direction> parseDirection(std::string_view text);
std::optional<LinkKind> parseLinkKind(std::string_view text);
std::optional<Verdict> parseVerdict(std::string_view text);
std::optional<ResolutionKind> parseResolutionKind(std::string_view text);
std::optional<Gate> parseGate(std::string_view text);
std::optional<PromiseKind> parsePromiseKind(std::string_view text);
std::optional<ReturnCause> parseReturnCause(std::string_view text);
std::optional<Role> parseRole(std::string_view text);

// An event of a ticket or a board that this program does not understand, because a newer one wrote
// it: all that can be said of it.
struct UnreadEvent {
  std::uint64_t position = 0;  // in the log
  std::string type;
  std::uint16_t schemaVersion = 0;
  bool operator==(const UnreadEvent&) const = default;
};

// Where a ticket stands on its board: the column, and what that column meant at the time.
struct Place {
  ColumnId column;
  ColumnCategory category = ColumnCategory::queue;
  WaitsFor waitsFor = WaitsFor::nothing;
  auto operator<=>(const Place&) const = default;
};

// What a ticket is, apart from where it stands and who has it.
struct Classification {
  TicketType type = TicketType::incident;
  ServiceClass serviceClass = ServiceClass::standard;
  ChangeKind changeKind = ChangeKind::none;
  Level impact = Level::none;
  Level urgency = Level::none;
  Priority priority = Priority::none;
  CynefinDomain cynefin = CynefinDomain::none;
  ServiceId service;
  std::string customer;             // the organisation, as promise policies name it; no person
  std::vector<std::string> labels;  // sorted, each once
  bool operator==(const Classification&) const = default;
};

// Something an import brought that has no place in the model, kept verbatim: its key, its type and
// its text exactly as the source spelled them, and what was nested in it.
struct ForeignAttribute {
  std::string key;
  std::string type;  // "string", "date", "int", "float", "boolean", "id", "list", "container"
  std::string value;
  std::vector<ForeignAttribute> children;
  bool operator==(const ForeignAttribute&) const = default;
};

}  // namespace docket::domain

template <class Tag>
struct std::hash<docket::domain::Name<Tag>> {
  std::size_t operator()(const docket::domain::Name<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.value);
  }
};

template <>
struct std::hash<docket::domain::TicketId> {
  std::size_t operator()(const docket::domain::TicketId& id) const noexcept {
    return std::hash<std::string>{}(id.board.value) * 31 + std::hash<std::uint64_t>{}(id.number);
  }
};
