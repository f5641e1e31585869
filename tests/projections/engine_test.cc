#include "projections/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "tests/projections/fixtures.h"

namespace docket::projections {
namespace {

using namespace testing;
using ::testing::HasSubstr;

class EngineTest : public ::testing::Test {
 protected:
  std::filesystem::path views() const { return folder_.path() / "views"; }
  void open(std::vector<std::unique_ptr<Projection>> projections) {
    engine_.reset();
    engine_ = openEngine(views(), log_, std::move(projections));
  }
  void start(std::vector<std::unique_ptr<Projection>> projections) {
    open(std::move(projections));
    engine_->start();
  }
  std::string journalFault() const {
    const auto view = engine_->snapshot("journal");
    return faultInJournal(*view->rows, view->next.value);
  }

  TemporaryFolder folder_;
  TestLog log_{folder_.path() / "log"};
  std::unique_ptr<Engine> engine_;
};

// --- Folding and waiting
// --------------------------------------------------------------------------

TEST_F(EngineTest, FoldsWhatIsInTheLogAndWhatComes) {
  log_.comments(200);
  start(only(std::make_unique<Journal>()));
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  EXPECT_EQ(engine_->snapshot("journal")->next.value, 200u);
  EXPECT_EQ(journalFault(), "");
  log_.comments(3);
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  EXPECT_EQ(engine_->snapshot("journal")->next.value, 203u);
  EXPECT_EQ(journalFault(), "");
  const ProjectionStatus status = statusOf(*engine_, "journal");
  EXPECT_EQ(status.next.value, 203u);
  EXPECT_EQ(status.head.value, 203u);
  EXPECT_EQ(status.generation, 1u);
  EXPECT_EQ(status.stoppedBy, "");
  EXPECT_FALSE(status.rebuilding);
}

TEST_F(EngineTest, AWaiterIsServedWhenItsEventHasComeAndNotBefore) {
  start(only(std::make_unique<Journal>()));
  EXPECT_TRUE(askWhenAt(*engine_, "journal", 0).get()) << "reached already: answered at once";
  auto second = askWhenAt(*engine_, "journal", 2);
  log_.comments(1);
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  EXPECT_EQ(second.wait_for(0s), std::future_status::timeout);
  log_.comments(1);
  engine_->logGrew();
  EXPECT_TRUE(second.get());
}

TEST_F(EngineTest, StoppingTellsTheWaitersFalse) {
  start(only(std::make_unique<Journal>()));
  auto never = askWhenAt(*engine_, "journal", 5);
  engine_->stop();
  EXPECT_FALSE(never.get());
  EXPECT_FALSE(askWhenAt(*engine_, "journal", 5).get());
  EXPECT_TRUE(askWhenAt(*engine_, "journal", 0).get());
  EXPECT_TRUE(engine_->snapshot("journal")) << "rows can be read until the end";
}

TEST_F(EngineTest, UnknownNamesAreToldSo) {
  start(only(std::make_unique<Journal>()));
  EXPECT_FALSE(askWhenAt(*engine_, "jurnal", 0).get());
  EXPECT_THAT(engine_->snapshot("jurnal").error().message, HasSubstr("\"jurnal\""));
  EXPECT_THAT(engine_->digest("").error().message, HasSubstr("\"\""));
  EXPECT_THAT(engine_->rebuild("jurnal").error().message, HasSubstr("\"jurnal\""));
}

// The reader takes snapshots as fast as it can while the projector writes: each must be whole.
TEST_F(EngineTest, ASnapshotsRowsAreThoseOfItsPosition) {
  start(only(std::make_unique<Journal>()));
  std::atomic<bool> finished = false;
  std::thread writer([&] {
    for (int i = 0; i < 150; ++i) {
      log_.comments(7);
      engine_->logGrew();
    }
    atHead(*engine_, log_, "journal");
    finished = true;
  });
  std::string fault;
  std::uint64_t last = 0;
  bool wentBack = false;
  while (!finished && fault.empty()) {
    const auto view = engine_->snapshot("journal");
    fault = faultInJournal(*view->rows, view->next.value);
    wentBack = wentBack || view->next.value < last;
    last = view->next.value;
  }
  writer.join();
  EXPECT_EQ(fault, "");
  EXPECT_FALSE(wentBack);
  EXPECT_EQ(journalFault(), "");
  EXPECT_EQ(engine_->snapshot("journal")->next.value, 1050u);
}

// --- Poison
// ---------------------------------------------------------------------------------------

TEST_F(EngineTest, APoisonEventStopsItsProjectionOnlyAndLeavesNoTrace) {
  log_.comments(100);
  auto projections = only(std::make_unique<Journal>());
  projections.push_back(std::make_unique<Journal>("picky", poisonAt(70)));
  start(std::move(projections));
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  EXPECT_FALSE(askWhenAt(*engine_, "picky", 100).get()) << "it stands still: do not wait";
  EXPECT_TRUE(askWhenAt(*engine_, "picky", 70).get()) << "it has been there";
  EXPECT_EQ(statusOf(*engine_, "journal").next.value, 100u);
  const ProjectionStatus picky = statusOf(*engine_, "picky");
  EXPECT_EQ(picky.stoppedBy, "poison");
  EXPECT_EQ(picky.stoppedAt.value, 70u);
  const auto view = engine_->snapshot("picky");
  EXPECT_EQ(view->next.value, 70u);
  EXPECT_EQ(faultInJournal(*view->rows, 70), "");
}

TEST_F(EngineTest, AWaiterOfAProjectionThatStopsIsToldFalse) {
  start(only(std::make_unique<Journal>("picky", poisonAt(1))));
  auto waiting = askWhenAt(*engine_, "picky", 2);
  log_.comments(2);
  engine_->logGrew();
  EXPECT_FALSE(waiting.get());
}

TEST_F(EngineTest, AThrowingProjectionIsStoppedLikeARefusingOne) {
  log_.comments(5);
  start(only(std::make_unique<Journal>(
      "journal", [](const eventstore::Envelope& envelope) -> tl::expected<void, std::string> {
        if (envelope.position.value == 3) throw std::runtime_error("fell over");
        return {};
      })));
  EXPECT_FALSE(askWhenAt(*engine_, "journal", 5).get());
  EXPECT_EQ(statusOf(*engine_, "journal").stoppedBy, "fell over");
  EXPECT_EQ(journalFault(), "");
}

TEST_F(EngineTest, AStoppedProjectionIsKnownAfterReopenAndTriedAgainAtStart) {
  log_.comments(10);
  start(only(std::make_unique<Journal>("journal", poisonAt(4))));
  ASSERT_FALSE(askWhenAt(*engine_, "journal", 10).get());
  open(only(std::make_unique<Journal>("journal", poisonAt(4))));
  EXPECT_EQ(statusOf(*engine_, "journal").stoppedBy, "poison");
  EXPECT_EQ(statusOf(*engine_, "journal").stoppedAt.value, 4u);
  engine_->start();
  EXPECT_FALSE(askWhenAt(*engine_, "journal", 10).get()) << "the same program, the same end";
  start(only(std::make_unique<Journal>()));
  EXPECT_TRUE(atHead(*engine_, log_, "journal")) << "a better program goes on";
  EXPECT_EQ(statusOf(*engine_, "journal").stoppedBy, "");
  EXPECT_EQ(journalFault(), "");
}

TEST_F(EngineTest, AnEventOfANewerProgramStopsAViewThatFoldsItsStream) {
  for (const std::string stream : {"ticket/OPS-1", "board/OPS"}) {
    TemporaryFolder folder;
    TestLog log(folder.path() / "log");
    log.comments(2);
    log.raw(stream, "TicketTeleported", 3, {});
    log.comments(1);
    const auto engine = openEngine(folder.path() / "views", log, only(std::make_unique<Journal>()));
    engine->start();
    EXPECT_FALSE(askWhenAt(*engine, "journal", 3).get());
    EXPECT_THAT(statusOf(*engine, "journal").stoppedBy, HasSubstr("TicketTeleported"));
    EXPECT_EQ(statusOf(*engine, "journal").stoppedAt.value, 2u);
    EXPECT_EQ(engine->snapshot("journal")->rows->get("count"), "2");
  }
}

TEST_F(EngineTest, AnEventOfANewerProgramInAStreamOfAnotherKindIsPassedOver) {
  log_.comments(2);
  log_.raw("calendar/OPS", "HolidayAdded", 1, {});
  log_.comments(1);
  start(only(std::make_unique<Journal>()));
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  EXPECT_EQ(engine_->snapshot("journal")->next.value, 4u);
  EXPECT_EQ(engine_->snapshot("journal")->rows->get("count"), "3");
}

TEST_F(EngineTest, AViewOfEnvelopesTakesAnEventOfANewerProgram) {
  log_.comments(2);
  log_.raw("ticket/OPS-1", "TicketTeleported", 1, {});
  log_.raw("ticket/OPS-1", "CommentAdded", 99, std::vector<std::byte>(16));
  log_.comments(1);
  auto views = allProjections();
  start(std::move(views));
  ASSERT_TRUE(askWhenAt(*engine_, "audit", 5).get());
  EXPECT_EQ(statusOf(*engine_, "audit").stoppedBy, "");
  EXPECT_EQ(statusOf(*engine_, "board").stoppedAt.value, 2u);
  EXPECT_EQ(statusOf(*engine_, "queue").stoppedAt.value, 2u);
}

TEST_F(EngineTest, ANewerSchemaOrMalformedBytesStop) {
  log_.raw("ticket/OPS-1", "CommentAdded", 99, std::vector<std::byte>(16));
  start(only(std::make_unique<Journal>()));
  EXPECT_FALSE(askWhenAt(*engine_, "journal", 1).get());
  EXPECT_THAT(statusOf(*engine_, "journal").stoppedBy, HasSubstr("CommentAdded"));

  TemporaryFolder other;
  TestLog log(other.path() / "log");
  log.raw("ticket/OPS-1", "CommentAdded", 1, std::vector<std::byte>(16, std::byte{0xff}));
  const auto engine = openEngine(other.path() / "views", log, only(std::make_unique<Journal>()));
  engine->start();
  EXPECT_FALSE(askWhenAt(*engine, "journal", 1).get());
  EXPECT_THAT(statusOf(*engine, "journal").stoppedBy, HasSubstr("position 0"));
}

// --- Rebuilding
// -----------------------------------------------------------------------------------

TEST_F(EngineTest, ARebuildGivesTheSameRowsInANewGeneration) {
  log_.comments(5000);
  start(only(std::make_unique<Journal>()));
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  const std::string before = digestOf(*engine_, "journal");
  auto old = engine_->snapshot("journal");
  ASSERT_TRUE(engine_->rebuild("journal"));
  awaitRebuild(*engine_, "journal");
  EXPECT_EQ(statusOf(*engine_, "journal").generation, 2u);
  EXPECT_EQ(digestOf(*engine_, "journal"), before);
  EXPECT_EQ(faultInJournal(*old->rows, 5000), "") << "an old snapshot reads on after the drop";
  old->rows.reset();  // it would keep the directory open
  log_.comments(1);
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  EXPECT_EQ(journalFault(), "");
  open(only(std::make_unique<Journal>()));
  EXPECT_EQ(statusOf(*engine_, "journal").generation, 2u) << "the switch is durable";
  EXPECT_EQ(statusOf(*engine_, "journal").next.value, 5001u);
}

// Lets a test hold a projection at its first event from a given moment on.
struct Gate {
  std::atomic<bool> closed = false;
  std::latch arrived{1};
  std::latch open{1};
  Journal::Before before() {
    return [this](const eventstore::Envelope& envelope) -> tl::expected<void, std::string> {
      if (envelope.position.value == 0 && closed) {
        arrived.count_down();
        open.wait();
      }
      return {};
    };
  }
};

TEST_F(EngineTest, TheOldRowsServeAndFoldOnWhileARebuildRuns) {
  Gate gate;
  log_.comments(3000);
  auto projections = only(std::make_unique<Journal>("journal", gate.before()));
  projections.push_back(std::make_unique<Journal>("other"));
  start(std::move(projections));
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  gate.closed = true;
  ASSERT_TRUE(engine_->rebuild("journal"));
  gate.arrived.wait();
  gate.closed = false;
  EXPECT_TRUE(statusOf(*engine_, "journal").rebuilding);
  EXPECT_FALSE(statusOf(*engine_, "other").rebuilding);
  EXPECT_THAT(engine_->rebuild("journal").error().message, HasSubstr("is running"));
  EXPECT_THAT(engine_->rebuild("other").error().message, HasSubstr("\"journal\" is running"));
  log_.comments(2000);
  ASSERT_TRUE(atHead(*engine_, log_, "journal")) << "the live rows do not wait for the rebuild";
  EXPECT_EQ(statusOf(*engine_, "journal").generation, 1u);
  EXPECT_EQ(journalFault(), "");
  gate.open.count_down();
  awaitRebuild(*engine_, "journal");
  EXPECT_EQ(statusOf(*engine_, "journal").generation, 2u);
  EXPECT_EQ(engine_->snapshot("journal")->next.value, 5000u) << "answers never go back";
  EXPECT_EQ(journalFault(), "");
}

TEST_F(EngineTest, RebuildsWhileEventsKeepComing) {
  log_.comments(3000);
  start(only(std::make_unique<Journal>()));
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  for (std::uint64_t generation = 2; generation <= 4; ++generation) {
    ASSERT_TRUE(engine_->rebuild("journal"));
    std::uint64_t last = 0;
    // Bounded: events that come faster than they can be folded would keep the rebuild from its end.
    int more = 400;
    while (statusOf(*engine_, "journal").rebuilding) {
      if (more-- > 0) {
        log_.comments(20);
        engine_->logGrew();
      }
      const auto view = engine_->snapshot("journal");
      EXPECT_GE(view->next.value, last);
      last = view->next.value;
    }
    EXPECT_EQ(statusOf(*engine_, "journal").generation, generation);
  }
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  EXPECT_EQ(journalFault(), "");
}

TEST_F(EngineTest, ARebuildMendsAProjectionThatStoodStill) {
  log_.comments(50);
  std::atomic<bool> broken = true;
  start(only(std::make_unique<Journal>(
      "journal", [&](const eventstore::Envelope& envelope) -> tl::expected<void, std::string> {
        if (broken && envelope.position.value == 20) return tl::unexpected(std::string("broken"));
        return {};
      })));
  ASSERT_FALSE(askWhenAt(*engine_, "journal", 50).get());
  ASSERT_TRUE(engine_->rebuild("journal"));
  awaitRebuild(*engine_, "journal");
  EXPECT_EQ(statusOf(*engine_, "journal").generation, 1u) << "it came to nothing";
  EXPECT_EQ(statusOf(*engine_, "journal").rebuildError, "broken");
  EXPECT_EQ(statusOf(*engine_, "journal").next.value, 20u);
  broken = false;
  ASSERT_TRUE(engine_->rebuild("journal"));
  awaitRebuild(*engine_, "journal");
  EXPECT_TRUE(atHead(*engine_, log_, "journal"));
  EXPECT_EQ(statusOf(*engine_, "journal").stoppedBy, "");
  EXPECT_EQ(statusOf(*engine_, "journal").rebuildError, "");
  EXPECT_EQ(statusOf(*engine_, "journal").generation, 3u);
  EXPECT_EQ(journalFault(), "");
}

TEST_F(EngineTest, ARebuildNeedsARunningEngine) {
  open(only(std::make_unique<Journal>()));
  EXPECT_THAT(engine_->rebuild("journal").error().message, HasSubstr("not running"));
  engine_->start();
  engine_->stop();
  EXPECT_THAT(engine_->rebuild("journal").error().message, HasSubstr("not running"));
}

TEST_F(EngineTest, AStopCutsARebuildShortAndTheOldRowsServe) {
  Gate gate;
  log_.comments(20'000);
  start(only(std::make_unique<Journal>("journal", gate.before())));
  ASSERT_TRUE(atHead(*engine_, log_, "journal"));
  gate.closed = true;
  ASSERT_TRUE(engine_->rebuild("journal"));
  gate.arrived.wait();
  auto stopped = askWhenAt(*engine_, "journal", 1'000'000);
  // stop() waits for the batch in hand, which the gate still holds.
  std::thread stopper([&] { engine_->stop(); });
  gate.open.count_down();
  stopper.join();
  EXPECT_FALSE(stopped.get());
  EXPECT_EQ(journalFault(), "");
  open(only(std::make_unique<Journal>()));
  const ProjectionStatus status = statusOf(*engine_, "journal");
  EXPECT_EQ(status.next.value, 20'000u);
  EXPECT_EQ(journalFault(), "");
}

// --- The views of this program
// --------------------------------------------------------------------

void appendRandomEvents(TestLog& log, int count) {
  log.hold();
  for (int i = 0; i < count; ++i) {
    const domain::TicketId id{*rc::gen::element(kOps, kDev),
                              *rc::gen::inRange<std::uint64_t>(1, 9)};
    const domain::Place to = *rc::gen::element(inbox(), followUp(), doing(), done());
    log.passTime(std::chrono::seconds(*rc::gen::inRange(0, 300)));
    log.actAs(*rc::gen::element<std::string>("anna", "bob"));
    const domain::BoardKey other = id.board == kOps ? kDev : kOps;
    switch (*rc::gen::inRange(0, 11)) {
      case 7:
        log.ticket(id, domain::HandOverOffered{other, "reason"});
        break;
      case 8:
        log.ticket(id, domain::HandOverAccepted{other, to, {"bob"}, 0, ""});
        break;
      case 9:
        log.ticket(id, domain::GuestPulled{
                           other, inbox(), to, {"bob"}, 0, domain::PullRule::standard, 1, 0});
        break;
      case 10:
        log.ticket(id,
                   domain::TicketPulled{inbox(), to, {"bob"}, 0, domain::PullRule::standard, 1, 0});
        break;
      case 0:
        log.board(id.board, boardCreated(id.board));
        break;
      case 1:
      case 2:
        log.ticket(id, ticketOpened(id, to));
        break;
      case 3:
        log.ticket(id, domain::TicketMoved{inbox(), to, 0, ""});
        break;
      case 4:
        log.ticket(id, domain::TicketBlocked{domain::BlockerKind::other, "reason"});
        break;
      case 5:
        log.ticket(id, domain::TicketReopened{done(), to, "reason"});
        break;
      default:
        log.ticket(id, domain::HistoryRecorded{0, "Something", "x", to, {}, {}, {}, {}},
                   kMonday - 24h);
        break;
    }
  }
  log.release();
}

std::vector<std::string> digests(const Engine& engine) {
  std::vector<std::string> all;
  for (const ProjectionStatus& status : engine.status()) {
    all.push_back(status.name + " " + digestOf(engine, status.name));
  }
  return all;
}

// Folded as the events came, folded again by a rebuild, and folded by another machine from the log:
// the same rows, byte for byte.
RC_GTEST_FIXTURE_PROP(EngineTest, RebuiltAndReplayedEqualIncrementalForAnyHistory, ()) {
  start(allProjections());
  for (int part = 0; part < 3; ++part) {
    appendRandomEvents(log_, *rc::gen::inRange(0, 30));
    RC_ASSERT(atHead(*engine_, log_, "board"));
  }
  const auto incremental = digests(*engine_);
  RC_ASSERT(incremental.size() == 3u);
  for (const ProjectionStatus& status : engine_->status()) {
    RC_ASSERT(engine_->rebuild(status.name).has_value());
    awaitRebuild(*engine_, status.name);
    RC_ASSERT(statusOf(*engine_, status.name).generation == status.generation + 1);
  }
  RC_ASSERT(digests(*engine_) == incremental);
  const auto elsewhere = openEngine(folder_.path() / "elsewhere", log_, allProjections());
  elsewhere->start();
  RC_ASSERT(atHead(*elsewhere, log_, "board"));
  RC_ASSERT(digests(*elsewhere) == incremental);
}

TEST_F(EngineTest, TheDigestTellsOneChangedRow) {
  log_.ticket(ops(1), ticketOpened(ops(1), inbox(), "Printer jams"));
  start(allProjections());
  ASSERT_TRUE(atHead(*engine_, log_, "board"));
  TemporaryFolder other;
  TestLog log(other.path() / "log");
  log.ticket(ops(1), ticketOpened(ops(1), inbox(), "Printer Jams"));
  const auto engine = openEngine(other.path() / "views", log, allProjections());
  engine->start();
  ASSERT_TRUE(atHead(*engine, log, "board"));
  EXPECT_NE(digestOf(*engine, "board"), digestOf(*engine_, "board"));
  EXPECT_EQ(digestOf(*engine, "audit"), digestOf(*engine_, "audit"));
  EXPECT_EQ(engine->digest("board")->next.value, 1u);
  EXPECT_EQ(engine->digest("board")->sha256.size(), 64u);
  EXPECT_EQ(engine->digest("board")->rows, 4u) << "card, index, count, totals";
}

}  // namespace
}  // namespace docket::projections
