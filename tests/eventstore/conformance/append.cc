// Units, groups, command ids, time and limits.
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "eventstore/limits.h"
#include "tests/eventstore/conformance/conformance.h"

namespace docket::eventstore::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_P(Conformance, AnEmptyStoreHasHeadZeroAndNoStreams) {
  EXPECT_EQ(store().head(), Position{0});
  EXPECT_EQ(store().lastVersion(stream("ticket/1")).value(), std::nullopt);
  EXPECT_FALSE(store().findCommand(commandId(1)).value().has_value());
  EXPECT_THAT(all(), ElementsAre());
  EXPECT_THAT(all({.direction = Direction::backward}), ElementsAre());
  EXPECT_THAT(ofStream("ticket/1"), ElementsAre());
  EXPECT_THAT(ofStream("ticket/1", {.direction = Direction::backward}), ElementsAre());
}

TEST_P(Conformance, EveryFactOfAnEventComesBack) {
  append(unit(1, {event("ticket/OPS-0"), event("ticket/OPS-0")}), 123'455);
  Unit made = unit(7, {event("ticket/OPS-1", "first", "TicketOpened")});
  made.correlationId = commandId(99);
  made.causation = Position{1};
  made.onBehalfOf = "someone";
  made.origin = Origin::import;
  made.events[0].schemaVersion = 12;
  made.events[0].occurredAt = at(-77);
  EXPECT_EQ(append(made, 123'456).last, Position{2});

  Cursor reader = store().readAll({.from = 2});
  const auto next = reader.next();
  ASSERT_TRUE(next.has_value() && *next != nullptr);
  const RecordedEvent& got = **next;
  EXPECT_EQ(got.envelope.position, Position{2});
  EXPECT_EQ(got.envelope.stream(), stream("ticket/OPS-1"));
  EXPECT_EQ(got.envelope.version, Version{0});
  EXPECT_EQ(got.envelope.type, "TicketOpened");
  EXPECT_EQ(got.envelope.schemaVersion, 12);
  EXPECT_EQ(got.envelope.recordedAt, at(123'456));
  EXPECT_EQ(got.envelope.occurredAt, at(-77));
  EXPECT_EQ(got.envelope.actor, "tester");
  EXPECT_EQ(got.envelope.onBehalfOf, "someone");
  EXPECT_EQ(got.envelope.origin, Origin::import);
  EXPECT_EQ(got.envelope.commandId, commandId(7));
  EXPECT_EQ(got.envelope.correlationId, commandId(99));
  EXPECT_TRUE(got.envelope.hasCausation);
  EXPECT_EQ(got.envelope.causation, Position{1});
  EXPECT_EQ(got.envelope.payloadHash, sha256(got.payload));
  EXPECT_EQ(text(got.payload), "first");
  EXPECT_EQ(decodeEnvelope(got.envelopeBytes)->commandId, commandId(7));
}

TEST_P(Conformance, TheCorrelationIsTheCommandItselfUnlessGiven) {
  append(unit(5, {event("ticket/1")}));
  Cursor reader = store().readAll();
  EXPECT_EQ(reader.next().value()->envelope.correlationId, commandId(5));
}

// --- Groups
// ---------------------------------------------------------------------------------------

TEST_P(Conformance, AFailedUnitWritesNothingAndFailsNoOther) {
  const std::vector<Unit> group = {
      unit(1, {event("ticket/1", "a"), event("ticket/2", "b")}),
      unit(2, {event("ticket/3", "c"), event("ticket/1", "d")}, {{stream("ticket/1"), NoStream{}}}),
      unit(3, {event("ticket/1", "e")},
           {{stream("ticket/1"), Exactly{{0}}}, {stream("ticket/3"), NoStream{}}}),
  };
  const auto results = store().append(group, at(1));
  ASSERT_EQ(results.size(), 3u);
  EXPECT_TRUE(results[0]);
  EXPECT_NE(conditionsFailed(results[1]), nullptr);
  ASSERT_TRUE(results[2]) << ::testing::PrintToString(results[2]);
  EXPECT_EQ(results[2]->first, Position{2});
  EXPECT_THAT(all(), ElementsAre("0 ticket/1@0 Happened a", "1 ticket/2@0 Happened b",
                                 "2 ticket/1@1 Happened e"));
  EXPECT_THAT(ofStream("ticket/3"), ElementsAre());
}

TEST_P(Conformance, AUnitMayWriteSeveralStreamsInAnyOrder) {
  append(unit(1, {event("a/1", "0"), event("b/1", "1"), event("a/1", "2"), event("b/1", "3"),
                  event("a/1", "4")}));
  EXPECT_THAT(ofStream("a/1"),
              ElementsAre("0 a/1@0 Happened 0", "2 a/1@1 Happened 2", "4 a/1@2 Happened 4"));
  EXPECT_THAT(ofStream("b/1"), ElementsAre("1 b/1@0 Happened 1", "3 b/1@1 Happened 3"));
}

TEST_P(Conformance, LastVersionIsThatOfTheLastEventInItsOwnStream) {
  append(unit(1, {event("a/1"), event("a/1")}));
  const Committed committed = append(unit(2, {event("b/1"), event("a/1")}));
  EXPECT_EQ(committed.first, Position{2});
  EXPECT_EQ(committed.last, Position{3});
  EXPECT_EQ(committed.lastVersion, Version{2});
}

TEST_P(Conformance, AGroupOfRefusalsOnlyWritesNothing) {
  EXPECT_TRUE(store().append({}, at(1)).empty());
  EXPECT_FALSE(tryAppend(unit(1, {event("a/1")}, {{stream("a/1"), StreamExists{}}})));
  EXPECT_EQ(store().head(), Position{0});
}

TEST_P(Conformance, StreamsWhoseNamesBeginAlikeAreApart) {
  append(unit(1, {event("a/b"), event("a/bc"), event("ab/c"), event("a/b/c")}));
  for (const char* name : {"a/b", "a/bc", "ab/c", "a/b/c"}) {
    EXPECT_EQ(ofStream(name).size(), 1u) << name;
    EXPECT_EQ(store().lastVersion(stream(name)).value(), Version{0}) << name;
  }
}

// --- Command ids
// ----------------------------------------------------------------------------------

TEST_P(Conformance, ARepeatGetsTheFirstResultBeforeAnyCondition) {
  const Unit once = unit(1, {event("a/1"), event("b/1")}, {{stream("a/1"), NoStream{}}});
  append(once);
  append(unit(2, {event("b/1")}));
  for (const bool reopened : {false, true}) {
    if (reopened) reopen();
    const Committed repeat = append(once);
    EXPECT_TRUE(repeat.repeated);
    EXPECT_EQ(repeat.first, Position{0});
    EXPECT_EQ(repeat.last, Position{1});
    EXPECT_EQ(repeat.lastVersion, Version{0});
    EXPECT_EQ(store().head(), Position{3});
  }
}

TEST_P(Conformance, ARepeatInsideAGroupAddsNothing) {
  const Unit once = unit(1, {event("a/1")}, {{stream("a/1"), NoStream{}}});
  const auto results =
      store().append(std::vector<Unit>{once, once, unit(2, {event("a/1")})}, at(1));
  EXPECT_FALSE(results[0]->repeated);
  EXPECT_TRUE(results[1]->repeated);
  EXPECT_EQ(results[1]->first, results[0]->first);
  EXPECT_EQ(results[1]->lastVersion, results[0]->lastVersion);
  EXPECT_EQ(results[2]->first, Position{1});
  EXPECT_EQ(store().head(), Position{2});
}

TEST_P(Conformance, AnIdWithOtherContentIsAnErrorOfItsOwn) {
  append(unit(9, {event("a/1")}));
  append(unit(1, {event("a/1")}));
  Unit other = unit(1, {event("a/1")});
  other.fingerprint = fingerprint(1000);
  for (const bool reopened : {false, true}) {
    if (reopened) reopen();
    const AppendResult result = tryAppend(other);
    ASSERT_NE(commandIdReused(result), nullptr) << ::testing::PrintToString(result);
    EXPECT_EQ(commandIdReused(result)->first, Position{1});
  }
  Unit fresh = unit(3, {event("a/1")});
  Unit freshOther = fresh;
  freshOther.fingerprint = fingerprint(1000);
  const auto results = store().append(std::vector<Unit>{fresh, freshOther}, at(1));
  EXPECT_TRUE(results[0]);
  ASSERT_NE(commandIdReused(results[1]), nullptr);
  EXPECT_EQ(commandIdReused(results[1])->first, Position{2});
}

TEST_P(Conformance, ARefusedCommandMayBeTriedAgain) {
  const Unit wanting = unit(1, {event("a/1")}, {{stream("b/1"), StreamExists{}}});
  EXPECT_NE(conditionsFailed(tryAppend(wanting)), nullptr);
  append(unit(2, {event("b/1")}));
  EXPECT_FALSE(append(wanting).repeated);
}

TEST_P(Conformance, FindCommandTellsWhatItDid) {
  append(unit(1, {event("a/1")}));
  append(unit(2, {event("b/1"), event("a/1"), event("a/1")}));
  for (const bool reopened : {false, true}) {
    if (reopened) reopen();
    const auto known = store().findCommand(commandId(2)).value();
    ASSERT_TRUE(known.has_value());
    EXPECT_EQ(known->fingerprint, fingerprint(2));
    EXPECT_TRUE(known->committed.repeated);
    EXPECT_EQ(known->committed.first, Position{1});
    EXPECT_EQ(known->committed.last, Position{3});
    EXPECT_EQ(known->committed.lastVersion, Version{2});
    EXPECT_FALSE(store().findCommand(commandId(3)).value().has_value());
  }
}

// --- Time
// -----------------------------------------------------------------------------------------

TEST_P(Conformance, RecordedTimeNeverGoesBack) {
  append(unit(1, {event("a/1")}), 100);
  append(unit(2, {event("a/1")}), 50);
  reopen();
  append(unit(3, {event("a/1")}), 70);
  append(unit(4, {event("a/1")}), 101);
  std::vector<std::int64_t> times;
  Cursor reader = store().readAll();
  while (const RecordedEvent* next = reader.next().value()) {
    times.push_back(next->envelope.recordedAt.time_since_epoch().count());
  }
  EXPECT_THAT(times, ElementsAre(100, 100, 100, 101));
}

// A clock that was far ahead while nothing but refusals and repeats was decided.
TEST_P(Conformance, WhatWritesNothingMovesNoRecordedTime) {
  append(unit(1, {event("a/1")}), 100);
  EXPECT_TRUE(append(unit(1, {event("a/1")}), 9'000).repeated);
  ASSERT_FALSE(tryAppend(unit(2, {event("a/1")}, {{stream("a/1"), NoStream{}}}), 9'000));
  append(unit(3, {event("a/1")}), 101);
  Cursor reader = store().readAll();
  ASSERT_TRUE(reader.next().value());
  EXPECT_EQ(reader.next().value()->envelope.recordedAt, at(101));
}

TEST_P(Conformance, AClockBeforeTheEpochIsTakenAsItIs) {
  append(unit(1, {event("a/1")}), -5);
  Cursor reader = store().readAll();
  EXPECT_EQ(reader.next().value()->envelope.recordedAt, at(-5));
}

// --- Limits
// ---------------------------------------------------------------------------------------

struct LimitCase {
  std::string name;
  std::string says;  // in the refusal: the field
  std::function<void(Unit&, std::size_t)> set;
  std::size_t max;
  bool zeroAllowed;
};

std::vector<LimitCase> limitCases() {
  const auto text = [](std::size_t size) { return std::string(size, 'x'); };
  return {
      {"Payload", "payload", [](Unit& u, std::size_t n) { u.events[0].payload.resize(n); },
       kMaxPayloadBytes, true},
      {"Actor", "actor", [=](Unit& u, std::size_t n) { u.actor = text(n); }, 200, false},
      {"OnBehalfOf", "on-behalf-of", [=](Unit& u, std::size_t n) { u.onBehalfOf = text(n); }, 200,
       true},
      {"EventType", "event type", [=](Unit& u, std::size_t n) { u.events[0].type = text(n); }, 100,
       false},
      {"StreamKind", "stream kind",
       [=](Unit& u, std::size_t n) { u.events[0].stream.kind = text(n); }, 200, false},
      {"StreamIdOfEvent", "stream id",
       [=](Unit& u, std::size_t n) { u.events[0].stream.id = text(n); }, 200, false},
      {"StreamIdOfCondition", "stream id",
       [=](Unit& u, std::size_t n) {
         u.conditions = {{{"kind", text(n)}, NoStream{}}};
       },
       200, false},
      {"Events", "events", [](Unit& u, std::size_t n) { u.events.resize(n, event("a/1", "")); },
       10'000, false},
  };
}

TEST_P(Conformance, LimitsAreInclusiveAndRefusedByName) {
  std::uint64_t number = 1;
  for (const LimitCase& limit : limitCases()) {
    SCOPED_TRACE(limit.name);
    Unit atLimit = unit(number++, {event("a/1")});
    limit.set(atLimit, limit.max);
    EXPECT_TRUE(tryAppend(atLimit));
    const Position before = store().head();

    Unit over = unit(number++, {event("a/1")});
    limit.set(over, limit.max + 1);
    const AppendResult refused = tryAppend(over);
    ASSERT_NE(storeError(refused), nullptr);
    EXPECT_EQ(storeError(refused)->code, StoreErrorCode::invalid);
    EXPECT_THAT(storeError(refused)->message, HasSubstr(limit.says));
    EXPECT_THAT(storeError(refused)->message, HasSubstr(std::to_string(limit.max)));

    Unit empty = unit(number++, {event("a/1")});
    limit.set(empty, 0);
    const AppendResult onEmpty = tryAppend(empty);
    EXPECT_EQ(onEmpty.has_value(), limit.zeroAllowed) << ::testing::PrintToString(onEmpty);
    EXPECT_EQ(store().head(), Position{before.value + (limit.zeroAllowed ? 1 : 0)});
    EXPECT_EQ(all().size(), store().head().value);  // what was taken can be read
  }
}

TEST_P(Conformance, WhatHasNoSizeIsRefusedToo) {
  const auto refusal = [&](const std::function<void(Unit&)>& spoil) {
    Unit spoilt = unit(1, {event("a/1")});
    spoil(spoilt);
    const AppendResult result = tryAppend(spoilt);
    const StoreError* error = storeError(result);
    return error != nullptr && error->code == StoreErrorCode::invalid ? error->message : "taken";
  };
  EXPECT_THAT(refusal([](Unit& u) { u.commandId = {}; }), HasSubstr("command id"));
  EXPECT_THAT(refusal([](Unit& u) { u.events[0].stream.kind = "a/b"; }), HasSubstr("stream kind"));
  EXPECT_THAT(refusal([](Unit& u) { u.events[0].schemaVersion = 0; }), HasSubstr("schema version"));
  EXPECT_THAT(refusal([](Unit& u) { u.origin = Origin{0}; }), HasSubstr("origin"));
  EXPECT_THAT(refusal([](Unit& u) { u.origin = Origin{6}; }), HasSubstr("origin"));
  EXPECT_EQ(store().head(), Position{0});
}

TEST_P(Conformance, ACauseMustBeInTheLogAlready) {
  Unit later = unit(1, {event("a/1"), event("a/1")});
  later.causation = Position{0};
  const AppendResult refused = tryAppend(later);
  ASSERT_NE(storeError(refused), nullptr);
  EXPECT_EQ(storeError(refused)->code, StoreErrorCode::invalid);
  EXPECT_THAT(storeError(refused)->message, HasSubstr("causation position 0"));
  // An earlier unit of the same group may be the cause.
  const auto results = store().append(std::vector<Unit>{unit(2, {event("b/1")}), later}, at(1));
  EXPECT_TRUE(results[1]) << ::testing::PrintToString(results[1]);
}

TEST_P(Conformance, AnEventThatIsLargestInEveryFieldIsTaken) {
  append(unit(3, {event("a/1")}));
  Unit largest = unit(1, {event("a/1")});
  largest.correlationId = commandId(2);
  largest.causation = Position{0};
  largest.actor = largest.onBehalfOf = std::string(200, 'a');
  largest.events[0] = {{std::string(200, 'k'), std::string(200, 'i')},
                       std::string(100, 't'),
                       0xffff,
                       Timestamp::min(),
                       std::vector<std::byte>(kMaxPayloadBytes)};
  append(largest, Timestamp::max().time_since_epoch().count());
  Cursor reader = store().readAll({.from = 1});
  const RecordedEvent* read = reader.next().value();
  EXPECT_EQ(read->envelope.occurredAt, Timestamp::min());
  EXPECT_EQ(read->envelope.recordedAt, Timestamp::max());
  EXPECT_LE(read->envelopeBytes.size(), kLongestEnvelopeBytes);
}

}  // namespace
}  // namespace docket::eventstore::testing
