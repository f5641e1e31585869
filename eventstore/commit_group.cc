#include "eventstore/commit_group.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "eventstore/envelope.h"
#include "eventstore/limits.h"

namespace docket::eventstore {
namespace {

// The memory that a large group leaves behind for the next one, at most.
constexpr std::size_t kKeptBytes = std::size_t{4} << 20;

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

bool holds(const Expected& expected, const std::optional<StreamTip>& tip) {
  return std::visit(
      Overloaded{
          [](const AnyVersion&) { return true; },
          [&](const NoStream&) { return !tip.has_value(); },
          [&](const StreamExists&) { return tip.has_value(); },
          [&](const Exactly& exactly) { return tip && tip->version == exactly.version; },
      },
      expected);
}

CommitGroup::Outcome failure(AppendFailure failure, bool restsOnGroup) {
  return {tl::unexpected(std::move(failure)), restsOnGroup};
}

// RocksDB's batch functions only fail on misuse (a closed family, a batch over its own limit of 4
// GiB).
void require(const rocksdb::Status& status) {
  if (!status.ok()) std::abort();
}

}  // namespace

CommitGroup::CommitGroup(const Database& database, EventIndex& index)
    : database_(database),
      index_(index),
      batch_(/*reserved_bytes=*/0, /*max_bytes=*/0,
             /*protection_bytes_per_key=*/8, /*default_cf_ts_sz=*/0) {}

void CommitGroup::begin(const Head& durable, Timestamp now) {
  durable_ = durable;
  next_ = durable.next;
  recordedAt_ = durable.next.value == 0 ? now : std::max(now, durable.lastRecordedAt);
  streams_.clear();
  units_.clear();
  commands_.clear();
  frontier_ = durable.frontier;
  nodes_.clear();
  envelopes_.clear();
  if (envelopes_.capacity() > kKeptBytes) envelopes_.shrink_to_fit();
  events_.clear();
  batch_.Clear();
}

CommitGroup::Outcome CommitGroup::add(const Unit& unit) {
  if (auto refusal = checkLimits(unit)) return failure(std::move(*refusal), false);
  if (auto known = answerIfKnown(unit)) return std::move(*known);
  bool restsOnGroup = false;
  auto violated = violations(unit, restsOnGroup);
  if (!violated) return failure(std::move(violated.error()), false);
  if (!violated->empty()) return failure(ConditionsFailed{std::move(*violated)}, restsOnGroup);

  // Everything that can fail comes before the first change.
  unitStreams_.clear();
  for (const NewEvent& event : unit.events) {
    auto found = state(event.stream);
    if (!found) return failure(std::move(found.error()), false);
    unitStreams_.push_back(*found);
  }
  const Position first = next_;
  for (std::size_t i = 0; i < unit.events.size(); ++i) {
    stage(unit, unit.events[i], unitStreams_[i]->first, unitStreams_[i]->second);
  }
  const Committed committed{first, {next_.value - 1}, unitStreams_.back()->second.tip->version};
  commands_.emplace(unit.commandId, units_.size());
  units_.push_back({unit.fingerprint, committed, static_cast<std::uint32_t>(unit.events.size())});
  return {committed, true};
}

// The answer to a command id that was used before, in this group or in the log.
std::optional<CommitGroup::Outcome> CommitGroup::answerIfKnown(const Unit& unit) {
  if (const auto staged = commands_.find(unit.commandId); staged != commands_.end()) {
    const StagedUnit& first = units_[staged->second];
    Committed committed = first.committed;
    if (first.fingerprint != unit.fingerprint) {
      return failure(CommandIdReused{committed.first}, true);
    }
    committed.repeated = true;
    return Outcome{committed, true};
  }
  const auto known = findCommand(database_, index_, unit.commandId, durable_.next);
  if (!known) return failure(known.error(), false);
  if (!*known) return std::nullopt;
  if ((*known)->fingerprint != unit.fingerprint) {
    return failure(CommandIdReused{(*known)->first}, false);
  }
  const auto answer = repeatedAnswer(database_, **known);
  if (!answer) return failure(answer.error(), false);
  return Outcome{*answer, false};
}

tl::expected<std::vector<Violation>, StoreError> CommitGroup::violations(const Unit& unit,
                                                                         bool& restsOnGroup) {
  std::vector<Violation> violated;
  for (const Condition& condition : unit.conditions) {
    const auto found = state(condition.stream);
    if (!found) return tl::unexpected(found.error());
    const StreamState& stream = (*found)->second;
    restsOnGroup |= stream.written;
    if (holds(condition.expected, stream.tip)) continue;
    std::optional<Version> actual;
    if (stream.tip) actual = stream.tip->version;
    violated.push_back({condition.stream, condition.expected, actual});
  }
  return violated;
}

// The stream as the units so far leave it; from this group, else from memory, else from disk.
tl::expected<TextMap<CommitGroup::StreamState>::value_type*, StoreError> CommitGroup::state(
    const StreamId& stream) {
  const keys::Key key = keys::stream(stream.kind, stream.id);
  if (const auto known = streams_.find(key.view()); known != streams_.end()) return &*known;
  StreamState fresh;
  fresh.tip = heads_.find(key.view());
  if (!fresh.tip) {
    const auto tip = index_.findTip(key.view(), durable_.next);
    if (!tip) return tl::unexpected(tip.error());
    fresh.tip = *tip;
  }
  return &*streams_.emplace(key.view(), std::move(fresh)).first;
}

void CommitGroup::stage(const Unit& unit, const NewEvent& event, const std::string& streamKey,
                        StreamState& stream) {
  Envelope envelope;
  envelope.position = next_;
  envelope.streamKind = event.stream.kind;
  envelope.streamId = event.stream.id;
  envelope.version = stream.tip ? stream.tip->version.next() : Version{0};
  envelope.type = event.type;
  envelope.schemaVersion = event.schemaVersion;
  envelope.recordedAt = recordedAt_;
  envelope.occurredAt = event.occurredAt;
  envelope.actor = unit.actor;
  envelope.onBehalfOf = unit.onBehalfOf;
  envelope.origin = unit.origin;
  envelope.commandId = unit.commandId;
  envelope.correlationId = unit.correlationId.isZero() ? unit.commandId : unit.correlationId;
  envelope.hasCausation = unit.causation.has_value();
  envelope.causation = unit.causation.value_or(Position{});
  envelope.payloadHash = sha256(event.payload);
  envelope.payloadSize = static_cast<std::uint32_t>(event.payload.size());
  const std::size_t envelopeAt = envelopes_.size();
  encodeEnvelope(envelope, envelopes_);
  const std::size_t envelopeSize = envelopes_.size() - envelopeAt;
  events_.push_back({envelopeAt, envelopeSize, event.payload, &streamKey, envelope.version});
  frontier_.add(leafHash({envelopes_.data() + envelopeAt, envelopeSize}),
                [&](unsigned level, std::uint64_t index, const Digest& hash) {
                  if (level >= kLowestStoredLevel) nodes_.push_back({level, index, hash});
                });

  stream.tip = StreamTip{envelope.version, next_};
  stream.written = true;
  next_ = next_.next();
}

Head CommitGroup::finish() {
  putRecords();
  putNodes();
  Head head{next_, durable_.next, recordedAt_, frontier_};
  require(batch_.Put(database_.handle(Family::meta), toSlice(keys::kHead), encodeHead(head)));
  return head;
}

void CommitGroup::putRecords() {
  Position first = durable_.next;
  const auto putRecord = [&] {
    const Position after{first.value + builder_.count()};
    require(batch_.Put(database_.handle(Family::groups), toSlice(keys::group(first).view()),
                       toSlice(builder_.finish())));
    first = after;
  };
  std::size_t next = 0;
  for (const StagedUnit& unit : units_) {
    for (std::uint32_t i = 0; i < unit.events; ++i, ++next) {
      const StagedEvent& event = events_[next];
      if (builder_.wouldOverflow(event.envelopeSize, event.payload.size())) putRecord();
      if (i == 0) builder_.beginUnit(unit.events, unit.fingerprint);
      builder_.add({envelopes_.data() + event.envelopeAt, event.envelopeSize}, event.payload);
    }
  }
  putRecord();
}

void CommitGroup::putNodes() {
  for (const TreeNode& node : nodes_) {
    require(batch_.Put(database_.handle(Family::tree),
                       toSlice(keys::node(node.level, node.index).view()),
                       toSlice(node.hash.bytes)));
  }
}

void CommitGroup::remember() {
  for (const auto& [key, stream] : streams_) {
    if (stream.tip) heads_.put(key, *stream.tip);
  }
  index_.tail().extend([&](TailSegment& tail) {
    Position position = durable_.next;
    for (const StagedEvent& event : events_) {
      tail.addEvent(*event.streamKey, event.version, position);
      position = position.next();
    }
    for (const auto& [id, number] : commands_) {
      const StagedUnit& unit = units_[number];
      tail.addCommand(id, {unit.committed.first, unit.events, unit.fingerprint});
    }
  });
}

}  // namespace docket::eventstore
