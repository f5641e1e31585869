#include "eventstore/master_key.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "eventstore/bytes.h"
#include "eventstore/files.h"
#include "eventstore/lines.h"
#include "eventstore/private_file.h"
#include "eventstore/sha256.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTitle = "docket master keys ";
constexpr std::string_view kVersion = "1";
constexpr std::size_t kMaxKeys = 16;
constexpr std::size_t kMaxFileBytes = 4096;  // 16 keys take about 1,500

void appendHex(std::string& text, std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte >> 4)];
    text += kDigits[std::to_integer<unsigned>(byte & std::byte{15})];
  }
}

std::string fileText(const std::vector<MasterKey>& keys) {
  std::string text;
  text.reserve(kMaxFileBytes);  // so that growing leaves no copy of a key behind
  text.append(kTitle).append(kVersion).append("\n");
  for (const MasterKey& key : keys) {
    text += "key ";
    appendHex(text, key.id.bytes);
    text += ' ';
    appendHex(text, key.key.bytes());
    text += '\n';
  }
  const Digest sum = sha256(asBytes(text));
  text += "sum ";
  appendHex(text, sum.bytes);
  text += '\n';
  return text;
}

// What the lines say, unchecked: whoever reads compares the text that it makes with the file.
std::vector<MasterKey> parseKeys(std::string_view text) {
  std::vector<MasterKey> keys;
  takeLine(text, kTitle);
  while (const auto line = takeLine(text, "key ")) {
    SecretKey key;
    if (line->size() < 17) return {};
    fromHex(line->substr(17), key.writable().data(), SecretKey::kBytes);
    keys.push_back(MasterKey::of(std::move(key)));
  }
  return keys;
}

}  // namespace

MasterKey MasterKey::of(SecretKey key) {
  constexpr std::string_view kLabel = "docket master key 1";
  Sha256 hash;
  hash.update(asBytes(kLabel));
  hash.update(std::byte{0});
  hash.update(key.bytes());
  const Digest digest = hash.finish();
  MasterKey made{{}, std::move(key)};
  std::copy_n(digest.bytes.begin(), made.id.bytes.size(), made.id.bytes.begin());
  return made;
}

tl::expected<MasterKeyFile, StoreError> MasterKeyFile::load(const fs::path& path) {
  auto text = readPrivateFile(path, kMaxFileBytes);
  if (!text) return tl::unexpected(text.error());
  const Wiped atTheEnd(*text);
  std::string_view rest = *text;
  const auto version = takeLine(rest, kTitle);
  if (!version) {
    return tl::unexpected(
        StoreError{StoreErrorCode::corrupt, path.string() + " is no file of Docket's master keys"});
  }
  // A later version may have a longer number, and nothing else is taken for one.
  if (*version != kVersion && !version->empty() && version->size() <= 4 &&
      version->find_first_not_of("0123456789") == std::string_view::npos) {
    return tl::unexpected(StoreError{StoreErrorCode::newerFormat,
                                     "the master key file " + path.string() + " has version " +
                                         std::string(*version) + "; this Docket reads version 1"});
  }
  // There is one right text for some keys, their ids and the sum included.
  std::vector<MasterKey> keys = parseKeys(*text);
  std::string right = fileText(keys);
  const Wiped rightAtTheEnd(right);
  if (keys.empty() || keys.size() > kMaxKeys || right != *text) {
    return tl::unexpected(StoreError{StoreErrorCode::corrupt,
                                     "the master key file " + path.string() +
                                         " is damaged: its sum or the id of a key does not match"});
  }
  return MasterKeyFile(path, std::move(keys));
}

tl::expected<MasterKeyFile, StoreError> MasterKeyFile::create(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    return tl::unexpected(StoreError{
        StoreErrorCode::invalid,
        "there is a master key file " + path.string() + " already; it is not written over"});
  }
  if (auto made = makeDirectory(path.parent_path()); !made) return tl::unexpected(made.error());
  MasterKeyFile file(path, {});
  std::vector<MasterKey> keys;
  keys.push_back(MasterKey::random());
  if (auto stored = file.store(std::move(keys)); !stored) return tl::unexpected(stored.error());
  return file;
}

const MasterKey* MasterKeyFile::find(const MasterKeyId& id) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const MasterKey& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

tl::expected<void, StoreError> MasterKeyFile::makeCurrent(const MasterKey& key) {
  if (current().id == key.id) return {};
  std::vector<MasterKey> keys;
  keys.push_back({key.id, key.key.copy()});
  for (const MasterKey& other : keys_) {
    if (other.id != key.id) keys.push_back({other.id, other.key.copy()});
  }
  if (keys.size() > kMaxKeys) {
    return tl::unexpected(
        StoreError{StoreErrorCode::invalid, "the master key file " + path_.string() + " holds " +
                                                std::to_string(kMaxKeys) +
                                                " keys; finish a rotation before the next"});
  }
  return store(std::move(keys));
}

tl::expected<void, StoreError> MasterKeyFile::keepOnlyCurrent() {
  if (keys_.size() == 1) return {};
  std::vector<MasterKey> keys;
  keys.push_back({current().id, current().key.copy()});
  return store(std::move(keys));
}

tl::expected<void, StoreError> MasterKeyFile::store(std::vector<MasterKey> keys) {
  std::string text = fileText(keys);
  const Wiped atTheEnd(text);
  if (auto written = replacePrivateFile(path_, text); !written) return written;
  keys_ = std::move(keys);
  return {};
}

}  // namespace docket::eventstore
