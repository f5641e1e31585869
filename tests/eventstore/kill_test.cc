// kill -9 at any moment, again and again: what was acknowledged is in the log, byte-equal at its
// position, once and whole; what was not answered can be repeated.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "eventstore/files.h"
#include "tests/eventstore/oracle.h"
#include "tests/eventstore/store_testing.h"
#include "tests/eventstore/thorough.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::steady_clock;
using ::testing::IsEmpty;

constexpr std::uint64_t kUnitsOfAGroup = 3;  // at most, by the appender

// A running appender and the reading end of its reports.
class Appender {
 public:
  Appender(const fs::path& directory, std::uint64_t seed, std::uint64_t first) {
    const std::array<std::string, 4> words = {APPENDER, directory.string(), std::to_string(seed),
                                              std::to_string(first)};
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reports_ = FileDescriptor(ends[0]);
    const FileDescriptor writing(ends[1]);
    process_ = ::fork();
    if (process_ != 0) return;
    ::dup2(writing.number(), STDOUT_FILENO);
    ::execl(words[0].c_str(), words[0].c_str(), words[1].c_str(), words[2].c_str(),
            words[3].c_str(), nullptr);
    ::_exit(127);
  }

  struct Report {
    std::uint64_t number;
    std::uint64_t first;
    std::uint64_t last;
  };
  // The next report; none at the end, or when there is none before `deadline`.
  std::optional<Report> next(std::optional<steady_clock::time_point> deadline) {
    int timeoutMs = -1;
    if (deadline) {
      const auto left = *deadline - steady_clock::now();
      timeoutMs = std::max(0, static_cast<int>(left / std::chrono::milliseconds(1)));
    }
    pollfd waiting{reports_.number(), POLLIN, 0};
    if (::poll(&waiting, 1, timeoutMs) <= 0) return std::nullopt;
    Report report;
    // A report is shorter than what a pipe takes at once: it is there as a whole or not at all.
    if (::read(reports_.number(), &report, sizeof report) != sizeof report) return std::nullopt;
    return report;
  }

  // Kills it; true if it was still at work.
  bool kill() {
    ::kill(process_, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t process_ = -1;
  FileDescriptor reports_;
};

class KillNine : public ::testing::Test {
 protected:
  struct Counts {
    std::uint64_t acknowledged = 0;
    std::uint64_t unansweredThere = 0;
    std::uint64_t unansweredAbsent = 0;
    std::uint64_t killedInOpening = 0;  // before anything was acknowledged
  };

  // A log begins anew after this many cycles, so that a check stays short.
  static constexpr std::uint64_t kCyclesOfALog = 50;

  KillNine() : random_(seed_) {}
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
  void TearDown() override { spdlog::set_level(spdlog::level::info); }

  void beginLog() {
    folder_ = std::make_unique<TemporaryFolder>();
    oracle_ = std::make_unique<Oracle>(seed_);
    next_ = 1;
  }

  void cycle() {
    const std::uint64_t highest = appendUntilKilled();
    auto log = openLog();
    ASSERT_TRUE(log) << log.error().message;
    const std::uint64_t asked = highest + 1 + kUnitsOfAGroup;
    ASSERT_THAT(oracle_->complaints(**log, asked), IsEmpty());
    for (; next_ < asked; ++next_) {
      const Unit again = numberedUnit(seed_, next_);
      const AppendResult result = (*log)->append({&again, 1}, at(1)).at(0);
      ASSERT_TRUE(result) << ::testing::PrintToString(result);
      ++(result->repeated ? counts_.unansweredThere : counts_.unansweredAbsent);
      oracle_->acknowledge(next_, *result);
    }
    ASSERT_THAT(oracle_->complaints(**log, asked), IsEmpty());
  }

  // Lets a child append and kills it; the number of the last unit that it reported.
  std::uint64_t appendUntilKilled() {
    Appender child(folder_->path() / "log", seed_, next_);
    // Every fourth time early, while it opens the log; else in the midst of its work.
    const bool early = random_() % 4 == 0;
    const std::uint64_t reports = early ? ~std::uint64_t{0} : 1 + random_() % 60;
    const auto deadline = steady_clock::now() + microseconds(random_() % 30'000);
    std::uint64_t highest = next_ - 1;
    const auto take = [&](const Appender::Report& report) {
      EXPECT_EQ(report.number, highest + 1);
      highest = report.number;
      oracle_->acknowledge(highest, {{report.first}, {report.last}, {}, false});
      ++counts_.acknowledged;
    };
    for (std::uint64_t i = 0; i < reports; ++i) {
      const auto report = early ? child.next(deadline) : child.next(std::nullopt);
      if (!report) break;
      take(*report);
    }
    if (!early) std::this_thread::sleep_for(microseconds(random_() % 3'000));
    EXPECT_TRUE(child.kill()) << "the appender ended by itself";
    while (const auto report = child.next(std::nullopt)) take(*report);
    counts_.killedInOpening += highest + 1 == next_ ? 1 : 0;
    next_ = highest + 1;
    return highest;
  }

  tl::expected<std::unique_ptr<Log>, StoreError> openLog() const {
    LogOptions options;
    options.directory = folder_->path() / "log";
    options.eventsPerIndexing = 200;
    return Log::open(options);
  }

  const std::uint64_t seed_ = testSeed();
  std::mt19937_64 random_;
  std::unique_ptr<TemporaryFolder> folder_;
  std::unique_ptr<Oracle> oracle_;
  std::uint64_t next_ = 1;  // the first unit that the next child appends
  Counts counts_;
};

TEST_F(KillNine, WhatWasAcknowledgedIsThereOnceAndWhole) {
  const std::uint64_t cycles = fromEnvironment("DOCKET_KILL_CYCLES", kThorough ? 300 : 20);
  for (std::uint64_t i = 0; i < cycles && !HasFatalFailure(); ++i) {
    SCOPED_TRACE("cycle " + std::to_string(i));
    if (i % kCyclesOfALog == 0) beginLog();
    cycle();
  }
  std::printf(
      "%llu cycles, %llu of them killed before the first answer: %llu units acknowledged and "
      "there, of the unanswered %llu there and %llu not\n",
      static_cast<unsigned long long>(cycles),
      static_cast<unsigned long long>(counts_.killedInOpening),
      static_cast<unsigned long long>(counts_.acknowledged),
      static_cast<unsigned long long>(counts_.unansweredThere),
      static_cast<unsigned long long>(counts_.unansweredAbsent));
  EXPECT_GT(counts_.acknowledged, cycles);
}

}  // namespace
}  // namespace docket::eventstore::testing
