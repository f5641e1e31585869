// A desk under load until it is killed: `own_desk_process DIRECTORY SEED`. Writes a byte for each
// outcome. Its clock goes on by a minute each time it is looked at, from where the log ends.
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>

#include "server/command_path.h"
#include "tests/server/random_desk.h"

namespace docket::server::test {
namespace {

constexpr int kUnderWayMax = 64;

eventstore::Timestamp lastInstant(const eventstore::Log& log) {
  eventstore::ReadOptions last;
  last.direction = eventstore::Direction::backward;
  last.limit = 1;
  auto reader = log.readAll(last);
  auto next = reader.next();
  if (!next || *next == nullptr) return domain::test::at("2026-03-02T09:00Z");
  return (*next)->envelope.recordedAt;
}

int run(const char* directory, std::uint64_t seed) {
  auto log = eventstore::Log::open({directory});
  if (!log) {
    std::cerr << log.error().message << "\n";
    return 1;
  }
  eventstore::Timestamp now = lastInstant(**log);  // the writer thread's
  CommandPathOptions options;
  options.clockLookMax = std::chrono::milliseconds(1);
  options.maxGroupEvents = 100;
  CommandPath path(
      **log, options, [&] { return now += std::chrono::minutes(1); }, [](eventstore::Position) {});
  RandomDesk desk(seed);
  std::mutex mutex;
  std::condition_variable answered;
  int underWay = 0;
  const auto submit = [&](domain::Command command) {
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return underWay < kUnderWayMax; });
    ++underWay;
    lock.unlock();
    path.submit({desk.nextRequest(std::move(command))}, [&](const std::vector<Outcome>&) {
      const char one = '.';
      if (::write(STDOUT_FILENO, &one, 1) != 1) std::_Exit(2);
      std::lock_guard locked(mutex);
      --underWay;
      answered.notify_one();
    });
  };
  for (domain::Command& command : desk.setting()) submit(std::move(command));
  for (;;) submit(desk.next());
}

}  // namespace
}  // namespace docket::server::test

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  return docket::server::test::run(argv[1], std::strtoull(argv[2], nullptr, 10));
}
