// What the tests of the log share: a log in a temporary folder, units in one line, events as text.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log.h"

namespace docket::eventstore {

// So that a failing test says which code it got.
void PrintTo(StoreErrorCode code, std::ostream* out);
void PrintTo(const StoreError& error, std::ostream* out);
void PrintTo(const AppendResult& result, std::ostream* out);

namespace testing {

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

Timestamp at(std::int64_t micros);
CommandId commandId(std::uint64_t number);
Fingerprint fingerprint(std::uint64_t number);
Digest digest(std::uint64_t number);
std::vector<std::byte> bytes(std::string_view text);
std::string text(std::span<const std::byte> data);
StreamId stream(std::string_view written);  // "ticket/1"
NewEvent event(std::string_view streamText, std::string_view payload = "payload",
               std::string_view type = "Happened");

// A unit of command `number`, by "tester", that writes `events`.
Unit unit(std::uint64_t number, std::vector<NewEvent> events,
          std::vector<Condition> conditions = {});

// An event as text: "3 ticket/1@0 Happened payload".
std::string lineOf(std::uint64_t position, std::string_view streamText, std::uint64_t version,
                   std::string_view type, std::string_view payload);

// What a reader gives, each as lineOf; a read error ends the list with "ERROR <message>".
std::vector<std::string> lines(
    const std::function<tl::expected<const RecordedEvent*, StoreError>()>& next);
std::vector<std::string> lines(LogReader reader);

// "any", "no stream", "exists" or "exactly 3".
std::string textOf(const Expected& expected);

class LogTest : public ::testing::Test {
 protected:
  std::filesystem::path directory() const { return folder_.path() / "log"; }
  void open();
  tl::expected<std::unique_ptr<Log>, StoreError> tryOpen(bool create = true, bool readOnly = false);
  void reopen();
  void close() { log_.reset(); }
  Log& log() { return *log_; }

  // Appends one unit that must succeed.
  Committed append(const Unit& unit, std::int64_t nowMicros = 1'000'000);
  AppendResult tryAppend(const Unit& unit, std::int64_t nowMicros = 1'000'000);
  std::vector<std::string> all(const ReadOptions& options = {});
  std::vector<std::string> ofStream(std::string_view streamText, const ReadOptions& options = {});

  std::uint64_t eventsPerIndexing_ = LogOptions().eventsPerIndexing;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Log> log_;
};

// The failures of a result, or none.
const ConditionsFailed* conditionsFailed(const AppendResult& result);
const CommandIdReused* commandIdReused(const AppendResult& result);
const StoreError* storeError(const AppendResult& result);

}  // namespace testing
}  // namespace docket::eventstore
