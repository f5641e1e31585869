#include <atomic>
#include <thread>

#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

class LogConcurrency : public LogTest {};

// A writer appends while readers walk: nothing may be seen above the head that was published, and
// nothing below it may be missing.
TEST_F(LogConcurrency, ReadersNeverSeeAGapOrTheFuture) {
  open();
  constexpr std::uint64_t kGroups = 150;
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;

  const auto watch = [&](Direction direction) {
    std::uint64_t lastHead = 0;
    while (!done.load()) {
      LogReader reader = log().readAll({.direction = direction});
      const std::uint64_t snapshot = reader.snapshotHead().value;
      if (snapshot < lastHead || snapshot > log().head().value) ++failures;
      lastHead = snapshot;
      std::uint64_t count = 0;
      while (true) {
        const auto next = reader.next();
        if (!next || (*next != nullptr && (*next)->envelope.position.value >= snapshot)) ++failures;
        if (!next || *next == nullptr) break;
        ++count;
      }
      if (count != snapshot) ++failures;

      LogReader one = log().readStream(stream("shared/1"));
      std::uint64_t version = 0;
      while (true) {
        const auto next = one.next();
        if (!next || (*next != nullptr && (*next)->envelope.version.value != version++)) ++failures;
        if (!next || *next == nullptr) break;
      }
      // The stream has an event in every group, whose last command names the group.
      const auto actual = log().lastVersion(stream("shared/1"));
      if (!actual || (*actual && (*actual)->value + 1 < version)) ++failures;
      if (version != 0) {
        const auto command = log().findCommand(commandId(version));
        if (!command || !*command || (*command)->committed.lastVersion.value != version - 1) {
          ++failures;
        }
      }
    }
  };
  std::thread forward(watch, Direction::forward);
  std::thread backward(watch, Direction::backward);
  std::thread anchoring([&] {
    while (!done.load()) {
      if (!log().writeAnchor()) ++failures;
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
  anchoring.join();
  EXPECT_EQ(failures.load(), 0);
  reopen();
  EXPECT_EQ(log().lastVersion(stream("shared/1")).value(), Version{kGroups - 1});
}

}  // namespace
}  // namespace docket::eventstore::testing
