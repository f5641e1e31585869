#include "tests/eventstore/oracle.h"

#include <random>
#include <set>

#include "eventstore/bytes.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

// One walk over a log, and what it finds wrong.
class Inspection {
 public:
  Inspection(const Log& log, std::uint64_t seed,
             const std::map<std::uint64_t, Committed>& acknowledged, std::uint64_t asked)
      : log_(log), seed_(seed), acknowledged_(acknowledged), asked_(asked) {}

  std::vector<std::string> run() {
    walkAll();
    for (const auto& [number, committed] : acknowledged_) {
      if (!units_.contains(number)) say("acknowledged unit", number, "is not there");
    }
    compareStreams();
    compareCommands();
    if (const auto verified = log_.verify(); !verified) {
      found_.push_back("verify: " + verified.error().message);
    }
    return std::move(found_);
  }

 private:
  void say(const std::string& what, std::uint64_t number, const std::string& wrong) {
    found_.push_back(what + " " + std::to_string(number) + " " + wrong);
  }

  void walkAll() {
    LogReader reader = log_.readAll();
    std::uint64_t position = 0;
    while (true) {
      const auto next = reader.next();
      if (!next) return found_.push_back("readAll: " + next.error().message);
      if (*next == nullptr) break;
      if ((*next)->envelope.position.value != position) say("position", position, "is missing");
      take(**next);
      ++position;
    }
    if (left_ != 0) say("unit", number_, "is not whole at the end");
    if (log_.head().value != position) say("head", log_.head().value, "is not the end");
  }

  void take(const RecordedEvent& event) {
    const Envelope& envelope = event.envelope;
    if (left_ == 0) beginUnit(envelope);
    if (left_ == 0) return;
    const NewEvent& wanted = unit_.events[unit_.events.size() - left_];
    const bool equal = envelope.commandId == unit_.commandId && envelope.type == wanted.type &&
                       envelope.stream() == wanted.stream && envelope.actor == unit_.actor &&
                       text(event.payload) == text(wanted.payload);
    if (!equal) say("the event at", envelope.position.value, "is not what was appended");
    std::vector<std::string>& ofStream = streams_[wanted.stream.text()];
    if (envelope.version.value != ofStream.size()) {
      say("the version at", envelope.position.value, "is not the next of its stream");
    }
    ofStream.push_back(lineOf(envelope.position.value, wanted.stream.text(), ofStream.size(),
                              wanted.type, text(event.payload)));
    --left_;
  }

  void beginUnit(const Envelope& envelope) {
    number_ = bigEndian64(envelope.commandId.bytes.data());
    if (number_ == 0 || number_ >= asked_ || envelope.commandId != commandId(number_)) {
      return say("a unit that nobody asked for at", envelope.position.value, "");
    }
    unit_ = numberedUnit(seed_, number_);
    left_ = unit_.events.size();
    const Position last{envelope.position.value + left_ - 1};
    if (!units_.emplace(number_, envelope.position).second) say("unit", number_, "is there twice");
    const auto promised = acknowledged_.find(number_);
    if (promised == acknowledged_.end()) return;
    if (promised->second.first != envelope.position || promised->second.last != last) {
      say("unit", number_, "is not where it was acknowledged");
    }
  }

  void compareStreams() {
    for (const auto& [name, written] : streams_) {
      if (lines(log_.readStream(stream(name))) != written) {
        found_.push_back("stream " + name + " reads otherwise by itself than in the whole");
      }
      const auto last = log_.lastVersion(stream(name));
      if (!last || *last != Version{written.size() - 1}) {
        found_.push_back("the last version of stream " + name + " is wrong");
      }
    }
  }

  void compareCommands() {
    for (std::uint64_t number = 1; number < asked_; ++number) {
      const auto known = log_.findCommand(commandId(number));
      const auto there = units_.find(number);
      if (!known) {
        say("findCommand", number, known.error().message);
      } else if (known->has_value() != (there != units_.end())) {
        say("findCommand", number, "does not agree with the events");
      } else if (*known && (*known)->committed.first != there->second) {
        say("findCommand", number, "names another place");
      }
    }
  }

  const Log& log_;
  const std::uint64_t seed_;
  const std::map<std::uint64_t, Committed>& acknowledged_;
  const std::uint64_t asked_;
  std::vector<std::string> found_;
  std::map<std::uint64_t, Position> units_;  // where each begins
  std::map<std::string, std::vector<std::string>> streams_;
  Unit unit_;  // being walked
  std::uint64_t number_ = 0;
  std::size_t left_ = 0;  // its events still to come
};

}  // namespace

Unit numberedUnit(std::uint64_t seed, std::uint64_t number) {
  std::mt19937_64 random(seed * 1'000'003 + number);
  std::vector<NewEvent> events;
  const std::size_t count = 1 + random() % 20;
  for (std::size_t i = 0; i < count; ++i) {
    std::string payload(random() % 300, '\0');
    if (random() % 64 == 0) payload.resize(20'000);
    for (char& each : payload) each = static_cast<char>(random());
    events.push_back(
        event("s/" + std::to_string(random() % 8), payload, "Type" + std::to_string(random() % 3)));
  }
  return unit(number, std::move(events), {{stream("never/written"), NoStream{}}});
}

std::vector<std::string> Oracle::complaints(const Log& log, std::uint64_t asked) const {
  return Inspection(log, seed_, acknowledged_, asked).run();
}

}  // namespace docket::eventstore::testing
