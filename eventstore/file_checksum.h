// The checksum of a whole table: CRC-32C, as RocksDB's own factory reckons and names it, with the
// processor's instruction for it. RocksDB as Debian builds it goes byte by byte through tables,
// which was a twentieth of all that an append costs. Internal to the event store.
#pragma once

#include <rocksdb/file_checksum.h>

#include <memory>

namespace docket::eventstore {

// RocksDB's own where the processor has no such instruction. What either wrote, the other verifies.
std::shared_ptr<rocksdb::FileChecksumGenFactory> fileChecksums();

}  // namespace docket::eventstore
