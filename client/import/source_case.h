// What an import reads: cases of another system and their events, in the words of the map.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket::client::imports {

// Microseconds since the Unix epoch, UTC: what the wire carries.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

// A fact of the source, verbatim: key, type and text as they were spelled, and what was nested.
struct SourceAttribute {
  std::string key;
  std::string type;  // "string", "date", "int", …; CSV has only strings
  std::string value;
  std::vector<SourceAttribute> children;
  bool operator==(const SourceAttribute&) const = default;
};

struct SourceEvent {
  std::uint64_t line = 0;      // where it starts in the unpacked file, from 1
  Instant occurredAt;          // its offset is kept in the verbatim attribute
  std::int64_t order = 0;      // the source's own sequence number; 0 when the map names none
  std::uint64_t sequence = 0;  // within the case, from 0, after ordering
  std::string activity;
  std::string actor;
  std::string state;
  std::vector<SourceAttribute> attributes;  // in the source's order
};

struct SourceCase {
  std::uint64_t line = 0;
  std::string externalKey;
  std::string title;                        // may be empty
  std::vector<SourceAttribute> attributes;  // of the case as a whole
  std::vector<SourceEvent> events;          // in order
};

// A row (CSV) or event (XES) that cannot be taken over.
struct RefusedRow {
  std::uint64_t line = 0;
  std::string externalKey;  // empty when it has none
  std::string reason;
};

// Puts the events of a case in order and numbers them from `firstSequence`: by the source's own
// sequence number when it has one, else by time; equal ones stay in file order.
void orderEvents(std::vector<SourceEvent>& events, bool bySourceSequence,
                 std::uint64_t firstSequence);

// The attribute of that key, or none.
const SourceAttribute* findAttribute(const std::vector<SourceAttribute>& attributes,
                                     std::string_view key);

// Bytes of all keys, types and values, nested ones included.
std::size_t textBytes(const std::vector<SourceAttribute>& attributes);
// Equal for equal attributes, nested ones included; of this run of the program only.
std::size_t fingerprint(const std::vector<SourceAttribute>& attributes);
// 0 for none, 1 for attributes without children.
std::size_t nesting(const std::vector<SourceAttribute>& attributes);

}  // namespace docket::client::imports
