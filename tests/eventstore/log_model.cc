#include "tests/eventstore/log_model.h"

#include <algorithm>

#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

bool holds(const Expected& expected, std::optional<Version> actual) {
  if (std::holds_alternative<NoStream>(expected)) return !actual;
  if (std::holds_alternative<StreamExists>(expected)) return actual.has_value();
  if (const auto* exactly = std::get_if<Exactly>(&expected)) return actual == exactly->version;
  return true;
}

}  // namespace

std::string saidIn(const AppendResult& result) {
  if (result) {
    return std::string(result->repeated ? "repeated " : "committed ") +
           std::to_string(result->first.value) + " to " + std::to_string(result->last.value) +
           " version " + std::to_string(result->lastVersion.value);
  }
  if (const auto* reused = commandIdReused(result)) {
    return "reused, first at " + std::to_string(reused->first.value);
  }
  if (const auto* error = storeError(result)) {
    return error->code == StoreErrorCode::invalid ? "invalid" : "ERROR " + error->message;
  }
  std::string text = "violated";
  for (const Violation& each : conditionsFailed(result)->violations) {
    text += " " + each.stream.text() + " expected " + textOf(each.expected) + " actual " +
            (each.actual ? std::to_string(each.actual->value) : "none") + ";";
  }
  return text;
}

AppendResult LogModel::append(const Unit& unit, Timestamp now) {
  if (unit.events[0].payload.size() > kMaxPayloadBytes ||
      (unit.causation && unit.causation->value >= events_.size())) {
    return tl::unexpected(AppendFailure(StoreError{StoreErrorCode::invalid, ""}));
  }
  if (const auto known = commands_.find(unit.commandId); known != commands_.end()) {
    if (known->second.fingerprint != unit.fingerprint) {
      return tl::unexpected(AppendFailure(CommandIdReused{known->second.committed.first}));
    }
    return known->second.committed;
  }
  ConditionsFailed failed;
  for (const Condition& each : unit.conditions) {
    const auto actual = lastVersion(each.stream.text());
    if (!holds(each.expected, actual)) {
      failed.violations.push_back({each.stream, each.expected, actual});
    }
  }
  if (!failed.violations.empty()) return tl::unexpected(AppendFailure(failed));
  const Timestamp recorded = std::max(now, lastRecorded());
  Committed committed{{events_.size()}, {}, {}, false};
  for (const NewEvent& event : unit.events) {
    committed.lastVersion = {lengths_[event.stream.text()]++};
    committed.last = {events_.size()};
    events_.push_back({event.stream.text(), committed.lastVersion.value, event.type,
                       text(event.payload), recorded});
  }
  Committed repeated = committed;
  repeated.repeated = true;
  commands_[unit.commandId] = {unit.fingerprint, repeated};
  return committed;
}

std::optional<Version> LogModel::lastVersion(const std::string& stream) const {
  const auto found = lengths_.find(stream);
  if (found == lengths_.end()) return std::nullopt;
  return Version{found->second - 1};
}

std::optional<KnownCommand> LogModel::findCommand(const CommandId& id) const {
  const auto found = commands_.find(id);
  if (found == commands_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> LogModel::read(const std::optional<std::string>& stream,
                                        const ReadOptions& options) const {
  std::vector<std::string> read;
  const auto take = [&](std::uint64_t position) {
    const Event& event = events_[position];
    const std::uint64_t place = stream ? event.version : position;
    const bool backward = options.direction == Direction::backward;
    if (stream && event.stream != *stream) return;
    if (options.from && (backward ? place > *options.from : place < *options.from)) return;
    const auto& types = options.types;
    if (!types.empty() && std::count(types.begin(), types.end(), event.type) == 0) return;
    if (read.size() == options.limit) return;
    read.push_back(lineOf(position, event.stream, event.version, event.type, event.payload));
  };
  for (std::uint64_t i = 0; i < events_.size(); ++i) {
    take(options.direction == Direction::backward ? events_.size() - 1 - i : i);
  }
  return read;
}

Timestamp LogModel::lastRecorded() const {
  return events_.empty() ? Timestamp() : events_.back().recorded;
}

std::vector<Erasure> LogModel::erasures() const {
  std::vector<Erasure> erasures;
  for (std::uint64_t i = 0; i < events_.size(); ++i) {
    if (events_[i].type == kErasedType) erasures.push_back({events_[i].stream.substr(2), {i}});
  }
  return erasures;
}

std::uint64_t LogModel::firstRecordedAfter(Timestamp instant, std::uint64_t head) const {
  const auto end = events_.begin() + static_cast<std::ptrdiff_t>(head);
  const auto found = std::find_if(events_.begin(), end,
                                  [&](const Event& event) { return event.recorded > instant; });
  return static_cast<std::uint64_t>(found - events_.begin());
}

std::uint64_t LogModel::unitEnd(std::uint64_t position) const {
  std::uint64_t end = 0;
  for (const auto& [id, known] : commands_) {
    const std::uint64_t next = known.committed.last.value + 1;
    if (next <= position) end = std::max(end, next);
  }
  return end;
}

LogModel LogModel::prefix(std::uint64_t end) const {
  LogModel prefix = *this;
  prefix.events_.resize(end);
  prefix.lengths_.clear();
  for (const Event& event : prefix.events_) ++prefix.lengths_[event.stream];
  std::erase_if(prefix.commands_,
                [&](const auto& known) { return known.second.committed.first.value >= end; });
  return prefix;
}

}  // namespace docket::eventstore::testing
