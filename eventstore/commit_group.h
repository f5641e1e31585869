// One commit group: the answers to its units, and what it writes as one RocksDB batch.
//
// Filled by the Stager on one thread, then handed to the thread that commits, which seals it: what
// can be left until the order of groups is certain is done there, so that the two threads share the
// work evenly. Internal to the event store.
#pragma once

#include <rocksdb/write_batch.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "eventstore/database.h"
#include "eventstore/group_record.h"
#include "eventstore/log.h"
#include "eventstore/records.h"

namespace docket::eventstore {

class CommitGroup {
 public:
  struct Answer {
    AppendResult result;
    // It rests on events that were not durable when it was found: if they never are, it is void.
    bool restsOnStaged;
  };

  // It begins at `begin`, and all its events are recorded at `recordedAt`.
  CommitGroup(Position begin, Timestamp recordedAt);

  Position begin() const { return begin_; }
  Timestamp recordedAt() const { return recordedAt_; }

  void answer(Answer answer) { answers_.push_back(std::move(answer)); }
  std::vector<Answer> takeAnswers() { return std::move(answers_); }

  // Encodes one event of the unit at hand.
  void addEvent(const Envelope& envelope, std::span<const std::byte> payload);
  // Ends the unit at hand.
  void endUnit(const Fingerprint& fingerprint);

  // No events: there is nothing to write.
  bool empty() const { return events_.empty(); }

  // To be called once, when all units are in and the log's durable end is `before`: grows the
  // Merkle tree and makes the batch that leaves the log at head().
  // REQUIRES: not empty, and the group begins where `before` ends.
  void seal(const Database& database, Head before);
  const Head& head() const { return head_; }
  rocksdb::WriteBatch& batch() { return batch_; }

 private:
  struct StagedEvent {
    std::size_t envelopeSize;
    std::size_t payloadSize;
  };
  struct StagedUnit {
    std::size_t events;
    Fingerprint fingerprint;
  };

  void growTree(const Database& database);
  void putRecords(const Database& database);

  const Position begin_;
  const Timestamp recordedAt_;
  std::vector<Answer> answers_;
  std::vector<std::byte> envelopes_;  // one behind the other
  std::vector<std::byte> payloads_;   // likewise
  std::vector<StagedEvent> events_;
  std::vector<StagedUnit> units_;
  std::size_t eventsOfEndedUnits_ = 0;
  Head head_;
  rocksdb::WriteBatch batch_;
};

}  // namespace docket::eventstore
