#include "server/offline/rehearsal.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "domain/codec/codec.h"
#include "domain/world.h"
#include "projections/engine.h"
#include "projections/memory_rows.h"
#include "server/world_replay.h"

namespace docket::server::offline {

namespace codec = domain::codec;

namespace {

using Kind = RehearsalFailure::Kind;
using Decoded = tl::expected<codec::Event, codec::DecodeError>;

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

// One view being folded into rows that are thrown away.
class ViewRehearsal {
 public:
  explicit ViewRehearsal(std::unique_ptr<projections::Projection> view) : view_(std::move(view)) {}

  // The reason why the view stops at this event; none: it does not, or has stopped before. That it
  // stops at an event of a newer program is no news.
  std::optional<std::string> fold(const eventstore::Envelope& envelope, const Decoded& event) {
    if (stopped_) return std::nullopt;
    try {
      const auto applied = event ? view_->apply(envelope, *event, rows_)
                                 : view_->applyUnread(envelope, event.error(), rows_);
      if (applied) return std::nullopt;
      stopped_ = true;
      if (!event) return std::nullopt;
      return said(applied.error());
    } catch (const std::exception& fault) {
      stopped_ = true;
      return said(fault.what());
    }
  }

 private:
  std::string said(const std::string& reason) const {
    return "the view " + std::string(view_->name()) + " stops: " + reason;
  }

  std::unique_ptr<projections::Projection> view_;
  projections::MemoryRows rows_;
  bool stopped_ = false;
};

class Rehearsing {
 public:
  Rehearsing() {
    for (auto& view : projections::allProjections()) {
      if (view->readsEvents()) views_.emplace_back(std::move(view));
    }
  }

  void take(const eventstore::RecordedEvent& recorded) {
    const eventstore::Envelope& envelope = recorded.envelope;
    const Decoded event = codec::decode(envelope.type, envelope.schemaVersion, recorded.payload);
    Rehearsal::Version& version =
        rehearsal_.byVersion[{std::string(envelope.type), envelope.schemaVersion}];
    ++rehearsal_.events;
    ++version.events;
    const auto folded = foldInto(world_, envelope, event);
    if (!event) {
      fail(kindOf(event.error().code), envelope, event.error().message);
      if (event.error().isDamage()) return;
    } else if (!folded) {
      return fail(Kind::damaged, envelope, "it stands in a stream of no valid name");
    } else {
      ++rehearsal_.decoded;
      version.isUpcast = envelope.schemaVersion < newestVersionOf(envelope.type);
      if (version.isUpcast) ++rehearsal_.upcast;
    }
    for (ViewRehearsal& view : views_) {
      if (auto stops = view.fold(envelope, event)) fail(Kind::view, envelope, *std::move(stops));
    }
  }

  void logEnds(const eventstore::StoreError& error) {
    add(rehearsal_.failures,
        {Kind::log, "", 0, eventstore::Position{rehearsal_.events}, error.message, 1});
  }

  std::uint64_t events() const { return rehearsal_.events; }
  Rehearsal done() { return std::move(rehearsal_); }

 private:
  void fail(Kind kind, const eventstore::Envelope& envelope, std::string why) {
    add(rehearsal_.failures, {kind, std::string(envelope.type), envelope.schemaVersion,
                              envelope.position, std::move(why), 1});
  }

  domain::World world_;
  std::vector<ViewRehearsal> views_;
  Rehearsal rehearsal_;
};

}  // namespace

std::string_view text(Kind kind) {
  switch (kind) {
    case Kind::unknownType:
      return "unknown-type";
    case Kind::newerVersion:
      return "newer-version";
    case Kind::view:
      return "view";
    case Kind::damaged:
      return "damaged";
    case Kind::log:
      return "log";
  }
  return "damaged";
}

bool Rehearsal::has(Kind kind) const {
  return std::ranges::any_of(
      failures, [kind](const RehearsalFailure& failure) { return failure.kind == kind; });
}

bool Rehearsal::isDamaged() const {
  return has(Kind::damaged) || has(Kind::log);
}

Rehearsal rehearse(const eventstore::Log& log, const RehearsalProgress& progress) {
  Rehearsing rehearsing;
  eventstore::LogReader reader = log.readAll();
  const std::uint64_t all = reader.snapshotHead().value;
  for (;;) {
    const auto next = reader.next();
    if (!next) {
      rehearsing.logEnds(next.error());
      break;
    }
    if (*next == nullptr) break;
    rehearsing.take(**next);
    if (rehearsing.events() % kProgressEvents == 0) progress(rehearsing.events(), all);
  }
  return rehearsing.done();
}

}  // namespace docket::server::offline
