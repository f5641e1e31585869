#include "projections/fold.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "projections/row_codec.h"

namespace docket::projections {

using eventstore::Position;
using eventstore::RecordedEvent;
using eventstore::StoreError;
using eventstore::StoreErrorCode;

std::string encode(const Checkpoint& checkpoint) {
  const auto& hash = checkpoint.lastEnvelope.bytes;
  return RowWriter()
      .number(checkpoint.next.value)
      .number(checkpoint.schemaVersion)
      .text({reinterpret_cast<const char*>(hash.data()), hash.size()})
      .text(checkpoint.stoppedBy)
      .take();
}

Checkpoint decodeCheckpoint(std::string_view bytes) {
  RowParser parser(bytes);
  Checkpoint checkpoint;
  checkpoint.next = {parser.number()};
  checkpoint.schemaVersion = static_cast<std::uint32_t>(parser.number(0xffff'ffff));
  const std::string_view hash = parser.text();
  checkpoint.stoppedBy = parser.text();
  if (!parser.whole() || hash.size() != checkpoint.lastEnvelope.bytes.size()) {
    throw ViewDamaged("the checkpoint of a view is not what was written");
  }
  std::transform(hash.begin(), hash.end(), checkpoint.lastEnvelope.bytes.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  return checkpoint;
}

Fold::Fold(const Projection& projection, std::shared_ptr<Generation> generation)
    : projection_(projection), rows_(std::move(generation)) {
  if (const auto stored = rows_.generation().checkpoint()) {
    checkpoint_ = decodeCheckpoint(*stored);
  } else {
    checkpoint_.schemaVersion = projection.schemaVersion();
  }
  written_ = checkpoint_;
}

void Fold::apply(const RecordedEvent& event,
                 const tl::expected<domain::codec::Event, domain::codec::DecodeError>& decoded) {
  if (!decoded && decoded.error().isDamage()) {
    return stop("event " + std::string(event.envelope.type) + " at position " +
                std::to_string(event.envelope.position.value) +
                " cannot be decoded: " + decoded.error().message);
  }
  rows_.beginEvent();
  std::string reason;
  try {
    auto applied = decoded ? projection_.apply(event.envelope, *decoded, rows_)
                           : projection_.applyUnread(event.envelope, decoded.error(), rows_);
    if (applied) return advance(event);
    reason = std::move(applied.error());
  } catch (const std::exception& fault) {
    reason = fault.what();  // one view's fault must not end the process
  }
  rows_.rollbackEvent();
  stop(reason.empty() ? "the projection refused the event" : std::move(reason));
}

void Fold::advance(const RecordedEvent& event) {
  checkpoint_.next = checkpoint_.next.next();
  lastEnvelope_.assign(event.envelopeBytes.begin(), event.envelopeBytes.end());
}

void Fold::stop(std::string reason) {
  spdlog::error("projection {} (generation {}) stops at position {}: {}", projection_.name(),
                generation()->number(), checkpoint_.next.value, reason);
  checkpoint_.stoppedBy = std::move(reason);
}

void Fold::commit() {
  if (!lastEnvelope_.empty()) {
    checkpoint_.lastEnvelope = eventstore::sha256(lastEnvelope_);
    lastEnvelope_.clear();
  }
  if (auto written = rows_.commit(encode(checkpoint_)); !written) {
    checkpoint_ = written_;
    return stop(std::move(written.error().message));
  }
  written_ = checkpoint_;
}

tl::expected<void, StoreError> Feeder::foldBatch(std::span<Fold* const> folds, Position end,
                                                 const BatchLimits& limits) {
  const Position begin = folds.front()->next();
  eventstore::ReadOptions options;
  options.from = begin.value;
  options.limit = std::min(end.value - begin.value, limits.events);
  eventstore::LogReader reader = log_.readAll(options);
  const auto anyRuns = [&] {
    return std::any_of(folds.begin(), folds.end(),
                       [](const Fold* fold) { return !fold->stopped(); });
  };
  std::optional<StoreError> failed;
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < options.limit && bytes < limits.bytes && anyRuns(); ++i) {
    const auto event = reader.next();
    if (!event) {
      failed = event.error();
      break;
    }
    const Position wanted{begin.value + i};
    if (*event == nullptr || (*event)->envelope.position != wanted) {
      failed = StoreError{StoreErrorCode::corrupt, "reading the log gave no event at position " +
                                                       std::to_string(wanted.value) +
                                                       ", which is below its head"};
      break;
    }
    feed(**event, folds);
    bytes += (*event)->payload.size() + (*event)->envelopeBytes.size();
  }
  for (Fold* fold : folds) fold->commit();
  if (failed) return tl::unexpected(*std::move(failed));
  return {};
}

void Feeder::feed(const RecordedEvent& event, std::span<Fold* const> folds) {
  const eventstore::Envelope& envelope = event.envelope;
  const auto decoded = domain::codec::decode(envelope.type, envelope.schemaVersion, event.payload);
  if (!decoded && !decoded.error().isDamage()) warnOnce(decoded.error(), envelope.position);
  for (Fold* fold : folds) {
    if (!fold->stopped()) fold->apply(event, decoded);
  }
}

void Feeder::warnOnce(const domain::codec::DecodeError& error, Position position) {
  const std::lock_guard lock(mutex_);
  if (!warned_.emplace(error.type, error.version).second) return;
  spdlog::warn("{} (first at position {})", error.message, position.value);
}

}  // namespace docket::projections
