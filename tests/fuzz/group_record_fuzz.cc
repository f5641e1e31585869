// Group records: what is accepted is taken apart within its bounds and, put together again, has the
// same bytes.
#include <algorithm>

#include "eventstore/envelope.h"
#include "eventstore/group_record.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;

namespace {

// Brings `builder` to where a unit goes on that began in the record before.
void continueUnit(eventstore::GroupRecordBuilder& builder, std::size_t events) {
  static const std::byte kOne[1] = {};
  builder.beginUnit(events + 1, {});
  builder.add(kOne, {});
  builder.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::asBytes(data, size);
  static eventstore::GroupRecord record;  // used again and again, as readers do
  if (record.load(bytes) != nullptr) {
    fuzz::require(record.count() == 0 && record.units().empty(), "a refused record is empty");
    return 0;
  }
  ++fuzz::accepted;
  fuzz::require(record.count() > 0, "a record has events");

  eventstore::GroupRecordBuilder builder;
  const std::size_t continued = record.units().empty() ? record.count() : record.units()[0].index;
  if (continued > 0) continueUnit(builder, continued);
  std::size_t unit = 0;
  for (std::size_t i = 0; i < record.count(); ++i) {
    if (unit < record.units().size() && record.units()[unit].index == i) {
      builder.beginUnit(record.units()[unit].events, record.units()[unit].fingerprint);
      ++unit;
    }
    const auto payload = record.payload(i);
    fuzz::require(reinterpret_cast<std::uintptr_t>(payload.data()) % 8 == 0 || payload.empty(),
                  "payloads are aligned");
    fuzz::require(payload.size() <= eventstore::kMaxPayloadBytes, "payloads are within the limit");
    builder.add(record.envelope(i), payload);
  }
  fuzz::require(unit == record.units().size(), "every unit begins at one of the events");
  fuzz::require(std::ranges::equal(builder.finish(), bytes), "an accepted record has one spelling");
  return 0;
}
