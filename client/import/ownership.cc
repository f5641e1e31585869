#include "client/import/ownership.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "client/import/utf8.h"

namespace docket::client::imports {
namespace {

constexpr std::size_t kIdCharactersMax = 100;
constexpr std::size_t kDigestCharacters = 20;  // of SHA-256, in hexadecimal: 80 bits
constexpr std::string_view kAnyText = "*";

bool isIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-@+").find(c) != std::string_view::npos;
}

void appendHex(std::string& text, unsigned char byte, std::string_view digits) {
  text += digits[byte >> 4U];
  text += digits[byte & 0xFU];
}

std::string digestOf(std::string_view kind, std::string_view value) {
  std::string text(kind);
  text.push_back('\0');
  text.append(value);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();  // SHA-256 of bytes in memory does not fail
  }
  std::string hex;
  for (std::size_t i = 0; i < kDigestCharacters / 2; ++i) {
    appendHex(hex, digest[i], "0123456789abcdef");
  }
  return hex;
}

bool fits(std::string_view pattern, std::string_view value) {
  const bool before = pattern.starts_with(kAnyText);
  if (before) pattern.remove_prefix(1);
  const bool after = pattern.ends_with(kAnyText);
  if (after) pattern.remove_suffix(1);
  if (before && after) return value.find(pattern) != std::string_view::npos;
  if (before) return value.ends_with(pattern);
  if (after) return value.starts_with(pattern);
  return value == pattern;
}

// The names that a table of the map knows.
std::unordered_map<std::string, std::string> idsIn(const std::vector<MappedName>& names) {
  std::unordered_map<std::string, std::string> ids;
  for (const MappedName& one : names) {
    ids.emplace(std::string(withoutOuterBlanks(one.name)), one.id);
  }
  return ids;
}

}  // namespace

bool isSubjectId(std::string_view text) {
  return !text.empty() && text.size() <= kIdCharactersMax &&
         std::all_of(text.begin(), text.end(), isIdCharacter);
}

std::string subjectIdFor(std::string_view person, bool pseudonyms) {
  if (!pseudonyms && isSubjectId(person)) return std::string(person);
  return "p-" + digestOf("docket-import-person/1", person);
}

std::string teamIdFor(std::string_view team) {
  if (isSubjectId(team)) return std::string(team);
  std::string id;
  for (const char c : team) {
    if (isIdCharacter(c)) {
      id += c;
    } else if (c == ' ') {
      id += '-';
    } else {
      id += '+';
      appendHex(id, static_cast<unsigned char>(c), "0123456789ABCDEF");
    }
  }
  return isSubjectId(id) ? id : "t-" + digestOf("docket-import-team/1", team);
}

std::uint8_t tierOf(const std::vector<TierPattern>& patterns, std::string_view value) {
  const std::string text = asciiLower(withoutOuterBlanks(value));
  for (const TierPattern& one : patterns) {
    if (fits(asciiLower(one.pattern), text)) return one.tier;
  }
  return 0;
}

const std::vector<TierPattern>& usualTiers() {
  static const std::vector<TierPattern> kUsual = [] {
    std::vector<TierPattern> usual;
    const std::array<std::string, 3> ordinals{"1st", "2nd", "3rd"};
    for (std::uint8_t tier = 3; tier > 0; --tier) {
      const std::string number = std::to_string(tier);
      const std::string& ordinal = ordinals[tier - 1U];
      for (const std::string& pattern :
           {number, "l" + number, "tier " + number, "level " + number, ordinal, ordinal + " line",
            ordinal + " level", "* " + ordinal, "* " + ordinal + " line"}) {
        usual.push_back({pattern, tier, 0});
      }
    }
    return usual;
  }();
  return kUsual;
}

OwnershipReader::OwnershipReader(const ImportMap& map)
    : map_(map), people_(idsIn(map.people)), teams_(idsIn(map.teams)) {
  for (const auto& [name, id] : teams_) teamNames_.emplace(id, name);
}

std::optional<std::string> OwnershipReader::personOf(std::string_view value) const {
  const std::string name(withoutOuterBlanks(value));
  if (const auto known = people_.find(name); known != people_.end()) return known->second;
  if (name.empty()) return std::nullopt;
  return subjectIdFor(name, map_.pseudonyms);
}

tl::expected<std::optional<std::string>, std::string> OwnershipReader::teamOf(
    std::string_view value) {
  const std::string name(withoutOuterBlanks(value));
  if (const auto known = teams_.find(name); known != teams_.end()) return known->second;
  if (name.empty()) return std::nullopt;
  std::string id = teamIdFor(name);
  const auto [holder, isNew] = teamNames_.emplace(id, name);
  if (!isNew && holder->second != name) {
    return tl::make_unexpected("its team '" + name + "' would be '" + id + "', as is the team '" +
                               holder->second + "'; give it another id in [teams] of the map");
  }
  return id;
}

tl::expected<Ownership, std::string> OwnershipReader::read(const SourceEvent& event) {
  Ownership made;
  if (event.assignee) made.assignee = personOf(*event.assignee);
  if (event.team) {
    auto team = teamOf(*event.team);
    if (!team) return tl::make_unexpected(team.error());
    made.team = std::move(*team);
  }
  if (event.tier) made.tier = tierOf(map_.tiers.empty() ? usualTiers() : map_.tiers, *event.tier);
  return made;
}

}  // namespace docket::client::imports
