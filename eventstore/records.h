// How the log ends, as it is stored. Internal to the event store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "eventstore/merkle.h"
#include "eventstore/types.h"

namespace docket::eventstore {

inline constexpr unsigned kFormatVersion = 2;

// How the log ends. Written in every commit, in the same write as the events.
//
//   u8      format, 2
//   varint  position that the next event will get
//   varint  position of the first event of the last commit group
//   u64     recorded time of the last commit group, microseconds, big-endian
//   32 each the nodes of the Merkle tree's frontier, from the highest level down: one for each bit
//           that is set in the next position
//
// An empty log has zeros everywhere after the format.
struct Head {
  Position next;
  Position lastGroup;
  Timestamp lastRecordedAt;
  Frontier frontier;  // of the tree over the envelopes of all events below `next`

  bool operator==(const Head&) const = default;
};
std::string encodeHead(const Head& head);
std::optional<Head> decodeHead(std::string_view value);

}  // namespace docket::eventstore
