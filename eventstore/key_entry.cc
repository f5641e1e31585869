#include "eventstore/key_entry.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "eventstore/bytes.h"

namespace docket::eventstore {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kLiving = 1;
constexpr std::uint8_t kErased = 2;

// The format's number, then the subject.
std::string boundTo(std::string_view subject) {
  std::string bound;
  bound += static_cast<char>(kFormat);
  bound += subject;
  return bound;
}

void append(std::string& out, std::span<const std::byte> bytes) {
  out.append(asText(bytes));
}

}  // namespace

std::string encodeEntry(const KeyEntry& entry) {
  std::string out;
  out += static_cast<char>(kFormat);
  if (const auto* wrapped = std::get_if<WrappedKey>(&entry)) {
    out += static_cast<char>(kLiving);
    append(out, wrapped->master.bytes);
    append(out, wrapped->sealed);
    return out;
  }
  out += static_cast<char>(kErased);
  std::byte number[kMaxVarintBytes];
  std::byte* const end = putVarint(number, std::get<Tombstone>(entry).erasedAt.value);
  append(out, {number, static_cast<std::size_t>(end - number)});
  return out;
}

std::optional<KeyEntry> decodeEntry(std::string_view bytes) {
  ByteReader reader(asBytes(bytes));
  std::uint8_t format = 0;
  std::uint8_t state = 0;
  if (!reader.takeByte(format) || format != kFormat || !reader.takeByte(state)) return std::nullopt;
  std::optional<KeyEntry> entry;
  if (state == kLiving) {
    WrappedKey wrapped;
    if (!reader.takeArray(wrapped.master.bytes) || !reader.takeArray(wrapped.sealed)) {
      return std::nullopt;
    }
    entry = wrapped;
  } else if (state == kErased) {
    Tombstone tombstone;
    if (!reader.takeVarint(tombstone.erasedAt.value)) return std::nullopt;
    entry = tombstone;
  }
  return reader.left() == 0 ? entry : std::nullopt;
}

WrappedKey wrap(const SecretKey& key, std::string_view subject, const MasterKey& master) {
  std::vector<std::byte> sealed;
  const std::string bound = boundTo(subject);
  appendSealed(sealed, master.key, asBytes(bound), key.bytes());
  WrappedKey wrapped{master.id, {}};
  std::copy_n(sealed.begin(), wrapped.sealed.size(), wrapped.sealed.begin());
  return wrapped;
}

std::optional<SecretKey> unwrap(const WrappedKey& wrapped, std::string_view subject,
                                const MasterKey& master) {
  SecretKey key;
  const std::string bound = boundTo(subject);
  if (!openSealed(master.key, asBytes(bound), wrapped.sealed, key.writable())) return std::nullopt;
  return key;
}

}  // namespace docket::eventstore
