// A log as the contract has it, in the plainest way: what a real one is compared with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/key_store.h"
#include "eventstore/log.h"

namespace docket::eventstore::testing {

// The event that says that a subject is erased; its stream is p/<subject>.
inline constexpr std::string_view kErasedType = "SubjectErased";

// What a result says, in full.
std::string saidIn(const AppendResult& result);

class LogModel {
 public:
  AppendResult append(const Unit& unit, Timestamp now);

  std::optional<Version> lastVersion(const std::string& stream) const;
  std::optional<KnownCommand> findCommand(const CommandId& id) const;
  // Of a stream, or of all.
  std::vector<std::string> read(const std::optional<std::string>& stream,
                                const ReadOptions& options) const;

  std::uint64_t size() const { return events_.size(); }
  std::uint64_t commands() const { return commands_.size(); }
  Timestamp lastRecorded() const;  // of an empty log the epoch
  // Whom it has erased, in the order of their events.
  std::vector<Erasure> erasures() const;

  // The first event of the first `head` that was recorded after the instant; `head` if none was.
  std::uint64_t firstRecordedAfter(Timestamp instant, std::uint64_t head) const;
  // Where the last whole unit below `position` ends.
  std::uint64_t unitEnd(std::uint64_t position) const;
  // The log as it was when it ended at `end`. REQUIRES: a unit ends there.
  LogModel prefix(std::uint64_t end) const;

 private:
  struct Event {
    std::string stream;
    std::uint64_t version;
    std::string type;
    std::string payload;
    Timestamp recorded;
  };

  std::vector<Event> events_;
  std::map<std::string, std::uint64_t> lengths_;
  std::map<CommandId, KnownCommand> commands_;
};

}  // namespace docket::eventstore::testing
