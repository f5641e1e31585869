#include "client/import/ownership_guess.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string_view>

#include "client/import/ownership.h"
#include "client/import/utf8.h"

namespace docket::client::imports {
namespace {

// One event in so many has a team with a tier in its name, or it is chance.
constexpr std::uint64_t kSuffixedEventsOneIn = 10;

bool hasAny(std::string_view name, std::initializer_list<std::string_view> words) {
  const std::string lower = asciiLower(name);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// The first key that has the earliest of `words` in its name and is fit.
std::string keyNamed(const std::vector<KnownKey>& keys,
                     std::initializer_list<std::string_view> words,
                     const std::function<bool(const KnownKey&)>& fit) {
  for (const std::string_view word : words) {
    for (const KnownKey& key : keys) {
      if (hasAny(key.name, {word}) && fit(key)) return key.name;
    }
  }
  return {};
}

// "V5 3rd", not "3rd" alone.
bool hasTierSuffix(std::string_view value) {
  return tierOf({{"* 1st", 1, 0}, {"* 2nd", 2, 0}, {"* 3rd", 3, 0}}, value) != 0;
}

bool areTeamsWithTiers(const KnownKey& key) {
  if (key.values == nullptr) return false;
  std::uint64_t all = 0;
  std::uint64_t suffixed = 0;
  for (const auto& [value, count] : *key.values) {
    all += count;
    if (hasTierSuffix(value)) suffixed += count;
  }
  return suffixed > 0 && suffixed * kSuffixedEventsOneIn >= all;
}

bool areTiers(const KnownKey& key) {
  if (key.values == nullptr || key.values->empty()) return false;
  return std::all_of(key.values->begin(), key.values->end(),
                     [](const auto& value) { return tierOf(usualTiers(), value.first) != 0; });
}

bool isOfAPerson(const KnownKey& key) {
  return !hasAny(key.name, {"group", "team", "country", "time", "date", "section"});
}

bool isOfATeam(const KnownKey& key) {
  return !hasAny(key.name, {"country", "customer", "product", "time", "date", "by"});
}

std::string teamKey(const std::vector<KnownKey>& keys) {
  const auto suffixed = std::find_if(keys.begin(), keys.end(), areTeamsWithTiers);
  if (suffixed != keys.end()) return suffixed->name;
  return keyNamed(keys, {"team", "workgroup", "assignment group", "group"}, isOfATeam);
}

}  // namespace

OwnershipKeys guessOwnership(const std::vector<KnownKey>& keys, const std::string& actor) {
  OwnershipKeys guess;
  guess.assignee = keyNamed(keys, {"assignee", "assigned", "owner"}, isOfAPerson);
  if (guess.assignee.empty()) guess.assignee = actor;
  guess.team = teamKey(keys);
  guess.tier = keyNamed(keys, {"tier", "support line", "support level", "line", "level"}, areTiers);
  const auto team = std::find_if(keys.begin(), keys.end(),
                                 [&](const KnownKey& key) { return key.name == guess.team; });
  if (guess.tier.empty() && team != keys.end() && areTeamsWithTiers(*team)) {
    guess.tier = guess.team;
    guess.tierIsSuffix = true;
  }
  return guess;
}

}  // namespace docket::client::imports
