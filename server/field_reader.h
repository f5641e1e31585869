// Reads the fields of a command from the wire and collects what is wrong with them, each under its
// name there. Internal to the mapping.
#pragma once

#include <capnp/blob.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/command.h"
#include "domain/refusal.h"
#include "eventstore/types.h"
#include "server/api/docket.capnp.h"

namespace docket::server {

std::string textOf(capnp::Text::Reader text);

// How the values of an enumeration are spelled, for a refusal to say.
template <class Value>
struct Spelling {
  std::optional<Value> (*parse)(std::string_view);
  const char* all;
};
inline constexpr Spelling<domain::TicketType> kTypes{
    &domain::parseTicketType,
    "incident, service-request, problem, change, task, defect, enhancement"};
inline constexpr Spelling<domain::ServiceClass> kClasses{
    &domain::parseServiceClass, "expedite, fixed-date, standard, intangible"};
inline constexpr Spelling<domain::ColumnCategory> kCategories{
    &domain::parseColumnCategory, "queue, active, waiting, resolved, closed"};
inline constexpr Spelling<domain::WaitsFor> kWaitsFor{&domain::parseWaitsFor,
                                                      "nothing, customer, supplier, team"};
inline constexpr Spelling<domain::ChangeKind> kChangeKinds{&domain::parseChangeKind,
                                                           "none, standard, normal, emergency"};
inline constexpr Spelling<domain::Level> kLevels{&domain::parseLevel, "none, low, medium, high"};
inline constexpr Spelling<domain::Priority> kPriorities{&domain::parsePriority,
                                                        "none, p1, p2, p3, p4, p5"};
inline constexpr Spelling<domain::CynefinDomain> kCynefinDomains{
    &domain::parseCynefinDomain, "none, clear, complicated, complex, chaotic"};
inline constexpr Spelling<domain::BlockerKind> kBlockerKinds{
    &domain::parseBlockerKind,
    "dependency, supplier, environment, information, approval, defect, other"};
inline constexpr Spelling<domain::Channel> kChannels{&domain::parseChannel,
                                                     "phone, mail, chat, portal, walk-in, other"};
inline constexpr Spelling<domain::Direction> kDirections{&domain::parseDirection,
                                                         "inbound, outbound"};
inline constexpr Spelling<domain::LinkKind> kLinkKinds{
    &domain::parseLinkKind, "relates, causes, duplicates, parent, implements, caused-by-change"};
inline constexpr Spelling<domain::Verdict> kVerdicts{&domain::parseVerdict, "approved, rejected"};
inline constexpr Spelling<domain::ResolutionKind> kResolutionKinds{
    &domain::parseResolutionKind,
    "unspecified, fix, workaround, answer, not-reproducible, no-action"};
inline constexpr Spelling<domain::Gate> kGates{&domain::parseGate, "resolve, close"};
inline constexpr Spelling<domain::PromiseKind> kPromiseKinds{
    &domain::parsePromiseKind, "first-response, time-to-own, resolution, next-update, supplier"};
inline constexpr Spelling<domain::Role> kRoles{
    &domain::parseRole, "requester, agent, manager, approver, auditor, administrator"};

class FieldReader {
 public:
  domain::Rejection& rejection() { return rejection_; }
  bool failed() const { return !rejection_.empty(); }

  void refuse(std::string_view field, std::string rule, std::string got);

  // Ids and names that refusals and events quote. Whether one exists is for the domain to say; that
  // it can be shown at all is checked here, so that no refusal carries broken text.
  std::string name(std::string_view field, capnp::Text::Reader text);
  domain::TicketId ticket(std::string_view field, capnp::Text::Reader text);

  template <class Value>
  Value spelled(std::string_view field, capnp::Text::Reader text, Spelling<Value> spelling) {
    if (auto parsed = spelling.parse(textOf(text))) return *parsed;
    refuseSpelling(field, text, spelling.all);
    return {};
  }
  // Where an empty text means that nothing is said.
  template <class Value>
  std::optional<Value> spelledIfAny(std::string_view field, capnp::Text::Reader text,
                                    Spelling<Value> spelling) {
    if (text.size() == 0) return std::nullopt;
    return spelled(field, text, spelling);
  }

  // None where it is to stay as it is.
  std::optional<std::string> textIfAny(api::OptionalText::Reader text);
  std::optional<std::string> nameIfAny(std::string_view field, api::OptionalText::Reader text);

  std::optional<domain::Timestamp> time(std::string_view field, api::OptionalTime::Reader time);
  std::optional<domain::Timestamp> instant(std::string_view field, std::int64_t microseconds);
  // Of working time or of a calendar; what is longer than anybody promises is refused here, the
  // rest is for the domain to judge.
  std::chrono::seconds seconds(std::string_view field, std::uint64_t count);
  // -1: none.
  std::optional<std::uint32_t> limit(std::string_view field, std::int64_t value);
  // A place in a list; -1: at its end.
  std::optional<std::uint32_t> placeIfAny(std::string_view field, std::int32_t value);
  std::optional<domain::Tier> tierIfAny(std::string_view field, unsigned value);
  domain::Tier tier(std::string_view field, unsigned value);

  std::optional<eventstore::CommandId> id(std::string_view field, capnp::Data::Reader bytes);

  // Whether a list is as short as it must be; refused if it is not. To be asked before anything is
  // made of it: a list of empty structs takes no bytes on the wire, however long it says it is.
  bool fits(std::string_view field, std::size_t size, std::size_t max);
  std::vector<std::string> texts(std::string_view field, capnp::List<capnp::Text>::Reader list);
  std::vector<std::string> names(std::string_view field, capnp::List<capnp::Text>::Reader list);
  std::vector<domain::ServiceClass> classes(std::string_view field,
                                            capnp::List<capnp::Text>::Reader list);
  std::vector<domain::ForeignAttribute> attributes(std::string_view field,
                                                   capnp::List<api::Attribute>::Reader list,
                                                   std::size_t depth = 1);

 private:
  void refuseSpelling(std::string_view field, capnp::Text::Reader text, const char* all);

  domain::Rejection rejection_;
  std::size_t attributesSeen_ = 0;
};

// A command's own part; none: it is one of a newer client.
std::optional<domain::TicketCommand> readBody(FieldReader& fields, api::TicketCommand::Reader in);
std::optional<domain::BoardCommand> readBody(FieldReader& fields, api::BoardCommand::Reader in);
std::optional<domain::SubjectCommand> readBody(FieldReader& fields, api::SubjectCommand::Reader in);
std::optional<domain::DeskCommand> readBody(FieldReader& fields, api::DeskCommand::Reader in);

}  // namespace docket::server
