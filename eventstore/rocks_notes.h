// RocksDB's own notes: warnings and worse go to our log, the rest nowhere.
//
// No database of ours may keep a file of them: Debian builds RocksDB with its assertions on, and
// one of them ends the process at the second note that cannot be written, as on a full disk.
#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace docket::eventstore {

// For rocksdb::DBOptions::info_log.
std::shared_ptr<rocksdb::Logger> notesToOurLog();

}  // namespace docket::eventstore
