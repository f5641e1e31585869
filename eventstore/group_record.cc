#include "eventstore/group_record.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "eventstore/bytes.h"
#include "eventstore/envelope.h"
#include "eventstore/limits.h"

namespace docket::eventstore {
namespace {

constexpr std::uint8_t kGroupRecordFormat = 2;
constexpr std::size_t kMaxSizeBytes = 3;  // of the varint of an envelope's or payload's size
static_assert(kMaxPayloadBytes < std::size_t{1} << (7 * kMaxSizeBytes));

// What the beginning of a unit adds to a record at most.
constexpr std::size_t kUnitBytes = 2 + sizeof(Fingerprint);
static_assert(kMaxUnitEvents < std::size_t{1} << 14);

// What one event adds to a record at most.
std::size_t roomFor(std::size_t envelopeBytes, std::size_t payloadBytes) {
  return 2 * kMaxSizeBytes + envelopeBytes + 7 + payloadBytes;
}

}  // namespace

bool GroupRecordBuilder::wouldOverflow(std::size_t envelopeBytes, std::size_t payloadBytes) const {
  return !events_.empty() &&
         estimatedBytes_ + roomFor(envelopeBytes, payloadBytes) > kRecordTargetBytes;
}

void GroupRecordBuilder::beginUnit(std::size_t events, const Fingerprint& fingerprint) {
  if (wanted_ != 0) std::abort();
  units_.push_back({events, fingerprint});
  wanted_ = events;
  estimatedBytes_ += kUnitBytes;
}

void GroupRecordBuilder::continueUnit(std::size_t events) {
  if (wanted_ != 0 || !empty()) std::abort();
  wanted_ = events;
}

void GroupRecordBuilder::add(std::span<const std::byte> envelope,
                             std::span<const std::byte> payload) {
  if (wanted_ == 0) std::abort();
  --wanted_;
  if (units_.empty()) ++continued_;
  events_.push_back({envelope, payload});
  estimatedBytes_ += roomFor(envelope.size(), payload.size());
}

std::span<const std::byte> GroupRecordBuilder::finish() {
  bytes_.resize(1 + 3 * kMaxVarintBytes + estimatedBytes_);
  std::byte* at = bytes_.data();
  *at++ = std::byte{kGroupRecordFormat};
  at = putVarint(at, events_.size());
  at = putVarint(at, continued_);
  at = putVarint(at, units_.size());
  for (const Unit& unit : units_) {
    at = putVarint(at, unit.events);
    at = putBytes(at, unit.fingerprint.bytes.data(), unit.fingerprint.bytes.size());
  }
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
  units_.clear();
  continued_ = 0;
  estimatedBytes_ = 0;
  return {bytes_.data(), size};
}

const char* GroupRecord::load(std::span<const std::byte> value) {
  clear();
  const std::size_t words = alignUp8(value.size()) / 8;
  if (words > capacityWords_) {
    capacityWords_ = std::max(words, 2 * capacityWords_);
    words_ = std::make_unique_for_overwrite<std::uint64_t[]>(capacityWords_);
  }
  if (!value.empty()) std::memcpy(words_.get(), value.data(), value.size());
  const char* wrong = parse(value.size());
  if (wrong != nullptr) clear();
  return wrong;
}

// Units must cover the record's events without a gap; only the last may have more events than are
// here.
const char* GroupRecord::parseUnits(ByteReader& reader, std::uint64_t count) {
  std::uint64_t at = 0;  // of the next unit's first event
  std::uint64_t units = 0;
  if (!reader.takeVarint(at) || !reader.takeVarint(units)) return "bad unit count";
  if (at > count || units > count - at || (units == 0 && at != count)) return "bad unit count";
  for (; units != 0; --units) {
    std::uint64_t events = 0;
    Fingerprint fingerprint;
    if (!reader.takeVarint(events) || events == 0 || events > kMaxUnitEvents || at >= count) {
      return "bad size of a unit";
    }
    if (!reader.takeArray(fingerprint.bytes)) return "it ends inside a fingerprint";
    units_.push_back(
        {static_cast<std::size_t>(at), static_cast<std::uint32_t>(events), fingerprint});
    at += events;
  }
  return at >= count ? nullptr : "events of no unit";
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
  if (const char* wrong = parseUnits(reader, count)) return wrong;

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
