#include "eventstore/sealing.h"

#include <cstdint>

#include "eventstore/bytes.h"

namespace docket::eventstore {
namespace {

constexpr std::byte kFormat{1};

// Format, stream kind, stream id, version, field: each text behind its length, so that no two
// places have the same bytes.
std::vector<std::byte> boundTo(const FieldPlace& place) {
  std::vector<std::byte> bytes(1 + 4 * kMaxVarintBytes + place.stream.kind.size() +
                               place.stream.id.size() + place.field.size());
  std::byte* at = bytes.data();
  *at++ = kFormat;
  at = putString(at, place.stream.kind);
  at = putString(at, place.stream.id);
  at = putVarint(at, place.version.value);
  at = putString(at, place.field);
  bytes.resize(static_cast<std::size_t>(at - bytes.data()));
  return bytes;
}

std::string placeText(const FieldPlace& place) {
  return "the sealed field " + std::string(place.field) + " of version " +
         std::to_string(place.version.value) + " of " + place.stream.text();
}

}  // namespace

std::vector<std::byte> sealField(const SecretKey& key, const FieldPlace& place,
                                 std::string_view text) {
  std::vector<std::byte> sealed;
  sealed.reserve(text.size() + kSealedFieldOverhead);
  sealed.push_back(kFormat);
  appendSealed(sealed, key, boundTo(place), asBytes(text));
  return sealed;
}

tl::expected<OpenedText, StoreError> openField(const SubjectKey& key, const FieldPlace& place,
                                               std::span<const std::byte> sealed) {
  // Erased is erased, whatever the bytes are: nothing in them can be told any more.
  if (const auto* destroyed = std::get_if<KeyDestroyed>(&key)) return Erased{destroyed->erasedAt};
  if (sealed.size() < kSealedFieldOverhead) {
    return tl::unexpected(StoreError{
        StoreErrorCode::corrupt,
        placeText(place) + " is damaged: it has only " + std::to_string(sealed.size()) + " bytes"});
  }
  if (sealed.front() != kFormat) {
    return tl::unexpected(StoreError{StoreErrorCode::newerFormat,
                                     placeText(place) + " has format " +
                                         std::to_string(std::to_integer<unsigned>(sealed.front())) +
                                         "; this Docket reads 1"});
  }
  const auto* secret = std::get_if<SecretKey>(&key);
  if (secret == nullptr) {
    return tl::unexpected(StoreError{StoreErrorCode::keyMissing,
                                     placeText(place) +
                                         " cannot be opened: the key store has no key for its " +
                                         "subject, and no record that it was destroyed"});
  }
  std::string text(sealed.size() - kSealedFieldOverhead, '\0');
  const auto plain = std::as_writable_bytes(std::span(text));
  if (openSealed(*secret, boundTo(place), sealed.subspan(1), plain)) return text;
  return tl::unexpected(StoreError{
      StoreErrorCode::corrupt,
      placeText(place) + " is not what was sealed there: it is changed, or of another place"});
}

}  // namespace docket::eventstore
