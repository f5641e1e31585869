// A directory of backups of a log that has a model: each method compares with what the log was
// when the backup was made (RC_ASSERT).
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "eventstore/backup.h"
#include "tests/eventstore/draw.h"
#include "tests/eventstore/modelled_keys.h"
#include "tests/eventstore/modelled_log.h"

namespace docket::eventstore::testing {

class ModelledBackups {
 public:
  // `directory` is of the backups; `scratch` gets what is restored, for as long as it is compared.
  ModelledBackups(std::filesystem::path directory, std::filesystem::path data,
                  std::filesystem::path scratch)
      : directory_(std::move(directory)), data_(std::move(data)), scratch_(std::move(scratch)) {}

  bool isEmpty() const { return made_.empty(); }

  // While the log goes on: it may grow between the beginning and the copying.
  void make(ModelledLog& log, Draw& draw);
  void verify(Draw& draw) const;
  // REQUIRES of both: there is one.
  void prune(Draw& draw);
  void restore(const ModelledLog& log, ModelledKeys& keys, Draw& draw) const;

 private:
  using Tables = std::map<std::filesystem::path, std::filesystem::file_time_type>;
  Tables tables() const;
  void compareRestored(const ModelledLog& log, std::uint64_t end, const RestoreReport& report,
                       const Log& restored) const;

  const std::filesystem::path directory_;
  const std::filesystem::path data_;
  const std::filesystem::path scratch_;
  std::vector<BackupDescription> made_;
};

}  // namespace docket::eventstore::testing
