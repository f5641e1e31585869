#include "tests/eventstore/modelled_log.h"

#include <rapidcheck.h>

#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;

std::string nameOfStream(std::uint64_t number) {
  return "s/" + std::to_string(number);
}

void compareReads(const Log& log, const LogModel& model, const std::optional<std::string>& name,
                  const ReadOptions& options) {
  const auto got = lines(name ? log.readStream(stream(*name), options) : log.readAll(options));
  RC_ASSERT(got == model.read(name, options));
}

void compareLookUps(const Log& log, const LogModel& model, std::uint64_t lastCommand) {
  for (const std::string& name : streamNames()) {
    RC_ASSERT(log.lastVersion(stream(name)).value() == model.lastVersion(name));
  }
  for (std::uint64_t number = 1; number <= lastCommand + 1; ++number) {
    const auto found = log.findCommand(commandId(number)).value();
    const auto known = model.findCommand(commandId(number));
    RC_ASSERT(found.has_value() == known.has_value());
    if (!known) continue;
    RC_ASSERT(found->fingerprint == known->fingerprint);
    RC_ASSERT(saidIn(AppendResult(found->committed)) == saidIn(AppendResult(known->committed)));
  }
}

void compareVerified(const Log& log, const LogModel& model) {
  const auto verified = log.verify();
  if (!verified) RC_FAIL(verified.error().message);
  RC_ASSERT(verified->events == model.size());
  RC_ASSERT(verified->commands == model.commands());
  RC_ASSERT(verified->root == log.treeHead().root);
}

}  // namespace

const std::vector<std::string>& streamNames() {
  static const std::vector<std::string> kNames = {
      "p/person-0", "p/person-1", "p/person-2", "p/person-3", "p/person-4", "p/person-5",
      "s/0",        "s/1",        "s/2",        "s/3",        "s/4"};
  return kNames;
}

void compareWhole(const Log& log, const LogModel& model, std::uint64_t lastCommand) {
  compareReads(log, model, std::nullopt, {});
  for (const std::string& name : streamNames()) compareReads(log, model, name, {});
  compareLookUps(log, model, lastCommand);
  compareVerified(log, model);
}

ModelledLog::ModelledLog(const fs::path& directory, const fs::path& attic,
                         std::uint64_t eventsPerIndexing)
    : files_(attic, std::nullopt), env_(environmentOver(files_)) {
  options_.directory = directory;
  options_.eventsPerIndexing = eventsPerIndexing;
  options_.env = env_.get();
  open();
}

void ModelledLog::open() {
  auto opened = Log::open(options_);
  if (!opened) RC_FAIL(opened.error().message);
  log_ = std::move(*opened);
}

void ModelledLog::reopen(bool withoutIndex) {
  log_.reset();
  if (withoutIndex) fs::remove_all(options_.directory / "index");
  open();
  RC_ASSERT(log_->head().value == model_.size());
}

Unit ModelledLog::drawUnit(Draw& draw) {
  // Often a new command; else one that was perhaps used before, with the same or other content.
  const std::uint64_t number = draw.below(3) != 0 ? newCommand() : 1 + draw.below(30);
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

Condition ModelledLog::drawCondition(Draw& draw) const {
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

std::vector<AppendResult> ModelledLog::append(std::span<const Unit> group, Draw& draw) {
  now_ += std::chrono::microseconds(draw.below(3));
  const Timestamp now = draw.below(5) == 1 ? at(0) : now_;  // a clock may be set back
  auto results = log_->append(group, now);
  RC_ASSERT(results.size() == group.size());
  for (std::size_t i = 0; i < group.size(); ++i) {
    RC_ASSERT(saidIn(results[i]) == saidIn(model_.append(group[i], now)));
  }
  RC_ASSERT(log_->head().value == model_.size());
  return results;
}

void ModelledLog::append(Draw& draw) {
  std::vector<Unit> group;
  for (std::uint64_t left = draw.below(4); left < 4; ++left) group.push_back(drawUnit(draw));
  append(group, draw);
}

void ModelledLog::read(Draw& draw, const std::optional<std::string>& name) const {
  ReadOptions options;
  if (draw.below(2) == 1) options.from = draw.below(250);
  if (draw.below(2) == 1) options.direction = Direction::backward;
  if (draw.below(3) == 1) options.limit = draw.below(40);
  if (draw.below(3) == 1) options.types = {"Type" + std::to_string(draw.below(4))};
  compareReads(*log_, model_, name, options);
}

void ModelledLog::lookUp() const {
  compareLookUps(*log_, model_, lastCommand_);
}

void ModelledLog::verify() const {
  compareVerified(*log_, model_);
}

}  // namespace docket::eventstore::testing
