// Sealing a field of an event with its subject's key, and opening it again or learning that the
// subject was erased.
//
// A sealed field opens only where it was sealed: stream, version and field name are authenticated
// with it. docs/FORMATS.md describes the bytes. Pure functions, any thread; the key comes from a
// KeyStore.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "eventstore/error.h"
#include "eventstore/key_store.h"
#include "eventstore/secret.h"
#include "eventstore/types.h"

namespace docket::eventstore {

// Where a sealed field stands. The writer knows the version beforehand: its unit expects it.
struct FieldPlace {
  StreamId stream;
  Version version;
  std::string_view field;  // "TicketOpened.title": never the name of another field of that event
};

// What the field says, or that nobody can know any more: an answer, not a fault.
struct Erased {
  Position erasedAt;  // of the event that says so
};
using OpenedText = std::variant<std::string, Erased>;

// What a sealed field has more bytes than its text.
inline constexpr std::size_t kSealedFieldOverhead = 1 + kSealOverhead;

std::vector<std::byte> sealField(const SecretKey& key, const FieldPlace& place,
                                 std::string_view text);

// `key` is what the key store knows of the subject. Errors: newerFormat, corrupt (changed bytes, or
// of another place or subject), keyMissing (there is no key, and no tombstone says why).
[[nodiscard]] tl::expected<OpenedText, StoreError> openField(const SubjectKey& key,
                                                             const FieldPlace& place,
                                                             std::span<const std::byte> sealed);

}  // namespace docket::eventstore
