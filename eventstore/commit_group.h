// One commit group in the making: checks units against the log and against each other, and gathers
// what they write into one RocksDB batch.
//
// begin, then add for each unit, then finish and write the batch, then, once it is durable,
// remember. One thread. Internal to the event store.
#pragma once

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "eventstore/database.h"
#include "eventstore/event_index.h"
#include "eventstore/group_record.h"
#include "eventstore/keys.h"
#include "eventstore/log.h"
#include "eventstore/lookup.h"
#include "eventstore/records.h"
#include "eventstore/stream_heads.h"
#include "eventstore/tree.h"

namespace docket::eventstore {

class CommitGroup {
 public:
  CommitGroup(const Database& database, EventIndex& index);

  // Forgets the last group and begins one after `durable`, at `now` or the last recorded time if
  // later.
  void begin(const Head& durable, Timestamp now);

  struct Outcome {
    AppendResult result;
    // The answer rests on this group: if the group is not made durable, the answer is void.
    bool restsOnGroup;
  };
  // Decides one unit. What it writes is seen by the units after it.
  Outcome add(const Unit& unit);

  bool empty() const { return events_.empty(); }

  // The batch to write, and the head that it leaves. Both `units` payloads and the group must live
  // until it is written. REQUIRES: not empty.
  Head finish();
  rocksdb::WriteBatch& batch() { return batch_; }

  // Tells the index what the group wrote. To be called once the batch is durable.
  void remember();

 private:
  // A stream as it stands after the units so far.
  struct StreamState {
    std::optional<StreamTip> tip;
    bool written = false;  // by this group
  };
  struct StagedEvent {
    std::size_t envelopeAt;
    std::size_t envelopeSize;
    std::span<const std::byte> payload;
    const std::string* streamKey;  // in streams_
    Version version;
  };
  struct StagedUnit {
    Fingerprint fingerprint;
    Committed committed;
    std::uint32_t events;
  };

  std::optional<Outcome> answerIfKnown(const Unit& unit);
  tl::expected<std::vector<Violation>, StoreError> violations(const Unit& unit, bool& restsOnGroup);
  tl::expected<TextMap<StreamState>::value_type*, StoreError> state(const StreamId& stream);
  void stage(const Unit& unit, const NewEvent& event, const std::string& streamKey,
             StreamState& stream);
  void putRecords();
  void putNodes();

  const Database& database_;
  EventIndex& index_;
  StreamHeads heads_;

  // The group at hand.
  Head durable_;
  Position next_;
  Timestamp recordedAt_;
  TextMap<StreamState> streams_;
  std::vector<StagedUnit> units_;
  std::unordered_map<CommandId, std::size_t> commands_;  // index in units_
  Frontier frontier_;
  std::vector<TreeNode> nodes_;  // completed by this group, of the levels that are stored
  std::vector<std::byte> envelopes_;
  std::vector<StagedEvent> events_;
  GroupRecordBuilder builder_;
  rocksdb::WriteBatch batch_;
  std::vector<TextMap<StreamState>::value_type*> unitStreams_;  // of the events of the unit at hand
};

}  // namespace docket::eventstore
