// The records of the log (format 2): what a commit group wrote, where the log ends, and its anchor
// (docs/FORMATS.md, "Group record", "Head record", "ANCHOR").
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "client/verify/bytes.h"
#include "client/verify/merkle.h"
#include "client/verify/problem.h"

namespace docket::client::verify {

// Its views live as long as the bytes it was read from.
struct GroupRecord {
  struct Event {
    Bytes envelope;
    Bytes payload;
  };
  std::uint64_t continued = 0;            // events of a unit that began in an earlier record
  std::vector<std::uint64_t> unitEvents;  // for each unit that begins here, of the whole unit
  std::vector<Event> events;
};
Result<GroupRecord> readGroupRecord(Bytes bytes, const Source& source);

struct HeadRecord {
  std::uint64_t next = 0;       // position: how many events the log has
  std::uint64_t lastGroup = 0;  // first position of the last commit group
  std::int64_t recordedMicros = 0;
  std::vector<Digest> frontier;  // the largest subtree first
};
Result<HeadRecord> readHeadRecord(Bytes bytes, const Source& source);

struct Anchor {
  std::uint64_t head = 0;
  Digest root;
};
Result<Anchor> readAnchor(std::string_view text, const Source& source);

}  // namespace docket::client::verify
