// The event store against a model of it in memory: any sequence of appends, reads, restarts, lost
// indexes, verifications, erasures, rotations of the master key, backups and restores gives exactly
// what the model says.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <spdlog/spdlog.h>

#include <array>

#include "tests/eventstore/modelled_backups.h"
#include "tests/eventstore/modelled_keys.h"
#include "tests/eventstore/modelled_log.h"
#include "tests/eventstore/store_testing.h"
#include "tests/eventstore/thorough.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;

// How often each kind of step was taken, over all cases.
struct Counts {
  std::uint64_t steps = 0;
  std::uint64_t sealed = 0;  // units with sealed fields
  std::uint64_t erasures = 0;
  std::uint64_t rotations = 0;
  std::uint64_t backups = 0;
  std::uint64_t restores = 0;
};

// All that is in one data directory, with its backups and the copies of its keys.
class ModelledStore {
 public:
  ModelledStore(std::uint64_t eventsPerIndexing, Counts& counts)
      : data_(madeIn(folder_, "data")),
        log_(data_ / "log", madeIn(folder_, "attic"), eventsPerIndexing),
        keys_(data_ / "keys", folder_.path() / "copies"),
        backups_(folder_.path() / "backups", data_, folder_.path() / "scratch"),
        counts_(counts) {}

  void step(const std::vector<std::uint8_t>& numbers) {
    Draw draw(numbers);
    ++counts_.steps;
    switch (draw.below(32)) {
      case 0:
        return log_.read(draw, std::nullopt);
      case 1:
      case 2:
        return log_.read(draw, streamNames()[draw.below(streamNames().size())]);
      case 3:
        return log_.lookUp();
      case 4:
        return restart(false);
      case 5:
        return draw.below(3) == 0 ? restart(true) : log_.verify();
      case 6:
      case 7:
        return erase(draw);
      case 8:
        return rotate(draw);
      case 9:
        return keys_.keepCopy();
      case 10:
      case 11:
        return backUp(draw);
      case 12:
      case 13:
        return restore(draw);
      case 14:
        return keys_.compareAll(log_.log());
      case 15:
      case 16:
      case 17:
      case 18:
      case 19:
        return appendSealed(draw);
      default:
        return log_.append(draw);
    }
  }

  // All that can be asked, at the end.
  void compareAll() {
    log_.compareAll();
    keys_.compareAll(log_.log());
  }

 private:
  static fs::path madeIn(const TemporaryFolder& folder, const char* name) {
    fs::create_directory(folder.path() / name);
    return folder.path() / name;
  }
  static std::string drawPerson(Draw& draw) { return "person-" + std::to_string(draw.below(20)); }

  void restart(bool withoutIndex) {
    log_.reopen(withoutIndex);
    keys_.restart(log_.log(), log_.model());
  }

  // A unit with sealed fields, which states the version that it was sealed for, among other units.
  void appendSealed(Draw& draw) {
    const std::string name = "s/" + std::to_string(draw.below(4));
    const auto last = log_.model().lastVersion(name);
    std::uint64_t version = last ? last->value + 1 : 0;
    std::vector<NewEvent> events;
    for (std::uint64_t left = draw.below(3); left < 3; ++left) {
      NewEvent noted = event(name, "", "Type" + std::to_string(draw.below(3)));
      const std::string text(draw.below(60), static_cast<char>('a' + draw.below(26)));
      auto sealed = keys_.seal(drawPerson(draw), {noted.stream, {version}, {}}, text);
      if (!sealed) continue;  // of the erased nothing more is noted
      noted.payload = std::move(*sealed);
      events.push_back(std::move(noted));
      ++version;
    }
    if (events.empty()) return;
    const Expected expected = last ? Expected(Exactly{*last}) : Expected(NoStream{});
    std::vector<Unit> group;
    if (draw.below(3) == 1) group.push_back(log_.drawUnit(draw));
    group.push_back(unit(log_.newCommand(), std::move(events), {{stream(name), expected}}));
    if (draw.below(3) == 1) group.push_back(log_.drawUnit(draw));
    log_.append(group, draw);
    ++counts_.sealed;
  }

  // The log says it, then the keys are destroyed: by whoever asked, or, when the process ended in
  // between, by the next start.
  void erase(Draw& draw) {
    std::vector<Unit> group;
    for (std::uint64_t left = draw.below(2); left < 2; ++left) {
      group.push_back(unit(log_.newCommand(), {event("p/" + drawPerson(draw), "", kErasedType)}));
    }
    const auto results = log_.append(group, draw);
    counts_.erasures += group.size();
    if (draw.below(4) == 1) return restart(draw.below(4) == 1);
    std::vector<Erasure> erasures;
    for (std::size_t i = 0; i < group.size(); ++i) {
      erasures.push_back({group[i].events[0].stream.id, results[i]->last});
    }
    keys_.destroy(erasures);
    keys_.compareAll(log_.log());
  }

  void rotate(Draw& draw) {
    keys_.rotate(draw);
    keys_.compareAll(log_.log());
    ++counts_.rotations;
  }

  void backUp(Draw& draw) {
    const std::uint64_t more = draw.below(6);
    backups_.make(log_, draw);
    ++counts_.backups;
    if (more == 1) backups_.prune(draw);
    if (more == 2) backups_.verify(draw);
  }

  void restore(Draw& draw) {
    if (backups_.isEmpty()) return backUp(draw);
    backups_.restore(log_, keys_, draw);
    ++counts_.restores;
  }

  TemporaryFolder folder_;
  const fs::path data_;
  ModelledLog log_;
  ModelledKeys keys_;
  ModelledBackups backups_;
  Counts& counts_;
};

// RapidCheck prints its seed; RC_PARAMS="seed=... max_success=..." takes it back.
TEST(StoreModel, PredictsEveryAnswer) {
  ::setenv("RC_PARAMS", kThorough ? "max_success=1000" : "max_success=30", /*overwrite=*/0);
  spdlog::set_level(spdlog::level::off);
  Counts counts;
  const bool held = rc::check("the event store answers as the model", [&] {
    ModelledStore store(*rc::gen::element<std::uint64_t>(1, 20, 1'000), counts);
    const auto script = *rc::gen::arbitrary<std::vector<std::vector<std::uint8_t>>>();
    for (const auto& numbers : script) store.step(numbers);
    store.compareAll();
  });
  spdlog::set_level(spdlog::level::info);
  std::printf("%llu steps, among them %llu units with sealed fields, %llu erasures, ",
              static_cast<unsigned long long>(counts.steps),
              static_cast<unsigned long long>(counts.sealed),
              static_cast<unsigned long long>(counts.erasures));
  std::printf("%llu rotations, %llu backups, %llu restores\n",
              static_cast<unsigned long long>(counts.rotations),
              static_cast<unsigned long long>(counts.backups),
              static_cast<unsigned long long>(counts.restores));
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace docket::eventstore::testing
