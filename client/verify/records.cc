#include "client/verify/records.h"

#include <bit>
#include <optional>
#include <string>

#include "client/verify/envelope.h"
#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

constexpr std::uint8_t kFormat = 2;
constexpr std::uint64_t kUnitEventsMax = 10000;
constexpr std::size_t kFingerprintBytes = 16;
constexpr std::size_t kPayloadAlignment = 8;

// The events of the units must fill the record: only the last one may go on in the next record.
void checkUnits(Cursor& in, const GroupRecord& record, std::uint64_t events) {
  std::uint64_t covered = record.continued;
  in.require(covered <= events, "the unit from an earlier record", "is longer than this record");
  for (const std::uint64_t unit : record.unitEvents) {
    in.require(covered < events, "a unit", "begins behind the last event");
    covered += unit;
  }
  in.require(covered >= events, "an event", "belongs to no unit");
}

}  // namespace

Result<GroupRecord> readGroupRecord(Bytes bytes, const Source& source) {
  Cursor in(bytes);
  GroupRecord record;
  in.require(in.byte("its format") == kFormat, "its format", "is not 2");
  const std::uint64_t events = in.varint("its number of events");
  in.require(events >= 1, "its number of events", "is zero");
  // Each event takes two bytes at least, so this bounds what is kept below.
  in.require(events <= in.left() / 2, "its number of events", "is more than it can hold");
  record.continued = in.varint("its number of continued events");
  const std::uint64_t units = in.varint("its number of units");
  in.require(units <= events, "its number of units", "is more than its events");
  for (std::uint64_t i = 0; i < units && !in.failed(); ++i) {
    record.unitEvents.push_back(in.varint("a unit's number of events"));
    in.require(record.unitEvents.back() >= 1 && record.unitEvents.back() <= kUnitEventsMax,
               "a unit's number of events", "is not between 1 and 10000");
    in.take(kFingerprintBytes, "a unit's fingerprint");
  }
  checkUnits(in, record, events);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> sizes;
  for (std::uint64_t i = 0; i < events && !in.failed(); ++i) {
    const std::uint64_t envelope = in.varint("an envelope's size");
    sizes.emplace_back(envelope, in.varint("a payload's size"));
  }
  for (const auto& [envelope, payload] : sizes) {
    record.events.push_back({in.take(envelope, "an envelope"), {}});
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i].second == 0) continue;
    while (in.offset() % kPayloadAlignment != 0 && !in.failed()) {
      in.require(in.byte("a payload") == 0, "the space before a payload", "is not zero");
    }
    record.events[i].payload = in.take(sizes[i].second, "a payload");
  }
  in.require(in.left() == 0, "the last payload", "is followed by more bytes");
  if (in.failed()) return broken(source.text() + " is damaged: " + in.fault());
  return record;
}

Result<HeadRecord> readHeadRecord(Bytes bytes, const Source& source) {
  Cursor in(bytes);
  HeadRecord head;
  in.require(in.byte("its format") == kFormat, "its format", "is not 2");
  head.next = in.varint("its next position");
  head.lastGroup = in.varint("its last group's position");
  in.require(head.lastGroup < head.next || head.next == 0, "its last group's position",
             "is not before the next position");
  head.recordedMicros = std::bit_cast<std::int64_t>(in.bigEndian(8, "its recorded time"));
  in.require(head.next != 0 || (head.lastGroup == 0 && head.recordedMicros == 0), "it",
             "is not all zero, though the log is empty");
  for (int i = 0; i < std::popcount(head.next) && !in.failed(); ++i) {
    const Bytes node = in.take(32, "its frontier");
    if (!in.failed()) head.frontier.push_back(Digest::of(node));
  }
  in.require(in.left() == 0, "its frontier", "is followed by more bytes");
  if (in.failed()) return broken(source.text() + " is damaged: " + in.fault());
  return head;
}

Result<Anchor> readAnchor(std::string_view text, const Source& source) {
  const auto damaged = [&](const char* why) { return broken(source.text() + " " + why); };
  const auto lines = linesOf(text);
  if (!lines || lines->size() != 4 || (*lines)[0] != "docket anchor 2") {
    return damaged("is not the four lines of a docket anchor 2");
  }
  constexpr std::string_view kHead = "head ";
  constexpr std::string_view kRoot = "root ";
  constexpr std::string_view kSum = "sum ";
  if (!(*lines)[1].starts_with(kHead) || !(*lines)[2].starts_with(kRoot) ||
      !(*lines)[3].starts_with(kSum)) {
    return damaged("has lines of other names than head, root and sum");
  }
  const auto head = fromDecimal((*lines)[1].substr(kHead.size()));
  const auto root = fromHex((*lines)[2].substr(kRoot.size()));
  const auto sum = fromHex((*lines)[3].substr(kSum.size()));
  if (!head || !root || root->size() != 32 || !sum) {
    return damaged("has a head, root or sum that is none");
  }
  const std::string_view summed = text.substr(0, text.rfind(kSum));
  if (sha256({summed}).view() != *sum) return damaged("has a sum that is not that of its lines");
  return Anchor{*head, Digest::of(*root)};
}

}  // namespace docket::client::verify
