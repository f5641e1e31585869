// A rehearsal: the whole history decoded and folded by this program, as a server would on starting,
// without writing anything: into the writer's world, and into every view that reads events. Whoever
// is about to run a new version tries it on the data first.
//
// Not thread-safe. Cost: one scan of the log; the memory that a server's world takes, and the rows
// of the views but for those of envelopes alone (the audit view), which nothing can stop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/log.h"

namespace docket::server::offline {

// One kind of failure: what fails with the same reason, in the same type and schema version.
struct RehearsalFailure {
  enum class Kind {
    unknownType,   // of a newer program: its ticket or board takes no commands, no more
    newerVersion,  // likewise
    view,          // a view would stop at it; `type` and `version` are the event's
    damaged,       // should be understood and is not: no server starts on it
    log,           // the log itself cannot be read on; nothing behind it was looked at
  };
  Kind kind = Kind::damaged;
  std::string type;  // empty, and version 0, for `log`
  std::uint16_t version = 0;
  eventstore::Position first;
  std::string why;
  std::uint64_t count = 0;
};
std::string_view text(RehearsalFailure::Kind kind);

struct Rehearsal {
  struct Version {
    std::uint64_t events = 0;
    bool isUpcast = false;  // an older schema version, read as today's event
  };
  std::uint64_t events = 0;  // looked at
  std::uint64_t decoded = 0;
  std::uint64_t upcast = 0;                                            // of those decoded
  std::map<std::pair<std::string, std::uint16_t>, Version> byVersion;  // type, schema version
  std::vector<RehearsalFailure> failures;  // in the order in which they were first met

  bool isDamaged() const;
  bool has(RehearsalFailure::Kind kind) const;
};

// `progress` is told now and then how many events are done, and of how many.
using RehearsalProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;
Rehearsal rehearse(const eventstore::Log& log, const RehearsalProgress& progress);

}  // namespace docket::server::offline
