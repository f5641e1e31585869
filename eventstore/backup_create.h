// Making a backup of an open log. Internal to the event store; see backup.h.
#pragma once

#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "eventstore/backup.h"
#include "eventstore/database.h"
#include "eventstore/records.h"

namespace docket::eventstore {

// What a backup is made of. All must outlive the making.
struct BackupSource {
  const Database& database;
  const std::string& storeId;
  // What is synced by now; the error when the log takes no more writes. Any thread.
  std::function<tl::expected<Head, StoreError>()> durableHead;
};

// As Log::backUp.
[[nodiscard]] tl::expected<BackupDescription, StoreError> createBackup(
    const BackupSource& source, const BackupOptions& options);

}  // namespace docket::eventstore
