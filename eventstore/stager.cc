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
    : database_(database), index_(index), host_(std::move(host)), head_(durable) {}

std::unique_ptr<CommitGroup> Stager::begin(Timestamp now) {
  if (std::exchange(isOpen_, true)) std::abort();
  head_.lastGroup = head_.next;
  groupTime_ = head_.next.value == 0 ? now : std::max(now, head_.lastRecordedAt);
  return std::make_unique<CommitGroup>(head_.next);
}

void Stager::finish(CommitGroup& group) {
  if (!group.empty()) group.seal(database_, head_);
  isOpen_ = false;
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
  if (unit.causation && *unit.causation >= head_.next) {
    return refuse(causeToCome(*unit.causation, head_.next), false);
  }
  if (auto known = answerIfKnown(unit)) return std::move(*known);
  bool restsOnStaged = false;
  auto violated = violations(unit, restsOnStaged);
  if (!violated) return refuse(std::move(violated.error()), false);
  if (!violated->empty()) return refuse(ConditionsFailed{std::move(*violated)}, restsOnStaged);
  // Everything that can fail comes before the first change.
  unitStreams_.clear();
  for (const NewEvent& event : unit.events) {
    unitStreams_.push_back(keys::stream(event.stream.kind, event.stream.id));
    if (auto tip = tipOf(unitStreams_.back()); !tip) return refuse(std::move(tip.error()), false);
  }
  return {stage(unit, group), true};
}

// The answer to a command id that was used before, durable or not.
std::optional<CommitGroup::Answer> Stager::answerIfKnown(const Unit& unit) {
  using Answer = CommitGroup::Answer;
  const auto known = findCommand(database_, index_, unit.commandId, head_.next);
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
    const auto tip = tipOf(keys::stream(condition.stream.kind, condition.stream.id));
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
tl::expected<std::optional<StreamTip>, StoreError> Stager::tipOf(const keys::Key& stream) {
  if (const StreamTip* known = heads_.find(stream.view())) return *known;
  const auto tip = index_.findTip(stream.view(), head_.next);
  if (tip && *tip) heads_.put(stream.view(), **tip);
  return tip;
}

Envelope Stager::envelopeOf(const Unit& unit, const NewEvent& event, Version version) const {
  Envelope envelope;
  envelope.position = head_.next;
  envelope.streamKind = event.stream.kind;
  envelope.streamId = event.stream.id;
  envelope.version = version;
  envelope.type = event.type;
  envelope.schemaVersion = event.schemaVersion;
  envelope.recordedAt = head_.lastRecordedAt;
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
  return envelope;
}

// REQUIRES: unitStreams_ are those of the unit's events, and heads_ knows those that exist.
Committed Stager::stage(const Unit& unit, CommitGroup& group) {
  static_assert(kMaxUnitEvents < StreamHeads::kHalfCapacity);
  // Only what writes something moves the recorded time: a group of refusals leaves no trace.
  head_.lastRecordedAt = groupTime_;
  Committed committed;
  committed.first = head_.next;
  unitVersions_.clear();
  for (std::size_t i = 0; i < unit.events.size(); ++i) {
    const NewEvent& event = unit.events[i];
    const std::string_view stream = unitStreams_[i].view();
    StreamTip* tip = heads_.find(stream);
    const Version version = tip != nullptr ? tip->version.next() : Version{0};
    const Digest leaf = group.addEvent(envelopeOf(unit, event, version), event.payload);
    head_.frontier.add(leaf, [&](unsigned level, std::uint64_t index, const Digest& hash) {
      if (level >= kLowestStoredLevel) group.addNode({level, index, hash});
    });
    const StreamTip moved{version, head_.next};
    if (tip != nullptr) {
      *tip = moved;
    } else {
      heads_.put(stream, moved);
    }
    unitVersions_.push_back(version);
    committed.last = head_.next;
    committed.lastVersion = version;
    head_.next = head_.next.next();
  }
  const std::uint64_t hash = index_.commandHash(unit.commandId);
  index_.tail().extend([&](TailSegment& tail) {
    for (std::size_t i = 0; i < unit.events.size(); ++i) {
      tail.addEvent(unitStreams_[i].view(), unitVersions_[i]);
    }
    tail.addCommand(unit.commandId, hash,
                    {committed.first, static_cast<std::uint32_t>(unit.events.size()),
                     unit.fingerprint, committed.lastVersion});
  });
  group.endUnit(unit.fingerprint);
  return committed;
}

}  // namespace docket::eventstore
