// The fixture of the suite of reads.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "tests/eventstore/conformance/conformance.h"

namespace docket::eventstore::testing {

// A store with 1,500 events in groups of different sizes: streams long/1 (every second event, so
// that it spans three chunks of the index), mid/0..9 and a large payload now and then, so that
// groups are cut into several records. What it should read as is kept beside it.
class ConformanceReading : public Conformance {
 protected:
  static constexpr std::uint64_t kEvents = 1'500;

  void SetUp() override {
    Conformance::SetUp();
    std::vector<std::uint64_t> versions(11);
    std::uint64_t position = 0;
    std::uint64_t command = 1;
    while (position < kEvents) {
      std::vector<Unit> group;
      for (std::uint64_t i = 0; i < 1 + command % 40 && position < kEvents; ++i) {
        const std::size_t slot = position % 2 == 0 ? 10 : position / 2 % 10;
        const std::string name = slot == 10 ? "long/1" : "mid/" + std::to_string(slot);
        const std::string type = "Type" + std::to_string(position % 3);
        std::string payload = std::to_string(position);
        if (position % 97 == 0) payload.append(20'000, '.');
        group.push_back(unit(command++, {event(name, payload, type)}));
        written_.push_back({name, type, lineOf(position, name, versions[slot]++, type, payload)});
        ++position;
      }
      for (const AppendResult& result : store().append(group, at(1))) ASSERT_TRUE(result);
    }
    ASSERT_EQ(store().head(), Position{kEvents});
  }

  struct Written {
    std::string stream;
    std::string type;
    std::string line;
  };

  // What a read must give, worked out from what was written.
  std::vector<std::string> expected(const std::string& streamText, const ReadOptions& options) {
    std::vector<const Written*> chosen;
    for (const Written& each : written_) {
      if (streamText.empty() || each.stream == streamText) chosen.push_back(&each);
    }
    std::size_t begin = 0;
    if (options.direction == Direction::backward) {
      const std::size_t size = chosen.size();
      std::reverse(chosen.begin(), chosen.end());
      if (options.from && *options.from < size) begin = size - 1 - *options.from;
    } else {
      begin = std::min<std::size_t>(options.from.value_or(0), chosen.size());
    }
    std::vector<std::string> result;
    for (std::size_t i = begin; i < chosen.size() && result.size() < options.limit; ++i) {
      const auto& types = options.types;
      if (!types.empty() && std::count(types.begin(), types.end(), chosen[i]->type) == 0) continue;
      result.push_back(chosen[i]->line);
    }
    return result;
  }

  // A read of pages of `options.limit` events, each begun behind the last event of the one before.
  std::vector<std::string> inPages(const std::string& streamText, ReadOptions options) {
    std::vector<std::string> read;
    while (true) {
      Cursor page = streamText.empty() ? store().readAll(options)
                                       : store().readStream(stream(streamText), options);
      std::uint64_t given = 0;
      std::uint64_t last = 0;
      while (const RecordedEvent* next = page.next().value()) {
        const Envelope& envelope = next->envelope;
        last = streamText.empty() ? envelope.position.value : envelope.version.value;
        read.push_back(lineOf(envelope.position.value, envelope.stream().text(),
                              envelope.version.value, envelope.type, text(next->payload)));
        ++given;
      }
      const bool backward = options.direction == Direction::backward;
      if (given < options.limit || (backward && last == 0)) return read;
      options.from = backward ? last - 1 : last + 1;
    }
  }

  std::vector<Written> written_;
};

}  // namespace docket::eventstore::testing
