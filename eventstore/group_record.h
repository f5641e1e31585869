// A group record: the events of one commit group, or of a part of it, in one RocksDB value.
//
//   u8      format, 2
//   varint  number of events, at least 1
//   varint  how many of them, at its beginning, belong to a unit that began in an earlier record
//   varint  number of units that begin here
//   then for each of these: varint number of its events, 16 bytes of the command's fingerprint
//   then for each event: varint envelope size, varint payload size
//   then the canonical envelopes, one behind the other
//   then the payloads, each after as many zero bytes as bring it to an offset divisible by 8
//
// There is nothing after the last payload. The last unit may go on in the next record. A group
// larger than about kRecordTargetBytes is cut into several records, so that reading one event stays
// cheap. Internal to the event store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "eventstore/bytes.h"
#include "eventstore/types.h"

namespace docket::eventstore {

inline constexpr std::size_t kRecordTargetBytes = 32 * 1024;

// Collects events until the record is large enough, then gives its bytes.
class GroupRecordBuilder {
 public:
  // True if `add` of an event of these sizes would make a record that has events too large.
  bool wouldOverflow(std::size_t envelopeBytes, std::size_t payloadBytes) const;

  // The next `events` events are of one unit. REQUIRES: the unit before it has got all its events.
  void beginUnit(std::size_t events, const Fingerprint& fingerprint);

  // The next `events` events end a unit that began in an earlier record, which another builder
  // made. REQUIRES: empty, and the unit before has got all its events.
  void continueUnit(std::size_t events);

  // Both spans must live until `finish`. REQUIRES: a unit that wants more events.
  void add(std::span<const std::byte> envelope, std::span<const std::byte> payload);

  bool empty() const { return events_.empty(); }
  std::size_t count() const { return events_.size(); }

  // The record's bytes, valid until the next call; the builder is then empty.
  // REQUIRES: not empty.
  std::span<const std::byte> finish();

 private:
  struct Event {
    std::span<const std::byte> envelope;
    std::span<const std::byte> payload;
  };
  struct Unit {
    std::size_t events;
    Fingerprint fingerprint;
  };
  std::vector<Event> events_;
  std::vector<Unit> units_;    // that begin in this record
  std::size_t wanted_ = 0;     // events that the unit at hand still gets
  std::size_t continued_ = 0;  // events of this record that are of an earlier record's unit
  std::size_t estimatedBytes_ = 0;
  std::vector<std::byte> bytes_;
};

// A record taken apart. Owns a copy of the bytes that is aligned to 8, so payloads are too.
class GroupRecord {
 public:
  // Copies and checks `value`: sizes that agree with each other and with the limits, zero padding.
  // Answers nullptr, or a few words on what is wrong; then the record is empty.
  [[nodiscard]] const char* load(std::span<const std::byte> value);
  void clear() {
    events_.clear();
    units_.clear();
  }

  // A unit that begins in this record.
  struct Unit {
    std::size_t index;     // of its first event in the record
    std::uint32_t events;  // of the whole unit
    Fingerprint fingerprint;
  };
  const std::vector<Unit>& units() const { return units_; }

  std::size_t count() const { return events_.size(); }
  std::span<const std::byte> envelope(std::size_t index) const {
    return {data() + events_[index].envelopeAt, events_[index].envelopeSize};
  }
  std::span<const std::byte> payload(std::size_t index) const {
    return {data() + events_[index].payloadAt, events_[index].payloadSize};
  }

 private:
  struct Event {
    std::uint32_t envelopeAt;
    std::uint32_t envelopeSize;
    std::uint32_t payloadAt;
    std::uint32_t payloadSize;
  };
  const std::byte* data() const { return reinterpret_cast<const std::byte*>(words_.get()); }
  const char* parse(std::size_t size);
  const char* parseUnits(ByteReader& reader, std::uint64_t count);

  std::unique_ptr<std::uint64_t[]> words_;
  std::size_t capacityWords_ = 0;
  std::vector<Event> events_;
  std::vector<Unit> units_;
};

}  // namespace docket::eventstore
