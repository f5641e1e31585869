// The fault matrix: every call to the disk fails once, in every way, and the power goes with every
// kind of unsynced remains; what the log acknowledged must be there afterwards.
#include <rocksdb/env.h>
#include <spdlog/spdlog.h>

#include <map>

#include "tests/eventstore/faulty_files.h"
#include "tests/eventstore/oracle.h"
#include "tests/eventstore/store_testing.h"
#include "tests/eventstore/thorough.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

constexpr std::uint64_t kUnits = 60;

LogOptions optionsFor(const fs::path& directory, rocksdb::Env* env) {
  LogOptions options;
  options.directory = directory;
  options.eventsPerIndexing = 100;
  options.env = env;
  return options;
}

// What happened in the runs of one row of the matrix.
struct Counts {
  std::uint64_t runs = 0;
  std::uint64_t reached = 0;      // runs in which the fault was hit
  std::uint64_t failedOpens = 0;  // the log said so at opening
  std::uint64_t failedLogs = 0;   // it took no more writes
  std::uint64_t unharmed = 0;     // it went on: the call was not one that the log rests on
  std::uint64_t acknowledged = 0;
  std::uint64_t unansweredThere = 0;  // units that were not acknowledged and are whole
  std::uint64_t refused = 0;          // not opened after the crash, which is allowed to garbage
};

// One life of a log over files that fail: appends, anchors, index segments, a reopening or two.
class Life {
 public:
  Life(const fs::path& directory, FaultyFiles& files, Call call, Oracle& oracle, std::uint64_t seed)
      : directory_(directory),
        files_(files),
        isWriteFault_(call == Call::append || call == Call::sync),
        env_(environmentOver(files)),
        oracle_(oracle),
        seed_(seed) {}

  // Until the work is done or the log takes no more.
  void run(Counts& counts) {
    if (!open()) return void(++counts.failedOpens);
    while (asked_ <= kUnits) {
      std::vector<Unit> group;
      for (std::uint64_t i = 0; i <= asked_ % 3; ++i)
        group.push_back(numberedUnit(seed_, asked_++));
      if (!append(group)) return void(++counts.failedLogs);
      if (asked_ % 7 == 0) (void)log_->writeAnchor();
      if (asked_ % 25 < 3 && !reopen()) return void(++counts.failedOpens);
    }
    ++counts.unharmed;
  }

  void cutPower() {
    files_.cutPower();
    log_.reset();
    env_.reset();
  }

  std::uint64_t asked() const { return asked_; }

 private:
  bool open() {
    auto opened = Log::open(optionsFor(directory_, env_.get()));
    if (opened) log_ = std::move(*opened);
    return opened.has_value();
  }
  bool reopen() {
    log_.reset();
    return open();
  }

  // False if the log takes no more writes.
  bool append(const std::vector<Unit>& group) {
    const auto results = log_->append(group, at(1));
    bool failed = false;
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (results[i]) {
        oracle_.acknowledge(asked_ - group.size() + i, *results[i]);
      } else {
        const StoreError* error = storeError(results[i]);
        EXPECT_NE(error, nullptr) << ::testing::PrintToString(results[i]);
        failed |= error != nullptr && error->code == StoreErrorCode::failed;
      }
    }
    const auto hit = files_.hit();
    const bool walHit = isWriteFault_ && hit && fs::path(*hit).extension() == ".log" &&
                        fs::path(*hit).parent_path().filename() != "index";
    if (failed || (walHit && !walWasHit_)) checkRefusal(hit.value_or("nothing"));
    walWasHit_ |= walHit;
    return !log_->hasFailed();
  }

  // After a failed write or sync nothing is taken and nothing unsynced is shown.
  void checkRefusal(const std::string& hit) {
    EXPECT_TRUE(log_->hasFailed()) << hit;
    const Position before = log_->head();
    const Unit more = numberedUnit(seed_, asked_);
    const AppendResult refused = log_->append({&more, 1}, at(1)).at(0);
    const StoreError* error = storeError(refused);
    EXPECT_TRUE(error != nullptr && error->code == StoreErrorCode::failed)
        << ::testing::PrintToString(refused);
    EXPECT_EQ(log_->head(), before);
  }

  const fs::path directory_;
  FaultyFiles& files_;
  const bool isWriteFault_;
  std::unique_ptr<rocksdb::Env> env_;
  Oracle& oracle_;
  const std::uint64_t seed_;
  std::unique_ptr<Log> log_;
  std::uint64_t asked_ = 1;  // the number of the next unit
  bool walWasHit_ = false;
};

class FaultMatrix : public ::testing::TestWithParam<Call> {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
  void TearDown() override { spdlog::set_level(spdlog::level::info); }

  // True if the fault was reached.
  bool runOnce(const Fault& fault, UnsyncedTail tail, Counts& counts) {
    SCOPED_TRACE(std::string(nameOf(fault.call)) + " " + std::to_string(fault.nth) + ": " +
                 std::string(nameOf(fault.effect)) + ", unsynced tail " +
                 std::string(nameOf(tail)));
    const TemporaryFolder folder;
    const fs::path directory = folder.path() / "log";
    const fs::path attic = folder.path() / "attic";
    fs::create_directory(attic);
    std::mt19937_64 random(seed_ + fault.nth);
    FaultyFiles files(attic, fault);
    Oracle oracle(seed_);
    Life life(directory, files, fault.call, oracle, seed_);
    life.run(counts);
    life.cutPower();
    files.loseUnsynced(tail, random);
    ++counts.runs;
    counts.reached += files.hit() ? 1 : 0;
    counts.acknowledged += oracle.acknowledgedUnits();
    const fs::path unused = folder.path() / "attic2";
    fs::create_directory(unused);
    // Without a fault these are files like any others, but that a sync costs nothing.
    FaultyFiles sound(unused, std::nullopt);
    const auto env = environmentOver(sound);
    checkAfterCrash(optionsFor(directory, env.get()), oracle, life.asked(), tail, counts);
    return files.hit().has_value();
  }

  void checkAfterCrash(const LogOptions& options, Oracle& oracle, std::uint64_t asked,
                       UnsyncedTail tail, Counts& counts) {
    auto opened = Log::open(options);
    if (!opened) {
      // Garbage at the end of the write-ahead log cannot be told from damage to what was synced.
      const bool mayRefuse = tail == UnsyncedTail::zeroed || tail == UnsyncedTail::scrambled;
      EXPECT_TRUE(mayRefuse && opened.error().code == StoreErrorCode::corrupt)
          << ::testing::PrintToString(opened.error());
      ++counts.refused;
      return;
    }
    // The unit that is never tried before is asked for by the check of the refusal.
    EXPECT_THAT(oracle.complaints(**opened, asked + 1), IsEmpty());
    for (std::uint64_t number = 1; number < asked; ++number) {
      const Unit again = numberedUnit(seed_, number);
      const AppendResult result = (*opened)->append({&again, 1}, at(1)).at(0);
      ASSERT_TRUE(result) << ::testing::PrintToString(result);
      if (!oracle.isAcknowledged(number)) {
        counts.unansweredThere += result->repeated ? 1 : 0;
        oracle.acknowledge(number, *result);
      } else {
        EXPECT_TRUE(result->repeated) << number;
      }
    }
    opened->reset();
    opened = Log::open(options);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_THAT(oracle.complaints(**opened, asked + 1), IsEmpty());
  }

  const std::uint64_t seed_ = testSeed();
};

// While the sync of a group is under way, nothing of the group is there for anyone.
TEST(DurableBeforeVisible, NothingOfAGroupIsSeenBeforeItsSync) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "attic");
  FaultyFiles files(folder.path() / "attic", std::nullopt);
  const auto env = environmentOver(files);
  auto log = Log::open(optionsFor(folder.path() / "log", env.get()));
  ASSERT_TRUE(log) << log.error().message;
  const Unit first = unit(1, {event("a/1", "first")});
  ASSERT_TRUE((*log)->append({&first, 1}, at(1)).at(0));
  int syncs = 0;
  files.beforeSync([&](const std::string& path) {
    if (fs::path(path).extension() != ".log") return;
    ++syncs;
    EXPECT_EQ((*log)->head(), Position{1});
    EXPECT_EQ((*log)->treeHead().size, 1u);
    EXPECT_EQ(lines((*log)->readAll()).size(), 1u);
    EXPECT_EQ(lines((*log)->readStream(stream("a/1"))).size(), 1u);
    EXPECT_EQ((*log)->lastVersion(stream("a/1")).value(), Version{0});
    EXPECT_EQ((*log)->lastVersion(stream("b/1")).value(), std::nullopt);
    EXPECT_FALSE((*log)->findCommand(commandId(2)).value().has_value());
  });
  const Unit second = unit(2, {event("a/1"), event("b/1")});
  ASSERT_TRUE((*log)->append({&second, 1}, at(1)).at(0));
  files.beforeSync({});
  EXPECT_EQ(syncs, 1);
  EXPECT_EQ((*log)->head(), Position{3});
  EXPECT_EQ((*log)->lastVersion(stream("b/1")).value(), Version{0});
}

std::vector<Effect> effectsOf(Call call) {
  if (call == Call::read) return {Effect::ioError};
  if (call == Call::append) {
    return {Effect::ioError, Effect::noSpace, Effect::shortWrite, Effect::powerCut};
  }
  return {Effect::ioError, Effect::noSpace, Effect::powerCut};
}

TEST_P(FaultMatrix, WhatWasAcknowledgedIsThereWholeAndOnce) {
  const Call call = GetParam();
  const std::uint64_t stride = kThorough ? 1 : 23;
  for (const Effect effect : effectsOf(call)) {
    Counts counts;
    std::uint64_t nth = 1;
    for (std::size_t turn = 0;; ++turn, nth += stride) {
      bool reached = false;
      if (kThorough && effect == Effect::powerCut) {
        for (const UnsyncedTail tail : kEveryTail)
          reached |= runOnce({call, nth, effect}, tail, counts);
      } else {
        reached = runOnce({call, nth, effect}, kEveryTail[turn % std::size(kEveryTail)], counts);
      }
      if (!reached || HasFatalFailure()) break;
    }
    std::printf(
        "%-14s %-11s runs %5llu, hit %5llu, not opened %4llu, log failed %4llu, went on %4llu; "
        "acknowledged %6llu units, unanswered and there %4llu, refused after the crash %llu\n",
        std::string(nameOf(call)).c_str(), std::string(nameOf(effect)).c_str(),
        static_cast<unsigned long long>(counts.runs),
        static_cast<unsigned long long>(counts.reached),
        static_cast<unsigned long long>(counts.failedOpens),
        static_cast<unsigned long long>(counts.failedLogs),
        static_cast<unsigned long long>(counts.unharmed),
        static_cast<unsigned long long>(counts.acknowledged),
        static_cast<unsigned long long>(counts.unansweredThere),
        static_cast<unsigned long long>(counts.refused));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, FaultMatrix, ::testing::ValuesIn(kEveryCall), [](const auto& each) {
  std::string name(nameOf(each.param));
  std::erase(name, ' ');
  return name;
});

}  // namespace
}  // namespace docket::eventstore::testing
