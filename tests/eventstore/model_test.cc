// The log against a model of it in memory: any sequence of appends, reads, restarts, lost indexes
// and verifications gives exactly what the model says.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rocksdb/env.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <map>

#include "tests/eventstore/faulty_files.h"
#include "tests/eventstore/store_testing.h"
#include "tests/eventstore/thorough.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;

// Numbers that a step draws from; RapidCheck makes them smaller when it looks for the simplest
// failure.
class Draw {
 public:
  explicit Draw(const std::vector<std::uint8_t>& numbers) : numbers_(numbers) {}
  std::uint64_t below(std::uint64_t end) {
    return next_ < numbers_.size() ? numbers_[next_++] % end : 0;
  }

 private:
  const std::vector<std::uint8_t>& numbers_;
  std::size_t next_ = 0;
};

std::string nameOfStream(std::uint64_t number) {
  return "s/" + std::to_string(number);
}

// What a result says, in full.
std::string saidIn(const AppendResult& result) {
  if (result) {
    return std::string(result->repeated ? "repeated " : "committed ") +
           std::to_string(result->first.value) + " to " + std::to_string(result->last.value) +
           " version " + std::to_string(result->lastVersion.value);
  }
  if (const auto* reused = commandIdReused(result)) {
    return "reused, first at " + std::to_string(reused->first.value);
  }
  if (const auto* error = storeError(result)) {
    return error->code == StoreErrorCode::invalid ? "invalid" : "ERROR " + error->message;
  }
  std::string text = "violated";
  for (const Violation& each : conditionsFailed(result)->violations) {
    text += " " + each.stream.text() + " expected " + textOf(each.expected) + " actual " +
            (each.actual ? std::to_string(each.actual->value) : "none") + ";";
  }
  return text;
}

// A log as the contract has it, in the plainest way.
class Model {
 public:
  AppendResult append(const Unit& unit) {
    if (unit.events[0].payload.size() > kMaxPayloadBytes ||
        (unit.causation && unit.causation->value >= events_.size())) {
      return tl::unexpected(AppendFailure(StoreError{StoreErrorCode::invalid, ""}));
    }
    if (const auto known = commands_.find(unit.commandId); known != commands_.end()) {
      if (known->second.fingerprint != unit.fingerprint) {
        return tl::unexpected(AppendFailure(CommandIdReused{known->second.committed.first}));
      }
      return known->second.committed;
    }
    ConditionsFailed failed;
    for (const Condition& each : unit.conditions) {
      const auto actual = lastVersion(each.stream.text());
      if (!holds(each.expected, actual)) {
        failed.violations.push_back({each.stream, each.expected, actual});
      }
    }
    if (!failed.violations.empty()) return tl::unexpected(AppendFailure(failed));
    Committed committed{{events_.size()}, {}, {}, false};
    for (const NewEvent& event : unit.events) {
      committed.lastVersion = {lengths_[event.stream.text()]++};
      committed.last = {events_.size()};
      events_.push_back(
          {event.stream.text(), committed.lastVersion.value, event.type, text(event.payload)});
    }
    Committed repeated = committed;
    repeated.repeated = true;
    commands_[unit.commandId] = {unit.fingerprint, repeated};
    return committed;
  }

  std::optional<Version> lastVersion(const std::string& stream) const {
    const auto found = lengths_.find(stream);
    if (found == lengths_.end()) return std::nullopt;
    return Version{found->second - 1};
  }

  std::optional<KnownCommand> findCommand(const CommandId& id) const {
    const auto found = commands_.find(id);
    if (found == commands_.end()) return std::nullopt;
    return found->second;
  }

  // Of a stream, or of all.
  std::vector<std::string> read(const std::optional<std::string>& stream,
                                const ReadOptions& options) const {
    std::vector<std::string> read;
    const auto take = [&](std::uint64_t position) {
      const Event& event = events_[position];
      const std::uint64_t place = stream ? event.version : position;
      const bool backward = options.direction == Direction::backward;
      if (stream && event.stream != *stream) return;
      if (options.from && (backward ? place > *options.from : place < *options.from)) return;
      const auto& types = options.types;
      if (!types.empty() && std::count(types.begin(), types.end(), event.type) == 0) return;
      if (read.size() == options.limit) return;
      read.push_back(lineOf(position, event.stream, event.version, event.type, event.payload));
    };
    for (std::uint64_t i = 0; i < events_.size(); ++i) {
      take(options.direction == Direction::backward ? events_.size() - 1 - i : i);
    }
    return read;
  }

  std::uint64_t size() const { return events_.size(); }
  std::uint64_t commands() const { return commands_.size(); }

 private:
  struct Event {
    std::string stream;
    std::uint64_t version;
    std::string type;
    std::string payload;
  };

  static bool holds(const Expected& expected, std::optional<Version> actual) {
    if (std::holds_alternative<NoStream>(expected)) return !actual;
    if (std::holds_alternative<StreamExists>(expected)) return actual.has_value();
    if (const auto* exactly = std::get_if<Exactly>(&expected)) return actual == exactly->version;
    return true;
  }

  std::vector<Event> events_;
  std::map<std::string, std::uint64_t> lengths_;
  std::map<CommandId, KnownCommand> commands_;
};

// A log and its model, side by side. Each step does the same to both and compares.
class Pair {
 public:
  explicit Pair(std::uint64_t eventsPerIndexing)
      : files_(atticIn(folder_), std::nullopt), env_(environmentOver(files_)) {
    options_.directory = folder_.path() / "log";
    options_.eventsPerIndexing = eventsPerIndexing;
    options_.env = env_.get();
    open();
  }

  void step(const std::vector<std::uint8_t>& numbers) {
    Draw draw(numbers);
    switch (draw.below(12)) {
      case 0:
        return read(draw, std::nullopt);
      case 1:
        return read(draw, nameOfStream(draw.below(5)));
      case 2:
        return lookUp();
      case 3:
        return reopen(false);
      case 4:
        return draw.below(3) == 0 ? reopen(true) : verify();
      default:
        return append(draw);
    }
  }

  // All that can be asked, at the end.
  void compareAll() {
    Draw nothing(none_);
    read(nothing, std::nullopt);
    for (std::uint64_t i = 0; i < 5; ++i) read(nothing, nameOfStream(i));
    lookUp();
    verify();
  }

 private:
  static fs::path atticIn(const TemporaryFolder& folder) {
    fs::create_directory(folder.path() / "attic");
    return folder.path() / "attic";
  }

  void open() {
    auto opened = Log::open(options_);
    RC_ASSERT(opened.has_value());
    log_ = std::move(*opened);
  }

  void reopen(bool withoutIndex) {
    log_.reset();
    if (withoutIndex) fs::remove_all(options_.directory / "index");
    open();
    RC_ASSERT(log_->head().value == model_.size());
  }

  Unit drawUnit(Draw& draw) {
    // Often a new command; else one that was perhaps used before, with the same or other content.
    const std::uint64_t number = draw.below(3) != 0 ? ++lastNumber_ : 1 + draw.below(30);
    const std::size_t count = draw.below(40) == 0 ? 300 : 1 + draw.below(5);
    std::vector<NewEvent> events;
    for (std::size_t i = 0; i < count; ++i) {
      events.push_back(event(nameOfStream(draw.below(4)), std::string(draw.below(50), 'p'),
                             "Type" + std::to_string(draw.below(3))));
    }
    Unit made = unit(number, std::move(events));
    if (draw.below(8) == 0) made.fingerprint = fingerprint(1'000'000 + number);
    for (std::uint64_t left = draw.below(3); left > 0; --left) {
      made.conditions.push_back(drawCondition(draw));
    }
    if (draw.below(30) == 1) made.events[0].payload.resize(kMaxPayloadBytes + 1);
    if (draw.below(6) == 1) made.causation = Position{draw.below(60)};
    return made;
  }

  Condition drawCondition(Draw& draw) {
    const std::string name = nameOfStream(draw.below(5));
    const std::uint64_t actual = model_.lastVersion(name).value_or(Version{0}).value;
    switch (draw.below(6)) {
      case 0:
        return {stream(name), AnyVersion{}};
      case 1:
        return {stream(name), NoStream{}};
      case 2:
        return {stream(name), StreamExists{}};
      case 3:
        return {stream(name), Exactly{{actual + 1}}};
      default:
        return {stream(name), Exactly{{actual}}};
    }
  }

  void append(Draw& draw) {
    std::vector<Unit> group;
    for (std::uint64_t left = draw.below(4); left < 4; ++left) group.push_back(drawUnit(draw));
    const auto results = log_->append(group, at(1));
    RC_ASSERT(results.size() == group.size());
    for (std::size_t i = 0; i < group.size(); ++i) {
      RC_ASSERT(saidIn(results[i]) == saidIn(model_.append(group[i])));
    }
    RC_ASSERT(log_->head().value == model_.size());
  }

  void read(Draw& draw, const std::optional<std::string>& name) {
    ReadOptions options;
    if (draw.below(2) == 1) options.from = draw.below(250);
    if (draw.below(2) == 1) options.direction = Direction::backward;
    if (draw.below(3) == 1) options.limit = draw.below(40);
    if (draw.below(3) == 1) options.types = {"Type" + std::to_string(draw.below(4))};
    const auto got =
        lines(name ? log_->readStream(stream(*name), options) : log_->readAll(options));
    RC_ASSERT(got == model_.read(name, options));
  }

  void lookUp() {
    for (std::uint64_t i = 0; i < 5; ++i) {
      RC_ASSERT(log_->lastVersion(stream(nameOfStream(i))).value() ==
                model_.lastVersion(nameOfStream(i)));
    }
    for (std::uint64_t number = 1; number <= lastNumber_ + 1; ++number) {
      const auto found = log_->findCommand(commandId(number)).value();
      const auto known = model_.findCommand(commandId(number));
      RC_ASSERT(found.has_value() == known.has_value());
      if (!known) continue;
      RC_ASSERT(found->fingerprint == known->fingerprint);
      RC_ASSERT(saidIn(AppendResult(found->committed)) == saidIn(AppendResult(known->committed)));
    }
  }

  void verify() {
    const auto verified = log_->verify();
    if (!verified) RC_FAIL(verified.error().message);
    RC_ASSERT(verified->events == model_.size());
    RC_ASSERT(verified->commands == model_.commands());
    RC_ASSERT(verified->root == log_->treeHead().root);
  }

  const std::vector<std::uint8_t> none_;
  TemporaryFolder folder_;
  FaultyFiles files_;  // without a fault: files of which a sync costs nothing
  std::unique_ptr<rocksdb::Env> env_;
  LogOptions options_;
  std::unique_ptr<Log> log_;
  Model model_;
  std::uint64_t lastNumber_ = 0;
};

// RapidCheck prints its seed; RC_PARAMS="seed=... max_success=..." takes it back.
TEST(LogModel, PredictsEveryAnswer) {
  ::setenv("RC_PARAMS", kThorough ? "max_success=1000" : "max_success=50", /*overwrite=*/0);
  spdlog::set_level(spdlog::level::off);
  std::uint64_t steps = 0;
  const bool held = rc::check("the log answers as the model", [&] {
    Pair pair(*rc::gen::element<std::uint64_t>(1, 20, 1'000));
    const auto script = *rc::gen::arbitrary<std::vector<std::vector<std::uint8_t>>>();
    for (const auto& numbers : script) pair.step(numbers);
    pair.compareAll();
    steps += script.size();
  });
  spdlog::set_level(spdlog::level::info);
  std::printf("%llu steps\n", static_cast<unsigned long long>(steps));
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace docket::eventstore::testing
