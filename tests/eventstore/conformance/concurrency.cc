// One writer, many readers; many who contend to be the writer.
#include <array>
#include <atomic>
#include <barrier>
#include <mutex>
#include <thread>

#include "eventstore/bytes.h"
#include "tests/eventstore/conformance/conformance.h"

namespace docket::eventstore::testing {
namespace {

// A writer appends while readers walk: nothing may be seen above the head that was published, and
// nothing below it may be missing.
TEST_P(Conformance, ReadersDuringWritesNeverSeeAGapTheFutureOrHalfAUnit) {
  constexpr std::uint64_t kGroups = 150;
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;

  const auto watch = [&](Direction direction) {
    std::uint64_t lastHead = 0;
    while (!done.load()) {
      Cursor reader = store().readAll({.direction = direction});
      const std::uint64_t snapshot = reader.snapshotHead().value;
      if (snapshot < lastHead || snapshot > store().head().value) ++failures;
      lastHead = snapshot;
      std::uint64_t count = 0;
      std::array<std::uint64_t, kGroups + 1> eventsOf{};
      while (true) {
        const auto next = reader.next();
        if (!next || (*next != nullptr && (*next)->envelope.position.value >= snapshot)) ++failures;
        if (!next || *next == nullptr) break;
        ++count;
        ++eventsOf.at(bigEndian64((*next)->envelope.commandId.bytes.data()));
      }
      if (count != snapshot) ++failures;
      for (std::uint64_t group = 1; group <= kGroups; ++group) {
        if (eventsOf[group] != 0 && eventsOf[group] != 1 + group % 7) ++failures;
      }

      Cursor one = store().readStream(stream("shared/1"));
      std::uint64_t version = 0;
      while (true) {
        const auto next = one.next();
        if (!next || (*next != nullptr && (*next)->envelope.version.value != version++)) ++failures;
        if (!next || *next == nullptr) break;
      }
      // The stream has an event in every group, whose last command names the group.
      const auto actual = store().lastVersion(stream("shared/1"));
      if (!actual || (*actual && (*actual)->value + 1 < version)) ++failures;
      if (version != 0) {
        const auto command = store().findCommand(commandId(version));
        if (!command || !*command || (*command)->committed.lastVersion.value != version - 1) {
          ++failures;
        }
      }
    }
  };
  std::thread forward(watch, Direction::forward);
  std::thread backward(watch, Direction::backward);
  std::thread maintaining([&] {
    while (!done.load()) {
      if (!store().maintain()) ++failures;
    }
  });
  for (std::uint64_t group = 1; group <= kGroups; ++group) {
    std::vector<NewEvent> events(group % 7, event("other/" + std::to_string(group % 5)));
    events.push_back(event("shared/1"));
    append(unit(group, std::move(events)));
  }
  done = true;
  forward.join();
  backward.join();
  maintaining.join();
  EXPECT_EQ(failures.load(), 0);
  reopen();
  EXPECT_EQ(store().lastVersion(stream("shared/1")).value(), Version{kGroups - 1});
}

// The store takes one appending thread, so those who want to write the same version of a stream
// wait in front of it, each with what it knew when it came.
TEST_P(Conformance, OfConcurrentWritersOfAStreamExactlyOneWinsEachVersion) {
  constexpr std::size_t kWriters = 6;
  constexpr std::uint64_t kRounds = 60;
  std::mutex front;
  std::barrier round(kWriters);
  std::array<std::atomic<int>, kRounds> winners{};
  std::atomic<int> failures = 0;
  const auto write = [&](std::uint64_t writer) {
    for (std::uint64_t version = 0; version < kRounds; ++version) {
      round.arrive_and_wait();
      const Expected seen = version == 0 ? Expected(NoStream{}) : Exactly{{version - 1}};
      const Unit wanted =
          unit(1 + version * kWriters + writer, {event("shared/1", std::to_string(writer))},
               {{stream("shared/1"), seen}});
      const std::lock_guard lock(front);
      const AppendResult result = store().append({&wanted, 1}, at(1)).at(0);
      if (result) {
        ++winners.at(version);
        failures += result->lastVersion == Version{version} ? 0 : 1;
      } else {
        const ConditionsFailed* failed = conditionsFailed(result);
        failures += failed != nullptr && failed->violations[0].actual == Version{version} ? 0 : 1;
      }
    }
  };
  std::vector<std::thread> writers;
  for (std::uint64_t i = 0; i < kWriters; ++i) writers.emplace_back(write, i);
  for (std::thread& each : writers) each.join();
  EXPECT_EQ(failures.load(), 0);
  for (const auto& count : winners) EXPECT_EQ(count.load(), 1);
  EXPECT_EQ(ofStream("shared/1").size(), kRounds);
}

}  // namespace
}  // namespace docket::eventstore::testing
