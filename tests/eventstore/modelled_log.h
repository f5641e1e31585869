// A log and its model, side by side: each method does the same to both and compares (RC_ASSERT).
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/eventstore/draw.h"
#include "tests/eventstore/faulty_files.h"
#include "tests/eventstore/log_model.h"

namespace docket::eventstore::testing {

// The streams there may be; the last of them is never written.
const std::vector<std::string>& streamNames();

// All that can be asked of `log`, the commands up to number `lastCommand` among it.
void compareWhole(const Log& log, const LogModel& model, std::uint64_t lastCommand);

class ModelledLog {
 public:
  ModelledLog(const std::filesystem::path& directory, const std::filesystem::path& attic,
              std::uint64_t eventsPerIndexing);

  const Log& log() const { return *log_; }
  const LogModel& model() const { return model_; }
  std::uint64_t lastCommand() const { return lastCommand_; }
  Timestamp now() const { return now_; }

  Unit drawUnit(Draw& draw);
  std::uint64_t newCommand() { return ++lastCommand_; }

  // One commit group, recorded at a time that is drawn.
  std::vector<AppendResult> append(std::span<const Unit> group, Draw& draw);
  void append(Draw& draw);
  void read(Draw& draw, const std::optional<std::string>& name) const;
  void lookUp() const;
  void verify() const;
  void reopen(bool withoutIndex);
  void compareAll() const { compareWhole(*log_, model_, lastCommand_); }

 private:
  void open();
  Condition drawCondition(Draw& draw) const;

  FaultyFiles files_;  // without a fault: files of which a sync costs nothing
  std::unique_ptr<rocksdb::Env> env_;
  LogOptions options_;
  std::unique_ptr<Log> log_;
  LogModel model_;
  std::uint64_t lastCommand_ = 0;
  Timestamp now_{};
};

}  // namespace docket::eventstore::testing
