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

}  // namespace docket::domain
