#include "eventstore/stager.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "eventstore/envelope.h"
#include "eventstore/limits.h"
#include "eventstore/lookup.h"

namespace docket::eventstore {
namespace {

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

StoreError causeToCome(Position causation, Position next) {
  return {StoreErrorCode::invalid, "causation position " + std::to_string(causation.value) +
                                       " is not in the log, whose next position is " +
                                       std::to_string(next.value)};
}

}  // namespace

Stager::Stager(const Database& database, EventIndex& index, const Head& durable, Host host)
    : database_(database),
      index_(index),
      host_(std::move(host)),
      next_(durable.next),
      recordedAt_(durable.lastRecordedAt) {}

std::unique_ptr<CommitGroup> Stager::begin(Timestamp now) {
  if (std::exchange(isOpen_, true)) std::abort();
  groupTime_ = next_.value == 0 ? now : std::max(now, recordedAt_);
  return std::make_unique<CommitGroup>(next_, groupTime_);
}

void Stager::add(const Unit& unit, CommitGroup& group) {
  if (auto refusal = host_.refusal()) {
    group.answer({tl::unexpected(AppendFailure(std::move(*refusal))), false});
    return;
  }
  auto answer = decide(unit, group);
  const auto* error = answer.result ? nullptr : std::get_if<StoreError>(&answer.result.error());
  if (error != nullptr && error->code != StoreErrorCode::invalid) host_.fail(*error);
  group.answer(std::move(answer));
}

CommitGroup::Answer Stager::decide(const Unit& unit, CommitGroup& group) {
  const auto refuse = [](AppendFailure failure, bool restsOnStaged) {
    return CommitGroup::Answer{tl::unexpected(std::move(failure)), restsOnStaged};
  };
  if (auto broken = checkLimits(unit)) return refuse(std::move(*broken), false);
  if (unit.causation && *unit.causation >= next_) {
    return refuse(causeToCome(*unit.causation, next_), false);
  }
  prepare(unit);
  if (auto known = answerIfKnown(unit)) return std::move(*known);
  bool restsOnStaged = false;
  auto violated = violations(unit, restsOnStaged);
  if (!violated) return refuse(std::move(violated.error()), false);
  if (!violated->empty()) return refuse(ConditionsFailed{std::move(*violated)}, restsOnStaged);
  // Everything that can fail comes before the first change.
  for (const EventFacts& event : events_) {
    if (auto tip = tipOf(event.stream); !tip) return refuse(std::move(tip.error()), false);
  }
  return {stage(unit, group), true};
}

// The tables are larger than the processor's caches. What a unit needs of them is asked for first;
// it comes while the payloads are hashed.
void Stager::prepare(const Unit& unit) {
  commandHash_ = index_.commandHash(unit.commandId);
  index_.prefetchCommand(commandHash_);
  events_.clear();
  for (const NewEvent& event : unit.events) {
    events_.push_back({Stream(event.stream), {}, {}});
    heads_.prefetch(events_.back().stream.hash);
  }
  for (std::size_t i = 0; i < unit.events.size(); ++i) {
    events_[i].payloadHash = sha256(unit.events[i].payload);
  }
}

// The answer to a command id that was used before, durable or not.
std::optional<CommitGroup::Answer> Stager::answerIfKnown(const Unit& unit) {
  using Answer = CommitGroup::Answer;
  const auto known = findCommand(database_, index_, unit.commandId, next_);
  if (!known) return Answer{tl::unexpected(AppendFailure(known.error())), false};
  if (!*known) return std::nullopt;
  const bool rests = isStaged((*known)->last);
  if ((*known)->fingerprint != unit.fingerprint) {
    return Answer{tl::unexpected(AppendFailure(CommandIdReused{(*known)->first})), rests};
  }
  const auto answer = repeatedAnswer(database_, **known);
  if (!answer) return Answer{tl::unexpected(AppendFailure(answer.error())), false};
  return Answer{*answer, rests};
}

tl::expected<std::vector<Violation>, StoreError> Stager::violations(const Unit& unit,
                                                                    bool& restsOnStaged) {
  std::vector<Violation> violated;
  for (const Condition& condition : unit.conditions) {
    const auto tip = tipOf(Stream(condition.stream));
    if (!tip) return tl::unexpected(tip.error());
    if (*tip && isStaged((*tip)->position)) restsOnStaged = true;
    if (holds(condition.expected, *tip)) continue;
    std::optional<Version> actual;
    if (*tip) actual = (*tip)->version;
    violated.push_back({condition.stream, condition.expected, actual});
  }
  return violated;
}

// The stream's last event of all that is staged: from memory, else from the index.
tl::expected<std::optional<StreamTip>, StoreError> Stager::tipOf(const Stream& stream) {
  if (const StreamTip* known = heads_.find(stream.key.view(), stream.hash)) return *known;
  const auto tip = index_.findTip(stream.key.view(), next_);
  if (tip && *tip) heads_.put(stream.key.view(), stream.hash, **tip);
  return tip;
}

Envelope Stager::envelopeOf(const Unit& unit, std::size_t number) const {
  const NewEvent& event = unit.events[number];
  Envelope envelope;
  envelope.position = next_;
  envelope.streamKind = event.stream.kind;
  envelope.streamId = event.stream.id;
  envelope.version = events_[number].version;
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
  envelope.payloadHash = events_[number].payloadHash;
  envelope.payloadSize = static_cast<std::uint32_t>(event.payload.size());
  return envelope;
}

// REQUIRES: the unit is prepared, and heads_ knows those of its streams that exist.
Committed Stager::stage(const Unit& unit, CommitGroup& group) {
  static_assert(kMaxUnitEvents < StreamHeads::kHalfCapacity);
  // Only what writes something moves the recorded time: a group of refusals leaves no trace.
  recordedAt_ = groupTime_;
  Committed committed;
  committed.first = next_;
  for (std::size_t i = 0; i < unit.events.size(); ++i) {
    const Stream& stream = events_[i].stream;
    StreamTip* tip = heads_.find(stream.key.view(), stream.hash);
    const Version version = tip != nullptr ? tip->version.next() : Version{0};
    events_[i].version = version;
    group.addEvent(envelopeOf(unit, i), unit.events[i].payload);
    const StreamTip moved{version, next_};
    if (tip != nullptr) {
      *tip = moved;
    } else {
      heads_.put(stream.key.view(), stream.hash, moved);
    }
    committed.last = next_;
    committed.lastVersion = version;
    next_ = next_.next();
  }
  index_.tail().extend([&](TailSegment& tail) {
    for (const EventFacts& event : events_) {
      tail.addEvent(event.stream.key.view(), event.stream.hash, event.version);
    }
    tail.addCommand(unit.commandId, commandHash_,
                    {committed.first, static_cast<std::uint32_t>(unit.events.size()),
                     unit.fingerprint, committed.lastVersion});
  });
  group.endUnit(unit.fingerprint);
  return committed;
}

}  // namespace docket::eventstore
