#include "server/rehearsal.h"

#include <algorithm>

#include "domain/codec/codec.h"
#include "domain/world.h"
#include "server/world_replay.h"

namespace docket::server {

namespace codec = domain::codec;

namespace {

using Kind = RehearsalFailure::Kind;

constexpr std::uint64_t kProgressEvents = 4096;

Kind kindOf(codec::DecodeError::Code code) {
  switch (code) {
    case codec::DecodeError::Code::unknownType:
      return Kind::unknownType;
    case codec::DecodeError::Code::newerSchema:
      return Kind::newerVersion;
    case codec::DecodeError::Code::malformed:
      return Kind::damaged;
  }
  return Kind::damaged;
}

// `failure.count` more of its kind. Those of newer programs are one failure a type and version, all
// others one for each reason as well.
void add(std::vector<RehearsalFailure>& failures, RehearsalFailure failure) {
  const auto known = std::ranges::find_if(failures, [&](const RehearsalFailure& other) {
    return other.kind == failure.kind && other.type == failure.type &&
           other.version == failure.version && other.why == failure.why;
  });
  if (known == failures.end()) {
    failures.push_back(std::move(failure));
  } else {
    known->count += failure.count;
  }
}

std::uint16_t newestVersionOf(std::string_view type) {
  for (const codec::KnownType& known : codec::knownTypes()) {
    if (known.type == type) return known.version;
  }
  return 0;
}

void rehearseOne(const eventstore::RecordedEvent& recorded, domain::World& world,
                 Rehearsal& rehearsal) {
  const eventstore::Envelope& envelope = recorded.envelope;
  const auto event = codec::decode(envelope.type, envelope.schemaVersion, recorded.payload);
  const auto folded = foldInto(world, envelope, event);
  Rehearsal::Version& version =
      rehearsal.byVersion[{std::string(envelope.type), envelope.schemaVersion}];
  ++rehearsal.events;
  ++version.events;
  RehearsalFailure failure{
      Kind::damaged, std::string(envelope.type), envelope.schemaVersion, envelope.position, "", 1};
  if (!event) {
    failure.kind = kindOf(event.error().code);
    failure.why = event.error().message;
  } else if (!folded) {
    failure.why = "it stands in a stream of no valid name";
  } else {
    ++rehearsal.decoded;
    version.isUpcast = envelope.schemaVersion < newestVersionOf(envelope.type);
    if (version.isUpcast) ++rehearsal.upcast;
    return;
  }
  add(rehearsal.failures, std::move(failure));
}

}  // namespace

std::string_view text(Kind kind) {
  switch (kind) {
    case Kind::unknownType:
      return "unknown-type";
    case Kind::newerVersion:
      return "newer-version";
    case Kind::damaged:
      return "damaged";
    case Kind::log:
      return "log";
  }
  return "damaged";
}

bool Rehearsal::isDamaged() const {
  return std::ranges::any_of(failures, [](const RehearsalFailure& failure) {
    return failure.kind == Kind::damaged || failure.kind == Kind::log;
  });
}

Rehearsal rehearse(const eventstore::Log& log, const RehearsalProgress& progress) {
  Rehearsal rehearsal;
  domain::World world;
  eventstore::LogReader reader = log.readAll();
  const std::uint64_t all = reader.snapshotHead().value;
  for (;;) {
    const auto next = reader.next();
    if (!next) {
      add(rehearsal.failures,
          {Kind::log, "", 0, eventstore::Position{rehearsal.events}, next.error().message, 1});
      break;
    }
    if (*next == nullptr) break;
    rehearseOne(**next, world, rehearsal);
    if (rehearsal.events % kProgressEvents == 0) progress(rehearsal.events, all);
  }
  return rehearsal;
}

}  // namespace docket::server
