#include "eventstore/rocks_settings.h"

#include "eventstore/file_checksum.h"
#include "eventstore/rocks_notes.h"

namespace docket::eventstore {

void setSafely(rocksdb::DBOptions& options) {
  options.paranoid_checks = true;
  // The default mode opens a log whose end is lost as if it had never been. This one refuses damage
  // in the middle and forgives a torn end; the anchor tells a torn end from a lost one.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.file_checksum_gen_factory = fileChecksums();
  // A failed write is final: do not let RocksDB try again behind our back.
  options.max_bgerror_resume_count = 0;
  // Opening must cost what the tail costs, not what the log costs.
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = notesToOurLog();
}

rocksdb::ReadOptions verifiedRead() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  // Without this a damaged table can end a scan early with an OK status. Nothing here ever deletes
  // a range.
  options.ignore_range_deletions = true;
  return options;
}

rocksdb::WriteOptions syncedWrite() {
  rocksdb::WriteOptions options;
  options.sync = true;
  options.protection_bytes_per_key = 8;
  return options;
}

}  // namespace docket::eventstore
