#include "eventstore/commit_group.h"

#include <cstdlib>
#include <utility>

#include "eventstore/envelope.h"
#include "eventstore/keys.h"

namespace docket::eventstore {
namespace {

// RocksDB's batch functions only fail on misuse (a closed family, a batch over its own limit of 4
// GiB).
void require(const rocksdb::Status& status) {
  if (!status.ok()) std::abort();
}

}  // namespace

CommitGroup::CommitGroup(Position begin)
    : begin_(begin),
      batch_(/*reserved_bytes=*/0, /*max_bytes=*/0,
             /*protection_bytes_per_key=*/8, /*default_cf_ts_sz=*/0) {}

Digest CommitGroup::addEvent(const Envelope& envelope, std::span<const std::byte> payload) {
  const std::size_t at = envelopes_.size();
  encodeEnvelope(envelope, envelopes_);
  payloads_.insert(payloads_.end(), payload.begin(), payload.end());
  const std::size_t size = envelopes_.size() - at;
  events_.push_back({size, payload.size()});
  return leafHash({envelopes_.data() + at, size});
}

void CommitGroup::endUnit(const Fingerprint& fingerprint) {
  units_.push_back({events_.size() - eventsOfEndedUnits_, fingerprint});
  eventsOfEndedUnits_ = events_.size();
}

void CommitGroup::seal(const Database& database, Head head) {
  head_ = std::move(head);
  putRecords(database);
  for (const TreeNode& node : nodes_) {
    require(batch_.Put(database.handle(Family::tree),
                       toSlice(keys::node(node.level, node.index).view()),
                       toSlice(node.hash.bytes)));
  }
  require(batch_.Put(database.handle(Family::meta), toSlice(keys::kHead), encodeHead(head_)));
}

void CommitGroup::putRecords(const Database& database) {
  GroupRecordBuilder builder;
  Position first = head_.lastGroup;
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
