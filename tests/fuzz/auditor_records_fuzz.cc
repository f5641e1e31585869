// Envelopes, group records, heads and anchors as the auditor's program reads them: it accepts what
// the store accepts, and nothing else, and reads the same.
#include "client/verify/envelope.h"
#include "client/verify/records.h"
#include "eventstore/anchor.h"
#include "eventstore/bytes.h"
#include "eventstore/envelope.h"
#include "eventstore/group_record.h"
#include "eventstore/records.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

namespace {

void envelopes(std::string_view bytes) {
  const auto ours = eventstore::decodeEnvelope(eventstore::asBytes(bytes));
  const auto theirs = client::verify::readEnvelope(bytes, {"it"});
  fuzz::require(ours.has_value() == theirs.has_value(), "both accept the same envelopes");
  if (!ours) return;
  ++fuzz::accepted;
  fuzz::require(ours->position.value == theirs->position &&
                    ours->version.value == theirs->version &&
                    ours->streamKind == theirs->streamKind && ours->streamId == theirs->streamId &&
                    ours->type == theirs->type && ours->actor == theirs->actor &&
                    ours->recordedAt.time_since_epoch().count() == theirs->recordedMicros &&
                    ours->occurredAt.time_since_epoch().count() == theirs->occurredMicros &&
                    eventstore::asText(ours->commandId.bytes) == theirs->commandId &&
                    eventstore::asText(ours->correlationId.bytes) == theirs->correlationId &&
                    ours->payloadSize == theirs->payloadSize,
                "both read the same envelope");
}

void groupRecords(std::string_view bytes) {
  eventstore::GroupRecord ours;
  const bool loaded = ours.load(eventstore::asBytes(bytes)) == nullptr;
  const auto theirs = client::verify::readGroupRecord(bytes, {"it"});
  fuzz::require(loaded == theirs.has_value(), "both accept the same group records");
  if (!loaded) return;
  ++fuzz::accepted;
  fuzz::require(
      ours.count() == theirs->events.size() && ours.units().size() == theirs->unitEvents.size(),
      "both read the same group record");
  for (std::size_t i = 0; i < ours.count(); ++i) {
    fuzz::require(eventstore::asText(ours.envelope(i)) == theirs->events[i].envelope &&
                      eventstore::asText(ours.payload(i)) == theirs->events[i].payload,
                  "both read the same events");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::asText(data, size);
  envelopes(bytes);
  groupRecords(bytes);
  const auto head = eventstore::decodeHead(bytes);
  const auto auditorsHead = client::verify::readHeadRecord(bytes, {"it"});
  fuzz::require(head.has_value() == auditorsHead.has_value(), "both accept the same heads");
  fuzz::require(!head || head->next.value == auditorsHead->next, "both read the same head");
  const auto anchor = eventstore::parseAnchor(bytes);
  const auto auditorsAnchor = client::verify::readAnchor(bytes, {"it"});
  fuzz::require(anchor.has_value() == auditorsAnchor.has_value(), "both accept the same anchors");
  fuzz::require(!anchor || anchor->head.value == auditorsAnchor->head, "both read the same anchor");
  return 0;
}
