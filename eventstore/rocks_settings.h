// RocksDB's settings that keep what was synced, shared by every database of the event store that
// has a write-ahead log; each adds its own sizes. docs/decisions/ and FORMATS.md say what they are
// for. Internal to the event store.
#pragma once

#include <rocksdb/options.h>

namespace docket::eventstore {

// Checksums of every kind on; damage in the middle of a write-ahead log refuses to open; a failed
// write is final.
void setSafely(rocksdb::DBOptions& options);

rocksdb::ReadOptions verifiedRead();
rocksdb::WriteOptions syncedWrite();

}  // namespace docket::eventstore
