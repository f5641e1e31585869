#include "domain/types.h"

#include <array>
#include <charconv>
#include <utility>

#include "domain/text_rules.h"

namespace docket::domain {
namespace {

// One spelling a value. Both directions read the same table, so they cannot drift apart.
template <class Enum, std::size_t N>
using Spellings = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Spellings<TicketType, 7> kTicketTypes{{
    {TicketType::incident, "incident"},
    {TicketType::serviceRequest, "service-request"},
    {TicketType::problem, "problem"},
    {TicketType::change, "change"},
    {TicketType::task, "task"},
    {TicketType::defect, "defect"},
    {TicketType::enhancement, "enhancement"},
}};

constexpr Spellings<ServiceClass, 4> kServiceClasses{{
    {ServiceClass::expedite, "expedite"},
    {ServiceClass::fixedDate, "fixed-date"},
    {ServiceClass::standard, "standard"},
    {ServiceClass::intangible, "intangible"},
}};

constexpr Spellings<ColumnCategory, 5> kColumnCategories{{
    {ColumnCategory::queue, "queue"},
    {ColumnCategory::active, "active"},
    {ColumnCategory::waiting, "waiting"},
    {ColumnCategory::resolved, "resolved"},
    {ColumnCategory::closed, "closed"},
}};

constexpr Spellings<BlockerKind, 7> kBlockerKinds{{
    {BlockerKind::dependency, "dependency"},
    {BlockerKind::supplier, "supplier"},
    {BlockerKind::environment, "environment"},
    {BlockerKind::information, "information"},
    {BlockerKind::approval, "approval"},
    {BlockerKind::defect, "defect"},
    {BlockerKind::other, "other"},
}};

constexpr Spellings<PullRule, 4> kPullRules{{
    {PullRule::expedite, "expedite"},
    {PullRule::fixedDate, "fixed-date"},
    {PullRule::standard, "standard"},
    {PullRule::intangible, "intangible"},
}};

constexpr Spellings<WaitsFor, 4> kWaitsFor{{
    {WaitsFor::nothing, "nothing"},
    {WaitsFor::customer, "customer"},
    {WaitsFor::supplier, "supplier"},
    {WaitsFor::team, "team"},
}};

constexpr Spellings<ChangeKind, 4> kChangeKinds{{
    {ChangeKind::none, "none"},
    {ChangeKind::standard, "standard"},
    {ChangeKind::normal, "normal"},
    {ChangeKind::emergency, "emergency"},
}};

constexpr Spellings<Level, 4> kLevels{{
    {Level::none, "none"},
    {Level::low, "low"},
    {Level::medium, "medium"},
    {Level::high, "high"},
}};

constexpr Spellings<Priority, 6> kPriorities{{
    {Priority::none, "none"},
    {Priority::p1, "p1"},
    {Priority::p2, "p2"},
    {Priority::p3, "p3"},
    {Priority::p4, "p4"},
    {Priority::p5, "p5"},
}};

constexpr Spellings<CynefinDomain, 5> kCynefinDomains{{
    {CynefinDomain::none, "none"},
    {CynefinDomain::clear, "clear"},
    {CynefinDomain::complicated, "complicated"},
    {CynefinDomain::complex, "complex"},
    {CynefinDomain::chaotic, "chaotic"},
}};

constexpr Spellings<Channel, 6> kChannels{{
    {Channel::phone, "phone"},
    {Channel::mail, "mail"},
    {Channel::chat, "chat"},
    {Channel::portal, "portal"},
    {Channel::walkIn, "walk-in"},
    {Channel::other, "other"},
}};

constexpr Spellings<Direction, 2> kDirections{{
    {Direction::inbound, "inbound"},
    {Direction::outbound, "outbound"},
}};

constexpr Spellings<LinkKind, 6> kLinkKinds{{
    {LinkKind::relates, "relates"},
    {LinkKind::causes, "causes"},
    {LinkKind::duplicates, "duplicates"},
    {LinkKind::parent, "parent"},
    {LinkKind::implements, "implements"},
    {LinkKind::causedByChange, "caused-by-change"},
}};

constexpr Spellings<Verdict, 2> kVerdicts{{
    {Verdict::approved, "approved"},
    {Verdict::rejected, "rejected"},
}};

constexpr Spellings<ResolutionKind, 6> kResolutionKinds{{
    {ResolutionKind::unspecified, "unspecified"},
    {ResolutionKind::fix, "fix"},
    {ResolutionKind::workaround, "workaround"},
    {ResolutionKind::answer, "answer"},
    {ResolutionKind::notReproducible, "not-reproducible"},
    {ResolutionKind::noAction, "no-action"},
}};

constexpr Spellings<Gate, 2> kGates{{
    {Gate::resolve, "resolve"},
    {Gate::close, "close"},
}};

constexpr Spellings<PromiseKind, 5> kPromiseKinds{{
    {PromiseKind::firstResponse, "first-response"},
    {PromiseKind::timeToOwn, "time-to-own"},
    {PromiseKind::resolution, "resolution"},
    {PromiseKind::nextUpdate, "next-update"},
    {PromiseKind::supplier, "supplier"},
}};

constexpr Spellings<ReturnCause, 2> kReturnCauses{{
    {ReturnCause::customerContact, "customer-contact"},
    {ReturnCause::handOverReturned, "hand-over-returned"},
}};

constexpr Spellings<Role, 6> kRoles{{
    {Role::requester, "requester"},
    {Role::agent, "agent"},
    {Role::manager, "manager"},
    {Role::approver, "approver"},
    {Role::auditor, "auditor"},
    {Role::administrator, "administrator"},
}};

template <class Enum, std::size_t N>
std::string_view spell(const Spellings<Enum, N>& spellings, Enum value) {
  for (const auto& [candidate, spelling] : spellings) {
    if (candidate == value) return spelling;
  }
  return "unknown";  // a cast made this value; it has no name
}

template <class Enum, std::size_t N>
std::optional<Enum> parse(const Spellings<Enum, N>& spellings, std::string_view text) {
  for (const auto& [candidate, spelling] : spellings) {
    if (spelling == text) return candidate;
  }
  return std::nullopt;
}

}  // namespace

std::optional<TicketId> TicketId::parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || !isBoardKey(text.substr(0, dash))) return std::nullopt;
  const std::string_view digits = text.substr(dash + 1);
  // One spelling an id: no sign, no leading zero.
  if (digits.empty() || digits.front() < '1' || digits.front() > '9') return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return TicketId{BoardKey{std::string(text.substr(0, dash))}, number};
}

std::string_view text(TicketType value) {
  return spell(kTicketTypes, value);
}
std::string_view text(ServiceClass value) {
  return spell(kServiceClasses, value);
}
std::string_view text(ColumnCategory value) {
  return spell(kColumnCategories, value);
}
std::string_view text(BlockerKind value) {
  return spell(kBlockerKinds, value);
}
std::string_view text(PullRule value) {
  return spell(kPullRules, value);
}
std::string_view text(WaitsFor value) {
  return spell(kWaitsFor, value);
}
std::string_view text(ChangeKind value) {
  return spell(kChangeKinds, value);
}
std::string_view text(Level value) {
  return spell(kLevels, value);
}
std::string_view text(Priority value) {
  return spell(kPriorities, value);
}
std::string_view text(CynefinDomain value) {
  return spell(kCynefinDomains, value);
}
std::string_view text(Channel value) {
  return spell(kChannels, value);
}
std::string_view text(Direction value) {
  return spell(kDirections, value);
}
std::string_view text(LinkKind value) {
  return spell(kLinkKinds, value);
}
std::string_view text(Verdict value) {
  return spell(kVerdicts, value);
}
std::string_view text(ResolutionKind value) {
  return spell(kResolutionKinds, value);
}
std::string_view text(Gate value) {
  return spell(kGates, value);
}
std::string_view text(PromiseKind value) {
  return spell(kPromiseKinds, value);
}
std::string_view text(ReturnCause value) {
  return spell(kReturnCauses, value);
}
std::string_view text(Role value) {
  return spell(kRoles, value);
}

std::optional<TicketType> parseTicketType(std::string_view text) {
  return parse(kTicketTypes, text);
}
std::optional<ServiceClass> parseServiceClass(std::string_view text) {
  return parse(kServiceClasses, text);
}
std::optional<ColumnCategory> parseColumnCategory(std::string_view text) {
  return parse(kColumnCategories, text);
}
std::optional<BlockerKind> parseBlockerKind(std::string_view text) {
  return parse(kBlockerKinds, text);
}
std::optional<PullRule> parsePullRule(std::string_view text) {
  return parse(kPullRules, text);
}
std::optional<WaitsFor> parseWaitsFor(std::string_view text) {
  return parse(kWaitsFor, text);
}
std::optional<ChangeKind> parseChangeKind(std::string_view text) {
  return parse(kChangeKinds, text);
}
std::optional<Level> parseLevel(std::string_view text) {
  return parse(kLevels, text);
}
std::optional<Priority> parsePriority(std::string_view text) {
  return parse(kPriorities, text);
}
std::optional<CynefinDomain> parseCynefinDomain(std::string_view text) {
  return parse(kCynefinDomains, text);
}
std::optional<Channel> parseChannel(std::string_view text) {
  return parse(kChannels, text);
}
std::optional<Direction> parseDirection(std::string_view text) {
  return parse(kDirections, text);
}
std::optional<LinkKind> parseLinkKind(std::string_view text) {
  return parse(kLinkKinds, text);
}
std::optional<Verdict> parseVerdict(std::string_view text) {
  return parse(kVerdicts, text);
}
std::optional<ResolutionKind> parseResolutionKind(std::string_view text) {
  return parse(kResolutionKinds, text);
}
std::optional<Gate> parseGate(std::string_view text) {
  return parse(kGates, text);
}
std::optional<PromiseKind> parsePromiseKind(std::string_view text) {
  return parse(kPromiseKinds, text);
}
std::optional<ReturnCause> parseReturnCause(std::string_view text) {
  return parse(kReturnCauses, text);
}
std::optional<Role> parseRole(std::string_view text) {
  return parse(kRoles, text);
}

}  // namespace docket::domain
