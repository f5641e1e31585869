#include "eventstore/commit_group.h"

#include <cstdlib>
#include <utility>

#include "eventstore/envelope.h"
#include "eventstore/keys.h"
#include "eventstore/merkle.h"
#include "eventstore/tree.h"

namespace docket::eventstore {
namespace {

// RocksDB's batch functions only fail on misuse (a closed family, a batch over its own limit of 4
// GiB).
void require(const rocksdb::Status& status) {
  if (!status.ok()) std::abort();
}

}  // namespace

CommitGroup::CommitGroup(Position begin, Timestamp recordedAt)
    : begin_(begin),
      recordedAt_(recordedAt),
      batch_(/*reserved_bytes=*/0, /*max_bytes=*/0,
             /*protection_bytes_per_key=*/8, /*default_cf_ts_sz=*/0) {}

void CommitGroup::addEvent(const Envelope& envelope, std::span<const std::byte> payload) {
  const std::size_t at = envelopes_.size();
  encodeEnvelope(envelope, envelopes_);
  payloads_.insert(payloads_.end(), payload.begin(), payload.end());
  events_.push_back({envelopes_.size() - at, payload.size()});
}

void CommitGroup::endUnit(const Fingerprint& fingerprint) {
  units_.push_back({events_.size() - eventsOfEndedUnits_, fingerprint});
  eventsOfEndedUnits_ = events_.size();
}

void CommitGroup::seal(const Database& database, Head before) {
  if (empty() || before.next != begin_) std::abort();
  head_ = {{begin_.value + events_.size()}, begin_, recordedAt_, std::move(before.frontier)};
  putRecords(database);
  growTree(database);
  require(batch_.Put(database.handle(Family::meta), toSlice(keys::kHead), encodeHead(head_)));
}

void CommitGroup::growTree(const Database& database) {
  const auto putNode = [&](unsigned level, std::uint64_t index, const Digest& hash) {
    if (level < kLowestStoredLevel) return;
    require(batch_.Put(database.handle(Family::tree), toSlice(keys::node(level, index).view()),
                       toSlice(hash.bytes)));
  };
  std::span<const std::byte> envelopes(envelopes_);
  for (const StagedEvent& event : events_) {
    head_.frontier.add(leafHash(envelopes.first(event.envelopeSize)), putNode);
    envelopes = envelopes.subspan(event.envelopeSize);
  }
}

void CommitGroup::putRecords(const Database& database) {
  GroupRecordBuilder builder;
  Position first = begin_;
  const auto putRecord = [&] {
    const Position after{first.value + builder.count()};
    require(batch_.Put(database.handle(Family::groups), toSlice(keys::group(first).view()),
                       toSlice(builder.finish())));
    first = after;
  };
  std::span<const std::byte> envelopes(envelopes_);
  std::span<const std::byte> payloads(payloads_);
  auto event = events_.begin();
  for (const StagedUnit& unit : units_) {
    for (std::size_t i = 0; i < unit.events; ++i, ++event) {
      if (builder.wouldOverflow(event->envelopeSize, event->payloadSize)) putRecord();
      if (i == 0) builder.beginUnit(unit.events, unit.fingerprint);
      builder.add(envelopes.first(event->envelopeSize), payloads.first(event->payloadSize));
      envelopes = envelopes.subspan(event->envelopeSize);
      payloads = payloads.subspan(event->payloadSize);
    }
  }
  putRecord();
}

}  // namespace docket::eventstore
