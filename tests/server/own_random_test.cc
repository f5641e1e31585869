// What the desk does by itself under commands at random, restarts and kill -9: all of it, once.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "tests/server/own_desk.h"
#include "tests/server/random_desk.h"

namespace docket::server::test {
namespace {

// DOCKET_TEST_SEED takes a seed back.
std::uint64_t chosenSeed() {
  const char* const given = std::getenv("DOCKET_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "DOCKET_TEST_SEED=" << seed << "\n";
  return seed;
}

class OwnAtRandom : public OwnDesk {
 protected:
  std::uint64_t seed_ = chosenSeed();

  // Until nothing is due any more.
  void settle() {
    for (std::uint64_t before = head() + 1; before != head();) {
      before = head();
      look();
    }
  }
};

TEST_F(OwnAtRandom, NothingIsMissingNorTwice) {
  RandomDesk desk(seed_);
  for (domain::Command& command : desk.setting()) run(desk.nextRequest(std::move(command)));
  for (int round = 0; round < 60; ++round) {
    std::vector<CommandRequest> batch;
    for (std::uint64_t i = desk.below(12); i > 0; --i) {
      batch.push_back(desk.nextRequest(desk.next()));
    }
    const auto repeated = batch;
    if (!batch.empty()) runAll(std::move(batch));
    if (desk.below(4) == 0 && !repeated.empty()) runAll(repeated);
    setClock(now() + std::chrono::minutes(desk.below(240)));
    if (desk.below(8) == 0) setClock(now() + std::chrono::hours(24 * desk.below(8)));
    if (desk.below(6) == 0) reopen();
  }
  settle();
  expectNothingMissingNorTwice(*log_, now());
  expectNothingNewAfter([&] { reopen(); });
}

// A desk in a process of its own, and the reading end of what it says.
class DeskProcess {
 public:
  DeskProcess(const std::filesystem::path& directory, std::uint64_t seed) {
    const std::string folder = directory.string();
    const std::string number = std::to_string(seed);
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execl(OWN_DESK_PROCESS, OWN_DESK_PROCESS, folder.c_str(), number.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    answers_ = ends[0];
  }
  DeskProcess(const DeskProcess&) = delete;
  DeskProcess& operator=(const DeskProcess&) = delete;
  ~DeskProcess() { ::close(answers_); }

  // Waits for so many outcomes; false: it ended before.
  bool await(std::uint64_t outcomes) {
    char byte = 0;
    for (; outcomes > 0; --outcomes) {
      if (::read(answers_, &byte, 1) != 1) return false;
    }
    return true;
  }
  bool kill() {
    ::kill(process_, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t process_ = -1;
  int answers_ = -1;
};

TEST_F(OwnAtRandom, KilledAtAnyMomentNothingIsMissingNorTwice) {
  std::mt19937_64 random(seed_);
  for (int round = 0; round < 8; ++round) {
    close();
    DeskProcess desk(directory_.path(), random());
    ASSERT_TRUE(desk.await(20 + random() % 400)) << "seed " << seed_;
    ASSERT_TRUE(desk.kill());
    auto log = eventstore::Log::open({directory_.path()});
    ASSERT_TRUE(log) << log.error().message;
    expectAnsweredAndNotTwice(**log);
  }
  // What was due when it was killed last is written by whoever comes next.
  auto log = eventstore::Log::open({directory_.path()});
  ASSERT_TRUE(log) << log.error().message;
  setClock(readLog(**log).back().occurredAt + 24h);
  log->reset();
  open();
  settle();
  expectNothingMissingNorTwice(*log_, now());
  std::map<std::string, int> kinds;
  for (const Recorded& one : log_ ? readLog(*log_) : std::vector<Recorded>{}) ++kinds[one.type];
  for (const char* type : {"HandOverOffered", "RuleNotApplied", "PromiseMade", "PromiseWarned",
                           "PromiseMissed", "PromiseMet"}) {
    EXPECT_GT(kinds[type], 0) << "nothing is shown about " << type << ", seed " << seed_;
  }
}

}  // namespace
}  // namespace docket::server::test
