#include "eventstore/group_record.h"

#include <algorithm>
#include <cstring>

#include "eventstore/bytes.h"
#include "eventstore/envelope.h"

namespace docket::eventstore {
namespace {

constexpr std::uint8_t kGroupRecordFormat = 1;
constexpr std::size_t kMaxSizeBytes = 3;  // of the varint of an envelope's or payload's size
static_assert(kMaxPayloadBytes < std::size_t{1} << (7 * kMaxSizeBytes));

// What one event adds to a record at most.
std::size_t roomFor(std::size_t envelopeBytes, std::size_t payloadBytes) {
  return 2 * kMaxSizeBytes + envelopeBytes + 7 + payloadBytes;
}

}  // namespace

bool GroupRecordBuilder::wouldOverflow(std::size_t envelopeBytes, std::size_t payloadBytes) const {
  return !events_.empty() &&
         estimatedBytes_ + roomFor(envelopeBytes, payloadBytes) > kRecordTargetBytes;
}

void GroupRecordBuilder::add(std::span<const std::byte> envelope,
                             std::span<const std::byte> payload) {
  events_.push_back({envelope, payload});
  estimatedBytes_ += roomFor(envelope.size(), payload.size());
}

std::span<const std::byte> GroupRecordBuilder::finish() {
  bytes_.resize(1 + kMaxVarintBytes + estimatedBytes_);
  std::byte* at = bytes_.data();
  *at++ = std::byte{kGroupRecordFormat};
  at = putVarint(at, events_.size());
  for (const Event& event : events_) {
    at = putVarint(at, event.envelope.size());
    at = putVarint(at, event.payload.size());
  }
  for (const Event& event : events_)
    at = putBytes(at, event.envelope.data(), event.envelope.size());
  for (const Event& event : events_) {
    if (event.payload.empty()) continue;
    const auto offset = static_cast<std::size_t>(at - bytes_.data());
    for (std::size_t i = offset; i < alignUp8(offset); ++i) *at++ = std::byte{0};
    at = putBytes(at, event.payload.data(), event.payload.size());
  }
  const auto size = static_cast<std::size_t>(at - bytes_.data());
  events_.clear();
  estimatedBytes_ = 0;
  return {bytes_.data(), size};
}

const char* GroupRecord::load(std::span<const std::byte> value) {
  events_.clear();
  const std::size_t words = alignUp8(value.size()) / 8;
  if (words > capacityWords_) {
    capacityWords_ = std::max(words, 2 * capacityWords_);
    words_ = std::make_unique_for_overwrite<std::uint64_t[]>(capacityWords_);
  }
  if (!value.empty()) std::memcpy(words_.get(), value.data(), value.size());
  const char* wrong = parse(value.size());
  if (wrong != nullptr) events_.clear();
  return wrong;
}

const char* GroupRecord::parse(std::size_t size) {
  ByteReader reader({data(), size});
  std::uint8_t format = 0;
  std::uint64_t count = 0;
  if (!reader.takeByte(format) || format != kGroupRecordFormat) return "unknown format byte";
  // Every event takes two bytes of sizes at least: this bounds the memory that a bad count can ask
  // for.
  if (!reader.takeVarint(count) || count == 0 || count > reader.left() / 2)
    return "bad event count";

  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t envelopeSize = 0;
    std::uint64_t payloadSize = 0;
    if (!reader.takeVarint(envelopeSize) || envelopeSize > kMaxEnvelopeBytes) return "bad size";
    if (!reader.takeVarint(payloadSize) || payloadSize > kMaxPayloadBytes) return "bad size";
    events_.push_back(
        {0, static_cast<std::uint32_t>(envelopeSize), 0, static_cast<std::uint32_t>(payloadSize)});
  }

  std::size_t offset = size - reader.left();
  for (Event& event : events_) {
    if (event.envelopeSize > size - offset) return "it ends inside an envelope";
    event.envelopeAt = static_cast<std::uint32_t>(offset);
    offset += event.envelopeSize;
  }
  for (Event& event : events_) {
    // Nothing is stored for an empty payload; its view stays at offset 0, which is aligned too.
    if (event.payloadSize == 0) continue;
    event.payloadAt = static_cast<std::uint32_t>(alignUp8(offset));
    for (; offset < event.payloadAt; ++offset) {
      if (offset >= size) return "it ends before a payload";
      if (data()[offset] != std::byte{0}) return "padding that is not zero";
    }
    if (event.payloadSize > size - offset) return "it ends inside a payload";
    offset += event.payloadSize;
  }
  return offset == size ? nullptr : "bytes after its end";
}

}  // namespace docket::eventstore
