// The deciding half of an append: checks units against the log and against all that was staged
// before them, gives events their places, and fills a commit group.
//
// The stager runs ahead of the disk: it knows what was staged but is not durable yet, so that the
// next group is made while the last one is being synced. What it stages is in the index's tail at
// once, above the head that readers see. There is no way back: if a staged group is not made
// durable, the log takes no more writes, and opening it again starts from what is on disk.
//
// One thread. Internal to the event store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "eventstore/commit_group.h"
#include "eventstore/database.h"
#include "eventstore/event_index.h"
#include "eventstore/keys.h"
#include "eventstore/log.h"
#include "eventstore/records.h"
#include "eventstore/stream_heads.h"

namespace docket::eventstore {

class Stager {
 public:
  // What the stager asks the log.
  struct Host {
    std::function<Position()> durableHead;
    std::function<std::optional<StoreError>()> refusal;  // why it takes no writes, if so
    std::function<void(const StoreError&)> fail;         // from now on it takes none
  };

  // `database` and `index` must outlive the stager, which begins at the log's durable end.
  Stager(const Database& database, EventIndex& index, const Head& durable, Host host);

  // Begins a group at `now`, or the last recorded time if later. REQUIRES: none is open.
  [[nodiscard]] std::unique_ptr<CommitGroup> begin(Timestamp now);
  // Decides one unit into the open group. If the disk does not answer, the log fails.
  void add(const Unit& unit, CommitGroup& group);
  // Ends the open group.
  void finish() { isOpen_ = false; }

 private:
  [[nodiscard]] CommitGroup::Answer decide(const Unit& unit, CommitGroup& group);
  void prepare(const Unit& unit);
  std::optional<CommitGroup::Answer> answerIfKnown(const Unit& unit);
  tl::expected<std::vector<Violation>, StoreError> violations(const Unit& unit,
                                                              bool& restsOnStaged);
  struct Stream;
  tl::expected<std::optional<StreamTip>, StoreError> tipOf(const Stream& stream);
  Committed stage(const Unit& unit, CommitGroup& group);
  Envelope envelopeOf(const Unit& unit, std::size_t number) const;  // of its event
  bool isStaged(Position position) const { return position >= host_.durableHead(); }

  const Database& database_;
  EventIndex& index_;
  const Host host_;

  // After all that is staged:
  Position next_;
  Timestamp recordedAt_;
  StreamHeads heads_;

  bool isOpen_ = false;   // a group is
  Timestamp groupTime_;  // the recorded time of what the open group writes

  // What is reckoned of the unit at hand, and of each of its events.
  struct Stream {
    explicit Stream(const StreamId& id)
        : key(keys::stream(id.kind, id.id)), hash(hashOfStream(key.view())) {}
    keys::Key key;
    std::uint64_t hash;
  };
  struct EventFacts {
    Stream stream;
    Digest payloadHash;
    Version version;
  };
  std::uint64_t commandHash_ = 0;
  std::vector<EventFacts> events_;
};

}  // namespace docket::eventstore
