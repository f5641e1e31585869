// What the tests of the projections share: rows in memory, a log in a temporary folder, small
// projections that can be told to misbehave.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/board_event.h"
#include "domain/desk_event.h"
#include "domain/ticket_event.h"
#include "eventstore/log.h"
#include "projections/engine.h"

namespace docket::projections::testing {

using namespace std::chrono_literals;

inline const domain::Timestamp kMonday = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2};
inline const domain::BoardKey kOps{"OPS"};
inline const domain::BoardKey kDev{"DEV"};

inline domain::TicketId ops(std::uint64_t number) {
  return {kOps, number};
}

inline domain::Place place(std::string column, domain::ColumnCategory category) {
  return {{std::move(column)}, category};
}
inline domain::Place inbox() {
  return place("inbox", domain::ColumnCategory::queue);
}
inline domain::Place followUp() {
  return place("follow-up", domain::ColumnCategory::queue);
}
inline domain::Place doing() {
  return place("doing", domain::ColumnCategory::active);
}
inline domain::Place done() {
  return place("done", domain::ColumnCategory::resolved);
}

inline domain::LimitSet columnLimitSet(std::string column, std::optional<std::uint32_t> before,
                                       std::optional<std::uint32_t> after) {
  domain::LimitSet set;
  set.scope.column = {std::move(column)};
  set.before = before;
  set.after = after;
  return set;
}

domain::BoardCreated boardCreated(const domain::BoardKey& key);
domain::TicketOpened ticketOpened(const domain::TicketId& id, const domain::Place& at = inbox(),
                                  std::string title = "Printer jams");

// Rows in a map: what every implementation of Rows must behave like.
class MapRows final : public Rows {
 public:
  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view prefix, const Visit& visit) const override;
  void scanFrom(std::string_view prefix, std::string_view from, bool backward,
                const Visit& visit) const override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;

  const std::map<std::string, std::string, std::less<>>& map() const { return rows_; }

 private:
  std::map<std::string, std::string, std::less<>> rows_;
};

// Feeds one view event by event into rows in memory, as the engine would.
class ViewUnderTest {
 public:
  explicit ViewUnderTest(std::unique_ptr<Projection> projection)
      : projection_(std::move(projection)) {}

  ViewUnderTest& ticket(const domain::TicketId& id, const domain::TicketEvent& event,
                        domain::Timestamp occurredAt);
  ViewUnderTest& board(const domain::BoardKey& key, const domain::BoardEvent& event);
  ViewUnderTest& desk(const domain::DeskEvent& event, domain::Timestamp occurredAt);
  const MapRows& rows() const { return rows_; }

 private:
  void apply(std::string_view kind, const std::string& id, const domain::codec::Event& event,
             domain::Timestamp occurredAt);

  std::unique_ptr<Projection> projection_;
  MapRows rows_;
  std::uint64_t position_ = 0;
  std::map<std::string, std::uint64_t> versions_;
};

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A log to append to in one line. Each event is a unit of its own, recorded a second after the
// last.
class TestLog {
 public:
  explicit TestLog(std::filesystem::path directory);

  eventstore::Log& log() { return *log_; }
  std::uint64_t head() const { return log_->head().value; }
  void close() { log_.reset(); }

  void actAs(std::string actor, std::string onBehalfOf = {});
  void passTime(domain::Timestamp::duration duration) { now_ += duration; }
  domain::Timestamp now() const { return now_; }

  void ticket(const domain::TicketId& id, const domain::TicketEvent& event);
  void ticket(const domain::TicketId& id, const domain::TicketEvent& event,
              domain::Timestamp occurredAt);
  void board(const domain::BoardKey& key, const domain::BoardEvent& event);
  void raw(std::string stream, std::string type, std::uint16_t schemaVersion,
           std::vector<std::byte> payload);
  // Between these, events are held back and then appended as one group, with one sync and one
  // recorded time.
  void hold() { holding_ = true; }
  void release();
  // `count` comments on OPS-1 in few commits.
  void comments(std::uint64_t count);

 private:
  void append(std::vector<eventstore::NewEvent> events);
  eventstore::NewEvent encoded(const domain::TicketId& id, const domain::TicketEvent& event,
                               domain::Timestamp occurredAt) const;

  std::unique_ptr<eventstore::Log> log_;
  bool holding_ = false;
  std::vector<eventstore::Unit> held_;
  std::string actor_ = "anna";
  std::string onBehalfOf_;
  domain::Timestamp now_ = kMonday;
};

// Keeps one row an event ("e" + position) and their number ("count"), and does what it is told
// before each event: throw, refuse, wait.
class Journal final : public Projection {
 public:
  using Before = std::function<tl::expected<void, std::string>(const eventstore::Envelope&)>;
  explicit Journal(std::string name = "journal", Before before = {}, std::uint32_t version = 1)
      : name_(std::move(name)), before_(std::move(before)), version_(version) {}

  std::string_view name() const override { return name_; }
  std::uint32_t schemaVersion() const override { return version_; }
  tl::expected<void, std::string> apply(const eventstore::Envelope& envelope,
                                        const domain::codec::Event& event,
                                        Rows& rows) const override;

 private:
  std::string name_;
  Before before_;
  std::uint32_t version_;
};

// Refuses the event at `position`, after it has written half of its rows.
Journal::Before poisonAt(std::uint64_t position);

// Nothing, or the first thing wrong with a journal's rows at `next`: they must be exactly those of
// the positions below it.
std::string faultInJournal(const RowReader& rows, std::uint64_t next);

std::vector<std::unique_ptr<Projection>> only(std::unique_ptr<Projection> projection);

// An engine that must open.
std::unique_ptr<Engine> openEngine(const std::filesystem::path& directory, TestLog& log,
                                   std::vector<std::unique_ptr<Projection>> projections,
                                   std::size_t writeBufferBytes = std::size_t{1} << 20,
                                   std::uint64_t batchEvents = 64);

// Waits until `view` (and all others that run) are at the log's head; what whenAt said.
bool atHead(Engine& engine, TestLog& log, std::string_view view);
// The answer of whenAt, some time.
std::future<bool> askWhenAt(Engine& engine, std::string_view view, std::uint64_t next);

ProjectionStatus statusOf(const Engine& engine, std::string_view view);
std::string digestOf(const Engine& engine, std::string_view view);
// Waits for the end of a rebuild, whichever way it ends.
void awaitRebuild(const Engine& engine, std::string_view view);

}  // namespace docket::projections::testing
