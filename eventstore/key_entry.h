// What the key store keeps for one subject: the data key, wrapped under a master key, or the
// tombstone that says when it was destroyed. docs/FORMATS.md describes the bytes.
//
// Pure functions, any thread. Internal to the event store.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "eventstore/master_key.h"
#include "eventstore/secret.h"
#include "eventstore/types.h"

namespace docket::eventstore {

// AES-256-GCM of the data key; bound to format and subject, so that no entry serves another
// subject.
struct WrappedKey {
  MasterKeyId master;
  std::array<std::byte, SecretKey::kBytes + kSealOverhead> sealed;

  // The wrapped bytes of the key itself: what must be nowhere after an erasure.
  std::span<const std::byte> keyBytes() const {
    return std::span(sealed).subspan(kNonceBytes, SecretKey::kBytes);
  }
};

struct Tombstone {
  Position erasedAt;  // of the event that says so
};

using KeyEntry = std::variant<WrappedKey, Tombstone>;

std::string encodeEntry(const KeyEntry& entry);
// None when `bytes` are not spelled in the one right way.
std::optional<KeyEntry> decodeEntry(std::string_view bytes);

WrappedKey wrap(const SecretKey& key, std::string_view subject, const MasterKey& master);
// None when the tag is wrong: another master key or subject, or damage.
std::optional<SecretKey> unwrap(const WrappedKey& wrapped, std::string_view subject,
                                const MasterKey& master);

}  // namespace docket::eventstore
